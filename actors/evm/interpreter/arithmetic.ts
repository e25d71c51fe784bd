/** ADD, MUL, SUB, DIV, SDIV, MOD, SMOD, ADDMOD, MULMOD, EXP, SIGNEXTEND. */
import type { Machine } from './machine.ts'
import {
  isNegative,
  MAX_SMALL,
  MAX_U256,
  signed,
  small,
  TWO_256,
  type Word,
  wrapped,
} from './word.ts'

/** Estimate: each bit is a multiplication or two. */
const GAS_PER_EXPONENT_BIT = 600

/** a + b modulo 2²⁵⁶; so are all results here. */
export function sumOf(a: Word, b: Word): Word {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    return sum <= MAX_SMALL ? sum : BigInt(a) + BigInt(b)
  }
  const sum = BigInt(a) + BigInt(b)
  return sum <= MAX_U256 ? sum : small(sum - TWO_256)
}

export function differenceOf(a: Word, b: Word): Word {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    return difference >= 0 ? difference : TWO_256 + BigInt(difference)
  }
  const difference = BigInt(a) - BigInt(b)
  return difference >= 0n ? small(difference) : small(TWO_256 + difference)
}

export function productOf(a: Word, b: Word): Word {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (product <= MAX_SMALL) return product
  }
  const product = BigInt(a) * BigInt(b)
  return product <= MAX_U256 ? small(product) : wrapped(product)
}

/** ⌊a / b⌋, 0 for a division by 0. */
export function quotientOf(a: Word, b: Word): Word {
  if (b === 0) return 0
  if (typeof a === 'number') return typeof b === 'number' ? (a - (a % b)) / b : 0
  return small(a / BigInt(b))
}

/** The remainder of a / b, 0 for a division by 0. */
export function remainderOf(a: Word, b: Word): Word {
  if (b === 0) return 0
  if (typeof a === 'number') return typeof b === 'number' ? a % b : a
  return small(a % BigInt(b))
}

/** base ^ power. */
export function powerOf(base: Word, power: Word): Word {
  if (power === 0 || base === 1) return 1
  if (base === 0) return 0
  if (base === 2) return typeof power === 'number' && power < 256 ? small(1n << BigInt(power)) : 0
  let [result, factor, rest] = [1n, BigInt(base), BigInt(power)]
  while (rest > 0n) {
    if (rest & 1n) result = (result * factor) & MAX_U256
    rest >>= 1n
    if (rest > 0n) factor = (factor * factor) & MAX_U256
  }
  return small(result)
}

/** The word whose byte `at`, counted from the lowest, gives the sign of all above. */
export function signExtended(at: Word, word: Word): Word {
  if (typeof at !== 'number' || at > 30) return word
  return wrapped(BigInt.asIntN(8 * at + 8, BigInt(word)))
}

export function add(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  const a = stack[top]!
  const b = stack[top - 1]!
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (sum <= MAX_SMALL) {
      stack[top - 1] = sum
      return
    }
  }
  stack[top - 1] = sumOf(a, b)
}

export function sub(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = differenceOf(stack[top]!, stack[top - 1]!)
}

export function mul(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = productOf(stack[top]!, stack[top - 1]!)
}

export function div(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = quotientOf(stack[top]!, stack[top - 1]!)
}

export function mod(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = remainderOf(stack[top]!, stack[top - 1]!)
}

export function sdiv(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  const [a, b] = [stack[top]!, stack[top - 1]!]
  const plain = !isNegative(a) && !isNegative(b)
  stack[top - 1] = plain ? quotientOf(a, b) : b === 0 ? 0 : wrapped(signed(a) / signed(b))
}

export function smod(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  const [a, b] = [stack[top]!, stack[top - 1]!]
  const plain = !isNegative(a) && !isNegative(b)
  stack[top - 1] = plain ? remainderOf(a, b) : b === 0 ? 0 : wrapped(signed(a) % signed(b))
}

export function addmod(m: Machine): void {
  const { stack } = m
  const top = (m.sp -= 2)
  const [c, b, a] = [stack[top - 1]!, stack[top]!, stack[top + 1]!]
  stack[top - 1] = c === 0 ? 0 : small((BigInt(a) + BigInt(b)) % BigInt(c))
}

export function mulmod(m: Machine): void {
  const { stack } = m
  const top = (m.sp -= 2)
  const [c, b, a] = [stack[top - 1]!, stack[top]!, stack[top + 1]!]
  stack[top - 1] = c === 0 ? 0 : small((BigInt(a) * BigInt(b)) % BigInt(c))
}

export function exp(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  const power = stack[top - 1]!
  m.unpaid += power === 0 ? 0 : GAS_PER_EXPONENT_BIT * power.toString(2).length
  stack[top - 1] = powerOf(stack[top]!, power)
}

export function signextend(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = signExtended(stack[top]!, stack[top - 1]!)
}
