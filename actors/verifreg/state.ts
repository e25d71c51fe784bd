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
import { type ActorId, actorId } from '../../primitives/units.ts'
import { actorNumberKey } from '../actor-number-key.ts'
import { nestedMap } from '../nested-map.ts'

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

/** Allocations by client, then by id. */
export const ALLOCATIONS = nestedMap(actorNumberKey, uvarintKey, Allocation)
/** Claims by provider, then by the id of the allocation that was claimed. */
export const CLAIMS = nestedMap(actorNumberKey, uvarintKey, Claim)

export const VerifregState = tuple(
  {
    rootKey: actorIdAddress,
    /** Bytes each verifier may still hand out. */
    verifiers: hamt(actorIdKey, storagePower),
    /** Keyed by the bytes of the verifier's address followed by the client's. */
    removeDataCapProposalIds: hamt(bytesKey, RemoveDataCapProposalId),
    allocations: ALLOCATIONS.codec,
    /** The first is 1: 0 means no allocation. */
    nextAllocationId: uint64,
    claims: CLAIMS.codec,
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
    allocations: ALLOCATIONS.empty,
    nextAllocationId: 1n,
    claims: CLAIMS.empty,
  }
}

/** An allocation of a client, whose number may be anybody's or nobody's. */
export function allocationOf(
  state: VerifregState,
  client: number | bigint,
  id: bigint,
): Allocation | undefined {
  const owner = knownId(client)
  return owner === undefined ? undefined : state.allocations.get(owner)?.get(id)
}

/** A claim of a provider, whose number may be anybody's or nobody's. */
export function claimOf(
  state: VerifregState,
  provider: number | bigint,
  id: bigint,
): Claim | undefined {
  const owner = knownId(provider)
  return owner === undefined ? undefined : state.claims.get(owner)?.get(id)
}

/** The id that a number from a message stands for; undefined beyond those that actors can have. */
export function knownId(n: number | bigint): ActorId | undefined {
  return n <= Number.MAX_SAFE_INTEGER ? actorId(Number(n)) : undefined
}
