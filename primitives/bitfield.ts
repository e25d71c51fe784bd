/**
 * A set of integers below 2⁶⁴ − 1 (sector numbers, partition numbers) kept as its runs, so that its cost is the
 * number of runs and not of members. A value: operations give new sets. On the wire it is an RLE+ byte string.
 */
import {
  append,
  type Bound,
  type Bounds,
  boundsOf,
  combine,
  compareBounds,
  countOf,
  cutOut,
  inBoth,
  includes,
  inEither,
  inFirstOnly,
  inOneOnly,
  minus,
  plus,
  sliceOf,
  toBound,
} from './bitfield-runs.ts'
import { DecodeError } from './cbor.ts'
import type { Codec } from './codec.ts'
import { decodeRlePlus, encodeRlePlus } from './rleplus.ts'

/** Longest encoding that is written or read (`MAX_ENCODED_SIZE` of the reference). */
const MAX_ENCODED_LENGTH = 32 << 10
const SINGLES = 64

export class Bitfield {
  static readonly empty = new Bitfield([])

  static readonly #singles: Bitfield[] = []

  readonly #bounds: Bounds
  #encoded: Uint8Array | undefined

  private constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  /** Members in any order. @throws RangeError unless they are integers from 0 to 2⁶⁴ − 2. */
  static of(members: Iterable<Bound>): Bitfield {
    if (Array.isArray(members) && members.length === 1) return Bitfield.#ofOne(toBound(members[0]))
    const sorted = Array.from(members, toBound)
    if (!sorted.every((n, k) => k === 0 || sorted[k - 1]! <= n)) sorted.sort(compareBounds)
    const bounds: Bound[] = []
    for (const n of sorted) append(bounds, n, toBound(plus(n, 1)))
    return Bitfield.#make(bounds)
  }

  /** The first few are always the same objects: most sets of partitions are one of them. */
  static #ofOne(n: Bound): Bitfield {
    if (typeof n !== 'number' || n >= SINGLES) return new Bitfield([n, toBound(plus(n, 1))])
    return (Bitfield.#singles[n] ??= new Bitfield([n, n + 1]))
  }

  /** Runs in any order, ends not included; empty ones are passed over. @throws RangeError as `of`. */
  static fromRanges(ranges: Iterable<readonly [start: Bound, end: Bound]>): Bitfield {
    return Bitfield.#make(boundsOf(ranges))
  }

  /** Reads RLE+. @throws DecodeError unless it is the one encoding of a set. */
  static fromBytes(bytes: Uint8Array): Bitfield {
    return Bitfield.#make(decodeRlePlus(bytes))
  }

  static union(...many: readonly Bitfield[]): Bitfield {
    if (many.length === 2) return many[0]!.union(many[1]!)
    const runs: [Bound, Bound][] = []
    for (const one of many)
      for (let k = 0; k < one.#bounds.length; k += 2)
        runs.push([one.#bounds[k]!, one.#bounds[k + 1]!])
    return Bitfield.#make(boundsOf(runs))
  }

  has(n: Bound): boolean {
    return includes(this.#bounds, n)
  }

  get isEmpty(): boolean {
    return this.#bounds.length === 0
  }

  count(): bigint {
    return BigInt(countOf(this.#bounds))
  }

  /** @throws RangeError when there are 2⁵³ members or more. */
  countNumber(): number {
    return toNumber(countOf(this.#bounds))
  }

  /** The number of members, undefined when there are more than `max`. */
  boundedCount(max: number): number | undefined {
    const count = countOf(this.#bounds)
    return typeof count === 'number' && count <= max ? count : undefined
  }

  /** The members, undefined when there are more than `max`, as `bounded_iter` of the reference. */
  boundedValues(max: number): Iterable<bigint> | undefined {
    return this.boundedCount(max) === undefined ? undefined : this.values()
  }

  /** How many runs there are: what an operation on the set costs. */
  get runCount(): number {
    return this.#bounds.length / 2
  }

  /** Runs in ascending order, neither empty nor touching; ends not included. */
  *ranges(): Generator<[start: bigint, end: bigint], void, undefined> {
    for (let k = 0; k < this.#bounds.length; k += 2)
      yield [BigInt(this.#bounds[k]!), BigInt(this.#bounds[k + 1]!)]
  }

  /** Runs as numbers. @throws RangeError at once when a member is 2⁵³ − 1 or more. */
  numberRanges(): [start: number, end: number][] {
    const bounds = this.#numbers()
    return Array.from({ length: bounds.length / 2 }, (_, k) => [bounds[2 * k]!, bounds[2 * k + 1]!])
  }

  /** Members in ascending order. */
  *values(): Generator<bigint, void, undefined> {
    for (const [start, end] of this.ranges()) for (let n = start; n < end; n++) yield n
  }

  /** Members as numbers. @throws RangeError before the first one when a member is 2⁵³ − 1 or more. */
  *numbers(): Generator<number, void, undefined> {
    const bounds = this.#numbers()
    for (let k = 0; k < bounds.length; k += 2)
      for (let n = bounds[k]!; n < bounds[k + 1]!; n++) yield n
  }

  /** Least member. */
  first(): bigint | undefined {
    return this.isEmpty ? undefined : BigInt(this.#bounds[0]!)
  }

  /** Greatest member. */
  last(): bigint | undefined {
    return this.isEmpty ? undefined : BigInt(this.#bounds.at(-1)!) - 1n
  }

  union(other: Bitfield): Bitfield {
    if (this.isEmpty) return other
    return other.isEmpty ? this : Bitfield.#make(combine(this.#bounds, other.#bounds, inEither))
  }

  intersect(other: Bitfield): Bitfield {
    if (this.isEmpty || other.isEmpty) return Bitfield.empty
    return Bitfield.#make(combine(this.#bounds, other.#bounds, inBoth))
  }

  /** Members of this set that are not in the other. */
  subtract(other: Bitfield): Bitfield {
    return this.isEmpty || other.isEmpty
      ? this
      : Bitfield.#make(combine(this.#bounds, other.#bounds, inFirstOnly))
  }

  /** Takes the members of `other` out and closes the gaps: what is above them moves down. */
  cut(other: Bitfield): Bitfield {
    return Bitfield.#make(cutOut(this.#bounds, other.#bounds))
  }

  /** `count` members after the first `skip`; undefined when there are not so many. */
  slice(skip: Bound, count: Bound): Bitfield | undefined {
    const bounds = sliceOf(this.#bounds, toBound(skip), toBound(count))
    return countOf(bounds) === toBound(count) ? Bitfield.#make(bounds) : undefined
  }

  set(n: Bound): Bitfield {
    return this.has(n) ? this : this.union(Bitfield.of([n]))
  }

  unset(n: Bound): Bitfield {
    return this.has(n) ? this.subtract(Bitfield.of([n])) : this
  }

  /** True when every member of `other` is in this set. */
  containsAll(other: Bitfield): boolean {
    return other.subtract(this).isEmpty
  }

  /** True when some member of `other` is in this set. */
  containsAny(other: Bitfield): boolean {
    return !this.intersect(other).isEmpty
  }

  equals(other: Bitfield): boolean {
    const [a, b] = [this.#bounds, other.#bounds]
    return a === b || (a.length === b.length && a.every((bound, k) => bound === b[k]))
  }

  /** First integer that is in one of two sets and not in the other. */
  firstDifference(other: Bitfield): bigint | undefined {
    return Bitfield.#make(combine(this.#bounds, other.#bounds, inOneOnly)).first()
  }

  /** RLE+; the same array every time, not to be changed. */
  toBytes(): Uint8Array {
    return (this.#encoded ??= encodeRlePlus(this.#bounds))
  }

  /** As `{0-3,7}`. */
  toString(): string {
    return `{${Array.from(this.ranges(), ([a, b]) => (b - a === 1n ? a : `${a}-${b - 1n}`)).join(',')}}`
  }

  /** Lotus' JSON form: lengths of alternating runs, first of those not in the set. */
  toJSON(): Bound[] {
    if (this.isEmpty) return [0]
    return this.#bounds.map((bound, k) => (k === 0 ? bound : minus(bound, this.#bounds[k - 1]!)))
  }

  #numbers(): readonly number[] {
    toNumber(this.#bounds.at(-1) ?? 0)
    return this.#bounds as readonly number[]
  }

  /** Unchecked. */
  static #make(bounds: Bounds): Bitfield {
    return bounds.length === 0 ? Bitfield.empty : new Bitfield(bounds)
  }
}

/** RLE+ in a CBOR byte string. @throws DecodeError for more than 32 KiB, written or read. */
export const bitfield: Codec<Bitfield> = {
  name: 'bitfield',
  encode: (value, out) => out.bytes(bounded(value.toBytes())),
  decode: (input) => Bitfield.fromBytes(bounded(input.bytes('a bitfield'))),
  diff(expected, got, path) {
    const bit = expected.firstDifference(got)
    if (bit === undefined) return undefined
    const [a, b] = expected.has(bit) ? ['set', 'not set'] : ['not set', 'set']
    return {
      path: `${path}[${bit}]`,
      expected: `${a} in ${brief(expected)}`,
      got: `${b} in ${brief(got)}`,
    }
  },
}

function bounded(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_ENCODED_LENGTH)
    throw new DecodeError(`bitfield: ${bytes.length} bytes, at most 32 KiB`)
  return bytes
}

const brief = (value: Bitfield): string =>
  value.runCount <= 20 ? String(value) : `${value.count()} members`

function toNumber(n: Bound): number {
  if (typeof n === 'number') return n
  throw new RangeError(`${n} does not fit a number`)
}
