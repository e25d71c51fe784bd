/**
 * The dial "how much is proven": `real` is BLS12-381 throughout; `modelled` replaces signatures by keyed hashes with
 * the same lengths and the same distribution, for runs over years. Which one a run used is part of its report.
 */
import type { BeaconEntry } from '../chain/block.ts'
import { type BeaconTimes, createBeacon, createModelledBeacon } from './beacon.ts'
import { verifyRound } from './drand.ts'
import { modelledVrf, realVrf } from './vrf.ts'

export type CryptoKind = 'real' | 'modelled'

export interface ConsensusCrypto {
  readonly kind: CryptoKind
  /** 48 bytes, for a 32-byte secret. */
  publicKey(secret: Uint8Array): Uint8Array
  /** 96 bytes: a block's signature, and the VRF proof of a key and an input, which is the same thing. */
  sign(secret: Uint8Array, message: Uint8Array): Uint8Array
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  beaconEntry(round: number): BeaconEntry
  verifyBeacon(entry: BeaconEntry): boolean
}

/** Keys and beacon of a network. The beacon's key is made from `seed`. */
export function consensusCrypto(
  kind: CryptoKind,
  seed: string,
  times: BeaconTimes,
): ConsensusCrypto {
  const vrf = kind === 'real' ? realVrf : modelledVrf
  const beacon = kind === 'real' ? createBeacon(seed, times) : createModelledBeacon(seed, times)
  return {
    kind,
    publicKey: (secret) => vrf.publicKey(secret),
    sign: (secret, message) => vrf.prove(secret, message),
    verify: (publicKey, message, signature) => vrf.verify(publicKey, message, signature),
    beaconEntry: (round) => beacon.entryForRound(round),
    verifyBeacon: ({ round, data }) => verifyRound(beacon.network, round, data),
  }
}
