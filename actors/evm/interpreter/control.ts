/** STOP, JUMP, JUMPI, RETURN, REVERT, INVALID, what is no instruction, and GAS. */
import { evmError, EvmExitCode } from '../exit-codes.ts'
import type { Machine } from './machine.ts'
import type { Word } from './word.ts'

export function stop(m: Machine): void {
  m.running = false
}

export function ret(m: Machine): void {
  const { stack } = m
  const top = (m.sp -= 2)
  m.output = m.memory.read(stack[top + 1]!, stack[top]!)
  m.running = false
}

export function revert(m: Machine): void {
  ret(m)
  m.reverted = true
}

export function invalid(): never {
  throw evmError(EvmExitCode.InvalidInstruction, 'invalid instruction')
}

export function undefinedInstruction(): never {
  throw evmError(EvmExitCode.UndefinedInstruction, 'undefined instruction')
}

export function jump(m: Machine): void {
  jumpTo(m, m.stack[--m.sp]!)
}

export function jumpi(m: Machine): void {
  const { stack } = m
  const top = (m.sp -= 2)
  if (stack[top] !== 0) jumpTo(m, stack[top + 1]!)
}

/** PUSH, JUMP. */
export function jumpTo(m: Machine, target: Word): void {
  const at = m.program.targets[target as number]
  if (at === undefined || at < 0)
    throw evmError(EvmExitCode.BadJumpDestination, `jumpdest ${target} is invalid`)
  m.pc = at
}

/** PUSH, JUMPI. */
export function jumpToIf(m: Machine, target: Word): void {
  if (m.stack[--m.sp] !== 0) jumpTo(m, target)
}

/** ISZERO, PUSH, JUMPI. */
export function jumpToUnless(m: Machine, target: Word): void {
  if (m.stack[--m.sp] === 0) jumpTo(m, target)
}

/** What is left of the message's gas for this frame. */
export function gas(m: Machine): void {
  m.pay()
  m.stack[m.sp++] = Number(m.system.rt.gasAvailable())
}
