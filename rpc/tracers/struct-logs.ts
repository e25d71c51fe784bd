/** The instructions of all contracts of a message, one after the other: go-ethereum's default tracer (`eth/tracers/logger`). */
import type { EvmStep } from '../../actors/evm/interpreter/observe.ts'
import { ExitCode } from '../../actors/exit-codes.ts'
import { hexData } from '../../engine/chain/eth-json.ts'
import type { ApplyResult } from '../../engine/vm/executor.ts'
import { toHex } from '../../primitives/bytes.ts'
import { returnedBytes } from '../failure.ts'
import { opcodeName } from '../opcode-names.ts'

export interface StructLogOptions {
  readonly disableStack: boolean
  readonly disableStorage: boolean
  readonly enableMemory: boolean
  /** Most instructions to write down; 0 for as many as there is room for. */
  readonly limit: number
}

interface StructLog {
  readonly pc: number
  readonly op: string
  readonly gas: number
  readonly gasCost: number
  readonly depth: number
  readonly stack?: readonly string[]
  readonly memory?: readonly string[]
  storage?: Readonly<Record<string, string>>
}

const SLOAD = 0x54
const SSTORE = 0x55
const WORD = 32
/** Instructions, and words of stack and memory, that are written down; the rest of a longer run is left out. */
const MAX_STEPS = 100_000
const MAX_WORDS = 1_000_000

export class StructLogger {
  readonly #options: StructLogOptions
  readonly #logs: StructLog[] = []
  readonly #most: number
  #words = 0
  #truncated = false
  /** Depths of the frames that are open: calls of other actors lie between them. */
  readonly #depths: number[] = []
  /** Words that were read or written, by contract. */
  readonly #storage = new Map<string, Record<string, string>>()
  /** A read whose word is on the stack before the next instruction. */
  #read: { readonly log: StructLog; readonly address: string; readonly slot: string } | undefined

  constructor(options: StructLogOptions) {
    this.#options = options
    this.#most = Math.min(options.limit || MAX_STEPS, MAX_STEPS)
  }

  readonly observer = (step: EvmStep, calls: number): boolean => {
    this.#finishRead(step)
    if (this.#logs.length >= this.#most || this.#words > MAX_WORDS) {
      this.#truncated = true
      return false
    }
    const { pc, op, gas, gasCost } = step
    const log: StructLog = {
      pc,
      op: opcodeName(op),
      gas,
      gasCost,
      depth: this.#depthOf(calls),
      ...(this.#options.disableStack ? {} : { stack: this.#stack(step) }),
      ...(this.#options.enableMemory ? { memory: this.#memory(step) } : {}),
    }
    this.#logs.push(log)
    if (!this.#options.disableStorage) this.#noteStorage(step, log)
    return true
  }

  result({ exitCode, gasUsed, ret }: ApplyResult) {
    return {
      gas: gasUsed,
      failed: exitCode !== ExitCode.Ok,
      returnValue: hexData(returnedBytes(ret?.bytes) ?? new Uint8Array()),
      structLogs: this.#logs,
      ...(this.#truncated ? { truncated: true } : {}),
    }
  }

  #depthOf(calls: number): number {
    const depths = this.#depths
    while (depths.length > 0 && depths.at(-1)! > calls) depths.pop()
    if (depths.at(-1) !== calls) depths.push(calls)
    return depths.length
  }

  #stack({ stack, height }: EvmStep): string[] {
    this.#words += height
    return stack.slice(0, height).map((word) => `0x${word.toString(16)}`)
  }

  #memory({ memory }: EvmStep): string[] {
    this.#words += memory.length / WORD
    if (this.#words > MAX_WORDS) return []
    const digits = toHex(memory)
    return Array.from({ length: memory.length / WORD }, (_, i) =>
      digits.slice(2 * WORD * i, 2 * WORD * (i + 1)),
    )
  }

  #noteStorage({ op, address, stack, height }: EvmStep, log: StructLog): void {
    if (height < 1 || (op !== SLOAD && op !== SSTORE)) return
    const owner = toHex(address)
    const slot = word(stack[height - 1]!)
    if (op === SLOAD) this.#read = { log, address: owner, slot }
    else if (height > 1) log.storage = this.#note(owner, slot, word(stack[height - 2]!))
  }

  #finishRead({ stack, height }: EvmStep): void {
    const read = this.#read
    this.#read = undefined
    if (read && height > 0)
      read.log.storage = this.#note(read.address, read.slot, word(stack[height - 1]!))
  }

  #note(address: string, slot: string, value: string): Readonly<Record<string, string>> {
    const known = { ...this.#storage.get(address), [slot]: value }
    this.#words += Object.keys(known).length
    this.#storage.set(address, known)
    return known
  }
}

const word = (n: number | bigint): string => n.toString(16).padStart(2 * WORD, '0')
