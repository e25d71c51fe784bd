import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { marketActor } from '../../../actors/market/index.ts'
import { brokenMarketInvariants } from '../../../actors/market/invariants.ts'
import { MarketMethod as M } from '../../../actors/market/params.ts'
import { type MarketState, NO_DEALS, PROVIDER_SECTORS } from '../../../actors/market/state.ts'
import { ActorError } from '../../../actors/runtime.ts'
import { BURNT_FUNDS_ACTOR, CRON_ACTOR } from '../../../actors/singletons.ts'
import { idAddress } from '../../../primitives/address.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import { cidOf } from '../../../primitives/cid.ts'
import { encode, uint64 } from '../../../primitives/codec.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { type ActorId, fil } from '../../../primitives/units.ts'
import {
  CLIENT,
  DAY,
  END,
  FUNDS,
  fundedState,
  MarketRuntime,
  MIB,
  NOW,
  OTHER_CLIENT,
  OTHER_PROVIDER,
  OWNER,
  piece,
  proposal,
  PROVIDER,
  signed,
  WORKER,
} from '../../support/market.ts'
import { seed } from '../../support/seed.ts'

await initCrypto()

const step = fc.record({
  what: fc.constantFrom(
    'publish',
    'publish',
    'activate',
    'content',
    'settle',
    'terminate',
    'wait',
    'deposit',
    'withdraw',
  ),
  /** Deal, piece and sector. */
  n: fc.integer({ min: 0, max: 5 }),
  m: fc.integer({ min: 0, max: 5 }),
  amount: fc.bigInt({ min: -5n, max: fil('40') }),
  other: fc.boolean(),
  verified: fc.boolean(),
  wait: fc.constantFrom(1, 10, DAY, 10 * DAY, 45 * DAY),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A market over time: a call that fails leaves no trace. */
class Market {
  state: MarketState = fundedState()
  balance = FUNDS * 4n
  epoch = NOW
  /** attoFIL brought, and those burnt and paid out. */
  came = this.balance
  gone = 0n

  call(method: number, params: unknown, caller: ActorId, value = 0n): void {
    const options = { caller, value, epoch: this.epoch, balance: this.balance + value }
    const rt = new MarketRuntime(this.state, {
      ...options,
      syscalls: { computeUnsealedSectorCid: () => piece(0) },
    })
    try {
      rt.call(marketActor, method, params)
    } catch (error) {
      if (error instanceof ActorError) return
      throw error
    }
    this.state = rt.state()
    this.balance = rt.balance()
    this.came += value
    for (const sent of rt.sent)
      if (sent.to === BURNT_FUNDS_ACTOR || sent.method === 0) this.gone += sent.value
  }

  /** Cron of this epoch, and then the epochs that nothing happens in. */
  wait(epochs: number): void {
    this.call(M.CronTick, undefined, CRON_ACTOR)
    this.epoch += epochs
  }
}

function take(market: Market, { what, n, m, amount, other, verified, wait }: Step): void {
  const [client, provider] = [other ? OTHER_CLIENT : CLIENT, other ? OTHER_PROVIDER : PROVIDER]
  const deal = proposal(n, {
    client: idAddress(client),
    provider: idAddress(provider),
    verifiedDeal: verified,
    startEpoch: BigInt(market.epoch + m * DAY),
    endEpoch: BigInt(market.epoch + (m + 180) * DAY),
    clientCollateral: amount,
    providerCollateral: fil('1') + amount,
    storagePricePerEpoch: 1000n * BigInt(n),
  })
  const ids = [n, m].map((k) => Math.max(0, market.state.nextId - 1 - k))
  const sector = { sectorNumber: BigInt(m), sectorType: 8, sectorExpiry: END + 999 * DAY }
  const added = ids.map((id) => ({
    data: market.state.proposals.get(id)?.pieceCid ?? piece(n),
    size: MIB,
    payload: encode(uint64, BigInt(id)),
  }))
  const changes = { sector: BigInt(m), minimumCommitmentEpoch: END + 999 * DAY, added }
  const steps: Record<Step['what'], () => void> = {
    publish: () =>
      market.call(M.PublishStorageDeals, { deals: [deal, proposal(m)].map(signed) }, WORKER),
    activate: () => {
      const sectors = [{ ...sector, dealIds: ids.slice(0, 1).map(BigInt) }]
      market.call(M.BatchActivateDeals, { sectors, computeCid: verified }, provider)
    },
    content: () => market.call(M.SectorContentChangedExported, [changes], provider),
    settle: () => market.call(M.SettleDealPaymentsExported, Bitfield.of(ids), CLIENT),
    terminate: () => {
      const params = { epoch: market.epoch, sectors: Bitfield.of([n]) }
      market.call(M.OnMinerSectorsTerminate, params, provider)
    },
    wait: () => market.wait(wait),
    deposit: () => market.call(M.AddBalance, idAddress(client), CLIENT, amount > 0n ? amount : 1n),
    withdraw: () => {
      const [owner, caller] = verified ? [provider, OWNER] : [client, client]
      market.call(M.WithdrawBalance, { providerOrClient: idAddress(owner), amount }, caller)
    },
  }
  steps[what]()
}

// Money is only moved: what is held is what came less what went.
test('whatever happens to deals, locked funds are held, and no money is lost or made', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      const market = new Market()
      for (const one of steps) {
        take(market, one)
        const { state, balance, epoch, came, gone } = market
        assert.equal(brokenMarketInvariants(state, balance, epoch), [])
        let escrow = 0n
        for (const [owner, held] of state.escrowTable.entries()) {
          escrow += held
          assert.ok(held >= (state.lockedTable.get(owner) ?? 0n))
        }
        assert.is(escrow, balance)
        assert.is(came, balance + gone)
      }
    }),
    { seed, numRuns: 150 },
  )
})

test('a state that is wrong in any way is found out', () => {
  const rt = new MarketRuntime()
  rt.publish(proposal(0), proposal(1, { verifiedDeal: true }))
  rt.activate(5n, [0])
  const good = rt.state()
  const broken = (state: MarketState, balance = FUNDS * 4n) =>
    brokenMarketInvariants(state, balance, NOW)
  assert.equal(broken(good), [])
  const active = good.states.get(0)!
  const { states, proposals, providerSectors } = good
  const [due] = good.dealOpsByEpoch.keys()
  const wrong: Partial<MarketState>[] = [
    { nextId: 1 },
    { proposals: proposals.set(1, { ...proposals.get(1)!, label: 'other' }) },
    { pendingProposals: good.pendingProposals.set(cidOf(new Uint8Array()), null) },
    { pendingDealAllocationIds: good.pendingDealAllocationIds.set(9, 1n) },
    { pendingDealAllocationIds: good.pendingDealAllocationIds.set(0, 1n) },
    { states: states.set(9, { ...active, slashEpoch: NOW }) },
    { states: states.set(0, { ...active, lastUpdatedEpoch: NOW + 1 }) },
    { states: states.set(0, { ...active, lastUpdatedEpoch: NOW - 1 }) },
    { providerSectors: PROVIDER_SECTORS.empty },
    { providerSectors: PROVIDER_SECTORS.set(providerSectors, PROVIDER, 5n, [0, 1]) },
    { providerSectors: PROVIDER_SECTORS.set(providerSectors, PROVIDER, 6n, [0]) },
    { providerSectors: PROVIDER_SECTORS.set(providerSectors, OTHER_PROVIDER, 5n, [0]) },
    { escrowTable: good.escrowTable.set(CLIENT, FUNDS + 1n) },
    { lockedTable: good.lockedTable.set(OTHER_CLIENT, 1n) },
    { totalClientStorageFee: good.totalClientStorageFee + 1n },
    { dealOpsByEpoch: good.dealOpsByEpoch.delete(due!) },
    { dealOpsByEpoch: good.dealOpsByEpoch.set(NOW - 1, NO_DEALS.set(0, null)) },
  ]
  for (const [i, change] of wrong.entries())
    assert.is(broken({ ...good, ...change }).length, 1, `${i}`)
  assert.is(broken(good, FUNDS * 4n - 1n).length, 1)
})

test.run()
