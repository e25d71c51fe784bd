/** What a caller gave us is wrong, and which part of it: the kind of error that RPC and CLI show on one line. */

export class InvalidInput extends Error {
  override name = 'InvalidInput'
  /** The part that is wrong, as the caller calls it: `GasLimit`, `to`, `roots[2]`. */
  readonly field: string

  constructor(field: string, why: string) {
    super(`${field}: ${why}`)
    this.field = field
  }
}

/** What `body` gives; whatever it throws becomes an `InvalidInput` of `field`. */
export function inField<T>(field: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (error instanceof InvalidInput)
      throw new InvalidInput(`${field}.${error.field}`, reason(error))
    throw new InvalidInput(field, error instanceof Error ? error.message : String(error))
  }
}

const reason = (error: InvalidInput): string => error.message.slice(error.field.length + 2)
