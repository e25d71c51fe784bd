/**
 * A method that waits for a call. A contract calls contracts, 1,024 deep, and so deep a recursion does not fit the stack of a
 * JavaScript thread. Its methods therefore do not call the runtime: they give the machine below the call, and how to go on.
 */
import type { Address } from '../primitives/address.ts'
import type { ActorId, TokenAmount } from '../primitives/units.ts'
import { SyscallError } from './errors.ts'
import type { Payload } from './payload.ts'
import type { MethodNum, Runtime, SendOptions, SendResult } from './runtime.ts'

/** Arguments of `Runtime.send`. */
export interface OutgoingCall {
  readonly to: Address | ActorId
  readonly method: MethodNum
  readonly params: Payload | null
  readonly value: TokenAmount
  readonly options: SendOptions
}

/** What the call gave, or why it could not be made. */
export type CallOutcome = SendResult | SyscallError

export class PendingCall<R> {
  readonly call: OutgoingCall
  readonly resume: (outcome: CallOutcome) => R | PendingCall<R>

  constructor(call: OutgoingCall, resume: (outcome: CallOutcome) => R | PendingCall<R>) {
    this.call = call
    this.resume = resume
  }
}

/** What to do with a result that may have to be waited for. */
export function whenDone<R, S>(
  result: R | PendingCall<R>,
  next: (result: R) => S | PendingCall<S>,
): S | PendingCall<S> {
  if (!(result instanceof PendingCall)) return next(result)
  return new PendingCall(result.call, (outcome) => whenDone(result.resume(outcome), next))
}

/** A call that must be made: why it cannot is thrown, the rest is for `next`. */
export function calling<R>(
  call: OutgoingCall,
  next: (result: SendResult) => R | PendingCall<R>,
): PendingCall<R> {
  return new PendingCall(call, (outcome) => {
    if (outcome instanceof SyscallError) throw outcome
    return next(outcome)
  })
}

/** The result, with the calls made in place. */
export function settled<R>(rt: Runtime, result: R | PendingCall<R>): R {
  let step = result
  while (step instanceof PendingCall) step = step.resume(outcomeOf(rt, step.call))
  return step
}

/** Makes a call. */
export function outcomeOf(rt: Runtime, call: OutgoingCall): CallOutcome {
  try {
    return rt.send(call.to, call.method, call.params, call.value, call.options)
  } catch (error) {
    if (error instanceof SyscallError) return error
    throw error
  }
}
