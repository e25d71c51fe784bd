// Goal: a provider's software learns what its elections are held with, and what kind of network it is on. Method: an election held from
// the answer alone must make the ticket and proofs of the block that the devnet itself makes next; CIDs are those of the release.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { electionInput, winCount } from '../../engine/consensus/election.ts'
import { ticketInput } from '../../engine/consensus/ticket.ts'
import { parseAddress } from '../../primitives/address.ts'
import { decodeBase64 } from '../../primitives/base64.ts'
import { minTicket } from '../../engine/chain/tipset.ts'
import { signedMessageCid } from '../../engine/chain/message.ts'
import { startProviders } from '../../scenarios/agents/provider.ts'
import { big, int, type Json, rpcDevnet, signedOf } from '../support/rpc.ts'

test('an election is held from what is told', async () => {
  const rpc = await rpcDevnet({ preset: '2k', sectors: 4, power: [2048n], crypto: 'real' })
  const { ask, devnet } = rpc
  startProviders(devnet)
  const { node } = devnet
  devnet.passTo(node.head.height + 4000)
  const [provider] = devnet.providers
  const miner = `t0${provider!.id}`
  let sectors = 0
  for (let i = 0; i < 8; i++) {
    const base = node.head
    const key = base.cids.map((cid) => cid.toJSON())
    const made = devnet.mine()
    const info = await ask('Filecoin.MinerGetBaseInfo', miner, made.height, key)
    const { worker, workerSecret } = provider!
    const shown = String(info['WorkerKey'])
    assert.equal([parseAddress(shown).key, info['EligibleForMining']], [worker.key, true])
    const entries = info['BeaconEntries'] as unknown as Json[]
    const block = made.blocks[0]!
    const told = entries.map((entry) => int(entry['Round']))
    assert.equal(
      told,
      block.beaconEntries.map(({ round }) => round),
    )
    const beacon = decodeBase64(String(entries.at(-1)!['Data']))
    const address = parseAddress(miner).bytes
    const sign = (bytes: Uint8Array) => node.crypto.sign(workerSecret, bytes)
    const proof = sign(electionInput(beacon, made.height, address))
    assert.equal(proof, block.electionProof!.vrfProof)
    const wins = winCount(proof, big(info['MinerPower']), big(info['NetworkPower']))
    assert.is(wins, block.electionProof!.winCount)
    const ticket = sign(ticketInput(beacon, made.height, address, minTicket(base).vrfProof))
    assert.equal(ticket, block.ticket!.vrfProof)
    assert.is(int(info['PrevBeaconEntry']!['Round']), base.blocks[0]!.beaconEntries.at(-1)!.round)
    // The sector that is asked for is one of the miner's, where it is not one that genesis gave as power.
    for (const sector of info['Sectors'] as unknown as Json[]) {
      const onChain = await ask('Filecoin.StateSectorGetInfo', miner, sector['SectorNumber'], null)
      assert.equal(sector['SealedCID'], onChain['SealedCID'])
      assert.equal(Object.keys(sector), ['SealProof', 'SectorNumber', 'SectorKey', 'SealedCID'])
      assert.is(block.winPoStProof[0]!.proofBytes.length, 192)
      sectors++
    }
  }
  assert.ok(sectors > 0)
  const entry = await ask('Filecoin.StateGetBeaconEntry', node.head.height)
  assert.is(int(entry['Round']), node.head.height)
})

test('elections of the past, of strangers, and blocks of others are refused', async () => {
  const { ask, refusal, devnet } = await rpcDevnet()
  devnet.mine()
  const { height } = devnet.node.head
  const miner = `f0${devnet.providers[0]!.id}`
  const info = (who: string, round: number) =>
    refusal('Filecoin.MinerGetBaseInfo', who, round, null)
  assert.match((await info(miner, height)).message, /is not after/)
  assert.match((await info('f04', height + 1)).message, /f04 is not a miner/)
  assert.is((await info('f09999', height + 1)).code, 11)
  const asked = await ask('Filecoin.MinerGetBaseInfo', miner, height + 1, null)
  assert.equal([asked['Sectors'], asked['SectorSize']], [[], 32 * 2 ** 30])
  for (const name of ['MinerCreateBlock', 'SyncSubmitBlock'])
    assert.match((await refusal(`Filecoin.${name}`, {})).message, /makes the blocks/)
})

test('the network is told with its upgrades and its code', async () => {
  const { ask, refusal, devnet } = await rpcDevnet()
  const params = await ask('Filecoin.StateGetNetworkParams')
  assert.equal(
    [params['NetworkName'], params['BlockDelaySecs'], params['Eip155ChainID']],
    ['pithead-mainnet', 30, 314],
  )
  assert.is(params['ConsensusMinerMinPower'], String(10n * 2n ** 40n))
  const { UpgradeXxHeight, BreezeGasTampingDuration, ...past } = params['ForkUpgradeParams']!
  assert.ok(int(UpgradeXxHeight) > devnet.node.head.height && int(BreezeGasTampingDuration) === 0)
  assert.ok(Object.values(past).every((height) => int(height) < 0))
  // Of builtin-actors v18.0.0, as Lotus' build/builtin_actors_gen.go has them.
  const manifest = 'bafy2bzacedxsqapxwj5znwy4leem5gsuenhhfyqcntews3yis5iek67thy6lc'
  assert.equal(await ask('Filecoin.StateActorManifestCID', 28), { '/': manifest })
  const codes = await ask('Filecoin.StateActorCodeCIDs', 28)
  assert.is(Object.keys(codes).length, 16)
  const evm = 'bafk2bzacea57ib7fosqleehx5z6uvockk3xk5wqycmge5m4rfq4ptr7xrkfsi'
  assert.equal(codes['evm'], { '/': evm })
  assert.match((await refusal('Filecoin.StateActorCodeCIDs', 27)).message, /has version 28/)
})

test('messages are listed by who sent or got them', async () => {
  const { ask, refusal, devnet } = await rpcDevnet()
  const signed = [signedOf(devnet), signedOf(devnet, { nonce: 1n })]
  for (const one of signed) devnet.push(one)
  const [from, to] = devnet.accounts.map(({ native }) => String(native))
  const cids = signed.map((one) => signedMessageCid(one).toJSON()).reverse()
  const list = (match: object, since = 0) => ask('Filecoin.StateListMessages', match, null, since)
  assert.equal(await list({ From: from }), cids)
  assert.equal(await list({ To: to, From: from }), cids)
  assert.equal(await list({ To: to, From: '<empty>' }, devnet.node.head.height), cids.slice(0, 1))
  assert.is(await list({ From: to }), null)
  assert.is(await list({ To: 'f099999' }), null)
  assert.match(
    (await refusal('Filecoin.StateListMessages', {}, null, 0)).message,
    /param 0: expected at least To or From/,
  )
})

test.run()
