/** Exit codes of contracts (builtin-actors `actors/evm/src/lib.rs`), and the errors that end one. */
import { ActorError } from '../errors.ts'
import { ExitCode } from '../exit-codes.ts'
import type { Payload } from '../payload.ts'

export const EvmExitCode = {
  Reverted: 33,
  InvalidInstruction: 34,
  UndefinedInstruction: 35,
  StackUnderflow: 36,
  StackOverflow: 37,
  IllegalMemoryAccess: 38,
  BadJumpDestination: 39,
  SelfDestructFailed: 40,
} as const

/** Ends the frame with one of the codes above. */
export const evmError = (exitCode: number, message: string, data: Payload | null = null) =>
  new ActorError(exitCode, message, data)

/** What the released actor does where its code panics: exit 24, no data. */
export const panic = (message: string): ActorError =>
  new ActorError(ExitCode.AssertionFailed, message)

/** A change of state where none may be. */
export const readOnlyError = (what: string): ActorError =>
  new ActorError(ExitCode.ReadOnly, `${what} called while read-only`)
