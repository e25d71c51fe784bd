/** What every method works on. */
import type { Devnet } from '../engine/devnet.ts'
import type { Node } from '../engine/node.ts'
import type { Artifacts } from './artifacts.ts'
import type { ChainObjects } from './chain-objects.ts'
import type { Connection } from './connection.ts'
import type { EthIndex } from './eth-index.ts'
import type { Filters } from './filters.ts'
import type { Inbox } from './inbox.ts'
import type { IntervalMining } from './interval-mining.ts'

export interface RpcContext {
  readonly devnet: Devnet
  readonly node: Node
  /** Finds blocks and messages by the hashes Ethereum clients know them by. */
  readonly index: EthIndex
  /** Blocks of data by CID. */
  readonly objects: ChainObjects
  /** Whether to answer as Lotus does and no more: no cheats, no keys for Ethereum's methods. */
  readonly strict: boolean
  /** Names of what contracts revert with. */
  readonly artifacts: Artifacts
  /** Where lines go that are for the devnet's user. */
  readonly log: (line: string) => void
  /** Where messages come in. */
  readonly inbox: Inbox
  /** Filters that clients have installed. */
  readonly filters: Filters
  /** Where the request came over one that stays open: for what is to be told later. */
  readonly connection?: Connection
  /** Whether the answer may be `JsonPieces`, for whoever sends it on as text. */
  readonly takesPieces?: boolean
  /** Id of the request, by which a client may take it back. */
  readonly requestId?: unknown
  /** Tipsets by the wall clock. */
  readonly intervals: IntervalMining
  /** Gives a signal that is aborted when the client no longer waits for the answer. */
  readonly gone?: () => AbortSignal
}
