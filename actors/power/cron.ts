/** Calls that miners asked for, and what the power actor does at the end of every epoch. */
import { defined } from '../../primitives/assert.ts'
import { nextEstimate } from '../../primitives/smoothing.ts'
import type { ActorId, StoragePower } from '../../primitives/units.ts'
import { DeferredCronEventParams, MinerMethod } from '../miner/params.ts'
import { RealizedPower, RewardMethod, ThisEpochRewardReturn } from '../reward/params.ts'
import { abort, ActorError, ExitCode, Payload, type Runtime, sent } from '../runtime.ts'
import { CRON_ACTOR, REWARD_ACTOR } from '../singletons.ts'
import { trySend } from '../try-send.ts'
import { scheduledBetween } from '../schedule.ts'
import { currentTotalPower, deleteClaim } from './claims.ts'
import type { EnrollCronEventParams } from './params.ts'
import { type CronEvent, NO_CRON_EVENTS, type PowerState } from './state.ts'

/** Queues a call of the calling miner. @throws ActorError `IllegalArgument` for a negative epoch. */
export function enrollCronEvent(rt: Runtime<PowerState>, params: EnrollCronEventParams): void {
  rt.acceptCallerType('storageminer')
  const { eventEpoch, payload } = params
  if (eventEpoch < 0)
    abort(ExitCode.IllegalArgument, `cron event epoch ${eventEpoch} cannot be less than zero`)
  rt.transaction((state) => {
    if (eventEpoch < state.firstCronEpoch) state.firstCronEpoch = eventEpoch
    const events = state.cronEventQueue.get(eventEpoch) ?? NO_CRON_EVENTS
    const event = { minerAddr: rt.caller, callbackPayload: payload }
    state.cronEventQueue = state.cronEventQueue.set(eventEpoch, events.set(events.count, event))
  })
}

/**
 * Ends the epoch: calls the miners that are due, freezes the totals that messages of the next epoch see, and tells the
 * reward actor what was proven.
 *
 * @see builtin-actors `actors/power/src/lib.rs`, `on_epoch_tick_end`
 */
export function onEpochTickEnd(rt: Runtime<PowerState>): void {
  rt.acceptCaller(CRON_ACTOR)
  const reward = sent(rt.send(REWARD_ACTOR, RewardMethod.ThisEpochReward, null, 0n))
  processDeferredCronEvents(rt, defined(reward, 'the epoch reward').as(ThisEpochRewardReturn))
  const proven = rt.transaction((state): StoragePower => {
    const { raw, qa } = currentTotalPower(state)
    state.thisEpochPledgeCollateral = state.totalPledgeCollateral
    state.thisEpochQualityAdjPower = qa
    state.thisEpochRawBytePower = raw
    state.thisEpochQaPowerSmoothed = nextEstimate(state.thisEpochQaPowerSmoothed, qa, 1)
    return raw
  })
  const params = Payload.of(RealizedPower, proven)
  sent(rt.send(REWARD_ACTOR, RewardMethod.UpdateNetworkKPI, params, 0n))
}

/** The estimates are those from before this tick. A miner whose callback fails loses its claim for good. */
function processDeferredCronEvents(rt: Runtime<PowerState>, reward: ThisEpochRewardReturn): void {
  const qualityAdjPowerSmoothed = rt.state().thisEpochQaPowerSmoothed
  const rewardSmoothed = reward.thisEpochRewardSmoothed
  const failed: ActorId[] = []
  for (const { minerAddr, callbackPayload } of takeDueEvents(rt)) {
    const params = Payload.of(DeferredCronEventParams, {
      eventPayload: callbackPayload,
      rewardSmoothed,
      qualityAdjPowerSmoothed,
    })
    if (!trySend(rt, minerAddr, MinerMethod.OnDeferredCronEvent, params, 0n)) failed.push(minerAddr)
  }
  if (failed.length > 0) removeFailedMiners(rt, failed)
}

/** Takes the events up to now off the queue, and gives those of miners with a claim, in order. */
function takeDueEvents(rt: Runtime<PowerState>): readonly CronEvent[] {
  return rt.transaction((state) => {
    const due: CronEvent[] = []
    for (const epoch of scheduledBetween(state.cronEventQueue, state.firstCronEpoch, rt.epoch)) {
      const events = defined(state.cronEventQueue.get(epoch), 'cron events')
      for (const event of events.values()) if (state.claims.has(event.minerAddr)) due.push(event)
      state.cronEventQueue = state.cronEventQueue.delete(epoch)
    }
    state.firstCronEpoch = rt.epoch + 1
    return due
  })
}

function removeFailedMiners(rt: Runtime<PowerState>, miners: readonly ActorId[]): void {
  rt.transaction((state) => {
    for (const miner of miners) {
      try {
        deleteClaim(state, rt.policy, miner)
      } catch (error) {
        if (error instanceof ActorError) continue
        throw error
      }
      state.minerCount -= 1
    }
  })
}
