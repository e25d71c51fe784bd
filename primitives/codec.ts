/**
 * Types of the chain, each declared once: a codec gives the TypeScript type, the wire order, the encoding and
 * the way two values are compared. `tuple` is what Filecoin's actors use for nearly every struct.
 */
import { type Address, addressFromBytes, idAddress } from './address.ts'
import { compareBytes, toHex } from './bytes.ts'
import {
  type BlockSink,
  type BlockSource,
  CborReader,
  CborWriter,
  DecodeError,
  MAJOR,
} from './cbor.ts'
import type { Cid } from './cid.ts'
import { type StructFunctions, structFunctions } from './struct-functions.ts'
import { type ActorId, type ChainEpoch } from './units.ts'

export interface Codec<T> {
  /** What the type is called in errors. */
  readonly name: string
  encode(value: T, out: CborWriter): void
  /** @throws DecodeError */
  decode(input: CborReader): T
  /** First place where two values differ; without it their encodings are compared. */
  diff?(expected: T, got: T, path: string): Difference | undefined
  /** Of structs: what copies and compares them fast, field by field. */
  readonly fields?: () => Pick<StructFunctions<T>, 'copy' | 'same'>
}

/** The TypeScript type of a codec. */
export type Infer<C> = C extends Codec<infer T> ? T : never

export interface Difference {
  /** Where in the value, as `sectors[12].activation`. */
  path: string
  expected: string
  got: string
}

/** Encodes a value; with `sink`, also writes every block it links to. */
export function encode<T>(codec: Codec<T>, value: T, sink?: BlockSink): Uint8Array {
  const out = new CborWriter(sink)
  codec.encode(value, out)
  return out.finish()
}

/** Decodes a whole block; links are read from `source` when followed. @throws DecodeError, also for bytes left over. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, source?: BlockSource): T {
  const input = new CborReader(bytes, source)
  const value = codec.decode(input)
  if (!input.done) throw new DecodeError(`${codec.name}: ${input.remaining} bytes left over`)
  return value
}

/** First place where two values of a type differ. */
export function difference<T>(
  codec: Codec<T>,
  expected: T,
  got: T,
  path = '',
): Difference | undefined {
  if (codec.diff) return codec.diff(expected, got, path)
  if (compareBytes(encode(codec, expected), encode(codec, got)) === 0) return undefined
  return { path, expected: show(expected), got: show(got) }
}

/** A value as text for a person: exact, on one line, cut where long. */
export function show(value: unknown): string {
  const text = JSON.stringify(value, (_, v: unknown) => {
    if (typeof v === 'bigint') return v.toString()
    return v instanceof Uint8Array ? `0x${toHex(v)}` : v
  })
  return text === undefined ? 'nothing' : text.length > 400 ? `${text.slice(0, 400)}…` : text
}

function inRange(
  codec: string,
  value: number | bigint,
  low: bigint | number,
  high: bigint | number,
): void {
  if (value < low || value > high) throw new DecodeError(`${codec}: ${value} is out of range`)
}

const MAX_SAFE = Number.MAX_SAFE_INTEGER

/** Unsigned integer that fits a JavaScript number; larger ones are refused. */
export const uint: Codec<number> = {
  name: 'uint',
  encode: (value, out) => out.head(MAJOR.unsigned, value),
  decode(input) {
    const value = input.head(MAJOR.unsigned, 'an unsigned integer')
    inRange('uint', value, 0, MAX_SAFE)
    return Number(value)
  },
}

/** Signed integer that fits a JavaScript number; larger ones are refused. */
export const int: Codec<number> = {
  name: 'int',
  encode: (value, out) => out.int(value),
  decode(input) {
    const value = input.int('an integer')
    inRange('int', value, -MAX_SAFE, MAX_SAFE)
    return Number(value)
  },
}

/** Chain epoch of a state, where the protocol keeps it small. Use `int64` for what a caller may set freely. */
export const epoch: Codec<ChainEpoch> = { ...int, name: 'epoch' }

/** Unsigned 64-bit integer. */
export const uint64: Codec<bigint> = {
  name: 'uint64',
  encode: (value, out) => out.head(MAJOR.unsigned, value),
  decode: (input) => BigInt(input.head(MAJOR.unsigned, 'an unsigned integer')),
}

/** Signed 64-bit integer. */
export const int64: Codec<bigint> = {
  name: 'int64',
  encode: (value, out) => out.int(value),
  decode(input) {
    const value = BigInt(input.int('an integer'))
    inRange('int64', value, -(1n << 63n), (1n << 63n) - 1n)
    return value
  },
}

export const bool: Codec<boolean> = {
  name: 'bool',
  encode: (value, out) => out.bool(value),
  decode: (input) => input.bool('a boolean'),
}

export const text: Codec<string> = {
  name: 'text',
  encode: (value, out) => out.text(value),
  decode: (input) => input.text('a text string'),
}

export const byteString: Codec<Uint8Array> = {
  name: 'byteString',
  encode: (value, out) => out.bytes(value),
  decode: (input) => input.bytes('a byte string').slice(),
}

const MAX_BIG_INT_LENGTH = 128

/** Big integer: empty for zero, else a sign byte (0 or 1) and the big-endian magnitude; at most 128 bytes. */
export const bigInt: Codec<bigint> = {
  name: 'bigInt',
  encode: (value, out) => out.bigInt(value),
  decode: (input) => bigIntFromBytes(input.bytes('a big integer')),
}

/** attoFIL on the wire. */
export const tokenAmount: Codec<bigint> = { ...bigInt, name: 'tokenAmount' }
/** Bytes of storage on the wire. */
export const storagePower: Codec<bigint> = { ...bigInt, name: 'storagePower' }

const EMPTY = new Uint8Array()

/** Sign byte and magnitude of a big integer; no bytes for zero. */
export function bigIntBytes(value: bigint): Uint8Array {
  if (value === 0n) return EMPTY
  let hex = (value < 0n ? -value : value).toString(16)
  if (hex.length % 2) hex = `0${hex}`
  const out = new Uint8Array(hex.length / 2 + 1)
  out[0] = value < 0n ? 1 : 0
  for (let i = 1; i < out.length; i++)
    out[i] = (nibble(hex.charCodeAt(2 * i - 2)) << 4) | nibble(hex.charCodeAt(2 * i - 1))
  if (out.length > MAX_BIG_INT_LENGTH) throw new DecodeError('bigInt: longer than 128 bytes')
  return out
}

const nibble = (char: number): number => (char < 58 ? char - 48 : char - 87)

/** @throws DecodeError for a wrong sign byte or more than 128 bytes. */
export function bigIntFromBytes(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  if (bytes.length > MAX_BIG_INT_LENGTH) throw new DecodeError('bigInt: longer than 128 bytes')
  if (bytes[0]! > 1) throw new DecodeError(`bigInt: sign byte ${bytes[0]}`)
  const magnitude = bytes.length === 1 ? 0n : BigInt(`0x${toHex(bytes.subarray(1))}`)
  return bytes[0] === 1 ? -magnitude : magnitude
}

/** A CID kept as such: code, sealed and unsealed commitments, blocks nobody opens. */
export const cidLink: Codec<Cid> = {
  name: 'cid',
  encode: (value, out) => out.cid(value),
  decode: (input) => input.cid('a CID'),
}

/** An address of any protocol. */
export const address: Codec<Address> = {
  name: 'address',
  encode: (value, out) => out.bytes(value.bytes),
  decode(input) {
    try {
      return addressFromBytes(input.bytes('an address'))
    } catch (error) {
      if (error instanceof DecodeError) throw error
      throw new DecodeError(error instanceof Error ? error.message : String(error))
    }
  },
}

/** An ID address where nothing else can stand, kept as the actor's number. */
export const actorIdAddress: Codec<ActorId> = {
  name: 'actorId',
  encode: (value, out) => out.bytes(idAddress(value).bytes),
  decode(input) {
    const id = address.decode(input).id
    if (id === undefined) throw new DecodeError('expected an ID address')
    return id
  },
}

/** An actor number as a plain integer. */
export const actorIdUint: Codec<ActorId> = uint as unknown as Codec<ActorId>

/** The value, or null. */
export function nullable<T>(codec: Codec<T>): Codec<T | null> {
  return {
    name: `${codec.name} or null`,
    encode: (value, out) => (value === null ? out.null() : codec.encode(value, out)),
    decode: (input) => (input.takeNull() ? null : codec.decode(input)),
    diff(expected, got, path) {
      if (expected !== null && got !== null) return difference(codec, expected, got, path)
      return expected === got ? undefined : { path, expected: show(expected), got: show(got) }
    },
  }
}

/** An array of any length, up to `limit` items. */
export function list<T>(codec: Codec<T>, limit = Infinity): Codec<readonly T[]> {
  return {
    name: `list of ${codec.name}`,
    encode(value, out) {
      out.head(MAJOR.array, value.length)
      for (const item of value) codec.encode(item, out)
    },
    decode(input) {
      const length = input.length(MAJOR.array, `a list of ${codec.name}`)
      if (length > limit) throw new DecodeError(`${length} items, at most ${limit}`)
      return Array.from({ length }, () => codec.decode(input))
    },
    diff(expected, got, path) {
      if (expected.length !== got.length)
        return { path: `${path}.length`, expected: `${expected.length}`, got: `${got.length}` }
      for (const [i, item] of expected.entries()) {
        const found = difference(codec, item, got[i]!, `${path}[${i}]`)
        if (found) return found
      }
      return undefined
    },
  }
}

type Fields = Readonly<Record<string, Codec<unknown>>>
type TupleOf<F> = { readonly [K in keyof F]: F[K] extends Codec<infer T> ? T : never }

/**
 * A struct encoded as an array of its fields in the order they are declared.
 * @param added - fields at the end that older blocks lack, and what they mean there; they are always written.
 */
export function tuple<F extends Fields>(
  fields: F,
  name = 'tuple',
  added: Partial<TupleOf<F>> = {},
): Codec<TupleOf<F>> {
  const entries = Object.entries(fields)
  const names = entries.map(([key]) => key)
  const codecs = entries.map(([, codec]) => codec)
  const fewest = codecs.length - Object.keys(added).length
  type Struct = TupleOf<F>
  let compiled: StructFunctions<Struct> | undefined
  const compile = (): StructFunctions<Struct> => (compiled = structFunctions(names, codecs))
  return {
    name,
    fields: () => compiled ?? compile(),
    encode(value, out) {
      out.head(MAJOR.array, codecs.length)
      ;(compiled ?? compile()).encode(value, out)
    },
    decode(input) {
      const length = input.length(MAJOR.array, name)
      if (length === codecs.length) return (compiled ?? compile()).decode(input)
      if (length > codecs.length || length < fewest)
        throw new DecodeError(`${name} has ${codecs.length} fields, got ${length}`)
      const value: Record<string, unknown> = { ...added }
      for (let i = 0; i < length; i++) value[names[i]!] = codecs[i]!.decode(input)
      return (compiled ?? compile()).copy(value as Struct)
    },
    diff(expected, got, path) {
      const [a, b] = [expected as Record<string, unknown>, got as Record<string, unknown>]
      for (const [key, codec] of entries) {
        const found = difference(codec, a[key], b[key], path ? `${path}.${key}` : key)
        if (found) return found
      }
      return undefined
    },
  }
}

/** The same wire form under another TypeScript type. */
export function mapped<W, T>(
  codec: Codec<W>,
  name: string,
  toValue: (wire: W) => T,
  toWire: (value: T) => W,
): Codec<T> {
  return {
    name,
    encode: (value, out) => codec.encode(toWire(value), out),
    decode: (input) => toValue(codec.decode(input)),
  }
}

/** Any single CBOR item, kept as its bytes. */
export const rawCbor: Codec<Uint8Array> = {
  name: 'CBOR item',
  encode: (value, out) => out.raw(value),
  decode: (input) => input.rawItem('a CBOR item').slice(),
}
