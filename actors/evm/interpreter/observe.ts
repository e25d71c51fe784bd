/** Telling whoever watches a frame of the instruction that comes next. */
import { OPCODES } from './opcodes.ts'
import type { Machine } from './machine.ts'
import type { Word } from './word.ts'

/** An instruction that is about to run. What it shows of the frame is only good until then. */
export interface EvmStep {
  /** Its byte in the code. */
  readonly pc: number
  readonly op: number
  /** Whole gas that is left, and what it takes: estimates, as all gas of computation. */
  readonly gas: number
  readonly gasCost: number
  /** Ethereum's address of the contract whose storage it works on. */
  readonly address: Uint8Array
  /** Words below `height`, the top one last. */
  readonly stack: readonly (number | bigint)[]
  readonly height: number
  readonly memory: Uint8Array
}

export function observe(m: Machine, at: Word): void {
  if (!m.observed) return
  const pc = Number(at)
  const op = m.program.code[pc]!
  const goOn = m.system.rt.observe?.({
    pc,
    op,
    gas: Math.max(0, m.credit - m.unpaid),
    gasCost: OPCODES[op]!.gas,
    address: m.input.address,
    stack: m.stack,
    height: m.sp,
    memory: m.memory.bytes.subarray(0, m.memory.size),
  })
  m.observed = goOn === true
}
