/** Ending sectors before their time, at the miner's own will. */
import { NO_POWER, negatePower, addPower, type PowerPair } from './power-pair.ts'
import { type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { acceptControlling } from './access.ts'
import { checkBalanceInvariants } from './balances.ts'
import { deadlineIsMutable } from './deadline-info.ts'
import { terminateSectors as terminateInDeadline } from './deadline-sectors.ts'
import { currentPeriodStart, loadDeadline, quantSpecOf, saveDeadline } from './deadlines.ts'
import {
  hasEarlyTerminations,
  processEarlyTerminations,
  scheduleEarlyTerminationWork,
} from './early-terminations.ts'
import { requestNetworkEstimates, requestUpdatePower } from './requests.ts'
import { type DeadlineSectors, groupDeclarations } from './sector-map.ts'
import type { TerminateSectorsParams, TerminateSectorsReturn } from './sector-params.ts'
import type { MinerState } from './state.ts'

/**
 * Terminates sectors and settles as many terminations as one message may; cron does the rest.
 * @throws ActorError `IllegalArgument` for sectors of a deadline that is open or next, or that are not live.
 * @see builtin-actors `actors/miner/src/lib.rs`, `terminate_sectors`
 */
export function terminateSectors(
  rt: Runtime<MinerState>,
  { terminations }: TerminateSectorsParams,
): TerminateSectorsReturn {
  const declared = groupDeclarations(rt, terminations)
  const { hadEarlyTerminations, powerDelta } = rt.transaction((state) => {
    const hadEarlyTerminations = hasEarlyTerminations(state)
    acceptControlling(rt, state.info.get())
    return { hadEarlyTerminations, powerDelta: terminateDeclared(rt, state, declared) }
  })
  const more = processEarlyTerminations(rt, requestNetworkEstimates(rt))
  if (more && !hadEarlyTerminations) scheduleEarlyTerminationWork(rt)
  checkBalanceInvariants(rt, rt.state())
  requestUpdatePower(rt, powerDelta)
  return { done: !more }
}

function terminateDeclared(
  rt: Runtime<MinerState>,
  state: Draft<MinerState>,
  declared: DeadlineSectors,
): PowerPair {
  const { policy, epoch } = rt
  const { sectorSize } = state.info.get()
  let powerDelta = NO_POWER
  for (const [index, sectors] of declared) {
    require(deadlineIsMutable(
      policy,
      currentPeriodStart(policy, state, epoch),
      index,
      epoch,
    ), ExitCode.IllegalArgument, `cannot terminate sectors in immutable deadline ${index}`)
    const deadline = { ...loadDeadline(state, index) }
    const lost = terminateInDeadline(
      deadline,
      { sectorSize, quant: quantSpecOf(policy, state, index) },
      state.sectors,
      epoch,
      sectors,
      policy.addressedSectorsMax,
    )
    state.earlyTerminations = state.earlyTerminations.set(index)
    powerDelta = addPower(powerDelta, negatePower(lost))
    saveDeadline(state, index, deadline)
  }
  return powerDelta
}
