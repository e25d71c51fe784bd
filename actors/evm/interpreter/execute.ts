/** Runs a frame to its end, or to a call it has to wait for. */
import { PendingCall } from '../../pending-call.ts'
import type { Bytecode } from '../bytecode.ts'
import type { System } from '../system.ts'
import { type FrameInput, Machine } from './machine.ts'
import { observedProgramOf, programOf } from './program.ts'

export interface Output {
  readonly reverted: boolean
  readonly data: Uint8Array
}

/** Estimates of the gas before the first instruction: loading the actor and its state, and reading its code. */
const ENTRY_GAS = 1_200_000
const ENTRY_GAS_PER_CODE_BYTE = 69

/** Runs code on a contract's storage. @throws ActorError as instructions do, OutOfGas of the machine below. */
export function execute(
  code: Bytecode,
  system: System,
  input: FrameInput,
): Output | PendingCall<Output> {
  const gas = ENTRY_GAS + ENTRY_GAS_PER_CODE_BYTE * code.code.length
  const program = system.rt.observe ? observedProgramOf(code.code) : code.prepared(programOf)
  return goOn(new Machine(program, system, input, gas))
}

function goOn(m: Machine): Output | PendingCall<Output> {
  try {
    run(m)
  } finally {
    // Also of a frame that fails: the work has been done.
    m.pay()
  }
  const { asked } = m
  if (asked === undefined) return { reverted: m.reverted, data: m.output }
  return new PendingCall(asked.call, (outcome) => {
    m.asked = undefined
    asked.resume(outcome)
    return goOn(m)
  })
}

function run(m: Machine): void {
  const { handlers, args } = m.program
  m.running = true
  do {
    const at = m.pc++
    handlers[at]!(m, args[at]!)
  } while (m.running)
}
