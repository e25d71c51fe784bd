// Goal: blocks, messages, receipts, events, supplies and states are told as Lotus tells them. Method: a chain with Ethereum's and native
// messages on it, asked in several ways that must agree with each other and with the node.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { signedMessageCid } from '../../engine/chain/message.ts'
import { chainRandomness } from '../../engine/chain/randomness.ts'
import { encodeBase64 } from '../../primitives/base64.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { drawRandomness } from '../../primitives/randomness.ts'
import { fil } from '../../primitives/units.ts'
import { ledgerDevnet } from '../support/drive.ts'
import { big, int, type Json, NOBODY, rpcDevnet, signedOf } from '../support/rpc.ts'

test('messages of a block, its tipset and its parent, with their receipts', async () => {
  const { ask, devnet, refusal } = await rpcDevnet()
  const signed = signedOf(devnet)
  devnet.push(signed)
  const { head } = devnet.node
  devnet.mine()
  const cid = { '/': head.cids[0]!.toString() }
  const id = signedMessageCid(signed).toJSON()
  const block = await ask('Filecoin.ChainGetBlockMessages', cid)
  assert.equal([block['BlsMessages'], block['Cids']], [[], [id]])
  assert.equal(block['SecpkMessages']![0 as never]!['CID'], id)
  const inTipset = await ask('Filecoin.ChainGetMessagesInTipset', [cid])
  assert.equal(inTipset[0 as never]!['Cid'], id)
  const child = { '/': devnet.node.head.cids[0]!.toString() }
  assert.equal(await ask('Filecoin.ChainGetParentMessages', child), inTipset)
  const receipts = await ask<Json[]>('Filecoin.ChainGetParentReceipts', child)
  const lookup = await ask('Filecoin.StateWaitMsg', id, 0, -1, true)
  assert.equal(receipts, [lookup['Receipt']])
  assert.match((await refusal('Filecoin.ChainGetBlockMessages', id)).message, /block not found/)
})

test('events are found by the root in their receipt', async () => {
  const { ask, refusal, call, devnet } = await ledgerDevnet()
  const receipt = await call('move', [7n, 'x'])
  const [done] = devnet.node.store.execution(devnet.node.head).receipts
  const events = await ask<Json[]>('Filecoin.ChainGetEvents', done!.eventsRoot!.toJSON())
  assert.is(events.length, (receipt['logs'] as unknown as Json[]).length)
  assert.equal(
    (events[0]!['Entries'] as unknown as Json[]).map((entry) => entry['Key']),
    ['t1', 't2', 't3', 'd'],
  )
  const block = devnet.node.head.cids[0]!.toJSON()
  assert.match((await refusal('Filecoin.ChainGetEvents', block)).message, /could not find/)
})

test('tipsets by height, weight and the way between them', async () => {
  const { ask, refusal, devnet } = await rpcDevnet()
  devnet.increaseTime(300)
  const [first, second] = [devnet.mine(), devnet.mine()]
  const key = (tipset: typeof first) => tipset.cids.map((cid) => cid.toJSON())
  const after = await ask('Filecoin.ChainGetTipSetAfterHeight', 1, null)
  assert.is(after['Height'], first.height)
  assert.match(
    (await refusal('Filecoin.ChainGetTipSetAfterHeight', 9999, null)).message,
    /req: 9999/,
  )
  assert.is((await ask('Filecoin.ChainGetFinalizedTipSet'))['Height'], 0)
  const weight = async (tipset: typeof first) =>
    big(await ask('Filecoin.ChainTipSetWeight', key(tipset)))
  assert.ok((await weight(second)) > (await weight(first)))
  const path = await ask<Json[]>('Filecoin.ChainGetPath', key(second), key(first))
  assert.equal(
    path.map((step) => [step['Type'], step['Val']!['Height']]),
    [['revert', second.height]],
  )
  const back = await ask<Json[]>('Filecoin.ChainGetPath', key(first), key(second))
  assert.equal(
    back.map((step) => [step['Type'], step['Val']!['Height']]),
    [['apply', second.height]],
  )
})

test('supplies add up, and states are read', async () => {
  const { ask, refusal, devnet } = await rpcDevnet()
  devnet.mine(3)
  const parts = await ask('Filecoin.StateVMCirculatingSupplyInternal', null)
  const sum = ['FilVested', 'FilMined', 'FilReserveDisbursed'].reduce(
    (n, part) => n + big(parts[part]),
    0n,
  )
  const circulating = big(await ask('Filecoin.StateCirculatingSupply', null))
  assert.is(sum - big(parts['FilBurnt']) - big(parts['FilLocked']), circulating)
  assert.ok(circulating > fil('1000000'))
  const actors = await ask<string[]>('Filecoin.StateListActors', null)
  const miner = `f0${devnet.providers[0]!.id}`
  assert.ok(actors.includes(miner) && actors.includes('f04'))
  const read = await ask('Filecoin.StateReadState', miner, null)
  const info = await ask('Filecoin.StateGetActor', miner, null)
  assert.equal([read['Balance'], read['Code']], [info['Balance'], info['Code']])
  assert.match(String(read['State']!['Info']!['/']), /^bafy/)
  assert.ok(big(read['State']!['InitialPledge']) > 0n)
  const owner = String(devnet.accounts[0]!.native)
  assert.equal(await ask('Filecoin.StateMarketBalance', owner, null), { Escrow: '0', Locked: '0' })
  assert.is(await ask('Filecoin.StateVerifiedClientStatus', owner, null), null)
  assert.is(await ask('Filecoin.StateVerifierStatus', owner, null), null)
  const nobody = String(devnet.accounts[0]!.native).replace(/.{4}$/, 'aaaa')
  assert.match(
    (await refusal('Filecoin.StateMarketBalance', nobody, null)).message,
    /address|not found/,
  )
  assert.is((await refusal('Filecoin.StateReadState', NOBODY.toString(), null)).code, 11)
})

test('randomness is what contracts and actors draw', async () => {
  const { ask, refusal, devnet } = await rpcDevnet()
  devnet.mine(3)
  const { head, store, crypto } = devnet.node
  const at = head.height
  const { beaconDigest, ticketDigest } = chainRandomness(store, crypto, head)
  for (const [name, digest] of [
    ['Beacon', beaconDigest(at)],
    ['Tickets', ticketDigest(at)],
  ] as const) {
    const drawn = encodeBase64(drawRandomness(digest, 3, at, utf8('x')))
    const method = `Filecoin.StateGetRandomnessFrom${name}`
    assert.is(await ask(method, 3, at, encodeBase64(utf8('x')), null), drawn)
    assert.is(
      await ask(`Filecoin.StateGetRandomnessDigestFrom${name}`, at, null),
      encodeBase64(digest),
    )
    assert.match((await refusal(method, 3, at + 1, 'AA==', null)).message, /from the future/)
    assert.match(
      (await refusal(method, 3, at, '*', null)).message,
      /param 2: expected bytes in base64/,
    )
  }
})

test('numbers lead to addresses, and parameters to words', async () => {
  const { ask, refusal, devnet } = await rpcDevnet()
  const { native, delegated } = devnet.accounts[0]!
  for (const who of [native, delegated]) {
    const id = `f0${devnet.node.state.resolve(who)!}`
    assert.is(await ask('Filecoin.StateLookupRobustAddress', id, null), String(who))
    assert.is(await ask('Filecoin.StateLookupRobustAddress', String(who), null), String(who))
  }
  const robust = await ask(
    'Filecoin.StateLookupRobustAddress',
    `f0${devnet.providers[0]!.id}`,
    null,
  )
  assert.match(String(robust), /^f2/)
  assert.match(
    (await refusal('Filecoin.StateLookupRobustAddress', 'f099999', null)).message,
    /not found/,
  )
  const miner = `f0${devnet.providers[0]!.id}`
  assert.equal(await ask('Filecoin.StateDecodeParams', miner, 16, 'gUMAAGQ=', null), {
    amountRequested: '100',
  })
  const says = async (...params: unknown[]) =>
    (await refusal('Filecoin.StateDecodeParams', ...params)).message
  assert.match(
    await says(miner, 999, 'gA==', null),
    /unknown method 999 for actor type storageminer/,
  )
  assert.match(await says(miner, 16, 'gA==', null), /failed to deserialize/)
})

test('gas is estimated part by part as all at once', async () => {
  const { ask, devnet } = await rpcDevnet()
  const [from, to] = devnet.accounts
  const message = { From: String(from!.native), To: String(to!.native), Value: '1' }
  const limit = int(await ask('Filecoin.GasEstimateGasLimit', message, null))
  const whole = await ask('Filecoin.GasEstimateMessageGas', message, null, null)
  assert.is(int(whole['GasLimit']), Math.floor(limit * 1.25))
  const premium = await ask('Filecoin.GasEstimateGasPremium', 10, message.From, 0, null)
  assert.is(premium, whole['GasPremium'])
  const cap = await ask('Filecoin.GasEstimateFeeCap', { ...message, GasPremium: premium }, 20, null)
  assert.is(cap, whole['GasFeeCap'])
})

test('a limit is how far back transactions are looked for', async () => {
  const { ask, refusal, call, devnet } = await ledgerDevnet()
  const receipt = await call('move', [1n, ''])
  const hash = receipt['transactionHash']
  devnet.mine(5)
  const at = (method: string, limit: number) => ask(`Filecoin.${method}`, hash, limit)
  for (const [method, plain] of [
    ['EthGetTransactionByHashLimited', 'eth_getTransactionByHash'],
    ['EthGetTransactionReceiptLimited', 'eth_getTransactionReceipt'],
  ] as const) {
    assert.equal(await at(method, -1), await ask(plain, hash))
    assert.equal(await at(method, 100), await ask(plain, hash))
    assert.is(await at(method, 2), null)
  }
  const number = receipt['blockNumber']
  assert.equal(await ask('Filecoin.EthGetBlockReceiptsLimited', number, 100), [receipt])
  assert.match(
    (await refusal('Filecoin.EthGetBlockReceiptsLimited', number, 2)).message,
    /older than/,
  )
})

test('the node says what it is', async () => {
  const { ask, devnet } = await rpcDevnet()
  devnet.mine()
  assert.is(await ask('Filecoin.ID'), 'pithead-pithead')
  assert.equal(await ask('Filecoin.NetPeers'), [])
  assert.equal(await ask('Filecoin.AuthVerify', await ask('Filecoin.AuthNew', ['admin'])), [
    'read',
    'write',
    'sign',
    'admin',
  ])
  const [sync] = (await ask('Filecoin.SyncState'))['ActiveSyncs'] as unknown as Json[]
  assert.equal([sync!['Stage'], sync!['Height']], [5, devnet.node.head.height])
})

test('fast finality is off, as on a Lotus without it', async () => {
  const { refusal } = await rpcDevnet()
  for (const [name, ...params] of [
    ['F3IsRunning'],
    ['F3GetManifest'],
    ['F3GetCertificate', 0],
    ['F3GetLatestCertificate'],
  ] as const)
    assert.equal(await refusal(`Filecoin.${name}`, ...params), {
      code: 4,
      message: 'f3 is disabled',
    })
})

test.run()
