/** A miner's money, power, deadlines and vesting table. */
import * as assert from 'uvu/assert'
import { parseAddress } from '../../primitives/address.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import type { FilterEstimate } from '../../primitives/smoothing.ts'
import {
  assignDeadlines,
  DeadlinesFullError,
  type DeadlineLoad,
} from '../../actors/miner/deadline-assignment.ts'
import * as deadlines from '../../actors/miner/deadline-info.ts'
import * as monies from '../../actors/miner/monies.ts'
import { qaPowerForWeight, qualityForWeight } from '../../actors/miner/policy.ts'
import * as vesting from '../../actors/miner/vesting.ts'
import { MAINNET_POLICY as policy } from '../../actors/policy.ts'
import type { Case, Handlers } from './handler.ts'

export const handlers: Handlers = {
  miner_qa_power: (c) => {
    const weight = [c.big('sector_size'), c.num('duration'), c.big('verified_deal_weight')] as const
    assert.is(qualityForWeight(...weight), c.big('quality'))
    assert.is(qaPowerForWeight(...weight), c.big('qa_power'))
  },

  miner_daily_fee: (c) => {
    const fee = monies.dailyProofFee(policy, c.big('circulating_supply'), c.big('qa_power'))
    assert.is(fee, c.big('daily_fee_exact'))
  },

  miner_expected_reward: (c) => {
    const reward = (qaPower: bigint) =>
      monies.expectedRewardForPower(estimates(c), qaPower, c.num('period'))
    assert.is(reward(c.big('qa_power')), c.big('br'))
  },

  miner_initial_pledge: (c) => {
    const inputs = {
      ...estimates(c),
      baselinePower: c.big('baseline_power'),
      circulatingSupply: c.big('circulating_supply'),
      epochsSinceRampStart: c.num('epochs_since_ramp_start'),
      rampDurationEpochs: c.num('ramp_duration_epochs'),
    }
    const power = c.big('qa_power')
    assert.is(monies.initialPledgeForPower(power, inputs), c.big('initial_pledge'))
    const parts = c.optSub('components')
    if (!parts) return
    assert.equal(monies.initialPledgeParts(power, inputs), {
      base: parts.big('ip_base'),
      additionalBaseline: parts.big('additional_baseline'),
      additionalSimple: parts.big('additional_simple'),
      cap: parts.big('cap'),
      gamma: parts.big('gamma'),
    })
  },

  miner_termination_fee: (c) => {
    const fee = monies.pledgePenaltyForTermination(
      c.big('initial_pledge'),
      c.num('sector_age'),
      c.big('fault_fee'),
    )
    assert.is(fee, c.big('termination_fee'))
  },

  miner_reward_lock_and_fault_penalty: (c) => {
    if (c.has('reward'))
      return assert.is(monies.lockedRewardFromReward(c.big('reward')), c.big('locked_75pct'))
    const penalty = monies.consensusFaultPenalty(c.big('reward_smoothed_estimate'))
    assert.is(penalty, c.big('consensus_fault_penalty'))
  },

  miner_deadline_assignment: (c) => {
    const loads = deadlineLoads(c)
    const sectors = Array.from({ length: c.num('sectors') }, (_, i) => i)
    const assign = () =>
      assignDeadlines(c.num('max_partitions'), c.num('partition_size'), loads, sectors)
    const expected = c.raw('expected')
    if (expected === 'error')
      return assert.throws(assign, (error: unknown) => error instanceof DeadlinesFullError)
    const each = /^(\d+) per deadline$/.exec(String(expected))
    if (each) return assert.ok(assign().every((bin) => bin.length === Number(each[1])))
    assert.equal(
      assign(),
      c.list('expected').map((bin) => bin ?? []),
    )
  },

  miner_deadline_info: (c) => {
    const epoch = c.num('epoch')
    if (c.str('op') === 'from_offset_and_epoch') {
      const info = deadlines.deadlineInfoFromOffsetAndEpoch(policy, c.num('offset'), epoch)
      return assertInfo(info, c)
    }
    assert.is(c.str('op'), 'next_not_elapsed')
    const at = [policy, c.num('period_start'), c.num('index'), epoch] as const
    assertInfo(deadlines.nextNotElapsed(policy, deadlines.newDeadlineInfo(...at)), c)
    assert.is(deadlines.deadlineIsMutable(...at), c.bool('deadline_is_mutable'))
    assert.is(deadlines.deadlineAvailableForOptimisticPoStDispute(...at), c.bool('dispute_allowed'))
    assert.is(deadlines.deadlineAvailableForCompaction(...at), c.bool('compaction_allowed'))
  },

  miner_proving_period_start: (c) =>
    assert.is(
      deadlines.currentProvingPeriodStart(policy, c.num('current_epoch'), c.num('offset')),
      c.num('proving_period_start'),
    ),

  miner_proving_period_offset: (c) => {
    const { bytes } = parseAddress(c.str('address'))
    const epoch = c.num('epoch')
    const offset = deadlines.provingPeriodOffset(policy, bytes, epoch, blake2b256)
    assert.is(offset, c.num('offset'))
    const start = deadlines.currentProvingPeriodStart(policy, epoch, offset)
    assert.is(start, c.num('proving_period_start'))
    assert.is(deadlines.currentDeadlineIndex(policy, epoch, start), c.num('current_deadline'))
  },

  miner_vesting_reward_spec: (c) => {
    const { funds } = lock([], c, vesting.REWARD_VESTING_SPEC)
    const pair = ({ epoch, amount }: vesting.VestingFund) => [epoch, String(amount)]
    assert.is(funds.length, c.num('entries'))
    assert.equal(funds.slice(0, 3).map(pair), c.list('first3'))
    assert.equal(pair(funds.at(-1)!), c.list('last'))
    assert.is(vesting.vestingTotal(funds), c.big('sum'))
  },

  miner_vesting_schedule: (c) => {
    let { funds } = lock([], c, vestSpec(c))
    const unlockedEach = c.bigs('unlocked_at_lock_epoch_plus_i').map((_, i) => {
      const next = vesting.unlockVestedFunds(funds, c.num('lock_epoch') + i)
      funds = next.funds
      return next.unlocked
    })
    assert.equal(unlockedEach, c.bigs('unlocked_at_lock_epoch_plus_i'))
    assert.equal(vesting.vestingEntries(funds), [])
  },

  miner_vesting_unvested: (c) => {
    let { funds } = lock([], c, vestSpec(c))
    for (const op of c.subs('ops')) funds = applyVestingOp(funds, op, c)
    const table = funds.map(({ epoch, amount }) => [epoch, String(amount)])
    assert.equal(table, c.list('table_after'))
  },
}

function estimates(c: Case): monies.NetworkEstimates {
  const filter = (name: string): FilterEstimate => ({
    position: c.sub(name).big('position'),
    velocity: c.sub(name).big('velocity'),
  })
  return { reward: filter('reward_estimate_q128'), qaPower: filter('network_qa_estimate_q128') }
}

/** `48 empty`, or a list with null where sectors may not be added. */
function deadlineLoads(c: Case): (DeadlineLoad | null)[] {
  const empty = /^(\d+) empty$/.exec(String(c.raw('deadlines')))
  if (empty) return Array(Number(empty[1])).fill({ liveSectors: 0, totalSectors: 0 })
  return (c.list('deadlines') as ({ live: number; dead: number } | null)[]).map(
    (d) => d && { liveSectors: d.live, totalSectors: d.live + d.dead },
  )
}

function assertInfo(info: deadlines.DeadlineInfo, c: Case): void {
  const expected = c.sub('expected')
  assert.is(info.periodStart, expected.num('period_start'))
  assert.is(info.index, expected.num('index'))
  assert.is(info.open, expected.num('open'))
  assert.is(info.close, expected.num('close'))
  assert.is(info.challenge, expected.num('challenge'))
  assert.is(info.faultCutoff, expected.num('fault_cutoff'))
}

function vestSpec(c: Case): vesting.VestSpec {
  const spec = c.sub('spec')
  return {
    initialDelay: spec.num('initial_delay'),
    vestPeriod: spec.num('vest_period'),
    stepDuration: spec.num('step_duration'),
    quantization: spec.num('quantization'),
  }
}

/** Locks the case's `amount` at its `lock_epoch`. */
function lock(funds: vesting.VestingFunds, c: Case, spec: vesting.VestSpec) {
  const start = c.num('proving_period_start')
  return vesting.addLockedFunds(funds, c.num('lock_epoch'), c.big('amount'), start, spec)
}

function applyVestingOp(funds: vesting.VestingFunds, op: Case, c: Case): vesting.VestingFunds {
  const epoch = op.num('epoch')
  if (op.str('op') === 'unlock_vested') {
    const next = vesting.unlockVestedFunds(funds, epoch)
    assert.is(next.unlocked, op.big('unlocked'), op.id)
    return next.funds
  }
  if (op.str('op') === 'add_locked_funds') {
    const start = c.num('proving_period_start')
    const next = vesting.addLockedFunds(funds, epoch, op.big('amount'), start, vestSpec(c))
    assert.is(next.unlocked, op.big('unlocked'), op.id)
    return next.funds
  }
  assert.is(op.str('op'), 'unlock_vested_and_unvested')
  const next = vesting.unlockVestedAndUnvestedFunds(funds, epoch, op.big('target'))
  assert.is(next.vested, op.big('vested'), op.id)
  assert.is(next.unvested, op.big('unvested'), op.id)
  return next.funds
}
