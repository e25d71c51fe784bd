/** Indices of an AMT: integers below 2⁶⁴ − 1, kept as numbers below 2⁵³ and as bigints from there on. */

export type Index = number | bigint

const MAX_SAFE = Number.MAX_SAFE_INTEGER
const MAX_INDEX = (1n << 64n) - 2n
const POWERS = Array.from({ length: 53 }, (_, i) => 2 ** i)

/** An index in the form it is kept in. @throws RangeError unless it is an integer from 0 to 2⁶⁴ − 2. */
export function toIndex(i: Index): Index {
  if (typeof i === 'number') {
    if (Number.isSafeInteger(i) && i >= 0) return i
  } else if (i >= 0n && i <= MAX_INDEX) return i <= MAX_SAFE ? Number(i) : i
  throw new RangeError(`AMT index ${i}`)
}

/** Slot of the index in a node whose slots cover 2^`shift` indices each. */
export function slotOf(i: Index, shift: number, bitWidth: number): number {
  if (typeof i === 'bigint') return Number((i >> BigInt(shift)) & ((1n << BigInt(bitWidth)) - 1n))
  if (i <= 0x7fffffff) return shift < 31 ? (i >>> shift) & ((1 << bitWidth) - 1) : 0
  return shift < 53 ? Math.floor(i / POWERS[shift]!) % (1 << bitWidth) : 0
}

/** True when the index is below 2^`bits`. */
export function isBelow(i: Index, bits: number): boolean {
  return typeof i === 'bigint' ? i >> BigInt(bits) === 0n : bits >= 53 || i < POWERS[bits]!
}

/** First index covered by a slot of a node that starts at `base`. */
export function childBase(base: Index, slot: number, shift: number): Index {
  if (typeof base === 'number' && shift < 53) {
    const sum = base + slot * POWERS[shift]!
    if (sum <= MAX_SAFE) return sum
  }
  const sum = BigInt(base) + (BigInt(slot) << BigInt(shift))
  return sum <= MAX_SAFE ? Number(sum) : sum
}

/** The index as a number. @throws RangeError from 2⁵³ on. */
export function toNumber(i: Index): number {
  if (typeof i === 'number') return i
  throw new RangeError(`AMT index ${i} does not fit a number`)
}
