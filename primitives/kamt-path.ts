/**
 * Where a key stands in a KAMT: its 256 bits, five at a time and highest first, as the digits of a number to base 32. The
 * one bit that is left for the last level stands in the highest bit of the last digit.
 */
import { boundedCache } from './bounded-cache.ts'
import { DecodeError } from './cbor.ts'

/** Digits of a path, or of a part of one. */
export type KamtPath = string

/** Bits a level takes. */
export const KAMT_BIT_WIDTH = 5
/** Digits of a whole path. */
export const PATH_LENGTH = 52
const MAX_KEY = (1n << 256n) - 1n
const CACHED_PATHS = 1 << 14

const paths = boundedCache<bigint, KamtPath>(CACHED_PATHS)

/** @throws RangeError unless the key fits 256 bits without a sign. */
export function pathOf(key: bigint): KamtPath {
  const known = paths.get(key)
  if (known !== undefined) return known
  if (key < 0n || key > MAX_KEY) throw new RangeError(`KAMT key ${key}`)
  return paths.set(key, (key << 4n).toString(32).padStart(PATH_LENGTH, '0'))
}

/** Which slot of a node at `depth` a path leads to. */
export function slotAt(path: KamtPath, depth: number): number {
  const digit = digitOf(path.charCodeAt(depth))
  return depth === PATH_LENGTH - 1 ? digit >> 4 : digit
}

/** The digit of a slot in a node that is not at the last level. */
export const digitAt = (slot: number): KamtPath => slot.toString(32)

/** How many digits two paths share from `start` on. */
export function sharedDigits(a: KamtPath, b: KamtPath, start: number): number {
  let at = start
  while (at < PATH_LENGTH && a.charCodeAt(at) === b.charCodeAt(at)) at++
  return at - start
}

/** How many digits of `part` stand in `path` from `start` on. */
export function matchedDigits(part: KamtPath, path: KamtPath, start: number): number {
  let at = 0
  while (at < part.length && part.charCodeAt(at) === path.charCodeAt(start + at)) at++
  return at
}

/** The bits of a part, packed from the highest bit of the first byte on; what is left of the last byte is zero. */
export function packDigits(part: KamtPath): Uint8Array {
  const out = new Uint8Array(Math.ceil((part.length * KAMT_BIT_WIDTH) / 8))
  for (let i = 0; i < part.length; i++) {
    const bit = i * KAMT_BIT_WIDTH
    const window = digitOf(part.charCodeAt(i)) << (16 - KAMT_BIT_WIDTH - (bit & 7))
    out[bit >>> 3]! |= window >>> 8
    if ((window & 0xff) !== 0) out[(bit >>> 3) + 1]! |= window & 0xff
  }
  return out
}

/** Reads what `packDigits` writes. @throws DecodeError for lengths that do not fit each other, or the tree. */
export function unpackDigits(bytes: Uint8Array, bits: number): KamtPath {
  if (bits % KAMT_BIT_WIDTH !== 0 || bits >= (PATH_LENGTH - 1) * KAMT_BIT_WIDTH)
    throw new DecodeError(`KAMT extension of ${bits} bits`)
  if (bytes.length * 8 < bits) throw new DecodeError(`${bits} bits in ${bytes.length} bytes`)
  let out = ''
  for (let bit = 0; bit < bits; bit += KAMT_BIT_WIDTH) {
    const at = bit >>> 3
    const window = (bytes[at]! << 8) | (bytes[at + 1] ?? 0)
    out += digitAt((window >>> (16 - KAMT_BIT_WIDTH - (bit & 7))) & 31)
  }
  return out
}

const digitOf = (char: number): number => (char < 58 ? char - 48 : char - 87)
