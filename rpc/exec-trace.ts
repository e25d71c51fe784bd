/** What a message did, with all calls below it, as Lotus shows it (`chain/types/execresult.go`, `api.InvocResult`). */
import { ErrorNumber, ExitCode } from '../actors/exit-codes.ts'
import type { Payload } from '../actors/payload.ts'
import { bytesToJson, integerToJson, type LotusCid } from '../engine/chain/lotus-json.ts'
import { type Message, messageCid, messageToJson } from '../engine/chain/message.ts'
import { receiptToJson } from '../engine/chain/receipt.ts'
import { eventsRoot } from '../engine/chain/event.ts'
import type { ApplyResult } from '../engine/vm/executor.ts'
import type { Actor } from '../engine/vm/state-tree.ts'
import type { CallTrace } from '../engine/vm/trace.ts'
import { formatAddress, idAddress } from '../primitives/address.ts'
import type { Cid } from '../primitives/cid.ts'
import type { RpcContext } from './context.ts'
import { backtrace } from './failure.ts'

/** An actor as `Filecoin.StateGetActor` shows it. */
export function actorToJson({ node }: RpcContext, actor: Actor) {
  const { manifest, params } = node
  return {
    Code: manifest.codeOf(actor.type).toJSON(),
    Head: actor.state.cid().toJSON(),
    Nonce: integerToJson(actor.sequence),
    Balance: actor.balance.toString(),
    DelegatedAddress: actor.delegated && formatAddress(actor.delegated, params.letter),
  }
}

export interface LotusExecutionTrace {
  readonly Msg: object
  readonly MsgRct: object
  readonly InvokedActor: object | null
  readonly GasCharges: readonly never[]
  readonly Subcalls: readonly LotusExecutionTrace[]
}

/** @param atTop - exit code of the message, for its own call where that could not be made. */
export function traceToJson(
  context: RpcContext,
  call: CallTrace,
  atTop?: ExitCode,
): LotusExecutionTrace {
  const { letter } = context.node.params
  const { invoked, toId } = call
  return {
    Msg: {
      From: formatAddress(idAddress(call.from), letter),
      To: formatAddress(call.to, letter),
      Value: call.value.toString(),
      Method: Number(call.method),
      ...payloadToJson('Params', call.params),
      GasLimit: call.gas ?? 0,
      ReadOnly: call.readOnly,
    },
    MsgRct: { ExitCode: exitCodeOf(call, atTop), ...payloadToJson('Return', call.ret ?? null) },
    InvokedActor: invoked ? { Id: toId, State: actorToJson(context, invoked) } : null,
    GasCharges: [],
    Subcalls: call.calls.map((below) => traceToJson(context, below)),
  }
}

const payloadToJson = (name: 'Params' | 'Return', payload: Payload | null) => ({
  [name]: payload && bytesToJson(payload.bytes),
  [`${name}Codec`]: payload?.ipldCodec ?? 0,
})

/** The exit code of a call; one that could not be made has that of the error, as the FFI gives it. */
export function exitCodeOf({ exitCode, errorNumber }: CallTrace, atTop?: ExitCode): ExitCode {
  if (exitCode !== undefined) return exitCode
  if (atTop !== undefined) return atTop
  if (errorNumber === ErrorNumber.InsufficientFunds) return ExitCode.SysInsufficientFunds
  if (errorNumber === ErrorNumber.NotFound) return ExitCode.SysInvalidReceiver
  return ExitCode.SysAssertionFailed
}

export interface Invocation {
  readonly message: Message
  readonly cid: Cid
  readonly result: ApplyResult
}

/** What `Filecoin.StateCall` and its like answer. Nothing takes time here. */
export function invocationToJson(context: RpcContext, { message, cid, result }: Invocation) {
  const { exitCode, ret, gasUsed, events, outputs, call } = result
  const { letter } = context.node.params
  const receipt = {
    exitCode,
    returnValue: ret?.bytes ?? new Uint8Array(),
    gasUsed,
    eventsRoot: eventsRoot(events),
  }
  return {
    MsgCid: cid.toJSON(),
    Msg: messageToJson(message, letter),
    MsgRct: receiptToJson(receipt),
    GasCost: gasCostToJson(message, cid.toJSON(), result, outputs),
    ExecutionTrace: call ? traceToJson(context, call, exitCode) : null,
    Error: exitCode === ExitCode.Ok || !call ? '' : backtrace(call, exitCode, letter),
    Duration: 1,
  }
}

function gasCostToJson(
  { gasLimit, gasFeeCap }: Message,
  Message: LotusCid,
  { gasUsed }: ApplyResult,
  outputs: ApplyResult['outputs'],
) {
  const { baseFeeBurn, overEstimationBurn, minerPenalty, minerTip, refund } = outputs
  return {
    Message,
    GasUsed: gasUsed.toString(),
    BaseFeeBurn: baseFeeBurn.toString(),
    OverEstimationBurn: overEstimationBurn.toString(),
    MinerPenalty: minerPenalty.toString(),
    MinerTip: minerTip.toString(),
    Refund: refund.toString(),
    TotalCost: (gasLimit * gasFeeCap - refund).toString(),
  }
}

/** The same of a message that is not on the chain. */
export const callToJson = (context: RpcContext, message: Message, result: ApplyResult) =>
  invocationToJson(context, { message, cid: messageCid(message), result })
