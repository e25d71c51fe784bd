/** What a precompile is: from a call's input to bytes, or to a call that gives them. */
import type { CallOutcome, OutgoingCall } from '../../pending-call.ts'
import type { CallRequest } from '../interpreter/calls.ts'
import type { Machine } from '../interpreter/machine.ts'

/** @throws PrecompileFailed for input it refuses. */
export type Precompile = (m: Machine, request: CallRequest) => Uint8Array | PendingPrecompile

export interface PendingPrecompile {
  readonly call: OutgoingCall
  readonly resume: (outcome: CallOutcome) => Uint8Array
}

/** Pays an estimate of what the next step costs. @throws OutOfGas of the machine below. */
export type Charge = (gas: number) => void

/** A precompile that only computes. It charges before what is costly and after what is cheap to refuse. */
export function computed(
  name: string,
  compute: (input: Uint8Array, charge: Charge) => Uint8Array,
): Precompile {
  return ({ system: { rt } }, { input }) => compute(input, (gas) => rt.chargeGas(name, gas))
}

const WORD = 32

/** A 32-byte 1 or 0. */
export function truth(value: boolean): Uint8Array {
  const out = new Uint8Array(WORD)
  out[WORD - 1] = value ? 1 : 0
  return out
}
