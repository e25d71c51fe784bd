/**
 * Publishing deals: those of a provider that are signed, allowed and paid for become deals, the others are dropped.
 * @see builtin-actors `actors/market/src/lib.rs`, `publish_storage_deals`
 */
import { type Address, idAddress } from '../../primitives/address.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import { encode } from '../../primitives/codec.ts'
import type { ActorId } from '../../primitives/units.ts'
import {
  ActorError,
  type Draft,
  ExitCode,
  Payload,
  require,
  type Runtime,
  sent,
  SyscallError,
} from '../runtime.ts'
import { lockDealFunds } from './balances.ts'
import { type ClientDealProposal, clientOf, dealCid, DealProposal } from './deal.ts'
import { emitDeal } from './events.ts'
import {
  MARKET_NOTIFY_DEAL,
  MarketNotifyDealParams,
  type PublishStorageDealsParams,
  type PublishStorageDealsReturn,
} from './params.ts'
import { firstUpdateEpoch } from './policy.ts'
import { hasAllowedTerms, type NetworkPower } from './proposal-checks.ts'
import { allocateDatacap, ProposalBatch } from './proposal-batch.ts'
import {
  failingWith,
  requestAuthentication,
  requestIsControlling,
  requestNetworkPower,
} from './requests.ts'
import { type DealId, type MarketState, NO_DEALS } from './state.ts'

/**
 * Publishes deals of the first one's provider, for one who controls it. Datacap of verified deals is spent, funds of both
 * sides are locked, and each client is told.
 *
 * @throws ActorError `IllegalArgument` for no deals, none that is valid, a provider that is no miner, and for a client that
 *   refuses; `NotFound` for a provider that is nobody; `Forbidden` for another caller.
 */
export function publishStorageDeals(
  rt: Runtime<MarketState>,
  { deals }: PublishStorageDealsParams,
): PublishStorageDealsReturn {
  rt.acceptAnyCaller()
  require(deals.length > 0, ExitCode.IllegalArgument, 'Empty deals parameter')
  const providerAddress = deals[0]!.proposal.provider
  const provider = requireControlledMiner(rt, providerAddress)
  const network = requestNetworkPower(rt)
  // The clients are asked before the state is read, since asking them may change it.
  const signed = deals.map((deal) => isValid(rt, deal, network))

  const batch = new ProposalBatch(rt, provider)
  for (const [i, { proposal }] of deals.entries())
    if (signed[i] && isOf(proposal, provider, providerAddress)) batch.consider(i, proposal)
  const allocationIds = allocateDatacap(rt, batch)
  require(batch.valid.length > 0, ExitCode.IllegalArgument, 'All deal proposals invalid')

  const ids = rt.transaction((state) =>
    batch.valid.map(({ deal }) => putDeal(rt, state, deal, allocationIds.get(dealCid(deal).key))),
  )
  for (const [i, { deal }] of batch.valid.entries()) notify(rt, ids[i]!, deal)
  return { ids, validDeals: Bitfield.of(batch.valid.map(({ index }) => index)) }
}

function requireControlledMiner(rt: Runtime, address: Address): ActorId {
  const provider = rt.resolve(address)
  if (provider === undefined)
    throw new ActorError(ExitCode.NotFound, `failed to resolve provider address ${address}`)
  const type = rt.typeOf(provider)
  require(type !== undefined, ExitCode.NotFound, `no code ID for address f0${provider}`)
  require(type ===
    'storageminer', ExitCode.IllegalArgument, 'deal provider is not a storage miner actor')
  require(requestIsControlling(
    rt,
    provider,
    rt.caller,
  ), ExitCode.Forbidden, `caller f0${rt.caller} does not control provider f0${provider}`)
  return provider
}

/** Signed by the client, on terms that are allowed. */
function isValid(rt: Runtime, deal: ClientDealProposal, network: NetworkPower): boolean {
  try {
    requestAuthentication(rt, deal)
  } catch (error) {
    if (error instanceof ActorError || error instanceof SyscallError) return false
    throw error
  }
  return hasAllowedTerms(rt, deal.proposal, network)
}

/** Whether a deal is the provider's, by the address that the first one gave or by its id. */
function isOf(deal: DealProposal, provider: ActorId, address: Address): boolean {
  return deal.provider.equals(address) || deal.provider.equals(idAddress(provider))
}

/** Locks what a deal needs and puts it into the state. */
function putDeal(
  rt: Runtime,
  state: Draft<MarketState>,
  deal: DealProposal,
  allocationId: bigint | undefined,
): DealId {
  lockDealFunds(state, deal)
  const id = state.nextId++
  state.pendingProposals = state.pendingProposals.set(dealCid(deal), null)
  state.proposals = state.proposals.set(id, deal)
  if (allocationId !== undefined)
    state.pendingDealAllocationIds = state.pendingDealAllocationIds.set(id, allocationId)
  const epoch = firstUpdateEpoch(id, rt.policy.dealUpdatesInterval, deal.startEpoch)
  const due = state.dealOpsByEpoch.get(epoch) ?? NO_DEALS
  state.dealOpsByEpoch = state.dealOpsByEpoch.set(epoch, due.set(id, null))
  return id
}

/** A client that fails makes all of it fail: contracts must not be bound by deals they do not hear of. */
function notify(rt: Runtime, id: DealId, deal: DealProposal): void {
  const proposal = encode(DealProposal, deal)
  const params = Payload.of(MarketNotifyDealParams, { proposal, dealId: id })
  failingWith(ExitCode.IllegalArgument, () =>
    sent(rt.send(clientOf(deal), MARKET_NOTIFY_DEAL, params, 0n)),
  )
  emitDeal(rt, 'deal-published', id, deal)
}
