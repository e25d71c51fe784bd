/** Settling sectors that ended before their time: fees, pledge, and the word to those whose data they held. */
import { Bitfield } from '../../primitives/bitfield.ts'
import type { TokenAmount } from '../../primitives/units.ts'
import type { Policy } from '../policy.ts'
import type { Draft, Runtime } from '../runtime.ts'
import { addInitialPledge, applyPenalty, repayPartialDebtInPriorityOrder } from './balances.ts'
import { popEarlyTerminations as popFromDeadline } from './deadline-sectors.ts'
import { loadDeadline, saveDeadlines } from './deadlines.ts'
import type { Deadline } from './deadline-state.ts'
import { emitSectorTerminated } from './events.ts'
import {
  type NetworkEstimates,
  pledgePenaltyForContinuedFault,
  pledgePenaltyForTermination,
} from './monies.ts'
import { CronEventType } from './params.ts'
import {
  burnFunds,
  enrollCronEvent,
  notifyPledgeChanged,
  requestTerminateDeals,
} from './requests.ts'
import { qaPowerForSector } from './sector-power.ts'
import type { MinerState } from './state.ts'
import {
  addTerminations,
  belowLimits,
  NO_TERMINATIONS,
  remainingLimits,
  type TerminationResult,
  terminationsByEpoch,
} from './termination-result.ts'
import type { SectorNumber } from './wire.ts'

export const hasEarlyTerminations = (state: MinerState): boolean => !state.earlyTerminations.isEmpty

/**
 * Settles as many terminations as one message may: fees become debt, the pledge is free, and the market is told.
 *
 * @param network - estimates of now, not of when the sectors ended.
 * @returns whether more are left.
 * @see builtin-actors `actors/miner/src/lib.rs`, `process_early_terminations`
 */
export function processEarlyTerminations(
  rt: Runtime<MinerState>,
  network: NetworkEstimates,
): boolean {
  const settled = rt.transaction((state) => settle(rt, state, network))
  if (settled.terminated.length === 0) return settled.more
  burnFunds(rt, settled.toBurn)
  notifyPledgeChanged(rt, settled.pledgeDelta)
  requestTerminateDeals(rt, Bitfield.of(settled.withData))
  for (const number of settled.terminated) emitSectorTerminated(rt, number)
  return settled.more
}

/** Has the rest settled at the end of the next epoch. */
export function scheduleEarlyTerminationWork(rt: Runtime): void {
  enrollCronEvent(rt, rt.epoch + 1, CronEventType.ProcessEarlyTerminations)
}

interface Settled {
  readonly terminated: readonly SectorNumber[]
  readonly withData: readonly SectorNumber[]
  readonly toBurn: TokenAmount
  readonly pledgeDelta: TokenAmount
  readonly more: boolean
}

function settle(rt: Runtime, state: Draft<MinerState>, network: NetworkEstimates): Settled {
  const { result, more } = popEarlyTerminations(rt.policy, state)
  const terminated: SectorNumber[] = []
  const withData: SectorNumber[] = []
  if (result.sectorsProcessed === 0)
    return { terminated, withData, toBurn: 0n, pledgeDelta: 0n, more }
  const { sectorSize } = state.info.get()
  let pledge = 0n
  let penalty = 0n
  for (const [epoch, numbers] of terminationsByEpoch(result))
    for (const sector of state.sectors.load(numbers)) {
      const faultFee = pledgePenaltyForContinuedFault(network, qaPowerForSector(sectorSize, sector))
      const age = epoch - sector.activation
      penalty += pledgePenaltyForTermination(sector.initialPledge, age, faultFee)
      pledge += sector.initialPledge
      terminated.push(sector.sectorNumber)
      if (sector.dealWeight > 0n || sector.verifiedDealWeight > 0n)
        withData.push(sector.sectorNumber)
    }
  applyPenalty(state, penalty)
  addInitialPledge(state, -pledge)
  const { toBurn, totalUnlocked } = repayPartialDebtInPriorityOrder(state, rt.epoch, rt.balance())
  return { terminated, withData, toBurn, pledgeDelta: -pledge - totalUnlocked, more }
}

function popEarlyTerminations(
  policy: Policy,
  state: Draft<MinerState>,
): { result: TerminationResult; more: boolean } {
  const limits = { partitions: policy.addressedPartitionsMax, sectors: policy.addressedSectorsMax }
  let result = NO_TERMINATIONS
  if (!hasEarlyTerminations(state)) return { result, more: false }
  const changed: [number, Deadline][] = []
  const finished: number[] = []
  for (const index of state.earlyTerminations.numbers()) {
    const deadline = { ...loadDeadline(state, index) }
    const popped = popFromDeadline(deadline, remainingLimits(limits, result))
    result = addTerminations(result, popped.result)
    if (!popped.more) finished.push(index)
    changed.push([index, deadline])
    if (!belowLimits(limits, result)) break
  }
  state.earlyTerminations = state.earlyTerminations.subtract(Bitfield.of(finished))
  saveDeadlines(state, changed)
  return { result, more: hasEarlyTerminations(state) }
}
