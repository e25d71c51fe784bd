/**
 * Events of contracts as the logs that Ethereum clients see. Events that no LOG instruction makes, as those of native actors,
 * are none, but count in `logIndex`. Reference: FIP-0049, FIP-0054, Lotus `node/impl/eth/events.go`, `EthLogFromEvent`.
 */
import { ethHashOfMessage, hexData, quantity } from '../engine/chain/eth-json.ts'
import { type StampedEvent } from '../engine/chain/event.ts'
import { ethBlockHash, type Tipset } from '../engine/chain/tipset.ts'
import { idAddress } from '../primitives/address.ts'
import { CODEC } from '../primitives/cid.ts'
import { keccak256 } from '../primitives/crypto/hash.ts'
import type { EthAddress } from '../primitives/eth-address.ts'
import { ethAddressIn } from './actors.ts'
import type { RpcContext } from './context.ts'

export interface EthLog {
  readonly address: EthAddress
  /** At most four, of 32 bytes. */
  readonly topics: readonly Uint8Array[]
  readonly data: Uint8Array
  /** Position among all events of the tipset. */
  readonly logIndex: number
  /** Position of its message in the tipset. */
  readonly transactionIndex: number
}

const BLOOM_BYTES = 256
const NO_LOGS: readonly EthLog[] = []

/** Logs by tipset: they never change. */
const known = new WeakMap<Tipset, readonly EthLog[]>()

/** Logs of a tipset, in order. */
export function logsOf({ node }: RpcContext, tipset: Tipset): readonly EthLog[] {
  const { outcomes, state } = node.store.execution(tipset)
  if (outcomes.length === 0) return NO_LOGS
  const found = known.get(tipset)
  if (found) return found
  const logs: EthLog[] = []
  let logIndex = 0
  for (const [transactionIndex, { result }] of outcomes.entries())
    for (const event of result.events) {
      const read = readEvent(event)
      const address = () => ethAddressIn(state, idAddress(event.emitter))
      if (read) logs.push({ ...read, address: address(), logIndex, transactionIndex })
      logIndex++
    }
  known.set(tipset, logs)
  return logs
}

export type EthLogJson = ReturnType<typeof logsToJson>[number]

/** Logs of a tipset as clients see them. */
export function logsToJson({ node }: RpcContext, tipset: Tipset, logs: readonly EthLog[]) {
  const { outcomes } = node.store.execution(tipset)
  const blockHash = hexData(ethBlockHash(tipset.cids))
  const hashes = new Map<number, string>()
  const hashOf = (index: number): string => {
    const hash =
      hashes.get(index) ?? hexData(ethHashOfMessage(outcomes[index]!.message, node.params.chainId))
    hashes.set(index, hash)
    return hash
  }
  return logs.map(({ address, data, topics, logIndex, transactionIndex }) => ({
    address: hexData(address),
    data: hexData(data),
    topics: topics.map(hexData),
    removed: false,
    logIndex: quantity(logIndex),
    transactionIndex: quantity(transactionIndex),
    transactionHash: hashOf(transactionIndex),
    blockHash,
    blockNumber: quantity(tipset.height),
  }))
}

/** The bloom filter of logs: 2,048 bits, three for each address and topic. */
export function bloomOf(logs: readonly EthLog[]): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES)
  for (const { address, topics } of logs)
    for (const item of [address, ...topics]) {
      const hash = keccak256(item)
      for (const i of [0, 2, 4]) {
        const bit = ((hash[i]! << 8) | hash[i + 1]!) & 0x7ff
        bloom[BLOOM_BYTES - 1 - (bit >> 3)]! |= 1 << (bit & 7)
      }
    }
  return bloom
}

/** Topics and data; undefined for an event that is no log. */
export function readEvent({ entries }: StampedEvent): Pick<EthLog, 'topics' | 'data'> | undefined {
  const topics: Uint8Array[] = []
  let data: Uint8Array | undefined
  for (const { codec, key, value } of entries) {
    if (codec !== CODEC.raw) return undefined
    if (/^t[1-4]$/.test(key)) {
      const at = Number(key[1]) - 1
      if (value.length !== 32 || topics[at]) return undefined
      topics[at] = value
    } else if (key === 'd') {
      if (data) return undefined
      data = value
    }
  }
  // A topic without the one before it is no log either.
  if (Object.keys(topics).length !== topics.length) return undefined
  return { topics, data: data ?? new Uint8Array() }
}
