/**
 * Content identifiers, version 1, as Filecoin uses them: a codec, a hash function and a digest.
 * A CID is kept in its binary form; the text form is made on demand.
 */
import { decodeBase32, encodeBase32 } from './base32.ts'
import { bytesKey, equalBytes, fromHex, toHex } from './bytes.ts'
import { blake2b256 } from './crypto/hash.ts'
import { decodeUvarint, encodeUvarint } from './varint.ts'

/** Multicodec numbers in use. */
export const CODEC = {
  raw: 0x55,
  dagCbor: 0x71,
  cbor: 0x51,
  /** Running digest of a chain whose roots are deferred; a private codec, so that it never passes for a state root. */
  deferredRoot: 0x300001,
  commitmentUnsealed: 0xf101,
  commitmentSealed: 0xf102,
} as const

/** Multihash numbers in use. */
export const HASH = {
  identity: 0x00,
  sha256: 0x12,
  blake2b256: 0xb220,
  sha2Trunc254Padded: 0x1012,
  poseidonBls12381A2Fc1: 0xb401,
} as const

export class Cid {
  /** Binary form: version, codec, hash function, digest length, digest. Not to be changed. */
  readonly bytes: Uint8Array
  #text: string | undefined
  #key: string | undefined

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get codec(): number {
    return Number(decodeUvarint(this.bytes, 1)[0])
  }

  /** Key for a Map: equal exactly when the CIDs are. */
  get key(): string {
    return (this.#key ??= bytesKey(this.bytes))
  }

  get hex(): string {
    return toHex(this.bytes)
  }

  /** Digest of the multihash. */
  get digest(): Uint8Array {
    let at = 1
    for (let i = 0; i < 3; i++) at = decodeUvarint(this.bytes, at)[1]
    return this.bytes.subarray(at)
  }

  equals(other: Cid): boolean {
    return this === other || equalBytes(this.bytes, other.bytes)
  }

  toString(): string {
    return (this.#text ??= `b${encodeBase32(this.bytes)}`)
  }

  /** Lotus' JSON form. */
  toJSON(): { '/': string } {
    return { '/': this.toString() }
  }
}

const BLAKE2B_DAG_CBOR = fromHex('0171a0e40220')

/** CID of a dag-cbor block (or of another `codec`), hashed with blake2b-256. */
export function cidOf(block: Uint8Array, codec: number = CODEC.dagCbor): Cid {
  return codec === CODEC.dagCbor
    ? withDigest(BLAKE2B_DAG_CBOR, blake2b256(block))
    : makeCid(codec, HASH.blake2b256, blake2b256(block))
}

export function makeCid(codec: number, hash: number, digest: Uint8Array): Cid {
  const head = [1, codec, hash, digest.length].flatMap((n) => [...encodeUvarint(n)])
  return withDigest(Uint8Array.from(head), digest)
}

function withDigest(prefix: Uint8Array, digest: Uint8Array): Cid {
  const bytes = new Uint8Array(prefix.length + digest.length)
  bytes.set(prefix)
  bytes.set(digest, prefix.length)
  return new Cid(bytes)
}

/** Checks the binary form of a CIDv1. @throws TypeError naming what is wrong. */
export function cidFromBytes(bytes: Uint8Array): Cid {
  try {
    const [version, afterVersion] = decodeUvarint(bytes, 0)
    if (version !== 1n) throw new TypeError(`CID version ${version}`)
    const [, afterCodec] = decodeUvarint(bytes, afterVersion)
    const [, afterHash] = decodeUvarint(bytes, afterCodec)
    const [length, start] = decodeUvarint(bytes, afterHash)
    if (BigInt(bytes.length - start) !== length) throw new TypeError('CID digest length')
  } catch (error) {
    throw new TypeError(`not a CID: ${error instanceof Error ? error.message : String(error)}`)
  }
  return new Cid(bytes)
}

/** @throws TypeError unless `text` is a base32 CIDv1. */
export function parseCid(text: string): Cid {
  if (!text.startsWith('b')) throw new TypeError(`not a base32 CID: ${JSON.stringify(text)}`)
  return cidFromBytes(decodeBase32(text.slice(1)))
}
