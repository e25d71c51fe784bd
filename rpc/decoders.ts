/** Decoders of parameters: each takes what JSON gives, and says what it should have been. */
import {
  type Message,
  messageFromJson,
  type SignedMessage,
  signedMessageFromJson,
} from '../engine/chain/message.ts'
import { cidFromJson } from '../engine/chain/lotus-json.ts'
import { type Address, parseAddress } from '../primitives/address.ts'
import { decodeBase64 } from '../primitives/base64.ts'
import { fromHex } from '../primitives/bytes.ts'
import type { Cid } from '../primitives/cid.ts'
import { type EthAddress, filecoinAddressOf } from '../primitives/eth-address.ts'
import type { ChainEpoch } from '../primitives/units.ts'
import { type Decoder, Mismatch } from './method.ts'

/** The parameter, or `fallback` where it is absent or null. */
export const optional =
  <T, F>(decoder: Decoder<T>, fallback: F): Decoder<T | F> =>
  (value) =>
    value === undefined || value === null ? fallback : decoder(value)

/** An array; null is an empty one. */
export const listOf =
  <T>(decoder: Decoder<T>): Decoder<readonly T[]> =>
  (value) => {
    if (value === undefined || value === null) return []
    if (!Array.isArray(value)) throw new Mismatch('an array', value)
    return value.map(decoder)
  }

/** An array, or one item instead of an array of it. */
export const oneOrMore =
  <T>(decoder: Decoder<T>): Decoder<readonly T[]> =>
  (value) =>
    Array.isArray(value) ? value.map(decoder) : [decoder(value)]

/** Anything: parameters that Lotus takes and a devnet has no use for. */
export const ignored: Decoder<unknown> = (value) => value

export const text: Decoder<string> = (value) => {
  if (typeof value !== 'string') throw new Mismatch('a string', value)
  return value
}

export const bool: Decoder<boolean> = (value) => {
  if (typeof value !== 'boolean') throw new Mismatch('true or false', value)
  return value
}

/** A non-negative JSON integer. */
export const uint: Decoder<number> = (value) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Mismatch('a non-negative integer', value)
  return value
}

/** A JSON integer. */
export const integer: Decoder<number> = (value) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new Mismatch('an integer', value)
  return value
}

export const epoch: Decoder<ChainEpoch> = (value) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Mismatch('an epoch', value)
  return value
}

/** A Filecoin address in text, of either network. */
export const address: Decoder<Address> = (value) => {
  if (typeof value !== 'string') throw new Mismatch('an address', value)
  return explained('an address', value, () => parseAddress(value))
}

/** `{"/": "bafy…"}`. */
export const cid: Decoder<Cid> = (value) => {
  if (typeof value !== 'object' || value === null || !('/' in value))
    throw new Mismatch('{"/": "<CID>"}', value)
  return explained('a CID', value, () => cidFromJson(value, 'CID'))
}

/** CIDs of a tipset's blocks; none stand for the head. */
export const tipsetKey: Decoder<readonly Cid[]> = (value) => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new Mismatch('a tipset key: an array of CIDs or null', value)
  return value.map(cid)
}

export const message: Decoder<Message> = (value) => messageFromJson(value)
export const signedMessage: Decoder<SignedMessage> = (value) => signedMessageFromJson(value)

/** An integer as Ethereum clients write it: `0x` and digits, decimal digits, or a JSON number. */
export const quantity: Decoder<bigint> = (value) => {
  const small = typeof value === 'number' && Number.isSafeInteger(value)
  const written = typeof value === 'string' && /^(0x[\da-f]{1,64}|\d{1,78})$/i.test(value)
  if (!written && !small && typeof value !== 'bigint') throw new Mismatch('an integer', value)
  const n = BigInt(value as string | number | bigint)
  if (n < 0n) throw new Mismatch('a non-negative integer', value)
  return n
}

/** `quantity` that a number holds exactly. */
export const smallQuantity: Decoder<number> = (value) => {
  const n = Number(quantity(value))
  if (!Number.isSafeInteger(n)) throw new Mismatch('an integer below 2^53', value)
  return n
}

export const ethAddress: Decoder<EthAddress> = (value) => hexOf(value, 20, 'an Ethereum address')
/** Any actor, by its Filecoin address or by the one Ethereum clients know it by, masked ids included. */
export const actorAddress: Decoder<Address> = (value) =>
  typeof value === 'string' && /^0x/i.test(value)
    ? filecoinAddressOf(ethAddress(value))
    : address(value)

export const ethHash: Decoder<Uint8Array> = (value) => hexOf(value, 32, 'a 32-byte hash')

/** Bytes in base64; null is none. */
export const base64: Decoder<Uint8Array> = (value) => {
  if (value === null) return new Uint8Array()
  if (typeof value !== 'string') throw new Mismatch('bytes in base64', value)
  return explained('bytes in base64', value, () => decodeBase64(value))
}

/** `0x` and two digits a byte. */
export const hexBytes: Decoder<Uint8Array> = (value) => {
  if (typeof value !== 'string' || !/^0x([\da-f]{2})*$/i.test(value))
    throw new Mismatch('0x-prefixed bytes', value)
  return fromHex(value)
}

/** Up to 32 bytes; clients leave out leading zeros, down to half a byte. */
export const storageKey: Decoder<Uint8Array> = (value) => {
  if (typeof value !== 'string' || !/^0x[\da-f]{0,64}$/i.test(value))
    throw new Mismatch('a storage key of at most 32 bytes', value)
  return fromHex(value.slice(2).padStart(64, '0'))
}

/** Percentiles of `eth_feeHistory`: in ascending order. */
export const percentiles: Decoder<readonly number[]> = (value) => {
  if (!Array.isArray(value) || value.length > MAX_PERCENTILES)
    throw new Mismatch(`an array of at most ${MAX_PERCENTILES} percentiles`, value)
  for (const [i, item] of value.entries()) {
    const ascending = i === 0 || item >= value[i - 1]
    if (typeof item !== 'number' || item < 0 || item > 100 || !ascending)
      throw new Mismatch('percentiles from 0 to 100 in ascending order', value)
  }
  return value as number[]
}

const MAX_PERCENTILES = 100

function hexOf(value: unknown, length: number, expected: string): Uint8Array {
  const digits = typeof value === 'string' ? value.replace(/^0x/i, '') : ''
  if (digits.length !== 2 * length || !/^[\da-f]*$/i.test(digits))
    throw new Mismatch(expected, value)
  return fromHex(digits)
}

/** What `read` makes of the value; its reason for refusing it is added to what was expected. */
function explained<T>(what: string, value: unknown, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Mismatch(what, value, reason.split(': ').at(-1))
  }
}
