/** Deals whose sector ends before they do. */
import type { TokenAmount } from '../../primitives/units.ts'
import { EPOCH_UNDEFINED } from '../policy.ts'
import { ActorError, type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { dealCid, providerOf } from './deal.ts'
import { processSlashedDeal, removeCompletedDeal, removePending } from './deals.ts'
import { emitDeal } from './events.ts'
import type { OnMinerSectorsTerminateParams } from './params.ts'
import { takeDealsOfSectors } from './provider-sectors.ts'
import { burnFunds } from './requests.ts'
import type { DealId, MarketState } from './state.ts'

/**
 * Ends the deals in sectors that the calling miner has terminated: it is paid up to then, clients get the rest back, and its
 * collateral is burnt. Deals that have ended by themselves are left to be settled.
 *
 * @throws ActorError `IllegalState` for a deal of another provider, `IllegalArgument` for one that is not active.
 * @see builtin-actors `actors/market/src/lib.rs`, `on_miner_sectors_terminate`
 */
export function onMinerSectorsTerminate(
  rt: Runtime<MarketState>,
  params: OnMinerSectorsTerminateParams,
): void {
  rt.acceptCallerType('storageminer')
  const burnt = rt.transaction((state) => {
    const before = { ...state }
    const ids = takeDealsOfSectors(state, rt.caller, params.sectors.values())
    return ids.reduce((sum, id) => sum + terminate(rt, before, state, id, params.epoch), 0n)
  })
  burnFunds(rt, burnt)
}

/** Gives the collateral to burn. The deal is looked up in the state as it was `before` all of this. */
function terminate(
  rt: Runtime,
  before: MarketState,
  state: Draft<MarketState>,
  id: DealId,
  slashEpoch: number,
): TokenAmount {
  const deal = before.proposals.get(id)
  if (!deal) return 0n
  require(providerOf(deal) ===
    rt.caller, ExitCode.IllegalState, `caller f0${rt.caller} is not the provider of deal ${id}`)
  if (deal.endEpoch <= slashEpoch) return 0n
  const active = before.states.get(id)
  if (!active) throw new ActorError(ExitCode.IllegalArgument, `no state for deal ${id}`)
  if (active.lastUpdatedEpoch === EPOCH_UNDEFINED) removePending(state, dealCid(deal))
  const slashed = processSlashedDeal(state, deal, { ...active, slashEpoch })
  removeCompletedDeal(state, id)
  emitDeal(rt, 'deal-terminated', id, deal)
  return slashed
}
