/** AND, OR, XOR, NOT, BYTE, SHL, SHR, SAR, CLZ. */
import type { Machine } from './machine.ts'
import { isNegative, MAX_SMALL, MAX_U256, signed, small, type Word, wrapped } from './word.ts'

/** Numbers up to here go through the operators of 32-bit integers. */
const MAX_INT32 = 0x7fffffff
const WORD_BITS = 256

/** Shift distances as BigInts, made once. */
const BITS: readonly bigint[] = Array.from({ length: WORD_BITS }, (_, i) => BigInt(i))
/** 2^i as numbers, as far as they are small. */
const POWERS: readonly number[] = Array.from({ length: 53 }, (_, i) => 2 ** i)

export function conjunction(a: Word, b: Word): Word {
  if (typeof a === 'number') {
    if (typeof b === 'number' && a <= MAX_INT32 && b <= MAX_INT32) return a & b
    return Number(BigInt(a) & BigInt.asUintN(64, BigInt(b)))
  }
  if (typeof b === 'number') return Number(BigInt.asUintN(64, a) & BigInt(b))
  return small(a & b)
}

export function disjunction(a: Word, b: Word): Word {
  if (typeof a === 'number' && typeof b === 'number') {
    if (a <= MAX_INT32 && b <= MAX_INT32) return a | b
    return Number(BigInt(a) | BigInt(b))
  }
  return BigInt(a) | BigInt(b)
}

export function exclusive(a: Word, b: Word): Word {
  if (typeof a === 'number' && typeof b === 'number' && a <= MAX_INT32 && b <= MAX_INT32)
    return a ^ b
  return small(BigInt(a) ^ BigInt(b))
}

export const complement = (a: Word): Word => small(MAX_U256 ^ BigInt(a))

export function shiftedLeft(distance: Word, word: Word): Word {
  if (word === 0 || typeof distance !== 'number' || distance >= WORD_BITS) return 0
  if (typeof word === 'number' && distance < 53) {
    const shifted = word * POWERS[distance]!
    if (shifted <= MAX_SMALL) return shifted
  }
  return wrapped(BigInt(word) << BITS[distance]!)
}

export function shiftedRight(distance: Word, word: Word): Word {
  if (typeof distance !== 'number' || distance >= WORD_BITS) return 0
  if (typeof word === 'bigint') return small(word >> BITS[distance]!)
  return distance < 53 ? Math.floor(word / POWERS[distance]!) : 0
}

/** Shifted right with copies of the sign. */
export function shiftedSigned(distance: Word, word: Word): Word {
  if (!isNegative(word)) return shiftedRight(distance, word)
  if (typeof distance !== 'number' || distance >= WORD_BITS) return MAX_U256
  return wrapped(signed(word) >> BITS[distance]!)
}

/** Byte `at`, counted from the highest. */
export function byteOf(at: Word, word: Word): Word {
  if (typeof at !== 'number' || at > 31) return 0
  if (typeof word === 'bigint') return Number(BigInt.asUintN(8, word >> BITS[248 - 8 * at]!))
  return at < 25 ? 0 : Math.floor(word / POWERS[248 - 8 * at]!) & 0xff
}

/** Zero bits before the first one; 256 for 0. */
export function leadingZeros(word: Word): number {
  if (word === 0) return WORD_BITS
  return WORD_BITS - word.toString(2).length
}

export function and(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = conjunction(stack[top]!, stack[top - 1]!)
}

export function or(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = disjunction(stack[top]!, stack[top - 1]!)
}

export function xor(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = exclusive(stack[top]!, stack[top - 1]!)
}

export function not(m: Machine): void {
  m.stack[m.sp - 1] = complement(m.stack[m.sp - 1]!)
}

export function byte(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = byteOf(stack[top]!, stack[top - 1]!)
}

export function shl(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = shiftedLeft(stack[top]!, stack[top - 1]!)
}

export function shr(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = shiftedRight(stack[top]!, stack[top - 1]!)
}

export function sar(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = shiftedSigned(stack[top]!, stack[top - 1]!)
}

export function clz(m: Machine): void {
  m.stack[m.sp - 1] = leadingZeros(m.stack[m.sp - 1]!)
}
