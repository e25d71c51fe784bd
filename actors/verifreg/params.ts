/** What goes in and out of the verified registry. Datacap is counted in whole bytes here. */
import {
  address,
  bigInt,
  cidLink,
  type Infer,
  list,
  storagePower,
  tuple,
  uint64,
} from '../../primitives/codec.ts'
import { keySignature } from '../key-signature.ts'
import { BatchReturn } from '../batch-return.ts'
import { GivenEpoch } from '../miner/wire.ts'
import { RemoveDataCapProposalId } from './state.ts'

export {
  type AllocationClaim,
  ClaimAllocationsParams,
  ClaimAllocationsReturn,
  GetClaimsParams,
  GetClaimsReturn,
  type SectorAllocationClaims,
} from '../miner/ext.ts'

export const VerifregMethod = {
  Constructor: 1,
  AddVerifier: 2,
  RemoveVerifier: 3,
  AddVerifiedClient: 4,
  RemoveVerifiedClientDataCap: 7,
  RemoveExpiredAllocations: 8,
  ClaimAllocations: 9,
  GetClaims: 10,
  ExtendClaimTerms: 11,
  RemoveExpiredClaims: 12,
  AddVerifiedClientExported: 3916220144,
  RemoveExpiredAllocationsExported: 2421068268,
  GetClaimsExported: 2199871187,
  ExtendClaimTermsExported: 1752273514,
  RemoveExpiredClaimsExported: 2873373899,
  Receive: 3726118371,
} as const

/** Who may hand out datacap, or gets some, and how much. */
export const VerifierParams = tuple({ address, allowance: storagePower }, 'VerifierParams')
export type VerifierParams = Infer<typeof VerifierParams>

export const RemoveDataCapRequest = tuple(
  {
    verifier: address,
    /** Over `REMOVE_DATACAP_DOMAIN` and a `RemoveDataCapProposal`. */
    signature: keySignature,
  },
  'RemoveDataCapRequest',
)
export type RemoveDataCapRequest = Infer<typeof RemoveDataCapRequest>

export const RemoveDataCapParams = tuple(
  {
    verifiedClientToRemove: address,
    dataCapAmountToRemove: storagePower,
    verifierRequest1: RemoveDataCapRequest,
    verifierRequest2: RemoveDataCapRequest,
  },
  'RemoveDataCapParams',
)
export type RemoveDataCapParams = Infer<typeof RemoveDataCapParams>

export const RemoveDataCapReturn = tuple(
  { verifiedClient: address, dataCapRemoved: storagePower },
  'RemoveDataCapReturn',
)
export type RemoveDataCapReturn = Infer<typeof RemoveDataCapReturn>

/** What two verifiers sign to have a client's datacap removed. */
export const RemoveDataCapProposal = tuple(
  {
    verifiedClient: address,
    dataCapAmount: storagePower,
    removalProposalId: RemoveDataCapProposalId,
  },
  'RemoveDataCapProposal',
)

/** Stands before what is signed, so that it is a signature for nothing else. */
export const REMOVE_DATACAP_DOMAIN = 'fil_removedatacap:'

export const RemoveExpiredAllocationsParams = tuple(
  {
    client: uint64,
    /** None for all that have expired. */
    allocationIds: list(uint64),
  },
  'RemoveExpiredAllocationsParams',
)
export type RemoveExpiredAllocationsParams = Infer<typeof RemoveExpiredAllocationsParams>

export const RemoveExpiredAllocationsReturn = tuple(
  {
    /** Ids that were asked for, or else found. */
    considered: list(uint64),
    results: BatchReturn,
    datacapRecovered: bigInt,
  },
  'RemoveExpiredAllocationsReturn',
)
export type RemoveExpiredAllocationsReturn = Infer<typeof RemoveExpiredAllocationsReturn>

export const RemoveExpiredClaimsParams = tuple(
  {
    provider: uint64,
    /** None for all that have expired. */
    claimIds: list(uint64),
  },
  'RemoveExpiredClaimsParams',
)
export type RemoveExpiredClaimsParams = Infer<typeof RemoveExpiredClaimsParams>

export const RemoveExpiredClaimsReturn = tuple(
  { considered: list(uint64), results: BatchReturn },
  'RemoveExpiredClaimsReturn',
)
export type RemoveExpiredClaimsReturn = Infer<typeof RemoveExpiredClaimsReturn>

export const ClaimTerm = tuple(
  { provider: uint64, claimId: uint64, termMax: GivenEpoch },
  'ClaimTerm',
)
export type ClaimTerm = Infer<typeof ClaimTerm>

export const ExtendClaimTermsParams = tuple({ terms: list(ClaimTerm) }, 'ExtendClaimTermsParams')
export type ExtendClaimTermsParams = Infer<typeof ExtendClaimTermsParams>

/** An allocation that datacap is sent for. The client is whoever sends it. */
export const AllocationRequest = tuple(
  {
    provider: uint64,
    /** Piece CID. */
    data: cidLink,
    /** Padded bytes. */
    size: uint64,
    termMin: GivenEpoch,
    termMax: GivenEpoch,
    expiration: GivenEpoch,
  },
  'AllocationRequest',
)
export type AllocationRequest = Infer<typeof AllocationRequest>

/** A longer term for a claim, which datacap is sent for. */
export const ClaimExtensionRequest = tuple(
  { provider: uint64, claim: uint64, termMax: GivenEpoch },
  'ClaimExtensionRequest',
)
export type ClaimExtensionRequest = Infer<typeof ClaimExtensionRequest>

/** What comes with datacap that is sent to the registry. */
export const AllocationRequests = tuple(
  { allocations: list(AllocationRequest), extensions: list(ClaimExtensionRequest) },
  'AllocationRequests',
)
export type AllocationRequests = Infer<typeof AllocationRequests>

export const AllocationsResponse = tuple(
  {
    allocationResults: BatchReturn,
    extensionResults: BatchReturn,
    newAllocations: list(uint64),
  },
  'AllocationsResponse',
)
export type AllocationsResponse = Infer<typeof AllocationsResponse>
