/** Accounts behind an Ethereum key. They have no state; a placeholder becomes one with its first message. */
import { delegatedParts } from '../../primitives/address.ts'
import { acceptExported } from '../account/fallback.ts'
import { defineActor, method } from '../actor.ts'
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { EAM_ACTOR, METHOD_CONSTRUCTOR, SYSTEM_ACTOR } from '../singletons.ts'

export const ethAccountActor = defineActor({
  type: 'ethaccount',
  state: null,
  methods: {
    [METHOD_CONSTRUCTOR]: method('Constructor', null, null, constructor),
  },
  fallback: acceptExported,
})

/** Nobody calls it: the machine makes these accounts itself. */
function constructor(rt: Runtime): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  const delegated = rt.delegatedAddressOf(rt.receiver)
  require(delegated !==
    undefined, ExitCode.IllegalArgument, 'receiver must have a predictable address')
  require(delegatedParts(delegated).namespace ===
    BigInt(EAM_ACTOR), ExitCode.IllegalArgument, 'invalid target for EthAccount creation')
}
