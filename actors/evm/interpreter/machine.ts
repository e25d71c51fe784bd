/** A frame of a contract: its stack, memory, input and place in the code, and how it ended or what it waits for. */
import type { OutgoingCall, CallOutcome } from '../../pending-call.ts'
import type { System } from '../system.ts'
import { Memory } from './memory.ts'
import type { Program } from './program.ts'
import type { Word } from './word.ts'

/** Who calls whom, with what. Addresses are Ethereum's, as bytes. */
export interface FrameInput {
  readonly caller: Uint8Array
  readonly address: Uint8Array
  /** attoFIL. */
  readonly value: bigint
  readonly data: Uint8Array
}

/** A call the frame has asked for, and what it does with the answer. */
export interface AskedCall {
  readonly call: OutgoingCall
  readonly resume: (outcome: CallOutcome) => void
}

const NO_BYTES = new Uint8Array()

export class Machine {
  /** Number of the next instruction. */
  pc = 0
  /** Words on the stack. */
  sp = 0
  readonly stack: Word[] = []
  readonly memory: Memory
  running = true
  /** Whether somebody who watches still wants to be told. */
  observed = true
  /** Gas of the instructions since it was last paid. */
  unpaid: number
  /** Gas that was left then: more is not run on credit. */
  credit = 0
  /** What the last call returned. */
  returnData: Uint8Array = NO_BYTES
  /** What this frame returns, and whether everything it did is undone. */
  output: Uint8Array = NO_BYTES
  reverted = false
  asked: AskedCall | undefined
  readonly program: Program
  readonly system: System
  readonly input: FrameInput
  readonly inputView: DataView

  /** @param entryGas - what it takes to get this far. */
  constructor(program: Program, system: System, input: FrameInput, entryGas: number) {
    const { data } = input
    this.program = program
    this.system = system
    this.input = input
    this.inputView = new DataView(data.buffer, data.byteOffset, data.length)
    this.memory = new Memory((from, to) => system.rt.growMemory(from, to))
    this.unpaid = entryGas
  }

  /** Pays for what has been run. @throws OutOfGas of the machine below. */
  pay(): void {
    const { rt } = this.system
    rt.chargeGas('evm', this.unpaid)
    this.unpaid = 0
    this.credit = Number(rt.gasAvailable())
  }

  /** Gas for a call: what is asked for, at most 63/64 of what is left (EIP-150). */
  gasLimit(asked?: Word): bigint {
    const most = (63n * this.system.rt.gasAvailable()) / 64n
    return asked !== undefined && asked < most ? BigInt(asked) : most
  }

  /** Stops until the machine below has made a call. */
  ask(call: OutgoingCall, resume: (outcome: CallOutcome) => void): void {
    this.asked = { call, resume }
    this.credit = 0
    this.running = false
  }
}
