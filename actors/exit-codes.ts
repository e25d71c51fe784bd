/** Exit codes of messages and error numbers of system calls (ref-fvm `shared/src/error`). They are protocol. */

export const ExitCode = {
  Ok: 0,
  SysSenderInvalid: 1,
  SysSenderStateInvalid: 2,
  SysIllegalInstruction: 4,
  SysInvalidReceiver: 5,
  SysInsufficientFunds: 6,
  SysOutOfGas: 7,
  SysIllegalExitCode: 9,
  SysAssertionFailed: 10,
  SysMissingReturn: 11,
  IllegalArgument: 16,
  NotFound: 17,
  Forbidden: 18,
  InsufficientFunds: 19,
  IllegalState: 20,
  Serialization: 21,
  UnhandledMessage: 22,
  Unspecified: 23,
  AssertionFailed: 24,
  ReadOnly: 25,
  NotPayable: 26,
} as const
/** One of `ExitCode`, or an actor's own from 32 on. */
export type ExitCode = number

/** Why a system call could not be done; seen by actors, never on chain. */
export const ErrorNumber = {
  IllegalArgument: 1,
  IllegalOperation: 2,
  LimitExceeded: 3,
  AssertionFailed: 4,
  InsufficientFunds: 5,
  NotFound: 6,
  InvalidHandle: 7,
  IllegalCid: 8,
  IllegalCodec: 9,
  Serialization: 10,
  Forbidden: 11,
  BufferTooSmall: 12,
  ReadOnly: 13,
} as const
export type ErrorNumber = (typeof ErrorNumber)[keyof typeof ErrorNumber]
