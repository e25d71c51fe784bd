/** The verified registry (f06). The table holds the constructor only. */
import type { Address } from '../../primitives/address.ts'
import { address } from '../../primitives/codec.ts'
import { defineActor, method } from '../actor.ts'
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { METHOD_CONSTRUCTOR, SYSTEM_ACTOR } from '../singletons.ts'
import { initialVerifregState, VerifregState } from './state.ts'

export const verifregActor = defineActor<VerifregState>({
  type: 'verifiedregistry',
  state: VerifregState,
  methods: {
    [METHOD_CONSTRUCTOR]: method('Constructor', address, null, constructor),
  },
})

function constructor(rt: Runtime<VerifregState>, rootKey: Address): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  const root = rt.resolve(rootKey)
  require(root !== undefined, ExitCode.IllegalArgument, 'root should be an ID address')
  rt.create(initialVerifregState(root))
}
