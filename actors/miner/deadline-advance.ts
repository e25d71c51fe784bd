/** What the deadline cron does to a miner's deadlines, and what is due from it. */
import type { TokenAmount } from '../../primitives/units.ts'
import type { Draft, Runtime } from '../runtime.ts'
import { addInitialPledge } from './balances.ts'
import { lastEpoch, nextPeriodStart, periodStarted, quantSpecForDeadline } from './deadline-info.ts'
import { isLive, processDeadlineEnd } from './deadline-posts.ts'
import { popExpiredSectors } from './deadline-sectors.ts'
import { currentDeadlineInfo, loadDeadline, saveDeadline } from './deadlines.ts'
import { NO_POWER, type PowerPair, subPower } from './power-pair.ts'
import type { MinerState } from './state.ts'

export interface AdvancedDeadline {
  readonly pledgeDelta: TokenAmount
  readonly powerDelta: PowerPair
  /** Faulty before the window ended, also what was to recover: the fault fee is charged for it. */
  readonly previouslyFaultyPower: PowerPair
  /** attoFIL for a day of the sectors that are left. */
  readonly dailyFee: TokenAmount
  /** Power of the sectors that are left, also the faulty and unproven. */
  readonly livePower: PowerPair
}

/**
 * Ends the open deadline: settles its proofs, expires its sectors, and makes the next one current. A deadline without
 * sectors is only passed.
 *
 * @see builtin-actors `actors/miner/src/state.rs`, `advance_deadline`
 */
export function advanceDeadline(rt: Runtime, state: Draft<MinerState>): AdvancedDeadline {
  const { policy } = rt
  const info = currentDeadlineInfo(policy, state, rt.epoch)
  if (!periodStarted(info)) return passed(NO_POWER)
  state.currentDeadline = (info.index + 1) % policy.wpostPeriodDeadlines
  if (state.currentDeadline === 0) state.provingPeriodStart = nextPeriodStart(policy, info)

  const loaded = loadDeadline(state, info.index)
  const previouslyFaultyPower = loaded.faultyPower
  if (!isLive(loaded)) return passed(previouslyFaultyPower)
  const deadline = { ...loaded }
  const { sectorSize } = state.info.get()
  const terms = { sectorSize, quant: quantSpecForDeadline(policy, info) }
  const last = lastEpoch(info)
  const lost = processDeadlineEnd(deadline, terms, last + policy.faultMaxAge, state.sectors)
  const expired = popExpiredSectors(deadline, terms, last)
  addInitialPledge(state, -expired.onTimePledge)
  if (!expired.earlySectors.isEmpty)
    state.earlyTerminations = state.earlyTerminations.set(info.index)
  saveDeadline(state, info.index, deadline)
  return {
    pledgeDelta: -expired.onTimePledge,
    powerDelta: subPower(lost, expired.activePower),
    previouslyFaultyPower,
    dailyFee: deadline.dailyFee,
    livePower: deadline.livePower,
  }
}

function passed(previouslyFaultyPower: PowerPair): AdvancedDeadline {
  return {
    pledgeDelta: 0n,
    powerDelta: NO_POWER,
    previouslyFaultyPower,
    dailyFee: 0n,
    livePower: NO_POWER,
  }
}
