import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  computeBaseFee,
  effectiveGasPremium,
  nextBaseFeeFromPremium,
  nextBaseFeeFromUtilization,
  weightedPremiumPercentile,
  type FeeMessage,
} from '../../../engine/chain/base-fee.ts'
import { seed } from '../../support/seed.ts'

const run = { seed, numRuns: 300 }
const fees = fc.bigInt({ min: 100n, max: 10n ** 12n })
const message = (change: Partial<FeeMessage> = {}): FeeMessage => ({
  cid: 'a',
  from: 'f01000',
  nonce: 0,
  gasLimit: 9_000_000_000,
  gasFeeCap: 10n ** 12n,
  gasPremium: 500n,
  ...change,
})

test('by either rule the fee moves by at most an eighth, and never below its minimum', () => {
  const premiums = fc.bigInt({ min: 0n, max: 10n ** 13n })
  fc.assert(
    fc.property(fees, premiums, fc.integer({ min: 0, max: 10 ** 11 }), (fee, premium, gas) => {
      const step = fee / 8n + 1n
      for (const next of [
        nextBaseFeeFromPremium(fee, premium),
        nextBaseFeeFromUtilization(fee, gas, 5),
      ]) {
        assert.ok(next >= 100n && next <= fee + step)
        assert.ok(next >= fee - step || next === 100n)
      }
    }),
    run,
  )
})

test('blocks at their target leave the fee, full ones raise it, empty ones lower it', () => {
  assert.is(nextBaseFeeFromUtilization(8000n, 10_000_000_000, 2), 8000n)
  assert.is(nextBaseFeeFromUtilization(8000n, 20_000_000_000, 2), 9000n)
  assert.is(nextBaseFeeFromUtilization(8000n, 0, 2), 7000n)
  assert.is(nextBaseFeeFromUtilization(8000n, 4_000_000_000, 1, 'four-fifths'), 8000n)
})

test('the percentile is that of expanding every message to its gas', () => {
  const offers = fc.array(
    fc.tuple(fc.bigInt({ min: 0n, max: 5n }), fc.integer({ min: 1, max: 6 })),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(offers, fc.integer({ min: 0, max: 30 }), (all, index) => {
      const units = all.flatMap(([premium, gas]) => Array<bigint>(gas).fill(premium))
      units.sort((a, b) => Number(b - a))
      const found = weightedPremiumPercentile(
        all.map(([premium]) => premium),
        all.map(([, gas]) => gas),
        index,
      )
      assert.is(found, units[index] ?? 0n)
    }),
    run,
  )
})

test('a premium is worth what the cap leaves above the base fee', () => {
  const of = (gasFeeCap: bigint) => effectiveGasPremium({ gasFeeCap, gasPremium: 5n }, 10n)
  assert.equal([20n, 12n, 10n, 3n].map(of), [5n, 2n, 0n, 0n])
})

test('since FIP-0115 premiums decide, and one sender’s nonce counts once', () => {
  const full = [[message()]]
  assert.is(computeBaseFee(28, 8000n, full), 8000n - 1000n + 500n)
  const light = message({ gasLimit: 4_000_000_000 })
  assert.is(computeBaseFee(28, 8000n, [[light]]), 7000n)
  assert.is(computeBaseFee(28, 8000n, [[light], [{ ...light, cid: 'b' }]]), 7000n, 'same nonce')
  assert.is(computeBaseFee(28, 8000n, [[light], [{ ...light, nonce: 1 }]]), 7500n)
  assert.is(computeBaseFee(28, 8000n, [[light], [{ ...light, from: 'f01001' }]]), 7500n)
})

test('before it gas limits did, and one message in two blocks counts once', () => {
  const light = message({ gasLimit: 5_000_000_000 })
  assert.is(computeBaseFee(27, 8000n, [[light]]), 8000n)
  assert.is(computeBaseFee(27, 8000n, [[light], [light]]), 7500n)
  assert.is(computeBaseFee(27, 8000n, [[light], [{ ...light, cid: 'b' }]]), 8000n)
})

test.run()
