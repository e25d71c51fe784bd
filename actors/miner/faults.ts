/** Sectors that are not there, and that will be: declarations ahead of a deadline. */
import { type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { acceptControlling } from './access.ts'
import { checkBalanceInvariants, repayDebtsOrAbort } from './balances.ts'
import { declareFaultsRecovered as declareInDeadline, recordFaults } from './deadline-faults.ts'
import {
  type DeadlineInfo,
  faultCutoffPassed,
  lastEpoch,
  newDeadlineInfo,
  nextNotElapsed,
  quantSpecForDeadline,
} from './deadline-info.ts'
import { currentPeriodStart, loadDeadline, saveDeadline } from './deadlines.ts'
import { consensusFaultActive } from './info.ts'
import { addPower, NO_POWER } from './power-pair.ts'
import { burnFunds, requestUpdatePower } from './requests.ts'
import { groupDeclarations } from './sector-map.ts'
import type { DeclareFaultsParams, DeclareFaultsRecoveredParams } from './sector-params.ts'
import type { MinerState } from './state.ts'

/**
 * Makes sectors faulty from now on: their power is lost at once, fees are charged at the end of their deadlines.
 * @throws ActorError `IllegalArgument` when it is too late for a deadline's next window, or for sectors in the wrong place.
 * @see builtin-actors `actors/miner/src/lib.rs`, `declare_faults`
 */
export function declareFaults(rt: Runtime<MinerState>, { faults }: DeclareFaultsParams): void {
  const declared = groupDeclarations(rt, faults)
  const powerDelta = rt.transaction((state) => {
    const info = state.info.get()
    acceptControlling(rt, info)
    let powerDelta = NO_POWER
    for (const [index, sectors] of declared) {
      const target = declarationDeadline(rt, state, index)
      const terms = {
        sectorSize: info.sectorSize,
        quant: quantSpecForDeadline(rt.policy, target),
      }
      const deadline = { ...loadDeadline(state, index) }
      const expiration = lastEpoch(target) + rt.policy.faultMaxAge
      const lost = recordFaults(deadline, terms, state.sectors, expiration, sectors)
      powerDelta = addPower(powerDelta, lost)
      saveDeadline(state, index, deadline)
    }
    return powerDelta
  })
  requestUpdatePower(rt, powerDelta)
}

/**
 * Promises that faulty sectors will be proven in their next window. All fee debt is paid first.
 * @throws ActorError `InsufficientFunds` when the debt cannot be paid, `Forbidden` after a consensus fault; and as
 *   `declareFaults`.
 * @see builtin-actors `actors/miner/src/lib.rs`, `declare_faults_recovered`
 */
export function declareFaultsRecovered(
  rt: Runtime<MinerState>,
  { recoveries }: DeclareFaultsRecoveredParams,
): void {
  const declared = groupDeclarations(rt, recoveries)
  const feeToBurn = rt.transaction((state) => {
    const feeToBurn = repayDebtsOrAbort(rt, state)
    const info = state.info.get()
    acceptControlling(rt, info)
    require(!consensusFaultActive(
      info,
      rt.epoch,
    ), ExitCode.Forbidden, 'recovery not allowed during active consensus fault')
    for (const [index, sectors] of declared) {
      const target = declarationDeadline(rt, state, index)
      const terms = {
        sectorSize: info.sectorSize,
        quant: quantSpecForDeadline(rt.policy, target),
      }
      const deadline = { ...loadDeadline(state, index) }
      declareInDeadline(deadline, terms, state.sectors, sectors)
      saveDeadline(state, index, deadline)
    }
    return feeToBurn
  })
  burnFunds(rt, feeToBurn)
  checkBalanceInvariants(rt, rt.state())
}

/** The next window of a deadline, if it is not too late to declare anything for it. */
function declarationDeadline(
  { policy, epoch }: Runtime<MinerState>,
  state: Draft<MinerState>,
  index: number,
): DeadlineInfo {
  const periodStart = currentPeriodStart(policy, state, epoch)
  const target = nextNotElapsed(policy, newDeadlineInfo(policy, periodStart, index, epoch))
  require(!faultCutoffPassed(
    target,
  ), ExitCode.IllegalArgument, `late fault or recovery declaration at deadline ${index}`)
  return target
}
