/** State of the verified registry: who may hand out datacap, and what it was promised and given for. */
import {
  actorIdAddress,
  actorIdUint,
  cidLink,
  epoch,
  type Infer,
  storagePower,
  tuple,
  uint64,
} from '../../primitives/codec.ts'
import { actorIdKey, bytesKey, uvarintKey } from '../../primitives/hamt-keys.ts'
import { hamt, Hamt } from '../../primitives/hamt.ts'
import type { ActorId } from '../../primitives/units.ts'
import { actorNumberKey } from '../actor-number-key.ts'

/** Datacap spent by a client on a piece, which a provider may claim. */
export const Allocation = tuple(
  {
    client: actorIdUint,
    provider: actorIdUint,
    /** Piece CID. */
    data: cidLink,
    /** Padded bytes. */
    size: uint64,
    termMin: epoch,
    termMax: epoch,
    /** Last epoch in which it may be claimed. */
    expiration: epoch,
  },
  'Allocation',
)
export type Allocation = Infer<typeof Allocation>

/** An allocation that a provider has committed to. */
export const Claim = tuple(
  {
    provider: actorIdUint,
    client: actorIdUint,
    data: cidLink,
    size: uint64,
    termMin: epoch,
    termMax: epoch,
    termStart: epoch,
    sector: uint64,
  },
  'Claim',
)
export type Claim = Infer<typeof Claim>

/** Counts requests to remove a client's datacap, so that a signature is good once. */
export const RemoveDataCapProposalId = tuple({ id: uint64 }, 'RemoveDataCapProposalId')

const allocationsOfClient = hamt(uvarintKey, Allocation)
const claimsOfProvider = hamt(uvarintKey, Claim)

export const VerifregState = tuple(
  {
    rootKey: actorIdAddress,
    /** Bytes each verifier may still hand out. */
    verifiers: hamt(actorIdKey, storagePower),
    /** Keyed by the bytes of the verifier's address followed by the client's. */
    removeDataCapProposalIds: hamt(bytesKey, RemoveDataCapProposalId),
    /** By client, then by allocation. */
    allocations: hamt(actorNumberKey, allocationsOfClient),
    /** The first is 1: 0 means no allocation. */
    nextAllocationId: uint64,
    /** By provider, then by the id of the allocation that was claimed. */
    claims: hamt(actorNumberKey, claimsOfProvider),
  },
  'VerifregState',
)
export type VerifregState = Infer<typeof VerifregState>

/** State before anybody is a verifier. */
export function initialVerifregState(rootKey: ActorId): VerifregState {
  return {
    rootKey,
    verifiers: Hamt.empty(actorIdKey, storagePower),
    removeDataCapProposalIds: Hamt.empty(bytesKey, RemoveDataCapProposalId),
    allocations: Hamt.empty(actorNumberKey, allocationsOfClient),
    nextAllocationId: 1n,
    claims: Hamt.empty(actorNumberKey, claimsOfProvider),
  }
}
