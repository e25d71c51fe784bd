/**
 * Minting: the baseline, the network time it earns, and the reward of an epoch. Pure functions over plain values; the
 * reward actor's methods apply them to its state.
 */
import { ONE_Q128, PRECISION, expNeg128 } from '../../primitives/fixed-point.ts'
import { filterEstimate, nextEstimate, type FilterEstimate } from '../../primitives/smoothing.ts'
import { fil, floorDiv, min } from '../../primitives/units.ts'
import type { ChainEpoch, StoragePower, TokenAmount } from '../../primitives/units.ts'
import { EPOCH_UNDEFINED, EXPECTED_LEADERS_PER_EPOCH } from '../policy.ts'

/** The fields of the reward actor's state, in wire order. */
export interface RewardProgress {
  /** Byte-epochs: the baseline summed to `effectiveNetworkTime`. */
  readonly cumsumBaseline: bigint
  /** Byte-epochs: the network's raw power, capped at the baseline, summed to `epoch`. */
  readonly cumsumRealized: bigint
  /** Epochs of baseline that the realized power has filled, rounded up. */
  readonly effectiveNetworkTime: ChainEpoch
  /** The baseline at `effectiveNetworkTime`. */
  readonly effectiveBaselinePower: StoragePower
  /** Reward of one epoch, for all its winners together. */
  readonly thisEpochReward: TokenAmount
  readonly thisEpochRewardSmoothed: FilterEstimate
  readonly thisEpochBaselinePower: StoragePower
  /** The epoch for which the reward was computed. */
  readonly epoch: ChainEpoch
  /** All block rewards paid so far; gas rewards are not among them. */
  readonly totalStoragePowerReward: TokenAmount
  readonly simpleTotal: TokenAmount
  readonly baselineTotal: TokenAmount
}

/** ⌊2^(1 / 1,051,200) · 2¹²⁸⌋: growth per epoch that doubles the baseline in 365 days. Q.128. */
const BASELINE_EXPONENT = 340282591298641078465964189926313473653n
/** The baseline at epoch 0: 2.5057 EiB. */
export const BASELINE_INITIAL_VALUE: StoragePower = 2_888_888_880_000_000_000n
/** The baseline one epoch earlier, from which construction steps. */
export const INIT_BASELINE_POWER: StoragePower =
  ((BASELINE_INITIAL_VALUE << (2n * PRECISION)) / BASELINE_EXPONENT) >> PRECISION

/** 30 % of the mining allocation, minted whatever the power. */
export const SIMPLE_TOTAL: TokenAmount = fil('330000000')
/** 70 % of the mining allocation, minted as the baseline is met. */
export const BASELINE_TOTAL: TokenAmount = fil('770000000')
/** What the reward actor holds at genesis. */
export const REWARD_ACTOR_BALANCE: TokenAmount = fil('1100000000')

/** ln 2 / 6 years of 1,051,200 epochs. Q.128. */
const LAMBDA = 37396271439864487274534522888786n
/** e^LAMBDA - 1. Q.128. */
const EXP_LAM_SUB_ONE = 37396273494747879394193016954629n

const INITIAL_REWARD_POSITION_ESTIMATE: TokenAmount = 36266260308195979333n
const INITIAL_REWARD_VELOCITY_ESTIMATE: TokenAmount = -109897758509n

/** A block producer's gas penalty is charged this many times over. */
export const PENALTY_MULTIPLIER = 3n

/**
 * Baseline power of the epoch after the one with baseline `previous`: b(t+1) = b(t) · 2^(1 / 1,051,200).
 *
 * @returns raw bytes, floored. The rounding is part of the protocol: iterate, never use a power.
 * @see builtin-actors `actors/reward/src/logic.rs`, `baseline_power_from_prev`
 */
export function baselinePowerFromPrev(previous: StoragePower): StoragePower {
  return (previous * BASELINE_EXPONENT) >> PRECISION
}

/**
 * Effective network time with its fraction: the last filled epoch, less the part of it that is not filled yet.
 *
 * @returns epochs, Q.128; 0 while the effective network time is 0.
 * @see builtin-actors `actors/reward/src/logic.rs`, `compute_r_theta`
 */
export function computeRTheta(
  effectiveNetworkTime: ChainEpoch,
  baselineAtEffectiveNetworkTime: StoragePower,
  cumsumRealized: bigint,
  cumsumBaseline: bigint,
): bigint {
  if (effectiveNetworkTime === 0) return 0n
  const missing = (cumsumBaseline - cumsumRealized) << PRECISION
  return (
    (BigInt(effectiveNetworkTime) << PRECISION) - floorDiv(missing, baselineAtEffectiveNetworkTime)
  )
}

/**
 * Reward of `epoch`, over which network time went from `prevTheta` to `currTheta`:
 *
 *     simpleTotal (e^λ - 1) e^(-λ epoch)  +  baselineTotal (e^(-λ prevTheta) - e^(-λ currTheta))
 *
 * @param prevTheta - Q.128. @param currTheta - Q.128.
 * @returns attoFIL for all winners of the epoch, floored once over the sum.
 * @see builtin-actors `actors/reward/src/logic.rs`, `compute_reward`
 */
export function computeReward(
  epoch: ChainEpoch,
  prevTheta: bigint,
  currTheta: bigint,
  simpleTotal: TokenAmount = SIMPLE_TOTAL,
  baselineTotal: TokenAmount = BASELINE_TOTAL,
): TokenAmount {
  const decay = expNeg128(LAMBDA * BigInt(epoch))
  const simple = (simpleTotal * EXP_LAM_SUB_ONE * decay) >> PRECISION // Q.128
  const before = baselineShare(prevTheta) * baselineTotal
  const after = baselineShare(currTheta) * baselineTotal
  return (simple + after - before) >> PRECISION
}

/** The reward actor's state at construction, before any epoch has ended, on a network with this raw power. */
export function initialRewardState(currRealizedPower: StoragePower): RewardProgress {
  const blank: RewardProgress = {
    cumsumBaseline: 0n,
    cumsumRealized: 0n,
    effectiveNetworkTime: 0,
    effectiveBaselinePower: BASELINE_INITIAL_VALUE,
    thisEpochReward: 0n,
    thisEpochRewardSmoothed: filterEstimate(
      INITIAL_REWARD_POSITION_ESTIMATE,
      INITIAL_REWARD_VELOCITY_ESTIMATE,
    ),
    thisEpochBaselinePower: INIT_BASELINE_POWER,
    epoch: EPOCH_UNDEFINED,
    totalStoragePowerReward: 0n,
    simpleTotal: SIMPLE_TOTAL,
    baselineTotal: BASELINE_TOTAL,
  }
  const after = advanceEpoch(blank, currRealizedPower)
  return {
    ...blank,
    ...after,
    thisEpochReward: rewardBetween(blank, after, SIMPLE_TOTAL, BASELINE_TOTAL),
  }
}

/**
 * The state after the cron of `currEpoch`: null rounds since the last update are caught up at the power now claimed and
 * pay nothing; then the reward of epoch `currEpoch` + 1 is computed and the estimate smoothed over all of them.
 *
 * @param currRealizedPower - raw bytes proven by the network.
 * @see builtin-actors `actors/reward/src/lib.rs`, `update_network_kpi`
 */
export function updateNetworkKpi<S extends RewardProgress>(
  state: S,
  currEpoch: ChainEpoch,
  currRealizedPower: StoragePower,
): S {
  return { ...state, ...networkKpi(state, currEpoch, currRealizedPower) }
}

/** The part of the state that changes with `updateNetworkKpi`. */
export type NetworkKpi = NetworkClock &
  Pick<RewardProgress, 'thisEpochReward' | 'thisEpochRewardSmoothed'>

/** As `updateNetworkKpi`: what changes. */
export function networkKpi(
  state: RewardProgress,
  currEpoch: ChainEpoch,
  currRealizedPower: StoragePower,
): NetworkKpi {
  let before: NetworkClock = state
  while (before.epoch < currEpoch) before = advanceEpoch(before, currRealizedPower)
  const after = advanceEpoch(before, currRealizedPower)
  const thisEpochReward = rewardBetween(before, after, state.simpleTotal, state.baselineTotal)
  const thisEpochRewardSmoothed = nextEstimate(
    state.thisEpochRewardSmoothed,
    thisEpochReward,
    after.epoch - state.epoch,
  )
  return { ...after, thisEpochReward, thisEpochRewardSmoothed }
}

/** The part of the state that moves with every epoch, null or not. */
export type NetworkClock = Pick<
  RewardProgress,
  | 'cumsumBaseline'
  | 'cumsumRealized'
  | 'effectiveNetworkTime'
  | 'effectiveBaselinePower'
  | 'thisEpochBaselinePower'
  | 'epoch'
>

/** One epoch on, at a network of this raw power. @see builtin-actors `update_to_next_epoch` */
export function advanceEpoch(clock: NetworkClock, currRealizedPower: StoragePower): NetworkClock {
  const thisEpochBaselinePower = baselinePowerFromPrev(clock.thisEpochBaselinePower)
  const cumsumRealized = clock.cumsumRealized + min(thisEpochBaselinePower, currRealizedPower)
  let { cumsumBaseline, effectiveNetworkTime, effectiveBaselinePower } = clock
  while (cumsumRealized > cumsumBaseline) {
    effectiveNetworkTime += 1
    effectiveBaselinePower = baselinePowerFromPrev(effectiveBaselinePower)
    cumsumBaseline += effectiveBaselinePower
  }
  return {
    cumsumBaseline,
    cumsumRealized,
    effectiveNetworkTime,
    effectiveBaselinePower,
    thisEpochBaselinePower,
    epoch: clock.epoch + 1,
  }
}

/** Reward of the epoch by which `after` is later than `before`. */
export function rewardBetween(
  before: NetworkClock,
  after: NetworkClock,
  simpleTotal: TokenAmount = SIMPLE_TOTAL,
  baselineTotal: TokenAmount = BASELINE_TOTAL,
): TokenAmount {
  return computeReward(after.epoch, theta(before), theta(after), simpleTotal, baselineTotal)
}

/** What a winning block brings: see `blockAward`. Amounts in attoFIL. */
export interface BlockAward {
  /** Newly minted part. */
  readonly blockReward: TokenAmount
  /** Minted part and gas reward, sent to the miner. */
  readonly totalReward: TokenAmount
  /** Gas penalty charged to the miner. */
  readonly penalty: TokenAmount
}

/**
 * Award of a block with `winCount` wins: as many fifths of the epoch's reward, and the gas reward. When the actor holds
 * less, it pays what it holds and the minted part is what the gas reward leaves.
 *
 * @param balance - what the actor holds, at least `gasReward`.
 * @see builtin-actors `actors/reward/src/lib.rs`, `award_block_reward`
 */
export function blockAward(
  thisEpochReward: TokenAmount,
  winCount: number,
  gasReward: TokenAmount,
  penalty: TokenAmount,
  balance: TokenAmount,
): BlockAward {
  const earned = floorDiv(thisEpochReward * BigInt(winCount), EXPECTED_LEADERS_PER_EPOCH)
  const totalReward = min(gasReward + earned, balance)
  return {
    blockReward: totalReward - gasReward,
    totalReward,
    penalty: penalty * PENALTY_MULTIPLIER,
  }
}

const theta = (clock: NetworkClock): bigint =>
  computeRTheta(
    clock.effectiveNetworkTime,
    clock.effectiveBaselinePower,
    clock.cumsumRealized,
    clock.cumsumBaseline,
  )

/** The share computed last: an epoch begins at the network time where the one before it ended. */
let recent: readonly [theta: bigint, share: bigint] = [0n, 0n]

/** 1 - e^(-λ theta), Q.128: the part of the baseline allocation minted by network time `theta`. */
function baselineShare(theta: bigint): bigint {
  if (recent[0] === theta) return recent[1]
  const share = ONE_Q128 - expNeg128((theta * LAMBDA) >> PRECISION)
  recent = [theta, share]
  return share
}
