/** How an actor is put together: a state type and a table of methods that reads like the specification. */
import type { Codec } from '../primitives/codec.ts'
import type { ActorId } from '../primitives/units.ts'
import { ActorError, require } from './errors.ts'
import { ExitCode } from './exit-codes.ts'
import type { ActorType } from './manifest.ts'
import { Payload } from './payload.ts'
import type { MethodNum, Runtime } from './runtime.ts'
import { FIRST_EXPORTED_METHOD } from './singletons.ts'

export interface Method<S> {
  readonly name: string
  readonly params: Codec<unknown> | null
  readonly returns: Codec<unknown> | null
  readonly call: (rt: Runtime<S>, params: unknown) => unknown
}

/** A method: its name, the codecs of what goes in and out (null for nothing), and the function. */
export function method<S, P = null, R = void>(
  name: string,
  params: Codec<P> | null,
  returns: Codec<R> | null,
  call: (rt: Runtime<S>, params: P) => R,
): Method<S> {
  return {
    name,
    params: params as Codec<unknown> | null,
    returns: returns as Codec<unknown> | null,
    call: call as (rt: Runtime<S>, params: unknown) => unknown,
  }
}

export interface ActorDefinition<S = unknown> {
  readonly type: ActorType
  /** Null for actors without state (their head is the empty array). */
  readonly state: Codec<S> | null
  readonly methods: Readonly<Record<number, Method<S>>>
  /** Numbers below 2²⁴ are for builtin callers only (builtin-actors `restrict_internal_api`). */
  readonly restricted: boolean
  /** Answers numbers that are not in the table. */
  readonly fallback?: (rt: Runtime<S>, method: MethodNum, params: Payload | null) => Payload | null
}

export function defineActor<S>(
  definition: Omit<ActorDefinition<S>, 'restricted'> & { restricted?: boolean },
): ActorDefinition<S> {
  return { restricted: true, ...definition }
}

/**
 * Runs a method: who may call, is it there, do the parameters decode, then the function.
 * @throws ActorError as the method does; `UnhandledMessage`, `IllegalArgument` or `Serialization` before it runs.
 * Reference: builtin-actors `actor_dispatch`, `dispatch`.
 */
export function invokeMethod<S>(
  actor: ActorDefinition<S>,
  rt: Runtime<S>,
  params: Payload | null,
): Payload | null {
  if (actor.restricted) restrictInternalApi(rt)
  const found = actor.methods[Number(rt.method)]
  if (!found) {
    if (actor.fallback) return actor.fallback(rt, rt.method, params)
    throw new ActorError(ExitCode.UnhandledMessage, `invalid method: ${rt.method}`)
  }
  let argument: unknown = null
  if (found.params === null)
    require(params === null, ExitCode.IllegalArgument, 'method expects no arguments')
  else {
    require(params !== null, ExitCode.IllegalArgument, 'method expects arguments')
    argument = params.as(found.params)
  }
  const result = found.call(rt, argument)
  return found.returns === null ? null : Payload.of(found.returns, result)
}

function restrictInternalApi(rt: Runtime): void {
  if (rt.method >= FIRST_EXPORTED_METHOD) return
  const type = rt.typeOf(rt.caller as ActorId)
  require(type !== undefined &&
    type !==
      'evm', ExitCode.Forbidden, `caller ${rt.caller} of method ${rt.method} must be built-in`)
}
