/** Blocks by CID, in memory: what a decoded state reads from, and what an export writes to. */
import type { BlockSink, BlockSource } from './cbor.ts'
import type { Cid } from './cid.ts'

export class Blockstore implements BlockSource, BlockSink {
  readonly #blocks = new Map<string, { cid: Cid; block: Uint8Array }>()

  get(cid: Cid): Uint8Array {
    const found = this.#blocks.get(cid.key)
    if (!found) throw new Error(`no block ${cid}`)
    return found.block
  }

  has(cid: Cid): boolean {
    return this.#blocks.has(cid.key)
  }

  put(cid: Cid, block: Uint8Array): void {
    if (!this.#blocks.has(cid.key)) this.#blocks.set(cid.key, { cid, block })
  }

  get size(): number {
    return this.#blocks.size
  }

  /** All blocks, in the order they were put. */
  entries(): Iterable<{ cid: Cid; block: Uint8Array }> {
    return this.#blocks.values()
  }
}
