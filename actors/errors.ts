/** How an actor says that a message is wrong, and how a call that could not be made shows. */
import { ErrorNumber, ExitCode } from './exit-codes.ts'
import type { Payload } from './payload.ts'

/** Aborts the current call: its state changes are undone and `exitCode` is what the caller sees. */
export class ActorError extends Error {
  override name = 'ActorError'
  readonly exitCode: ExitCode
  /** Return data that goes with the failure (an EVM revert reason). */
  readonly data: Payload | null

  constructor(exitCode: ExitCode, message: string, data: Payload | null = null) {
    super(message)
    this.exitCode = exitCode
    this.data = data
  }
}

/** A system call that could not be done. An actor that does not catch it aborts as `asActorError` says. */
export class SyscallError extends Error {
  override name = 'SyscallError'
  readonly errorNumber: ErrorNumber

  constructor(errorNumber: ErrorNumber, message: string) {
    super(message)
    this.errorNumber = errorNumber
  }
}

/** What the machine below an actor does not let it do, beyond what an error says: the call ends with `SysIllegalInstruction`. */
export class ActorTrap extends Error {
  override name = 'ActorTrap'
}

/** The exit code an actor ends with when a send fails below it (builtin-actors `From<SendError>`). */
export function asActorError(error: SyscallError): ActorError {
  switch (error.errorNumber) {
    case ErrorNumber.NotFound:
      return new ActorError(ExitCode.Unspecified, 'receiver not found')
    case ErrorNumber.InsufficientFunds:
      return new ActorError(ExitCode.InsufficientFunds, 'not enough funds')
    case ErrorNumber.ReadOnly:
      return new ActorError(ExitCode.ReadOnly, 'attempted to mutate state while in readonly mode')
    default:
      return new ActorError(ExitCode.AssertionFailed, `unexpected error: ${error.message}`)
  }
}

/** Ends the call. Where a message costs something to put together, `if (...) abort(...)` makes it only when needed. */
export function abort(exitCode: ExitCode, message: string): never {
  throw new ActorError(exitCode, message)
}

/** @throws ActorError with `exitCode` when `condition` does not hold. */
export function require(
  condition: boolean,
  exitCode: ExitCode,
  message: string,
): asserts condition {
  if (!condition) throw new ActorError(exitCode, message)
}

/**
 * The error of an actor whose callee failed: the callee's exit code, but never one that only the system may give
 * (builtin-actors `ActorError::checked`).
 */
export function calleeFailed(exitCode: ExitCode, data: Payload | null): ActorError {
  return new ActorError(ownExitCode(exitCode), `send aborted with code ${exitCode}`, data)
}

function ownExitCode(code: ExitCode): ExitCode {
  if (code >= ExitCode.IllegalArgument) return code
  const calleeBroken: readonly number[] = [
    ExitCode.SysMissingReturn,
    ExitCode.SysIllegalInstruction,
    ExitCode.SysIllegalExitCode,
  ]
  return calleeBroken.includes(code) ? ExitCode.Unspecified : ExitCode.AssertionFailed
}
