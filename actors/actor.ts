/** How an actor is put together: a state type and a table of methods that reads like the specification. */
import { CODEC } from '../primitives/cid.ts'
import type { Codec } from '../primitives/codec.ts'
import type { ActorId } from '../primitives/units.ts'
import { abort, ActorError, require } from './errors.ts'
import { ExitCode } from './exit-codes.ts'
import type { ActorType } from './manifest.ts'
import { Payload } from './payload.ts'
import { PendingCall, settled, whenDone } from './pending-call.ts'
import type { MethodNum, Runtime } from './runtime.ts'
import { FIRST_EXPORTED_METHOD } from './singletons.ts'

export interface Method<S> {
  readonly name: string
  readonly params: Codec<unknown> | null
  readonly returns: Codec<unknown> | null
  readonly call: (rt: Runtime<S>, params: unknown) => unknown
  readonly options: MethodOptions<unknown>
}

export interface MethodOptions<P> {
  /** Which side has links to blocks, and so must be DAG-CBOR. */
  readonly linked?: 'params' | 'returns'
  /** What no parameters mean, where they may be left out. */
  readonly absent?: P
}

/**
 * A method: its name, the codecs of what goes in and out (null for nothing), and the function, which may give its result
 * after a call it waits for.
 */
export function method<S, P = null, R = void>(
  name: string,
  params: Codec<P> | null,
  returns: Codec<R> | null,
  call: (rt: Runtime<S>, params: P) => R | PendingCall<R>,
  options: MethodOptions<P> = {},
): Method<S> {
  return {
    name,
    params: params as Codec<unknown> | null,
    returns: returns as Codec<unknown> | null,
    call: call as (rt: Runtime<S>, params: unknown) => unknown,
    options,
  }
}

/** Return data of a method, if it has any. */
export type Returned = Payload | null

export interface ActorDefinition<S = unknown> {
  readonly type: ActorType
  /** Null for actors without state (their head is the empty array). */
  readonly state: Codec<S> | null
  readonly methods: Readonly<Record<number, Method<S>>>
  /** The same, as they are looked up. */
  readonly byNumber: ReadonlyMap<number, Method<S>>
  /** Numbers below 2²⁴ are for builtin callers only (builtin-actors `restrict_internal_api`). */
  readonly restricted: boolean
  /** Answers numbers that are not in the table. */
  readonly fallback?: (
    rt: Runtime<S>,
    method: MethodNum,
    params: Payload | null,
  ) => Returned | PendingCall<Returned>
}

export function defineActor<S>(
  definition: Omit<ActorDefinition<S>, 'restricted' | 'byNumber'> & { restricted?: boolean },
): ActorDefinition<S> {
  const entries = Object.entries(definition.methods)
  const byNumber = new Map(entries.map(([number, found]) => [Number(number), found]))
  return { restricted: true, ...definition, byNumber }
}

/** Runs a method to its end; calls it waits for are made through the runtime. @throws as `startMethod` and those calls. */
export function invokeMethod<S>(
  actor: ActorDefinition<S>,
  rt: Runtime<S>,
  params: Payload | null,
): Returned {
  return settled(rt as Runtime, startMethod(actor, rt, params))
}

/**
 * Runs a method to its end or to the first call it waits for: who may call, is it there, do the parameters decode, then the function.
 * @throws ActorError as the method does; `UnhandledMessage`, `IllegalArgument` or `Serialization` before it runs.
 * Reference: builtin-actors `actor_dispatch`, `dispatch`.
 */
export function startMethod<S>(
  actor: ActorDefinition<S>,
  rt: Runtime<S>,
  params: Payload | null,
): Returned | PendingCall<Returned> {
  if (actor.restricted) restrictInternalApi(rt)
  const found = actor.byNumber.get(Number(rt.method))
  if (!found) {
    if (actor.fallback) return actor.fallback(rt, rt.method, params)
    throw new ActorError(ExitCode.UnhandledMessage, `invalid method: ${rt.method}`)
  }
  const result = found.call(rt, argumentOf(found, params))
  if (result instanceof PendingCall) return whenDone(result, (done) => returnOf(found, done))
  return returnOf(found, result)
}

function returnOf<S>({ returns, options }: Method<S>, result: unknown): Returned {
  if (returns === null) return null
  return options.linked === 'returns'
    ? Payload.linked(returns, result)
    : Payload.of(returns, result)
}

function argumentOf<S>({ params: codec, options }: Method<S>, params: Payload | null): unknown {
  if (codec === null) {
    require(params === null, ExitCode.IllegalArgument, 'method expects no arguments')
    return null
  }
  if (params === null && options.absent !== undefined) return options.absent
  require(params !== null, ExitCode.IllegalArgument, 'method expects arguments')
  require(options.linked !== 'params' ||
    params.ipldCodec ===
      CODEC.dagCbor, ExitCode.IllegalArgument, 'method expects parameters that are DAG-CBOR')
  return params.as(codec)
}

function restrictInternalApi(rt: Runtime): void {
  if (rt.method >= FIRST_EXPORTED_METHOD) return
  const type = rt.typeOf(rt.caller as ActorId)
  if (type === undefined || type === 'evm')
    abort(ExitCode.Forbidden, `caller ${rt.caller} of method ${rt.method} must be built-in`)
}
