/** The init actor (f01): makes actors and keeps the map from addresses to their ids. */
import { defineActor, method } from '../actor.ts'
import type { Runtime } from '../runtime.ts'
import { SYSTEM_ACTOR } from '../singletons.ts'
import { exec, exec4 } from './exec.ts'
import { Exec4Params, ExecParams, ExecReturn, InitConstructorParams, InitMethod } from './params.ts'
import { initialInitState, InitState } from './state.ts'

export const initActor = defineActor<InitState>({
  type: 'init',
  state: InitState,
  methods: {
    [InitMethod.Constructor]: method('Constructor', InitConstructorParams, null, constructor),
    [InitMethod.Exec]: method('Exec', ExecParams, ExecReturn, exec),
    [InitMethod.Exec4]: method('Exec4', Exec4Params, ExecReturn, exec4),
  },
})

function constructor(rt: Runtime<InitState>, { networkName }: InitConstructorParams): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  rt.create(initialInitState(networkName))
}
