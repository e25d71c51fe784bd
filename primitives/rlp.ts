/**
 * Ethereum's RLP: byte strings and lists of them, in their one shortest form. The decoder copies nothing and bounds
 * nesting, so that bytes of a stranger cost no more than their length.
 */
import { concatBytes, fromHex } from './bytes.ts'
import { InvalidInput } from './invalid-input.ts'

export type Rlp = Uint8Array | readonly Rlp[]

/** Longest input and deepest nesting that Lotus decodes; transactions need less of both. */
const MAX_INPUT = 2 << 20
const MAX_DEPTH = 32
/** First head byte of strings and of lists; 55 above it the length of the length follows. */
const STRING = 0x80
const LIST = 0xc0
const SHORT = 55

export function encodeRlp(value: Rlp): Uint8Array {
  if (!(value instanceof Uint8Array)) {
    const items = concatBytes(...value.map(encodeRlp))
    return concatBytes(head(LIST, items.length), items)
  }
  const isOwnHead = value.length === 1 && value[0]! < STRING
  return isOwnHead ? value.slice() : concatBytes(head(STRING, value.length), value)
}

/** @throws InvalidInput for bytes that are cut short, left over, longer than needed, or nested deeper than 32 lists. */
export function decodeRlp(bytes: Uint8Array, field = 'rlp'): Rlp {
  if (bytes.length > MAX_INPUT)
    throw new InvalidInput(field, `${bytes.length} bytes, at most ${MAX_INPUT}`)
  const reader: Reader = { bytes, field, at: 0 }
  const value = readItem(reader, bytes.length, 0)
  if (reader.at !== bytes.length) fail(reader, `${bytes.length - reader.at} bytes left over`)
  return value
}

/** Big-endian bytes of a non-negative integer without leading zeros; none for 0: how RLP carries integers. */
export function rlpInteger(n: bigint): Uint8Array {
  if (n === 0n) return new Uint8Array()
  const hex = n.toString(16)
  return fromHex(hex.length % 2 ? `0${hex}` : hex)
}

interface Reader {
  readonly bytes: Uint8Array
  readonly field: string
  at: number
}

function head(kind: number, length: number): Uint8Array {
  if (length <= SHORT) return Uint8Array.of(kind + length)
  const size = rlpInteger(BigInt(length))
  return concatBytes(Uint8Array.of(kind + SHORT + size.length), size)
}

/** The item at the reader, which may reach up to `end`. */
function readItem(reader: Reader, end: number, depth: number): Rlp {
  const { bytes } = reader
  if (reader.at >= end) return fail(reader, 'cut short')
  const first = bytes[reader.at]!
  if (first < STRING) return bytes.slice(reader.at, ++reader.at)
  reader.at++
  const kind = first < LIST ? STRING : LIST
  const length = readLength(reader, first - kind, end)
  if (kind === LIST) return readItems(reader, reader.at + length, depth + 1)
  const value = bytes.slice(reader.at, reader.at + length)
  if (length === 1 && value[0]! < STRING) return fail(reader, 'a small byte has no head')
  reader.at += length
  return value
}

function readItems(reader: Reader, end: number, depth: number): Rlp[] {
  if (depth > MAX_DEPTH) return fail(reader, `nested deeper than ${MAX_DEPTH} lists`)
  const items: Rlp[] = []
  while (reader.at < end) items.push(readItem(reader, end, depth))
  return items
}

/** The length that a head byte announces, `short` being its value within its kind. */
function readLength(reader: Reader, short: number, end: number): number {
  let length = short
  if (short > SHORT) {
    const size = short - SHORT
    if (size > end - reader.at) return fail(reader, 'cut short in a length')
    if (reader.bytes[reader.at] === 0) return fail(reader, 'length with leading zeros')
    length = 0
    for (let i = 0; i < size; i++) length = length * 256 + reader.bytes[reader.at++]!
    if (length <= SHORT) return fail(reader, 'length in a longer form than needed')
  }
  if (length > end - reader.at) return fail(reader, `cut short, ${length} bytes announced`)
  return length
}

function fail({ field, at }: Reader, why: string): never {
  throw new InvalidInput(field, `invalid RLP at byte ${at}: ${why}`)
}
