/** The end of writing a block: its CID, without copying the block when nobody wants the bytes. */
import type { BlockSink, CborWriter } from './cbor.ts'
import { type Cid, cidOf } from './cid.ts'
import { countBlock } from './cost.ts'

/** Whether nothing is left to do for a block of this CID: no sink wants it, or the sink has it. */
export const isWritten = (cid: Cid | undefined, sink: BlockSink | undefined): cid is Cid =>
  cid !== undefined && (sink === undefined || sink.holds?.(cid) === true)

/**
 * CID of the block that `out` holds, hashed unless it is `known`; the block goes to the writer's sink if it has one. Nothing
 * can be written afterwards.
 */
export function finishBlock(out: CborWriter, known?: Cid): Cid {
  const cid = known ?? hashed(out.written)
  if (out.sink === undefined) out.discard()
  else out.sink.put(cid, out.finish())
  return cid
}

function hashed(block: Uint8Array): Cid {
  countBlock(block.length)
  return cidOf(block)
}
