/** The Ethereum address manager (f010). The table holds the constructor only. It has no state. */
import { defineActor, method } from '../actor.ts'
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { EAM_ACTOR, METHOD_CONSTRUCTOR, SYSTEM_ACTOR } from '../singletons.ts'

export const eamActor = defineActor({
  type: 'eam',
  state: null,
  restricted: false,
  methods: {
    [METHOD_CONSTRUCTOR]: method('Constructor', null, null, constructor),
  },
})

function constructor(rt: Runtime): void {
  require(rt.receiver ===
    EAM_ACTOR, ExitCode.Forbidden, `the Ethereum address manager must be deployed at ${EAM_ACTOR}, was deployed at ${rt.receiver}`)
  rt.acceptCaller(SYSTEM_ACTOR)
}
