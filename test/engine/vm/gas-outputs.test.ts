import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { gasOutputs, gasOverestimationBurn } from '../../../engine/vm/gas-outputs.ts'
import { seed } from '../../support/seed.ts'

const run = { seed, numRuns: 500 }
const gas = fc.integer({ min: 0, max: 10_000_000_000 })
const price = fc.bigInt({ min: 0n, max: 10n ** 12n })

test('what the sender put aside is burnt, tipped or returned, to the last attoFIL', () => {
  fc.assert(
    fc.property(gas, gas, price, price, price, (a, b, baseFee, feeCap, premium) => {
      const [used, limit] = [Math.min(a, b), Math.max(a, b)]
      const out = gasOutputs(used, limit, baseFee, feeCap, premium)
      const parts = [out.baseFeeBurn, out.overEstimationBurn, out.minerTip, out.refund]
      assert.ok(parts.every((part) => part >= 0n) && out.minerPenalty >= 0n)
      assert.is(
        parts.reduce((sum, part) => sum + part),
        feeCap * BigInt(limit),
      )
      assert.is(out.minerPenalty > 0n, baseFee > feeCap && used + out.gasBurned > 0)
      assert.is(used + out.gasRefund + out.gasBurned, limit)
    }),
    run,
  )
})

test('a tenth too much is free, and from 2.1 times on all of the rest is burnt', () => {
  assert.equal(gasOverestimationBurn(1000, 1100), { gasRefund: 100, gasBurned: 0 })
  assert.equal(gasOverestimationBurn(1000, 2100), { gasRefund: 0, gasBurned: 1100 })
  assert.equal(gasOverestimationBurn(1000, 1600), { gasRefund: 300, gasBurned: 300 })
  assert.equal(gasOverestimationBurn(0, 7), { gasRefund: 0, gasBurned: 7 })
})

test('a message that used more than its limit has nothing left to burn', () => {
  assert.equal(gasOverestimationBurn(1200, 1000), { gasRefund: 0, gasBurned: 0 })
})

test.run()
