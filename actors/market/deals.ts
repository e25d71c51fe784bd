/**
 * Deals in the state: finding them, what they come to as time goes by, and taking them out.
 * @see builtin-actors `actors/market/src/state.rs`
 */
import type { Cid } from '../../primitives/cid.ts'
import { type ChainEpoch, max, min, type TokenAmount } from '../../primitives/units.ts'
import { EPOCH_UNDEFINED } from '../policy.ts'
import { ActorError, type Draft, ExitCode, require } from '../runtime.ts'
import { payProvider, slashProvider, unlock } from './balances.ts'
import {
  clientOf,
  dealCid,
  type DealProposal,
  type DealState,
  providerOf,
  totalStorageFee,
} from './deal.ts'
import { MarketExitCode } from './params.ts'
import { collateralPenaltyForDealActivationMissed } from './policy.ts'
import type { DealId, MarketState } from './state.ts'

type MarketDraft = Draft<MarketState>

/** Beyond every index of the states' arrays. */
const MAX_UINT64 = (1n << 64n) - 1n

/** @throws ActorError `IllegalState` for the one number that cannot be looked up. */
export function findProposal(state: MarketState, id: DealId | bigint): DealProposal | undefined {
  require(id !== MAX_UINT64, ExitCode.IllegalState, `failed to load deal proposal ${id}`)
  return state.proposals.get(id)
}

/** @throws ActorError `NotFound` for a deal that was never published, `DealExpired` for one that is gone. */
export function getProposal(state: MarketState, id: DealId | bigint): DealProposal {
  const deal = findProposal(state, id)
  if (!deal) throw new ActorError(missingDealCode(state, id), `no deal ${id}`)
  return deal
}

/** Why there is no proposal: it was never published, or it is gone. */
export function missingDealCode(state: MarketState, id: DealId | bigint): ExitCode {
  return id < state.nextId ? MarketExitCode.DealExpired : ExitCode.NotFound
}

/** State of a deal that was activated. @throws ActorError as `findProposal` does. */
export function findDealState(state: MarketState, id: DealId | bigint): DealState | undefined {
  require(id !== MAX_UINT64, ExitCode.IllegalState, `failed to load deal state ${id}`)
  return state.states.get(id)
}

/** What a deal has come to: an active one, one that may still be activated, or one that was not in time. */
export type LoadedDeal =
  | { readonly is: 'active'; readonly state: DealState }
  | { readonly is: 'early' }
  | { readonly is: 'timed-out'; readonly penalty: TokenAmount }

/** Looks at a deal; one that was not activated in time is taken out, and its penalty is to be burnt. */
export function loadDeal(
  state: MarketDraft,
  now: ChainEpoch,
  id: DealId,
  deal: DealProposal,
): LoadedDeal {
  const active = state.states.get(id)
  if (active) return { is: 'active', state: active }
  if (now < deal.startEpoch) return { is: 'early' }
  const penalty = refundTimedOutDeal(state, deal)
  state.proposals = state.proposals.delete(id)
  const wasPending = removePending(state, dealCid(deal))
  require(wasPending, ExitCode.IllegalState, `deal ${id} is not pending`)
  state.pendingDealAllocationIds = state.pendingDealAllocationIds.delete(id)
  return { is: 'timed-out', penalty }
}

export interface DealUpdate {
  readonly slashed: TokenAmount
  readonly payment: TokenAmount
  /** It was kept to its end. */
  readonly completed: boolean
  /** It is to be taken out. */
  readonly remove: boolean
}

/** Pays the provider of an active deal for the time since the last update, and settles what is left at its end. */
export function processDealUpdate(
  state: MarketDraft,
  active: DealState,
  deal: DealProposal,
  now: ChainEpoch,
): DealUpdate {
  const { lastUpdatedEpoch, slashEpoch } = active
  if (lastUpdatedEpoch === EPOCH_UNDEFINED) removePending(state, dealCid(deal))
  requireState(lastUpdatedEpoch <= now, `deal updated at future epoch ${lastUpdatedEpoch}`)
  if (deal.startEpoch > now) return { slashed: 0n, payment: 0n, completed: false, remove: false }

  const isSlashed = slashEpoch !== EPOCH_UNDEFINED
  requireState(slashEpoch <= now, `current epoch is before slash epoch ${slashEpoch}`)
  requireState(slashEpoch <= deal.endEpoch, `deal slash epoch ${slashEpoch} is after its end`)
  const end = isSlashed ? BigInt(slashEpoch) : min(deal.endEpoch, BigInt(now))
  const payment = pay(state, deal, max(deal.startEpoch, BigInt(lastUpdatedEpoch)), end)
  if (isSlashed) {
    const refund = remainingPayment(deal, slashEpoch)
    const slashed = endEarly(state, deal, refund)
    return { slashed, payment: refund + payment, completed: false, remove: true }
  }
  const completed = now >= deal.endEpoch
  if (completed) unlockCollaterals(state, deal, active)
  return { slashed: 0n, payment, completed, remove: completed }
}

/** Ends a deal whose sector was terminated, paid up to then. Gives the provider's collateral, to be burnt. */
export function processSlashedDeal(
  state: MarketDraft,
  deal: DealProposal,
  { lastUpdatedEpoch, slashEpoch }: DealState,
): TokenAmount {
  const start = max(deal.startEpoch, BigInt(lastUpdatedEpoch))
  const end = min(deal.endEpoch, BigInt(slashEpoch))
  pay(state, deal, start, max(start, end))
  return endEarly(state, deal, remainingPayment(deal, slashEpoch))
}

/** Takes an active deal out. @throws ActorError `IllegalState` unless it is there. */
export function removeCompletedDeal(state: MarketDraft, id: DealId): void {
  requireState(state.states.has(id), `no state of deal ${id}`)
  state.states = state.states.delete(id)
  requireState(state.proposals.has(id), `no proposal of deal ${id}`)
  state.proposals = state.proposals.delete(id)
}

/** Lets a proposal be published again. Says whether it was pending. */
export function removePending(state: MarketDraft, cid: Cid): boolean {
  const before = state.pendingProposals
  state.pendingProposals = before.delete(cid)
  return state.pendingProposals !== before
}

function pay(state: MarketDraft, deal: DealProposal, start: bigint, end: bigint): TokenAmount {
  const payment = deal.storagePricePerEpoch * (end - start)
  if (payment > 0n) payProvider(state, deal, payment)
  return payment
}

/** Refunds the client and takes the provider's collateral. */
function endEarly(state: MarketDraft, deal: DealProposal, refund: TokenAmount): TokenAmount {
  unlock(state, clientOf(deal), refund, 'totalClientStorageFee')
  unlock(state, clientOf(deal), deal.clientCollateral, 'totalClientLockedCollateral')
  slashProvider(state, deal, deal.providerCollateral)
  return deal.providerCollateral
}

/** What the client has not paid when a deal ends early. Nobody pays for the time before the start. */
function remainingPayment(deal: DealProposal, slashEpoch: ChainEpoch): TokenAmount {
  requireState(slashEpoch <= deal.endEpoch, `deal slash epoch ${slashEpoch} is after its end`)
  return deal.storagePricePerEpoch * (deal.endEpoch - max(BigInt(slashEpoch), deal.startEpoch))
}

/** Gives the provider's penalty, to be burnt. */
function refundTimedOutDeal(state: MarketDraft, deal: DealProposal): TokenAmount {
  unlock(state, clientOf(deal), totalStorageFee(deal), 'totalClientStorageFee')
  unlock(state, clientOf(deal), deal.clientCollateral, 'totalClientLockedCollateral')
  const penalty = collateralPenaltyForDealActivationMissed(deal.providerCollateral)
  slashProvider(state, deal, penalty)
  const rest = deal.providerCollateral - penalty
  unlock(state, providerOf(deal), rest, 'totalProviderLockedCollateral')
  return penalty
}

function unlockCollaterals(state: MarketDraft, deal: DealProposal, active: DealState): void {
  requireState(active.sectorStartEpoch !== EPOCH_UNDEFINED, 'start sector epoch undefined')
  unlock(state, providerOf(deal), deal.providerCollateral, 'totalProviderLockedCollateral')
  unlock(state, clientOf(deal), deal.clientCollateral, 'totalClientLockedCollateral')
}

function requireState(condition: boolean, message: string): void {
  require(condition, ExitCode.IllegalState, message)
}
