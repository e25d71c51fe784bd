/** What holds for every state of the verified registry (builtin-actors `actors/verifreg/src/testing.rs`). */
import type { ChainEpoch } from '../../primitives/units.ts'
import type { Policy } from '../policy.ts'
import type { Allocation, Claim, VerifregState } from './state.ts'

/**
 * Everything that is wrong with a state after the epoch `priorEpoch`, each in a sentence; nothing when all is well. Visits
 * every allocation and claim.
 */
export function brokenVerifregInvariants(
  state: VerifregState,
  policy: Policy,
  priorEpoch: ChainEpoch,
): string[] {
  const broken: string[] = []
  const context = { policy, priorEpoch, next: state.nextAllocationId }
  for (const [verifier, cap] of state.verifiers.entries())
    if (cap < 0n) broken.push(`verifier f0${verifier} may hand out ${cap}`)
  for (const [client, allocations] of state.allocations.entries()) {
    if (allocations.isEmpty) broken.push(`client f0${client} has an empty map of allocations`)
    for (const [id, allocation] of allocations.entries()) {
      if (allocation.client !== client)
        broken.push(`allocation ${id} of f0${allocation.client} is kept for f0${client}`)
      broken.push(...brokenAllocation(id, allocation, context))
    }
  }
  for (const [provider, claims] of state.claims.entries()) {
    if (claims.isEmpty) broken.push(`provider f0${provider} has an empty map of claims`)
    for (const [id, claim] of claims.entries()) {
      if (claim.provider !== provider)
        broken.push(`claim ${id} of f0${claim.provider} is kept for f0${provider}`)
      broken.push(...brokenClaim(id, claim, context))
    }
  }
  return broken
}

interface Context {
  readonly policy: Policy
  readonly priorEpoch: ChainEpoch
  readonly next: bigint
}

function brokenAllocation(id: bigint, allocation: Allocation, context: Context): string[] {
  const { policy, priorEpoch } = context
  const latest = priorEpoch + policy.maximumVerifiedAllocationExpiration
  const broken = brokenTerms(`allocation ${id}`, id, allocation, context)
  if (allocation.termMax > policy.maximumVerifiedAllocationTerm)
    broken.push(`allocation ${id} has term max ${allocation.termMax}`)
  if (allocation.expiration > latest)
    broken.push(`allocation ${id} expires at ${allocation.expiration}, after ${latest}`)
  return broken
}

/** Terms of claims have no upper bound: clients extend them again and again. */
function brokenClaim(id: bigint, claim: Claim, context: Context): string[] {
  const broken = brokenTerms(`claim ${id}`, id, claim, context)
  if (claim.termStart > context.priorEpoch)
    broken.push(`claim ${id} starts at ${claim.termStart}, after ${context.priorEpoch}`)
  return broken
}

function brokenTerms(
  name: string,
  id: bigint,
  { size, termMin, termMax }: Allocation | Claim,
  { policy, next }: Context,
): string[] {
  const broken: string[] = []
  if (id >= next) broken.push(`${name} is not below the next id ${next}`)
  if (size < policy.minimumVerifiedAllocationSize) broken.push(`${name} has ${size} bytes`)
  if (termMin < policy.minimumVerifiedAllocationTerm) broken.push(`${name} has term min ${termMin}`)
  if (termMin > termMax) broken.push(`${name} has terms from ${termMin} to ${termMax}`)
  return broken
}
