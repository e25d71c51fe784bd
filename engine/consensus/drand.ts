/**
 * drand networks and how a round of theirs is verified. A beacon entry's data is the round's signature; randomness is drawn
 * by hashing it. Reference: Lotus `chain/beacon/drand`, drand `crypto/schemes.go`.
 */
import { assert } from '../../primitives/assert.ts'
import { boundedCache } from '../../primitives/bounded-cache.ts'
import {
  bytesKey,
  concatBytes,
  equalBytes,
  fromHex,
  uint64be,
  utf8,
} from '../../primitives/bytes.ts'
import { bls, DST_G1, DST_G2 } from '../../primitives/crypto/bls.ts'
import { blake2b256, blake2bKeyed, sha256 } from '../../primitives/crypto/hash.ts'

/**
 * drand's names. `chained` signs the previous signature with the round. Keys are on G1 (48 bytes) and signatures on G2
 * (96 bytes), except for the two `g1` schemes, which have it the other way round; the older took the domain of G2 by mistake.
 * `modelled` is ours, a keyed hash in place of the signature, for runs over years.
 */
export type DrandScheme =
  | 'pedersen-bls-chained'
  | 'pedersen-bls-unchained'
  | 'bls-unchained-on-g1'
  | 'bls-unchained-g1-rfc9380'
  | 'modelled'

export interface DrandNetwork {
  readonly name: string
  readonly scheme: DrandScheme
  readonly publicKey: Uint8Array
  /** Unix seconds at which round 1 is made. */
  readonly genesisTime: number
  /** Seconds from round to round. */
  readonly period: number
}

export const NETWORKS = {
  quicknet: {
    name: 'quicknet',
    scheme: 'bls-unchained-g1-rfc9380',
    publicKey: fromHex(
      '83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451' +
        '0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a',
    ),
    genesisTime: 1_692_803_367,
    period: 3,
  },
  mainnet: {
    name: 'mainnet',
    scheme: 'pedersen-bls-chained',
    publicKey: fromHex(
      '868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31',
    ),
    genesisTime: 1_595_431_050,
    period: 30,
  },
  incentinet: {
    name: 'incentinet',
    scheme: 'pedersen-bls-chained',
    publicKey: fromHex(
      '8cad0c72c606ab27d36ee06de1d5b2db1faf92e447025ca37575ab3a8aac2eaae83192f846fc9e158bc738423753d000',
    ),
    genesisTime: 1_595_873_820,
    period: 30,
  },
  testnet: {
    name: 'testnet',
    scheme: 'pedersen-bls-chained',
    publicKey: fromHex(
      '922a2e93828ff83345bae533f5172669a26c02dc76d6bf59c80892e12ab1455c229211886f35bb56af6d5bea981024df',
    ),
    genesisTime: 1_590_445_175,
    period: 25,
  },
} as const satisfies Record<string, DrandNetwork>

export const isChained = ({ scheme }: DrandNetwork): boolean => scheme === 'pedersen-bls-chained'

/**
 * Whether `signature` is the network's for `round`. A chained network needs the signature of the round before (for round 1,
 * the 32 bytes of the group's hash). A round found good is remembered, since every node of a run asks.
 */
export function verifyRound(
  network: DrandNetwork,
  round: number,
  signature: Uint8Array,
  previousSignature?: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(round) || round < 0) return false
  if (isChained(network) && previousSignature === undefined) return false
  const message = roundMessage(network, round, previousSignature)
  const { scheme, publicKey } = network
  const id = bytesKey(blake2b256(utf8(scheme), publicKey, message, signature))
  if (verified.get(id)) return true
  return verifySignature(network, message, signature) && verified.set(id, true)
}

/** What a round's signature signs: SHA-256 of the round, with the previous signature before it where chained. */
export function roundMessage(
  network: DrandNetwork,
  round: number,
  previousSignature?: Uint8Array,
): Uint8Array {
  if (!isChained(network)) return sha256(uint64be(round))
  assert(previousSignature !== undefined, `chained network ${network.name}: no previous signature`)
  return sha256(concatBytes(previousSignature, uint64be(round)))
}

/** The signature of a modelled network: 48 bytes, as quicknet's. Anyone can make it. */
export function modelledRound(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  return blake2bKeyed(48, publicKey.subarray(0, 64), message)
}

const verified = boundedCache<string, true>(4096)

function verifySignature(
  { scheme, publicKey }: DrandNetwork,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  switch (scheme) {
    case 'pedersen-bls-chained':
    case 'pedersen-bls-unchained':
      return bls().verify(publicKey, message, signature)
    case 'bls-unchained-on-g1':
      return bls().verifyG1(publicKey, message, signature, DST_G2)
    case 'bls-unchained-g1-rfc9380':
      return bls().verifyG1(publicKey, message, signature, DST_G1)
    case 'modelled':
      return equalBytes(modelledRound(publicKey, message), signature)
  }
}
