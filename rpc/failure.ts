/**
 * A message that failed, as clients are told: Lotus' one line, the data a contract reverted with, and which actor said what
 * in which method. Reference: Lotus `api/api_errors.go`, ref-fvm `call_manager/backtrace.rs`.
 */
import { ErrorNumber, ExitCode } from '../actors/exit-codes.ts'
import { actorDefinition } from '../actors/registry.ts'
import type { ApplyResult } from '../engine/vm/executor.ts'
import type { CallTrace } from '../engine/vm/trace.ts'
import { formatAddress, idAddress, type NetworkLetter } from '../primitives/address.ts'
import { byteString, decode } from '../primitives/codec.ts'
import { DecodeError } from '../primitives/cbor.ts'
import { hexData } from '../engine/chain/eth-json.ts'
import type { Artifacts } from './artifacts.ts'
import type { RpcContext } from './context.ts'
import { RPC_CODE, RpcError } from './errors.ts'
import { revertReason } from './eth-revert.ts'
import { exitCodeName } from './exit-codes.ts'

/** The error of a message that did not go well; its calls say why where they were traced. */
export function executionReverted(
  { node, artifacts }: Pick<RpcContext, 'node' | 'artifacts'>,
  result: ApplyResult,
): RpcError {
  const { letter } = node.params
  const { exitCode, ret, call } = result
  const data = returnedBytes(ret?.bytes)
  const said = data && (data.length === 0 ? 'none' : reasonOf(artifacts, data))
  const reason = said === undefined ? '' : `, revert reason=[${said}]`
  const why = call ? backtrace(call, exitCode, letter) : `message failed with exit code ${exitCode}`
  return new RpcError(
    RPC_CODE.executionReverted,
    `message execution failed (exit=[${exitCodeName(exitCode)}]${reason}, vm error=[${why}])`,
    hexData(data ?? new Uint8Array()),
  )
}

/** What a contract reverted with: its own error by name where that is known. */
export const reasonOf = (artifacts: Artifacts, data: Uint8Array): string =>
  artifacts.describeError(data) ?? revertReason(data)

/** What the EVM returned, out of its CBOR byte string; undefined for nothing, or for what is no byte string. */
export function returnedBytes(returned: Uint8Array | undefined): Uint8Array | undefined {
  if (!returned || returned.length === 0) return undefined
  try {
    return decode(byteString, returned)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

/** The calls on the way to the failure, the innermost first, each with its actor, method, words and exit code. */
export function backtrace(call: CallTrace, exitCode: ExitCode, letter: NetworkLetter): string {
  const lines = failedCalls(call).map((at) => `${whereOf(at, letter)} -- ${whyOf(at, exitCode)}\n`)
  const numbered = lines.reverse().map((line, i) => `${String(i).padStart(2, '0')}: ${line}`)
  return `message failed with backtrace:\n${numbered.join('')} (RetCode=${exitCode})`
}

function whereOf(call: CallTrace, letter: NetworkLetter): string {
  const { to, toId, method } = call
  const actor = formatAddress(toId === undefined ? to : idAddress(toId), letter)
  const name = methodName(call)
  return `${actor} (method ${method}${name === undefined ? '' : ` ${name}`})`
}

/** @param atTop - exit code of the message, for its own call where that could not be made. */
function whyOf({ exitCode, errorNumber, error = 'failed' }: CallTrace, atTop: ExitCode): string {
  const errors = Object.entries(ErrorNumber)
  const refusal = errors.find(([, number]) => number === errorNumber)?.[0]
  return `${error} (${refusal ?? exitCodeName(exitCode ?? atTop)})`
}

/** `storageminer.WithdrawBalance`; undefined for a plain transfer, or a number that the actor does not have. */
export function methodName({ invoked, method }: CallTrace): string | undefined {
  if (!invoked) return undefined
  const name = actorDefinition(invoked.type).methods[Number(method)]?.name
  return name && `${invoked.type}.${name}`
}

/** A call that failed, and below it always the last one, as long as that failed too. */
function failedCalls(call: CallTrace): CallTrace[] {
  const path: CallTrace[] = []
  for (let at: CallTrace | undefined = call; at && hasFailed(at); at = at.calls.at(-1))
    path.push(at)
  return path
}

/** Whether a call failed; one that could not be made has no exit code. */
export const hasFailed = ({ exitCode, errorNumber }: CallTrace): boolean =>
  errorNumber !== undefined || exitCode !== ExitCode.Ok
