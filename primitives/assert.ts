/** Assertions on our own code. What a user or a message got wrong is never reported through these. */

/** A broken invariant is a bug in the simulator. Nothing catches it; it ends the run. */
export class InvariantError extends Error {
  override name = 'InvariantError'
}

/** @throws InvariantError when `condition` does not hold. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}

/** The value, when it is there. @throws InvariantError naming `what` is missing. */
export function defined<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new InvariantError(`missing ${what}`)
  return value
}
