/** Money that leaves a miner: withdrawals to the beneficiary, and fee debt that is paid back. */
import { min, type TokenAmount } from '../../primitives/units.ts'
import { type Draft, ExitCode, require, type Runtime, sent } from '../runtime.ts'
import { METHOD_SEND } from '../singletons.ts'
import { acceptAddresses, acceptControlling } from './access.ts'
import {
  availableBalance,
  checkBalanceInvariants,
  repayDebtsOrAbort,
  repayPartialDebtInPriorityOrder,
  unlockVestedFunds,
} from './balances.ts'
import { availableQuota, type MinerInfo } from './info.ts'
import type { WithdrawBalanceParams } from './params.ts'
import { burnFunds, notifyPledgeChanged } from './requests.ts'
import { type MinerState, saveInfo } from './state.ts'

/**
 * Sends what is asked for, or as much of it as is available and in the quota, to the beneficiary. All fee debt is paid
 * first.
 *
 * @returns attoFIL sent.
 * @throws ActorError `IllegalArgument` for a negative amount; `Forbidden` while terminations are not settled, or when a
 *   beneficiary other than the owner has no quota left; `InsufficientFunds` when the debt cannot be paid.
 * @see builtin-actors `actors/miner/src/lib.rs`, `withdraw_balance`
 */
export function withdrawBalance(
  rt: Runtime<MinerState>,
  { amountRequested }: WithdrawBalanceParams,
): TokenAmount {
  require(amountRequested >=
    0n, ExitCode.IllegalArgument, `negative fund requested for withdrawal: ${amountRequested}`)
  const { beneficiary, amount, newlyVested, feeToBurn } = rt.transaction((state) => {
    const info = state.info.get()
    acceptAddresses(rt, info.owner, info.beneficiary)
    require(state.earlyTerminations
      .isEmpty, ExitCode.Forbidden, 'cannot withdraw funds while deadlines have terminated sectors with outstanding fees')
    const newlyVested = unlockVestedFunds(state, rt.epoch)
    const available = availableBalance(state, rt.balance())
    const feeToBurn = repayDebtsOrAbort(rt, state)
    const wanted = min(available, amountRequested)
    require(wanted >= 0n, ExitCode.IllegalState, `negative amount to withdraw: ${wanted}`)
    const amount = info.beneficiary.equals(info.owner) ? wanted : useQuota(rt, state, info, wanted)
    return { beneficiary: info.beneficiary, amount, newlyVested, feeToBurn }
  })
  const state = rt.state() // before a beneficiary that calls back can change it
  if (amount > 0n) sent(rt.send(beneficiary, METHOD_SEND, null, amount))
  burnFunds(rt, feeToBurn)
  notifyPledgeChanged(rt, -newlyVested)
  checkBalanceInvariants(rt, state)
  return amount
}

/** As much of `wanted` as the beneficiary's quota allows, which is used up by it. */
function useQuota(
  rt: Runtime,
  state: Draft<MinerState>,
  info: MinerInfo,
  wanted: TokenAmount,
): TokenAmount {
  const { beneficiaryTerm: term } = info
  const quota = availableQuota(term, rt.epoch)
  require(quota >
    0n, ExitCode.Forbidden, `beneficiary expiration of epoch ${term.expiration} passed or quota of ${term.quota} depleted with ${term.usedQuota} used`)
  const amount = min(wanted, quota)
  if (amount > 0n)
    saveInfo(state, {
      ...info,
      beneficiaryTerm: { ...term, usedQuota: term.usedQuota + amount },
    })
  return amount
}

/**
 * Pays as much fee debt as it can, also from funds that have not vested.
 * @see builtin-actors `actors/miner/src/lib.rs`, `repay_debt`
 */
export function repayDebt(rt: Runtime<MinerState>): void {
  const { toBurn, totalUnlocked } = rt.transaction((state) => {
    acceptControlling(rt, state.info.get())
    return repayPartialDebtInPriorityOrder(state, rt.epoch, rt.balance())
  })
  const state = rt.state()
  notifyPledgeChanged(rt, -totalUnlocked)
  burnFunds(rt, toBurn)
  checkBalanceInvariants(rt, state)
}
