/** What proofs are about: the public inputs that verifiers are given, in the wire order of ref-fvm `shared/src/sector`. */
import {
  actorIdUint,
  byteString,
  cidLink,
  type Infer,
  list,
  mapped,
  tuple,
  uint,
  uint64,
} from '../primitives/codec.ts'
import { ProofType, SectorNumber } from './miner/wire.ts'

export const PoStProof = tuple({ postProof: ProofType, proofBytes: byteString }, 'PoStProof')
export type PoStProof = Infer<typeof PoStProof>

/** A sector as a PoSt challenges it. */
export const SectorInfo = tuple(
  {
    /** Seal proof type. */
    proof: ProofType,
    sectorNumber: SectorNumber,
    /** CommR. */
    sealedCid: cidLink,
  },
  'SectorInfo',
)
export type SectorInfo = Infer<typeof SectorInfo>

export const WindowPoStVerifyInfo = tuple(
  {
    randomness: byteString,
    proofs: list(PoStProof),
    /** A faulty sector is stood in for by the first that is not. */
    challengedSectors: list(SectorInfo),
    prover: actorIdUint,
  },
  'WindowPoStVerifyInfo',
)
export type WindowPoStVerifyInfo = Infer<typeof WindowPoStVerifyInfo>

export const SealVerifyInfo = tuple(
  {
    registeredProof: ProofType,
    sectorId: tuple({ miner: actorIdUint, number: SectorNumber }, 'SectorID'),
    /** Always empty. */
    dealIds: list(uint64),
    /** Drawn from the ticket chain before the sector was sealed. */
    randomness: byteString,
    /** Drawn from the beacon after it was pre-committed. */
    interactiveRandomness: byteString,
    proof: byteString,
    /** CommR. */
    sealedCid: cidLink,
    /** CommD. */
    unsealedCid: cidLink,
  },
  'SealVerifyInfo',
)
export type SealVerifyInfo = Infer<typeof SealVerifyInfo>

export const AggregateSealVerifyInfo = tuple(
  {
    sectorNumber: SectorNumber,
    randomness: byteString,
    interactiveRandomness: byteString,
    sealedCid: cidLink,
    unsealedCid: cidLink,
  },
  'AggregateSealVerifyInfo',
)
export type AggregateSealVerifyInfo = Infer<typeof AggregateSealVerifyInfo>

export const AggregateSealVerifyProofAndInfos = tuple(
  {
    miner: actorIdUint,
    sealProof: ProofType,
    aggregateProof: ProofType,
    proof: byteString,
    infos: list(AggregateSealVerifyInfo),
  },
  'AggregateSealVerifyProofAndInfos',
)
export type AggregateSealVerifyProofAndInfos = Infer<typeof AggregateSealVerifyProofAndInfos>

/** Bytes as a list of numbers, as the reference writes this one proof. */
const byteArray = mapped<readonly number[], Uint8Array>(
  list(uint),
  'bytes',
  (bytes) => Uint8Array.from(bytes),
  (bytes) => [...bytes],
)

export const ReplicaUpdateInfo = tuple(
  {
    updateProofType: ProofType,
    oldSealedCid: cidLink,
    newSealedCid: cidLink,
    newUnsealedCid: cidLink,
    proof: byteArray,
  },
  'ReplicaUpdateInfo',
)
export type ReplicaUpdateInfo = Infer<typeof ReplicaUpdateInfo>

/** A piece of data: padded bytes and CommP. */
export const PieceInfo = tuple({ size: uint64, cid: cidLink }, 'PieceInfo')
export type PieceInfo = Infer<typeof PieceInfo>
