/** What every method works on. */
import type { Devnet } from '../engine/devnet.ts'
import type { Node } from '../engine/node.ts'
import type { EthIndex } from './eth-index.ts'

export interface RpcContext {
  readonly devnet: Devnet
  readonly node: Node
  /** Finds blocks and messages by the hashes Ethereum clients know them by. */
  readonly index: EthIndex
  /** Aborted when the client no longer waits for the answer. */
  readonly signal?: AbortSignal
}
