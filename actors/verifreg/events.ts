/** What the registry tells the outside: verifiers' balances, allocations and claims (FIP-0083). */
import { actorIdUint, bigInt, cidLink, epoch, uint64 } from '../../primitives/codec.ts'
import type { ActorId, StoragePower } from '../../primitives/units.ts'
import { eventType, field, indexed } from '../event-entries.ts'
import type { EventEntry, Runtime } from '../runtime.ts'
import type { Allocation, Claim } from './state.ts'

/** @param client - who was given some, if that is why. */
export function emitVerifierBalance(
  rt: Runtime,
  verifier: ActorId,
  balance: StoragePower,
  client?: ActorId,
): void {
  rt.emit([
    eventType('verifier-balance'),
    indexed('verifier', actorIdUint, verifier),
    field('balance', bigInt, balance),
    ...(client === undefined ? [] : [indexed('client', actorIdUint, client)]),
  ])
}

export function emitAllocation(
  rt: Runtime,
  type: 'allocation' | 'allocation-removed',
  id: bigint,
  allocation: Allocation,
): void {
  rt.emit([
    eventType(type),
    ...terms(id, allocation),
    field('expiration', epoch, allocation.expiration),
  ])
}

export function emitClaim(
  rt: Runtime,
  type: 'claim' | 'claim-updated' | 'claim-removed',
  id: bigint,
  claim: Claim,
): void {
  rt.emit([
    eventType(type),
    ...terms(id, claim),
    field('term-start', epoch, claim.termStart),
    indexed('sector', uint64, claim.sector),
  ])
}

function terms(id: bigint, about: Allocation | Claim): EventEntry[] {
  return [
    indexed('id', uint64, id),
    indexed('client', actorIdUint, about.client),
    indexed('provider', actorIdUint, about.provider),
    indexed('piece-cid', cidLink, about.data),
    field('piece-size', uint64, about.size),
    field('term-min', epoch, about.termMin),
    field('term-max', epoch, about.termMax),
  ]
}
