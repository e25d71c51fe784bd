/** MLOAD, MSTORE, MSTORE8, MSIZE, MCOPY, KECCAK256, and what copies into memory from the frame's own data. */
import { keccak256 } from '../../../primitives/crypto/hash.ts'
import { evmError, EvmExitCode } from '../exit-codes.ts'
import type { Machine } from './machine.ts'
import { readWord, type Word, wordOf, writeWord } from './word.ts'

const WORD = 32
/** Estimates per byte and per word. */
const GAS_PER_HASHED_BYTE = 33
const GAS_PER_COPIED_BYTE = 0.4

export function mload(m: Machine): void {
  const { stack, memory } = m
  const top = m.sp - 1
  const at = memory.region(stack[top]!, WORD)
  stack[top] = readWord(memory.view, at)
}

export function mstore(m: Machine): void {
  const { stack, memory } = m
  const top = (m.sp -= 2)
  const at = memory.region(stack[top + 1]!, WORD)
  writeWord(memory.view, at, stack[top]!)
}

export function mstore8(m: Machine): void {
  const { stack, memory } = m
  const top = (m.sp -= 2)
  const at = memory.region(stack[top + 1]!, 1)
  const word = stack[top]!
  memory.bytes[at] = typeof word === 'number' ? word % 256 : Number(BigInt.asUintN(8, word))
}

export function msize(m: Machine): void {
  m.stack[m.sp++] = m.memory.size
}

export function mcopy(m: Machine): void {
  const { stack, memory } = m
  const top = (m.sp -= 3)
  const size = stack[top]!
  if (size === 0) return
  const from = memory.region(stack[top + 1]!, size)
  const to = memory.region(stack[top + 2]!, size)
  m.unpaid += GAS_PER_COPIED_BYTE * (size as number)
  memory.bytes.copyWithin(to, from, from + (size as number))
}

export function hash(m: Machine): void {
  const { stack, memory } = m
  const top = --m.sp
  const size = stack[top - 1]!
  const start = memory.region(stack[top]!, size)
  m.unpaid += GAS_PER_HASHED_BYTE * (size as number)
  const data = memory.bytes.subarray(start, start + (size as number))
  stack[top - 1] = wordOf(keccak256(data))
}

export function calldataload(m: Machine): void {
  const { stack, inputView } = m
  const top = m.sp - 1
  const at = stack[top]!
  const length = inputView.byteLength
  if (typeof at !== 'number' || at >= length) stack[top] = 0
  else if (at + WORD <= length) stack[top] = readWord(inputView, at)
  else {
    const padded = new Uint8Array(WORD)
    padded.set(m.input.data.subarray(at))
    stack[top] = wordOf(padded)
  }
}

export function calldatasize(m: Machine): void {
  m.stack[m.sp++] = m.input.data.length
}

export function codesize(m: Machine): void {
  m.stack[m.sp++] = m.program.code.length
}

export function returndatasize(m: Machine): void {
  m.stack[m.sp++] = m.returnData.length
}

export function calldatacopy(m: Machine): void {
  copyIn(m, m.input.data)
}

export function codecopy(m: Machine): void {
  copyIn(m, m.program.code)
}

/** Takes target, source offset and size from the stack; beyond the end there are zeros. */
export function copyIn(m: Machine, data: Uint8Array): void {
  const { stack } = m
  const top = (m.sp -= 3)
  const size = stack[top]!
  m.memory.write(stack[top + 2]!, size, data, stack[top + 1]!, true)
  m.unpaid += GAS_PER_COPIED_BYTE * (size as number)
}

/** Beyond the end there is nothing: exit 38, also where no byte is asked for. */
export function returndatacopy(m: Machine): void {
  const { stack, memory, returnData } = m
  const top = (m.sp -= 3)
  const [size, from] = [stack[top]!, stack[top + 1]!]
  const start = memory.region(stack[top + 2]!, size)
  const within = typeof from === 'number' && from + (size as number) <= returnData.length
  if (!within)
    throw evmError(EvmExitCode.IllegalMemoryAccess, 'returndatacopy exceeds the return data')
  m.unpaid += GAS_PER_COPIED_BYTE * (size as number)
  memory.bytes.set(returnData.subarray(from, from + (size as number)), start)
}

/** The bytes of a region, not copied. */
export function regionOf(m: Machine, offset: Word, size: Word): Uint8Array {
  const start = m.memory.region(offset, size)
  return m.memory.bytes.subarray(start, start + (size as number))
}
