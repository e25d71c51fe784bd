/**
 * Filters that clients install and ask for news: a place on the chain each, so that what came since is what lies between it
 * and the head. Reference: Lotus `node/impl/eth/events.go`, `chain/events/filter`.
 */
import { ethHashOfMessage, hexData } from '../engine/chain/eth-json.ts'
import { ethBlockHash, type Tipset } from '../engine/chain/tipset.ts'
import type { RpcContext } from './context.ts'
import { refused } from './errors.ts'
import type { EthLogJson } from './eth-logs.ts'
import {
  findLogs,
  isLatest,
  type LogFilter,
  matcherOf,
  matchingLogs,
  MAX_RESULTS,
  rangeOf,
} from './log-filter.ts'

type Filter = { seen: Tipset } & (
  | { readonly kind: 'logs'; readonly filter: LogFilter; past: boolean }
  | { readonly kind: 'blocks' }
  | { readonly kind: 'pending'; hashes: string[]; readonly end: () => void }
)

/** Beyond so many the one that was asked longest ago is dropped: clients that go away do not say so. */
const MAX_FILTERS = 1000

export class Filters {
  /** The one asked last comes last. */
  readonly #filters = new Map<string, Filter>()
  #made = 0

  /** @throws RpcError for a range that is none */
  addLogs(context: RpcContext, filter: LogFilter): string {
    const seen = context.node.head
    if (filter.blockHash) return this.#add({ kind: 'logs', filter, seen, past: true })
    const from = { number: rangeOf(context, filter).from }
    const past = filter.from !== undefined && !isLatest(filter.from)
    return this.#add({ kind: 'logs', filter: { ...filter, from }, seen, past })
  }

  addBlocks({ node }: RpcContext): string {
    return this.#add({ kind: 'blocks', seen: node.head })
  }

  addPending({ node }: RpcContext): string {
    const hashes: string[] = []
    const end = node.subscribeMessages((signed) => {
      hashes.push(hexData(ethHashOfMessage(signed, node.params.chainId)))
      if (hashes.length > MAX_RESULTS) hashes.shift()
    })
    return this.#add({ kind: 'pending', seen: node.head, hashes, end })
  }

  #add(filter: Filter): string {
    for (const oldest of this.#filters.keys()) {
      if (this.#filters.size < MAX_FILTERS) break
      this.remove(oldest)
    }
    const id = `0x${(++this.#made).toString(16).padStart(64, '0')}`
    this.#filters.set(id, filter)
    return id
  }

  /** Whether there was one. */
  remove(id: string): boolean {
    const filter = this.#filters.get(id)
    if (filter?.kind === 'pending') filter.end()
    return this.#filters.delete(id)
  }

  /** What came since the last time; the first time, of a filter of logs, since where it begins. @throws RpcError */
  changes(context: RpcContext, id: string): readonly (string | EthLogJson)[] {
    const filter = this.#find(id)
    const { seen } = filter
    filter.seen = context.node.head
    if (filter.kind === 'pending') return filter.hashes.splice(0)
    const { left, came } = changesSince(context, seen)
    if (filter.kind === 'blocks') return came.map(({ cids }) => hexData(ethBlockHash(cids)))
    const matches = matcherOf(context, filter.filter)
    const past = filter.past ? pastLogs(context, filter.filter, seen) : []
    filter.past = false
    const within = (tipset: Tipset) => isWithin(filter.filter, tipset)
    const logs = (tipsets: readonly Tipset[]) =>
      tipsets.filter(within).flatMap((tipset) => matchingLogs(context, tipset, matches))
    return [...past, ...logs(left).map((log) => ({ ...log, removed: true })), ...logs(came)]
  }

  /** All logs of a filter. @throws RpcError for filters of something else. */
  logs(context: RpcContext, id: string): EthLogJson[] {
    const filter = this.#find(id)
    if (filter.kind !== 'logs') throw refused('wrong filter type')
    return findLogs(context, filter.filter)
  }

  /** The filter, which now is the one asked last. */
  #find(id: string): Filter {
    const filter = this.#filters.get(id)
    if (!filter) throw refused('filter not found')
    this.#filters.delete(id)
    this.#filters.set(id, filter)
    return filter
  }
}

/** Logs that were there when the filter was made. */
function pastLogs(context: RpcContext, filter: LogFilter, seen: Tipset): EthLogJson[] {
  if (filter.blockHash) return findLogs(context, filter)
  const { from, to = seen.height } = rangeOf(context, filter)
  const last = Math.min(to, seen.height)
  if (from > last) return []
  return findLogs(context, { ...filter, from: { number: from }, to: { number: last } })
}

function isWithin({ blockHash, from, to }: LogFilter, { height }: Tipset): boolean {
  if (blockHash) return false
  const low = from && 'number' in from ? from.number : 0
  const high = to && 'number' in to ? to.number : Infinity
  return height >= low && height <= high
}

/** Tipsets that left the chain since `seen` was its head, newest first, and those that came, oldest first. */
function changesSince(
  { node }: RpcContext,
  seen: Tipset,
): { left: readonly Tipset[]; came: readonly Tipset[] } {
  const { store } = node
  const left: Tipset[] = []
  const came: Tipset[] = []
  let old: Tipset | undefined = seen
  let at: Tipset | undefined = node.head
  while (at && old && at.key !== old.key)
    if (at.height >= old.height) {
      came.push(at)
      at = store.parent(at)
    } else {
      // Of tipsets that were let go of nobody knows any more what was in them.
      if (store.tipset(old.cids)) left.push(old)
      old = store.parent(old)
    }
  return { left, came: came.reverse() }
}
