import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { AccountMethod, AuthenticateMessageParams } from '../../../actors/account/params.ts'
import {
  DatacapMethod,
  TransferFromParams,
  TransferFromReturn,
} from '../../../actors/datacap/params.ts'
import { dealCid, DealProposal } from '../../../actors/market/deal.ts'
import { marketActor } from '../../../actors/market/index.ts'
import {
  MARKET_NOTIFY_DEAL,
  MarketMethod as M,
  MarketNotifyDealParams,
  type PublishStorageDealsReturn,
} from '../../../actors/market/params.ts'
import { MarketState } from '../../../actors/market/state.ts'
import { MinerMethod } from '../../../actors/miner/params.ts'
import { PowerMethod } from '../../../actors/power/params.ts'
import { RewardMethod } from '../../../actors/reward/params.ts'
import { ErrorNumber, ExitCode, Payload } from '../../../actors/runtime.ts'
import { DATACAP_ACTOR, POWER_ACTOR, REWARD_ACTOR } from '../../../actors/singletons.ts'
import { AllocationRequests } from '../../../actors/verifreg/params.ts'
import { actorAddress, blsAddress, idAddress } from '../../../primitives/address.ts'
import { Blockstore } from '../../../primitives/blockstore.ts'
import type { Cid } from '../../../primitives/cid.ts'
import { cidOf } from '../../../primitives/cid.ts'
import { bool, encode } from '../../../primitives/codec.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { Link } from '../../../primitives/link.ts'
import { fil } from '../../../primitives/units.ts'
import { exitsWith, type FakeReply, type Sent } from '../../support/fake-runtime.ts'
import {
  CLIENT,
  DAY,
  fundedState,
  type MarketOptions,
  MarketRuntime,
  MIB,
  NOW,
  OTHER_CLIENT,
  OTHER_PROVIDER,
  PRICE,
  proposal,
  PROVIDER,
  signed,
  START,
  STRANGER,
} from '../../support/market.ts'

await initCrypto()

const NOBODY = actorAddress(Uint8Array.of(1))

const publish = (rt: MarketRuntime, ...deals: readonly DealProposal[]) =>
  rt.call<PublishStorageDealsReturn>(marketActor, M.PublishStorageDeals, {
    deals: deals.map(signed),
  })

/** Answers a method of some actors otherwise than the quiet network does. */
const when = (method: number, reply: FakeReply, to?: number) => (sent: Sent) =>
  sent.method === method && (to === undefined || sent.to === to) ? reply : undefined

test('a deal that is published binds the funds of both sides, and its client is told', () => {
  const robust = blsAddress(new Uint8Array(48).fill(3))
  const rt = new MarketRuntime()
  rt.actors.set(CLIENT, { addresses: [robust] })
  const asProposed = proposal(1, { client: robust })
  const { ids, validDeals } = publish(rt, asProposed)
  assert.equal([ids, validDeals.toString()], [[0], '{0}'])

  const fee = PRICE * BigInt(200 * DAY)
  assert.is(rt.funds(CLIENT)[1], fil('1') + fee)
  assert.is(rt.funds(PROVIDER)[1], fil('2'))
  const state = rt.state()
  const stored = proposal(1)
  assert.equal(state.proposals.get(0), stored)
  assert.ok(state.pendingProposals.has(dealCid(stored)))
  assert.is(state.totalClientStorageFee, fee)
  assert.is(state.nextId, 1)
  const interval = 30 * DAY
  const due = Math.ceil(START / interval) * interval
  assert.equal([...state.dealOpsByEpoch.keys()], [due])
  assert.equal(rt.broken(), [])

  assert.equal(rt.transfers, [
    [PROVIDER, MinerMethod.IsControllingAddressExported, 0n],
    [REWARD_ACTOR, RewardMethod.ThisEpochReward, 0n],
    [POWER_ACTOR, PowerMethod.CurrentTotalPower, 0n],
    [robust.toString(), AccountMethod.AuthenticateMessage, 0n],
    [CLIENT, MARKET_NOTIFY_DEAL, 0n],
  ])
  const asked = rt.sent[3]!
  assert.equal(asked.options, { readOnly: true })
  const { message, signature } = asked.params!.as(AuthenticateMessageParams)
  assert.equal(message, encode(DealProposal, asProposed))
  assert.equal(signature, signed(asProposed).clientSignature.data)
  const told = rt.sent[4]!.params!.as(MarketNotifyDealParams)
  assert.equal(told, { proposal: encode(DealProposal, stored), dealId: 0 })
  assert.equal(rt.happened, ['deal-published 0'])
})

test('a message as a whole is refused', () => {
  const one = { deals: [signed(proposal(1))] }
  const from = (provider: typeof NOBODY) => ({ deals: [signed(proposal(1, { provider }))] })
  const no = { ret: Payload.of(bool, false) }
  const cases: [what: string, params: object, options: MarketOptions, code: ExitCode][] = [
    ['no deals', { deals: [] }, {}, ExitCode.IllegalArgument],
    ['provider is nobody', from(NOBODY), {}, ExitCode.NotFound],
    ['provider is no actor', from(idAddress(9999)), {}, ExitCode.NotFound],
    ['provider is a client', from(idAddress(CLIENT)), {}, ExitCode.IllegalArgument],
    [
      'not by the provider',
      one,
      { first: when(MinerMethod.IsControllingAddressExported, no) },
      ExitCode.Forbidden,
    ],
    [
      'a provider that does not answer',
      one,
      { first: when(MinerMethod.IsControllingAddressExported, {}) },
      ExitCode.AssertionFailed,
    ],
    ['a client that refuses', one, { first: when(MARKET_NOTIFY_DEAL, { exitCode: 33 }) }, 16],
    [
      'a client that is gone',
      one,
      { first: when(MARKET_NOTIFY_DEAL, { error: ErrorNumber.NotFound }) },
      ExitCode.IllegalArgument,
    ],
  ]
  for (const [what, params, options, exitCode] of cases) {
    const state = fundedState()
    const rt = new MarketRuntime(state, options)
    assert.throws(
      () => rt.call(marketActor, M.PublishStorageDeals, params),
      exitsWith(exitCode),
      what,
    )
    if (!what.startsWith('a client')) assert.is(rt.state(), state, what)
    assert.equal(rt.events, [], what)
  }
})

const days = (n: number) => BigInt(START + n * DAY)
const INVALID: [what: string, change: Partial<DealProposal>][] = [
  ['a long label', { label: 'é'.repeat(128) + 'x' }],
  ['long bytes', { label: new Uint8Array(257) }],
  ['too small', { pieceSize: 64n }],
  ['no power of two', { pieceSize: MIB + 1n }],
  ['no piece', { pieceCid: cidOf(new Uint8Array()) }],
  ['ends before it starts', { endEpoch: BigInt(START) }],
  ['has started', { startEpoch: BigInt(NOW - 1) }],
  ['too short', { endEpoch: days(180) - 1n }],
  ['too long', { endEpoch: days(1278) + 1n }],
  ['a negative price', { storagePricePerEpoch: -1n }],
  ['too much a price', { storagePricePerEpoch: fil('2000000000') + 1n }],
  ['too little collateral', { providerCollateral: 1n }],
  ['too much collateral', { providerCollateral: fil('2000000000') + 1n }],
  ['negative collateral', { clientCollateral: -1n }],
  ['too much of a client', { clientCollateral: fil('2000000000') + 1n }],
  ['a client that cannot pay', { clientCollateral: fil('101') }],
  ['a provider that cannot pay', { providerCollateral: fil('101') }],
  ['no client', { client: NOBODY }],
  ['of another provider', { provider: idAddress(OTHER_PROVIDER) }],
  ['too much datacap', { verifiedDeal: true, pieceSize: MIB << 4n }],
]

for (const [what, change] of INVALID)
  test(`a deal is dropped, and the others are published: ${what}`, () => {
    const rt = new MarketRuntime()
    const { ids, validDeals } = publish(rt, proposal(1), proposal(2, change), proposal(3))
    assert.equal([ids, validDeals.toString()], [[0, 1], '{0,2}'])
    assert.equal([...rt.state().proposals.values()], [proposal(1), proposal(3)])
    assert.equal(rt.broken(), [])
  })

test('a message with nothing valid is refused', () => {
  const state = fundedState()
  const rt = new MarketRuntime(state)
  assert.throws(
    () => publish(rt, proposal(1, { pieceSize: 64n }), proposal(2, { client: NOBODY })),
    exitsWith(ExitCode.IllegalArgument),
  )
  assert.is(rt.state(), state)
})

test('what is allowed at most is allowed', () => {
  const rt = new MarketRuntime()
  rt.publish(
    proposal(1, { label: 'é'.repeat(128), endEpoch: days(1278) }),
    proposal(2, { label: new Uint8Array(256), endEpoch: days(180), startEpoch: BigInt(START) }),
    proposal(3, { startEpoch: BigInt(NOW), endEpoch: BigInt(NOW + 181 * DAY) }),
    proposal(4, { pieceSize: 128n, clientCollateral: 0n, storagePricePerEpoch: 0n }),
  )
  assert.equal(rt.broken(), [])
})

test('deals that are not signed are dropped, however that shows', () => {
  const replies: FakeReply[] = [
    { ret: Payload.of(bool, false) },
    { exitCode: ExitCode.IllegalArgument },
    { error: ErrorNumber.ReadOnly },
    {},
    { ret: Payload.raw(Uint8Array.of(1)) },
  ]
  for (const reply of replies) {
    const rt = new MarketRuntime(fundedState(), {
      first: when(AccountMethod.AuthenticateMessage, reply),
    })
    assert.throws(() => publish(rt, proposal(1)), exitsWith(ExitCode.IllegalArgument))
  }
})

test('the same deal is not published twice, in one message or in two', () => {
  const rt = new MarketRuntime()
  const first = publish(rt, proposal(1), proposal(2), proposal(1))
  assert.equal(first.validDeals.toString(), '{0-1}')
  const second = publish(rt, proposal(2), proposal(3))
  assert.equal([second.ids, second.validDeals.toString()], [[2], '{1}'])
})

test('each deal leaves less for the next', () => {
  const rt = new MarketRuntime()
  const half = { clientCollateral: fil('60'), storagePricePerEpoch: 0n }
  const other = { ...half, client: idAddress(OTHER_CLIENT) }
  const deals = [proposal(1, half), proposal(2, half), proposal(3, other)]
  assert.equal(publish(rt, ...deals).validDeals.toString(), '{0,2}')
  const dear = { providerCollateral: fil('60') }
  assert.equal(publish(rt, proposal(4, dear), proposal(5)).validDeals.toString(), '{0-1}')
  assert.throws(() => publish(rt, proposal(6, dear)), exitsWith(ExitCode.IllegalArgument))
  assert.equal(rt.broken(), [])
})

test('verified deals spend datacap of their clients, and wait with an allocation each', () => {
  const rt = new MarketRuntime()
  const verified = { verifiedDeal: true }
  const other = { ...verified, client: idAddress(OTHER_CLIENT) }
  const late = { startEpoch: days(90), endEpoch: days(90 + 1278), ...verified }
  rt.call(marketActor, M.PublishStorageDeals, {
    deals: [proposal(1, other), proposal(2, verified), proposal(3), proposal(4, late)].map(signed),
  })
  const datacap = rt.sent.filter(({ to }) => to === DATACAP_ACTOR)
  assert.equal(
    datacap.map(({ method }) => method),
    [
      DatacapMethod.BalanceExported,
      DatacapMethod.BalanceExported,
      DatacapMethod.TransferFromExported,
      DatacapMethod.TransferFromExported,
    ],
  )
  const transfers = datacap.slice(2).map(({ params }) => params!.as(TransferFromParams))
  assert.equal(
    transfers.map(({ from, amount }) => [from.id, amount / 10n ** 18n]),
    [
      [CLIENT, 2n * MIB],
      [OTHER_CLIENT, MIB],
    ],
  )
  const { allocations, extensions } = transfers[0]!.operatorData.as(AllocationRequests)
  assert.equal(extensions, [])
  assert.equal(
    allocations.map(({ termMin, termMax, expiration }) => [termMin, termMax, expiration]),
    [
      [200 * DAY, 290 * DAY, START],
      [1278 * DAY, 1368 * DAY, NOW + 60 * DAY],
    ],
  )
  assert.equal([...rt.state().pendingDealAllocationIds.entries()].sort(), [
    [0, 50n],
    [1, 50n],
    [3, 51n],
  ])
  assert.equal(rt.broken(), [])
})

test('datacap that cannot be spent makes it all fail', () => {
  const deal = proposal(1, { verifiedDeal: true })
  const transfer = DatacapMethod.TransferFromExported
  const two = Payload.of(TransferFromReturn, {
    fromBalance: 0n,
    toBalance: 0n,
    allowance: 0n,
    recipientData: Payload.raw(Uint8Array.of(0x80)),
  })
  const cases: [what: string, first: MarketOptions['first'], code: ExitCode][] = [
    ['unknown balance', when(DatacapMethod.BalanceExported, { exitCode: 99 }), ExitCode.NotFound],
    ['no answer', when(DatacapMethod.BalanceExported, {}), ExitCode.NotFound],
    ['no allowance', when(transfer, { exitCode: 19 }), ExitCode.IllegalState],
    ['nothing told', when(transfer, {}), ExitCode.IllegalState],
    ['nothing readable', when(transfer, { ret: two }), ExitCode.IllegalState],
  ]
  for (const [what, first, exitCode] of cases) {
    const state = fundedState()
    const rt = new MarketRuntime(state, first ? { first } : {})
    assert.throws(() => publish(rt, deal), exitsWith(exitCode), what)
    assert.is(rt.state(), state, what)
  }
})

test('a piece of 2⁶³ bytes, which the reference reads as less than nothing, asks for datacap', () => {
  const huge = { verifiedDeal: true, pieceSize: 1n << 63n, providerCollateral: fil('50') }
  const rt = new MarketRuntime(fundedState(), {
    first: when(DatacapMethod.TransferFromExported, { exitCode: 19 }),
    circulatingSupply: 0n,
  })
  assert.throws(() => publish(rt, proposal(1, huge)), exitsWith(ExitCode.IllegalState))
  assert.throws(
    () => publish(rt, proposal(1, huge), proposal(2, huge)),
    exitsWith(ExitCode.AssertionFailed),
  )
})

test('a deal may start when nobody is left to see it', () => {
  const startEpoch = (1n << 62n) + 5n
  const rt = new MarketRuntime()
  const deal = proposal(1, { startEpoch, endEpoch: startEpoch + 200n * BigInt(DAY) })
  rt.publish(deal)
  const [due] = rt.state().dealOpsByEpoch.keys()
  assert.is(typeof due, 'bigint')
  assert.ok(due! >= startEpoch && due! < startEpoch + 86_400n && BigInt(due!) % 86_400n === 0n)
  const store = new Blockstore()
  const read = Link.at(MarketState, Link.to(MarketState, rt.state()).cid(store), store).get()
  assert.equal([...read.dealOpsByEpoch.keys()], [due])
  assert.equal(read.proposals.get(0), deal)
})

test('a contract reaches exported methods only', () => {
  for (const [method, exitCode] of [
    [M.PublishStorageDeals, ExitCode.Forbidden],
    [M.PublishStorageDealsExported, ExitCode.IllegalArgument],
  ] as const) {
    const rt = new MarketRuntime(fundedState(), { caller: STRANGER })
    rt.actors.set(STRANGER, { type: 'evm' })
    assert.throws(() => rt.call(marketActor, method, { deals: [] }), exitsWith(exitCode))
  }
})

test('publishing reads and writes few blocks of a market with many deals', () => {
  const filled = new MarketRuntime(fundedState())
  const price = { storagePricePerEpoch: 0n, clientCollateral: 0n, providerCollateral: fil('0.01') }
  for (let n = 0; n < 20; n++)
    filled.publish(...Array.from({ length: 100 }, (_, i) => proposal(100 * n + i, price)))
  const store = new Blockstore()
  const cid = Link.to(MarketState, filled.state()).cid(store)
  let reads = 0
  const counting = {
    get(wanted: Cid) {
      reads++
      return store.get(wanted)
    },
  }
  const rt = new MarketRuntime(Link.at(MarketState, cid, counting).get())
  rt.publish(proposal(9999, price))
  assert.ok(reads < 30, `${reads} blocks read`)
  const written = new Blockstore()
  Link.to(MarketState, rt.state()).cid({
    put(key, block) {
      if (!store.has(key)) written.put(key, block)
    },
  })
  assert.ok(written.size < 30, `${written.size} blocks written`)
})

test.run()
