/**
 * The dial "how much is proven": `real` is BLS12-381 throughout; `modelled` replaces signatures by keyed hashes with
 * the same lengths and the same distribution, for runs over years. Which one a run used is part of its report.
 */
import { concatBytes, equalBytes, uint64be, utf8 } from '../../primitives/bytes.ts'
import { bls } from '../../primitives/crypto/bls.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import type { BeaconEntry } from '../chain/block.ts'
import { createBeacon } from './beacon.ts'

export type CryptoKind = 'real' | 'modelled'

export interface ConsensusCrypto {
  readonly kind: CryptoKind
  /** 48 bytes, for a 32-byte secret. */
  publicKey(secret: Uint8Array): Uint8Array
  /** 96 bytes; also the VRF: one signature there is for a key and a message. */
  sign(secret: Uint8Array, message: Uint8Array): Uint8Array
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  beaconEntry(round: number): BeaconEntry
  verifyBeacon(entry: BeaconEntry): boolean
}

export function consensusCrypto(kind: CryptoKind, seed: string): ConsensusCrypto {
  return kind === 'real' ? realCrypto(seed) : modelledCrypto(seed)
}
