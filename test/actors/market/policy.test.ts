import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dealProviderCollateralBounds, nextUpdateEpoch } from '../../../actors/market/policy.ts'
import { MAINNET_POLICY, TESTING_POLICY } from '../../../actors/policy.ts'
import { fil } from '../../../primitives/units.ts'
import { seed } from '../../support/seed.ts'

const run = { seed, numRuns: 300 }

test('a deal is updated within an interval, at an epoch of its own', () => {
  const ids = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n })
  fc.assert(
    fc.property(ids, fc.integer({ min: 86_400, max: 5_000_000 }), (id, earliest) => {
      const next = nextUpdateEpoch(id, 86_400, earliest)
      assert.ok(next >= earliest && next < earliest + 86_400)
      assert.is(BigInt(next) % 86_400n, id % 86_400n)
    }),
    run,
  )
})

test('a piece larger than the network puts up all of one per cent, and networks may ask nothing', () => {
  const bounds = (policy: typeof MAINNET_POLICY) =>
    dealProviderCollateralBounds(policy, 1n << 35n, 1n, 2n, fil('1000')).min
  assert.is(bounds(MAINNET_POLICY), fil('10'))
  assert.is(bounds(TESTING_POLICY), 0n)
})

test.run()
