/**
 * A miner's money: what is locked for what, what is owed, and what is left. The functions that change it take a draft
 * of the state.
 */
import { min, type ChainEpoch, type TokenAmount } from '../../primitives/units.ts'
import { ActorError, type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { MinerExitCode } from './params.ts'
import type { MinerState } from './state.ts'
import { lockInTable, unlockVested, unlockVestedAndUnvested } from './vesting-table.ts'
import type { VestSpec } from './vesting.ts'

/** Balance that is not locked or pledged; fee debt is not taken off. @throws ActorError `IllegalState` when negative. */
export function unlockedBalance(state: MinerState, balance: TokenAmount): TokenAmount {
  const unlocked = balance - state.lockedFunds - state.preCommitDeposits - state.initialPledge
  return notNegative('unlocked balance', unlocked)
}

/** Unlocked balance less fee debt: negative when the miner owes more than it has. */
export function availableBalance(state: MinerState, balance: TokenAmount): TokenAmount {
  return unlockedBalance(state, balance) - state.feeDebt
}

/** @throws ActorError `BalanceInvariantsBroken` when a sum is negative or the balance does not cover what is locked. */
export function checkBalanceInvariants(rt: Runtime, state: MinerState): void {
  const balance = rt.balance()
  const { preCommitDeposits, lockedFunds, initialPledge, feeDebt } = state
  if (preCommitDeposits < 0n) throw broken(`preCommitDeposits is negative: ${preCommitDeposits}`)
  if (lockedFunds < 0n) throw broken(`lockedFunds is negative: ${lockedFunds}`)
  if (initialPledge < 0n) throw broken(`initialPledge is negative: ${initialPledge}`)
  if (feeDebt < 0n) throw broken(`feeDebt is negative: ${feeDebt}`)
  const least = preCommitDeposits + lockedFunds + initialPledge
  if (balance < least) throw broken(`balance ${balance} below minimum ${least}`)
}

export function addPreCommitDeposit(state: Draft<MinerState>, amount: TokenAmount): void {
  state.preCommitDeposits = notNegative('pre-commit deposit', state.preCommitDeposits + amount)
}

export function addInitialPledge(state: Draft<MinerState>, amount: TokenAmount): void {
  state.initialPledge = notNegative('initial pledge', state.initialPledge + amount)
}

/** Owes more; `repayPartialDebtInPriorityOrder` pays. */
export function applyPenalty(state: Draft<MinerState>, penalty: TokenAmount): void {
  state.feeDebt += notNegative('penalty', penalty)
}

/** Releases what has vested, then locks `sum` by the schedule of `spec`. @returns attoFIL released. */
export function addLockedFunds(
  state: Draft<MinerState>,
  currentEpoch: ChainEpoch,
  sum: TokenAmount,
  spec: VestSpec,
): TokenAmount {
  notNegative('vesting sum', sum)
  const { vestingFunds, provingPeriodStart } = state
  const locked = lockInTable(vestingFunds, currentEpoch, sum, provingPeriodStart, spec)
  state.vestingFunds = locked.table
  state.lockedFunds = notNegative('locked funds', state.lockedFunds - locked.unlocked) + sum
  return locked.unlocked
}

/** @returns attoFIL released: what has vested before `currentEpoch`. */
export function unlockVestedFunds(state: Draft<MinerState>, currentEpoch: ChainEpoch): TokenAmount {
  if (state.lockedFunds === 0n) return 0n
  const { table, unlocked } = unlockVested(state.vestingFunds, currentEpoch)
  state.vestingFunds = table
  state.lockedFunds = notNegative('locked funds', state.lockedFunds - unlocked)
  return unlocked
}

export interface Repayment {
  /** attoFIL to send to the burnt funds actor. */
  readonly toBurn: TokenAmount
  /** attoFIL that left the vesting table, vested or not. */
  readonly totalUnlocked: TokenAmount
}

/**
 * Pays as much of the fee debt as there is money for: first from the vesting table, up to the whole debt and also from
 * what has not vested, then from the unlocked balance.
 *
 * @see builtin-actors `actors/miner/src/state.rs`, `repay_partial_debt_in_priority_order`
 */
export function repayPartialDebtInPriorityOrder(
  state: Draft<MinerState>,
  currentEpoch: ChainEpoch,
  balance: TokenAmount,
): Repayment {
  const totalUnlocked = unlockForDebt(state, currentEpoch)
  const toBurn = min(unlockedBalance(state, balance), state.feeDebt)
  state.feeDebt -= toBurn
  return { toBurn, totalUnlocked }
}

/** Pays all fee debt from the unlocked balance. @returns attoFIL to burn. @throws ActorError `InsufficientFunds` */
export function repayDebtsOrAbort(rt: Runtime, state: Draft<MinerState>): TokenAmount {
  const unlocked = unlockedBalance(state, rt.balance())
  require(unlocked >=
    state.feeDebt, ExitCode.InsufficientFunds, `unlocked balance can not repay fee debt (${unlocked} < ${state.feeDebt})`)
  const toBurn = state.feeDebt
  state.feeDebt = 0n
  return toBurn
}

function unlockForDebt(state: Draft<MinerState>, currentEpoch: ChainEpoch): TokenAmount {
  if (state.feeDebt === 0n || state.lockedFunds === 0n) return 0n
  const drawn = unlockVestedAndUnvested(state.vestingFunds, currentEpoch, state.feeDebt)
  const unlocked = drawn.vested + drawn.unvested
  state.vestingFunds = drawn.table
  state.lockedFunds = notNegative('locked funds', state.lockedFunds - unlocked)
  return unlocked
}

function notNegative(what: string, sum: TokenAmount): TokenAmount {
  if (sum < 0n) throw new ActorError(ExitCode.IllegalState, `negative ${what}: ${sum}`)
  return sum
}

const broken = (why: string): ActorError =>
  new ActorError(MinerExitCode.BalanceInvariantsBroken, `balance invariants broken: ${why}`)
