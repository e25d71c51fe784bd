/** The system actor (f00), from which implicit messages come. It does nothing itself. */
import { cidOf } from '../../primitives/cid.ts'
import { encode, list, text } from '../../primitives/codec.ts'
import { defineActor, method } from '../actor.ts'
import type { Runtime } from '../runtime.ts'
import { METHOD_CONSTRUCTOR, SYSTEM_ACTOR } from '../singletons.ts'
import { SystemState } from './state.ts'

/** A genesis replaces this with the CID of its manifest data (`Manifest.dataCid`). */
const NO_ACTORS = cidOf(encode(list(text), []))

export const systemActor = defineActor<SystemState>({
  type: 'system',
  state: SystemState,
  methods: {
    [METHOD_CONSTRUCTOR]: method('Constructor', null, null, constructor),
  },
})

function constructor(rt: Runtime<SystemState>): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  rt.create({ builtinActors: NO_ACTORS })
}
