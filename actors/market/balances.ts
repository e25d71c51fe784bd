/**
 * What the market holds for clients and providers (escrow), and the part of it that deals bind (locked).
 * @see builtin-actors `actors/market/src/balance_table.rs`, `state.rs`
 */
import type { Hamt } from '../../primitives/hamt.ts'
import { type ActorId, max, min, type TokenAmount } from '../../primitives/units.ts'
import { type Draft, ExitCode, require } from '../runtime.ts'
import {
  clientBalanceRequirement,
  clientOf,
  type DealProposal,
  providerOf,
  totalStorageFee,
} from './deal.ts'
import type { MarketState } from './state.ts'

type MarketDraft = Draft<MarketState>
type BalanceTable = Hamt<ActorId, TokenAmount>

/** Total that locked funds are counted in. */
export type LockReason =
  'totalClientLockedCollateral' | 'totalProviderLockedCollateral' | 'totalClientStorageFee'

export function balanceIn(table: BalanceTable, owner: ActorId): TokenAmount {
  return table.get(owner) ?? 0n
}

export function deposit(state: MarketDraft, owner: ActorId, amount: TokenAmount): void {
  state.escrowTable = withAdded(state.escrowTable, owner, amount)
}

/** Takes out up to `amount` of what is not locked, and gives how much that was. */
export function withdraw(state: MarketDraft, owner: ActorId, amount: TokenAmount): TokenAmount {
  const locked = balanceIn(state.lockedTable, owner)
  const available = max(balanceIn(state.escrowTable, owner) - locked, 0n)
  const taken = min(available, amount)
  if (taken > 0n) state.escrowTable = withAdded(state.escrowTable, owner, -taken)
  return taken
}

/** Whether so much more can be locked. */
export function isCovered(state: MarketState, owner: ActorId, amount: TokenAmount): boolean {
  const locked = balanceIn(state.lockedTable, owner)
  return locked + amount <= balanceIn(state.escrowTable, owner)
}

/** Locks what both sides of a deal put up. @throws ActorError `InsufficientFunds` */
export function lockDealFunds(state: MarketDraft, deal: DealProposal): void {
  lock(state, clientOf(deal), clientBalanceRequirement(deal))
  lock(state, providerOf(deal), deal.providerCollateral)
  state.totalClientLockedCollateral += deal.clientCollateral
  state.totalClientStorageFee += totalStorageFee(deal)
  state.totalProviderLockedCollateral += deal.providerCollateral
}

export function unlock(
  state: MarketDraft,
  owner: ActorId,
  amount: TokenAmount,
  reason: LockReason,
): void {
  requireNotNegative(amount)
  state.lockedTable = withTaken(state.lockedTable, owner, amount)
  state[reason] -= amount
}

/** Pays a provider from the storage fee that is locked for it. */
export function payProvider(state: MarketDraft, deal: DealProposal, amount: TokenAmount): void {
  requireNotNegative(amount)
  const escrow = withTaken(state.escrowTable, clientOf(deal), amount)
  unlock(state, clientOf(deal), amount, 'totalClientStorageFee')
  state.escrowTable = withAdded(escrow, providerOf(deal), amount)
}

/** Takes locked collateral of a provider out, to be burnt. */
export function slashProvider(state: MarketDraft, deal: DealProposal, amount: TokenAmount): void {
  requireNotNegative(amount)
  state.escrowTable = withTaken(state.escrowTable, providerOf(deal), amount)
  unlock(state, providerOf(deal), amount, 'totalProviderLockedCollateral')
}

function lock(state: MarketDraft, owner: ActorId, amount: TokenAmount): void {
  requireNotNegative(amount)
  require(isCovered(
    state,
    owner,
    amount,
  ), ExitCode.InsufficientFunds, `f0${owner} has not enough to lock ${amount}`)
  state.lockedTable = withAdded(state.lockedTable, owner, amount)
}

/** An entry goes when it becomes nothing; one that was nothing stays, as an entry of nothing. */
function withAdded(table: BalanceTable, owner: ActorId, amount: TokenAmount): BalanceTable {
  const before = balanceIn(table, owner)
  const sum = before + amount
  require(sum >= 0n, ExitCode.IllegalArgument, `negative balance ${sum} of f0${owner}`)
  return sum === 0n && before !== 0n ? table.delete(owner) : table.set(owner, sum)
}

/** @throws ActorError `IllegalArgument` for more than there is. */
function withTaken(table: BalanceTable, owner: ActorId, amount: TokenAmount): BalanceTable {
  return withAdded(table, owner, -amount)
}

function requireNotNegative(amount: TokenAmount): void {
  require(amount >= 0n, ExitCode.IllegalState, `negative amount ${amount}`)
}
