/** Making actors: addresses for them, an empty actor, and a call of its constructor. */
import { type Address, delegatedAddress, idAddress } from '../../primitives/address.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ActorId } from '../../primitives/units.ts'
import type { ActorType } from '../manifest.ts'
import { calling, type PendingCall } from '../pending-call.ts'
import { ActorError, ExitCode, Payload, require, type Runtime, sent } from '../runtime.ts'
import { EAM_ACTOR, METHOD_CONSTRUCTOR } from '../singletons.ts'
import type { Exec4Params, ExecParams, ExecReturn } from './params.ts'
import { type InitState, mapAddressesToId } from './state.ts'

/**
 * Makes an actor of a type that the caller may make, with the value that came along.
 * @throws ActorError `Forbidden` for another type, or as the constructor does.
 */
export function exec(rt: Runtime<InitState>, params: ExecParams): PendingCall<ExecReturn> {
  rt.acceptAnyCaller()
  const callerType = rt.typeOf(rt.caller)
  require(callerType !== undefined, ExitCode.IllegalState, `no code for caller as ${rt.caller}`)
  const type = rt.manifest.typeOf(params.codeCid)
  if (type === undefined || !canExec(callerType, type))
    throw new ActorError(
      ExitCode.Forbidden,
      `called type ${callerType} cannot exec actor type ${params.codeCid}`,
    )
  const robustAddress = rt.newActorAddress()
  const { id, existing } = rt.transaction((state) => mapAddressesToId(state, robustAddress, null))
  require(!existing, ExitCode.Forbidden, `cannot exec over an existing actor ${id}`)
  return construct(rt, type, id, robustAddress, null, params.constructorParams)
}

/**
 * Makes an actor of any type at an f4 address of the address manager, in place of a placeholder if there is one.
 * @throws ActorError `Forbidden` when another actor is or was there, or as the constructor does.
 */
export function exec4(rt: Runtime<InitState>, params: Exec4Params): PendingCall<ExecReturn> {
  rt.acceptCaller(EAM_ACTOR)
  const delegated = delegatedAddressOf(rt.caller, params.subaddress)
  const robustAddress = rt.newActorAddress()
  const { id, existing } = rt.transaction((state) =>
    mapAddressesToId(state, robustAddress, delegated),
  )
  if (existing) {
    const type = rt.typeOf(id)
    require(type !== undefined, ExitCode.Forbidden, 'cannot redeploy a deleted actor')
    require(type ===
      'placeholder', ExitCode.Forbidden, `cannot replace an existing non-placeholder actor with code: ${type}`)
  }
  const type = knownType(rt, params.codeCid)
  return construct(rt, type, id, robustAddress, delegated, params.constructorParams)
}

function construct(
  rt: Runtime,
  type: ActorType,
  id: ActorId,
  robustAddress: Address,
  delegated: Address | null,
  constructorParams: Uint8Array,
): PendingCall<ExecReturn> {
  rt.createActor(type, id, delegated)
  const params = constructorParams.length > 0 ? Payload.raw(constructorParams) : null
  const call = { to: id, method: METHOD_CONSTRUCTOR, params, value: rt.value, options: {} }
  return calling(call, (result) => {
    sent(result)
    return { idAddress: idAddress(id), robustAddress }
  })
}

function canExec(caller: ActorType, type: ActorType): boolean {
  if (type === 'storageminer') return caller === 'storagepower'
  return type === 'multisig' || type === 'paymentchannel'
}

function delegatedAddressOf(manager: ActorId, subaddress: Uint8Array): Address {
  try {
    return delegatedAddress(manager, subaddress)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new ActorError(ExitCode.IllegalArgument, `invalid delegated address: ${error.message}`)
  }
}

/** The machine refuses to make an actor of code it does not know, as `create_actor` does. */
function knownType(rt: Runtime, code: Cid): ActorType {
  const type = rt.manifest.typeOf(code)
  require(type !== undefined, ExitCode.IllegalArgument, 'failed to create actor')
  return type
}
