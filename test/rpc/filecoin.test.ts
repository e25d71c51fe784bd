// Goal: Filecoin's methods answer in Lotus' shapes. Method: each against what the network is known to hold.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { formatAddress, parseAddress } from '../../primitives/address.ts'
import { maskedIdAddress } from '../../primitives/eth-address.ts'
import { toHex } from '../../primitives/bytes.ts'
import { fil } from '../../primitives/units.ts'
import {
  eth,
  big,
  int,
  NOBODY,
  rpcDevnet,
  signedJson,
  signedOf,
  transferOf,
} from '../support/rpc.ts'

const BLOCK_FIELDS =
  'Miner Ticket ElectionProof BeaconEntries WinPoStProof Parents ParentWeight Height ParentStateRoot ParentMessageReceipts Messages BLSAggregate Timestamp BlockSig ForkSignaling ParentBaseFee'
const keysOf = (value: object) => Object.keys(value).join(' ')

test('Version says whose API is spoken', async () => {
  const { ask } = await rpcDevnet()
  assert.equal(await ask('Filecoin.Version'), {
    Version: 'pithead/0.1.0',
    APIVersion: 0x020300,
    BlockDelay: 30,
    Agent: 'pithead',
  })
})

test('tipsets come whole, by key, by height and as genesis', async () => {
  const { devnet, ask } = await rpcDevnet()
  const genesis = await ask('Filecoin.ChainHead')
  assert.is(genesis['Height'], 0)
  assert.equal(await ask('Filecoin.ChainGetGenesis'), genesis)
  const made = devnet.mine(3)
  const head = await ask('Filecoin.ChainHead')
  assert.is(keysOf(head), 'Cids Blocks Height')
  assert.is(head['Height'], made.height)
  assert.equal(
    head['Cids'],
    made.cids.map((cid) => ({ '/': cid.toString() })),
  )
  assert.is(keysOf(head['Blocks']![0]!), BLOCK_FIELDS)
  for (const key of [null, [], head['Cids']])
    assert.equal(await ask('Filecoin.ChainGetTipSet', key), head)
  assert.equal(await ask('Filecoin.ChainGetTipSetByHeight', 0, null), genesis)
  assert.equal(await ask('Filecoin.ChainGetTipSetByHeight', made.height, head['Cids']), head)
  assert.equal(await ask('Filecoin.ChainGetBlock', head['Cids']![0]), head['Blocks']![0])
})

test('a null round is answered with the tipset before it', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const before = devnet.mine()
  devnet.increaseTime(90)
  const after = devnet.mine()
  assert.ok(after.height >= before.height + 4)
  for (let height = before.height; height < after.height; height++)
    assert.is((await ask('Filecoin.ChainGetTipSetByHeight', height, []))['Height'], before.height)
  const message = `looking for tipset with height greater than start point, req: ${after.height + 1}, head: ${after.height}`
  assert.equal(await refusal('Filecoin.ChainGetTipSetByHeight', after.height + 1, []), {
    code: 1,
    message,
  })
})

test('the state after any tipset of the chain can be asked for', async () => {
  const { devnet, ask } = await rpcDevnet()
  const [from, to] = devnet.accounts
  const genesis = (await ask('Filecoin.ChainHead'))['Cids']
  devnet.node.push(signedOf(devnet, { value: fil('5') }))
  devnet.mine()
  const balance = async (key: unknown) =>
    big((await ask('Filecoin.StateGetActor', to!.native.toString(), key))['Balance'])
  assert.is(await balance(genesis), fil('100000'))
  assert.is(await balance(null), fil('100005'))
  assert.is(await ask('Filecoin.WalletBalance', to!.native.toString()), fil('100005').toString())
  const sender = await ask('Filecoin.StateGetActor', from!.native.toString(), null)
  assert.is(keysOf(sender), 'Code Head Nonce Balance DelegatedAddress')
  assert.is(sender['Nonce'], 1)
  assert.is(sender['DelegatedAddress'], null)
})

test('addresses are found in every form', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const { native, delegated } = devnet.accounts[0]!
  for (const own of [native, delegated]) {
    const id = await ask<string>('Filecoin.StateLookupID', own.toString(), null)
    assert.match(id, /^f0\d+$/)
    assert.is(await ask('Filecoin.StateLookupID', id, null), id)
    assert.is(await ask('Filecoin.StateAccountKey', id, null), own.toString())
    assert.is(await ask('Filecoin.StateAccountKey', own.toString(), null), own.toString())
  }
  const actor = await ask('Filecoin.StateGetActor', delegated.toString(), null)
  assert.is(actor['DelegatedAddress'], delegated.toString())
  const stranger = 'f1abjxfbp274xpdqcpuaykwkfb43omjotacm2p3za'
  const notFound = { code: 11, message: `actor not found: ${stranger}` }
  assert.equal(await refusal('Filecoin.StateLookupID', stranger, null), notFound)
  assert.equal(await refusal('Filecoin.StateGetActor', stranger, null), notFound)
  assert.equal(await refusal('Filecoin.MpoolGetNonce', stranger), notFound)
  assert.is(await ask('Filecoin.WalletBalance', stranger), '0')
  assert.equal(await refusal('Filecoin.StateAccountKey', devnet.node.params.letter + '01', null), {
    code: 1,
    message: 'f01 is not an account with a key',
  })
})

test('both networks convert addresses to each other', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const account = devnet.accounts[0]!
  const native = account.native.toString()
  assert.is(
    await ask('Filecoin.EthAddressToFilecoinAddress', eth(account)),
    account.delegated.toString(),
  )
  assert.is(
    await ask('Filecoin.FilecoinAddressToEthAddress', account.delegated.toString()),
    eth(account),
  )
  const masked = `0x${toHex(maskedIdAddress(1234))}`
  assert.is(await ask('Filecoin.EthAddressToFilecoinAddress', masked), 'f01234')
  assert.is(await ask('Filecoin.FilecoinAddressToEthAddress', 'f01234', 'latest'), masked)
  const id = parseAddress(await ask<string>('Filecoin.StateLookupID', native, null)).id!
  for (const at of [[], ['finalized'], ['latest'], ['0x0']])
    assert.is(
      await ask('Filecoin.FilecoinAddressToEthAddress', native, ...at),
      `0x${toHex(maskedIdAddress(id))}`,
    )
  const { code } = await refusal(
    'Filecoin.FilecoinAddressToEthAddress',
    'f1abjxfbp274xpdqcpuaykwkfb43omjotacm2p3za',
  )
  assert.is(code, 11)
})

test('miners tell who controls them, their power and their money', async () => {
  const { devnet, ask, refusal } = await rpcDevnet({ sps: 3 })
  const miners = devnet.providers.map(({ id }) => `f0${id}`)
  assert.equal(
    [...(await ask<string[]>('Filecoin.StateListMiners', null))].sort(),
    [...miners].sort(),
  )
  const { owner, worker, rawBytePower } = devnet.providers[0]!
  const info = await ask('Filecoin.StateMinerInfo', miners[0], null)
  assert.is(info['Owner'], await ask('Filecoin.StateLookupID', owner.toString(), null))
  assert.is(info['Worker'], await ask('Filecoin.StateLookupID', worker.toString(), null))
  const { Owner, Worker, ...rest } = info
  assert.equal(rest, {
    NewWorker: '<empty>',
    ControlAddresses: null,
    WorkerChangeEpoch: -1,
    PeerId: null,
    Multiaddrs: null,
    WindowPoStProofType: 13,
    SectorSize: 34359738368,
    WindowPoStPartitionSectors: 2349,
    ConsensusFaultElapsed: -1,
    PendingOwnerAddress: null,
    Beneficiary: Owner,
    BeneficiaryTerm: { Quota: '0', UsedQuota: '0', Expiration: 0 },
    PendingBeneficiaryTerm: null,
  })
  const power = (bytes: bigint) => ({ RawBytePower: `${bytes}`, QualityAdjPower: `${bytes}` })
  assert.equal(await ask('Filecoin.StateMinerPower', miners[0], null), {
    MinerPower: power(rawBytePower),
    TotalPower: power(3n * rawBytePower),
    HasMinPower: true,
  })
  assert.equal(await ask('Filecoin.StateMinerPower', 'f0100', null), {
    MinerPower: power(0n),
    TotalPower: power(3n * rawBytePower),
    HasMinPower: false,
  })
  const available = big(await ask('Filecoin.StateMinerAvailableBalance', miners[0], null))
  const balance = big((await ask('Filecoin.StateGetActor', miners[0], null))['Balance'])
  assert.ok(available > 0n && available < balance, `${available} of ${balance}`)
  assert.equal(await refusal('Filecoin.StateMinerInfo', 'f0100', null), {
    code: 1,
    message: 'f0100 is not a miner but of type account',
  })
  assert.is((await refusal('Filecoin.StateMinerInfo', NOBODY.toString(), null)).code, 11)
})

test('the network is named, and its version told', async () => {
  const { ask } = await rpcDevnet()
  assert.is(await ask('Filecoin.StateNetworkName'), 'pithead-mainnet')
  assert.is(await ask('Filecoin.StateNetworkVersion', []), 28)
})

test('gas is estimated a quarter above what the message then uses', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const [from, to] = devnet.accounts
  const unpriced = {
    From: from!.native.toString(),
    To: to!.native.toString(),
    Value: '1000',
    Method: 0,
  }
  const priced = await ask('Filecoin.GasEstimateMessageGas', unpriced, null, null)
  assert.is(
    keysOf(priced),
    'Version To From Nonce Value GasLimit GasFeeCap GasPremium Method Params CID',
  )
  assert.is(priced['GasPremium'], '100000')
  const [gasLimit, gasFeeCap] = [big(priced['GasLimit']), big(priced['GasFeeCap'])]
  devnet.push(signedOf(devnet, { gasLimit, gasFeeCap, gasPremium: 100_000n, value: 1000n }))
  const { receipts } = devnet.node.store.execution(devnet.node.head)
  const { exitCode, gasUsed } = receipts[0]!
  assert.is(exitCode, 0)
  const ratio = Number(gasLimit) / gasUsed
  assert.ok(ratio > 1.2 && ratio <= 1.25, `${gasLimit} for ${gasUsed}`)
  const given = { ...unpriced, GasLimit: 3_000_000, GasFeeCap: '200', GasPremium: '100' }
  const kept = await ask('Filecoin.GasEstimateMessageGas', given, { MaxFee: '0' }, [])
  assert.equal([kept['GasLimit'], kept['GasFeeCap'], kept['GasPremium']], [3_000_000, '200', '100'])
  const capped = await ask('Filecoin.GasEstimateMessageGas', unpriced, { MaxFee: '1000000000' }, [])
  assert.is(capped['GasFeeCap'], (1_000_000_000n / gasLimit).toString())
  assert.is(capped['GasPremium'], capped['GasFeeCap'])
  const tooMuch = { ...unpriced, Value: fil('100001').toString() }
  assert.equal(await refusal('Filecoin.GasEstimateMessageGas', tooMuch, null, null), {
    code: 3,
    message:
      'message execution failed (exit=[SysErrInsufficientFunds(6)], vm error=[message failed with backtrace:\n00: f0102 (method 0) -- actor 100 cannot pay 100001000000000000000000 (InsufficientFunds)\n (RetCode=6)])',
    data: '0x',
  })
  const fromNobody = { ...unpriced, From: NOBODY.toString() }
  assert.is((await refusal('Filecoin.GasEstimateMessageGas', fromNobody, null, null)).code, 11)
})

test('a pushed message is on the chain, and its receipt in the next tipset', async () => {
  const { devnet, ask } = await rpcDevnet()
  const [from, to] = devnet.accounts
  assert.is(await ask('Filecoin.MpoolGetNonce', from!.native.toString()), 0)
  const cid = await ask(
    'Filecoin.MpoolPush',
    signedJson(devnet, from!, transferOf(from!, to!.native)),
  )
  assert.is(await ask('Filecoin.MpoolGetNonce', from!.native.toString()), 1)
  const { height } = devnet.node.head
  const found = await ask('Filecoin.StateWaitMsg', cid, 0, -1, true)
  assert.is(keysOf(found), 'Message Receipt ReturnDec TipSet Height')
  assert.equal(found['Message'], cid)
  assert.is(keysOf(found['Receipt']!), 'ExitCode Return GasUsed EventsRoot')
  assert.is(found['Receipt']!['ExitCode'], 0)
  assert.is(found['Receipt']!['Return'], null)
  assert.is(found['Receipt']!['EventsRoot'], null)
  assert.is(found['ReturnDec'], null)
  assert.ok(int(found['Height']) > height)
  const child = await ask('Filecoin.ChainGetTipSet', found['TipSet'])
  assert.is(child['Height'], found['Height'])
  const parent = await ask('Filecoin.ChainGetTipSetByHeight', height, null)
  assert.equal(child['Blocks']![0]!['Parents'], parent['Cids'])
  assert.equal(await ask('Filecoin.StateSearchMsg', null, cid, -1, true), found)
  assert.is(await ask('Filecoin.StateSearchMsg', parent['Cids'], cid, -1, true), null)
  const message = await ask('Filecoin.ChainGetMessage', cid)
  assert.is(message['From'], from!.native.toString())
})

test('messages wait where tipsets are made by hand', async () => {
  const { devnet, ask } = await rpcDevnet()
  devnet.automine = false
  const [from, to] = devnet.accounts
  const signed = signedJson(devnet, from!, transferOf(from!, to!.native))
  const cid = await ask('Filecoin.MpoolPush', signed)
  assert.equal(await ask('Filecoin.MpoolPending', null), [signed])
  assert.is(await ask('Filecoin.StateSearchMsg', null, cid, -1, true), null)
  assert.is((await ask('Filecoin.ChainGetMessage', cid))['Nonce'], 0)
  devnet.mine()
  assert.equal(await ask('Filecoin.MpoolPending', null), [])
})

test('a network of its own letter writes it in every address', async () => {
  const { devnet, ask } = await rpcDevnet({ preset: '2k' })
  const miners = await ask<string[]>('Filecoin.StateListMiners', null)
  for (const miner of miners) assert.match(miner, /^t0\d+$/)
  const native = formatAddress(devnet.accounts[0]!.native, 't')
  assert.is(await ask('Filecoin.StateAccountKey', native, null), native)
  assert.is(await ask('Filecoin.StateAccountKey', `f${native.slice(1)}`, null), native)
  devnet.mine()
  const head = await ask('Filecoin.ChainHead')
  assert.match(String(head['Blocks']![0]!['Miner']), /^t0/)
  const info = await ask('Filecoin.StateMinerInfo', miners[0], null)
  assert.is(info['SectorSize'], 2048)
  assert.match(String(info['Owner']), /^t0/)
})

test.run()
