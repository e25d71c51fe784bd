/**
 * Which logs a client wants, and finding them. Reference: Lotus `node/impl/eth/events.go` (`parseEthFilterSpec`,
 * `parseBlockRange`), EIP-234.
 */
import type { Tipset } from '../engine/chain/tipset.ts'
import { equalBytes } from '../primitives/bytes.ts'
import { type EthAddress, filecoinAddressOf } from '../primitives/eth-address.ts'
import type { ChainEpoch } from '../primitives/units.ts'
import { ethAddressIn, stateAfter } from './actors.ts'
import type { RpcContext } from './context.ts'
import { ethAddress, ethHash, oneOrMore, optional } from './decoders.ts'
import { invalidParams, refused, RPC_CODE, RpcError } from './errors.ts'
import { type EthLog, type EthLogJson, logsOf, logsToJson } from './eth-logs.ts'
import { blockNumber, type BlockParam, inFieldOf, objectFields } from './eth-params.ts'
import { type Decoder, Mismatch } from './method.ts'
import { tipsetOfBlock, tipsetOfHash } from './tipsets.ts'

/** What a log must be like: from one of the addresses, and at each place one of the topics. Nothing asked for is anything. */
export interface LogPattern {
  readonly addresses: readonly EthAddress[]
  readonly topics: readonly (readonly Uint8Array[])[]
}

export interface LogFilter extends LogPattern {
  /** Of one tipset, instead of the range. */
  readonly blockHash: Uint8Array | undefined
  /** Undefined stands for the latest. */
  readonly from: BlockParam | undefined
  readonly to: BlockParam | undefined
}

const MAX_TOPICS = 4
/** Epochs that a filter may span on Lotus unless configured otherwise; here a clock that is moved makes ranges long. */
const MAX_RANGE = 2880
export const MAX_RESULTS = 10_000

/** @throws RpcError for a range that Lotus would refuse, where the node is to be strict. */
export function checkRange({ strict }: RpcContext, length: number): void {
  if (strict && length > MAX_RANGE)
    throw new RpcError(
      RPC_CODE.limitExceeded,
      `block range exceeds maximum of ${MAX_RANGE} (got ${length})`,
    )
}

/** `{address, topics}`, each of one or several; null stands for anything. */
export const logPattern: Decoder<LogPattern> = (value) => {
  const fields = objectFields(value, 'a filter object')
  return {
    addresses: inFieldOf(fields, 'address', optional(oneOrMore(ethAddress), [])),
    topics: inFieldOf(fields, 'topics', optional(topicList, [])),
  }
}

/** The same with `fromBlock` and `toBlock`, or `blockHash`. */
export const logFilter: Decoder<LogFilter> = (value) => {
  const fields = objectFields(value, 'a filter object')
  const blockHash = inFieldOf(fields, 'blockHash', optional(ethHash, undefined))
  const from = inFieldOf(fields, 'fromBlock', optional(blockNumber, undefined))
  const to = inFieldOf(fields, 'toBlock', optional(blockNumber, undefined))
  if (blockHash && (from || to))
    throw new Mismatch('either blockHash or fromBlock and toBlock', value)
  return { ...logPattern(value), blockHash, from, to }
}

const topicList: Decoder<readonly (readonly Uint8Array[])[]> = (value) => {
  if (!Array.isArray(value)) throw new Mismatch('an array of topics', value)
  if (value.length > MAX_TOPICS)
    throw new Mismatch(`at most ${MAX_TOPICS} topics`, value, 'too many topics in filter')
  return value.map(optional(oneOrMore(ethHash), []))
}

/** A range of epochs, both included; without an end where it goes on with the chain. */
export interface EpochRange {
  readonly from: ChainEpoch
  readonly to: ChainEpoch | undefined
}

/** @throws RpcError for a range that ends before it begins, or is too long. */
export function rangeOf(context: RpcContext, { from, to }: LogFilter): EpochRange {
  const head = context.node.head.height
  const low = from === undefined ? head : epochOf(context, from)
  const high = to === undefined || isLatest(to) ? undefined : epochOf(context, to)
  if (high !== undefined && low > high)
    throw invalidParams(`invalid epoch range: to block (${high}) must be after from block (${low})`)
  checkRange(context, (high ?? head) - low)
  return { from: low, to: high }
}

/** Logs on the chain that a filter asks for, in order. @throws RpcError */
export function findLogs(context: RpcContext, filter: LogFilter): EthLogJson[] {
  const matches = matcherOf(context, filter)
  if (filter.blockHash)
    return matchingLogs(context, tipsetOfHash(context, filter.blockHash), matches)
  const { head } = context.node
  const { from, to = head.height } = rangeOf(context, filter)
  if (from > head.height || to > head.height)
    throw refused('events for the requested block are not yet available')
  const found: EthLogJson[] = []
  for (let epoch = from; epoch <= to; epoch++) {
    const tipset = context.node.store.at(epoch)
    if (tipset) found.push(...matchingLogs(context, tipset, matches))
    if (found.length > MAX_RESULTS)
      throw new RpcError(
        RPC_CODE.refused,
        'filter matches too many events, try a more restricted filter',
      )
  }
  return found
}

export type LogMatcher = (log: EthLog) => boolean

/** Logs of one tipset that match. */
export function matchingLogs(
  context: RpcContext,
  tipset: Tipset,
  matches: LogMatcher,
): EthLogJson[] {
  const found = logsOf(context, tipset).filter(matches)
  return found.length === 0 ? [] : logsToJson(context, tipset, found)
}

/** Either form of an actor's address is good for its logs. */
export function matcherOf(context: RpcContext, { addresses, topics }: LogPattern): LogMatcher {
  const state = stateAfter(context, context.node.head)
  const emitters = addresses.flatMap((address) => [
    address,
    ethAddressIn(state, filecoinAddressOf(address)),
  ])
  return (log) => {
    if (emitters.length > 0 && !emitters.some((one) => equalBytes(one, log.address))) return false
    return topics.every((wanted, i) => {
      const topic = log.topics[i]
      return wanted.length === 0 || wanted.some((one) => topic && equalBytes(one, topic))
    })
  }
}

export const isLatest = (param: BlockParam): boolean => 'tag' in param && param.tag === 'latest'

/** Epoch of a block that need not exist yet; `earliest` is the first. */
function epochOf(context: RpcContext, param: BlockParam): ChainEpoch {
  if ('number' in param) return param.number
  if ('tag' in param && param.tag === 'earliest') return 0
  return tipsetOfBlock(context, param).height
}
