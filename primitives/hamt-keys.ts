/**
 * Keys of a HAMT: how each kind of key becomes bytes, and the hash that decides where it stands. Hashes are kept,
 * because the same few keys are asked for again and again and sha-256 costs more than the walk to the entry.
 */
import { type Address, addressFromBytes, idAddress } from './address.ts'
import { bytesKey as keyOfBytes, toHex } from './bytes.ts'
import { type Cid, cidFromBytes } from './cid.ts'
import { sha256 } from './crypto/hash.ts'
import type { ActorId } from './units.ts'
import { decodeUvarint, decodeVarint, encodeUvarint, encodeVarint } from './varint.ts'

export interface KeyCodec<K> {
  readonly name: string
  toBytes(key: K): Uint8Array
  /** @throws Error for bytes that are no such key. */
  fromBytes(bytes: Uint8Array): K
  /** The key as it stands in the path of a difference; else its hexadecimal bytes. */
  show?(key: K): string
  /** 32 bytes that place the key; else sha-256, which is what the chain uses everywhere. */
  hash?(bytes: Uint8Array): Uint8Array
}

/** An actor's number, as the bytes of its ID address. */
export const actorIdKey: KeyCodec<ActorId> = {
  name: 'actor id',
  toBytes: (id) => idAddress(id).bytes,
  fromBytes(bytes) {
    const id = addressFromBytes(bytes).id
    if (id === undefined) throw new TypeError('not an ID address of an actor')
    return id
  },
  show: (id) => `f0${id}`,
}

/** An address of any protocol. */
export const addressKey: KeyCodec<Address> = {
  name: 'address',
  toBytes: (address) => address.bytes,
  fromBytes: addressFromBytes,
  show: String,
}

/** Unsigned varint of 64 bits (`abi.UIntKey`). */
export const uvarintKey: KeyCodec<bigint> = {
  name: 'uvarint',
  toBytes: encodeUvarint,
  fromBytes: (bytes) => whole(bytes, decodeUvarint(bytes)),
  show: String,
}

/** Unsigned varint that fits a JavaScript number. */
export const uvarintNumberKey: KeyCodec<number> = {
  name: 'uvarint',
  toBytes: encodeUvarint,
  fromBytes: (bytes) => safe(whole(bytes, decodeUvarint(bytes))),
  show: String,
}

/** Zig-zag signed varint that fits a JavaScript number (`abi.IntKey`), as epochs in the power actor's cron queue. */
export const varintKey: KeyCodec<number> = {
  name: 'varint',
  toBytes: encodeVarint,
  fromBytes: (bytes) => safe(whole(bytes, decodeVarint(bytes))),
  show: String,
}

/** Bytes as they are. */
export const bytesKey: KeyCodec<Uint8Array> = {
  name: 'bytes',
  toBytes: (bytes) => bytes,
  fromBytes: (bytes) => bytes,
}

export const cidKey: KeyCodec<Cid> = {
  name: 'CID',
  toBytes: (cid) => cid.bytes,
  fromBytes: cidFromBytes,
  show: String,
}

/** A key's name in the path of a difference. */
export function showKey<K>(codec: KeyCodec<K>, key: K): string {
  return codec.show?.(key) ?? `0x${toHex(codec.toBytes(key))}`
}

/** A key with what a trie needs of it. */
export interface HashedKey {
  readonly bytes: Uint8Array
  readonly hash: Uint8Array
}

const GENERATION = 1 << 15

/** Hashes of the keys seen last: between one and two generations of them are kept. */
export class KeyHashes<K> {
  readonly #codec: KeyCodec<K>
  #young = new Map<unknown, HashedKey>()
  #old = new Map<unknown, HashedKey>()

  constructor(codec: KeyCodec<K>) {
    this.#codec = codec
  }

  of(key: K): HashedKey {
    const id = typeof key === 'object' ? keyOfBytes(this.#codec.toBytes(key)) : key
    return this.#young.get(id) ?? this.#remember(id, key)
  }

  #remember(id: unknown, key: K): HashedKey {
    const hashed = this.#old.get(id) ?? this.#compute(key)
    if (this.#young.size === GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(id, hashed)
    return hashed
  }

  #compute(key: K): HashedKey {
    const bytes = this.#codec.toBytes(key).slice()
    return { bytes, hash: (this.#codec.hash ?? sha256)(bytes) }
  }
}

const hashesOf = new WeakMap<object, unknown>()

/** The hashes kept for a key codec: one cache serves all maps with such keys. */
export function keyHashes<K>(codec: KeyCodec<K>): KeyHashes<K> {
  let hashes = hashesOf.get(codec) as KeyHashes<K> | undefined
  if (!hashes) hashesOf.set(codec, (hashes = new KeyHashes(codec)))
  return hashes
}

function whole(bytes: Uint8Array, [value, end]: [bigint, number]): bigint {
  if (end !== bytes.length) throw new RangeError('bytes left after the varint')
  return value
}

function safe(value: bigint): number {
  const n = Number(value)
  if (!Number.isSafeInteger(n)) throw new RangeError(`${value} does not fit a number`)
  return n
}
