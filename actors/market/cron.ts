/** What the market does at the end of every epoch. Deals that are due cannot be handled yet. */
import { assert } from '../../primitives/assert.ts'
import type { Runtime } from '../runtime.ts'
import { CRON_ACTOR } from '../singletons.ts'
import type { MarketState } from './state.ts'

/**
 * Goes through the epochs since the last cron and takes their deals off the schedule. Deals that were settled before
 * need nothing more.
 *
 * @see builtin-actors `actors/market/src/lib.rs`, `cron_tick`
 */
export function cronTick(rt: Runtime<MarketState>): void {
  rt.acceptCaller(CRON_ACTOR)
  rt.transaction((state) => {
    const idle = state.dealOpsByEpoch.isEmpty
    for (let epoch = state.lastCron + 1; epoch <= rt.epoch && !idle; epoch++) {
      const due = state.dealOpsByEpoch.get(epoch)
      if (!due) continue
      for (const deal of due.keys())
        assert(
          !state.proposals.has(deal),
          `deal ${deal} is due, and the market cannot settle deals`,
        )
      state.dealOpsByEpoch = state.dealOpsByEpoch.delete(epoch)
    }
    state.lastCron = rt.epoch
  })
}
