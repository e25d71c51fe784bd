/**
 * The calls of a message as a tree: go-ethereum's `callTracer`, which here goes on across the precompiles into native actors
 * and says which method of which actor was called, with what, and how it exited.
 */
import { EamMethod } from '../../actors/eam/params.ts'
import { actorDefinition } from '../../actors/registry.ts'
import type { Payload } from '../../actors/payload.ts'
import { hexData, quantity } from '../../engine/chain/eth-json.ts'
import type { ApplyResult } from '../../engine/vm/executor.ts'
import type { CallTrace } from '../../engine/vm/trace.ts'
import { formatAddress, idAddress } from '../../primitives/address.ts'
import type { Codec } from '../../primitives/codec.ts'
import type { EthAddress } from '../../primitives/eth-address.ts'
import type { RpcContext } from '../context.ts'
import { readEvent } from '../eth-logs.ts'
import { addressOf, bytesOf, type SeenCall, seenCalls } from '../eth-traces.ts'
import { exitCodeOf } from '../exec-trace.ts'
import { exitCodeName } from '../exit-codes.ts'
import { methodName, reasonOf } from '../failure.ts'
import { plain } from '../plain.ts'

export interface CallTracerOptions {
  readonly onlyTopCall: boolean
  readonly withLog: boolean
}

export interface CallFrame {
  readonly type: string
  readonly from: string
  readonly to?: string
  readonly value?: string
  readonly gas: string
  readonly gasUsed: string
  readonly input: string
  readonly output?: string
  readonly error?: string
  readonly revertReason?: string
  /** What was called where it was not the code of a contract. */
  readonly filecoin?: NativeCall
  calls?: CallFrame[]
  readonly logs?: readonly object[]
}

interface NativeCall {
  /** f0 of the actor. */
  readonly actor: string
  readonly type: string
  readonly method: string
  /** `storageminer.WithdrawBalance`; absent for a plain transfer. */
  readonly name?: string
  readonly params?: unknown
  readonly returns?: unknown
  readonly exitCode: number
  readonly exit: string
}

/** @param sender - of the message. */
export function callTree(
  context: RpcContext,
  { call, exitCode }: ApplyResult,
  sender: EthAddress,
  options: CallTracerOptions,
): CallFrame | null {
  if (!call) return null
  const seen = seenCalls(call, sender, exitCode)
  const frames = seen.map((each) => frameOf(context, each, options))
  const byPath = new Map(seen.map(({ trace }, i) => [trace.traceAddress.join(), frames[i]!]))
  if (!options.onlyTopCall)
    for (const [i, { trace }] of seen.entries()) {
      const { traceAddress } = trace
      if (traceAddress.length === 0) continue
      const parent = byPath.get(traceAddress.slice(0, -1).join())!
      ;(parent.calls ??= []).push(frames[i]!)
    }
  return frames[0] ?? null
}

function frameOf(context: RpcContext, seen: SeenCall, options: CallTracerOptions): CallFrame {
  const { trace, call, inside } = seen
  const { error } = trace
  const filecoin = nativeCall(context, call)
  const reverted = error === 'Reverted' ? (bytesOf(inside.ret) ?? new Uint8Array()) : undefined
  return {
    type: typeOf(seen),
    from: trace.action.from,
    ...(trace.type === 'call' ? { to: trace.action.to } : createdAt(trace.result.address)),
    ...(trace.type === 'call' && trace.action.callType === 'staticcall'
      ? {}
      : { value: trace.action.value }),
    gas: trace.action.gas,
    gasUsed: trace.result.gasUsed,
    input: trace.type === 'call' ? trace.action.input : trace.action.init,
    output: reverted
      ? hexData(reverted)
      : trace.type === 'call'
        ? trace.result.output
        : trace.result.code,
    ...(error === undefined ? {} : { error: reverted ? 'execution reverted' : error }),
    ...(reverted && reverted.length > 0
      ? { revertReason: reasonOf(context.artifacts, reverted) }
      : {}),
    ...(filecoin ? { filecoin } : {}),
    ...(options.withLog ? { logs: logsOf(inside) } : {}),
  }
}

const createdAt = (address: string | undefined) => (address === undefined ? {} : { to: address })

function typeOf({ trace, call }: SeenCall): string {
  if (trace.type === 'call') return trace.action.callType.toUpperCase()
  return Number(call.method) === EamMethod.Create2 ? 'CREATE2' : 'CREATE'
}

/** What a call did in an actor that is no contract; undefined for one that is, and for accounts that contracts call. */
function nativeCall(context: RpcContext, call: CallTrace): NativeCall | undefined {
  const { invoked, toId, method } = call
  if (!invoked || toId === undefined || invoked.type === 'evm' || invoked.type === 'eam')
    return undefined
  const found = actorDefinition(invoked.type).methods[Number(method)]
  const name = methodName(call)
  const exitCode = exitCodeOf(call)
  return {
    actor: formatAddress(idAddress(toId), context.node.params.letter),
    type: invoked.type,
    method: method.toString(),
    ...(name === undefined ? {} : { name }),
    ...decoded('params', call.params, found?.params ?? null),
    ...decoded('returns', exitCode === 0 ? call.ret : null, found?.returns ?? null),
    exitCode,
    exit: exitCodeName(exitCode),
  }
}

function decoded(
  name: 'params' | 'returns',
  payload: Payload | null | undefined,
  codec: Codec<unknown> | null,
) {
  if (!payload || !codec) return {}
  try {
    return { [name]: plain(payload.as(codec)) }
  } catch {
    return { [name]: hexData(payload.bytes) } // not what the method takes
  }
}

function logsOf({ events = [], toId, invoked }: CallTrace) {
  const address = toId !== undefined && invoked ? hexData(addressOf(toId, invoked)) : undefined
  return events.flatMap((event, position) => {
    const log = readEvent(event)
    if (!log) return []
    const topics = log.topics.map(hexData)
    return [{ address, topics, data: hexData(log.data), position: quantity(position) }]
  })
}
