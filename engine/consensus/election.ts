/**
 * Expected consensus: how often a miner wins an epoch, from its election proof and its share of the power. The number of
 * wins is Poisson distributed with mean 5·share, so that 5 blocks' worth are won by all together. Exact in fixed point; every
 * node computes the same. Reference: Lotus `chain/types/electionproof.go`.
 */
import { assert } from '../../primitives/assert.ts'
import { boundedCache } from '../../primitives/bounded-cache.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import { EXP_NEG_DENOMINATOR, EXP_NEG_NUMERATOR, horner } from '../../primitives/fixed-point.ts'
import {
  DomainSeparationTag,
  drawRandomness,
  randomnessDigest,
} from '../../primitives/randomness.ts'
import { type ChainEpoch, floorDiv, type StoragePower } from '../../primitives/units.ts'
import { addressEntropy } from './ticket.ts'

/** Expected wins of an epoch, over all miners (Lotus `BlocksPerEpoch`). */
export const EXPECTED_LEADERS_PER_EPOCH = 5n
/** The most one miner can win in one epoch. */
export const MAX_WIN_COUNT = 15

/** What the worker proves to take part in the election of an epoch, 32 bytes; parameters as of `ticketInput`. */
export function electionInput(
  beacon: Uint8Array,
  height: ChainEpoch,
  miner: Uint8Array,
): Uint8Array {
  const tag = DomainSeparationTag.ElectionProofProduction
  return drawRandomness(randomnessDigest(beacon), tag, height, addressEntropy(miner))
}

/**
 * How often a proof wins, 0 to 15: the number of terms by which BLAKE2b-256(proof), read as a fraction, lies below the
 * inverted Poisson distribution.
 *
 * @param vrfProof - the election proof, 96 bytes.
 * @param minerPower - quality-adjusted bytes, not negative.
 * @param totalPower - quality-adjusted bytes of the network, positive.
 */
export function winCount(
  vrfProof: Uint8Array,
  minerPower: StoragePower,
  totalPower: StoragePower,
): number {
  const digest = blake2b256(vrfProof)
  if (cannotWin(digest, minerPower, totalPower)) return 0
  return winCountOfDigest(digest, minerPower, totalPower)
}

/**
 * True only if the proof cannot win: nearly all proofs of an epoch, known without a large number. The chance of a win is
 * 1 - e^-λ ≤ λ, and the digest's first 48 bits bound it from below, so what lies above λ by more than the rounding of four
 * doubles (2⁻³⁰ of λ is far more) and the error of `expNegQ256` (less than 2⁻⁹⁰ where λ < 1) has not won.
 */
export function cannotWin(
  digest: Uint8Array,
  minerPower: StoragePower,
  totalPower: StoragePower,
): boolean {
  const leading = ((digest[0]! << 16) | (digest[1]! << 8) | digest[2]!) * 2 ** 24
  const trailing = (digest[3]! << 16) | (digest[4]! << 8) | digest[5]!
  const mean = (5 * Number(minerPower)) / Number(totalPower)
  return (leading + trailing) * 2 ** -48 > mean * (1 + 2 ** -30) + 2 ** -90
}

/** `winCount` from the hash of the proof, computed in full. */
export function winCountOfDigest(
  digest: Uint8Array,
  minerPower: StoragePower,
  totalPower: StoragePower,
): number {
  const { mean, none } = distribution(minerPower, totalPower)
  const drawn = fraction(digest)
  let pmf = none
  let atLeast = ONE - none
  let wins = 0
  while (drawn < atLeast && wins < MAX_WIN_COUNT) {
    wins++
    pmf = nextPmf(pmf, mean, wins)
    atLeast -= pmf
  }
  return wins
}

/** λ = ⌊power · 5 / total⌋, the mean number of wins, in Q.256. */
export function lambda(minerPower: StoragePower, totalPower: StoragePower): bigint {
  return ((minerPower * EXPECTED_LEADERS_PER_EPOCH) << PRECISION) / totalPower
}

/** 1 - P(at most k wins) for k = 0 to `last`, from the mean in Q.256. All in Q.256. */
export function poissonIcdf(mean: bigint, last: number = MAX_WIN_COUNT): bigint[] {
  let pmf = expNegQ256(mean)
  let atLeast = ONE - pmf
  const out = [atLeast]
  for (let k = 1; k <= last; k++) {
    pmf = nextPmf(pmf, mean, k)
    out.push((atLeast -= pmf))
  }
  return out
}

/**
 * e⁻ˣ for x in Q.256, in Q.256, by a rational function of degree 7 over 13. Within [0, 5) the error is below 4.6·10⁻¹⁵; below
 * 1.725 it is under 3.4·10⁻³⁰. Its bits, errors included, are the protocol.
 */
export function expNegQ256(x: bigint): bigint {
  const numerator = horner(NUMERATOR, x, PRECISION) // Q.256
  const denominator = horner(DENOMINATOR, x, PRECISION) // Q.256
  return floorDiv(numerator << PRECISION, denominator) // Q.512 / Q.256 => Q.256
}

const PRECISION = 256n
const ONE = 1n << PRECISION // Q.256

const toQ256 = (coefficient: bigint): bigint => coefficient << 128n // Q.128 => Q.256
const NUMERATOR = EXP_NEG_NUMERATOR.map(toQ256)
const DENOMINATOR = EXP_NEG_DENOMINATOR.map(toQ256)

/** P(k) = P(k - 1) · λ / k, divided first. Q.256. */
const nextPmf = (pmf: bigint, mean: bigint, k: number): bigint =>
  ((pmf / BigInt(k)) * mean) >> PRECISION

interface Distribution {
  /** λ, Q.256. */
  readonly mean: bigint
  /** e^-λ, the chance of no win, Q.256. */
  readonly none: bigint
}

// By total power, then by the miner's: totals change slowly, and many miners' powers are equal.
const distributions = boundedCache<bigint, Map<bigint, Distribution>>(4)

function distribution(minerPower: StoragePower, totalPower: StoragePower): Distribution {
  assert(minerPower >= 0n && totalPower > 0n, `power ${minerPower} of ${totalPower}`)
  const ofTotal = distributions.get(totalPower) ?? distributions.set(totalPower, new Map())
  const known = ofTotal.get(minerPower)
  if (known) return known
  const mean = lambda(minerPower, totalPower)
  const found = { mean, none: expNegQ256(mean) }
  ofTotal.set(minerPower, found)
  return found
}

/** The digest as a number in [0, 1), Q.256. */
function fraction(digest: Uint8Array): bigint {
  const words = new DataView(digest.buffer, digest.byteOffset)
  const [high, low] = [
    (words.getBigUint64(0) << 64n) | words.getBigUint64(8),
    (words.getBigUint64(16) << 64n) | words.getBigUint64(24),
  ]
  return (high << 128n) | low
}
