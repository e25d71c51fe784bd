/** CALL, STATICCALL and DELEGATECALL (builtin-actors `instructions/call.rs`). */
import { CODEC } from '../../../primitives/cid.ts'
import { byteString } from '../../../primitives/codec.ts'
import { ActorError } from '../../errors.ts'
import { Payload } from '../../payload.ts'
import { ErrorNumber, ExitCode, SyscallError } from '../../runtime.ts'
import { filecoinAddress } from '../addresses.ts'
import { DelegateCallParams, EvmMethod } from '../params.ts'
import { isReservedAddress } from '../precompiles/addresses.ts'
import { callPrecompile } from '../precompiles/index.ts'
import { bytecodeOf, targetOf } from './external.ts'
import type { Machine } from './machine.ts'
import { regionOf } from './memory-access.ts'
import { addressBytes, type Word } from './word.ts'

export type CallKind = 'call' | 'static' | 'delegate'

/** What a call instruction took from the stack. */
export interface CallRequest {
  readonly kind: CallKind
  readonly gas: Word
  /** 20 bytes. */
  readonly target: Uint8Array
  /** attoFIL. */
  readonly value: bigint
  /** A view of the memory: good until the frame goes on. */
  readonly input: Uint8Array
  readonly outputOffset: Word
  readonly outputSize: Word
}

/** Gas for Solidity's `transfer` and `send`, which ask for none or for Ethereum's stipend. */
const TRANSFER_GAS = 10_000_000
const STIPEND = 2300
const NO_BYTES = new Uint8Array()

export function call(m: Machine): void {
  const { stack } = m
  const top = (m.sp -= 7)
  const value = stack[top + 4]!
  if (m.system.readOnly && value !== 0)
    throw new ActorError(ExitCode.ReadOnly, 'cannot transfer value when read-only')
  start(m, 'call', top + 6, BigInt(value))
}

export function staticcall(m: Machine): void {
  m.sp -= 6
  start(m, 'static', m.sp + 5, 0n)
}

export function delegatecall(m: Machine): void {
  m.sp -= 6
  start(m, 'delegate', m.sp + 5, 0n)
}

/** Begins a call whose gas stands at `top`, the target below it, and the regions of memory lowest. */
function start(m: Machine, kind: CallKind, top: number, value: bigint): void {
  const { stack, sp } = m
  const request: CallRequest = {
    kind,
    gas: stack[top]!,
    target: addressBytes(stack[top - 1]!),
    value,
    input: regionOf(m, stack[sp + 3]!, stack[sp + 2]!),
    outputOffset: stack[sp + 1]!,
    outputSize: stack[sp]!,
  }
  m.pay()
  if (isReservedAddress(request.target)) callReserved(m, request)
  else if (kind === 'delegate') delegate(m, request)
  else send(m, request)
}

/** Pushes whether the call succeeded, and hands over what it returned. */
export function finish(m: Machine, request: CallRequest, ok: boolean, data: Uint8Array): void {
  m.returnData = data
  m.memory.write(request.outputOffset, request.outputSize, data, 0, false)
  m.stack[m.sp++] = ok ? 1 : 0
}

function callReserved(m: Machine, request: CallRequest): void {
  const result = callPrecompile(m, request)
  if (result === undefined) finish(m, request, false, NO_BYTES)
  else if (result instanceof Uint8Array) finish(m, request, true, result)
  else
    m.ask(m.system.outgoing(result.call), (outcome) => {
      m.system.answered(outcome)
      finish(m, request, true, result.resume(outcome))
    })
}

function send(m: Machine, request: CallRequest): void {
  const { kind, gas, value, input } = request
  const isTransfer = (gas === 0 && value > 0n) || (gas === STIPEND && value === 0n)
  const gasLimit = m.gasLimit(isTransfer ? TRANSFER_GAS : gas)
  const params = input.length === 0 ? null : Payload.raw(input.slice(), CODEC.raw)
  const outgoing = m.system.outgoing({
    to: filecoinAddress(request.target),
    method: EvmMethod.InvokeContract,
    params,
    value,
    options: { gasLimit, readOnly: kind === 'static' },
  })
  m.ask(outgoing, (outcome) => {
    m.system.answered(outcome)
    if (outcome instanceof SyscallError)
      finish(m, request, isNobodyThere(m, kind, outcome), NO_BYTES)
    else finish(m, request, outcome.exitCode === ExitCode.Ok, bytesOf(outcome.ret))
  })
}

/**
 * Whether a call that could not be made is one to nobody, which succeeds: no such actor, or one that would have to be made
 * where nothing may be.
 */
function isNobodyThere(
  { system }: Machine,
  kind: CallKind,
  { errorNumber }: SyscallError,
): boolean {
  if (errorNumber === ErrorNumber.NotFound) return true
  return errorNumber === ErrorNumber.ReadOnly && (system.readOnly || kind === 'static')
}

/** Runs the code of another contract as this one: a call of this contract to itself. */
function delegate(m: Machine, request: CallRequest): void {
  const { system, input: frame } = m
  const target = targetOf(system, request.target)
  if (target.kind !== 'contract') {
    const isEmpty = target.kind === 'account' || target.kind === 'nothing'
    return finish(m, request, isEmpty, NO_BYTES)
  }
  const data = request.input.slice()
  const code = bytecodeOf(system, target.id)
  if (code === null) return finish(m, request, true, NO_BYTES)
  const { caller, value } = frame
  const params = Payload.linked(DelegateCallParams, { code, input: data, caller, value })
  const outgoing = system.outgoing({
    to: system.rt.receiver,
    method: EvmMethod.InvokeContractDelegate,
    params,
    value: 0n,
    options: { gasLimit: m.gasLimit(request.gas) },
  })
  m.ask(outgoing, (outcome) => {
    system.answered(outcome)
    if (outcome instanceof SyscallError) finish(m, request, false, NO_BYTES)
    else finish(m, request, outcome.exitCode === ExitCode.Ok, bytesOf(outcome.ret))
  })
}

/** Return data as contracts see it: the byte string in it, else the bytes as they are. */
export function bytesOf(ret: Payload | null): Uint8Array {
  if (ret === null) return NO_BYTES
  try {
    return ret.as(byteString)
  } catch (error) {
    if (error instanceof ActorError) return ret.bytes
    throw error
  }
}
