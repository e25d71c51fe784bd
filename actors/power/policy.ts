/** The consensus minimum: how much raw power a miner needs before it may win blocks. */
import { GiB, type StoragePower } from '../../primitives/units.ts'
import { filterEstimate, type FilterEstimate } from '../../primitives/smoothing.ts'
import { postProofInfo, type RegisteredPoStProof } from '../miner/policy.ts'
import type { Policy } from '../policy.ts'

/** As long as fewer miners than this are above the minimum, it is not enforced. */
export const CONSENSUS_MINER_MIN_MINERS = 4

/** The network's quality-adjusted power as the power actor first estimates it: 750,000 GiB, growing 3.75 TiB an epoch. */
export const INITIAL_QA_POWER_ESTIMATE: FilterEstimate = filterEstimate(GiB(750_000), GiB(3_840))

/** Raw bytes a miner of this PoSt type needs; undefined for an unknown type. */
export function consensusMinerMinPower(
  policy: Policy,
  proof: RegisteredPoStProof,
): StoragePower | undefined {
  return postProofInfo(proof) && policy.minimumConsensusPower
}

/**
 * Whether a miner with this raw power may win blocks: it is at the minimum, or too few miners are and it has any.
 *
 * @see builtin-actors `actors/power/src/state.rs`, `miner_nominal_power_meets_consensus_minimum`
 */
export function meetsConsensusMinimum(
  rawBytePower: StoragePower,
  minimum: StoragePower,
  minerAboveMinPowerCount: number,
): boolean {
  if (rawBytePower >= minimum) return true
  return minerAboveMinPowerCount < CONSENSUS_MINER_MIN_MINERS && rawBytePower > 0n
}

/** Whether totals count only miners above the minimum, rather than every committed byte. */
export function countsOnlyAboveMinimum(minerAboveMinPowerCount: number): boolean {
  return minerAboveMinPowerCount >= CONSENSUS_MINER_MIN_MINERS
}
