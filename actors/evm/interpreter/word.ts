/**
 * Words of the machine: 256-bit integers without sign. Most that a contract handles are small, and a BigInt costs an
 * allocation for every step, so a word below 2⁵³ is a number and every other one a BigInt. The form is unique: two words
 * are equal exactly when `===` says so.
 */
import { MAX_U256 } from '../../../primitives/u256.ts'

export type Word = number | bigint

export { MAX_U256 }
export const TWO_256 = 1n << 256n
export const SIGN_BIT = 1n << 255n
const TWO_53 = 1n << 53n
/** Words up to here are numbers. */
export const MAX_SMALL = Number.MAX_SAFE_INTEGER

/** The word of a BigInt from 0 to 2²⁵⁶ − 1. */
export const small = (value: bigint): Word => (value < TWO_53 ? Number(value) : value)

/** The word of any integer, modulo 2²⁵⁶. */
export const wrapped = (value: bigint): Word => small(value & MAX_U256)

/** A word as the integer in two's complement. */
export function signed(word: Word): bigint {
  if (typeof word === 'number') return BigInt(word)
  return word >= SIGN_BIT ? word - TWO_256 : word
}

/** Whether the word is negative in two's complement. */
export const isNegative = (word: Word): boolean => typeof word === 'bigint' && word >= SIGN_BIT

/** Reads 32 bytes, big-endian. */
export function readWord(view: DataView, at: number): Word {
  const low = view.getUint32(at + 28)
  const next = view.getUint32(at + 24)
  if (
    next < 0x200000 &&
    (view.getUint32(at) |
      view.getUint32(at + 4) |
      view.getUint32(at + 8) |
      view.getUint32(at + 12) |
      view.getUint32(at + 16) |
      view.getUint32(at + 20)) ===
      0
  )
    return next * 0x100000000 + low
  return readBig(view, at)
}

function readBig(view: DataView, at: number): bigint {
  const [high, low] = [
    (view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8),
    (view.getBigUint64(at + 16) << 64n) | view.getBigUint64(at + 24),
  ]
  return (high << 128n) | low
}

/** Writes 32 bytes, big-endian. */
export function writeWord(view: DataView, at: number, word: Word): void {
  if (typeof word === 'number') {
    view.setUint32(at, 0)
    view.setUint32(at + 4, 0)
    view.setUint32(at + 8, 0)
    view.setUint32(at + 12, 0)
    view.setUint32(at + 16, 0)
    view.setUint32(at + 20, 0)
    view.setUint32(at + 24, word / 0x100000000)
    view.setUint32(at + 28, word)
    return
  }
  view.setBigUint64(at, word >> 192n)
  view.setBigUint64(at + 8, word >> 128n)
  view.setBigUint64(at + 16, word >> 64n)
  view.setBigUint64(at + 24, word)
}

const scratch = new Uint8Array(32)
const scratchView = new DataView(scratch.buffer)

/** 32 bytes, big-endian. */
export function wordBytes(word: Word): Uint8Array {
  writeWord(scratchView, 0, word)
  return scratch.slice()
}

/** The word of up to 32 big-endian bytes. */
export function wordOf(bytes: Uint8Array): Word {
  scratch.fill(0, 0, 32 - bytes.length)
  scratch.set(bytes, 32 - bytes.length)
  return readWord(scratchView, 0)
}

/** The lower 20 bytes. */
export function addressBytes(word: Word): Uint8Array {
  writeWord(scratchView, 0, word)
  return scratch.slice(12)
}
