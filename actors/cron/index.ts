/** The cron actor (f03): the implicit last message of every epoch. */
import { defineActor, method } from '../actor.ts'
import type { Runtime } from '../runtime.ts'
import { SYSTEM_ACTOR } from '../singletons.ts'
import { trySend } from '../try-send.ts'
import { CronConstructorParams, CronMethod } from './params.ts'
import { CronState } from './state.ts'

export const cronActor = defineActor<CronState>({
  type: 'cron',
  state: CronState,
  methods: {
    [CronMethod.Constructor]: method('Constructor', CronConstructorParams, null, constructor),
    [CronMethod.EpochTick]: method('EpochTick', null, null, epochTick),
  },
})

function constructor(rt: Runtime<CronState>, { entries }: CronConstructorParams): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  rt.create({ entries })
}

/** Calls every entry in its order. A failing one undoes its own work and stops no other. */
function epochTick(rt: Runtime<CronState>): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  for (const { receiver, method } of rt.state().entries) trySend(rt, receiver, method, null, 0n)
}
