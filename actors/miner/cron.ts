/** Calls that a miner asked the power actor for: the end of a deadline, and terminations left over. */
import { DecodeError } from '../../primitives/cbor.ts'
import { decode } from '../../primitives/codec.ts'
import type { TokenAmount } from '../../primitives/units.ts'
import { EPOCHS_IN_DAY } from '../policy.ts'
import { ActorError, type Draft, ExitCode, type Runtime } from '../runtime.ts'
import { POWER_ACTOR } from '../singletons.ts'
import {
  applyPenalty,
  checkBalanceInvariants,
  repayPartialDebtInPriorityOrder,
  unlockVestedFunds,
} from './balances.ts'
import { processPendingWorker } from './control.ts'
import { enrollDeadlineCron } from './cron-enrolment.ts'
import { type AdvancedDeadline, advanceDeadline } from './deadline-advance.ts'
import {
  hasEarlyTerminations,
  processEarlyTerminations,
  scheduleEarlyTerminationWork,
} from './early-terminations.ts'
import {
  dailyProofFeePayable,
  expectedRewardForPower,
  type NetworkEstimates,
  pledgePenaltyForContinuedFault,
} from './monies.ts'
import { CronEventPayload, CronEventType, type DeferredCronEventParams } from './params.ts'
import type { PowerPair } from './power-pair.ts'
import { cleanUpExpiredPreCommits } from './precommits.ts'
import { burnFunds, notifyPledgeChanged, requestUpdatePower } from './requests.ts'
import type { MinerState } from './state.ts'

/**
 * A failure here costs the miner its claim, so nothing but a broken state may fail.
 * @see builtin-actors `actors/miner/src/lib.rs`, `on_deferred_cron_event`
 */
export function onDeferredCronEvent(
  rt: Runtime<MinerState>,
  params: DeferredCronEventParams,
): void {
  rt.acceptCaller(POWER_ACTOR)
  const network = { reward: params.rewardSmoothed, qaPower: params.qualityAdjPowerSmoothed }
  const eventType = decodeEventType(params.eventPayload)
  if (eventType === CronEventType.ProvingDeadline) handleProvingDeadline(rt, network)
  else if (eventType === CronEventType.ProcessEarlyTerminations) processOrSchedule(rt, network)
  checkBalanceInvariants(rt, rt.state())
}

function decodeEventType(payload: Uint8Array): bigint {
  const known = eventTypes.get(payload)
  if (known !== undefined) return known
  try {
    const { eventType } = decode(CronEventPayload, payload)
    eventTypes.set(payload, eventType)
    return eventType
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw new ActorError(
      ExitCode.IllegalState,
      `failed to unmarshal miner cron payload into expected structure: ${error.message}`,
    )
  }
}

/** By the bytes that were read: miners in this process enrol the same ones again and again, and nobody changes them. */
const eventTypes = new WeakMap<Uint8Array, bigint>()

function processOrSchedule(rt: Runtime<MinerState>, network: NetworkEstimates): void {
  if (processEarlyTerminations(rt, network)) scheduleEarlyTerminationWork(rt)
}

/** Runs in the last epoch of each deadline while the miner has anything at stake. */
function handleProvingDeadline(rt: Runtime<MinerState>, network: NetworkEstimates): void {
  const ended = rt.transaction((state) => endDeadline(rt, state, network))
  const state = rt.state()
  requestUpdatePower(rt, ended.powerDelta)
  burnFunds(rt, ended.toBurn)
  notifyPledgeChanged(rt, ended.pledgeDelta)
  if (ended.goesOn) enrollDeadlineCron(rt, state, rt.epoch + 1)
  // Earlier ones have a cron event of their own.
  if (!ended.hadEarlyTerminations && hasEarlyTerminations(state)) processOrSchedule(rt, network)
}

interface EndedDeadline {
  readonly powerDelta: PowerPair
  readonly pledgeDelta: TokenAmount
  readonly toBurn: TokenAmount
  readonly hadEarlyTerminations: boolean
  /** Whether the cron has reason to come again. */
  readonly goesOn: boolean
}

function endDeadline(
  rt: Runtime<MinerState>,
  state: Draft<MinerState>,
  network: NetworkEstimates,
): EndedDeadline {
  processPendingWorker(rt, state)
  applyPenalty(state, cleanUpExpiredPreCommits(state, rt.epoch))
  const hadEarlyTerminations = hasEarlyTerminations(state)
  const advanced = advanceDeadline(rt, state)
  const { previouslyFaultyPower } = advanced
  applyPenalty(state, pledgePenaltyForContinuedFault(network, previouslyFaultyPower.qa))
  if (advanced.dailyFee > 0n) applyPenalty(state, dailyFee(rt, network, advanced))
  const { toBurn, totalUnlocked } = repayPartialDebtInPriorityOrder(state, rt.epoch, rt.balance())
  const newlyVested = unlockVestedFunds(state, rt.epoch)
  const goesOn = hasSomethingAtStake(state)
  if (!goesOn) state.deadlineCronActive = false
  return {
    powerDelta: advanced.powerDelta,
    pledgeDelta: advanced.pledgeDelta - totalUnlocked - newlyVested,
    toBurn,
    hadEarlyTerminations,
    goesOn,
  }
}

/** attoFIL of the deadline's daily fee, capped at a share of what its power earns in a day (FIP-0100). */
function dailyFee(
  rt: Runtime,
  network: NetworkEstimates,
  { dailyFee, livePower }: AdvancedDeadline,
): TokenAmount {
  const dayReward = expectedRewardForPower(network, livePower.qa, EPOCHS_IN_DAY)
  return dailyProofFeePayable(rt.policy, dailyFee, dayReward)
}

/** Without deposits, pledge or locked funds the deadline cron stops. */
function hasSomethingAtStake(state: MinerState): boolean {
  return state.preCommitDeposits !== 0n || state.initialPledge !== 0n || state.lockedFunds !== 0n
}
