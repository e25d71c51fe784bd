import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as power from '../../../actors/power/policy.ts'
import { DEVNET_2K_POLICY, MAINNET_POLICY } from '../../../actors/policy.ts'

test('the minimum binds once four miners are above it', () => {
  const minimum = 100n
  const cases = [
    [100n, 0, true],
    [100n, 4, true],
    [99n, 3, true],
    [99n, 4, false],
    [1n, 0, true],
    [0n, 0, false],
    [0n, 9, false],
  ] as const
  for (const [raw, above, meets] of cases)
    assert.is(
      power.meetsConsensusMinimum(raw, minimum, above),
      meets,
      `${raw} of ${minimum}, ${above} above`,
    )
  assert.equal([3, 4].map(power.countsOnlyAboveMinimum), [false, true])
})

test('the minimum is the network’s, for every proof type there is', () => {
  assert.is(power.consensusMinerMinPower(MAINNET_POLICY, 13), 10n << 40n)
  assert.is(power.consensusMinerMinPower(DEVNET_2K_POLICY, 10), 2048n)
  assert.is(power.consensusMinerMinPower(DEVNET_2K_POLICY, 7), undefined)
})

test.run()
