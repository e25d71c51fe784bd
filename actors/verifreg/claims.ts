/** Allocations that providers claim, and the claims that follow. @see builtin-actors `actors/verifreg/src/lib.rs` */
import type { ActorId, StoragePower } from '../../primitives/units.ts'
import { BatchReturn, batchReturn } from '../batch-return.ts'
import { type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { emitClaim } from './events.ts'
import type {
  AllocationClaim,
  ClaimAllocationsParams,
  ClaimAllocationsReturn,
  ClaimTerm,
  ExtendClaimTermsParams,
  GetClaimsParams,
  GetClaimsReturn,
  SectorAllocationClaims,
} from './params.ts'
import {
  type Allocation,
  allocationOf,
  ALLOCATIONS,
  type Claim,
  claimOf,
  CLAIMS,
  type VerifregState,
} from './state.ts'
import { burnDatacap } from './token-requests.ts'

/**
 * Turns allocations into claims of the calling miner, sector by sector: a sector gets all of its claims or none. The datacap
 * is burnt.
 * @throws ActorError `IllegalArgument` for no sectors, for a claim that exists, and where all must succeed and one does not.
 */
export function claimAllocations(
  rt: Runtime<VerifregState>,
  { sectors, allOrNothing }: ClaimAllocationsParams,
): ClaimAllocationsReturn {
  rt.acceptCallerType('storageminer')
  require(sectors.length > 0, ExitCode.IllegalArgument, 'claim allocations called with no claims')
  const codes: ExitCode[] = []
  const sectorClaims: StoragePower[] = []
  rt.transaction((state) => {
    for (const sector of sectors) {
      const claims = claimsOfSector(rt, state, sector)
      if (typeof claims === 'number') codes.push(claims)
      else {
        sectorClaims.push(putClaims(rt, state, claims))
        codes.push(ExitCode.Ok)
      }
    }
  })
  const failed = codes.some((code) => code !== ExitCode.Ok)
  require(!allOrNothing || !failed, ExitCode.IllegalArgument, `not all could be claimed: ${codes}`)
  burnDatacap(
    rt,
    sectorClaims.reduce((sum, space) => sum + space, 0n),
  )
  return { sectorResults: batchReturn(codes), sectorClaims }
}

/** Those of a provider's claims that exist, and which of the ids they were. */
export function getClaims(
  rt: Runtime<VerifregState>,
  { provider, claimIds }: GetClaimsParams,
): GetClaimsReturn {
  rt.acceptAnyCaller()
  const state = rt.state()
  const found = claimIds.map((id) => claimOf(state, provider, id))
  const codes = found.map((claim) => (claim ? ExitCode.Ok : ExitCode.NotFound))
  return {
    batchInfo: batchReturn(codes),
    claims: found.filter((claim) => claim !== undefined),
  }
}

/**
 * Raises the longest terms of the caller's claims, each on its own, up to what an allocation may ask for. Claims that have
 * expired are no exception.
 */
export function extendClaimTerms(
  rt: Runtime<VerifregState>,
  { terms }: ExtendClaimTermsParams,
): BatchReturn {
  rt.acceptAnyCaller()
  return batchReturn(rt.transaction((state) => terms.map((term) => extendTerm(rt, state, term))))
}

function extendTerm(
  rt: Runtime,
  state: Draft<VerifregState>,
  { provider, claimId, termMax }: ClaimTerm,
): ExitCode {
  if (termMax > rt.policy.maximumVerifiedAllocationTerm) return ExitCode.IllegalArgument
  const claim = claimOf(state, provider, claimId)
  if (!claim) return ExitCode.NotFound
  if (claim.client !== rt.caller) return ExitCode.Forbidden
  if (termMax < claim.termMax) return ExitCode.IllegalArgument
  const extended = { ...claim, termMax }
  state.claims = CLAIMS.set(state.claims, claim.provider, claimId, extended)
  emitClaim(rt, 'claim-updated', claimId, extended)
  return ExitCode.Ok
}

type NewClaim = readonly [id: bigint, claim: Claim]

/** The claims of a sector, or why it can have none. */
function claimsOfSector(
  rt: Runtime,
  state: VerifregState,
  sector: SectorAllocationClaims,
): readonly NewClaim[] | ExitCode {
  const claims: NewClaim[] = []
  for (const wanted of sector.claims) {
    const allocation = allocationOf(state, wanted.client, wanted.allocationId)
    if (!allocation) return ExitCode.NotFound
    const lifetime = sector.expiry - rt.epoch
    if (!canClaim(wanted, rt.caller, allocation, rt.epoch, lifetime)) return ExitCode.Forbidden
    const { client, provider, data, size, termMin, termMax } = allocation
    const claim = { provider, client, data, size, termMin, termMax, termStart: rt.epoch }
    claims.push([wanted.allocationId, { ...claim, sector: sector.sector }])
  }
  return claims
}

function canClaim(
  wanted: AllocationClaim,
  provider: ActorId,
  allocation: Allocation,
  now: number,
  lifetime: number,
): boolean {
  return (
    provider === allocation.provider &&
    wanted.data.equals(allocation.data) &&
    wanted.size === allocation.size &&
    now <= allocation.expiration &&
    lifetime >= allocation.termMin &&
    lifetime <= allocation.termMax
  )
}

/** Gives the bytes claimed. */
function putClaims(
  rt: Runtime,
  state: Draft<VerifregState>,
  claims: readonly NewClaim[],
): StoragePower {
  let space = 0n
  for (const [id, claim] of claims) {
    const { provider, client, size } = claim
    const exists = state.claims.get(provider)?.has(id) === true
    require(!exists, ExitCode.IllegalArgument, `claim ${id} already exists`)
    state.claims = CLAIMS.set(state.claims, provider, id, claim)
    emitClaim(rt, 'claim', id, claim)
    state.allocations = ALLOCATIONS.delete(state.allocations, client, id)
    space += size
  }
  return space
}
