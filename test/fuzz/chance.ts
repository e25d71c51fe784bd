/** Drawing what goes into messages: right ones most of the time, else wrong in a way that somebody might try. */
import type { Prng } from '../../primitives/prng.ts'
import type { TokenAmount } from '../../primitives/units.ts'

/** Where chance comes from, and whether what is being done is done carelessly. */
export interface Chance {
  readonly prng: Prng
  readonly careless: boolean
}

/** `right`; of what is done carelessly, one thing in four is one of the others. */
export function mostly<T>({ prng, careless }: Chance, right: T, ...wrong: readonly T[]): T {
  return careless && wrong.length > 0 && prng.chance(1, 4) ? prng.pick(wrong) : right
}

/** An amount up to `most`, often all or nothing of it; one that is not there only by mistake. */
export function amountUpTo(chance: Chance, most: TokenAmount): TokenAmount {
  const { prng } = chance
  const drawn = most > 0n ? prng.bigBelow(most + 1n) : 0n
  return mostly(chance, prng.pick([drawn, drawn, drawn / 1000n, most, 0n]), most + 1n, -1n)
}

/** From `low` to `high`, both included. */
export const between = (prng: Prng, low: number, high: number): number =>
  low + prng.below(high - low + 1)

/** Some of the items, at least one if there is any. */
export function some<T>(prng: Prng, items: readonly T[], most: number): T[] {
  if (items.length === 0) return []
  return prng.shuffle(items).slice(0, between(prng, 1, Math.min(most, items.length)))
}

/** A proof or signature: one that holds, unless by mistake. */
export function proofBytes(chance: Chance, length: number): Uint8Array {
  const bytes = chance.prng.bytes(length)
  bytes[0] = mostly(chance, 1, 0)
  return bytes
}
