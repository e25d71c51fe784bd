/**
 * Blocks of data by CID, as a node keeps them in its blockstore. The chain is live values, so blocks are written down when somebody
 * asks for one: of the head, then of its ancestors until it is found. What a tipset shares with one after it is not
 * written again.
 */
import { blockHeaderCodec, messagesRoot } from '../engine/chain/block.ts'
import type { Execution } from '../engine/chain/chain-store.ts'
import { eventsRoot } from '../engine/chain/event.ts'
import { messageBlock, signedMessageCid } from '../engine/chain/message.ts'
import { receiptsRoot } from '../engine/chain/receipt.ts'
import type { Tipset } from '../engine/chain/tipset.ts'
import type { Node } from '../engine/node.ts'
import { rootOf } from '../engine/vm/state-tree.ts'
import type { BlockSink } from '../primitives/cbor.ts'
import type { Cid } from '../primitives/cid.ts'
import { encode } from '../primitives/codec.ts'

/** Tipsets that are looked through, the head first: two finalities. */
const MAX_TIPSETS = 1800

export class ChainObjects {
  readonly #node: Node
  readonly #blocks = new Map<string, Uint8Array>()
  /** Whose blocks are written down. A state that was written to from outside is another execution. */
  #written = new WeakSet<Execution>()
  #count = 0
  readonly #sink: BlockSink = {
    put: (cid, block) => this.#blocks.set(cid.key, block),
    holds: (cid) => this.#blocks.has(cid.key),
  }

  constructor(node: Node) {
    this.#node = node
  }

  /** A header, message, receipt or event of the last tipsets, a node of their lists, or a part of their states. */
  find(cid: Cid): Uint8Array | undefined {
    const { store } = this.#node
    const header = store.block(cid)
    if (header) return encode(blockHeaderCodec, header)
    let at: Tipset | undefined = store.head
    for (let i = 0; at && i < MAX_TIPSETS; i++, at = store.parent(at)) {
      const found = this.#blocks.get(cid.key)
      if (found) return found
      this.#write(at)
    }
    return this.#blocks.get(cid.key)
  }

  #write(tipset: Tipset): void {
    const { store, manifest } = this.#node
    const done = store.execution(tipset)
    if (this.#written.has(done)) return
    if (this.#count >= 2 * MAX_TIPSETS) this.#clear()
    this.#written.add(done)
    this.#count++
    for (const block of tipset.cids) {
      const { bls, secp } = store.messagesOf(block)
      for (const signed of [...bls, ...secp]) {
        const { cid, block } = messageBlock(signed)
        this.#sink.put(cid, block)
      }
      messagesRoot(bls.map(signedMessageCid), secp.map(signedMessageCid), this.#sink)
    }
    receiptsRoot(done.receipts, this.#sink)
    for (const { result } of done.outcomes) eventsRoot(result.events, this.#sink)
    rootOf(manifest, done.state, this.#sink)
  }

  #clear(): void {
    this.#blocks.clear()
    this.#written = new WeakSet()
    this.#count = 0
  }
}
