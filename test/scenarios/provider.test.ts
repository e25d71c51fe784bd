// Goal: a provider brings sectors with data from sealing to reward, and through damage back to power, by itself. Method: a devnet
// whose provider really holds sectors, on both presets; what the chain says is compared with what was done.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { MarketState } from '../../actors/market/state.ts'
import { MARKET_ACTOR, VERIFREG_ACTOR } from '../../actors/singletons.ts'
import type { VerifregState } from '../../actors/verifreg/state.ts'
import { type BlockHeader, sealHeader } from '../../engine/chain/block.ts'
import { WINNING_POST } from '../../engine/consensus/producer.ts'
import { validateBlock } from '../../engine/consensus/validator.ts'
import { bytesKey } from '../../primitives/bytes.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { Prng } from '../../primitives/prng.ts'
import { fillerPiece, pieceOf } from '../../proofs-mock/piece.ts'
import { accountSigner, allocate, giveDatacap, publishDeal } from '../support/onboarding.ts'
import { worldOf } from '../support/provider-world.ts'

await initCrypto()

const DAY = 2880

for (const preset of ['2k', 'mainnet'] as const)
  test(`${preset}: deal data gets into sectors, is proven, and earns`, () => {
    const { devnet, provider, size, claim, active, miner, stateOf, pass, broken } = worldOf(
      preset,
      1,
    )
    const [client, verifier] = [accountSigner(devnet, 0), accountSigner(devnet, 1)]
    const prng = new Prng(preset)
    giveDatacap(devnet, verifier, client, size)
    const bought = publishDeal(devnet, client, devnet.providers[0]!, pieceOf(prng.bytes(900)))
    const direct = allocate(devnet, client, provider.miner, fillerPiece(prng, size / 2n))
    const sector = provider.seal([direct, bought])
    const empty = provider.seal()
    pass(DAY + 300)
    assert.equal([provider.orders, provider.problems], [[], []])
    assert.is(active(), 3)
    const info = miner().sectors.get(sector)!
    const duration = BigInt(info.expiration - info.activation)
    assert.is(info.verifiedDealWeight, (size / 2n) * duration)
    assert.is(info.dealWeight, bought.piece.size * duration)
    assert.is(miner().sectors.get(empty)!.dealWeight, 0n)
    // Verified data counts ten times: half of one sector of four, the endowed one counted.
    const quality = Number(claim().qualityAdjPower) / Number(size)
    assert.ok(Math.abs(quality - 8.5) < 0.01, `${quality}`)
    const deal = stateOf<MarketState>(MARKET_ACTOR).states.get(bought.dealId)!
    assert.equal([deal.sectorNumber, deal.sectorStartEpoch], [sector, info.activation])
    const claims = stateOf<VerifregState>(VERIFREG_ACTOR).claims.get(provider.miner)!
    assert.is([...claims.values()][0]!.sector, sector)
    assert.is(miner().preCommitDeposits, 0n)
    assert.ok(miner().initialPledge > 0n)
    // A finality later these sectors win blocks, with proofs of theirs, and the miner is paid.
    pass(1000)
    const locked = miner().lockedFunds
    const posts = Array.from({ length: 20 }, () => devnet.mine().blocks[0]!.winPoStProof[0]!)
    assert.ok(posts.filter(({ proofBytes }) => proofBytes.length === 192).length > 5)
    assert.ok(miner().lockedFunds > locked)
    assert.equal(broken(), [])
  })

test('a winner proves real sectors once they have power, and blocks with another proof are not valid', () => {
  const { devnet, provider, pass } = worldOf('2k', 3, {}, 'real')
  pass(DAY)
  pass(1000)
  let real = 0
  for (let i = 0; i < 40; i++) {
    const parent = devnet.node.parentOf(devnet.node.head)
    const tipset = devnet.mine()
    const block = tipset.blocks[0]!
    const messages = devnet.node.store.messagesOf(tipset.cids[0]!)
    const judge = (changed: Partial<BlockHeader>) => {
      const resigned = sealHeader({ ...block, ...changed, blockSig: null }, (bytes) => ({
        type: 'bls',
        data: devnet.node.crypto.sign(devnet.providers[0]!.workerSecret, bytes),
      }))
      validateBlock(devnet.node.election, parent, resigned, messages)
    }
    // The election's store has moved on; what was valid on the parent still is.
    judge({})
    const [post] = block.winPoStProof
    if (bytesKey(post!.proofBytes) === bytesKey(WINNING_POST.proofBytes)) continue
    real++
    assert.is(post!.proofBytes.length, 192)
    const flipped = post!.proofBytes.slice()
    flipped[70]! ^= 1
    for (const winPoStProof of [
      [WINNING_POST],
      [{ ...post!, proofBytes: flipped }],
      [],
      [post!, post!],
    ])
      assert.throws(() => judge({ winPoStProof }), /winning/)
  }
  // Three sectors of four.
  assert.ok(real > 20, `${real} of 40`)
  provider.damage([0n, 1n, 2n], { kind: 'lost-sector' })
  const before = devnet.node.head.height
  for (let i = 0; i < 20; i++) devnet.mine()
  assert.ok(devnet.node.head.height - before > 40, 'lost sectors win nothing')
})

test.run()
