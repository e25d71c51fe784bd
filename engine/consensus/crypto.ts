/**
 * The dial "how much is proven": `real` is BLS12-381 throughout; `modelled` replaces signatures by keyed hashes with
 * the same lengths and the same distribution, for runs over years. Which one a run used is part of its report.
 */
import { boundedCache } from '../../primitives/bounded-cache.ts'
import { bytesKey } from '../../primitives/bytes.ts'
import type { BeaconEntry } from '../chain/block.ts'
import { type BeaconTimes, createBeacon, createModelledBeacon } from './beacon.ts'
import { verifyRound } from './drand.ts'
import { modelledVrf, realVrf } from './vrf.ts'

export type CryptoKind = 'real' | 'modelled'

/** What makes the keys and the beacon of a network. */
export interface CryptoOptions {
  readonly kind: CryptoKind
  /** The beacon's key is a function of it. */
  readonly beaconSeed: string
  readonly times: BeaconTimes
}

/** A signature made elsewhere: on another thread, ahead of time. It is the one this key gives for this message. */
export interface KnownSignature {
  readonly secret: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

export interface ConsensusCrypto {
  readonly options: CryptoOptions
  readonly kind: CryptoKind
  /** 48 bytes, for a 32-byte secret. */
  publicKey(secret: Uint8Array): Uint8Array
  /** 96 bytes: a block's signature, and the VRF proof of a key and an input, which is the same thing. */
  sign(secret: Uint8Array, message: Uint8Array): Uint8Array
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  beaconEntry(round: number): BeaconEntry
  verifyBeacon(entry: BeaconEntry): boolean
  /** Hands in what was made elsewhere, so that it is not made again. What is not handed in is made when asked for. */
  provide(signatures: readonly KnownSignature[], entries: readonly BeaconEntry[]): void
}

export function consensusCrypto(options: CryptoOptions): ConsensusCrypto {
  const { kind, beaconSeed, times } = options
  const vrf = kind === 'real' ? realVrf : modelledVrf
  const beacon =
    kind === 'real' ? createBeacon(beaconSeed, times) : createModelledBeacon(beaconSeed, times)
  const signatures = boundedCache<string, Uint8Array>(KNOWN_SIGNATURES)
  const entries = boundedCache<number, BeaconEntry>(KNOWN_ENTRIES)
  const idOf = (secret: Uint8Array, message: Uint8Array) => bytesKey(secret) + bytesKey(message)
  const known = kind === 'real'
  return {
    options,
    kind,
    publicKey: (secret) => vrf.publicKey(secret),
    sign: (secret, message) =>
      (known ? signatures.get(idOf(secret, message)) : undefined) ?? vrf.prove(secret, message),
    verify: (publicKey, message, signature) => vrf.verify(publicKey, message, signature),
    beaconEntry: (round) => entries.get(round) ?? beacon.entryForRound(round),
    verifyBeacon: ({ round, data }) => verifyRound(beacon.network, round, data),
    provide(made, rounds) {
      for (const { secret, message, signature } of made)
        signatures.set(idOf(secret, message), signature)
      for (const entry of rounds) entries.set(entry.round, entry)
    },
  }
}

const KNOWN_SIGNATURES = 1 << 16
const KNOWN_ENTRIES = 1 << 13
