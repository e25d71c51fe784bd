/** Allocations of datacap, and the claims of providers who took them. Reference: Lotus `node/impl/full/state.go`. */
import {
  type Allocation,
  allocationOf,
  type Claim,
  claimOf,
  type VerifregState,
} from '../../actors/verifreg/state.ts'
import type { MarketState } from '../../actors/market/state.ts'
import { MARKET_ACTOR, VERIFREG_ACTOR } from '../../actors/singletons.ts'
import { integerToJson } from '../../engine/chain/lotus-json.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ActorId } from '../../primitives/units.ts'
import { idIn, shownAddress, singletonState } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { address, tipsetKey, uint } from '../decoders.ts'
import { method, type Method } from '../method.ts'
import { dealOf } from './market.ts'

/** A method about the registry and an actor, after a tipset. */
const aboutActor = (name: string, answer: (state: VerifregState, id: ActorId) => unknown): Method =>
  method<[Address, readonly Cid[]]>(`Filecoin.${name}`, [address, tipsetKey], (context, who, key) =>
    answer(registryAfter(context, key), idIn(context, who, key)),
  )

/** A method about the registry, an actor and a number: of an allocation, which the claim on it keeps. */
const aboutNumber = (
  name: string,
  answer: (state: VerifregState, id: ActorId, number: bigint) => unknown,
): Method =>
  method<[Address, number, readonly Cid[]]>(
    `Filecoin.${name}`,
    [address, uint, tipsetKey],
    (context, who, number, key) =>
      answer(registryAfter(context, key), idIn(context, who, key), BigInt(number)),
  )

const aboutAll = (name: string, answer: (state: VerifregState) => unknown): Method =>
  method<[readonly Cid[]]>(`Filecoin.${name}`, [tipsetKey], (context, key) =>
    answer(registryAfter(context, key)),
  )

const NO_ALLOCATION = 0n

export const allocationMethods = [
  aboutNumber('StateGetAllocation', (state, client, number) => {
    const found = allocationOf(state, client, number)
    return found ? allocationToJson(found) : null
  }),
  aboutNumber('StateGetClaim', (state, provider, number) => {
    const found = claimOf(state, provider, number)
    return found ? claimToJson(found) : null
  }),
  aboutActor('StateGetAllocations', ({ allocations }, client) =>
    byNumber([allocations.get(client)], allocationToJson),
  ),
  aboutActor('StateGetClaims', ({ claims }, provider) =>
    byNumber([claims.get(provider)], claimToJson),
  ),
  aboutAll('StateGetAllAllocations', ({ allocations }) =>
    byNumber(allocations.values(), allocationToJson),
  ),
  aboutAll('StateGetAllClaims', ({ claims }) => byNumber(claims.values(), claimToJson)),
  method<[number, readonly Cid[]]>(
    'Filecoin.StateGetAllocationIdForPendingDeal',
    [uint, tipsetKey],
    (context, deal, key) => integerToJson(pendingAllocation(context, deal, key)),
  ),
  method<[number, readonly Cid[]]>(
    'Filecoin.StateGetAllocationForPendingDeal',
    [uint, tipsetKey],
    (context, deal, key) => {
      const id = pendingAllocation(context, deal, key)
      if (id === NO_ALLOCATION) return null
      const client = idIn(context, dealOf(context, deal, key).client, key)
      const found = allocationOf(registryAfter(context, key), client, id)
      return found ? allocationToJson(found) : null
    },
  ),
  method<[readonly Cid[]]>('Filecoin.StateVerifiedRegistryRootKey', [tipsetKey], (context, key) =>
    shownAddress(context, idAddress(registryAfter(context, key).rootKey)),
  ),
]

const registryAfter = (context: RpcContext, key: readonly Cid[]): VerifregState =>
  singletonState(context, key, VERIFREG_ACTOR)

/** Allocation of a deal that is published and not active. */
function pendingAllocation(context: RpcContext, deal: number, key: readonly Cid[]): bigint {
  const { pendingDealAllocationIds } = singletonState<MarketState>(context, key, MARKET_ACTOR)
  return pendingDealAllocationIds.get(deal) ?? NO_ALLOCATION
}

/** One object of all maps' values by their numbers, which no two maps share. */
function byNumber<V>(
  maps: Iterable<{ entries(): Iterable<[bigint, V]> } | undefined>,
  toJson: (value: V) => object,
): Record<string, object> {
  const all: Record<string, object> = {}
  for (const map of maps)
    for (const [number, value] of map?.entries() ?? []) all[number.toString()] = toJson(value)
  return all
}

const allocationToJson = (allocation: Allocation) => ({
  Client: allocation.client,
  Provider: allocation.provider,
  Data: allocation.data.toJSON(),
  Size: integerToJson(allocation.size),
  TermMin: allocation.termMin,
  TermMax: allocation.termMax,
  Expiration: allocation.expiration,
})

const claimToJson = (claim: Claim) => ({
  Provider: claim.provider,
  Client: claim.client,
  Data: claim.data.toJSON(),
  Size: integerToJson(claim.size),
  TermMin: claim.termMin,
  TermMax: claim.termMax,
  TermStart: claim.termStart,
  Sector: integerToJson(claim.sector),
})
