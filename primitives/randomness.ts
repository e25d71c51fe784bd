/** Randomness that chain and actors draw: BLAKE2b over a base, a domain, an epoch and entropy. Reference: Lotus `chain/rand`. */
import { assert } from './assert.ts'
import { blake2b256 } from './crypto/hash.ts'
import type { ChainEpoch } from './units.ts'

/** Domain separation tags (go-state-types `crypto.DomainSeparationTag`). */
export const DomainSeparationTag = {
  TicketProduction: 1,
  ElectionProofProduction: 2,
  WinningPoStChallengeSeed: 3,
  WindowedPoStChallengeSeed: 4,
  SealRandomness: 5,
  InteractiveSealChallengeSeed: 6,
  WindowedPoStDeadlineAssignment: 7,
  MarketDealCronSeed: 8,
  PoStChainCommit: 9,
  EvmPrevRandao: 10,
} as const
export type DomainSeparationTag = (typeof DomainSeparationTag)[keyof typeof DomainSeparationTag]

/** BLAKE2b-256 of a base, which is a ticket's VRF proof or a beacon entry's data. Actors receive this. */
export function randomnessDigest(base: Uint8Array): Uint8Array {
  return blake2b256(base)
}

/**
 * 32 bytes: BLAKE2b-256(dst ‖ digest ‖ epoch ‖ entropy), with tag and epoch as signed 64-bit big-endian. The epoch is the
 * one asked for, also where the base comes from a later one because of null rounds.
 */
export function drawRandomness(
  digest: Uint8Array,
  dst: number,
  epoch: ChainEpoch,
  entropy: Uint8Array,
): Uint8Array {
  assert(digest.length === 32, `randomness digest of ${digest.length} bytes`)
  writeInt64(0, dst)
  header.set(digest, 8)
  writeInt64(40, epoch)
  return blake2b256(header, entropy)
}

// Every election of every miner draws, so the input is put together in place.
const header = new Uint8Array(48)
const headerView = new DataView(header.buffer)

function writeInt64(at: number, n: number): void {
  assert(Number.isSafeInteger(n), `not an integer: ${n}`)
  headerView.setInt32(at, Math.floor(n / 2 ** 32))
  headerView.setUint32(at + 4, n)
}
