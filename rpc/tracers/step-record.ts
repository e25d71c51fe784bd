/**
 * Instructions of a message, written down small: of a stack the words that are new, of memory the bytes that changed. What stood
 * there is put together again as the record is read, one instruction after the other.
 */
import type { EvmStep } from '../../actors/evm/interpreter/observe.ts'
import { OPCODES } from '../../actors/evm/interpreter/opcodes.ts'
import { toHex } from '../../primitives/bytes.ts'

type Word = number | bigint

/** What is known of the frame when an instruction is about to run. Arrays are the reader's to keep. */
export interface RecordedStep {
  readonly pc: number
  readonly op: number
  readonly gas: number
  readonly gasCost: number
  /** 1 for the frame that the message calls. */
  readonly depth: number
  /** Words as `0x` and digits, the top one last; undefined where stacks are not recorded. */
  readonly stack: string[] | undefined
  readonly memory: string[] | undefined
  /** Of SLOAD and SSTORE: words of the contract that were read or written so far, by slot. */
  readonly storage: Record<string, string> | undefined
}

export interface RecordOptions {
  readonly withStack: boolean
  readonly withMemory: boolean
  readonly withStorage: boolean
}

const SLOAD = 0x54
const SSTORE = 0x55
const DUP1 = 0x80
const DUP16 = 0x8f
const WORD = 32
const FIELDS = 4
const STEPS_IN_CHUNK = 1 << 14

/** How much is recorded, of each: together not much more than 500 MB. */
export const ROOM = {
  steps: 6_000_000,
  words: 16_000_000,
  patches: 1_000_000,
  patchedBytes: 128 * 1024 * 1024,
}

/** Bytes of memory from `at` on that an instruction left behind. */
interface Patch {
  readonly step: number
  readonly size: number
  readonly at: number
  readonly bytes: Uint8Array
}

interface SlotAccess {
  readonly step: number
  readonly contract: string
  readonly slot: string
  /** Undefined for a read whose frame ended with it. */
  value: string | undefined
}

/** A contract's frame that is open: frames of native actors may lie between two. */
interface Frame {
  readonly calls: number
  /** Words that its last instruction leaves on top. */
  pushed: number
  memory: Uint8Array
  size: number
}

export class StepRecord {
  readonly #options: RecordOptions
  readonly #room: Readonly<typeof ROOM>
  readonly #chunks: Float64Array[] = []
  readonly #words: Word[] = []
  readonly #patches: Patch[] = []
  readonly #slots: SlotAccess[] = []
  readonly #frames: Frame[] = []
  #patchedBytes = 0
  #count = 0
  /** A read whose word is on the stack before the next instruction of its frame. */
  #read: { readonly access: SlotAccess; readonly frame: Frame } | undefined

  constructor(options: RecordOptions, room: Readonly<typeof ROOM> = ROOM) {
    this.#options = options
    this.#room = room
  }

  get count(): number {
    return this.#count
  }

  /** Whether there is room for another instruction. */
  get hasRoom(): boolean {
    const { steps, words, patches, patchedBytes } = this.#room
    return (
      this.#count < steps &&
      this.#words.length < words &&
      this.#patches.length < patches &&
      this.#patchedBytes < patchedBytes
    )
  }

  /** @param calls - calls that are open. */
  add(step: EvmStep, calls: number): void {
    const { withStack, withMemory, withStorage } = this.#options
    const [frame, isOpened] = this.#enter(step, calls)
    if (withStorage) this.#noteStorage(step, frame)
    if (withStack) {
      const from = step.height - Math.min(frame.pushed, step.height)
      for (let i = from; i < step.height; i++) this.#words.push(step.stack[i]!)
    }
    if (withMemory) this.#noteMemory(step, frame)
    this.#write(step, isOpened)
    frame.pushed = pushedBy(step.op)
  }

  /** The word of the last read, where the message ran on in its frame. */
  finishRead({ stack, height }: EvmStep, calls: number): void {
    const read = this.#read
    this.#read = undefined
    if (read && read.frame.calls === calls && height > 0)
      read.access.value = word(stack[height - 1]!)
  }

  /** All instructions in order. */
  *steps(): Generator<RecordedStep, void, undefined> {
    const { withStack, withMemory } = this.#options
    const frames: { stack: string[]; memory: Uint8Array; size: number }[] = []
    const storage = new Map<string, Record<string, string>>()
    let [words, patches, slots] = [0, 0, 0]
    for (let i = 0; i < this.#count; i++) {
      const { pc, op, gas, gasCost, depth, height, pushed, isOpened } = this.#fieldsOf(i)
      frames.length = Math.min(frames.length, isOpened ? depth - 1 : depth)
      if (isOpened) frames.push({ stack: [], memory: new Uint8Array(), size: 0 })
      const frame = frames[depth - 1]!
      if (withStack) {
        frame.stack.length = height - pushed
        for (let n = 0; n < pushed; n++) frame.stack.push(`0x${this.#words[words++]!.toString(16)}`)
      }
      for (; this.#patches[patches]?.step === i; patches++) apply(this.#patches[patches]!, frame)
      const access = this.#slots[slots]?.step === i ? this.#slots[slots++] : undefined
      yield {
        pc,
        op,
        gas,
        gasCost,
        depth,
        stack: withStack ? frame.stack.slice() : undefined,
        memory: withMemory ? wordsOf(frame.memory.subarray(0, frame.size)) : undefined,
        storage: access && known(storage, access),
      }
    }
  }

  /** The frame of an instruction, and whether it is its first. */
  #enter({ pc, height }: EvmStep, calls: number): [Frame, isOpened: boolean] {
    const frames = this.#frames
    while (frames.length > 0 && frames.at(-1)!.calls > calls) frames.pop()
    const top = frames.at(-1)
    if (top?.calls === calls) {
      // Of two contracts that a native actor calls, the second begins where the first ended.
      if (pc !== 0 || height !== 0) return [top, false]
      frames.pop()
    }
    const frame: Frame = { calls, pushed: 0, memory: new Uint8Array(), size: 0 }
    frames.push(frame)
    return [frame, true]
  }

  #write({ pc, op, gas, gasCost, height }: EvmStep, isOpened: boolean): void {
    const at = (this.#count % STEPS_IN_CHUNK) * FIELDS
    if (at === 0) this.#chunks.push(new Float64Array(STEPS_IN_CHUNK * FIELDS))
    const chunk = this.#chunks.at(-1)!
    const { pushed } = this.#frames.at(-1)!
    chunk[at] = pc * 2 + Number(isOpened)
    chunk[at + 1] = gas
    chunk[at + 2] = gasCost
    // Each of these is below 2048: what is on a stack, how deep calls go.
    const packed = (this.#frames.length * 2048 + height) * 2048 + Math.min(pushed, height)
    chunk[at + 3] = packed * 256 + op
    this.#count++
  }

  /** Written out, as is what a step is made of: a view or a spread for each of millions is slow. */
  #fieldsOf(i: number) {
    const chunk = this.#chunks[Math.floor(i / STEPS_IN_CHUNK)]!
    const at = (i % STEPS_IN_CHUNK) * FIELDS
    const place = chunk[at]!
    const packed = chunk[at + 3]!
    const sizes = Math.floor(packed / 256)
    return {
      pc: Math.floor(place / 2),
      isOpened: place % 2 === 1,
      gas: chunk[at + 1]!,
      gasCost: chunk[at + 2]!,
      op: packed % 256,
      pushed: sizes % 2048,
      height: Math.floor(sizes / 2048) % 2048,
      depth: Math.floor(sizes / 2048 ** 2),
    }
  }

  #noteStorage({ op, address, stack, height }: EvmStep, frame: Frame): void {
    if ((op !== SLOAD || height < 1) && (op !== SSTORE || height < 2)) return
    const [contract, slot] = [toHex(address), word(stack[height - 1]!)]
    const value = op === SSTORE ? word(stack[height - 2]!) : undefined
    const access: SlotAccess = { step: this.#count, contract, slot, value }
    this.#slots.push(access)
    if (op === SLOAD) this.#read = { access, frame }
  }

  #noteMemory({ memory }: EvmStep, frame: Frame): void {
    const { size } = frame
    const before = frame.memory.subarray(0, memory.length)
    const [from, to] = differing(before, memory)
    if (from === to && size === memory.length) return
    const bytes = memory.slice(from, to)
    this.#patches.push({ step: this.#count, size: memory.length, at: from, bytes })
    this.#patchedBytes += bytes.length
    apply({ size: memory.length, at: from, bytes }, frame)
  }
}

/** New words on top of the stack; of those that a DUP leaves in place, none. */
const pushedBy = (op: number): number => (op >= DUP1 && op <= DUP16 ? 1 : OPCODES[op]!.pushes)

/** Where memory is not what it was, as a range; what it has grown by was zeros. */
function differing(before: Uint8Array, after: Uint8Array): [from: number, to: number] {
  let from = 0
  let to = after.length
  const was = (i: number) => before[i] ?? 0
  if (before.length === after.length && Buffer.compare(before, after) === 0) return [0, 0]
  while (from < to && was(from) === after[from]) from++
  while (to > from && was(to - 1) === after[to - 1]) to--
  return [from, to]
}

/** Changes memory, which has room to grow beyond its size. */
function apply(
  { size, at, bytes }: Omit<Patch, 'step'>,
  frame: { memory: Uint8Array; size: number },
): void {
  if (size > frame.memory.length) {
    const grown = new Uint8Array(Math.max(size, 2 * frame.memory.length))
    grown.set(frame.memory)
    frame.memory = grown
  }
  frame.memory.set(bytes, at)
  frame.size = size
}

function known(
  storage: Map<string, Record<string, string>>,
  { contract, slot, value }: SlotAccess,
): Record<string, string> | undefined {
  if (value === undefined) return undefined
  const words = { ...storage.get(contract), [slot]: value }
  storage.set(contract, words)
  return words
}

function wordsOf(memory: Uint8Array): string[] {
  const digits = toHex(memory)
  return Array.from({ length: memory.length / WORD }, (_, i) =>
    digits.slice(2 * WORD * i, 2 * WORD * (i + 1)),
  )
}

const word = (n: Word): string => n.toString(16).padStart(2 * WORD, '0')
