import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { DealProposal, DealState } from '../../../actors/market/deal.ts'
import { marketActor } from '../../../actors/market/index.ts'
import {
  type GetDealActivationReturn,
  MarketExitCode,
  MarketMethod as M,
  type SettleDealPaymentsReturn,
} from '../../../actors/market/params.ts'
import { NO_DEALS } from '../../../actors/market/state.ts'
import { ExitCode } from '../../../actors/runtime.ts'
import { BURNT_FUNDS_ACTOR, CRON_ACTOR } from '../../../actors/singletons.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { fil } from '../../../primitives/units.ts'
import { exitsWith } from '../../support/fake-runtime.ts'
import {
  CLIENT,
  DAY,
  END,
  fundedState,
  FUNDS,
  MarketRuntime,
  NOW,
  OTHER_PROVIDER,
  PRICE,
  proposal,
  PROVIDER,
  START,
  STRANGER,
} from '../../support/market.ts'

await initCrypto()

const INTERVAL = 30 * DAY
const FEE = PRICE * BigInt(200 * DAY)
const COLLATERAL = fil('2')

/** A runtime with these deals published, of which some are active in sector 5. */
function market(deals: readonly DealProposal[], active: readonly number[] = []): MarketRuntime {
  const rt = new MarketRuntime(fundedState(), { caller: STRANGER })
  rt.publish(...deals)
  if (active.length > 0) rt.activate(5n, active)
  return rt
}

function settle(rt: MarketRuntime, ...ids: readonly number[]): SettleDealPaymentsReturn {
  rt.caller = STRANGER
  return rt.call(marketActor, M.SettleDealPaymentsExported, Bitfield.of(ids))
}

function tick(rt: MarketRuntime, epoch: number): void {
  rt.caller = CRON_ACTOR
  rt.epoch = epoch
  rt.call(marketActor, M.CronTick)
}

function terminate(rt: MarketRuntime, sectors: readonly number[], epoch = rt.epoch): void {
  rt.caller = PROVIDER
  const params = { epoch, sectors: Bitfield.of(sectors) }
  rt.call(marketActor, M.OnMinerSectorsTerminate, params)
}

const paid = (payment: bigint, completed = false) => ({ payment, completed })
const allOk = (n: number) => ({ successCount: n, failCodes: [] })

/** Changes the state of a deal to one that methods of today do not make, but older ones did. */
function alter(rt: MarketRuntime, id: number, change: Partial<DealState>): void {
  rt.transaction((state) => {
    state.states = state.states.set(id, { ...state.states.get(id)!, ...change })
  })
}

test('a provider is paid for the epochs that have passed, from the start to the end', () => {
  const rt = market([proposal(0)], [0])
  const steps: [epoch: number, payment: bigint, completed: boolean][] = [
    [START - 1, 0n, false],
    [START, 0n, false],
    [START + 10, 10n * PRICE, false],
    [START + 10, 0n, false],
    [END - 1, BigInt(200 * DAY - 11) * PRICE, false],
    [END + 100, PRICE, true],
  ]
  for (const [epoch, payment, completed] of steps) {
    rt.epoch = epoch
    assert.equal(settle(rt, 0), { results: allOk(1), settlements: [paid(payment, completed)] })
    assert.equal(rt.broken(), [])
  }
  assert.equal(rt.funds(CLIENT), [FUNDS - FEE, 0n])
  assert.equal(rt.funds(PROVIDER), [FUNDS + FEE, 0n])
  const state = rt.state()
  assert.not(state.states.has(0))
  assert.not(state.proposals.has(0))
  assert.ok(state.providerSectors.isEmpty && state.pendingProposals.isEmpty)
  assert.is(state.totalClientStorageFee, 0n)
  assert.equal(rt.happened, ['deal-completed 0'])
  assert.equal(rt.sent, [])
})

test('each deal is settled on its own', () => {
  const rt = market([proposal(0), proposal(1), proposal(2, { startEpoch: BigInt(NOW + 5) })], [0])
  rt.epoch = START - 1
  assert.equal(settle(rt, 0, 1, 2, 9), {
    results: {
      successCount: 2,
      failCodes: [
        { idx: 2, code: MarketExitCode.DealExpired },
        { idx: 3, code: MarketExitCode.DealExpired },
      ],
    },
    settlements: [paid(0n), paid(0n)],
  })
  assert.equal(rt.transfers, [[BURNT_FUNDS_ACTOR, 0, COLLATERAL]])
  assert.equal(rt.funds(PROVIDER), [FUNDS - COLLATERAL, COLLATERAL * 2n])
  assert.not(rt.state().proposals.has(2))
  assert.ok(rt.state().states.get(0)!.lastUpdatedEpoch === START - 1)
  assert.equal(rt.broken(), [])
})

test('a deal that waits to be slashed is not settled', () => {
  const rt = market([proposal(0), proposal(1)], [0, 1])
  alter(rt, 1, { slashEpoch: START + 1 })
  rt.epoch = START + 2
  const state = rt.state()
  assert.throws(() => settle(rt, 0, 1), exitsWith(ExitCode.IllegalArgument))
  assert.is(rt.state(), state)
})

test('a deal whose state makes no sense fails alone', () => {
  const rt = market([proposal(0), proposal(1)], [0, 1])
  rt.epoch = START + 2
  alter(rt, 0, { lastUpdatedEpoch: START + 3 })
  const { results, settlements } = settle(rt, 0, 1)
  assert.equal(results.failCodes, [{ idx: 0, code: ExitCode.IllegalState }])
  assert.equal(settlements, [paid(2n * PRICE)])
})

test('more deals than gas can pay for are not even looked at', () => {
  const rt = market([proposal(0)], [0])
  const state = rt.state()
  assert.throws(
    () => rt.call(marketActor, M.SettleDealPaymentsExported, Bitfield.fromRanges([[0, 1 << 30]])),
    exitsWith(ExitCode.AssertionFailed),
  )
  assert.is(rt.state(), state)
})

test('cron comes once to an active deal, and its proposal is pending no more', () => {
  const rt = market([proposal(0), proposal(1)], [0, 1])
  const due = [...rt.state().dealOpsByEpoch.keys()].map(Number).sort((a, b) => a - b)
  assert.is(due.length, 2)
  tick(rt, due[0]! - 1)
  assert.is(rt.state().pendingProposals.count(), 2)
  tick(rt, due[0]!)
  assert.is(rt.state().pendingProposals.count(), 1)
  assert.equal(rt.funds(PROVIDER)[0], FUNDS)
  tick(rt, due[1]! + 5)
  assert.ok(rt.state().pendingProposals.isEmpty)
  assert.ok(rt.state().dealOpsByEpoch.isEmpty)
  assert.is(rt.state().lastCron, due[1]! + 5)
  assert.equal([rt.sent, rt.events], [[], []])
  rt.caller = PROVIDER
  assert.throws(() => rt.call(marketActor, M.CronTick), exitsWith(ExitCode.Forbidden))
})

test('a deal that was not activated in time is taken out, and the collateral burnt', () => {
  const verified = proposal(1, { verifiedDeal: true })
  const rt = market([proposal(0), verified], [])
  tick(rt, START + 2 * INTERVAL)
  const state = rt.state()
  assert.ok(state.proposals.isEmpty && state.pendingProposals.isEmpty)
  assert.ok(state.pendingDealAllocationIds.isEmpty)
  assert.equal(rt.funds(CLIENT), [FUNDS, 0n])
  assert.equal(rt.funds(PROVIDER), [FUNDS - 2n * COLLATERAL, 0n])
  assert.equal(rt.transfers, [[BURNT_FUNDS_ACTOR, 0, 2n * COLLATERAL]])
  assert.equal(rt.broken(), [])
  assert.equal(market([proposal(0)]).publish(proposal(5)), [1])
})

test('cron updates a deal that was settled before, every thirty days until its end', () => {
  const rt = market([proposal(0)], [0])
  rt.epoch = START + 3
  settle(rt, 0)
  const visits: number[] = []
  while (!rt.state().dealOpsByEpoch.isEmpty) {
    const [due] = [...rt.state().dealOpsByEpoch.keys()].map(Number)
    visits.push(due!)
    tick(rt, due!)
    assert.equal(rt.broken(), [])
  }
  const first = Math.ceil(START / INTERVAL) * INTERVAL
  const expected: number[] = []
  for (let at = first; at < END + INTERVAL; at += INTERVAL) expected.push(at)
  assert.equal(visits, expected)
  assert.equal(rt.funds(PROVIDER), [FUNDS + FEE, 0n])
  assert.equal(rt.happened, ['deal-completed 0'])
})

test('cron ends deals that older networks marked to be slashed', () => {
  const rt = market([proposal(0)], [0])
  const [due] = rt.state().dealOpsByEpoch.keys()
  rt.epoch = START
  settle(rt, 0)
  alter(rt, 0, { slashEpoch: START + 10 })
  tick(rt, Number(due))
  assert.equal(rt.funds(PROVIDER), [FUNDS - COLLATERAL + 10n * PRICE, 0n])
  assert.equal(rt.funds(CLIENT), [FUNDS - 10n * PRICE, 0n])
  assert.equal(rt.transfers, [[BURNT_FUNDS_ACTOR, 0, COLLATERAL]])
  assert.equal(rt.happened, ['deal-terminated 0'])
  assert.ok(rt.state().providerSectors.isEmpty)
  assert.equal(rt.broken(), [])
})

test('cron stops at a deal that it should not have met', () => {
  const early = market([proposal(0)])
  early.transaction((state) => {
    state.dealOpsByEpoch = state.dealOpsByEpoch.set(NOW + 1, NO_DEALS.set(0, null))
  })
  assert.throws(() => tick(early, NOW + 1), exitsWith(ExitCode.IllegalState))
  const seen = market([proposal(0)], [0])
  const [due] = seen.state().dealOpsByEpoch.keys()
  seen.transaction((state) => {
    for (const cid of state.pendingProposals.keys())
      state.pendingProposals = state.pendingProposals.delete(cid)
  })
  assert.throws(() => tick(seen, Number(due)), exitsWith(ExitCode.IllegalState))
})

test('a terminated sector ends its deals: paid until then, the rest refunded, collateral burnt', () => {
  const cases: [epoch: number, payment: bigint][] = [
    [NOW + 5, 0n],
    [START, 0n],
    [START + 7, 7n * PRICE],
    [END - 1, FEE - PRICE],
  ]
  for (const [epoch, payment] of cases) {
    const rt = market([proposal(0), proposal(1), proposal(2)], [0, 1])
    rt.epoch = epoch
    terminate(rt, [5, 6])
    const open = [fil('1') + FEE, COLLATERAL] as const
    assert.equal(rt.funds(CLIENT), [FUNDS - 2n * payment, open[0]])
    assert.equal(rt.funds(PROVIDER), [FUNDS + 2n * payment - 2n * COLLATERAL, open[1]])
    assert.equal(rt.transfers, [[BURNT_FUNDS_ACTOR, 0, 2n * COLLATERAL]])
    assert.equal(rt.happened, ['deal-terminated 0', 'deal-terminated 1'])
    assert.is(rt.state().pendingProposals.count(), 1)
    assert.ok(rt.state().providerSectors.isEmpty)
    if (epoch < START) assert.equal(rt.broken(), [])
  }
})

test('what was paid before is not paid again when a sector is terminated', () => {
  const rt = market([proposal(0)], [0])
  rt.epoch = START + 10
  settle(rt, 0)
  rt.epoch = START + 25
  terminate(rt, [5])
  assert.equal(rt.funds(CLIENT), [FUNDS - 25n * PRICE, 0n])
  assert.equal(rt.broken(), [])
})

test('deals that have ended are left to be settled when their sector is terminated', () => {
  const rt = market([proposal(0)], [0])
  rt.epoch = END
  terminate(rt, [5])
  assert.equal([rt.sent, rt.events], [[], []])
  assert.ok(rt.state().states.has(0))
  assert.ok(rt.state().providerSectors.isEmpty)
  assert.equal(settle(rt, 0).settlements, [paid(FEE, true)])
  assert.equal(rt.broken(), [])
})

test('terminations that are not allowed, and those of nothing', () => {
  const rt = market([proposal(0), proposal(1)], [0])
  const state = rt.state()
  terminate(rt, [6, 7])
  assert.is(rt.state().providerSectors, state.providerSectors)
  rt.caller = STRANGER
  const params = { epoch: NOW, sectors: Bitfield.of([5]) }
  const call = () => rt.call(marketActor, M.OnMinerSectorsTerminate, params)
  assert.throws(call, exitsWith(ExitCode.Forbidden))
  const sectors = rt.state().providerSectors
  rt.transaction((draft) => {
    draft.providerSectors = sectors.set(OTHER_PROVIDER, sectors.get(PROVIDER)!)
  })
  rt.caller = OTHER_PROVIDER
  assert.throws(call, exitsWith(ExitCode.IllegalState))
  rt.transaction((draft) => {
    draft.providerSectors = sectors.set(PROVIDER, sectors.get(PROVIDER)!.set(5n, [1]))
  })
  rt.caller = PROVIDER
  assert.throws(call, exitsWith(ExitCode.IllegalArgument))
})

test('deals are told of to whoever asks, until they are gone', () => {
  const rt = market([proposal(0, { label: Uint8Array.of(1) }), proposal(1)], [0])
  const ask = <T>(method: number, id: number | bigint) =>
    rt.call<T>(marketActor, method, BigInt(id))
  const activation = (id: number) => ask<GetDealActivationReturn>(M.GetDealActivationExported, id)
  const answers: [method: number, answer: unknown][] = [
    [M.GetDealDataCommitmentExported, { data: proposal(0).pieceCid, size: 1n << 20n }],
    [M.GetDealClientExported, CLIENT],
    [M.GetDealProviderExported, PROVIDER],
    [M.GetDealLabelExported, Uint8Array.of(1)],
    [M.GetDealTermExported, { start: BigInt(START), duration: BigInt(200 * DAY) }],
    [M.GetDealTotalPriceExported, FEE],
    [M.GetDealClientCollateralExported, fil('1')],
    [M.GetDealProviderCollateralExported, COLLATERAL],
    [M.GetDealVerifiedExported, false],
    [M.GetDealActivationExported, { activated: BigInt(NOW), terminated: -1n }],
    [M.GetDealSectorExported, 5n],
  ]
  for (const [method, answer] of answers) assert.equal(ask(method, 0), answer)
  assert.equal(activation(1), { activated: -1n, terminated: -1n })
  assert.throws(() => ask(M.GetDealSectorExported, 1), exitsWith(MarketExitCode.DealNotActivated))
  terminate(rt, [5])
  for (const [method] of answers) {
    assert.throws(() => ask(method, 0), exitsWith(MarketExitCode.DealExpired))
    assert.throws(() => ask(method, 2), exitsWith(ExitCode.NotFound))
    assert.throws(() => ask(method, (1n << 64n) - 1n), exitsWith(ExitCode.IllegalState))
  }
})

test('a deal that waits to be slashed counts as gone', () => {
  const rt = market([proposal(0)], [0])
  alter(rt, 0, { slashEpoch: NOW })
  for (const method of [M.GetDealActivationExported, M.GetDealSectorExported])
    assert.throws(() => rt.call(marketActor, method, 0n), exitsWith(MarketExitCode.DealExpired))
})

test.run()
