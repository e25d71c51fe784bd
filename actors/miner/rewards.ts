/** Block rewards: three quarters are locked for 180 days, penalties of the block are paid first. */
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { REWARD_ACTOR } from '../singletons.ts'
import {
  addLockedFunds,
  applyPenalty,
  checkBalanceInvariants,
  repayPartialDebtInPriorityOrder,
  unlockedBalance,
} from './balances.ts'
import { lockedRewardFromReward } from './monies.ts'
import type { ApplyRewardParams } from './params.ts'
import { burnFunds, notifyPledgeChanged } from './requests.ts'
import type { MinerState } from './state.ts'
import { REWARD_VESTING_SPEC } from './vesting.ts'

/**
 * Takes the reward that came along and charges the penalty.
 * @throws ActorError `IllegalArgument` for a negative amount, `InsufficientFunds` when the reward is not there.
 * @see builtin-actors `actors/miner/src/lib.rs`, `apply_rewards`
 */
export function applyRewards(
  rt: Runtime<MinerState>,
  { reward, penalty }: ApplyRewardParams,
): void {
  require(reward >= 0n, ExitCode.IllegalArgument, 'cannot lock up a negative amount of funds')
  require(penalty >= 0n, ExitCode.IllegalArgument, 'cannot penalize a negative amount of funds')
  const { pledgeDelta, toBurn } = rt.transaction((state) => {
    rt.acceptCaller(REWARD_ACTOR)
    const toLock = lockedRewardFromReward(reward)
    const available = unlockedBalance(state, rt.balance())
    require(available >= toLock, ExitCode.InsufficientFunds, 'insufficient funds to lock')
    const newlyVested = addLockedFunds(state, rt.epoch, toLock, REWARD_VESTING_SPEC)
    applyPenalty(state, penalty)
    const repaid = repayPartialDebtInPriorityOrder(state, rt.epoch, rt.balance())
    return { pledgeDelta: toLock - newlyVested - repaid.totalUnlocked, toBurn: repaid.toBurn }
  })
  notifyPledgeChanged(rt, pledgeDelta)
  burnFunds(rt, toBurn)
  checkBalanceInvariants(rt, rt.state())
}
