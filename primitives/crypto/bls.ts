/**
 * BLS signatures over BLS12-381 as Filecoin and drand use them: the active backend, and the interface all have. Messages,
 * blocks and tickets have keys on G1 and signatures on G2; drand's quicknet has it the other way round. Compressed points
 * only. What is malformed, not canonical, at infinity or outside the subgroup does not verify.
 */
import { defined } from '../assert.ts'

/** Hash-to-curve domain of Filecoin signatures and of drand's chained networks. */
export const DST_G2 = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_'
/** Hash-to-curve domain of Ethereum's signatures, the one that @chainsafe/bls has: for keys that are not Filecoin's. */
export const DST_POP = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_'
/** Hash-to-curve domain of drand's quicknet. */
export const DST_G1 = 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_'

export interface SignedItem {
  /** 48 bytes. */
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  /** 96 bytes. */
  readonly signature: Uint8Array
  /** Domain that was signed in, where it is not Filecoin's; ASCII, at most 255 bytes. */
  readonly dst?: string
}

/** Messages by as many keys, and the sum of their signatures. */
export interface AggregateItem {
  readonly publicKeys: readonly Uint8Array[]
  readonly messages: readonly Uint8Array[]
  readonly signature: Uint8Array
}

/** A secret is 32 bytes, little-endian as Filecoin stores it, between 1 and the group order. Checks never throw. */
export interface BlsBackend {
  readonly name: 'blst' | 'herumi'
  /** 48 bytes, the payload of an f3 address. @throws InvalidInput for a bad secret. */
  publicKey(secret: Uint8Array): Uint8Array
  /** 96 bytes; in another domain for what is not Filecoin's. @throws InvalidInput for a bad secret. */
  sign(secret: Uint8Array, message: Uint8Array, dst?: string): Uint8Array
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array, dst?: string): boolean
  /**
   * The sum of signatures, 96 bytes; of none, infinity, as Lotus has it. They are taken to be signatures that were verified:
   * a sum with a point outside the subgroup does not verify. @throws InvalidInput naming one that is no point of the curve.
   */
  aggregate(signatures: readonly Uint8Array[]): Uint8Array
  /**
   * Whether `signature` is the sum of one signature by each key over its message. Two equal messages are refused, against
   * rogue keys; no messages at all hold with any signature (ref-fvm `verify_bls_aggregate`).
   */
  aggregateVerify(
    publicKeys: readonly Uint8Array[],
    messages: readonly Uint8Array[],
    signature: Uint8Array,
  ): boolean
  /**
   * Whether every item verifies, with one pairing check for all: each item is multiplied by a 64-bit number hashed from all
   * of them. Holds for no items.
   */
  multiVerify(items: readonly SignedItem[]): boolean
  /** Positions of the items that do not verify, ascending: as `multiVerify`, with halves of what fails. */
  invalid(items: readonly SignedItem[]): number[]
  /** 96 bytes, for signatures on G1. @throws InvalidInput for a bad secret. */
  publicKeyG2(secret: Uint8Array): Uint8Array
  /** 48 bytes. @throws InvalidInput for a bad secret. */
  signG1(secret: Uint8Array, message: Uint8Array): Uint8Array
  /** `dst` is another only for drand's early networks on G1, which took `DST_G2`. */
  verifyG1(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array, dst?: string): boolean
}

/** The backend `initCrypto` chose. @throws InvariantError before it was awaited. */
export function bls(): BlsBackend {
  return defined(active, 'BLS: initCrypto() was not awaited')
}

/** Called by `initCrypto`. */
export function installBls(backend: BlsBackend): void {
  active = backend
}

let active: BlsBackend | undefined
