/** Blocks of recorded states. They are decoded only when a difference has to be shown, which is hardly ever. */
import { Blockstore } from '../../primitives/blockstore.ts'
import { fromHex } from '../../primitives/bytes.ts'
import type { BlockSource } from '../../primitives/cbor.ts'
import { type Cid, cidFromBytes } from '../../primitives/cid.ts'
import type { BlockRecords } from './trace-format.ts'

export class RecordedBlocks implements BlockSource {
  #waiting: BlockRecords[] = []
  readonly #store = new Blockstore()

  add(blocks: BlockRecords): void {
    this.#waiting.push(blocks)
  }

  get(cid: Cid): Uint8Array {
    for (const blocks of this.#waiting)
      for (const [key, data] of Object.entries(blocks))
        this.#store.put(cidFromBytes(fromHex(key)), fromHex(data))
    this.#waiting = []
    return this.#store.get(cid)
  }
}
