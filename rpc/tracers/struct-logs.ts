/** The instructions of all contracts of a message, one after the other: go-ethereum's default tracer (`eth/tracers/logger`). */
import type { EvmStep } from '../../actors/evm/interpreter/observe.ts'
import { ExitCode } from '../../actors/exit-codes.ts'
import { hexData } from '../../engine/chain/eth-json.ts'
import type { ApplyResult } from '../../engine/vm/executor.ts'
import { returnedBytes } from '../failure.ts'
import { JsonPieces } from '../json-pieces.ts'
import { opcodeName } from '../opcode-names.ts'
import { type RecordedStep, StepRecord } from './step-record.ts'

export interface StructLogOptions {
  readonly disableStack: boolean
  readonly disableStorage: boolean
  readonly enableMemory: boolean
  /** Most instructions to write down; 0 for as many as there is room for. */
  readonly limit: number
}

/** What an answer may hold that is one value in memory, or one message: words of stacks, and those of memory and storage, which are longer. */
export const MAX_WEIGHT = { value: 48_000_000, message: 6_000_000 } as const
const HEAVY = 32

export class StructLogger {
  readonly #record: StepRecord
  readonly #most: number
  #truncated = false

  constructor({ limit, disableStack, enableMemory, disableStorage }: StructLogOptions) {
    this.#most = limit || Infinity
    this.#record = new StepRecord({
      withStack: !disableStack,
      withMemory: enableMemory,
      withStorage: !disableStorage,
    })
  }

  readonly observer = (step: EvmStep, calls: number): boolean => {
    this.#record.finishRead(step, calls)
    if (this.#record.count >= this.#most || !this.#record.hasRoom) {
      this.#truncated = true
      return false
    }
    this.#record.add(step, calls)
    return true
  }

  /** The trace as one value; it ends where there would be too much of it. */
  result(applied: ApplyResult, most: number = MAX_WEIGHT.value) {
    const structLogs: object[] = []
    let [weight, truncated] = [0, this.#truncated]
    for (const step of this.#record.steps()) {
      if (weight > most) {
        truncated = true
        break
      }
      structLogs.push(logOf(step))
      weight += weightOf(step)
    }
    return { ...outcomeOf(applied), structLogs, ...(truncated ? { truncated } : {}) }
  }

  /** The same as text that is made while it is sent, with all that was recorded. */
  pieces(applied: ApplyResult): JsonPieces {
    const logs = new JsonPieces(() => JsonPieces.list(mapped(this.#record.steps(), logOf)))
    const truncated = this.#truncated ? { truncated: true } : {}
    return JsonPieces.object({ ...outcomeOf(applied), structLogs: logs, ...truncated })
  }
}

const outcomeOf = ({ exitCode, gasUsed, ret }: ApplyResult) => ({
  gas: gasUsed,
  failed: exitCode !== ExitCode.Ok,
  returnValue: hexData(returnedBytes(ret?.bytes) ?? new Uint8Array()),
})

interface StructLog {
  pc: number
  op: string
  gas: number
  gasCost: number
  depth: number
  stack?: readonly string[]
  memory?: readonly string[]
  storage?: Readonly<Record<string, string>>
}

function logOf({ pc, op, gas, gasCost, depth, stack, memory, storage }: RecordedStep): StructLog {
  const log: StructLog = { pc, op: opcodeName(op), gas, gasCost, depth }
  if (stack) log.stack = stack
  if (memory) log.memory = memory
  if (storage) log.storage = storage
  return log
}

const weightOf = ({ stack, memory, storage }: RecordedStep): number =>
  FIXED +
  (stack?.length ?? 0) +
  HEAVY * ((memory?.length ?? 0) + (storage ? Object.keys(storage).length : 0))

/** Of an instruction without words. */
const FIXED = 12

function* mapped<A, B>(items: Iterable<A>, to: (item: A) => B): Generator<B, void, undefined> {
  for (const item of items) yield to(item)
}
