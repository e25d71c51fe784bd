/** LT, GT, SLT, SGT, EQ, ISZERO. */
import type { Machine } from './machine.ts'
import { isNegative, type Word } from './word.ts'

/** Whether a < b; a small word is less than any that is not. */
export function isLess(a: Word, b: Word): boolean {
  if (typeof a === 'number') return typeof b === 'number' ? a < b : true
  return typeof b === 'number' ? false : a < b
}

/** Whether a < b in two's complement: negative words are the largest without sign. */
export function isLessSigned(a: Word, b: Word): boolean {
  const [aNegative, bNegative] = [isNegative(a), isNegative(b)]
  return aNegative === bNegative ? isLess(a, b) : aNegative
}

export function lt(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = isLess(stack[top]!, stack[top - 1]!) ? 1 : 0
}

export function gt(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = isLess(stack[top - 1]!, stack[top]!) ? 1 : 0
}

export function slt(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = isLessSigned(stack[top]!, stack[top - 1]!) ? 1 : 0
}

export function sgt(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = isLessSigned(stack[top - 1]!, stack[top]!) ? 1 : 0
}

export function eq(m: Machine): void {
  const { stack } = m
  const top = --m.sp
  stack[top - 1] = stack[top] === stack[top - 1] ? 1 : 0
}

export function iszero(m: Machine): void {
  m.stack[m.sp - 1] = m.stack[m.sp - 1] === 0 ? 1 : 0
}
