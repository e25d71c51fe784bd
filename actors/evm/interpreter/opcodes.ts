/**
 * The instructions: what each takes from the stack and puts there, what it costs, and what it does. Gas is an estimate of
 * what the released actor's code costs on the machine below (docs/decisions/gas-estimate.md); Ethereum's gas does not exist.
 */
import * as arithmetic from './arithmetic.ts'
import * as bitwise from './bitwise.ts'
import * as calls from './calls.ts'
import * as comparison from './comparison.ts'
import * as context from './context.ts'
import * as control from './control.ts'
import * as create from './create.ts'
import * as external from './external.ts'
import { log } from './log.ts'
import type { Machine } from './machine.ts'
import * as memory from './memory-access.ts'
import * as stack from './stack.ts'
import * as storage from './storage.ts'
import type { Word } from './word.ts'

/** Runs an instruction; the argument is what stands in the code, or follows from the opcode. */
export type Handler = (m: Machine, arg: Word) => void

export interface Opcode {
  readonly pops: number
  readonly pushes: number
  readonly gas: number
  readonly run: Handler
  /** Set where a block ends: for good, or for now, to come back. */
  readonly leaves?: 'for good' | 'for now'
}

/** Opcodes that are more to a reader of code than a number in the table. */
export const OP = {
  STOP: 0x00,
  ADD: 0x01,
  MUL: 0x02,
  SUB: 0x03,
  DIV: 0x04,
  MOD: 0x06,
  SIGNEXTEND: 0x0b,
  LT: 0x10,
  GT: 0x11,
  SLT: 0x12,
  SGT: 0x13,
  EQ: 0x14,
  ISZERO: 0x15,
  AND: 0x16,
  OR: 0x17,
  XOR: 0x18,
  NOT: 0x19,
  BYTE: 0x1a,
  SHL: 0x1b,
  SHR: 0x1c,
  SAR: 0x1d,
  POP: 0x50,
  MLOAD: 0x51,
  MSTORE: 0x52,
  JUMP: 0x56,
  JUMPI: 0x57,
  PC: 0x58,
  JUMPDEST: 0x5b,
  PUSH0: 0x5f,
  PUSH32: 0x7f,
  DUP1: 0x80,
  SWAP1: 0x90,
  LOG0: 0xa0,
  LOG4: 0xa4,
} as const

/** Estimates, in gas: fitted to recorded messages of the released actor. */
const CHEAP = 500
const PLAIN = 1250
const JUMP = 1100
const ACCESS = 1450
const COPY = 10_000
const PRODUCT = 2500
const DIVISION = 6500
const LONG_DIVISION = 14_000
const SYSCALL = 15_000
const LOOKUP = 60_000
const CALL = 150_000
const READ = 180_000
const WRITE = 30_000
const LOG = 300_000

const op = (pops: number, pushes: number, gas: number, run: Handler): Opcode => ({
  pops,
  pushes,
  gas,
  run,
})
const waits = (pops: number, pushes: number, gas: number, run: Handler): Opcode => ({
  ...op(pops, pushes, gas, run),
  leaves: 'for now',
})
const ends = (pops: number, gas: number, run: Handler): Opcode => ({
  ...op(pops, 0, gas, run),
  leaves: 'for good',
})

const ARITHMETIC: Readonly<Record<number, Opcode>> = {
  0x01: op(2, 1, PLAIN, arithmetic.add),
  0x02: op(2, 1, PRODUCT, arithmetic.mul),
  0x03: op(2, 1, PLAIN, arithmetic.sub),
  0x04: op(2, 1, DIVISION, arithmetic.div),
  0x05: op(2, 1, DIVISION, arithmetic.sdiv),
  0x06: op(2, 1, DIVISION, arithmetic.mod),
  0x07: op(2, 1, DIVISION, arithmetic.smod),
  0x08: op(3, 1, LONG_DIVISION, arithmetic.addmod),
  0x09: op(3, 1, LONG_DIVISION, arithmetic.mulmod),
  0x0a: op(2, 1, PRODUCT, arithmetic.exp),
  0x0b: op(2, 1, PLAIN, arithmetic.signextend),
  0x10: op(2, 1, PLAIN, comparison.lt),
  0x11: op(2, 1, PLAIN, comparison.gt),
  0x12: op(2, 1, PLAIN, comparison.slt),
  0x13: op(2, 1, PLAIN, comparison.sgt),
  0x14: op(2, 1, PLAIN, comparison.eq),
  0x15: op(1, 1, PLAIN, comparison.iszero),
  0x16: op(2, 1, PLAIN, bitwise.and),
  0x17: op(2, 1, PLAIN, bitwise.or),
  0x18: op(2, 1, PLAIN, bitwise.xor),
  0x19: op(1, 1, PLAIN, bitwise.not),
  0x1a: op(2, 1, PLAIN, bitwise.byte),
  0x1b: op(2, 1, PLAIN, bitwise.shl),
  0x1c: op(2, 1, PLAIN, bitwise.shr),
  0x1d: op(2, 1, PLAIN, bitwise.sar),
  0x1e: op(1, 1, PLAIN, bitwise.clz),
}

const CONTEXT: Readonly<Record<number, Opcode>> = {
  0x30: op(0, 1, PLAIN, context.address),
  0x31: op(1, 1, 2 * SYSCALL, context.balance),
  0x32: op(0, 1, 2 * SYSCALL, context.origin),
  0x33: op(0, 1, PLAIN, context.caller),
  0x34: op(0, 1, PLAIN, context.callvalue),
  0x3a: op(0, 1, 2 * SYSCALL, context.gasprice),
  0x3b: waits(1, 1, LOOKUP, external.extcodesize),
  0x3c: waits(4, 0, LOOKUP, external.extcodecopy),
  0x3f: waits(1, 1, LOOKUP, external.extcodehash),
  0x40: op(1, 1, SYSCALL, context.blockhash),
  0x41: op(0, 1, PLAIN, context.coinbase),
  0x42: op(0, 1, SYSCALL, context.timestamp),
  0x43: op(0, 1, SYSCALL, context.number),
  0x44: op(0, 1, SYSCALL, context.prevrandao),
  0x45: op(0, 1, PLAIN, context.gaslimit),
  0x46: op(0, 1, SYSCALL, context.chainid),
  0x47: op(0, 1, SYSCALL, context.selfbalance),
  0x48: op(0, 1, SYSCALL, context.basefee),
}

const MEMORY: Readonly<Record<number, Opcode>> = {
  0x20: op(2, 1, SYSCALL, memory.hash),
  0x35: op(1, 1, ACCESS, memory.calldataload),
  0x36: op(0, 1, PLAIN, memory.calldatasize),
  0x37: op(3, 0, COPY, memory.calldatacopy),
  0x38: op(0, 1, PLAIN, memory.codesize),
  0x39: op(3, 0, COPY, memory.codecopy),
  0x3d: op(0, 1, PLAIN, memory.returndatasize),
  0x3e: op(3, 0, COPY, memory.returndatacopy),
  0x51: op(1, 1, ACCESS, memory.mload),
  0x52: op(2, 0, ACCESS, memory.mstore),
  0x53: op(2, 0, ACCESS, memory.mstore8),
  0x54: op(1, 1, READ, storage.sload),
  0x55: op(2, 0, WRITE, storage.sstore),
  0x59: op(0, 1, PLAIN, memory.msize),
  0x5c: op(1, 1, READ, storage.tload),
  0x5d: op(2, 0, WRITE, storage.tstore),
  0x5e: op(3, 0, COPY, memory.mcopy),
}

const CONTROL: Readonly<Record<number, Opcode>> = {
  0x00: ends(0, 0, control.stop),
  0x50: op(1, 0, CHEAP, stack.pop),
  0x56: ends(1, JUMP, control.jump),
  0x57: waits(2, 0, JUMP, control.jumpi),
  0x58: op(0, 1, CHEAP, stack.push),
  0x5a: op(0, 1, SYSCALL, control.gas),
  0x5b: op(0, 0, CHEAP, () => {}),
  0xf0: waits(3, 1, CALL, create.create),
  0xf1: waits(7, 1, CALL, calls.call),
  0xf3: ends(2, CALL, control.ret),
  0xf4: waits(6, 1, CALL, calls.delegatecall),
  0xf5: waits(4, 1, CALL, create.create2),
  0xfa: waits(6, 1, CALL, calls.staticcall),
  0xfd: ends(2, CALL, control.revert),
  0xfe: ends(0, 0, control.invalid),
  0xff: ends(1, LOOKUP, create.selfdestruct),
}

const UNDEFINED = ends(0, 0, control.undefinedInstruction)

/** By opcode. */
export const OPCODES: readonly Opcode[] = Array.from({ length: 256 }, (_, i) => {
  if (i >= OP.PUSH0 && i <= OP.PUSH32) return op(0, 1, CHEAP, stack.push)
  if (i >= OP.DUP1 && i < OP.SWAP1) return op(i - OP.DUP1 + 1, i - OP.DUP1 + 2, CHEAP, stack.dup)
  if (i >= OP.SWAP1 && i < OP.LOG0) return op(i - OP.SWAP1 + 2, i - OP.SWAP1 + 2, CHEAP, stack.swap)
  if (i >= OP.LOG0 && i <= OP.LOG4) return op(i - OP.LOG0 + 2, 0, LOG, log)
  return ARITHMETIC[i] ?? CONTEXT[i] ?? MEMORY[i] ?? CONTROL[i] ?? UNDEFINED
})
