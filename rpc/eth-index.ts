/**
 * Which tipset or message is meant by a hash of Ethereum's: tipsets by the digest of their key, transactions by their own
 * hash. Filled when somebody asks, from the head back to what is known already, so a chain nobody asks about pays nothing.
 */
import { ethHashOfMessage } from '../engine/chain/eth-json.ts'
import { type SignedMessage, signedMessageCid } from '../engine/chain/message.ts'
import { cidOfEthHash, ethBlockHash, type Tipset } from '../engine/chain/tipset.ts'
import type { Node } from '../engine/node.ts'
import { bytesKey } from '../primitives/bytes.ts'
import type { Cid } from '../primitives/cid.ts'

export class EthIndex {
  readonly #node: Node
  readonly #tipsets = new Map<string, readonly Cid[]>()
  readonly #transactions = new Map<string, Cid>()
  /** CIDs of the transactions above. */
  readonly #known = new Set<string>()
  /** Keys of the tipsets that are indexed. */
  readonly #seen = new Set<string>()

  constructor(node: Node) {
    this.#node = node
  }

  /** The tipset with this hash; undefined where none is kept. */
  tipset(hash: Uint8Array): Tipset | undefined {
    this.#catchUp()
    const cids = this.#tipsets.get(bytesKey(hash))
    return cids && this.#node.store.tipset(cids)
  }

  /** CID of the message with this hash; of a native message the hash is the CID's own digest. */
  messageCid(hash: Uint8Array): Cid {
    this.#catchUp()
    const key = bytesKey(hash)
    return this.#transactions.get(key) ?? this.#waiting(key) ?? cidOfEthHash(hash)
  }

  /** Makes a transaction known before it is on the chain. */
  remember(hash: Uint8Array, cid: Cid): void {
    this.#transactions.set(bytesKey(hash), cid)
    this.#known.add(cid.key)
  }

  #waiting(key: string): Cid | undefined {
    const found = this.#node.pool.pending().find((signed) => {
      const hash = this.#hashOf(signed)
      return hash && bytesKey(hash) === key
    })
    return found && signedMessageCid(found)
  }

  /** Hash of an Ethereum transaction; undefined for a native message. */
  #hashOf(signed: SignedMessage): Uint8Array | undefined {
    if (signed.signature.type !== 'delegated') return undefined
    return ethHashOfMessage(signed, this.#node.params.chainId)
  }

  #catchUp(): void {
    const { store } = this.#node
    for (let at: Tipset | undefined = store.head; at; at = store.parent(at)) {
      if (this.#seen.has(at.key)) break
      this.#seen.add(at.key)
      this.#tipsets.set(bytesKey(ethBlockHash(at.cids)), at.cids)
      for (const { message, cid } of store.execution(at).outcomes) {
        const hash = this.#known.has(cid.key) ? undefined : this.#hashOf(message)
        if (hash) this.remember(hash, cid)
      }
    }
  }
}
