/** The datacap token actor (f07). The table holds the constructor only. */
import type { Address } from '../../primitives/address.ts'
import { address } from '../../primitives/codec.ts'
import { defineActor, method } from '../actor.ts'
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { METHOD_CONSTRUCTOR, SYSTEM_ACTOR } from '../singletons.ts'
import { DatacapState, initialDatacapState } from './state.ts'

export const datacapActor = defineActor<DatacapState>({
  type: 'datacap',
  state: DatacapState,
  methods: {
    [METHOD_CONSTRUCTOR]: method('Constructor', address, null, constructor),
  },
})

function constructor(rt: Runtime<DatacapState>, governor: Address): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  require(rt.resolve(governor) !==
    undefined, ExitCode.IllegalArgument, 'failed to resolve governor address')
  rt.create(initialDatacapState(governor))
}
