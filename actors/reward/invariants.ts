/** What holds for every state of the reward actor (builtin-actors `actors/reward/src/testing.rs`). */
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { Findings } from '../findings.ts'
import { REWARD_ACTOR_BALANCE } from './logic.ts'
import type { RewardState } from './state.ts'

/**
 * Everything that is wrong with a state after the cron of `priorEpoch`, each in a sentence; nothing when all is well.
 * @param balance - attoFIL. Anyone may send some, so only too little is wrong.
 */
export function brokenRewardInvariants(
  state: RewardState,
  balance: TokenAmount,
  priorEpoch: ChainEpoch,
): string[] {
  const found = new Findings()
  const { epoch, effectiveNetworkTime, cumsumRealized, cumsumBaseline } = state
  const paid = state.totalStoragePowerReward
  found.expect(
    paid + balance >= REWARD_ACTOR_BALANCE,
    () => `paid ${paid} and has ${balance}, less than ${REWARD_ACTOR_BALANCE} in all`,
  )
  found.expect(paid >= 0n, () => `paid ${paid}`)
  found.expect(state.thisEpochReward >= 0n, () => `reward is ${state.thisEpochReward}`)
  found.expect(
    epoch === priorEpoch + 1,
    () => `reward is for epoch ${epoch}, the one after ${priorEpoch} is next`,
  )
  // One epoch ahead on a network that was above the baseline from the start.
  found.expect(
    effectiveNetworkTime <= epoch + 1,
    () => `effective network time ${effectiveNetworkTime} is after epoch ${epoch}`,
  )
  found.expect(
    cumsumRealized >= 0n && cumsumRealized <= cumsumBaseline,
    () => `realized ${cumsumRealized} of a baseline of ${cumsumBaseline}`,
  )
  return found.broken
}
