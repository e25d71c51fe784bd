/** What a miner asks of the other singletons, and tells them. */
import type { Bitfield } from '../../primitives/bitfield.ts'
import { encode } from '../../primitives/codec.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { MarketMethod } from '../market/params.ts'
import {
  CurrentTotalPowerReturn,
  EnrollCronEventParams,
  PowerMethod,
  UpdateClaimedPowerParams,
  UpdatePledgeTotalParams,
} from '../power/params.ts'
import { returned } from '../returned.ts'
import { RewardMethod, ThisEpochRewardReturn } from '../reward/params.ts'
import { Payload, type Runtime, sent } from '../runtime.ts'
import {
  BURNT_FUNDS_ACTOR,
  MARKET_ACTOR,
  METHOD_SEND,
  POWER_ACTOR,
  REWARD_ACTOR,
  SYSTEM_ACTOR,
} from '../singletons.ts'
import { trySend } from '../try-send.ts'
import { OnMinerSectorsTerminateParams } from './ext.ts'
import type { NetworkEstimates, PledgeInputs } from './monies.ts'
import { CronEventPayload } from './params.ts'
import { isZeroPower, type PowerPair } from './power-pair.ts'

export function requestCurrentEpochBlockReward(rt: Runtime): ThisEpochRewardReturn {
  return returned(
    rt.send(REWARD_ACTOR, RewardMethod.ThisEpochReward, null, 0n),
    ThisEpochRewardReturn,
  )
}

export function requestCurrentTotalPower(rt: Runtime): CurrentTotalPowerReturn {
  return returned(
    rt.send(POWER_ACTOR, PowerMethod.CurrentTotalPower, null, 0n),
    CurrentTotalPowerReturn,
  )
}

/** The estimates that deposits and penalties follow from. Two calls: reward, then power. */
export function requestNetworkEstimates(rt: Runtime): NetworkEstimates {
  const reward = requestCurrentEpochBlockReward(rt)
  const power = requestCurrentTotalPower(rt)
  return { reward: reward.thisEpochRewardSmoothed, qaPower: power.qualityAdjPowerSmoothed }
}

/** What pledge follows from. Two calls: reward, then power. */
export function requestPledgeInputs(rt: Runtime): PledgeInputs {
  const reward = requestCurrentEpochBlockReward(rt)
  const power = requestCurrentTotalPower(rt)
  return {
    reward: reward.thisEpochRewardSmoothed,
    qaPower: power.qualityAdjPowerSmoothed,
    baselinePower: reward.thisEpochBaselinePower,
    circulatingSupply: rt.circulatingSupply,
    epochsSinceRampStart: rt.epoch - power.rampStartEpoch,
    rampDurationEpochs: power.rampDurationEpochs,
  }
}

/** Changes the miner's claim; nothing is sent for no change. */
export function requestUpdatePower(rt: Runtime, delta: PowerPair): void {
  if (isZeroPower(delta)) return
  const params = { rawByteDelta: delta.raw, qualityAdjustedDelta: delta.qa }
  const payload = Payload.of(UpdateClaimedPowerParams, params)
  sent(rt.send(POWER_ACTOR, PowerMethod.UpdateClaimedPower, payload, 0n))
}

/** Changes the network's total of locked funds; nothing is sent for no change. */
export function notifyPledgeChanged(rt: Runtime, delta: TokenAmount): void {
  if (delta === 0n) return
  const payload = Payload.of(UpdatePledgeTotalParams, delta)
  sent(rt.send(POWER_ACTOR, PowerMethod.UpdatePledgeTotal, payload, 0n))
}

/** Nothing is sent for an amount that is not positive. */
export function burnFunds(rt: Runtime, amount: TokenAmount): void {
  if (amount > 0n) sent(rt.send(BURNT_FUNDS_ACTOR, METHOD_SEND, null, amount))
}

/** Has the power actor call `OnDeferredCronEvent` at the end of `eventEpoch`. */
export function enrollCronEvent(rt: Runtime, eventEpoch: ChainEpoch, eventType: bigint): void {
  const params = Payload.of(EnrollCronEventParams, { eventEpoch, payload: cronPayload(eventType) })
  sent(rt.send(POWER_ACTOR, PowerMethod.EnrollCronEvent, params, 0n))
}

/**
 * Tells the market that these sectors have ended. From cron a failing market is passed over, so that it does not take the
 * miner down with it.
 */
export function requestTerminateDeals(rt: Runtime, sectors: Bitfield): void {
  if (sectors.isEmpty) return
  const params = Payload.of(OnMinerSectorsTerminateParams, { epoch: rt.epoch, sectors })
  const method = MarketMethod.OnMinerSectorsTerminate
  if (rt.origin === SYSTEM_ACTOR) trySend(rt, MARKET_ACTOR, method, params, 0n)
  else sent(rt.send(MARKET_ACTOR, method, params, 0n))
}

const cronPayloads = new Map<bigint, Uint8Array>()

/** The same bytes every time: there are only two kinds of event. */
function cronPayload(eventType: bigint): Uint8Array {
  let payload = cronPayloads.get(eventType)
  if (!payload) cronPayloads.set(eventType, (payload = encode(CronEventPayload, { eventType })))
  return payload
}
