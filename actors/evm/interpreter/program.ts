/**
 * Code made ready to run: instructions with their arguments, and the blocks they stand in. A block is entered at its start
 * only and left at its end only, so that the stack is looked at, and gas is counted, once for all of it.
 */
import { assert } from '../../../primitives/assert.ts'
import { evmError, EvmExitCode } from '../exit-codes.ts'
import { type CompiledBlock, compileBlock } from './compile.ts'
import { fuse } from './fusion.ts'
import type { Machine } from './machine.ts'
import { observe } from './observe.ts'
import { type Handler, OP, OPCODES } from './opcodes.ts'
import { STACK_LIMIT } from './stack.ts'
import { type Word, wordOf } from './word.ts'

type Emit = (handler: Handler, arg: Word) => void

export interface Program {
  readonly code: Uint8Array
  readonly handlers: readonly Handler[]
  readonly args: readonly Word[]
  readonly blocks: readonly Block[]
  /** Number of the instruction that a jump to a byte goes on with; −1 where nobody may jump to. */
  readonly targets: Int32Array
  /** A block is compiled once it has been run as often. */
  readonly hotAfter: number
}

export interface Block {
  /** Its first byte. */
  readonly start: number
  /** Words that must be on the stack. */
  readonly needs: number
  /** Words by which the stack is higher at most, somewhere in the block. */
  readonly grows: number
  /** Estimate of its gas. */
  readonly gas: number
  /** Number of the instruction behind it. */
  next: number
  /** How often it was run, until it is compiled. */
  runs: number
  compiled: CompiledBlock | undefined
}

/** An instruction of a block before it is put together with its neighbours. */
export interface Instruction {
  readonly op: number
  readonly arg: Word
  /** Its byte in the code. */
  readonly pc: number
}

/** Compiling a block takes as long as running it some hundred times. */
const HOT_RUNS = 400
/** Longer blocks are not compiled: they have no loops in them, and functions of any length take any time to make. */
const MAX_COMPILED = 400

/** Reads code. What can never be reached is left out; every code ends with a STOP. */
export const programOf = (code: Uint8Array): Program => readProgram(code, HOT_RUNS)

/** As `programOf`, for a frame that is watched: every instruction is told of before it runs, and nothing is compiled. */
export const observedProgramOf = (code: Uint8Array): Program =>
  readProgram(code, Infinity, putObserved)

/**
 * As `programOf`, with another number of runs before a block is compiled.
 * @param put - hands on the instructions of a block.
 */
export function readProgram(
  code: Uint8Array,
  hotAfter: number,
  put: (instructions: readonly Instruction[], emit: Emit) => void = putFused,
): Program {
  const handlers: Handler[] = []
  const args: Word[] = []
  const blocks: Block[] = []
  const targets = new Int32Array(code.length).fill(-1)
  const emit: Emit = (handler, arg) => {
    handlers.push(handler)
    args.push(arg)
  }
  for (let pc = 0, reachable = true; pc < code.length;) {
    if (code[pc] === OP.JUMPDEST) {
      targets[pc] = handlers.length
      reachable = true
    } else if (!reachable) {
      pc += lengthAt(code, pc)
      continue
    }
    const block = readBlock(code, pc)
    emit(enterBlock, blocks.length)
    blocks.push(block.block)
    put(block.instructions, emit)
    block.block.next = handlers.length
    pc = block.end
    reachable = block.fallsThrough
  }
  emit(OPCODES[OP.STOP]!.run, 0)
  return { code, handlers, args, blocks, targets, hotAfter }
}

/** What a jump comes to does nothing itself. */
const putFused = (instructions: readonly Instruction[], emit: Emit): void =>
  fuse(
    instructions.filter(({ op }) => op !== OP.JUMPDEST),
    emit,
  )

function putObserved(instructions: readonly Instruction[], emit: Emit): void {
  for (const { op, arg, pc } of instructions) {
    emit(observe, pc)
    emit(OPCODES[op]!.run, arg)
  }
}

interface ReadBlock {
  readonly block: Block
  readonly instructions: readonly Instruction[]
  /** The byte behind it. */
  readonly end: number
  readonly fallsThrough: boolean
}

function readBlock(code: Uint8Array, start: number): ReadBlock {
  const instructions: Instruction[] = []
  let [height, needs, grows, gas, pc] = [0, 0, 0, 0, start]
  for (; pc < code.length; pc += lengthAt(code, pc)) {
    const op = code[pc]!
    if (op === OP.JUMPDEST && pc > start) break
    const { pops, pushes, gas: price, leaves } = OPCODES[op]!
    needs = Math.max(needs, pops - height)
    height += pushes - pops
    grows = Math.max(grows, height)
    gas += price
    instructions.push({ op, arg: argumentAt(code, pc), pc })
    if (leaves === undefined) continue
    const end = pc + lengthAt(code, pc)
    const fallsThrough = leaves === 'for now'
    return { block: newBlock(start, needs, grows, gas), instructions, end, fallsThrough }
  }
  return { block: newBlock(start, needs, grows, gas), instructions, end: pc, fallsThrough: true }
}

const newBlock = (start: number, needs: number, grows: number, gas: number): Block => ({
  start,
  needs,
  grows,
  gas,
  next: 0,
  runs: 0,
  compiled: undefined,
})

/** Bytes of the instruction at `pc`, the word it pushes included. */
function lengthAt(code: Uint8Array, pc: number): number {
  const op = code[pc]!
  return op > OP.PUSH0 && op <= OP.PUSH32 ? op - OP.PUSH0 + 1 : 1
}

function argumentAt(code: Uint8Array, pc: number): Word {
  const op = code[pc]!
  if (op > OP.PUSH0 && op <= OP.PUSH32) {
    const bytes = new Uint8Array(op - OP.PUSH0)
    bytes.set(code.subarray(pc + 1, pc + 1 + bytes.length))
    return wordOf(bytes)
  }
  if (op >= OP.DUP1 && op < OP.SWAP1) return op - OP.DUP1 + 1
  if (op >= OP.SWAP1 && op < OP.LOG0) return op - OP.SWAP1 + 1
  if (op >= OP.LOG0 && op <= OP.LOG4) return op - OP.LOG0
  return op === OP.PC ? pc : 0
}

function enterBlock(m: Machine, number: Word): void {
  const block = m.program.blocks[number as number]!
  if ((m.unpaid += block.gas) > m.credit) m.pay()
  const { sp } = m
  if (sp < block.needs || sp + block.grows > STACK_LIMIT) runChecked(m, block)
  if (block.compiled === undefined && block.runs++ === m.program.hotAfter)
    block.compiled = compiled(m.program, block)
  if (block.compiled !== undefined) block.compiled(m)
}

function compiled({ code, targets }: Program, block: Block): CompiledBlock | undefined {
  const { start, needs, next } = block
  const { instructions } = readBlock(code, start)
  if (instructions.length > MAX_COMPILED) return undefined
  return compileBlock({ instructions, needs, next, targets })
}

/** Runs a block whose stack will not do, up to where that shows. */
function runChecked(m: Machine, block: Block): never {
  const { code } = m.program
  for (let pc = block.start; pc < code.length; pc += lengthAt(code, pc)) {
    const { pops, pushes, run, leaves } = OPCODES[code[pc]!]!
    if (m.sp < pops) throw evmError(EvmExitCode.StackUnderflow, 'stack underflow')
    if (m.sp - pops + pushes > STACK_LIMIT)
      throw evmError(EvmExitCode.StackOverflow, 'stack overflow')
    run(m, argumentAt(code, pc))
    assert(leaves === undefined, 'a block was left whose stack did not do')
  }
  assert(false, 'a block ended whose stack did not do')
}
