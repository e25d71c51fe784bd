// Published schedules are in test/vectors; here is what no sequence of operations may break.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  addLockedFunds,
  REWARD_VESTING_SPEC,
  unlockVestedAndUnvestedFunds,
  unlockVestedFunds,
  vestingEntries,
  vestingTotal,
  type VestingFunds,
} from '../../../actors/miner/vesting.ts'
import { fil } from '../../../primitives/units.ts'
import { seed } from '../../support/seed.ts'

const run = { seed, numRuns: 200 }
const amounts = fc.bigInt({ min: 0n, max: fil('50') })
const specs = fc.record({
  initialDelay: fc.integer({ min: 0, max: 20 }),
  vestPeriod: fc.integer({ min: 1, max: 300 }),
  stepDuration: fc.integer({ min: 1, max: 40 }),
  quantization: fc.integer({ min: 1, max: 60 }),
})
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('add', 'vest', 'drain'),
    wait: fc.integer({ min: 0, max: 90 }),
    amount: amounts,
  }),
  { maxLength: 30 },
)

const isAscending = (funds: VestingFunds): boolean =>
  funds.every(({ epoch }, i) => i === 0 || funds[i - 1]!.epoch <= epoch)

test('whatever is locked comes out again, as vested or as taken, and nothing else does', () => {
  fc.assert(
    fc.property(specs, fc.integer({ min: -100, max: 100 }), steps, (spec, start, operations) => {
      let funds: VestingFunds = []
      let [locked, released, epoch] = [0n, 0n, 1000]
      for (const { kind, wait, amount } of operations) {
        epoch += wait
        if (kind === 'add') {
          const next = addLockedFunds(funds, epoch, amount, start, spec)
          locked += amount
          released += next.unlocked
          funds = next.funds
        } else if (kind === 'vest') {
          const next = unlockVestedFunds(funds, epoch)
          released += next.unlocked
          funds = next.funds
        } else {
          const next = unlockVestedAndUnvestedFunds(funds, epoch, amount)
          assert.ok(next.unvested <= amount)
          released += next.vested + next.unvested
          funds = next.funds
        }
        assert.is(vestingTotal(funds) + released, locked)
        assert.ok(isAscending(funds))
        assert.ok(funds.every((fund) => fund.amount >= 0n))
        if (kind !== 'vest') continue
        assert.ok(vestingEntries(funds).every((fund) => fund.epoch >= epoch))
      }
      const end = unlockVestedFunds(funds, epoch + 1_000_000)
      assert.is(released + end.unlocked, locked)
    }),
    run,
  )
})

test('an operation leaves the table it was given as it was', () => {
  const table = Object.freeze([
    Object.freeze({ epoch: 10, amount: 5n }),
    Object.freeze({ epoch: 20, amount: 7n }),
  ])
  addLockedFunds(table, 5, 100n, 0, REWARD_VESTING_SPEC)
  unlockVestedFunds(table, 15)
  unlockVestedAndUnvestedFunds(table, 5, 3n)
  unlockVestedAndUnvestedFunds(table, 5, 8n)
  assert.equal(vestingTotal(table), 12n)
})

test('funds vest in the epoch after their own', () => {
  const funds = [{ epoch: 10, amount: 5n }]
  assert.is(unlockVestedFunds(funds, 10).unlocked, 0n)
  assert.is(unlockVestedFunds(funds, 11).unlocked, 5n)
})

test('a drained head stays in the state as zero, is no entry, and goes with the next rewrite', () => {
  const table = [
    { epoch: 10, amount: 5n },
    { epoch: 20, amount: 7n },
  ]
  const { funds } = unlockVestedAndUnvestedFunds(table, 0, 5n)
  assert.equal(funds, [{ epoch: 10, amount: 0n }, table[1]])
  assert.equal(vestingEntries(funds), [table[1]])
  assert.is(unlockVestedFunds(funds, 10).funds, funds)
  assert.equal(unlockVestedFunds(funds, 11), { funds: [table[1]], unlocked: 0n })
  const more = unlockVestedAndUnvestedFunds(funds, 0, 2n)
  assert.equal(more, { funds: [{ epoch: 20, amount: 5n }], vested: 0n, unvested: 2n })
})

test('draining exactly what several entries hold leaves the last of them as a zero head', () => {
  const table = [
    { epoch: 10, amount: 5n },
    { epoch: 20, amount: 7n },
    { epoch: 30, amount: 1n },
  ]
  const { funds, unvested } = unlockVestedAndUnvestedFunds(table, 0, 12n)
  assert.is(unvested, 12n)
  assert.equal(funds, [{ epoch: 20, amount: 0n }, table[2]])
})

test('asking for more than is locked takes all and leaves no table', () => {
  const table = [
    { epoch: 10, amount: 5n },
    { epoch: 20, amount: 7n },
  ]
  const all = unlockVestedAndUnvestedFunds(table, 15, 100n)
  assert.equal(all, { funds: [], vested: 5n, unvested: 7n })
  assert.equal(unlockVestedAndUnvestedFunds([], 15, 100n), { funds: [], vested: 0n, unvested: 0n })
})

test('rewards of one day share their entries, and those of the next day add one', () => {
  let { funds } = addLockedFunds([], 100, fil('3'), 7, REWARD_VESTING_SPEC)
  assert.is(funds.length, 180)
  funds = addLockedFunds(funds, 200, fil('4'), 7, REWARD_VESTING_SPEC).funds
  assert.is(funds.length, 180)
  funds = addLockedFunds(funds, 100 + 2880, fil('5'), 7, REWARD_VESTING_SPEC).funds
  assert.is(funds.length, 181)
  assert.is(vestingTotal(funds), fil('12'))
})

test('what is due at each step is the floor of the linear share', () => {
  fc.assert(
    fc.property(specs, amounts, fc.integer({ min: -100, max: 100 }), (spec, sum, start) => {
      const begin = 500 + spec.initialDelay
      let due = 0n
      for (const { epoch, amount } of addLockedFunds([], 500, sum, start, spec).funds) {
        due += amount
        const elapsed = BigInt(Math.min(epoch - begin, spec.vestPeriod))
        assert.is(due, (sum * elapsed) / BigInt(spec.vestPeriod))
        assert.is(
          (((epoch - start) % spec.quantization) + spec.quantization) % spec.quantization,
          0,
        )
      }
      assert.is(due, sum)
    }),
    run,
  )
})

test('a schedule finer than its grid keeps an entry for each step', () => {
  const spec = { initialDelay: 0, vestPeriod: 4, stepDuration: 1, quantization: 4 }
  const { funds } = addLockedFunds([], 0, 8n, 0, spec)
  assert.equal(funds, [{ epoch: 4, amount: 8n }])
  const fine = { initialDelay: 0, vestPeriod: 8, stepDuration: 1, quantization: 4 }
  const epochs = addLockedFunds([], 0, 8n, 0, fine).funds.map((fund) => [fund.epoch, fund.amount])
  assert.equal(epochs, [
    [4, 4n],
    [4, 0n],
    [4, 0n],
    [4, 0n],
    [8, 4n],
  ])
})

test.run()
