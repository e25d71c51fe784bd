/** Traces of executed transactions. Reference: Lotus `node/impl/eth/trace.go`. */
import { ethHashOfMessage, hexData } from '../../engine/chain/eth-json.ts'
import { ethBlockHash, type Tipset } from '../../engine/chain/tipset.ts'
import type { EthAddress } from '../../primitives/eth-address.ts'
import { ethAddressIn, stateAfter } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import {
  ethAddress,
  ethHash,
  listOf,
  oneOrMore,
  optional,
  smallQuantity,
  text,
} from '../decoders.ts'
import { invalidParams, refused } from '../errors.ts'
import { blockNumber, type BlockParam, inFieldOf, objectFields } from '../eth-params.ts'
import { type EthTrace, ethTraces } from '../eth-traces.ts'
import { checkRange } from '../log-filter.ts'
import { type Decoder, method } from '../method.ts'
import { tipsetOfBlock } from '../tipsets.ts'

export const ethTraceMethods = [
  method<[BlockParam]>('trace_block', [blockNumber], (context, at) =>
    blockTraces(context, tipsetOfBlock(context, at, true)),
  ),
  method<[Uint8Array]>('trace_transaction', [ethHash], (context, hash) => {
    const { node, index } = context
    const cid = index.messageCid(hash)
    const at = node.store.locate(cid)
    if (!at && node.pool.find(cid)) throw refused('no trace for pending transactions')
    if (!at) throw refused('transaction not found')
    const found = blockTraces(context, at.tipset)
    return found.filter(({ transactionPosition }) => transactionPosition === at.index)
  }),
  method<[BlockParam, readonly string[]]>(
    'trace_replayBlockTransactions',
    [blockNumber, listOf(text)],
    (context, at, kinds) => {
      if (kinds.length !== 1 || kinds[0] !== 'trace') throw refused("only 'trace' is supported")
      return replayed(context, tipsetOfBlock(context, at, true)).map(({ hash, traces }) => ({
        output: outputOf(traces[0]),
        stateDiff: null,
        trace: traces,
        transactionHash: hash,
        vmTrace: null,
      }))
    },
  ),
  method<[TraceFilter]>('trace_filter', [traceFilter], filterTraces),
]

interface TracedMessage {
  readonly hash: string
  readonly traces: readonly EthTrace[]
}

/** What each message of a tipset did. */
function replayed(context: RpcContext, tipset: Tipset): TracedMessage[] {
  const { node } = context
  const state = stateAfter(context, tipset)
  return node.retrace(tipset).map(({ message, result }) => {
    const sender = ethAddressIn(state, message.message.from)
    const { call, exitCode } = result
    return {
      hash: hexData(ethHashOfMessage(message, node.params.chainId)),
      traces: call ? ethTraces(call, sender, exitCode) : [],
    }
  })
}

function blockTraces(context: RpcContext, tipset: Tipset) {
  const blockHash = hexData(ethBlockHash(tipset.cids))
  return replayed(context, tipset).flatMap(({ hash, traces }, transactionPosition) =>
    traces.map((trace) => ({
      ...trace,
      blockHash,
      blockNumber: tipset.height,
      transactionHash: hash,
      transactionPosition,
    })),
  )
}

export function outputOf(trace: EthTrace | undefined): string {
  if (!trace) return '0x'
  return trace.type === 'call' ? trace.result.output : trace.result.code
}

interface TraceFilter {
  readonly from: BlockParam
  readonly to: BlockParam
  readonly senders: readonly EthAddress[]
  readonly receivers: readonly EthAddress[]
  /** Traces to pass over. */
  readonly after: number
  /** Most that are wanted. */
  readonly count: number | undefined
}

const LATEST: BlockParam = { tag: 'latest' }
/** Most traces that are given at once, unless `count` says so. */
const MAX_TRACES = 500

function traceFilter(value: unknown): TraceFilter {
  const fields = objectFields(value, 'a filter object')
  const field = <T>(name: string, decoder: Decoder<T>) => inFieldOf(fields, name, decoder)
  return {
    from: field('fromBlock', optional(blockNumber, LATEST)),
    to: field('toBlock', optional(blockNumber, LATEST)),
    senders: field('fromAddress', optional(oneOrMore(ethAddress), [])),
    receivers: field('toAddress', optional(oneOrMore(ethAddress), [])),
    after: field('after', optional(smallQuantity, 0)),
    count: field('count', optional(smallQuantity, undefined)),
  }
}

function filterTraces(
  context: RpcContext,
  { from, to, senders, receivers, after, count }: TraceFilter,
) {
  const [first, last] = [tipsetOfBlock(context, from).height, tipsetOfBlock(context, to).height]
  checkRange(context, last - first)
  if (count !== undefined && count > MAX_TRACES)
    throw invalidParams(
      `invalid response count, requested ${count}, maximum supported is ${MAX_TRACES}`,
    )
  const isOf = (wanted: readonly EthAddress[], address: string | undefined) =>
    wanted.length === 0 || wanted.some((one) => hexData(one) === address)
  const found: ReturnType<typeof blockTraces> = []
  let passed = 0
  for (let epoch = first; epoch <= last && found.length !== count; epoch++) {
    const tipset = context.node.store.at(epoch)
    for (const trace of tipset ? blockTraces(context, tipset) : []) {
      if (!isOf(senders, trace.action.from) || !isOf(receivers, receiverOf(trace))) continue
      if (passed++ < after) continue
      if (found.length === count) break
      found.push(trace)
    }
    if (count === undefined && found.length > MAX_TRACES)
      throw refused(
        `too many results, maximum supported is ${MAX_TRACES}, try paginating requests with After and Count`,
      )
  }
  return found
}

const receiverOf = (trace: EthTrace): string | undefined =>
  trace.type === 'call' ? trace.action.to : trace.result.address
