/** A node from genesis on: blocks that its own validator accepts, time that passes, money that is conserved. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { MinerState } from '../../actors/miner/state.ts'
import type { PowerState } from '../../actors/power/state.ts'
import { POWER_ACTOR } from '../../actors/singletons.ts'
import { messageCid } from '../../engine/chain/message.ts'
import { signMessage } from '../../engine/chain/message-signature.ts'
import {
  InvalidBlock,
  type InvalidBlockCode,
  validateBlock,
} from '../../engine/consensus/validator.ts'
import { type BlockHeader, blockHeaderCodec } from '../../engine/chain/block.ts'
import { cidOf } from '../../primitives/cid.ts'
import { encode } from '../../primitives/codec.ts'
import { Devnet, type DevnetOptions } from '../../engine/devnet.ts'
import { Node } from '../../engine/node.ts'
import { idAddress } from '../../primitives/address.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { fil } from '../../primitives/units.ts'
import { totalFil } from '../../scenarios/checkers.ts'
import { makeMessage } from '../../engine/chain/message.ts'

test.before(() => initCrypto())

const devnet = (options: DevnetOptions = {}): Devnet =>
  new Devnet({ seed: 'node test', crypto: 'modelled', ...options })

test('the same seed gives the same chain, another seed another', () => {
  const heads = ['a', 'a', 'b'].map((seed) => String(devnet({ seed }).mine(20).cids[0]))
  assert.is(heads[0], heads[1])
  assert.is.not(heads[0], heads[2])
})

test('real and modelled networks both pass their own validation, block by block', () => {
  for (const crypto of ['real', 'modelled'] as const) {
    const net = devnet({ crypto, sps: 3 })
    for (let i = 0; i < 8; i++) {
      const parent = net.node.parentOf(net.node.head)
      const { blocks, cids } = net.mine()
      for (const [i, block] of blocks.entries()) {
        validateBlock(net.node.election, parent, block, net.node.store.messagesOf(cids[i]!))
        assert.ok(cidOf(encode(blockHeaderCodec, block)).equals(cids[i]!))
      }
    }
  }
})

test('a block with any part of it changed is refused by the rule that guards it', () => {
  const net = devnet({ crypto: 'real', sps: 1 })
  net.mine()
  const parent = net.node.parentOf(net.node.head)
  const [block] = net.mine().blocks
  const header = block!
  const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((b, i) => (i === 20 ? b ^ 1 : b))
  const cases: [InvalidBlockCode, Partial<BlockHeader>][] = [
    ['height', { height: 0 }],
    ['timestamp', { timestamp: header.timestamp + 1 }],
    ['parent-weight', { parentWeight: header.parentWeight + 1n }],
    ['parent-state', { parentStateRoot: header.messages }],
    ['parent-receipts', { parentMessageReceipts: header.parentStateRoot }],
    ['base-fee', { parentBaseFee: 7n }],
    ['beacon', { beaconEntries: [] }],
    [
      'beacon',
      { beaconEntries: header.beaconEntries.map((e) => ({ ...e, data: flipped(e.data) })) },
    ],
    ['miner', { miner: idAddress(99) }],
    ['win-count', { electionProof: { ...header.electionProof!, winCount: 15 } }],
    ['ticket', { ticket: { vrfProof: flipped(header.ticket!.vrfProof) } }],
    ['signature', { forkSignaling: 1n }],
    ['signature', { blockSig: null }],
    ['messages', { messages: header.parentStateRoot }],
    ['winning-post', { winPoStProof: [] }],
  ]
  const judge = (change: Partial<BlockHeader>) =>
    validateBlock(net.node.election, parent, { ...header, ...change }, { bls: [], secp: [] })
  judge({})
  for (const [code, change] of cases) {
    const wrong = (error: unknown) => {
      assert.instance(error, InvalidBlock)
      // Whatever is signed breaks the signature too; the rule of its own comes first where there is one.
      assert.ok(
        [code, 'signature'].includes((error as InvalidBlock).code),
        `${code}: ${String(error)}`,
      )
      return true
    }
    assert.throws(() => judge(change), wrong)
  }
})

test('FIL is conserved while blocks, transfers and fees go on', () => {
  const net = devnet({ accounts: 3 })
  const before = totalFil(net.node.state)
  const [a, b] = net.accounts
  for (let i = 0; i < 5; i++) {
    const { chainId } = net.params
    const message = makeMessage({
      from: a!.native,
      to: b!.native,
      nonce: BigInt(i),
      value: fil('1'),
      gasLimit: 10_000_000n,
      gasFeeCap: 10n ** 9n,
      gasPremium: 10n ** 5n,
    })
    net.push(signMessage(message, a!.secret, chainId))
  }
  assert.is(totalFil(net.node.state), before)
  const id = net.node.state.resolve(b!.native)!
  assert.is(net.node.state.get(id)!.balance, fil('100005'))
})

test('a jump of the clock is null rounds in which cron runs, and keeps every claim', () => {
  const net = devnet({ sps: 2 })
  net.mine()
  const { height } = net.node.head
  net.increaseTime(3 * 24 * 3600)
  const tipset = net.mine()
  assert.ok(tipset.height >= height + 8640)
  assert.is(tipset.blocks[0]!.timestamp, net.params.genesisTime + 30 * tipset.height)
  const power = net.node.state.get(POWER_ACTOR)!.state.get() as PowerState
  assert.is([...power.claims.entries()].length, 2)
})

test('total pledge covers what providers pledge and lock, so that no vesting can undercut it', () => {
  for (const preset of ['mainnet', '2k']) {
    const net = devnet({ preset, sps: 4 })
    net.mine(10)
    const power = net.node.state.get(POWER_ACTOR)!.state.get() as PowerState
    const miners = net.providers.map(({ id }) => net.node.state.get(id)!.state.get() as MinerState)
    const held = miners.reduce((sum, m) => sum + m.initialPledge + m.lockedFunds, 0n)
    assert.is(power.totalPledgeCollateral, held)
  }
})

test('deferred roots change the heads and nothing else', () => {
  const [exact, deferred] = (['every-tipset', 'deferred'] as const).map((roots) =>
    devnet({ roots }),
  )
  for (let i = 0; i < 10; i++) {
    const [a, b] = [exact!.mine(), deferred!.mine()]
    assert.is(a.height, b.height)
    assert.is(exact!.node.state.root().hex, deferred!.node.state.root().hex)
    assert.is.not(String(a.cids[0]), String(b.cids[0]))
  }
})

test('a call changes nothing', () => {
  const net = devnet()
  net.mine()
  const root = net.node.state.root().hex
  const [a, b] = net.accounts
  const message = makeMessage({ from: a!.native, to: b!.native, value: fil('1') })
  assert.is(net.node.call(message).exitCode, 0)
  assert.ok(net.node.call(message).gasUsed > 500_000)
  assert.is(net.node.state.root().hex, root)
  assert.is(messageCid(message).codec, 0x71)
})

test('nobody with power and a key is an error, not a hang', () => {
  const net = devnet()
  const other = devnet({ seed: 'other' })
  const { params, crypto } = net.node
  const keys = { secretOf: () => undefined }
  const options = { params, crypto, keys, roots: 'deferred' as const, genesisSupply: 0n }
  const node = new Node(options, other.node.fork())
  assert.throws(() => node.mine(), /nobody won a block/)
})

test.run()
