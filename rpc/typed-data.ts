/** Typed data as wallets sign it: its digest. Reference: EIP-712. */
import { concatBytes, utf8 } from '../primitives/bytes.ts'
import { keccak256 } from '../primitives/crypto/hash.ts'
import { u256Bytes } from '../primitives/u256.ts'
import { bool, ethAddress, hexBytes, text } from './decoders.ts'
import { invalidParams } from './errors.ts'
import { type Fields, inFieldOf, objectFields } from './eth-params.ts'
import { type Decoder, Mismatch } from './method.ts'

interface Field {
  readonly name: string
  readonly type: string
}

export interface TypedData {
  readonly types: Readonly<Record<string, readonly Field[]>>
  readonly primaryType: string
  readonly domain: Fields
  readonly message: Fields
}

/** `{types, primaryType, domain, message}`, as an object or as JSON in a string. */
export const typedData: Decoder<TypedData> = (value) => {
  const given = typeof value === 'string' ? parsed(value) : value
  const fields = objectFields(given, 'typed data')
  const types = objectFields(fields['types'], 'types by name')
  const all = Object.entries(types).map(([name, list]) => [name, fieldsOf(name, list)] as const)
  return {
    types: Object.fromEntries(all),
    primaryType: inFieldOf(fields, 'primaryType', text),
    domain: objectFields(fields['domain'], 'a domain'),
    message: objectFields(fields['message'], 'a message'),
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new Mismatch('typed data', json)
  }
}

function fieldsOf(type: string, list: unknown): Field[] {
  if (!Array.isArray(list)) throw new Mismatch('an array of fields', list).inField(type)
  return list.map((item) => {
    const fields = objectFields(item, 'a field')
    return { name: inFieldOf(fields, 'name', text), type: inFieldOf(fields, 'type', text) }
  })
}

/** What is signed. @throws RpcError naming the field that does not fit its type. */
export function typedDataDigest({ types, primaryType, domain, message }: TypedData): Uint8Array {
  const own = hashStruct(types, 'EIP712Domain', domain)
  const parts = [Uint8Array.of(0x19, 0x01), own]
  if (primaryType !== 'EIP712Domain') parts.push(hashStruct(types, primaryType, message))
  return keccak256(concatBytes(...parts))
}

type Types = TypedData['types']

function hashStruct(types: Types, type: string, value: Fields): Uint8Array {
  const fields = types[type]
  if (!fields) throw invalidParams(`typed data has no type ${type}`)
  const words = fields.map((field) =>
    encodeValue(types, field.type, value[field.name], `${type}.${field.name}`),
  )
  return keccak256(concatBytes(keccak256(utf8(typeText(types, type))), ...words))
}

/** The type, then all types below it by name. */
function typeText(types: Types, type: string): string {
  const below = new Set<string>()
  const collect = (name: string): void => {
    for (const field of types[name] ?? []) {
      const inner = field.type.replace(/\[.*$/, '')
      if (types[inner] && inner !== type && !below.has(inner)) {
        below.add(inner)
        collect(inner)
      }
    }
  }
  collect(type)
  const written = (name: string) =>
    `${name}(${types[name]!.map((field) => `${field.type} ${field.name}`).join(',')})`
  return [type, ...[...below].sort()].map(written).join('')
}

/** One word of a struct: a value, or the hash of what is longer. */
function encodeValue(types: Types, type: string, value: unknown, where: string): Uint8Array {
  const item = /^(.*)\[(\d*)\]$/.exec(type)
  if (item) {
    const [, inner, length] = item
    if (!Array.isArray(value) || (length !== '' && value.length !== Number(length)))
      throw invalidParams(`${where}: expected ${type}`)
    const words = value.map((one, i) => encodeValue(types, inner!, one, `${where}[${i}]`))
    return keccak256(concatBytes(...words))
  }
  try {
    if (types[type]) return hashStruct(types, type, objectFields(value, `a ${type}`))
    return atomic(type, value)
  } catch (error) {
    if (error instanceof Mismatch || error instanceof RangeError)
      throw invalidParams(`${where}: ${error.message}`)
    throw error
  }
}

function atomic(type: string, value: unknown): Uint8Array {
  if (type === 'string') return keccak256(utf8(text(value)))
  if (type === 'bytes') return keccak256(hexBytes(value))
  if (type === 'bool') return u256Bytes(bool(value) ? 1n : 0n)
  if (type === 'address') return padded(ethAddress(value), 'left')
  const [, kind, size] = /^(uint|int|bytes)(\d+)$/.exec(type) ?? []
  if (kind === 'bytes') return padded(hexBytes(value), 'right', Number(size))
  if (kind === undefined) throw new Mismatch('a type of Solidity', type)
  return u256Bytes(BigInt.asUintN(256, integerOf(type, value, kind === 'int', Number(size))))
}

function integerOf(type: string, value: unknown, signed: boolean, bits: number): bigint {
  const written = typeof value === 'string' && /^(0x[\da-f]+|-?\d+)$/i.test(value)
  const plain = typeof value === 'bigint' || Number.isSafeInteger(value)
  if (!written && !plain) throw new Mismatch(type, value)
  const n = BigInt(value as string | number | bigint)
  const end = 1n << BigInt(signed ? bits - 1 : bits)
  if (n >= end || n < (signed ? -end : 0n)) throw new Mismatch(type, value)
  return n
}

function padded(bytes: Uint8Array, side: 'left' | 'right', length = bytes.length): Uint8Array {
  if (bytes.length !== length || length > 32) throw new Mismatch(`${length} bytes`, bytes.length)
  const zeros = new Uint8Array(32 - length)
  return side === 'left' ? concatBytes(zeros, bytes) : concatBytes(bytes, zeros)
}
