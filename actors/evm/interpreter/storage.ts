/** SLOAD, SSTORE, TLOAD, TSTORE. */
import { readOnlyError } from '../exit-codes.ts'
import type { Machine } from './machine.ts'

export function sload(m: Machine): void {
  const top = m.sp - 1
  m.stack[top] = m.system.storage.get(m.stack[top]!)
}

export function tload(m: Machine): void {
  const top = m.sp - 1
  m.stack[top] = m.system.transient.get(m.stack[top]!)
}

export function sstore(m: Machine): void {
  const { stack, system } = m
  const top = (m.sp -= 2)
  if (system.readOnly) throw readOnlyError('store')
  system.storage.set(stack[top + 1]!, stack[top]!)
}

export function tstore(m: Machine): void {
  const { stack, system } = m
  const top = (m.sp -= 2)
  if (system.readOnly) throw readOnlyError('store')
  system.transient.set(stack[top + 1]!, stack[top]!)
}
