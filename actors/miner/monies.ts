/**
 * What a miner pays, pledges and forfeits. Amounts are attoFIL, power is quality-adjusted bytes; every division floors.
 */
import { ONE_Q128, PRECISION } from '../../primitives/fixed-point.ts'
import { estimate, extrapolatedCumSumOfRatio } from '../../primitives/smoothing.ts'
import type { FilterEstimate } from '../../primitives/smoothing.ts'
import { ATTO_PER_FIL, fil, floorDiv, max, min } from '../../primitives/units.ts'
import type { ChainEpoch, StoragePower, TokenAmount } from '../../primitives/units.ts'
import { EPOCHS_IN_DAY, EXPECTED_LEADERS_PER_EPOCH, type Policy } from '../policy.ts'

/** The network's estimates on which every projection of a sector's reward rests. */
export interface NetworkEstimates {
  /** Epoch reward, attoFIL. */
  readonly reward: FilterEstimate
  /** Quality-adjusted bytes of the network. */
  readonly qaPower: FilterEstimate
}

/** What initial pledge takes from the power and reward actors and the chain. */
export interface PledgeInputs extends NetworkEstimates {
  readonly baselinePower: StoragePower
  readonly circulatingSupply: TokenAmount
  /** FIP-0081; negative before the ramp begins. */
  readonly epochsSinceRampStart: ChainEpoch
  readonly rampDurationEpochs: ChainEpoch
}

export const PRE_COMMIT_DEPOSIT_PROJECTION_PERIOD: ChainEpoch = 20 * EPOCHS_IN_DAY
export const INITIAL_PLEDGE_PROJECTION_PERIOD: ChainEpoch = 20 * EPOCHS_IN_DAY
/** 3.51 days. */
export const CONTINUED_FAULT_PROJECTION_PERIOD: ChainEpoch = Math.floor((EPOCHS_IN_DAY * 351) / 100)
const INVALID_WINDOW_POST_PROJECTION_PERIOD = CONTINUED_FAULT_PROJECTION_PERIOD + 2 * EPOCHS_IN_DAY
/** 3.5 days. */
const TERMINATION_PENALTY_LOWER_BOUND_PROJECTION_PERIOD = (EPOCHS_IN_DAY * 35) / 10

/** Attributed to a successful dispute of a window PoSt, besides the projected reward. */
export const BASE_PENALTY_FOR_DISPUTED_WINDOW_POST: TokenAmount = fil('20')
/** What the disputer gets, where the miner can pay it. */
export const BASE_REWARD_FOR_DISPUTED_WINDOW_POST: TokenAmount = fil('4')
/** About 1 FIL for each 32 GiB of quality-adjusted power. */
const INITIAL_PLEDGE_MAX_PER_BYTE: TokenAmount = ATTO_PER_FIL / (32n << 30n)
/** Age in days from which a termination costs the full share of pledge. */
export const TERMINATION_LIFETIME_CAP = 140

/**
 * BR(t): reward a sector of `qaPower` is expected to earn in the coming `duration` epochs.
 *
 * On a network that still estimates no power at all it is a whole epoch's reward, whatever `qaPower` and `duration`.
 *
 * @returns never negative.
 * @see builtin-actors `actors/miner/src/monies.rs`, `expected_reward_for_power`
 */
export function expectedRewardForPower(
  { reward, qaPower: network }: NetworkEstimates,
  qaPower: StoragePower,
  duration: ChainEpoch,
): TokenAmount {
  if (network.position >= 0n && network.position < ONE_Q128) return estimate(reward)
  if (qaPower === 0n) return 0n
  return max(0n, (qaPower * rewardPerByte(reward, network, duration)) >> PRECISION)
}

/** Deposit of a pre-committed sector; at least 1 attoFIL. The caller passes the power of a fully verified sector. */
export function preCommitDepositForPower(
  network: NetworkEstimates,
  qaPower: StoragePower,
): TokenAmount {
  return max(1n, expectedRewardForPower(network, qaPower, PRE_COMMIT_DEPOSIT_PROJECTION_PERIOD))
}

/** Parts of an initial pledge: `min(base + additionalBaseline + additionalSimple, cap)`. */
export interface InitialPledgeParts {
  /** 20 days of expected reward, at least 1 attoFIL. */
  readonly base: TokenAmount
  /** Share in the lock target by the larger of baseline and network power, weighted by `gamma`. */
  readonly additionalBaseline: TokenAmount
  /** Share in the lock target by network power alone, weighted by 1000 - `gamma`. */
  readonly additionalSimple: TokenAmount
  readonly cap: TokenAmount
  /** Per mille, 1000 before the FIP-0081 ramp and 700 after it. */
  readonly gamma: bigint
}

/**
 * Pledge for committing `qaPower`, by its parts. The lock target is 30 % of circulating supply.
 *
 * @see builtin-actors `actors/miner/src/monies.rs`, `initial_pledge_for_power`; FIP-0081
 */
export function initialPledgeParts(
  qaPower: StoragePower,
  inputs: PledgeInputs,
): InitialPledgeParts {
  const network = estimate(inputs.qaPower)
  const gamma = pledgeGamma(inputs.epochsSinceRampStart, inputs.rampDurationEpochs)
  const lockShare = inputs.circulatingSupply * 3n * qaPower
  const baselineShare = max(max(network, inputs.baselinePower), qaPower)
  const simpleShare = max(network, qaPower)
  return {
    base: max(1n, expectedRewardForPower(inputs, qaPower, INITIAL_PLEDGE_PROJECTION_PERIOD)),
    additionalBaseline: floorDiv(gamma * lockShare, baselineShare * 10n * 1000n),
    additionalSimple: floorDiv((1000n - gamma) * lockShare, simpleShare * 10n * 1000n),
    cap: INITIAL_PLEDGE_MAX_PER_BYTE * qaPower,
    gamma,
  }
}

/** Pledge for committing `qaPower`; see `initialPledgeParts`. */
export function initialPledgeForPower(qaPower: StoragePower, inputs: PledgeInputs): TokenAmount {
  const { base, additionalBaseline, additionalSimple, cap } = initialPledgeParts(qaPower, inputs)
  return min(base + additionalBaseline + additionalSimple, cap)
}

/** FIP-0077: a new miner locks the pledge of a tenth of the minimum consensus power. */
export function createMinerDeposit(policy: Policy, inputs: PledgeInputs): TokenAmount {
  return initialPledgeForPower(policy.minimumConsensusPower / 10n, inputs)
}

/** FF(t): charged for each proving period that power stays faulty. */
export function pledgePenaltyForContinuedFault(
  network: NetworkEstimates,
  qaPower: StoragePower,
): TokenAmount {
  return expectedRewardForPower(network, qaPower, CONTINUED_FAULT_PROJECTION_PERIOD)
}

/** SP(t), 3.5 days of expected reward: the floor of termination fees before FIP-0098. */
export function pledgePenaltyForTerminationLowerBound(
  network: NetworkEstimates,
  qaPower: StoragePower,
): TokenAmount {
  return expectedRewardForPower(network, qaPower, TERMINATION_PENALTY_LOWER_BOUND_PROJECTION_PERIOD)
}

/** Charged when power was claimed by a window PoSt that a dispute shows to be invalid. */
export function pledgePenaltyForInvalidWindowPoSt(
  network: NetworkEstimates,
  qaPower: StoragePower,
): TokenAmount {
  const projected = expectedRewardForPower(network, qaPower, INVALID_WINDOW_POST_PROJECTION_PERIOD)
  return projected + BASE_PENALTY_FOR_DISPUTED_WINDOW_POST
}

/**
 * Fee for terminating one sector: 8.5 % of its pledge, growing linearly over the first 140 days, but at least 2 % of
 * pledge and 105 % of its fault fee.
 *
 * @param sectorAge - epochs from activation to termination.
 * @param faultFee - `pledgePenaltyForContinuedFault` of the sector.
 * @see builtin-actors `actors/miner/src/monies.rs`, `pledge_penalty_for_termination`; FIP-0098
 */
export function pledgePenaltyForTermination(
  initialPledge: TokenAmount,
  sectorAge: ChainEpoch,
  faultFee: TokenAmount,
): TokenAmount {
  const full = floorDiv(initialPledge * 85n, 1000n)
  const aged = floorDiv(BigInt(sectorAge) * full, BigInt(TERMINATION_LIFETIME_CAP * EPOCHS_IN_DAY))
  const least = max(floorDiv(initialPledge * 2n, 100n), floorDiv(faultFee * 105n, 100n))
  return max(min(full, aged), least)
}

/** A reward's locked share, 75 %; the rest is available at once. */
export function lockedRewardFromReward(reward: TokenAmount): TokenAmount {
  return floorDiv(reward * 3n, 4n)
}

/** Charged for a consensus fault: five times one winner's reward. @param epochReward - for all winners. */
export function consensusFaultPenalty(epochReward: TokenAmount): TokenAmount {
  return floorDiv(epochReward * CONSENSUS_FAULT_FACTOR, EXPECTED_LEADERS_PER_EPOCH)
}

/** What the reporter of a consensus fault gets: a quarter of one winner's reward. */
export function rewardForConsensusSlashReport(epochReward: TokenAmount): TokenAmount {
  return floorDiv(epochReward, EXPECTED_LEADERS_PER_EPOCH * CONSENSUS_FAULT_REPORTER_SHARE)
}

/** FIP-0100 fee for a day of a sector, fixed when it is activated. */
export function dailyProofFee(
  policy: Policy,
  circulatingSupply: TokenAmount,
  qaPower: StoragePower,
): TokenAmount {
  return floorDiv(
    policy.dailyFeeCirculatingSupplyQapMultiplierNum * circulatingSupply * qaPower,
    policy.dailyFeeCirculatingSupplyQapMultiplierDenom,
  )
}

/** A sector's daily fee after its power changed. */
export function dailyProofFeeAdjust(
  dailyFee: TokenAmount,
  oldQaPower: StoragePower,
  newQaPower: StoragePower,
): TokenAmount {
  return oldQaPower === newQaPower ? dailyFee : floorDiv(dailyFee * newQaPower, oldQaPower)
}

/** What is charged of a day's fees: no more than half of the same power's expected reward of a day. */
export function dailyProofFeePayable(
  policy: Policy,
  dailyFee: TokenAmount,
  estimatedDayReward: TokenAmount,
): TokenAmount {
  return min(floorDiv(estimatedDayReward, policy.dailyFeeBlockRewardCapDenom), dailyFee)
}

const CONSENSUS_FAULT_FACTOR = 5n
const CONSENSUS_FAULT_REPORTER_SHARE = 4n

/** FIP-0081: 1000 per mille of the baseline rule before the ramp, falling by 300 over it; truncated to per mille. */
function pledgeGamma(sinceStart: ChainEpoch, duration: ChainEpoch): bigint {
  if (sinceStart < 0) return 1000n
  if (duration === 0 || sinceStart >= duration) return 700n
  return 1000n - (BigInt(sinceStart) * 300n) / BigInt(duration)
}

/** Sums already extrapolated from the last pair of estimates: every deadline of an epoch asks for the same few. */
let recent:
  { reward: FilterEstimate; network: FilterEstimate; sums: Map<ChainEpoch, bigint> } | undefined

/** Expected reward of one byte over `duration`, Q.128. */
function rewardPerByte(
  reward: FilterEstimate,
  network: FilterEstimate,
  duration: ChainEpoch,
): bigint {
  if (!recent || !sameEstimate(recent.reward, reward) || !sameEstimate(recent.network, network))
    recent = { reward, network, sums: new Map() }
  const known = recent.sums.get(duration)
  if (known !== undefined) return known
  const sum = extrapolatedCumSumOfRatio(duration, 0, reward, network)
  if (recent.sums.size < 16) recent.sums.set(duration, sum)
  return sum
}

function sameEstimate(a: FilterEstimate, b: FilterEstimate): boolean {
  return a === b || (a.position === b.position && a.velocity === b.velocity)
}
