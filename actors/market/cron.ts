/** What the market does at the end of every epoch, with the deals that are due and no others. */
import { defined } from '../../primitives/assert.ts'
import type { TokenAmount } from '../../primitives/units.ts'
import { EPOCH_UNDEFINED } from '../policy.ts'
import { ActorError, type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { scheduledBetween } from '../schedule.ts'
import { CRON_ACTOR } from '../singletons.ts'
import { dealCid, type DealProposal, type DealState, providerOf } from './deal.ts'
import {
  findProposal,
  loadDeal,
  processDealUpdate,
  removeCompletedDeal,
  removePending,
} from './deals.ts'
import { emitDeal } from './events.ts'
import { nextUpdateEpoch } from './policy.ts'
import { removeDealFromSector } from './provider-sectors.ts'
import { burnFunds } from './requests.ts'
import { type DealId, type MarketState, NO_DEALS } from './state.ts'

/**
 * Goes through the epochs since the last cron. Deals that were not activated in time are taken out; of those that were, the
 * proposal is pending no more, and whoever wants to be paid must ask for it. Only deals that were settled before cron came
 * to them are updated by cron from then on.
 *
 * @see builtin-actors `actors/market/src/lib.rs`, `cron_tick`
 */
export function cronTick(rt: Runtime<MarketState>): void {
  rt.acceptCaller(CRON_ACTOR)
  const slashed = rt.transaction((state) => {
    let sum = 0n
    for (const epoch of scheduledBetween(state.dealOpsByEpoch, state.lastCron + 1, rt.epoch)) {
      const due = defined(state.dealOpsByEpoch.get(epoch), 'deals that are due')
      for (const id of due.keys()) sum += tick(rt, state, id)
      state.dealOpsByEpoch = state.dealOpsByEpoch.delete(epoch)
    }
    state.lastCron = rt.epoch
    return sum
  })
  burnFunds(rt, slashed)
}

/** Gives the collateral to burn. */
function tick(rt: Runtime, state: Draft<MarketState>, id: DealId): TokenAmount {
  const deal = findProposal(state, id)
  if (!deal) return 0n
  const loaded = loadDeal(state, rt.epoch, id, deal)
  if (loaded.is === 'timed-out') return loaded.penalty
  if (loaded.is === 'early')
    throw new ActorError(ExitCode.IllegalState, `deal ${id} processed before its start epoch`)
  if (loaded.state.lastUpdatedEpoch === EPOCH_UNDEFINED) {
    const wasPending = removePending(state, dealCid(deal))
    require(wasPending, ExitCode.IllegalState, `deal ${id} is not pending`)
    return 0n
  }
  return update(rt, state, id, deal, loaded.state)
}

function update(
  rt: Runtime,
  state: Draft<MarketState>,
  id: DealId,
  deal: DealProposal,
  active: DealState,
): TokenAmount {
  const { slashed, completed, remove } = processDealUpdate(state, active, deal, rt.epoch)
  if (remove) {
    removeCompletedDeal(state, id)
    removeDealFromSector(state, providerOf(deal), active.sectorNumber, id)
    emitDeal(rt, completed ? 'deal-completed' : 'deal-terminated', id, deal)
  } else {
    state.states = state.states.set(id, { ...active, lastUpdatedEpoch: rt.epoch })
    const next = nextUpdateEpoch(id, rt.policy.dealUpdatesInterval, rt.epoch + 1)
    const due = state.dealOpsByEpoch.get(next) ?? NO_DEALS
    state.dealOpsByEpoch = state.dealOpsByEpoch.set(next, due.set(id, null))
  }
  return slashed
}
