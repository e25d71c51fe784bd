/**
 * The alpha-beta filter by which the network estimates the epoch reward and its quality-adjusted power, and the sum of
 * the ratio of two such estimates over coming epochs. Positions and velocities are Q.128.
 */
import { PRECISION, ln128 } from './fixed-point.ts'
import { floorDiv, type ChainEpoch } from './units.ts'

/** A quantity and its change per epoch, both Q.128. */
export interface FilterEstimate {
  readonly position: bigint
  readonly velocity: bigint
}

/** 9.25e-4 in Q.128. */
export const DEFAULT_ALPHA = 314760000000000000000000000000000000n
/** 2.84e-7 in Q.128. */
export const DEFAULT_BETA = 96640100000000000000000000000000n

/** An estimate from whole numbers (Q.0). */
export function filterEstimate(position: bigint, velocity: bigint): FilterEstimate {
  return { position: position << PRECISION, velocity: velocity << PRECISION }
}

/** The position in whole units (Q.0), floored. */
export function estimate({ position }: FilterEstimate): bigint {
  return position >> PRECISION
}

/**
 * The estimate after seeing `observation`, `epochDelta` epochs after `previous`.
 *
 * @param observation - Q.0.
 * @param epochDelta - at least 1.
 * @see builtin-actors `runtime/src/builtin/reward/smooth/alpha_beta_filter.rs`, `next_estimate`
 */
export function nextEstimate(
  previous: FilterEstimate,
  observation: bigint,
  epochDelta: ChainEpoch,
  alpha: bigint = DEFAULT_ALPHA,
  beta: bigint = DEFAULT_BETA,
): FilterEstimate {
  const delta = BigInt(epochDelta)
  const predicted = delta * previous.velocity + previous.position
  const residual = (observation << PRECISION) - predicted
  return {
    position: predicted + ((alpha * residual) >> PRECISION),
    velocity: previous.velocity + floorDiv((residual * beta) >> PRECISION, delta), // Q.256 => Q.128
  }
}

/**
 * ∑ numerator(t) / denominator(t) over `delta` epochs beginning `relativeStart` epochs from now, both extrapolated at
 * constant velocity. A closed form with logarithms; a midpoint rule where the denominator hardly moves.
 *
 * @returns Q.128.
 * @see builtin-actors `runtime/src/builtin/reward/smooth/smooth_func.rs`, `extrapolated_cum_sum_of_ratio`
 */
export function extrapolatedCumSumOfRatio(
  delta: ChainEpoch,
  relativeStart: ChainEpoch,
  numerator: FilterEstimate,
  denominator: FilterEstimate,
): bigint {
  const duration = BigInt(delta) << PRECISION
  const start = BigInt(relativeStart) << PRECISION
  const { position: p1, velocity: v1 } = numerator
  const { position: p2, velocity: v2 } = denominator

  const squaredVelocity = (v2 * v2) >> PRECISION
  if (squaredVelocity > EPSILON) {
    const from = ((v2 * start) >> PRECISION) + p2
    const to = ((v2 * duration) >> PRECISION) + from
    const lnFrom = ln128(from)
    const lnTo = ln128(to)
    const m1 = ((lnTo - lnFrom) * p1 * v2) >> PRECISION // Q.384 => Q.256
    const m2 = (((lnFrom - lnTo) * p2 + v2 * duration) * v1) >> PRECISION
    return floorDiv(m1 + m2, squaredVelocity)
  }
  const midpoint = ((v1 * (start + (duration >> 1n))) >> PRECISION) + p1
  return floorDiv(midpoint * duration, p2)
}

/** Below this squared velocity (2⁻⁵⁰) the closed form would divide by almost nothing. Q.128. */
const EPSILON = 302231454903657293676544n
