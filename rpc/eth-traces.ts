/**
 * Calls below a message as Parity's `trace_` methods tell them: contracts' calls and creations as Ethereum has them, native
 * calls as calls of `handle_filecoin_method`, what the EVM actor does behind the scenes left out.
 * Reference: Lotus `node/impl/eth/trace.go`.
 */
import { CreateReturn, Create2Params, CreateParams, EamMethod } from '../actors/eam/params.ts'
import { EvmExitCode } from '../actors/evm/exit-codes.ts'
import { encodeNativeAbi, encodeNativeCall } from '../actors/evm/native-abi.ts'
import { DelegateCallParams, EvmMethod } from '../actors/evm/params.ts'
import { ExitCode } from '../actors/exit-codes.ts'
import { ExecReturn, InitMethod } from '../actors/init/params.ts'
import type { Payload } from '../actors/payload.ts'
import { EAM_ACTOR, INIT_ACTOR, METHOD_CONSTRUCTOR } from '../actors/singletons.ts'
import { hexData, quantity } from '../engine/chain/eth-json.ts'
import type { Actor } from '../engine/vm/state-tree.ts'
import type { CallTrace } from '../engine/vm/trace.ts'
import { CODEC } from '../primitives/cid.ts'
import { byteString, decode } from '../primitives/codec.ts'
import { type EthAddress, ethAddressOf, maskedIdAddress } from '../primitives/eth-address.ts'
import type { ActorId } from '../primitives/units.ts'
import { exitCodeOf } from './exec-trace.ts'
import { exitCodeName } from './exit-codes.ts'

export interface CallAction {
  readonly callType: 'call' | 'staticcall' | 'delegatecall'
  readonly from: string
  readonly to: string
  readonly gas: string
  readonly value: string
  readonly input: string
}

export interface CreateAction {
  readonly from: string
  readonly gas: string
  readonly value: string
  readonly init: string
}

export type EthTrace = {
  readonly error?: string
  subtraces: number
  readonly traceAddress: readonly number[]
} & (
  | {
      readonly type: 'call'
      readonly action: CallAction
      readonly result: { readonly gasUsed: string; readonly output: string }
    }
  | {
      readonly type: 'create'
      readonly action: CreateAction
      readonly result: {
        readonly address?: string
        readonly gasUsed: string
        readonly code: string
      }
    }
)

/** What stands for code that cannot be shown: of native actors, and where creation might be undone. */
const NO_CODE = '0xfe'
const NOTHING = new Uint8Array()
/** Numbers below are the EVM actor's own; contracts cannot call them. */
const FIRST_PUBLIC_METHOD = 1024

/** Whose calls are looked at. */
interface Environment {
  readonly caller: EthAddress
  readonly isEvm: boolean
  subtraces: number
  /** The contract whose code was asked for last: what a delegate call goes to. */
  lastBytecode: EthAddress | undefined
}

/** A trace to show, and the call whose subcalls come below it: for a creation, the constructor's. */
interface Seen {
  readonly trace: EthTrace
  readonly inside: CallTrace
}

/** A trace and the call that it shows. */
export interface SeenCall extends Seen {
  readonly call: CallTrace
}

/**
 * Traces of a message, each before those below it.
 * @param sender - of the message.
 */
export const ethTraces = (call: CallTrace, sender: EthAddress, exitCode: ExitCode): EthTrace[] =>
  seenCalls(call, sender, exitCode).map(({ trace }) => trace)

/** The same, each with its call. */
export function seenCalls(call: CallTrace, sender: EthAddress, exitCode: ExitCode): SeenCall[] {
  const traces: SeenCall[] = []
  const top = { ...call, exitCode: call.exitCode ?? exitCode }
  collect({ caller: sender, isEvm: false, subtraces: 0, lastBytecode: undefined }, [], top, traces)
  return traces
}

function collect(
  env: Environment,
  at: readonly number[],
  call: CallTrace,
  traces: SeenCall[],
): void {
  const seen = look(env, at, call)
  if (!seen) return
  const { trace, inside } = seen
  traces.push({ trace, inside, call })
  env.subtraces++
  if (!inside.invoked || inside.calls.length === 0) return
  const caller = addressOf(inside.toId!, inside.invoked)
  const isEvm = inside.invoked.type === 'evm'
  const below: Environment = { caller, isEvm, subtraces: 0, lastBytecode: undefined }
  for (const each of inside.calls) collect(below, [...at, below.subtraces], each, traces)
  trace.subtraces = below.subtraces
}

function look(env: Environment, at: readonly number[], call: CallTrace): Seen | undefined {
  const exitCode = exitCodeOf(call)
  const neverMade =
    exitCode === ExitCode.SysInsufficientFunds || exitCode === ExitCode.SysAssertionFailed
  if (!call.invoked || (at.length > 0 && neverMade)) return undefined
  const method = Number(call.method)
  if (method === EvmMethod.InvokeContract) return { trace: evmCall(env, at, call), inside: call }
  if (call.toId === INIT_ACTOR && (method === InitMethod.Exec || method === InitMethod.Exec4))
    return nativeCreate(env, at, call)
  if (
    call.toId === EAM_ACTOR &&
    method !== EamMethod.Constructor &&
    method <= EamMethod.CreateExternal &&
    method > 0
  )
    return evmCreate(env, at, call)
  if (env.isEvm && method > 0 && method < FIRST_PUBLIC_METHOD) return evmPrivate(env, at, call)
  return { trace: nativeCall(env, at, call), inside: call }
}

/** The address of an actor: its f410, else its masked id. */
export function addressOf(id: ActorId, { delegated }: Pick<Actor, 'delegated'>): EthAddress {
  return (delegated && ethAddressOf(delegated)) ?? maskedIdAddress(id)
}

const common = (at: readonly number[], call: CallTrace) => {
  const error = errorText(call)
  return { ...(error === undefined ? {} : { error }), subtraces: 0, traceAddress: at }
}

function callTrace(
  env: Environment,
  at: readonly number[],
  call: CallTrace,
  input: Uint8Array,
  output: Uint8Array,
  delegate?: EthAddress,
): EthTrace {
  return {
    ...common(at, call),
    type: 'call',
    action: {
      callType: delegate ? 'delegatecall' : call.readOnly ? 'staticcall' : 'call',
      from: hexData(env.caller),
      to: hexData(delegate ?? addressOf(call.toId!, call.invoked!)),
      gas: quantity(call.gas ?? 0),
      value: quantity(call.value),
      input: hexData(input),
    },
    result: { gasUsed: quantity(call.gasUsed ?? 0), output: hexData(output) },
  }
}

function nativeCall(env: Environment, at: readonly number[], call: CallTrace): EthTrace {
  const { params, ret } = call
  const codec = (payload: Payload | null | undefined) => BigInt(payload?.ipldCodec ?? 0)
  const input = encodeNativeCall(BigInt(call.method), codec(params), params?.bytes ?? NOTHING)
  const first = BigInt(exitCodeOf(call))
  const data = ret?.bytes ?? NOTHING
  return callTrace(env, at, call, input, encodeNativeAbi({ first, codec: codec(ret), data }))
}

function evmCall(env: Environment, at: readonly number[], call: CallTrace): EthTrace {
  const [input, output] = [bytesOf(call.params), bytesOf(call.ret)]
  if (!input || !output) return nativeCall(env, at, call)
  return callTrace(env, at, call, input, output)
}

/** The bytes in a payload; undefined for what is no byte string. */
export function bytesOf(payload: Payload | null | undefined): Uint8Array | undefined {
  if (!payload) return NOTHING
  if (payload.ipldCodec === CODEC.raw) return payload.bytes
  try {
    return decode(byteString, payload.bytes)
  } catch {
    return undefined // anything may be sent
  }
}

/** A contract's own calls for a delegate call; its others are of no interest. */
function evmPrivate(env: Environment, at: readonly number[], call: CallTrace): Seen | undefined {
  const method = Number(call.method)
  if (method === EvmMethod.GetBytecode) {
    const found = exitCodeOf(call) === ExitCode.Ok
    env.lastBytecode = found ? addressOf(call.toId!, call.invoked!) : undefined
    return undefined
  }
  if (method !== EvmMethod.InvokeContractDelegate || !env.lastBytecode) return undefined
  const { input } = call.params!.as(DelegateCallParams)
  const output = bytesOf(call.ret) ?? NOTHING
  return { trace: callTrace(env, at, call, input, output, env.lastBytecode), inside: call }
}

/** An actor made by the init actor; where it does not get as far as a constructor there is nothing to show. */
function nativeCreate(env: Environment, at: readonly number[], call: CallTrace): Seen | undefined {
  const inside = call.readOnly ? undefined : constructorIn(call)
  if (!inside) return undefined
  const done = exitCodeOf(call) === ExitCode.Ok
  const made = done ? maskedIdAddress(call.ret!.as(ExecReturn).idAddress.id!) : undefined
  return { trace: createTrace(env, at, call, NO_CODE, made, done ? NO_CODE : '0x'), inside }
}

function evmCreate(env: Environment, at: readonly number[], call: CallTrace): Seen | undefined {
  const inside = call.readOnly ? undefined : initcodeRun(call)
  const init = initcodeOf(call)
  if (!inside || !init) return undefined
  const exitCode = exitCodeOf(call)
  const done = exitCode === ExitCode.Ok
  const made = done ? call.ret!.as(CreateReturn).ethAddress : undefined
  const reverted = exitCode === EvmExitCode.Reverted ? (bytesOf(inside.ret) ?? NOTHING) : NOTHING
  const code = done ? NO_CODE : hexData(reverted)
  return { trace: createTrace(env, at, call, hexData(init), made, code), inside }
}

const constructorIn = ({ calls }: CallTrace): CallTrace | undefined =>
  calls.find(({ method }) => Number(method) === METHOD_CONSTRUCTOR)

/** The call below the address manager that runs the initcode: by the init actor, or of a contract that lives again. */
function initcodeRun({ calls }: CallTrace): CallTrace | undefined {
  for (const call of calls) {
    if (call.toId === INIT_ACTOR) return constructorIn(call)
    if (Number(call.method) === EvmMethod.Resurrect) return call
  }
  return undefined
}

function initcodeOf({ method, params }: CallTrace): Uint8Array | undefined {
  const number = Number(method)
  if (number === EamMethod.Create) return params!.as(CreateParams).initcode
  return number === EamMethod.Create2 ? params!.as(Create2Params).initcode : bytesOf(params)
}

function createTrace(
  env: Environment,
  at: readonly number[],
  call: CallTrace,
  init: string,
  address: EthAddress | undefined,
  code: string,
): EthTrace {
  return {
    ...common(at, call),
    type: 'create',
    action: {
      from: hexData(env.caller),
      gas: quantity(call.gas ?? 0),
      value: quantity(call.value),
      init,
    },
    result: {
      ...(address ? { address: hexData(address) } : {}),
      gasUsed: quantity(call.gasUsed ?? 0),
      code,
    },
  }
}

const EVM_ERRORS: ReadonlyMap<number, string> = new Map([
  [EvmExitCode.Reverted, 'Reverted'],
  [EvmExitCode.InvalidInstruction, 'invalid instruction'],
  [EvmExitCode.UndefinedInstruction, 'undefined instruction'],
  [EvmExitCode.StackUnderflow, 'stack underflow'],
  [EvmExitCode.StackOverflow, 'stack overflow'],
  [EvmExitCode.IllegalMemoryAccess, 'illegal memory access'],
  [EvmExitCode.BadJumpDestination, 'invalid jump destination'],
  [EvmExitCode.SelfDestructFailed, 'self destruct failed'],
])

/** What went wrong, in the words that tools look for; undefined where nothing did. */
export function errorText(call: CallTrace): string | undefined {
  const exitCode = exitCodeOf(call)
  if (exitCode === ExitCode.Ok) return undefined
  if (exitCode === ExitCode.SysOutOfGas) return 'out of gas'
  if (exitCode < ExitCode.IllegalArgument) return `vm error: ${exitCodeName(exitCode)}`
  const isEvm = call.invoked?.type === 'evm' || call.toId === EAM_ACTOR
  return (isEvm && EVM_ERRORS.get(exitCode)) || `actor error: ${exitCodeName(exitCode)}`
}
