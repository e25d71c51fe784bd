/** A call that is being made: what it was asked for, what to go back to when it fails, and what it waits for. */
import { ActorError, ActorTrap, asActorError, SyscallError } from '../../actors/errors.ts'
import { ExitCode } from '../../actors/exit-codes.ts'
import type { Returned } from '../../actors/actor.ts'
import type { Payload } from '../../actors/payload.ts'
import type { CallOutcome, PendingCall } from '../../actors/pending-call.ts'
import type { MethodNum } from '../../actors/runtime.ts'
import type { Address } from '../../primitives/address.ts'
import type { ActorId, TokenAmount } from '../../primitives/units.ts'
import type { Invocation } from './invocation.ts'
import type { CallTrace } from './trace.ts'

export interface Call {
  readonly from: ActorId
  readonly to: Address
  readonly method: MethodNum
  readonly params: Payload | null
  readonly value: TokenAmount
  readonly readOnly: boolean
  readonly gasLimit?: bigint | undefined
}

export interface Frame {
  readonly call: Call
  /** The call's own record. */
  readonly node: CallTrace | undefined
  /** What was there when it began: marks of the state tree and of the gas meter's accesses, and the number of events. */
  readonly treeMark: number
  readonly gasMark: number
  readonly eventsMark: number
  /** Bytes of memory that all calls had taken. */
  readonly memoryMark: number
  /** Calls recorded by the caller, and the caller's own record. */
  readonly callerTraces: CallTrace[]
  readonly callerNode: CallTrace | undefined
  /** Set once the actor's code has begun. */
  invocation: Invocation | undefined
  /** The call it waits for. */
  pending: PendingCall<Returned> | undefined
}

/** Something that is for no actor to see: out of gas, or a bug. It ends every call on the way to whoever catches it. */
export class Thrown {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

/** How a call went. */
export type Outcome = CallOutcome | Thrown

/** What an error makes of a call: an exit code once an actor runs, before that a call that could not be made. */
export function outcomeOfError(error: unknown, isRunning: boolean): Outcome {
  if (!isRunning) return error instanceof SyscallError ? error : new Thrown(error)
  if (error instanceof ActorTrap) return { exitCode: ExitCode.SysIllegalInstruction, ret: null }
  const failure = error instanceof SyscallError ? asActorError(error) : error
  if (!(failure instanceof ActorError)) return new Thrown(error)
  const { exitCode, data } = failure
  if (exitCode < ExitCode.IllegalArgument)
    return { exitCode: ExitCode.SysIllegalExitCode, ret: null }
  return { exitCode, ret: data }
}
