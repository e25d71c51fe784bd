/**
 * Entries of the collections in vector files: listed, or described in a sentence of clauses, as
 * `uvarint(i) -> CBOR uint 42, i=100..194 except 104,108` or `every i in 0..9999 with (i+1)%3==0 = bytes "value"`.
 */
import { idAddress } from '../../primitives/address.ts'
import { fromHex, toHex, utf8 } from '../../primitives/bytes.ts'
import { MAJOR } from '../../primitives/cbor.ts'
import { byteString, type Codec, uint64 } from '../../primitives/codec.ts'
import { encodeUvarint } from '../../primitives/varint.ts'

/** Bytes or an unsigned integer. */
export type Scalar = Uint8Array | bigint

/** By key: hexadecimal bytes, or a decimal index. */
export type Entries = Map<string, Scalar>

/** CBOR of the values that entries have. */
export const scalar: Codec<Scalar> = {
  name: 'bytes or integer',
  encode: (value, out) =>
    typeof value === 'bigint' ? uint64.encode(value, out) : byteString.encode(value, out),
  decode: (input) =>
    input.peekMajor() === MAJOR.bytes ? byteString.decode(input) : uint64.decode(input),
}

/** Entries of a case; `indexed` when they stand at indices and not at keys of bytes. */
export function entriesOf(described: unknown, indexed: boolean): Entries {
  if (typeof described === 'string') return entriesOfSentence(described, indexed)
  if (typeof described !== 'object' || described === null)
    throw new Error('entries are neither listed nor described')
  const pairs: [unknown, unknown][] = Array.isArray(described)
    ? described
    : Object.entries(described)
  return new Map(pairs.map(([key, value]) => [String(key), listedValue(value)]))
}

type KeyOf = (i: bigint) => string
type ValueOf = (i: bigint, key: string) => Scalar

/** What the clauses read so far say, and which numbers the last one named. */
interface Reading {
  readonly entries: Entries
  readonly indexed: boolean
  keyOf: KeyOf
  valueOf: ValueOf
  removing: boolean
}

const asciiKey: KeyOf = (i) => toHex(utf8(String(i)))
const same: ValueOf = (_, key) => fromHex(key)

function entriesOfSentence(sentence: string, indexed: boolean): Entries {
  const keyOf: KeyOf = indexed ? String : asciiKey
  const reading: Reading = { entries: new Map(), indexed, keyOf, valueOf: same, removing: false }
  for (const clause of sentence.match(/(?:"[^"]*"|[^",]|,(?! ))+/g) ?? [])
    readClause(reading, clause.trim())
  return reading.entries
}

function readClause(reading: Reading, clause: string): void {
  const range = /^i\s*=\s*(\d+\.\.\d+)(?: except (.+))?$/.exec(clause)
  const assigned =
    /^(?:every|each|all) (i in .+?) ?(?:->|(?<!=)=(?!=)) ?(.+)$/.exec(clause) ??
    /^(.+?) ?-> ?(.+)$/.exec(clause)
  const removed = /^(?:except )?([\d,/. ]+?)(?: deleted)?$/.exec(clause)
  const repeated = /^(\d+\.\.\d+) as above$/.exec(clause)
  const named = /^(key|value)s? ?=? ?(.+)$/.exec(clause)
  if (range) {
    put(reading, numbersIn(range[1]!))
    if (range[2]) remove(reading, numbersIn(range[2]))
  } else if (assigned) {
    reading.valueOf = valueOf(assigned[2]!)
    put(reading, readSubject(reading, assigned[1]!))
  } else if (repeated) put(reading, numbersIn(repeated[1]!))
  else if (named?.[1] === 'key') put(reading, readSubject(reading, named[2]!))
  else if (named) reading.valueOf = valueOf(named[2]!)
  else if (removed && (reading.removing || /except|deleted/.test(clause)))
    remove(reading, numbersIn(removed[1]!))
  else throw new Error(`entries: cannot read ${JSON.stringify(clause)}`)
}

/** Sets how keys are made; the numbers they are made of, none where a later clause names them. */
function readSubject(reading: Reading, subject: string): bigint[] {
  const conditional = /^i ?(?:in|=) ?(\d+\.\.\d+)(?: (?:with|where) (.+))?$/.exec(subject)
  if (conditional) return numbersIn(conditional[1]!).filter(condition(conditional[2]))
  const literal = /^"(.*)"$/.exec(subject)
  if (literal) {
    const key = toHex(utf8(literal[1]!))
    reading.entries.set(key, reading.valueOf(0n, key))
    return []
  }
  const actor = /^(?:ID address bytes of )?f0(\d+) ?\+ ?i$/.exec(subject)
  const varint = /^uvarint\((.+)\)$/.exec(subject)
  if (actor) reading.keyOf = (i) => toHex(idAddress(BigInt(actor[1]!) + i).bytes)
  else if (varint) reading.keyOf = (i) => toHex(encodeUvarint(i))
  else if (/^ascii decimal\b/.test(subject)) reading.keyOf = asciiKey
  const numbers = (varint?.[1] ?? subject).replace(/^ascii decimal */, '')
  return actor || numbers === 'i' || numbers === '' ? [] : numbersIn(numbers)
}

function valueOf(text: string): ValueOf {
  const quoted = /^(?:bytes |byte string )?"(.*)"$/.exec(text)
  const sum = /^(?:CBOR )?(?:uint )?(i|\d+)(?: ?\+ ?(i|\d+))?$/.exec(text)
  if (text === 'same') return same
  if (quoted) return (i) => utf8(quoted[1]!.replace(/<i>|\bN\b/g, () => String(i)))
  if (!sum) throw new Error(`entries: cannot read the value ${JSON.stringify(text)}`)
  const term = (t = '0', i: bigint): bigint => (t === 'i' ? i : BigInt(t))
  return (i) => term(sum[1], i) + term(sum[2], i)
}

function condition(text: string | undefined): (i: bigint) => boolean {
  if (text === undefined) return () => true
  const parts = /^\(?i ?(?:([+-]) ?(\d+))?\)? ?% ?(\d+) ?(==|!=) ?(\d+)$/.exec(text)
  if (!parts) throw new Error(`entries: cannot read the condition ${JSON.stringify(text)}`)
  const [, sign, shift = '0', modulus, relation, rest] = parts
  const offset = BigInt(`${sign ?? ''}${shift}`)
  return (i) => ((i + offset) % BigInt(modulus!) === BigInt(rest!)) === (relation === '==')
}

/** `3..5`, `3/4/5` or `3,4,5`; ranges include both ends. */
function numbersIn(text: string): bigint[] {
  return text.split(/[,/] ?/).flatMap((part) => {
    const ends = /^(\d+)(?:\.\.(\d+))?$/.exec(part.trim())
    if (!ends) throw new Error(`entries: cannot read the numbers ${JSON.stringify(text)}`)
    const [first, last] = [BigInt(ends[1]!), BigInt(ends[2] ?? ends[1]!)]
    return Array.from({ length: Number(last - first) + 1 }, (_, k) => first + BigInt(k))
  })
}

function put(reading: Reading, numbers: readonly bigint[]): void {
  reading.removing = false
  for (const i of numbers) {
    const key = reading.keyOf(i)
    reading.entries.set(key, reading.valueOf(i, key))
  }
}

function remove(reading: Reading, numbers: readonly bigint[]): void {
  reading.removing = true
  for (const i of numbers) reading.entries.delete(reading.keyOf(i))
}

/** Bytes as hexadecimal, or an integer. */
function listedValue(value: unknown): Scalar {
  return typeof value === 'string' ? fromHex(value) : BigInt(value as number)
}
