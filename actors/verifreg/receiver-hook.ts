/**
 * Datacap that arrives: it comes with requests for allocations, or for longer terms of claims, of exactly its size.
 * @see builtin-actors `actors/verifreg/src/lib.rs`, `universal_receiver_hook`
 */
import type { ActorId } from '../../primitives/units.ts'
import { allOk } from '../batch-return.ts'
import { FRC46_TOKEN_TYPE, FRC46TokenReceived, type UniversalReceiverParams } from '../frc46.ts'
import { ActorError, type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { DATACAP_ACTOR } from '../singletons.ts'
import { emitAllocation, emitClaim } from './events.ts'
import {
  type AllocationRequest,
  AllocationRequests,
  type AllocationsResponse,
  type ClaimExtensionRequest,
} from './params.ts'
import {
  type Allocation,
  ALLOCATIONS,
  type Claim,
  claimOf,
  CLAIMS,
  knownId,
  type VerifregState,
} from './state.ts'
import { burnDatacap, bytesOfTokens } from './token-requests.ts'

/**
 * Makes allocations and extends claims for datacap that the token says has come. All or none of it.
 * @throws ActorError `IllegalArgument` for another token, terms that are not allowed, or datacap of another size; `NotFound`
 *   for claims that do not exist, `Forbidden` for those that have expired.
 */
export function receive(
  rt: Runtime<VerifregState>,
  params: UniversalReceiverParams,
): AllocationsResponse {
  rt.acceptCaller(DATACAP_ACTOR)
  const { from: client, amount, operatorData } = tokensReceived(rt, params)
  const requests = operatorData.as(AllocationRequests)
  const allocations = requests.allocations.map((request) => newAllocation(rt, client, request))
  const before = rt.state()
  const extended = requests.extensions.map((request) => extendedClaim(rt, before, request))

  const spentOnExtensions = total(extended.map(([, claim]) => claim))
  const spent = total(allocations) + spentOnExtensions
  const received = bytesOfTokens(amount)
  requireArgument(spent === received, `requests are for ${spent} bytes, ${received} came`)
  burnDatacap(rt, spentOnExtensions)

  const newAllocations = rt.transaction((state) => {
    const ids = putAllocations(rt, state, client, allocations)
    for (const [id, claim] of extended)
      state.claims = CLAIMS.set(state.claims, claim.provider, id, claim)
    for (const [id, claim] of extended) emitClaim(rt, 'claim-updated', id, claim)
    return ids
  })
  return {
    allocationResults: allOk(allocations.length),
    extensionResults: allOk(extended.length),
    newAllocations,
  }
}

/** @throws ActorError `IllegalArgument` for what is no FRC-46 token, or not for the registry. */
function tokensReceived(rt: Runtime, params: UniversalReceiverParams): FRC46TokenReceived {
  requireArgument(params.type === FRC46_TOKEN_TYPE, `invalid token type ${params.type}`)
  const received = params.payload.as(FRC46TokenReceived)
  requireArgument(received.to === rt.receiver, `tokens are for f0${received.to}`)
  return received
}

function newAllocation(rt: Runtime, client: ActorId, request: AllocationRequest): Allocation {
  const { policy, epoch: now } = rt
  const { data, size, termMin, termMax, expiration } = request
  requireArgument(size >= policy.minimumVerifiedAllocationSize, `allocation size ${size}`)
  requireArgument(termMin >= policy.minimumVerifiedAllocationTerm, `term min ${termMin}`)
  requireArgument(termMax <= policy.maximumVerifiedAllocationTerm, `term max ${termMax}`)
  requireArgument(termMin <= termMax, `term min ${termMin} exceeds term max ${termMax}`)
  requireArgument(expiration >= now, `expiration ${expiration} has passed`)
  const latest = now + policy.maximumVerifiedAllocationExpiration
  requireArgument(expiration <= latest, `expiration ${expiration} exceeds ${latest}`)
  const provider = minerId(rt, request.provider)
  return { client, provider, data, size, termMin, termMax, expiration }
}

/** Datacap for anybody but a miner would only be locked up. @throws ActorError `IllegalArgument` */
function minerId(rt: Runtime, provider: bigint): ActorId {
  const id = knownId(provider)
  if (id !== undefined && rt.typeOf(id) === 'storageminer') return id
  throw new ActorError(ExitCode.IllegalArgument, `provider f0${provider} is not a miner`)
}

/** Anybody may extend a claim; it stays its client's. */
function extendedClaim(
  rt: Runtime,
  state: VerifregState,
  { provider, claim: id, termMax }: ClaimExtensionRequest,
): readonly [id: bigint, claim: Claim] {
  const claim = claimOf(state, provider, id)
  if (!claim) throw new ActorError(ExitCode.NotFound, `no claim ${id} for provider f0${provider}`)
  const longest = rt.epoch + rt.policy.maximumVerifiedAllocationTerm - claim.termStart
  requireArgument(termMax <= longest, `term max ${termMax} for claim ${id} exceeds ${longest}`)
  requireArgument(termMax > claim.termMax, `term max ${termMax} for claim ${id} is no extension`)
  const expiration = claim.termStart + claim.termMax
  require(rt.epoch <= expiration, ExitCode.Forbidden, `claim ${id} expired at ${expiration}`)
  return [id, { ...claim, termMax }]
}

function putAllocations(
  rt: Runtime,
  state: Draft<VerifregState>,
  client: ActorId,
  allocations: readonly Allocation[],
): bigint[] {
  const first = state.nextAllocationId
  const entries = allocations.map((allocation, i) => [first + BigInt(i), allocation] as const)
  if (entries.length > 0) state.allocations = ALLOCATIONS.setAll(state.allocations, client, entries)
  state.nextAllocationId = first + BigInt(entries.length)
  for (const [id, allocation] of entries) emitAllocation(rt, 'allocation', id, allocation)
  return entries.map(([id]) => id)
}

const total = (records: readonly { readonly size: bigint }[]): bigint =>
  records.reduce((sum, { size }) => sum + size, 0n)

function requireArgument(condition: boolean, message: string): void {
  require(condition, ExitCode.IllegalArgument, message)
}
