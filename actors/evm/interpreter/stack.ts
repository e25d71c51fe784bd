/** POP, PUSH0 to PUSH32, DUP1 to DUP16, SWAP1 to SWAP16, PC, and what a frame's stack may hold. */
import type { Machine } from './machine.ts'
import type { Word } from './word.ts'

/** Words a stack holds at most. */
export const STACK_LIMIT = 1024

export function pop(m: Machine): void {
  m.sp--
}

/** Pushes a word that stands in the code. */
export function push(m: Machine, word: Word): void {
  m.stack[m.sp++] = word
}

/** Pushes the `n`th word from the top, counted from 1. */
export function dup(m: Machine, n: Word): void {
  const { stack, sp } = m
  stack[sp] = stack[sp - (n as number)]!
  m.sp = sp + 1
}

/** Exchanges the top with the `n`th word below it. */
export function swap(m: Machine, n: Word): void {
  const { stack } = m
  const top = m.sp - 1
  const word = stack[top]!
  stack[top] = stack[top - (n as number)]!
  stack[top - (n as number)] = word
}
