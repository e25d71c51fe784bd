/** What goes in and out of a storage miner about its sectors. Wire order of builtin-actors `actors/miner/src/types.rs`. */
import { bitfield } from '../../primitives/bitfield.ts'
import {
  address,
  bigInt,
  bool,
  byteString,
  cidLink,
  type Infer,
  list,
  nullable,
  tuple,
  uint64,
} from '../../primitives/codec.ts'
import { FilterEstimate } from '../filter-estimate.ts'
import { PoStProof } from '../proof-info.ts'
import { SectorPreCommitInfo } from './precommit-info.ts'
import { GivenEpoch, ProofType, SectorNumber } from './wire.ts'

export const PreCommitSectorBatchParams2 = tuple(
  { sectors: list(SectorPreCommitInfo) },
  'PreCommitSectorBatchParams2',
)
export type PreCommitSectorBatchParams2 = Infer<typeof PreCommitSectorBatchParams2>

/** A piece of a sector: what it is, whose datacap it claims, who is told. */
export const PieceActivationManifest = tuple(
  {
    /** CommP. */
    cid: cidLink,
    /** Padded bytes. */
    size: uint64,
    verifiedAllocationKey: nullable(tuple({ client: uint64, id: uint64 }, 'VerifiedAllocationKey')),
    notify: list(tuple({ address, payload: byteString }, 'DataActivationNotification')),
  },
  'PieceActivationManifest',
)
export type PieceActivationManifest = Infer<typeof PieceActivationManifest>

export const SectorActivationManifest = tuple(
  {
    sectorNumber: SectorNumber,
    /** In order; the rest of the sector is zeros. */
    pieces: list(PieceActivationManifest),
  },
  'SectorActivationManifest',
)
export type SectorActivationManifest = Infer<typeof SectorActivationManifest>

export const ProveCommitSectors3Params = tuple(
  {
    sectorActivations: list(SectorActivationManifest),
    /** One for each sector, or none where there is an aggregate. */
    sectorProofs: list(byteString),
    aggregateProof: byteString,
    aggregateProofType: nullable(ProofType),
    requireActivationSuccess: bool,
    requireNotificationSuccess: bool,
  },
  'ProveCommitSectors3Params',
)
export type ProveCommitSectors3Params = Infer<typeof ProveCommitSectors3Params>

export const SectorNIActivationInfo = tuple(
  {
    /** Must equal the sector number. */
    sealingNumber: SectorNumber,
    /** Must be the miner. */
    sealerId: uint64,
    sealedCid: cidLink,
    sectorNumber: SectorNumber,
    sealRandEpoch: GivenEpoch,
    expiration: GivenEpoch,
  },
  'SectorNIActivationInfo',
)
export type SectorNIActivationInfo = Infer<typeof SectorNIActivationInfo>

export const ProveCommitSectorsNIParams = tuple(
  {
    sectors: list(SectorNIActivationInfo),
    aggregateProof: byteString,
    sealProofType: ProofType,
    aggregateProofType: ProofType,
    provingDeadline: uint64,
    requireActivationSuccess: bool,
  },
  'ProveCommitSectorsNIParams',
)
export type ProveCommitSectorsNIParams = Infer<typeof ProveCommitSectorsNIParams>

export const SectorUpdateManifest = tuple(
  {
    sector: SectorNumber,
    deadline: uint64,
    partition: uint64,
    newSealedCid: cidLink,
    pieces: list(PieceActivationManifest),
  },
  'SectorUpdateManifest',
)
export type SectorUpdateManifest = Infer<typeof SectorUpdateManifest>

export const ProveReplicaUpdates3Params = tuple(
  {
    sectorUpdates: list(SectorUpdateManifest),
    sectorProofs: list(byteString),
    aggregateProof: byteString,
    updateProofsType: ProofType,
    aggregateProofType: nullable(ProofType),
    requireActivationSuccess: bool,
    requireNotificationSuccess: bool,
  },
  'ProveReplicaUpdates3Params',
)
export type ProveReplicaUpdates3Params = Infer<typeof ProveReplicaUpdates3Params>

export const SubmitWindowedPoStParams = tuple(
  {
    deadline: uint64,
    partitions: list(tuple({ index: uint64, skipped: bitfield }, 'PoStPartition')),
    proofs: list(PoStProof),
    chainCommitEpoch: GivenEpoch,
    chainCommitRand: byteString,
  },
  'SubmitWindowedPoStParams',
)
export type SubmitWindowedPoStParams = Infer<typeof SubmitWindowedPoStParams>

export const DisputeWindowedPoStParams = tuple(
  { deadline: uint64, postIndex: uint64 },
  'DisputeWindowedPoStParams',
)
export type DisputeWindowedPoStParams = Infer<typeof DisputeWindowedPoStParams>

/** Sectors of a partition that something is said about. */
export const SectorDeclaration = tuple(
  { deadline: uint64, partition: uint64, sectors: bitfield },
  'SectorDeclaration',
)
export type SectorDeclaration = Infer<typeof SectorDeclaration>

export const TerminateSectorsParams = tuple(
  { terminations: list(SectorDeclaration) },
  'TerminateSectorsParams',
)
export type TerminateSectorsParams = Infer<typeof TerminateSectorsParams>

export const TerminateSectorsReturn = tuple(
  {
    /** False while terminations are left to settle; until then nothing can be withdrawn. */
    done: bool,
  },
  'TerminateSectorsReturn',
)
export type TerminateSectorsReturn = Infer<typeof TerminateSectorsReturn>

export const DeclareFaultsParams = tuple({ faults: list(SectorDeclaration) }, 'DeclareFaultsParams')
export type DeclareFaultsParams = Infer<typeof DeclareFaultsParams>

export const DeclareFaultsRecoveredParams = tuple(
  { recoveries: list(SectorDeclaration) },
  'DeclareFaultsRecoveredParams',
)
export type DeclareFaultsRecoveredParams = Infer<typeof DeclareFaultsRecoveredParams>

export const CompactPartitionsParams = tuple(
  { deadline: uint64, partitions: bitfield },
  'CompactPartitionsParams',
)
export type CompactPartitionsParams = Infer<typeof CompactPartitionsParams>

export const CompactSectorNumbersParams = tuple(
  { maskSectorNumbers: bitfield },
  'CompactSectorNumbersParams',
)
export type CompactSectorNumbersParams = Infer<typeof CompactSectorNumbersParams>

export const SectorClaim = tuple(
  { sectorNumber: SectorNumber, maintainClaims: list(uint64), dropClaims: list(uint64) },
  'SectorClaim',
)
export type SectorClaim = Infer<typeof SectorClaim>

export const ExpirationExtension2 = tuple(
  {
    deadline: uint64,
    partition: uint64,
    /** Those without verified data. */
    sectors: bitfield,
    sectorsWithClaims: list(SectorClaim),
    newExpiration: GivenEpoch,
  },
  'ExpirationExtension2',
)
export type ExpirationExtension2 = Infer<typeof ExpirationExtension2>

export const ExtendSectorExpiration2Params = tuple(
  { extensions: list(ExpirationExtension2) },
  'ExtendSectorExpiration2Params',
)
export type ExtendSectorExpiration2Params = Infer<typeof ExtendSectorExpiration2Params>

export const InternalSectorSetupForPresealParams = tuple(
  {
    sectors: list(SectorNumber),
    rewardSmoothed: FilterEstimate,
    rewardBaselinePower: bigInt,
    qualityAdjPowerSmoothed: FilterEstimate,
  },
  'InternalSectorSetupForPresealParams',
)
export type InternalSectorSetupForPresealParams = Infer<typeof InternalSectorSetupForPresealParams>
