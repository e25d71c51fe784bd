/** Claims of power, and the network totals that follow from them. */
import type { ActorId, StoragePower } from '../../primitives/units.ts'
import type { Policy } from '../policy.ts'
import { ActorError, type Draft, ExitCode } from '../runtime.ts'
import { consensusMinerMinPower, countsOnlyAboveMinimum } from './policy.ts'
import type { Claim, PowerState } from './state.ts'

type PowerDraft = Draft<PowerState>

/**
 * Adds to a miner's claim. Totals count a miner while it is at the consensus minimum or above: crossing it adds or
 * takes the whole claim.
 *
 * @throws ActorError `NotFound` without a claim, `IllegalState` when one becomes negative.
 * @see builtin-actors `actors/power/src/state.rs`, `add_to_claim`
 */
export function addToClaim(
  state: PowerDraft,
  policy: Policy,
  miner: ActorId,
  rawByteDelta: StoragePower,
  qualityAdjDelta: StoragePower,
): void {
  const before = state.claims.get(miner)
  if (!before) throw new ActorError(ExitCode.NotFound, `no claim for actor f0${miner}`)
  state.totalQaBytesCommitted += qualityAdjDelta
  state.totalBytesCommitted += rawByteDelta
  const after: Claim = {
    windowPoStProofType: before.windowPoStProofType,
    rawBytePower: before.rawBytePower + rawByteDelta,
    qualityAdjPower: before.qualityAdjPower + qualityAdjDelta,
  }

  const minimum = minPower(policy, before.windowPoStProofType)
  const wasBelow = before.rawBytePower < minimum
  const isBelow = after.rawBytePower < minimum
  if (wasBelow && !isBelow) {
    state.minerAboveMinPowerCount += 1
    addToTotals(state, after.rawBytePower, after.qualityAdjPower)
  } else if (!wasBelow && isBelow) {
    state.minerAboveMinPowerCount -= 1
    addToTotals(state, -before.rawBytePower, -before.qualityAdjPower)
  } else if (!wasBelow) addToTotals(state, rawByteDelta, qualityAdjDelta)

  notNegative('claimed raw byte power', after.rawBytePower)
  notNegative('claimed quality adjusted power', after.qualityAdjPower)
  notNegative('amount of miners larger than min', state.minerAboveMinPowerCount)
  state.claims = state.claims.set(miner, after)
}

/** Gives a new miner a claim of nothing. */
export function addClaim(
  state: PowerDraft,
  policy: Policy,
  miner: ActorId,
  windowPoStProofType: number,
): void {
  state.claims = state.claims.set(miner, {
    windowPoStProofType,
    rawBytePower: 0n,
    qualityAdjPower: 0n,
  })
  state.minerCount += 1
  if (minPower(policy, windowPoStProofType) <= 0n) state.minerAboveMinPowerCount += 1
}

/** Takes a miner's power out of the totals and removes its claim; without a claim nothing happens. */
export function deleteClaim(state: PowerDraft, policy: Policy, miner: ActorId): void {
  const claim = state.claims.get(miner)
  if (!claim) return
  addToClaim(state, policy, miner, -claim.rawBytePower, -claim.qualityAdjPower)
  state.claims = state.claims.delete(miner)
}

/** What the network proves: all of it while hardly anyone is above the minimum, else what those above it prove. */
export function currentTotalPower(state: PowerState): { raw: StoragePower; qa: StoragePower } {
  return countsOnlyAboveMinimum(state.minerAboveMinPowerCount)
    ? { raw: state.totalRawBytePower, qa: state.totalQualityAdjPower }
    : { raw: state.totalBytesCommitted, qa: state.totalQaBytesCommitted }
}

/** @throws ActorError `IllegalState` for an unknown PoSt type. */
export function minPower(policy: Policy, windowPoStProofType: number): StoragePower {
  const minimum = consensusMinerMinPower(policy, windowPoStProofType)
  if (minimum === undefined)
    throw new ActorError(ExitCode.IllegalState, `unsupported proof type: ${windowPoStProofType}`)
  return minimum
}

function addToTotals(state: PowerDraft, raw: StoragePower, qa: StoragePower): void {
  state.totalQualityAdjPower += qa
  state.totalRawBytePower += raw
}

function notNegative(what: string, sum: bigint | number): void {
  if (sum < 0) throw new ActorError(ExitCode.IllegalState, `negative ${what}: ${sum}`)
}
