import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  assignDeadlines,
  assignRuns,
  DeadlinesFullError,
} from '../../../actors/miner/deadline-assignment.ts'
import * as info from '../../../actors/miner/deadline-info.ts'
import { MAINNET_POLICY as policy } from '../../../actors/policy.ts'
import { seed } from '../../support/seed.ts'

const run = { seed, numRuns: 200 }
const epochs = fc.integer({ min: 0, max: 5_000_000 })
const offsets = fc.integer({ min: 0, max: 2879 })
const indices = fc.integer({ min: 0, max: 47 })

test('the current period starts at its offset and holds the epoch', () => {
  fc.assert(
    fc.property(epochs, offsets, (epoch, offset) => {
      const start = info.currentProvingPeriodStart(policy, epoch, offset)
      assert.ok(start <= epoch && epoch < start + 2880)
      assert.is((((start - offset) % 2880) + 2880) % 2880, 0)
    }),
    run,
  )
})

test('exactly one of a period’s deadlines is open, the one that follows the clock', () => {
  fc.assert(
    fc.property(epochs, offsets, (epoch, offset) => {
      const now = info.deadlineInfoFromOffsetAndEpoch(policy, offset, epoch)
      assert.ok(info.isOpen(now) && info.periodStarted(now) && !info.periodElapsed(policy, now))
      const open = Array.from({ length: 48 }, (_, index) => index).filter((index) =>
        info.isOpen(info.newDeadlineInfo(policy, now.periodStart, index, epoch)),
      )
      assert.equal(open, [now.index])
    }),
    run,
  )
})

test('the next instance of a deadline has not closed, and is at most a period away', () => {
  fc.assert(
    fc.property(
      epochs,
      fc.integer({ min: -2880, max: 5_000_000 }),
      indices,
      (epoch, start, index) => {
        const next = info.nextNotElapsed(policy, info.newDeadlineInfo(policy, start, index, epoch))
        assert.ok(!info.hasElapsed(next))
        assert.is((next.periodStart - start) % 2880, 0)
        if (next.periodStart !== start) assert.ok(next.close - epoch <= 2880)
        assert.is(info.quantSpecForDeadline(policy, next).offset, next.close - 1)
      },
    ),
    run,
  )
})

test('what may be compacted is mutable and beyond dispute', () => {
  fc.assert(
    fc.property(epochs, offsets, indices, (epoch, offset, index) => {
      const start = info.currentProvingPeriodStart(policy, epoch, offset)
      const at = [policy, start, index, epoch] as const
      const mutable = info.deadlineIsMutable(...at)
      const disputable = info.deadlineAvailableForOptimisticPoStDispute(...at)
      assert.is(info.deadlineAvailableForCompaction(...at), mutable && !disputable)
      const { open, close } = info.nextNotElapsed(policy, info.newDeadlineInfo(...at))
      assert.is(mutable, epoch < open - 60)
      assert.is(disputable, !(open <= epoch && epoch < close) && epoch < close - 2880 + 1800)
    }),
    run,
  )
})

test('nothing is disputable before the first period', () => {
  assert.not.ok(info.deadlineAvailableForOptimisticPoStDispute(policy, 100, 47, 99))
  assert.ok(info.deadlineAvailableForOptimisticPoStDispute(policy, 100, 47, 100))
})

test('the index after the last stands for the end of the period', () => {
  const end = info.newDeadlineInfo(policy, 1000, 48, 1500)
  assert.equal([end.open, end.close, end.challenge, end.faultCutoff], [3880, 3880, 3880, 0])
})

test('the proving offset hashes the address as CBOR and the epoch', () => {
  const hashed: string[] = []
  const offset = info.provingPeriodOffset(policy, Uint8Array.of(0, 0xe8, 7), 5, (data) => {
    hashed.push(Buffer.from(data).toString('hex'))
    return Uint8Array.from({ length: 32 }, () => 255)
  })
  assert.equal(hashed, ['4300e8070000000000000005'])
  assert.is(offset, Number((2n ** 64n - 1n) % 2880n))
  info.provingPeriodOffset(policy, new Uint8Array(49), 0, (data) => {
    assert.is(data.length, 2 + 49 + 8)
    assert.equal([...data.subarray(0, 2)], [0x58, 49])
    return new Uint8Array(32)
  })
})

const loads = fc.array(
  fc.option(
    fc
      .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 12 }))
      .map(([live, dead]) => ({ liveSectors: live, totalSectors: live + dead })),
  ),
  { minLength: 1, maxLength: 12 },
)
const some = loads.filter((all) => all.some((load) => load !== null))

test('assigning by partitions is assigning one sector after the other', () => {
  const sizes = fc.integer({ min: 1, max: 7 })
  fc.assert(
    fc.property(some, sizes, fc.integer({ min: 0, max: 80 }), (deadlines, size, count) => {
      const runs = assignRuns(3000, size, deadlines, count)
      const together = runs.flatMap(({ deadline, count: n }) => Array(n).fill(deadline) as number[])
      const state = deadlines.map((load) => load && { ...load })
      const single = Array.from({ length: count }, () => {
        const { deadline } = assignRuns(3000, size, state, 1)[0]!
        state[deadline]!.liveSectors += 1
        state[deadline]!.totalSectors += 1
        return deadline
      })
      assert.equal(together, single)
    }),
    run,
  )
})

test('each sector goes to one deadline that takes sectors', () => {
  fc.assert(
    fc.property(some, fc.integer({ min: 0, max: 60 }), (deadlines, count) => {
      const sectors = Array.from({ length: count }, (_, i) => i)
      const bins = assignDeadlines(3000, 4, deadlines, sectors)
      assert.is(bins.length, deadlines.length)
      assert.equal(
        bins.flat().sort((a, b) => a - b),
        sectors,
      )
      bins.forEach((bin, i) => assert.ok(deadlines[i] !== null || bin.length === 0))
    }),
    run,
  )
})

test('begun partitions are filled before new ones are opened', () => {
  const half = { liveSectors: 2, totalSectors: 2 }
  const empty = { liveSectors: 0, totalSectors: 0 }
  assert.equal(assignRuns(3000, 4, [empty, half, empty], 7), [
    { deadline: 1, count: 2 },
    { deadline: 0, count: 4 },
    { deadline: 2, count: 1 },
  ])
})

test('deadlines hold no more than their partitions', () => {
  const empty = Array(3).fill({ liveSectors: 0, totalSectors: 0 })
  assert.is(assignRuns(2, 5, empty, 30).length, 6)
  assert.throws(
    () => assignRuns(2, 5, empty, 31),
    (error: unknown) => error instanceof DeadlinesFullError,
  )
  assert.throws(() => assignRuns(2, 5, [null], 1), /deadline that takes sectors/)
})

test.run()
