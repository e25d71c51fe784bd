/** Signatures as one array of bytes, which goes to a thread at a fraction of the cost of objects. */
import { type SignedItem } from './bls.ts'

/** For each item the lengths of key, message and signature, 32 bits each, then the three. */
export function packSignedItems(items: readonly SignedItem[]): Uint8Array {
  const parts = items.map(({ publicKey, message, signature }) => [publicKey, message, signature])
  const length = parts.flat().reduce((sum, part) => sum + 4 + part.length, 0)
  const packed = new Uint8Array(length)
  const view = new DataView(packed.buffer)
  let at = 0
  for (const item of parts) {
    for (const part of item) {
      view.setUint32(at, part.length)
      at += 4
    }
    for (const part of item) {
      packed.set(part, at)
      at += part.length
    }
  }
  return packed
}

/** The items of a packed array, as parts of it. @throws RangeError where it ends early. */
export function unpackSignedItems(packed: Uint8Array): SignedItem[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  const items: SignedItem[] = []
  for (let at = 0; at < packed.length;) {
    const lengths = [view.getUint32(at), view.getUint32(at + 4), view.getUint32(at + 8)]
    at += 12
    const [publicKey, message, signature] = lengths.map((length) => {
      if (at + length > packed.length) throw new RangeError(`item ${items.length} is cut off`)
      at += length
      return packed.subarray(at - length, at)
    }) as [Uint8Array, Uint8Array, Uint8Array]
    items.push({ publicKey, message, signature })
  }
  return items
}
