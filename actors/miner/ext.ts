/**
 * What a miner says to the storage market, the verified registry and those it notifies, and what they answer. Wire order
 * of builtin-actors `actors/miner/src/ext.rs` and `types.rs`.
 */
import { bitfield } from '../../primitives/bitfield.ts'
import {
  actorIdUint,
  bigInt,
  bool,
  byteString,
  cidLink,
  epoch,
  type Infer,
  list,
  nullable,
  tuple,
  uint64,
} from '../../primitives/codec.ts'
import { BatchReturn } from '../batch-return.ts'
import { Claim } from '../verifreg/state.ts'
import { ProofType, SectorNumber } from './wire.ts'

/** Sent to those whom a piece's manifest names (FRC-42 `SectorContentChanged`). */
export const SECTOR_CONTENT_CHANGED = 2034386435

export const OnMinerSectorsTerminateParams = tuple(
  { epoch, sectors: bitfield },
  'OnMinerSectorsTerminateParams',
)
export type OnMinerSectorsTerminateParams = Infer<typeof OnMinerSectorsTerminateParams>

export const SectorDeals = tuple(
  { sectorNumber: SectorNumber, sectorType: ProofType, sectorExpiry: epoch, dealIds: list(uint64) },
  'SectorDeals',
)
export type SectorDeals = Infer<typeof SectorDeals>

export const VerifyDealsForActivationParams = tuple(
  { sectors: list(SectorDeals) },
  'VerifyDealsForActivationParams',
)
export type VerifyDealsForActivationParams = Infer<typeof VerifyDealsForActivationParams>

export const VerifyDealsForActivationReturn = tuple(
  {
    /** CommD of each sector's deals; null without deals. */
    unsealedCids: list(nullable(cidLink)),
  },
  'VerifyDealsForActivationReturn',
)
export type VerifyDealsForActivationReturn = Infer<typeof VerifyDealsForActivationReturn>

export const BatchActivateDealsParams = tuple(
  { sectors: list(SectorDeals), computeCid: bool },
  'BatchActivateDealsParams',
)
export type BatchActivateDealsParams = Infer<typeof BatchActivateDealsParams>

export const ActivatedDeal = tuple(
  {
    client: actorIdUint,
    /** 0 for a deal that is not verified. */
    allocationId: uint64,
    data: cidLink,
    size: uint64,
  },
  'ActivatedDeal',
)
export type ActivatedDeal = Infer<typeof ActivatedDeal>

export const BatchActivateDealsResult = tuple(
  {
    activationResults: BatchReturn,
    /** Of the sectors that succeeded. */
    activations: list(
      tuple(
        { activated: list(ActivatedDeal), unsealedCid: nullable(cidLink) },
        'SectorDealActivation',
      ),
    ),
  },
  'BatchActivateDealsResult',
)
export type BatchActivateDealsResult = Infer<typeof BatchActivateDealsResult>

export const GetClaimsParams = tuple(
  { provider: actorIdUint, claimIds: list(uint64) },
  'GetClaimsParams',
)
export type GetClaimsParams = Infer<typeof GetClaimsParams>

export const GetClaimsReturn = tuple(
  { batchInfo: BatchReturn, claims: list(Claim) },
  'GetClaimsReturn',
)
export type GetClaimsReturn = Infer<typeof GetClaimsReturn>

export const AllocationClaim = tuple(
  { client: uint64, allocationId: uint64, data: cidLink, size: uint64 },
  'AllocationClaim',
)
export type AllocationClaim = Infer<typeof AllocationClaim>

export const SectorAllocationClaims = tuple(
  { sector: SectorNumber, expiry: epoch, claims: list(AllocationClaim) },
  'SectorAllocationClaims',
)
export type SectorAllocationClaims = Infer<typeof SectorAllocationClaims>

export const ClaimAllocationsParams = tuple(
  { sectors: list(SectorAllocationClaims), allOrNothing: bool },
  'ClaimAllocationsParams',
)
export type ClaimAllocationsParams = Infer<typeof ClaimAllocationsParams>

export const ClaimAllocationsReturn = tuple(
  {
    sectorResults: BatchReturn,
    /** Bytes claimed in each sector that succeeded. */
    sectorClaims: list(bigInt),
  },
  'ClaimAllocationsReturn',
)
export type ClaimAllocationsReturn = Infer<typeof ClaimAllocationsReturn>

export const PieceChange = tuple(
  {
    /** CommP. */
    data: cidLink,
    /** Padded bytes. */
    size: uint64,
    /** Whatever the manifest says for this receiver, such as a deal's id. */
    payload: byteString,
  },
  'PieceChange',
)
export type PieceChange = Infer<typeof PieceChange>

export const SectorChanges = tuple(
  { sector: SectorNumber, minimumCommitmentEpoch: epoch, added: list(PieceChange) },
  'SectorChanges',
)
export type SectorChanges = Infer<typeof SectorChanges>

/** A bare list of sectors. */
export const SectorContentChangedParams = list(SectorChanges)
/** For each sector, for each piece: whether it was accepted. */
export const SectorContentChangedReturn = list(list(bool))
