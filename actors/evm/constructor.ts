/** Making contracts, and making them again where they destroyed themselves. */
import { maskedId } from '../../primitives/eth-address.ts'
import { type PendingCall, whenDone } from '../pending-call.ts'
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { EAM_ACTOR, INIT_ACTOR } from '../singletons.ts'
import { ethAddressOfActor } from './addresses.ts'
import { Bytecode } from './bytecode.ts'
import { execute } from './interpreter/execute.ts'
import { unlessReverted } from './invoke.ts'
import type { ConstructorParams } from './params.ts'
import type { EvmState } from './state.ts'
import { System } from './system.ts'

/** Runs the initcode of a new contract. @throws ActorError as it ends, `Forbidden` where the actor has no f410 address. */
export function constructor(
  rt: Runtime<EvmState>,
  params: ConstructorParams,
): void | PendingCall<void> {
  rt.acceptCaller(INIT_ACTOR)
  return initialize(System.create(rt), params)
}

/** Runs the initcode of a contract that is dead. @throws ActorError `Forbidden` for one that is not. */
export function resurrect(
  rt: Runtime<EvmState>,
  params: ConstructorParams,
): void | PendingCall<void> {
  rt.acceptCaller(EAM_ACTOR)
  return initialize(System.resurrect(rt), params)
}

function initialize(
  system: System,
  { creator, initcode }: ConstructorParams,
): void | PendingCall<void> {
  const { rt } = system
  const address = ethAddressOfActor(rt, rt.receiver)
  require(maskedId(address) ===
    undefined, ExitCode.Forbidden, `contract ${rt.receiver} doesn't have an eth address`)
  if (initcode.length === 0) return system.flush()
  const input = { caller: creator, address, value: rt.value, data: new Uint8Array() }
  return whenDone(execute(Bytecode.of(initcode), system, input), (output) => {
    system.setBytecode(unlessReverted(output, 'constructor'))
    system.flush()
  })
}
