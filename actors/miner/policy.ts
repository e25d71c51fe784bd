/**
 * What a sector's proof type implies (size, partition, lifetime), and the quality-adjusted power of a sector.
 */
import { EPOCHS_IN_DAY, EPOCHS_IN_YEAR, type Policy } from '../policy.ts'
import { defined } from '../../primitives/assert.ts'
import { floorDiv, max, type ChainEpoch, type StoragePower } from '../../primitives/units.ts'

/** Wire number of a seal proof; `SEAL_PROOFS` has what is known. */
export type RegisteredSealProof = number
/** Wire number of a winning (0-4) or window (10-14) PoSt proof. */
export type RegisteredPoStProof = number
/** Wire number of a replica update proof (0-4). */
export type RegisteredUpdateProof = number
/** Bytes of a sector: 2 KiB, 8 MiB, 512 MiB, 32 GiB or 64 GiB. */
export type SectorSize = bigint
/** Byte-epochs occupied by deals. */
export type DealWeight = bigint

/** The aggregation in use: SnarkPackV2. Version 1 is 0 and no longer accepted. */
export const SNARK_PACK_V2 = 1

export type SealProofKind = 'v1' | 'v1p1' | 'synthetic' | 'non-interactive'

export interface SealProofInfo {
  readonly kind: SealProofKind
  readonly sectorSize: SectorSize
  readonly windowPoStProof: RegisteredPoStProof
  readonly updateProof: RegisteredUpdateProof
  readonly windowPoStPartitionSectors: number
  /** Bytes of one proof. */
  readonly proofSize: number
}

interface Size {
  readonly bytes: SectorSize
  /** Sectors of a window PoSt partition. */
  readonly partition: number
  readonly large: boolean
}

/** In the order of every family of wire numbers. */
const SIZES: readonly Size[] = [
  { bytes: 2n << 10n, partition: 2, large: false },
  { bytes: 8n << 20n, partition: 2, large: false },
  { bytes: 512n << 20n, partition: 2, large: false },
  { bytes: 32n << 30n, partition: 2349, large: true },
  { bytes: 64n << 30n, partition: 2300, large: true },
]

/** Seal proofs by wire number: five sizes in ascending order for each kind. */
export const SEAL_PROOFS: readonly SealProofInfo[] = (
  ['v1', 'v1p1', 'synthetic', 'non-interactive'] as const
).flatMap((kind) => SIZES.map((size, index) => sealProofOf(kind, size, index)))

/** What is known of a seal proof type, or undefined if there is no such type. */
export function sealProofInfo(proof: RegisteredSealProof): SealProofInfo | undefined {
  return SEAL_PROOFS[proof]
}

/** The interactive seal proof type of new sectors of this size (V1P1). @throws InvariantError on another size. */
export function sealProofFromSectorSize(size: SectorSize): RegisteredSealProof {
  const proof = SEAL_PROOFS.findIndex((s) => s.kind === 'v1p1' && s.sectorSize === size)
  return defined(proof < 0 ? undefined : proof, `seal proof of ${size} byte sectors`)
}

/** Size and partition of a PoSt proof type, or undefined if there is no such type (5-9 were removed). */
export function postProofInfo(
  proof: RegisteredPoStProof,
): { readonly sectorSize: SectorSize; readonly windowPoStPartitionSectors: number } | undefined {
  if (!Number.isInteger(proof) || (proof >= 5 && proof < 10)) return undefined
  const size = SIZES[proof >= 10 ? proof - 10 : proof]
  return size && { sectorSize: size.bytes, windowPoStPartitionSectors: size.partition }
}

/** Bytes of a winning or window PoSt proof, for each partition. */
export const POST_PROOF_SIZE = 192

export function canPreCommitSealProof(policy: Policy, proof: RegisteredSealProof): boolean {
  return policy.validPreCommitProofTypes.includes(proof)
}

export function canProveCommitNiSealProof(policy: Policy, proof: RegisteredSealProof): boolean {
  return policy.validProveCommitNiProofTypes.includes(proof)
}

/**
 * Epochs within which a pre-commitment must be proven; undefined for types that are not pre-committed.
 * @see builtin-actors `actors/miner/src/policy.rs`, `max_prove_commit_duration`
 */
export function maxProveCommitDuration(
  policy: Policy,
  proof: RegisteredSealProof,
): ChainEpoch | undefined {
  const kind = SEAL_PROOFS[proof]?.kind
  if (kind === 'v1') return EPOCHS_IN_DAY + policy.preCommitChallengeDelay
  if (kind === 'v1p1' || kind === 'synthetic')
    return 30 * EPOCHS_IN_DAY + policy.preCommitChallengeDelay
  return undefined
}

/** Longest life of a sector, from activation to expiration; undefined for an unknown type. */
export function sealProofSectorMaximumLifetime(proof: RegisteredSealProof): ChainEpoch | undefined {
  const kind = SEAL_PROOFS[proof]?.kind
  if (kind === undefined) return undefined
  return kind === 'v1' ? 540 * EPOCHS_IN_DAY : 5 * EPOCHS_IN_YEAR
}

/** Partitions whose sector infos one message may load. */
export function loadPartitionsSectorsMax(policy: Policy, partitionSectors: number): number {
  return Math.min(
    Math.floor(policy.addressedSectorsMax / partitionSectors),
    policy.addressedPartitionsMax,
  )
}

/** Most deals a sector may hold. */
export function sectorDealsMax(policy: Policy, size: SectorSize): bigint {
  return max(256n, size / policy.dealLimitDenominator)
}

/** Fraction bits of a quality. */
export const SECTOR_QUALITY_PRECISION = 20n
const QUALITY_BASE_MULTIPLIER = 10n
const VERIFIED_DEAL_WEIGHT_MULTIPLIER = 100n

/**
 * Average quality of a sector's space-time, where verified space counts ten times:
 *
 *     ((size · duration - verified) · 10 + verified · 100) / (size · duration) / 10
 *
 * @param duration - epochs, from power base epoch to expiration; not 0.
 * @param verifiedWeight - byte-epochs, at most `size · duration`.
 * @returns Q.20; each division floored.
 * @see builtin-actors `actors/miner/src/policy.rs`, `quality_for_weight`
 */
export function qualityForWeight(
  size: SectorSize,
  duration: ChainEpoch,
  verifiedWeight: DealWeight,
): bigint {
  const spaceTime = size * BigInt(duration)
  const base = (spaceTime - verifiedWeight) * QUALITY_BASE_MULTIPLIER
  const weighted = base + verifiedWeight * VERIFIED_DEAL_WEIGHT_MULTIPLIER
  return floorDiv(
    floorDiv(weighted << SECTOR_QUALITY_PRECISION, spaceTime),
    QUALITY_BASE_MULTIPLIER,
  )
}

/** Quality-adjusted bytes of a sector; see `qualityForWeight`. */
export function qaPowerForWeight(
  size: SectorSize,
  duration: ChainEpoch,
  verifiedWeight: DealWeight,
): StoragePower {
  return (size * qualityForWeight(size, duration, verifiedWeight)) >> SECTOR_QUALITY_PRECISION
}

/** Quality-adjusted bytes of a sector full of verified data: ten times its size. */
export function qaPowerMax(size: SectorSize): StoragePower {
  return floorDiv(size * VERIFIED_DEAL_WEIGHT_MULTIPLIER, QUALITY_BASE_MULTIPLIER)
}

function sealProofOf(kind: SealProofKind, { bytes, partition, large }: Size, index: number) {
  const interactive = large ? 1920 : 192
  const nonInteractive = large ? 23_092 : 14_164
  return {
    kind,
    sectorSize: bytes,
    windowPoStProof: 10 + index,
    updateProof: index,
    windowPoStPartitionSectors: partition,
    proofSize: kind === 'non-interactive' ? nonInteractive : interactive,
  }
}
