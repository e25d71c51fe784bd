// Goal: a provider's software learns what its elections are held with, and what kind of network it is on. Method: an election held from
// the answer alone must make the ticket and proofs of the block that the devnet itself makes next; CIDs are those of the release.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { electionInput, winCount } from '../../engine/consensus/election.ts'
import { ticketInput } from '../../engine/consensus/ticket.ts'
import { parseAddress } from '../../primitives/address.ts'
import { decodeBase64, encodeBase64 } from '../../primitives/base64.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { minTicket } from '../../engine/chain/tipset.ts'
import { headerToJson } from '../../engine/chain/block-json.ts'
import { signedMessageCid, signedMessageToJson } from '../../engine/chain/message.ts'
import { startProviders } from '../../scenarios/agents/provider.ts'
import { big, int, type Json, rpcDevnet, type RpcDevnet, signedOf } from '../support/rpc.ts'

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

test('elections of the past and of strangers are refused', async () => {
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
})

/** Wins an election from outside, as a provider's software does: a template of the block. */
async function wonTemplate({ ask, devnet }: RpcDevnet) {
  const { head, params } = devnet.node
  const miner = `f0${devnet.providers[0]!.id}`
  const Parents = head.cids.map((cid) => cid.toJSON())
  for (let round = head.height + 1; ; round++) {
    const info = await ask('Filecoin.MinerGetBaseInfo', miner, round, Parents)
    const entries = info['BeaconEntries'] as unknown as Json[]
    const beacon = decodeBase64(String(entries.at(-1)!['Data']))
    const address = parseAddress(miner).bytes
    const sign = async (bytes: Uint8Array) => {
      const by = info['WorkerKey']
      return (await ask('Filecoin.WalletSign', by, encodeBase64(bytes)))[
        'Data'
      ] as unknown as string
    }
    const proof = await sign(electionInput(beacon, round, address))
    const power = [big(info['MinerPower']), big(info['NetworkPower'])] as const
    const WinCount = winCount(decodeBase64(proof), ...power)
    if (WinCount < 1) continue
    const ticket = ticketInput(beacon, round, address, minTicket(head).vrfProof)
    return {
      ...{ Miner: miner, Parents, Epoch: round, BeaconValues: entries },
      Ticket: { VRFProof: await sign(ticket) },
      Eproof: { WinCount, VRFProof: proof },
      Timestamp: params.genesisTime + params.blockDelay * round,
      // Power without sectors is proven by what Lotus' developer builds take for a proof.
      WinningPoStProof: [{ PoStProof: 3, ProofBytes: encodeBase64(utf8('valid proof')) }],
    }
  }
}

test('a block that was won outside is made, judged and mined', async () => {
  const rpc = await rpcDevnet({ crypto: 'real' })
  const { ask, refusal, devnet } = rpc
  const { node } = devnet
  devnet.mine(2)
  devnet.automine = false
  const signed = signedOf(devnet)
  await ask('Filecoin.MpoolPush', signedMessageToJson(signed))
  const asked = await wonTemplate(rpc)
  const Messages = await ask('Filecoin.MpoolSelect', asked.Parents, 1)
  const block = await ask('Filecoin.MinerCreateBlock', { ...asked, Messages })
  const cid = signedMessageCid(signed).toJSON()
  assert.equal([block['BlsMessages'], block['SecpkMessages']], [null, [cid]])
  const says = async (change: object) => {
    const Header = { ...block['Header'], ...change }
    return (await refusal('Filecoin.SyncSubmitBlock', { ...block, Header })).message
  }
  assert.match(await says({ ParentWeight: '1' }), /^sync to submitted block failed: parent-weight/)
  assert.match(await says({ Timestamp: 1 }), /timestamp/)
  assert.match(await says({ ForkSignaling: 1 }), /signature/)
  const bare = { ...block, SecpkMessages: null }
  assert.match((await refusal('Filecoin.SyncSubmitBlock', bare)).message, /messages/)
  assert.is(await ask('Filecoin.SyncSubmitBlock', block), null)
  assert.is(node.head.height, asked.Epoch)
  assert.equal(headerToJson(node.head.blocks[0]!), block['Header'])
  assert.is(node.pool.size, 0)
  devnet.mine()
  const lookup = await ask('Filecoin.StateSearchMsg', null, cid, -1, true)
  assert.is(lookup['Receipt']!['ExitCode'], 0)
  assert.match((await refusal('Filecoin.SyncSubmitBlock', block)).message, /it is not on the head/)
})

test('blocks of nobody here are not signed, and nothing else that Lotus would not take', async () => {
  const rpc = await rpcDevnet()
  const { refusal, devnet } = rpc
  devnet.mine()
  const asked = await wonTemplate(rpc)
  const says = async (change: object) =>
    (await refusal('Filecoin.MinerCreateBlock', { ...asked, Messages: [], ...change })).message
  assert.match(await says({ Miner: 'f04' }), /failed to sign new block: key of the worker of f04/)
  assert.match(await says({ Parents: [] }), /no parents/)
  assert.match(await says({ Epoch: 'x' }), /Height|Epoch/)
  assert.match(
    await says({ Messages: [{}] }),
    /param 0: Messages\[0\]\.Message: expected an object/,
  )
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
