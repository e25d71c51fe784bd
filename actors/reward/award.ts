/** Paying block producers. */
import { ApplyRewardParams, MinerMethod } from '../miner/params.ts'
import { ActorError, ExitCode, Payload, require, type Runtime } from '../runtime.ts'
import { BURNT_FUNDS_ACTOR, METHOD_SEND, SYSTEM_ACTOR } from '../singletons.ts'
import { trySend } from '../try-send.ts'
import { blockAward } from './logic.ts'
import type { AwardBlockRewardParams } from './params.ts'
import type { RewardState } from './state.ts'

/**
 * Pays a block producer its share of the epoch's reward and the gas reward of its block. The system actor calls it once
 * for each block, after the block's messages.
 *
 * @throws ActorError `IllegalArgument` for a negative amount or a win count below 1, `IllegalState` when the gas reward
 *   is not there, `NotFound` for a miner without an id.
 * @see builtin-actors `actors/reward/src/lib.rs`, `award_block_reward`
 */
export function awardBlockReward(rt: Runtime<RewardState>, params: AwardBlockRewardParams): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  const { penalty, gasReward, winCount } = params
  const balance = rt.balance()
  require(penalty >= 0n, ExitCode.IllegalArgument, 'negative penalty')
  require(gasReward >= 0n, ExitCode.IllegalArgument, 'negative gas reward')
  require(balance >= gasReward, ExitCode.IllegalState, 'insufficient to pay the gas reward')
  require(winCount > 0n, ExitCode.IllegalArgument, 'invalid win count')
  const miner = rt.resolve(params.miner)
  if (miner === undefined)
    throw new ActorError(ExitCode.NotFound, 'failed to resolve given owner address')

  const award = rt.transaction((state) => {
    const { thisEpochReward } = state
    const award = blockAward(thisEpochReward, Number(winCount), gasReward, penalty, balance)
    state.totalStoragePowerReward += award.blockReward
    return award
  })

  const applied = trySend(
    rt,
    miner,
    MinerMethod.ApplyRewards,
    Payload.of(ApplyRewardParams, { reward: award.totalReward, penalty: award.penalty }),
    award.totalReward,
  )
  // A miner that cannot take its reward must not fail the block, so the reward is burnt.
  if (!applied) trySend(rt, BURNT_FUNDS_ACTOR, METHOD_SEND, null, award.totalReward)
}
