/** Making contracts: which address they get, who made them, and the actor there (builtin-actors `actors/eam/src/lib.rs`). */
import { delegatedAddress, delegatedParts } from '../../primitives/address.ts'
import { address as addressCodec } from '../../primitives/codec.ts'
import {
  create2Address,
  createAddress,
  EAM_NAMESPACE,
  ETH_ADDRESS_LENGTH,
  type EthAddress,
  maskedId,
  maskedIdAddress,
  nativeCreatorAddress,
} from '../../primitives/eth-address.ts'
import { actorId, type ActorId } from '../../primitives/units.ts'
import { AccountMethod } from '../account/params.ts'
import { calleeFailed } from '../errors.ts'
import { ConstructorParams, EvmMethod } from '../evm/params.ts'
import { Exec4Params, ExecReturn, InitMethod } from '../init/params.ts'
import { calling, type PendingCall } from '../pending-call.ts'
import { returned } from '../returned.ts'
import {
  ActorError,
  ExitCode,
  Payload,
  require,
  type Runtime,
  type SendResult,
  sent,
  SyscallError,
} from '../runtime.ts'
import { INIT_ACTOR } from '../singletons.ts'
import type { Create2Params, CreateParams, CreateReturn } from './params.ts'

type Created = CreateReturn | PendingCall<CreateReturn>

/** CREATE, for contracts. */
export function create(rt: Runtime, { initcode, nonce }: CreateParams): Created {
  rt.acceptCallerType('evm')
  const creator = ethAddressOf(rt, rt.caller)
  return deploy(rt, creator, createAddress(creator, nonce), initcode)
}

/** CREATE2, for contracts. */
export function create2(rt: Runtime, { initcode, salt }: Create2Params): Created {
  rt.acceptCallerType('evm')
  const creator = ethAddressOf(rt, rt.caller)
  return deploy(rt, creator, create2Address(creator, salt, initcode), initcode)
}

/** For accounts that send a message, by the rules of CREATE and with the nonce of the message. */
export function createExternal(rt: Runtime, initcode: Uint8Array): Created {
  rt.acceptCaller(rt.origin)
  const { creator, stable } = externalCreator(rt)
  return deploy(rt, creator, createAddress(stable, rt.nonce), initcode)
}

/** Who the contract is told made it, and the address that its own is derived from. */
function externalCreator(rt: Runtime): { creator: EthAddress; stable: EthAddress } {
  const type = rt.typeOf(rt.caller)
  if (type === 'ethaccount') {
    const own = ethAddressOf(rt, rt.caller)
    return { creator: own, stable: own }
  }
  if (type !== 'account')
    throw new ActorError(ExitCode.Forbidden, `disallowed caller type ${type ?? 'unknown'}`)
  const result = askForKey(rt)
  if (result.exitCode !== ExitCode.Ok) throw calleeFailed(result.exitCode, null)
  const key = returned(result, addressCodec)
  return { creator: maskedIdAddress(rt.caller), stable: nativeCreatorAddress(key) }
}

function askForKey(rt: Runtime): SendResult {
  try {
    return rt.send(rt.caller, AccountMethod.PubkeyAddress, null, 0n, { readOnly: true })
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new ActorError(ExitCode.AssertionFailed, 'account failed to return its key address')
  }
}

/** The f410 address of a caller. @throws ActorError `Forbidden` when it has none. */
function ethAddressOf(rt: Runtime, id: ActorId): EthAddress {
  const delegated = rt.delegatedAddressOf(id)
  const parts = delegated && delegatedParts(delegated)
  if (parts?.namespace !== BigInt(EAM_NAMESPACE) || parts.subaddress.length !== ETH_ADDRESS_LENGTH)
    throw new ActorError(ExitCode.Forbidden, "caller doesn't have an eth address")
  return parts.subaddress.slice()
}

function deploy(
  rt: Runtime,
  creator: EthAddress,
  ethAddress: EthAddress,
  initcode: Uint8Array,
): Created {
  require(canBeAssigned(
    ethAddress,
  ), ExitCode.Forbidden, 'cannot create address with a reserved prefix')
  const params = Payload.of(ConstructorParams, { creator, initcode })
  const existing = rt.resolve(delegatedAddress(EAM_NAMESPACE, ethAddress))
  const type = existing === undefined ? undefined : rt.typeOf(existing)
  if (existing === undefined || type === 'placeholder') return construct(rt, ethAddress, params)
  require(type !== undefined, ExitCode.AssertionFailed, 'failed to lookup actor code')
  require(type === 'evm', ExitCode.Forbidden, 'cannot deploy contract over existing contract')
  return resurrect(rt, existing, ethAddress, params)
}

function resurrect(rt: Runtime, id: ActorId, ethAddress: EthAddress, params: Payload): Created {
  const call = { to: id, method: EvmMethod.Resurrect, params, value: rt.value, options: {} }
  return calling(call, (result) => {
    sent(result)
    return { actorId: id, robustAddress: null, ethAddress }
  })
}

function construct(rt: Runtime, ethAddress: EthAddress, constructorParams: Payload): Created {
  const params = Payload.of(Exec4Params, {
    codeCid: rt.manifest.codeOf('evm'),
    constructorParams: constructorParams.bytes,
    subaddress: ethAddress,
  })
  const call = { to: INIT_ACTOR, method: InitMethod.Exec4, params, value: rt.value, options: {} }
  return calling(call, (result) => {
    const { idAddress, robustAddress } = returned(result, ExecReturn)
    return { actorId: actorId(Number(idAddress.id)), robustAddress, ethAddress }
  })
}

/** Not one of a precompile, of an actor's number, or zero. */
function canBeAssigned(address: EthAddress): boolean {
  if (maskedId(address) !== undefined) return false
  const [first] = address
  const reserved = first === 0x00 || first === 0xfe
  return !reserved || address.subarray(1, 19).some((byte) => byte !== 0)
}
