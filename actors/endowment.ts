/**
 * What a genesis gives that nothing in its state accounts for: power of providers without sectors, pledge for it, totals of
 * a network that is not there. Test networks start so; all that comes later must add up on top of it.
 */
import type { ActorId } from '../primitives/units.ts'
import { subPower } from './miner/power-pair.ts'
import type { Policy } from './policy.ts'
import { type CheckedMiners, type MinerEndowment } from './power-against-miners.ts'
import { minPower } from './power/claims.ts'
import type { PowerState } from './power/state.ts'

/** Fields of the power state that are sums over claims. */
type ClaimTotals = Pick<
  PowerState,
  | 'totalRawBytePower'
  | 'totalBytesCommitted'
  | 'totalQualityAdjPower'
  | 'totalQaBytesCommitted'
  | 'minerAboveMinPowerCount'
  | 'minerCount'
>

export interface Endowment {
  readonly totals: ClaimTotals
  readonly miners: ReadonlyMap<ActorId, MinerEndowment>
}

export const NO_ENDOWMENT: Endowment = {
  totals: {
    totalRawBytePower: 0n,
    totalBytesCommitted: 0n,
    totalQualityAdjPower: 0n,
    totalQaBytesCommitted: 0n,
    minerAboveMinPowerCount: 0,
    minerCount: 0,
  },
  miners: new Map(),
}

/** The endowment of a genesis, from its power state and its miners. */
export function endowmentOf(power: PowerState, miners: CheckedMiners, policy: Policy): Endowment {
  const given = new Map<ActorId, MinerEndowment>()
  for (const [id, { state, summary }] of miners) {
    const claim = power.claims.get(id)
    if (!claim) continue
    const claimed = { raw: claim.rawBytePower, qa: claim.qualityAdjPower }
    given.set(id, {
      power: subPower(claimed, summary.activePower),
      pledge: state.initialPledge - summary.pledge,
    })
  }
  return { totals: lessTotals(power, totalsOfClaims(power, policy)), miners: given }
}

/** A power state as it would be without the totals it was endowed with. */
export function withoutEndowment(power: PowerState, { totals }: Endowment): PowerState {
  return { ...power, ...lessTotals(power, totals) }
}

function lessTotals(a: ClaimTotals, b: ClaimTotals): ClaimTotals {
  return {
    totalRawBytePower: a.totalRawBytePower - b.totalRawBytePower,
    totalBytesCommitted: a.totalBytesCommitted - b.totalBytesCommitted,
    totalQualityAdjPower: a.totalQualityAdjPower - b.totalQualityAdjPower,
    totalQaBytesCommitted: a.totalQaBytesCommitted - b.totalQaBytesCommitted,
    minerAboveMinPowerCount: a.minerAboveMinPowerCount - b.minerAboveMinPowerCount,
    minerCount: a.minerCount - b.minerCount,
  }
}

function totalsOfClaims({ claims }: PowerState, policy: Policy): ClaimTotals {
  const sum = { ...NO_ENDOWMENT.totals }
  for (const { rawBytePower, qualityAdjPower, windowPoStProofType } of claims.values()) {
    sum.minerCount += 1
    sum.totalBytesCommitted += rawBytePower
    sum.totalQaBytesCommitted += qualityAdjPower
    if (rawBytePower < minPower(policy, windowPoStProofType)) continue
    sum.totalRawBytePower += rawBytePower
    sum.totalQualityAdjPower += qualityAdjPower
    sum.minerAboveMinPowerCount += 1
  }
  return sum
}
