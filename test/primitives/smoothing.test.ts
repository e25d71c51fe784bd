import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  estimate,
  extrapolatedCumSumOfRatio,
  filterEstimate,
  nextEstimate,
} from '../../primitives/smoothing.ts'
import { seed } from '../support/seed.ts'

const run = { seed, numRuns: 200 }

test('an estimate in whole units floors, also below zero', () => {
  assert.is(estimate(filterEstimate(7n, 0n)), 7n)
  assert.is(estimate({ position: -1n, velocity: 0n }), -1n)
})

test('an observation that was predicted changes nothing but the position', () => {
  const position = fc.bigInt({ min: 1n, max: 10n ** 20n })
  const velocity = fc.bigInt({ min: -1000n, max: 1000n })
  fc.assert(
    fc.property(position, velocity, fc.integer({ min: 1, max: 2880 }), (p, v, delta) => {
      const expected = p + v * BigInt(delta)
      assert.equal(nextEstimate(filterEstimate(p, v), expected, delta), filterEstimate(expected, v))
    }),
    run,
  )
})

test('a steady observation is approached, in either direction', () => {
  for (const start of [10n ** 17n, 10n ** 21n]) {
    let filter = filterEstimate(start, 0n)
    for (let i = 0; i < 60_000; i++) filter = nextEstimate(filter, 10n ** 19n, 1)
    const error = Math.abs(Number(estimate(filter) - 10n ** 19n)) / 1e19
    assert.ok(error < 1e-3, `${estimate(filter)}`)
  }
})

test('velocity is floored below zero', () => {
  const { velocity } = nextEstimate({ position: 1n << 128n, velocity: 0n }, 0n, 3)
  assert.is(velocity, -((96640100000000000000000000000000n + 2n) / 3n))
})

test('the sum of a constant ratio is the ratio times the epochs', () => {
  const sum = extrapolatedCumSumOfRatio(2880, 0, filterEstimate(600n, 0n), filterEstimate(3n, 0n))
  assert.is(sum, (200n * 2880n) << 128n)
})

test('the closed form and the midpoint rule agree with summing epoch by epoch', () => {
  const cases = [
    [filterEstimate(10n ** 12n, 10n ** 6n), filterEstimate(10n ** 10n, 10n ** 5n)],
    [filterEstimate(10n ** 12n, -(10n ** 6n)), filterEstimate(10n ** 10n, -(10n ** 5n))],
    [filterEstimate(10n ** 12n, 10n ** 6n), filterEstimate(10n ** 10n, 0n)],
  ] as const
  for (const [num, den] of cases) {
    let expected = 0
    for (let t = 0; t < 5000; t++)
      expected +=
        (Number(estimate(num)) + (t + 0.5) * Number(num.velocity >> 128n)) /
        (Number(estimate(den)) + (t + 0.5) * Number(den.velocity >> 128n))
    const sum = Number(extrapolatedCumSumOfRatio(5000, 0, num, den) >> 64n) / 2 ** 64
    assert.ok(Math.abs(sum / expected - 1) < 1e-6, `${sum} against ${expected}`)
  }
})

test('two periods one after the other add up', () => {
  const num = filterEstimate(36n * 10n ** 18n, -(10n ** 11n))
  const den = filterEstimate(10n ** 19n, 10n ** 12n)
  const whole = extrapolatedCumSumOfRatio(5000, 0, num, den)
  const parts =
    extrapolatedCumSumOfRatio(2000, 0, num, den) + extrapolatedCumSumOfRatio(3000, 2000, num, den)
  assert.ok(Math.abs(Number(whole - parts) / Number(whole)) < 1e-9)
})

test.run()
