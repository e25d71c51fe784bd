/** Traces as go-ethereum's `debug_` methods give them, and Parity's `trace_call`. */
import type { MachineContext } from '../../engine/vm/context.ts'
import type { ApplyResult } from '../../engine/vm/executor.ts'
import type { Actors } from '../../engine/vm/state-tree.ts'
import { ethHashOfMessage, hexData } from '../../engine/chain/eth-json.ts'
import type { Tipset } from '../../engine/chain/tipset.ts'
import { type Cid } from '../../primitives/cid.ts'
import { type EthAddress } from '../../primitives/eth-address.ts'
import { ethAddressIn, stateAfter } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { bool, ethHash, listOf, optional, smallQuantity, text } from '../decoders.ts'
import { invalidParams, refused } from '../errors.ts'
import {
  block,
  blockNumber,
  type BlockParam,
  ethCall,
  type EthCall,
  inFieldOf,
  objectFields,
} from '../eth-params.ts'
import { type EthTrace, ethTraces, seenCalls } from '../eth-traces.ts'
import { JsonPieces } from '../json-pieces.ts'
import { type Decoder, method } from '../method.ts'
import {
  type AccountOverride,
  blockOverride,
  type BlockOverride,
  overridden,
  stateOverride,
} from '../overrides.ts'
import { tipsetOfBlock, tipsetOfHash } from '../tipsets.ts'
import { callTree } from '../tracers/call-tracer.ts'
import { PrestateTracer } from '../tracers/prestate-tracer.ts'
import { MAX_WEIGHT, StructLogger, type StructLogOptions } from '../tracers/struct-logs.ts'
import { callAt, LATEST } from './eth-calls.ts'
import { outputOf } from './eth-trace.ts'

const TRACERS = ['callTracer', 'prestateTracer', 'noopTracer'] as const

interface TraceOptions extends StructLogOptions {
  /** Undefined for the one that writes down instructions. */
  readonly tracer: (typeof TRACERS)[number] | undefined
  readonly onlyTopCall: boolean
  readonly withLog: boolean
  readonly diffMode: boolean
  readonly accounts: readonly AccountOverride[]
  readonly surroundings: BlockOverride
}

const traceOptions: Decoder<TraceOptions> = (value) => {
  const fields = objectFields(value ?? {}, 'options of a trace')
  const config = objectFields(fields['tracerConfig'] ?? {}, 'options of a tracer')
  const name = inFieldOf(fields, 'tracer', optional(text, undefined))
  const tracer = TRACERS.find((known) => known === name)
  if (name !== undefined && !tracer)
    throw invalidParams(`tracer ${name} is not known: there are ${TRACERS.join(', ')}`)
  const isOn = (of: typeof fields, option: string) => inFieldOf(of, option, optional(bool, false))
  return {
    tracer,
    disableStack: isOn(fields, 'disableStack'),
    disableStorage: isOn(fields, 'disableStorage'),
    enableMemory: isOn(fields, 'enableMemory'),
    limit: inFieldOf(fields, 'limit', optional(smallQuantity, 0)),
    onlyTopCall: isOn(config, 'onlyTopCall'),
    withLog: isOn(config, 'withLog'),
    diffMode: isOn(config, 'diffMode'),
    accounts: inFieldOf(fields, 'stateOverrides', optional(stateOverride, [])),
    surroundings: inFieldOf(fields, 'blockOverrides', optional(blockOverride, {})),
  }
}

type Call = [EthCall, BlockParam, TraceOptions]

export const debugMethods = [
  method<[Uint8Array, TraceOptions]>(
    'debug_traceTransaction',
    [ethHash, traceOptions],
    (context, hash, options) => {
      const cid = context.index.messageCid(hash)
      const at = context.node.store.locate(cid)
      if (!at) throw refused('transaction not found')
      return traceMessage(context, at.tipset, cid, options)
    },
  ),
  method<Call>('debug_traceCall', [ethCall, optional(block, LATEST), traceOptions], traceCall),
  method<[BlockParam, TraceOptions]>(
    'debug_traceBlockByNumber',
    [blockNumber, traceOptions],
    (context, at, options) => traceTipset(context, tipsetOfBlock(context, at, true), options),
  ),
  method<[Uint8Array, TraceOptions]>(
    'debug_traceBlockByHash',
    [ethHash, traceOptions],
    (context, hash, options) => traceTipset(context, tipsetOfHash(context, hash), options),
  ),
  method<[EthCall, readonly string[], BlockParam]>(
    'trace_call',
    [ethCall, listOf(text), optional(block, LATEST)],
    (context, call, kinds, at) => {
      if (kinds.length !== 1 || kinds[0] !== 'trace') throw refused("only 'trace' is supported")
      const result = callAt(context, call, at)
      const traces: EthTrace[] = result.call
        ? ethTraces(result.call, senderOf(call), result.exitCode)
        : []
      return { output: outputOf(traces[0]), stateDiff: null, trace: traces, vmTrace: null }
    },
  ),
]

const ZERO = new Uint8Array(20)
const senderOf = ({ from }: EthCall): EthAddress => from ?? ZERO

/** What a message did, and the state before and after it. */
interface Traced {
  readonly result: ApplyResult
  readonly sender: EthAddress
  readonly before: Actors
  readonly after: Actors
}

/** A tracer that is on: it watches, and then tells. */
interface Tracer {
  readonly observer: MachineContext['observer']
  tell(traced: Traced): unknown
}

function tracerOf(context: RpcContext, options: TraceOptions): Tracer {
  if (options.tracer === 'noopTracer') return { observer: undefined, tell: () => ({}) }
  if (options.tracer === 'callTracer')
    return {
      observer: undefined,
      tell: ({ result, sender }) => callTree(context, result, sender, options),
    }
  if (options.tracer === undefined) {
    const logger = new StructLogger(options)
    return {
      observer: logger.observer,
      tell({ result }) {
        if (context.connection) return logger.result(result, MAX_WEIGHT.message)
        return context.takesPieces ? logger.pieces(result) : logger.result(result)
      },
    }
  }
  const tracer = new PrestateTracer()
  return {
    observer: tracer.observer,
    tell({ result: { call, exitCode }, sender, before, after }) {
      const seen = call ? seenCalls(call, sender, exitCode) : []
      return options.diffMode ? tracer.difference(seen, before, after) : tracer.before(seen, before)
    },
  }
}

/** Runs a tipset again, and tells what one of its messages did. */
function traceMessage(context: RpcContext, tipset: Tipset, wanted: Cid, options: TraceOptions) {
  const tracer = tracerOf(context, options)
  const { observer } = tracer
  let running = false
  let [before, after]: [Actors?, Actors?] = []
  const outcomes = context.node.retrace(
    tipset,
    {
      before(cid, tree) {
        running = cid.equals(wanted)
        if (running) before = tree.snapshot()
      },
      after(_, tree) {
        if (running) after = tree.snapshot()
        running = false
      },
    },
    observer && ((step, depth) => running && observer(step, depth)),
  )
  const { message, result } = outcomes.find(({ cid }) => cid.equals(wanted))!
  const sender = ethAddressIn(stateAfter(context, tipset), message.message.from)
  return tracer.tell({ result, sender, before: before!, after: after! })
}

function traceTipset(context: RpcContext, tipset: Tipset, options: TraceOptions) {
  const { outcomes } = context.node.store.execution(tipset)
  const traces = outcomes.map(({ message, cid }) => ({
    txHash: hexData(ethHashOfMessage(message, context.node.params.chainId)),
    result: traceMessage(context, tipset, cid, options),
  }))
  if (!traces.some(({ result }) => result instanceof JsonPieces)) return traces
  return new JsonPieces(() => JsonPieces.list(traces.map((trace) => JsonPieces.object(trace))))
}

function traceCall(context: RpcContext, call: EthCall, at: BlockParam, options: TraceOptions) {
  const tracer = tracerOf(context, options)
  const { prepare, surroundings } = overridden(context.node, options.accounts, options.surroundings)
  let before: Actors | undefined
  let after: Actors | undefined
  const result = callAt(context, call, at, {
    prepare,
    surroundings: { ...surroundings, observer: tracer.observer },
    watcher: {
      before: (tree) => (before = tree.snapshot()),
      after: (tree) => (after = tree.snapshot()),
    },
  })
  return tracer.tell({ result, sender: senderOf(call), before: before!, after: after! })
}
