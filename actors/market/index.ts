/** The storage market actor (f05). The table holds the constructor and the cron tick only. */
import { defineActor, method } from '../actor.ts'
import type { Runtime } from '../runtime.ts'
import { SYSTEM_ACTOR } from '../singletons.ts'
import { cronTick } from './cron.ts'
import { MarketMethod } from './params.ts'
import { initialMarketState, MarketState } from './state.ts'

export const marketActor = defineActor<MarketState>({
  type: 'storagemarket',
  state: MarketState,
  methods: {
    [MarketMethod.Constructor]: method('Constructor', null, null, constructor),
    [MarketMethod.CronTick]: method('CronTick', null, null, cronTick),
  },
})

function constructor(rt: Runtime<MarketState>): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  rt.create(initialMarketState())
}
