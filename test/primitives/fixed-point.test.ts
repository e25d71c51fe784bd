// Published values of these functions are in test/vectors; here is what must hold for any argument.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bitLength, expNeg128, horner, ln128, ONE_Q128 } from '../../primitives/fixed-point.ts'
import { seed } from '../support/seed.ts'

const run = { seed, numRuns: 300 }
const q128 = (x: number): bigint => BigInt(Math.round(x * 2 ** 52)) << 76n
const toFloat = (x: bigint): number => Number(x >> 64n) / 2 ** 64

test('a bit length is that of the binary digits', () => {
  assert.is(bitLength(0n), 0)
  assert.is(bitLength(-256n), 9)
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 1n << 700n }),
      (n) => bitLength(n) === n.toString(2).length,
    ),
    run,
  )
})

test('a bit length of a million bits takes no time to speak of', () => {
  const huge = 1n << 1_000_000n
  assert.is(bitLength(huge), 1_000_001)
})

test('a polynomial floors after each term, also below zero', () => {
  assert.is(horner([1n, 2n, 3n], 4n << 8n, 8n), (4n * 4n + 2n * 4n + 3n) >> 0n)
  assert.is(horner([-1n, 0n], 1n, 8n), -1n) // ⌊-1/256⌋
})

test('the exponential falls from one, never below zero, and is near the real one', () => {
  assert.is(expNeg128(0n), ONE_Q128)
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 5, noNaN: true }),
      fc.double({ min: 1e-9, max: 1, noNaN: true }),
      (x, d) => {
        const [here, later] = [expNeg128(q128(x)), expNeg128(q128(x + d))]
        return later < here && later > 0n && Math.abs(toFloat(here) - Math.exp(-x)) < 1e-12
      },
    ),
    run,
  )
})

test('the logarithm is near the real one on both sides of one', () => {
  for (const z of [1e-9, 0.3, 0.999, 1, 1.5, 2, 3, 1e6])
    assert.ok(Math.abs(toFloat(ln128(q128(z))) - Math.log(z)) < 1e-6, `ln ${z}`)
})

test('the logarithm of a product is the sum of the logarithms, to 48 bits', () => {
  const factors = fc.double({ min: 0.01, max: 1000, noNaN: true })
  fc.assert(
    fc.property(factors, factors, (a, b) => {
      const product = ln128((q128(a) * q128(b)) >> 128n)
      const difference = product - ln128(q128(a)) - ln128(q128(b))
      return difference < 1n << 80n && difference > -(1n << 80n)
    }),
    run,
  )
})

test.run()
