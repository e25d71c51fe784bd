/**
 * Which slots of a trie node are taken. A node of at most 32 slots, as nearly all are, keeps one 32-bit integer;
 * a wider one a list of them, lowest first.
 */

export type Bitmap = number | readonly number[]

/** No slot taken, for a node of 2^`bitWidth` slots. */
export function emptyBitmap(bitWidth: number): Bitmap {
  return bitWidth <= 5 ? 0 : new Array<number>(1 << (bitWidth - 5)).fill(0)
}

export function hasBit(bitmap: Bitmap, i: number): boolean {
  const word = typeof bitmap === 'number' ? bitmap : bitmap[i >>> 5]!
  return (word & (1 << (i & 31))) !== 0
}

/** How many slots below `i` are taken: the place of slot `i` in a list of the taken ones. */
export function rankOf(bitmap: Bitmap, i: number): number {
  if (typeof bitmap === 'number') return ones(bitmap & ((1 << i) - 1))
  const word = i >>> 5
  let rank = ones(bitmap[word]! & ((1 << (i & 31)) - 1))
  for (let w = 0; w < word; w++) rank += ones(bitmap[w]!)
  return rank
}

export function withBit(bitmap: Bitmap, i: number): Bitmap {
  const bit = 1 << (i & 31)
  return typeof bitmap === 'number' ? bitmap | bit : changed(bitmap, i, bitmap[i >>> 5]! | bit)
}

export function withoutBit(bitmap: Bitmap, i: number): Bitmap {
  const bit = 1 << (i & 31)
  return typeof bitmap === 'number' ? bitmap & ~bit : changed(bitmap, i, bitmap[i >>> 5]! & ~bit)
}

export function countBits(bitmap: Bitmap): number {
  if (typeof bitmap === 'number') return ones(bitmap)
  let count = 0
  for (const word of bitmap) count += ones(word)
  return count
}

/** The lowest taken slot; there is one. */
export function firstSlot(bitmap: Bitmap): number {
  if (typeof bitmap === 'number') return 31 - Math.clz32(bitmap & -bitmap)
  const w = bitmap.findIndex((word) => word !== 0)
  return 32 * w + firstSlot(bitmap[w]!)
}

/** The taken slots, in ascending order. */
export function slotsOf(bitmap: Bitmap): number[] {
  const out: number[] = []
  const words = typeof bitmap === 'number' ? [bitmap] : bitmap
  for (let w = 0; w < words.length; w++)
    for (let word = words[w]!; word !== 0; word &= word - 1)
      out.push(32 * w + 31 - Math.clz32(word & -word))
  return out
}

/** Slot 0 in the lowest bit of the first byte; as many bytes as 2^`bitWidth` bits need (AMT nodes). */
export function bitmapToBytes(bitmap: Bitmap, bitWidth: number): Uint8Array {
  const out = new Uint8Array(bitWidth <= 3 ? 1 : 1 << (bitWidth - 3))
  for (let i = 0; i < out.length; i++)
    out[i] = (typeof bitmap === 'number' ? bitmap : bitmap[i >>> 2]!) >>> (8 * (i & 3))
  return out
}

/** Reads what `bitmapToBytes` writes; bits beyond the node's slots are dropped. Undefined for another length. */
export function bitmapFromBytes(bytes: Uint8Array, bitWidth: number): Bitmap | undefined {
  if (bytes.length !== (bitWidth <= 3 ? 1 : 1 << (bitWidth - 3))) return undefined
  if (bitWidth < 3) return bytes[0]! & ((1 << (1 << bitWidth)) - 1)
  const words = new Array<number>(Math.ceil(bytes.length / 4)).fill(0)
  for (let i = 0; i < bytes.length; i++) words[i >>> 2]! |= bytes[i]! << (8 * (i & 3))
  return bitWidth <= 5 ? words[0]! : words
}

/** Big-endian without leading zero bytes (HAMT nodes). */
export function bitmapToBigEndian(bitmap: Bitmap, bitWidth: number): Uint8Array {
  const bytes = bitmapToBytes(bitmap, bitWidth)
  let length = bytes.length
  while (length > 0 && bytes[length - 1] === 0) length--
  return bytes.subarray(0, length).reverse()
}

/** Reads what `bitmapToBigEndian` writes. Undefined when a bit beyond the node's slots is set. */
export function bitmapFromBigEndian(bytes: Uint8Array, bitWidth: number): Bitmap | undefined {
  const slots = 1 << bitWidth
  const littleEndian = new Uint8Array(Math.max(1, slots / 8))
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[bytes.length - 1 - i]!
    if (i < littleEndian.length) littleEndian[i] = byte
    else if (byte !== 0) return undefined
  }
  if (slots < 8 && littleEndian[0]! >> slots !== 0) return undefined
  return bitmapFromBytes(littleEndian, bitWidth)
}

function changed(bitmap: readonly number[], i: number, word: number): Bitmap {
  const copy = bitmap.slice()
  copy[i >>> 5] = word
  return copy
}

function ones(word: number): number {
  word -= (word >>> 1) & 0x55555555
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
