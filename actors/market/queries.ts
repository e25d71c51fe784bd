/** What the market tells others about deals: of published ones, until some time after their end. */
import { EPOCH_UNDEFINED } from '../policy.ts'
import { ActorError, type Runtime } from '../runtime.ts'
import type { DealProposal, DealState } from './deal.ts'
import { findDealState, getProposal } from './deals.ts'
import { type GetDealActivationReturn, MarketExitCode } from './params.ts'
import type { MarketState } from './state.ts'

/** A query for something that a proposal says. It fails as `getProposal` does. */
export function ofProposal<T>(
  read: (deal: DealProposal) => T,
): (rt: Runtime<MarketState>, id: bigint) => T {
  return (rt, id) => {
    rt.acceptAnyCaller()
    return read(getProposal(rt.state(), id))
  }
}

/** When a deal was activated: maybe before its start, maybe not yet. */
export function getDealActivation(rt: Runtime<MarketState>, id: bigint): GetDealActivationReturn {
  const active = activeDeal(rt, id)
  return { activated: BigInt(active?.sectorStartEpoch ?? EPOCH_UNDEFINED), terminated: -1n }
}

/** The sector a deal is in. @throws ActorError `DealNotActivated` before it is in one. */
export function getDealSector(rt: Runtime<MarketState>, id: bigint): bigint {
  const active = activeDeal(rt, id)
  if (active) return active.sectorNumber
  throw new ActorError(MarketExitCode.DealNotActivated, `deal ${id} not yet activated`)
}

/** @throws ActorError `DealExpired` also for a deal that has ended and waits to be cleared away. */
function activeDeal(rt: Runtime<MarketState>, id: bigint): DealState | undefined {
  rt.acceptAnyCaller()
  const state = rt.state()
  const active = findDealState(state, id)
  if (!active) getProposal(state, id)
  else if (active.slashEpoch !== EPOCH_UNDEFINED)
    throw new ActorError(MarketExitCode.DealExpired, `deal ${id} expired`)
  return active
}
