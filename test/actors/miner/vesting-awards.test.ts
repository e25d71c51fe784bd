/** Rewards that are kept aside end in the same table as rewards that are added one by one. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Award,
  type AwardList,
  awardOf,
  scheduleOf,
  sumsOf,
  withAward,
} from '../../../actors/miner/vesting-awards.ts'
import { Prng } from '../../../primitives/prng.ts'
import {
  loadVestingFunds,
  lockInTable,
  type Unlocked,
  unlockVested,
  unlockVestedAndUnvested,
  type VestingTable,
} from '../../../actors/miner/vesting-table.ts'
import {
  addLockedFunds,
  mergeByEpoch,
  REWARD_VESTING_SPEC as SPEC,
  unlockVestedAndUnvestedFunds,
  unlockVestedFunds,
  vestingEntries,
  type VestingFunds,
  vestingSchedule,
} from '../../../actors/miner/vesting.ts'
import { seed } from '../../support/seed.ts'

const sum = fc.bigInt({ min: 1n, max: 10n ** 21n })
const params = { seed, numRuns: 200 }

/** Entries a step apart that do not fill the period, and a period of a single step. */
const UNEVEN_SPEC = { initialDelay: 0, vestPeriod: 1000, stepDuration: 120, quantization: 60 }
const SHORT_SPEC = { initialDelay: 0, vestPeriod: 100, stepDuration: 120, quantization: 120 }

for (const [name, spec] of Object.entries({ SPEC, UNEVEN_SPEC, SHORT_SPEC }))
  test(`awards together have the entries of awards one by one: ${name}`, () => {
    const award = fc.record({ begin: fc.nat(3 * spec.stepDuration), sum })
    const awards = fc.array(award, { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(awards, fc.nat(2879), (list, offset) => {
        const awards = list.map((a) => awardOf(a.begin, a.sum, offset, spec))
        const together = scheduleOf(sumsOf(listOf(awards)))
        let apart: VestingFunds = []
        for (const a of list)
          apart = mergeByEpoch(apart, vestingSchedule(a.begin, a.sum, offset, spec))
        assert.equal(together, apart)
      }),
      params,
    )
  })

function listOf(awards: readonly Award[]): AwardList | null {
  let list: AwardList | null = null
  for (const award of awards) list = withAward(list, award)
  return list
}

test('a table that keeps rewards aside behaves as one that does not', () => {
  const step = fc.record({
    wait: fc.oneof(fc.constant(0), fc.nat(100), fc.nat(2000), fc.nat(30_000)),
    sum,
    target: fc.oneof(fc.bigInt(0n, 10n ** 21n), fc.bigInt(0n, 10n ** 18n), fc.constant(0n)),
    kind: fc.nat(6),
    /** Draws exactly what is in the first entry. */
    isExact: fc.boolean(),
    /** Has all that is kept aside put into the table, as a root does. */
    isAsked: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(2879), (steps, offset) => {
      let table: VestingTable | null = null
      let model: VestingFunds = []
      let epoch = 0
      for (const { wait, sum, kind, isExact, isAsked, ...step } of steps) {
        epoch += wait
        const target = isExact ? (model[0]?.amount ?? 0n) : step.target
        if (kind === 0) {
          const a: Unlocked = unlockVested(table, epoch)
          const b = unlockVestedFunds(model, epoch)
          assert.is(a.unlocked, b.unlocked)
          ;[table, model] = [a.table, b.funds]
        } else if (kind <= 2) {
          const a = unlockVestedAndUnvested(table, epoch, target)
          const b = unlockVestedAndUnvestedFunds(model, epoch, target)
          assert.equal([a.vested, a.unvested], [b.vested, b.unvested])
          ;[table, model] = [a.table, b.funds]
        } else {
          const a: Unlocked = lockInTable(table, epoch, sum, offset, SPEC)
          const b = addLockedFunds(model, epoch, sum, offset, SPEC)
          assert.is(a.unlocked, b.unlocked)
          ;[table, model] = [a.table, b.funds]
        }
        if (isAsked) assert.equal(wireOf(table), model)
      }
      assert.equal(loadVestingFunds(table), vestingEntries(model))
    }),
    params,
  )
})

/**
 * Long enough for awards to be added up many times before they are put into the table; in a short period, for all of them to vest
 * to the last entry.
 */
for (const [name, spec] of Object.entries({ SPEC, UNEVEN_SPEC, SHORT_SPEC }))
  test(`a table that is hardly ever asked for holds what one holds that is never kept aside: ${name}`, () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(2879), (seed, offset) => {
        const prng = new Prng(`${seed}`)
        let table: VestingTable | null = null
        let model: VestingFunds = []
        let epoch = 0
        for (let i = 0; i < 400; i++) {
          epoch += prng.below(spec.stepDuration / 2)
          if (prng.chance(1, 5)) {
            const a: Unlocked = unlockVested(table, epoch)
            const b = unlockVestedFunds(model, epoch)
            assert.is(a.unlocked, b.unlocked)
            ;[table, model] = [a.table, b.funds]
          } else if (prng.chance(1, 5)) {
            const target = prng.chance(1, 9) ? 10n ** 21n : prng.bigBelow(10n ** 17n)
            const a = unlockVestedAndUnvested(table, epoch, target)
            const b = unlockVestedAndUnvestedFunds(model, epoch, target)
            assert.equal([a.vested, a.unvested], [b.vested, b.unvested])
            ;[table, model] = [a.table, b.funds]
          } else {
            const sum = 1n + prng.bigBelow(10n ** BigInt(1 + prng.below(21)))
            const a: Unlocked = lockInTable(table, epoch, sum, offset, spec)
            const b = addLockedFunds(model, epoch, sum, offset, spec)
            assert.is(a.unlocked, b.unlocked)
            ;[table, model] = [a.table, b.funds]
          }
          if (prng.chance(1, 150)) assert.equal(wireOf(table), model)
        }
        assert.equal(wireOf(table), model)
      }),
      { ...params, numRuns: 40 },
    )
  })

/** All entries, also a first one that was drawn down to zero. */
const wireOf = (table: VestingTable | null): VestingFunds =>
  table ? [table.settled.head, ...table.settled.tail.get()] : []

test.run()
