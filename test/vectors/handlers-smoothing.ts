/** Estimates of reward and power, and minting. */
import * as assert from 'uvu/assert'
import {
  extrapolatedCumSumOfRatio,
  nextEstimate,
  type FilterEstimate,
} from '../../primitives/smoothing.ts'
import * as reward from '../../actors/reward/logic.ts'
import type { Case, Handlers } from './handler.ts'

export const handlers: Handlers = {
  smoothing_alpha_beta_filter: (c) => {
    const next = nextEstimate(filter(c, ''), c.big('observation'), c.num('epoch_delta'))
    assert.equal(next, filter(c, 'next_'))
  },

  smoothing_extrapolated_cumsum_ratio: (c) =>
    assert.is(
      extrapolatedCumSumOfRatio(c.num('delta'), c.num('t0'), filter(c, 'num_'), filter(c, 'den_')),
      c.big('result_q128'),
    ),

  reward_theta: (c) =>
    assert.is(
      reward.computeRTheta(
        c.num('effective_network_time'),
        c.big('baseline_at_ent'),
        c.big('cumsum_realized'),
        c.big('cumsum_baseline'),
      ),
      c.big('theta_q128'),
    ),

  reward_simple: (c) =>
    assert.is(
      reward.computeReward(c.num('epoch'), c.big('prev_theta'), c.big('curr_theta')),
      c.big('reward_atto'),
    ),

  reward_baseline: (c) => {
    const total = reward.computeReward(0, c.big('prev_theta_q128'), c.big('curr_theta_q128'))
    assert.is(total - reward.computeReward(0, 0n, 0n), c.big('baseline_reward_atto'))
  },

  reward_baseline_power_curve: (c) => {
    let baseline = reward.INIT_BASELINE_POWER
    for (let n = c.num('n'); n >= 0; n--) baseline = reward.baselinePowerFromPrev(baseline)
    assert.is(baseline, c.big('baseline_power'))
  },

  reward_award_block: (c) => {
    const award = reward.blockAward(
      c.big('this_epoch_reward'),
      c.num('win_count'),
      c.big('gas_reward'),
      c.big('penalty_in'),
      c.big('reward_actor_balance'),
    )
    assert.equal(award, {
      blockReward: c.big('block_reward_counted'),
      totalReward: c.big('total_sent_to_miner'),
      penalty: c.big('penalty_forwarded'),
    })
  },

  reward_state_trajectories: (c) => {
    let state = reward.initialRewardState(c.big('initial_power'))
    for (const step of c.subs('steps')) {
      state = reward.updateNetworkKpi(state, step.num('cron_epoch'), step.big('realized_raw_power'))
      assert.is(state.thisEpochReward, step.big('this_epoch_reward'), `${step.id}: reward`)
      assert.is(state.thisEpochRewardSmoothed.position, step.big('smoothed_position'), step.id)
      const whole = step.optSub('state')
      if (whole) assertState(state, whole)
    }
    assertState(state, c.sub('final'))
  },
}

/** Position and velocity by field names with this prefix. */
function filter(c: Case, prefix: string): FilterEstimate {
  return { position: c.big(`${prefix}position`), velocity: c.big(`${prefix}velocity`) }
}

function assertState(state: reward.RewardProgress, c: Case): void {
  assert.is(state.cumsumBaseline, c.big('cumsum_baseline'), c.id)
  assert.is(state.cumsumRealized, c.big('cumsum_realized'), c.id)
  assert.is(state.effectiveNetworkTime, c.num('effective_network_time'), c.id)
  assert.is(state.effectiveBaselinePower, c.big('effective_baseline_power'), c.id)
  assert.is(state.thisEpochReward, c.big('this_epoch_reward'), c.id)
  assert.equal(state.thisEpochRewardSmoothed, filter(c, 'smoothed_'), c.id)
  assert.is(state.thisEpochBaselinePower, c.big('this_epoch_baseline_power'), c.id)
  assert.is(state.epoch, c.num('epoch'), c.id)
}
