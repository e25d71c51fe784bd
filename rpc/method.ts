/**
 * A method of the RPC: its name, what each parameter must be, and what it does. The list of methods is the document of
 * the API; whatever is wrong with a parameter is said by its position.
 */
import { InvalidInput } from '../primitives/invalid-input.ts'
import type { RpcContext } from './context.ts'
import { invalidParams } from './errors.ts'

/** Reads one parameter; an absent one is undefined. @throws Mismatch, InvalidInput */
export type Decoder<T> = (value: unknown) => T

export interface Method {
  readonly name: string
  /**
   * Runs the method with parameters as they came.
   * @param name - what the client called it by, for errors.
   * @throws RpcError for a parameter that is wrong.
   */
  invoke(context: RpcContext, params: readonly unknown[], name?: string): unknown
}

/** A method whose parameters the decoders read, in order. */
export function method<Params extends readonly unknown[]>(
  name: string,
  decoders: { readonly [I in keyof Params]: Decoder<Params[I]> },
  call: (context: RpcContext, ...params: Params) => unknown,
): Method {
  return {
    name,
    invoke(context, params, as = name) {
      if (params.length > decoders.length)
        throw invalidParams(`${as}: expected ${countOf(decoders.length)}, got ${params.length}`)
      const decoded = decoders.map((decoder, i) => decodeParam(as, i, decoder, params[i]))
      return call(context, ...(decoded as unknown as Params))
    },
  }
}

/** The same method under another name. */
export const alias = (name: string, { invoke }: Method): Method => ({
  name,
  invoke: (context, params) => invoke(context, params, name),
})

/** Says what a parameter should have been. */
export class Mismatch extends Error {
  override name = 'Mismatch'

  constructor(expected: string, got: unknown, why?: string) {
    super(`expected ${expected}, got ${shown(got)}${why === undefined ? '' : `: ${why}`}`)
  }

  /** The same of a field inside the parameter. */
  inField(name: string): this {
    this.message = `${name}: ${this.message}`
    return this
  }
}

function decodeParam(name: string, i: number, decoder: Decoder<unknown>, value: unknown): unknown {
  try {
    return decoder(value)
  } catch (error) {
    if (!(error instanceof Mismatch) && !(error instanceof InvalidInput)) throw error
    throw invalidParams(`${name} param ${i}: ${error.message}`)
  }
}

function countOf(n: number): string {
  if (n === 0) return 'no parameters'
  return n === 1 ? 'at most 1 parameter' : `at most ${n} parameters`
}

const MAX_SHOWN = 100

/** The value on one line, cut where it is long. */
function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : printed(value)
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

function printed(value: unknown): string {
  try {
    return typeof value === 'bigint' ? value.toString() : JSON.stringify(value, plain)
  } catch (error) {
    if (error instanceof RangeError) return 'a value nested too deeply to show'
    throw error
  }
}

const plain = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value
