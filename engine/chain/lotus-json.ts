/**
 * Lotus' JSON, piece by piece: writers of the forms Go gives its types, and readers that name the field that is wrong.
 * Integers beyond 2⁵³ are bigints here; the RPC layer prints and parses them as plain JSON integers.
 */
import { type Address, parseAddress } from '../../primitives/address.ts'
import { decodeBase64, encodeBase64 } from '../../primitives/base64.ts'
import { type Cid, parseCid } from '../../primitives/cid.ts'
import { InvalidInput, inField } from '../../primitives/invalid-input.ts'
import { SIGNATURE_TYPE, type Signature, signatureTypeOf } from '../../primitives/signature.ts'

/** A JSON integer: a bigint only where a number would not be exact. */
export type JsonInteger = number | bigint
export type LotusCid = { '/': string }
export type LotusSignature = { Type: number; Data: string }
type Fields = Readonly<Record<string, unknown>>

/** Magnitude that still fits the 128 bytes of a big integer on the wire. */
const MAX_AMOUNT = 1n << 1016n
const MAX_AMOUNT_DIGITS = 310

export function integerToJson(n: bigint): JsonInteger {
  const small = Number(n)
  return Number.isSafeInteger(small) ? small : n
}

/** Base64, or null for no bytes, as Go prints an empty slice that was decoded from CBOR. */
export function bytesToJson(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : encodeBase64(bytes)
}

/** The items, or null for none, as Go prints an empty slice that was decoded from CBOR. */
export function listToJson<T, J>(items: readonly T[], toJson: (item: T) => J): J[] | null {
  return items.length === 0 ? null : items.map(toJson)
}

export function signatureToJson({ type, data }: Signature): LotusSignature {
  return { Type: SIGNATURE_TYPE[type], Data: encodeBase64(data) }
}

/** The fields of a JSON object. @throws InvalidInput */
export function readObject(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidInput(name, `expected an object, got ${kindOf(value)}`)
  return value as Fields
}

/** An integer from `low` to `high`; 0 where the field is absent, as Go reads it. @throws InvalidInput */
export function readInteger(fields: Fields, name: string, low: bigint, high: bigint): bigint {
  const value = fields[name] ?? 0
  const exact =
    typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))
  if (!exact) throw new InvalidInput(name, `expected an integer, got ${kindOf(value)}`)
  const n = BigInt(value)
  if (n < low || n > high) throw new InvalidInput(name, `${n} is out of range`)
  return n
}

export const readUint64 = (fields: Fields, name: string): bigint =>
  readInteger(fields, name, 0n, (1n << 64n) - 1n)
export const readInt64 = (fields: Fields, name: string): bigint =>
  readInteger(fields, name, -(1n << 63n), (1n << 63n) - 1n)
/** A non-negative integer that a number holds exactly. @throws InvalidInput */
export const readUint = (fields: Fields, name: string): number =>
  Number(readInteger(fields, name, 0n, BigInt(Number.MAX_SAFE_INTEGER)))

/** A decimal string; 0 where the field is absent. @throws InvalidInput */
export function readAmount(fields: Fields, name: string): bigint {
  const value = fields[name] ?? '0'
  if (typeof value !== 'string' || !/^-?\d+$/.test(value))
    throw new InvalidInput(name, `expected a decimal string, got ${kindOf(value)}`)
  if (value.length > MAX_AMOUNT_DIGITS) throw new InvalidInput(name, `${value.length} digits`)
  const amount = BigInt(value)
  if (amount >= MAX_AMOUNT || -amount >= MAX_AMOUNT) throw new InvalidInput(name, 'out of range')
  return amount
}

/** An address of either network. @throws InvalidInput */
export function readAddress(fields: Fields, name: string): Address {
  const value = fields[name]
  if (typeof value !== 'string')
    throw new InvalidInput(name, `expected an address, got ${kindOf(value)}`)
  return inField(name, () => parseAddress(value))
}

/** Base64; no bytes where the field is null or absent. @throws InvalidInput */
export function readBytes(fields: Fields, name: string): Uint8Array {
  const value = fields[name] ?? ''
  if (typeof value !== 'string')
    throw new InvalidInput(name, `expected base64, got ${kindOf(value)}`)
  return inField(name, () => decodeBase64(value))
}

/** `{"/": "bafy…"}`. @throws InvalidInput */
export function readCid(fields: Fields, name: string): Cid {
  return cidFromJson(fields[name], name)
}

/** `{"/": "bafy…"}`; `name` is what errors call it. @throws InvalidInput */
export function cidFromJson(value: unknown, name: string): Cid {
  const text = readObject(value, name)['/']
  if (typeof text !== 'string') throw new InvalidInput(name, 'expected {"/": "<CID>"}')
  return inField(name, () => parseCid(text))
}

/** The items of an array; none where the field is null or absent. @throws InvalidInput naming the item. */
export function readList<T>(
  fields: Fields,
  name: string,
  read: (item: unknown, name: string) => T,
): T[] {
  const value = fields[name] ?? []
  if (!Array.isArray(value)) throw new InvalidInput(name, `expected an array, got ${kindOf(value)}`)
  return value.map((item, i) => read(item, `${name}[${i}]`))
}

/** What `read` makes of the field, or null where it is null or absent. */
export function readNullable<T>(
  fields: Fields,
  name: string,
  read: (value: unknown, name: string) => T,
): T | null {
  const value = fields[name]
  return value === null || value === undefined ? null : read(value, name)
}

/** `{Type, Data}`; `name` is what errors call it. @throws InvalidInput */
export function signatureFromJson(value: unknown, name: string): Signature {
  const fields = readObject(value, name)
  return inField(name, () => {
    const type = signatureTypeOf(readUint(fields, 'Type'))
    if (type === undefined)
      throw new InvalidInput('Type', `unknown signature type ${fields['Type']}`)
    return { type, data: readBytes(fields, 'Data') }
  })
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  return `${typeof value} ${String(value).slice(0, 60)}`
}
