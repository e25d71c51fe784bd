// Published values are in test/vectors; here are the laws of minting and the bookkeeping around it.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as reward from '../../../actors/reward/logic.ts'
import { filterEstimate, nextEstimate } from '../../../primitives/smoothing.ts'
import { fil } from '../../../primitives/units.ts'
import { seed } from '../../support/seed.ts'

const run = { seed, numRuns: 60 }
const EiB = 1n << 60n
const powers = fc.bigInt({ min: 0n, max: 8n * EiB })

/** The state after the cron of each epoch in turn. */
function runEpochs(state: reward.RewardProgress, each: readonly bigint[]): reward.RewardProgress {
  return each.reduce((s, power) => reward.updateNetworkKpi(s, s.epoch, power), state)
}

test('a network without power mints by the simple rule alone', () => {
  const state = runEpochs(reward.initialRewardState(0n), Array(50).fill(0n))
  assert.is(state.thisEpochReward, reward.computeReward(50, 0n, 0n))
  assert.is(state.effectiveNetworkTime, 0)
})

test('network time keeps up with a network that meets the baseline, and never overtakes the clock', () => {
  const full = runEpochs(reward.initialRewardState(9n * EiB), Array(300).fill(9n * EiB))
  assert.is(full.effectiveNetworkTime, full.epoch + 1)
  fc.assert(
    fc.property(powers, fc.array(powers, { maxLength: 40 }), (initial, each) => {
      const state = runEpochs(reward.initialRewardState(initial), each)
      assert.ok(state.effectiveNetworkTime <= state.epoch + 1)
      assert.ok(state.cumsumRealized <= state.cumsumBaseline)
      assert.ok(state.cumsumBaseline - state.cumsumRealized < state.effectiveBaselinePower)
    }),
    run,
  )
})

test('power above the baseline earns nothing', () => {
  const at = runEpochs(reward.initialRewardState(3n * EiB), Array(20).fill(3n * EiB))
  const above = runEpochs(reward.initialRewardState(30n * EiB), Array(20).fill(30n * EiB))
  assert.equal(at, above)
})

test('more power never mints less', () => {
  fc.assert(
    fc.property(powers, powers, (a, b) => {
      const start = runEpochs(reward.initialRewardState(EiB), Array(5).fill(EiB))
      const [less, more] = a < b ? [a, b] : [b, a]
      const of = (power: bigint) => reward.updateNetworkKpi(start, 5, power).thisEpochReward
      return of(less) <= of(more)
    }),
    run,
  )
})

test('null rounds advance the clock at the new power, pay nothing, and are smoothed over at once', () => {
  const before = runEpochs(reward.initialRewardState(EiB), Array(10).fill(EiB))
  const after = reward.updateNetworkKpi(before, before.epoch + 3, 2n * EiB)
  let clock: reward.NetworkClock = before
  for (let i = 0; i < 3; i++) clock = reward.advanceEpoch(clock, 2n * EiB)
  const last = reward.advanceEpoch(clock, 2n * EiB)
  assert.is(after.epoch, before.epoch + 4)
  assert.is(after.cumsumRealized, before.cumsumRealized + 8n * EiB)
  assert.is(after.thisEpochReward, reward.rewardBetween(clock, last))
  assert.equal(
    after.thisEpochRewardSmoothed,
    nextEstimate(before.thisEpochRewardSmoothed, after.thisEpochReward, 4),
  )
  assert.is(after.totalStoragePowerReward, before.totalStoragePowerReward)
})

test('an update keeps fields it does not know', () => {
  const state = { ...reward.initialRewardState(0n), tag: 'kept' }
  assert.is(reward.updateNetworkKpi(state, 0, EiB).tag, 'kept')
})

test('the order in which states are computed does not matter', () => {
  const a = runEpochs(reward.initialRewardState(EiB), Array(8).fill(EiB))
  const b = runEpochs(reward.initialRewardState(EiB), Array(8).fill(2n * EiB))
  const first = [a, b].map((s) => reward.updateNetworkKpi(s, s.epoch, EiB).thisEpochReward)
  const second = [b, a].map((s) => reward.updateNetworkKpi(s, s.epoch, EiB).thisEpochReward)
  assert.equal(first, second.reverse())
})

test('a reward is by its own network times, whatever was computed before', () => {
  const theta = (epochs: bigint) => epochs << 128n
  const simple = reward.computeReward(0, 0n, 0n)
  const first = reward.computeReward(0, 0n, theta(1n))
  assert.ok(first > simple)
  assert.ok(reward.computeReward(0, theta(1_000_000n), theta(1_000_001n)) < first)
  assert.is(reward.computeReward(0, 0n, theta(1n)), first)
  assert.is(reward.computeReward(0, theta(1n), theta(1n)), simple)
})

test('all rewards together stay below the allocation', () => {
  const end = 40 * 1_051_200
  const theta = BigInt(end) << 128n
  const simple = reward.computeReward(end, 0n, 0n)
  const all = reward.computeReward(end, 0n, theta) - simple
  assert.ok(all <= reward.BASELINE_TOTAL && simple >= 0n)
})

test('an award pays fifths and the gas reward, and no more than there is', () => {
  const award = (balance: bigint, winCount = 2) =>
    reward.blockAward(fil('100'), winCount, fil('1'), 7n, balance)
  assert.equal(award(fil('1000')), { blockReward: fil('40'), totalReward: fil('41'), penalty: 21n })
  assert.equal(award(fil('41')), award(fil('1000')))
  assert.equal(award(fil('30')), { blockReward: fil('29'), totalReward: fil('30'), penalty: 21n })
  assert.equal(award(fil('1')), { blockReward: 0n, totalReward: fil('1'), penalty: 21n })
})

test('construction starts the filter at its published estimate', () => {
  const { thisEpochRewardSmoothed, epoch, thisEpochBaselinePower } = reward.initialRewardState(0n)
  assert.equal(thisEpochRewardSmoothed, filterEstimate(36266260308195979333n, -109897758509n))
  assert.is(epoch, 0)
  assert.is(thisEpochBaselinePower, reward.BASELINE_INITIAL_VALUE - 1n)
})

test.run()
