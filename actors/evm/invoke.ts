/** Running a contract: by anybody, by itself with another's code, and by native actors (builtin-actors `actors/evm/src/lib.rs`). */
import { CODEC } from '../../primitives/cid.ts'
import { byteString } from '../../primitives/codec.ts'
import { type PendingCall, whenDone } from '../pending-call.ts'
import { ActorError, ExitCode, type MethodNum, Payload, require, type Runtime } from '../runtime.ts'
import { ethAddressOfActor } from './addresses.ts'
import type { Bytecode } from './bytecode.ts'
import { evmError, EvmExitCode } from './exit-codes.ts'
import { execute, type Output } from './interpreter/execute.ts'
import { decodeNativeAbi, encodeNativeCall, NativeAbiError } from './native-abi.ts'
import type { DelegateCallParams } from './params.ts'
import type { EvmState } from './state.ts'
import { System } from './system.ts'

/** Numbers up to here are the contract actor's own, whether it has them or not. */
const MAX_RESERVED_METHOD = 1023
const NOTHING = new Uint8Array()

type Bytes = Uint8Array | PendingCall<Uint8Array>

/** Runs the contract on calldata. @throws ActorError as its code ends; 33 with the reason where it reverts. */
export function invokeContract(rt: Runtime<EvmState>, data: Uint8Array): Bytes {
  rt.acceptAnyCaller()
  const system = System.load(rt)
  const { bytecode } = system
  if (bytecode === undefined) return NOTHING
  return run(system, bytecode, data, ethAddressOfActor(rt, rt.caller), rt.value)
}

/** Runs another contract's code as this contract's: what DELEGATECALL does. Only the contract itself may ask. */
export function invokeContractDelegate(
  rt: Runtime<EvmState>,
  { code, input, caller, value }: DelegateCallParams,
): Bytes {
  rt.acceptCaller(rt.receiver)
  return run(System.load(rt), code, input, caller, value)
}

/**
 * A native call of any other number: the contract is asked to `handle_filecoin_method`.
 * @throws ActorError with the exit code that the contract answers; `Serialization` for what is no answer.
 */
export function handleFilecoinMethod(
  rt: Runtime<EvmState>,
  method: MethodNum,
  params: Payload | null,
): Payload | null | PendingCall<Payload | null> {
  require(method > MAX_RESERVED_METHOD, ExitCode.UnhandledMessage, 'invalid method')
  const codec = BigInt(params?.ipldCodec ?? 0)
  const data = encodeNativeCall(BigInt(method), codec, params?.bytes ?? NOTHING)
  return whenDone(invokeContract(rt, data), nativeAnswer)
}

function run(
  system: System,
  code: Bytecode,
  data: Uint8Array,
  caller: Uint8Array,
  value: bigint,
): Bytes {
  if (code.code.length === 0) return NOTHING
  const address = ethAddressOfActor(system.rt, system.rt.receiver)
  return whenDone(execute(code, system, { caller, address, value, data }), (output) => {
    const returned = unlessReverted(output, 'contract')
    system.flush()
    return returned
  })
}

/** What a frame returned. @throws ActorError 33 with the data as a byte string where it reverted. */
export function unlessReverted({ reverted, data }: Output, what: string): Uint8Array {
  if (!reverted) return data
  throw evmError(EvmExitCode.Reverted, `${what} reverted`, Payload.of(byteString, data))
}

function nativeAnswer(output: Uint8Array): Payload | null {
  if (output.length === 0) return null
  const { first, codec, data } = readAnswer(output)
  if (codec === 0n && data.length > 0)
    throw notAnAnswer(`codec 0 is only valid for empty returns, got ${data.length} bytes`)
  if (codec !== 0n && codec !== BigInt(CODEC.cbor)) throw notAnAnswer(`unsupported codec: ${codec}`)
  const payload = codec === 0n ? null : Payload.raw(data)
  if (first === 0n) return payload
  throw new ActorError(Number(first), 'contract exited with a non-zero exit code', payload)
}

function readAnswer(output: Uint8Array) {
  try {
    return decodeNativeAbi(output)
  } catch (error) {
    if (error instanceof NativeAbiError) throw notAnAnswer(error.message)
    throw error
  }
}

const notAnAnswer = (why: string): ActorError => new ActorError(ExitCode.Serialization, why)
