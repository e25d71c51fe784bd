/**
 * Everything an actor may see and do (builtin-actors `runtime/src/runtime`). The engine implements it, tests fake it.
 * State is a live value: `state()` hands out what must not be changed, `transaction` a shallow copy that may.
 */
import type { Address } from '../primitives/address.ts'
import type { Cid } from '../primitives/cid.ts'
import type { ActorId, ChainEpoch, TokenAmount } from '../primitives/units.ts'
import { abort, ActorError, calleeFailed, require } from './errors.ts'
import { ErrorNumber, ExitCode } from './exit-codes.ts'
import { SyscallError } from './errors.ts'
import type { ActorType, Manifest } from './manifest.ts'
import { Payload } from './payload.ts'
import type { Policy } from './policy.ts'
import type { GivenBlock } from './evm/interpreter/context.ts'
import type { EvmStep } from './evm/interpreter/observe.ts'
import type { Syscalls } from './ports.ts'
import { METHOD_SEND } from './singletons.ts'

/** A method number: exact up to 64 bits, a number wherever it is known. */
export type MethodNum = number | bigint

export interface SendOptions {
  /** The callee and all below it may not change state. */
  readonly readOnly?: boolean
  /** Gas the callee may use at most. */
  readonly gasLimit?: bigint
}

export interface SendResult {
  readonly exitCode: ExitCode
  readonly ret: Payload | null
}

/** One entry of an event: flags 1 indexes the key, 2 the value. */
export interface EventEntry {
  readonly flags: number
  readonly key: string
  /** IPLD codec of the value: 0x51 CBOR, 0x55 raw. */
  readonly codec: number
  readonly value: Uint8Array
}

/** A state whose fields may be assigned; what they hold is still not to be changed. */
export type Draft<S> = { -readonly [K in keyof S]: S[K] }

export interface Runtime<S = unknown> {
  readonly caller: ActorId
  readonly receiver: ActorId
  /** Sender of the message at the top. */
  readonly origin: ActorId
  /** Nonce of the message at the top. */
  readonly nonce: bigint
  readonly gasPremium: TokenAmount
  /** attoFIL that came with the call, already in the balance. */
  readonly value: TokenAmount
  readonly method: MethodNum
  readonly readOnly: boolean

  readonly epoch: ChainEpoch
  /** Unix seconds of the tipset. */
  readonly timestamp: number
  readonly networkVersion: number
  readonly chainId: bigint
  readonly baseFee: TokenAmount
  readonly circulatingSupply: TokenAmount
  readonly policy: Policy
  /** Code CIDs of the actor types of this network. */
  readonly manifest: Manifest
  readonly syscalls: Syscalls
  /** Told of the instructions of contracts, where somebody watches; says whether it wants more of this frame. */
  readonly observe?: ((step: EvmStep) => boolean) | undefined
  /** What contracts are told of their block in place of what there is. */
  readonly givenBlock?: GivenBlock | undefined

  /** Each method calls exactly one of these, once. @throws ActorError `Forbidden` for another caller. */
  acceptAnyCaller(): void
  acceptCaller(...ids: readonly ActorId[]): void
  acceptCallerType(...types: readonly ActorType[]): void
  /** Accepts callers with a delegated address of one of these namespaces. */
  acceptCallerNamespace(...namespaces: readonly ActorId[]): void

  /** attoFIL the receiver holds now. */
  balance(): TokenAmount
  balanceOf(id: ActorId): TokenAmount | undefined
  /** Id of an address, undefined when no actor has it. ID addresses resolve to themselves, existing or not. */
  resolve(address: Address): ActorId | undefined
  typeOf(id: ActorId): ActorType | undefined
  delegatedAddressOf(id: ActorId): Address | undefined

  state(): S
  /** First state of a new actor. @throws ActorError `IllegalState` when it has one. */
  create(state: S): void
  /** Changes the state; when `body` throws nothing is changed. Sends inside are refused. */
  transaction<R>(body: (state: Draft<S>) => R): R

  /**
   * Calls another actor. A failing callee is a result, not an exception.
   * @throws SyscallError when the call cannot be made: no receiver, not enough funds, too deep, read-only.
   */
  send(
    to: Address | ActorId,
    method: MethodNum,
    params: Payload | null,
    value: TokenAmount,
    options?: SendOptions,
  ): SendResult

  /** Robust (f2) address for the next actor this message creates. */
  newActorAddress(): Address
  /** Init actor only. */
  createActor(type: ActorType, id: ActorId, delegated: Address | null): void
  /** Removes the receiver, which must hold nothing. */
  deleteActor(): void

  /** Digest of the ticket chain at `epoch`, to be drawn from. @throws ActorError `IllegalArgument` for the future. */
  ticketDigest(epoch: ChainEpoch): Uint8Array
  /** Digest of the beacon at `epoch`. @throws ActorError `IllegalArgument` for the future. */
  beaconDigest(epoch: ChainEpoch): Uint8Array
  tipsetCid(epoch: ChainEpoch): Cid
  emit(entries: readonly EventEntry[]): void
  /** Whole gas an actor charges itself. */
  chargeGas(name: string, gas: number): void
  /** Whole gas left for this call. */
  gasAvailable(): bigint
  /**
   * Takes more memory for this call, from one number of bytes to another.
   * @throws ActorTrap when it, or all calls together, may have no more.
   */
  growMemory(from: number, to: number): void
}

/** Return data of a send that must succeed (builtin-actors `extract_send_result`). */
export function sent(result: SendResult): Payload | null {
  if (result.exitCode === ExitCode.Ok) return result.ret
  throw calleeFailed(result.exitCode, result.ret)
}

/**
 * Id of an address; an account that does not exist yet is made by sending it nothing.
 * @throws ActorError `IllegalArgument` when that does not help, `NotFound` when `mustExist` and there is no actor.
 * Reference: builtin-actors `resolve_to_actor_id`.
 */
export function resolveToActorId(rt: Runtime, address: Address, mustExist = true): ActorId {
  let id = rt.resolve(address)
  if (id === undefined) {
    sent(rt.send(address, METHOD_SEND, null, 0n))
    id = rt.resolve(address)
  }
  require(id !== undefined, ExitCode.IllegalArgument, `failed to resolve or initialize ${address}`)
  require(!mustExist ||
    rt.typeOf(id) !== undefined, ExitCode.NotFound, `no code for address ${address}`)
  return id
}

/** Refuses a draw from the future, as the machine does. */
export function notFuture(epoch: ChainEpoch, now: ChainEpoch): void {
  require(epoch <= now, ExitCode.IllegalArgument, `invalid lookback epoch ${epoch} at ${now}`)
}

export { abort, ActorError, ErrorNumber, ExitCode, Payload, SyscallError, require }
