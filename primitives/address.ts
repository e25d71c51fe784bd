/**
 * Filecoin addresses, protocols 0 to 4, in binary and text form.
 * Reference: FIP-0048 (f4), go-address, ref-fvm `shared/src/address`.
 */
import { decodeBase32, encodeBase32 } from './base32.ts'
import { bytesKey, concatBytes, equalBytes } from './bytes.ts'
import { blake2b, blake2b160 } from './crypto/hash.ts'
import type { ActorId } from './units.ts'
import { decodeUvarint, encodeUvarint } from './varint.ts'

export const PROTOCOL = { id: 0, secp256k1: 1, actor: 2, bls: 3, delegated: 4 } as const

/** Letter of the text form: `f` on mainnet, `t` elsewhere. The bytes are the same. */
export type NetworkLetter = 'f' | 't'

const PAYLOAD_LENGTH: Record<number, number> = { 1: 20, 2: 20, 3: 48 }
const MAX_SUBADDRESS_LENGTH = 54
const MAX_UINT64 = (1n << 64n) - 1n

export class Address {
  /** Protocol byte and payload. Not to be changed. */
  readonly bytes: Uint8Array
  #key: string | undefined
  /** Read once; null where there is none. */
  #id: ActorId | null | undefined

  /** Unchecked; use `addressFromBytes` for foreign bytes. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get protocol(): number {
    return this.bytes[0]!
  }

  get payload(): Uint8Array {
    return this.bytes.subarray(1)
  }

  /** Key for a Map: equal exactly when the addresses are. */
  get key(): string {
    return (this.#key ??= bytesKey(this.bytes))
  }

  /** Actor id of an f0 address that a state tree can hold (below 2⁵³); undefined for any other address. */
  get id(): ActorId | undefined {
    if (this.#id === undefined) this.#id = this.#readId()
    return this.#id ?? undefined
  }

  #readId(): ActorId | null {
    if (this.protocol !== PROTOCOL.id) return null
    const [id] = decodeUvarint(this.bytes, 1)
    return id <= BigInt(Number.MAX_SAFE_INTEGER) ? (Number(id) as ActorId) : null
  }

  equals(other: Address): boolean {
    return this === other || equalBytes(this.bytes, other.bytes)
  }

  /** Text on mainnet; see `formatAddress` for another network. */
  toString(): string {
    return formatAddress(this, 'f')
  }

  toJSON(): string {
    return this.toString()
  }
}

const ID_ADDRESSES: Address[] = []

export function idAddress(id: ActorId | number | bigint): Address {
  if (typeof id === 'number' && id < 4096)
    return (ID_ADDRESSES[id] ??= new Address(concatBytes(Uint8Array.of(0), encodeUvarint(id))))
  return new Address(concatBytes(Uint8Array.of(PROTOCOL.id), encodeUvarint(id)))
}

/** f1 address of a 65-byte uncompressed secp256k1 public key. */
export function secp256k1Address(publicKey: Uint8Array): Address {
  return new Address(concatBytes(Uint8Array.of(PROTOCOL.secp256k1), blake2b160(publicKey)))
}

/** f2 address of an actor-creation preimage. */
export function actorAddress(preimage: Uint8Array): Address {
  return new Address(concatBytes(Uint8Array.of(PROTOCOL.actor), blake2b160(preimage)))
}

/** f3 address of a 48-byte BLS public key. */
export function blsAddress(publicKey: Uint8Array): Address {
  return addressFromBytes(concatBytes(Uint8Array.of(PROTOCOL.bls), publicKey))
}

export function delegatedAddress(namespace: number | bigint, subaddress: Uint8Array): Address {
  return addressFromBytes(
    concatBytes(Uint8Array.of(PROTOCOL.delegated), encodeUvarint(namespace), subaddress),
  )
}

/** Namespace (id of the address manager) and subaddress of an f4 address. */
export function delegatedParts(address: Address): { namespace: bigint; subaddress: Uint8Array } {
  const [namespace, at] = decodeUvarint(address.bytes, 1)
  return { namespace, subaddress: address.bytes.subarray(at) }
}

/** @throws TypeError naming what is wrong with the bytes. */
export function addressFromBytes(bytes: Uint8Array): Address {
  const fail = (why: string): never => {
    throw new TypeError(`not an address: ${why}`)
  }
  const protocol = bytes[0]
  if (protocol === undefined) return fail('no bytes')
  if (protocol > PROTOCOL.delegated) return fail(`unknown protocol ${protocol}`)
  const wanted = PAYLOAD_LENGTH[protocol]
  if (wanted !== undefined && bytes.length !== wanted + 1)
    return fail(`protocol ${protocol} has ${wanted} bytes, got ${bytes.length - 1}`)
  if (wanted === undefined) {
    const end = uvarintEnd(bytes, fail)
    if (protocol === PROTOCOL.id && end !== bytes.length) return fail('bytes left after the id')
    if (protocol === PROTOCOL.delegated && bytes.length - end > MAX_SUBADDRESS_LENGTH)
      return fail(`subaddress of ${bytes.length - end} bytes`)
  }
  return new Address(bytes.slice())
}

function uvarintEnd(bytes: Uint8Array, fail: (why: string) => never): number {
  try {
    return decodeUvarint(bytes, 1)[1]
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

/** Text form with the network's letter. */
export function formatAddress(address: Address, letter: NetworkLetter): string {
  const { protocol, payload } = address
  if (protocol === PROTOCOL.id) return `${letter}0${decodeUvarint(address.bytes, 1)[0]}`
  const checksum = blake2b(4, address.bytes)
  if (protocol !== PROTOCOL.delegated)
    return `${letter}${protocol}${encodeBase32(concatBytes(payload, checksum))}`
  const { namespace, subaddress } = delegatedParts(address)
  return `${letter}4${namespace}f${encodeBase32(concatBytes(subaddress, checksum))}`
}

/** Reads either network's text form. @throws TypeError naming what is wrong. */
export function parseAddress(text: string): Address {
  const fail = (why: string): never => {
    throw new TypeError(`not an address: ${JSON.stringify(text.slice(0, 120))}: ${why}`)
  }
  const match = /^([ft])([0-4])(.+)$/.exec(text)
  if (!match) return fail('expected f or t, a protocol 0 to 4, and a payload')
  const protocol = Number(match[2])
  const body = match[3]!
  if (protocol === PROTOCOL.id) return parseIdAddress(body, fail)
  const delegated = protocol === PROTOCOL.delegated
  const split = delegated ? body.indexOf('f') : -1
  if (delegated && !/^(0|[1-9]\d{0,19})f/.test(body)) return fail('expected a namespace and f')
  const namespace = delegated ? BigInt(body.slice(0, split)) : 0n
  if (namespace > MAX_UINT64) return fail('namespace exceeds 64 bits')
  let decoded: Uint8Array
  try {
    decoded = decodeBase32(body.slice(split + 1))
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
  if (decoded.length < 4) return fail('too short for a checksum')
  const head = concatBytes(
    Uint8Array.of(protocol),
    delegated ? encodeUvarint(namespace) : new Uint8Array(),
  )
  const bytes = concatBytes(head, decoded.subarray(0, -4))
  if (!equalBytes(blake2b(4, bytes), decoded.subarray(-4))) return fail('wrong checksum')
  try {
    return addressFromBytes(bytes)
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function parseIdAddress(digits: string, fail: (why: string) => never): Address {
  if (!/^(0|[1-9]\d{0,19})$/.test(digits)) return fail('expected a decimal id')
  const id = BigInt(digits)
  if (id > MAX_UINT64) return fail('id exceeds 64 bits')
  return idAddress(id)
}
