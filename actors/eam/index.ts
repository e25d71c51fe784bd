/** The Ethereum address manager (f010): makes contracts where Ethereum's rules put them. It has no state. */
import { byteString } from '../../primitives/codec.ts'
import { defineActor, method } from '../actor.ts'
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { EAM_ACTOR, SYSTEM_ACTOR } from '../singletons.ts'
import { create, create2, createExternal } from './create.ts'
import { Create2Params, CreateParams, CreateReturn, EamMethod } from './params.ts'

export const eamActor = defineActor({
  type: 'eam',
  state: null,
  restricted: false,
  methods: {
    [EamMethod.Constructor]: method('Constructor', null, null, constructor),
    [EamMethod.Create]: method('Create', CreateParams, CreateReturn, create),
    [EamMethod.Create2]: method('Create2', Create2Params, CreateReturn, create2),
    [EamMethod.CreateExternal]: method('CreateExternal', byteString, CreateReturn, createExternal),
  },
})

function constructor(rt: Runtime): void {
  require(rt.receiver ===
    EAM_ACTOR, ExitCode.Forbidden, `the Ethereum address manager must be deployed at ${EAM_ACTOR}, was deployed at ${rt.receiver}`)
  rt.acceptCaller(SYSTEM_ACTOR)
}
