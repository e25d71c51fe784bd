/** Fees for blocks that should not have been made (FIP-0010), and the reward of those who report them. */
import { estimate } from '../../primitives/smoothing.ts'
import { min, type TokenAmount } from '../../primitives/units.ts'
import type { ConsensusFault } from '../ports.ts'
import { ActorError, type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { METHOD_SEND } from '../singletons.ts'
import { trySend } from '../try-send.ts'
import {
  applyPenalty,
  checkBalanceInvariants,
  repayPartialDebtInPriorityOrder,
} from './balances.ts'
import { consensusFaultPenalty, rewardForConsensusSlashReport } from './monies.ts'
import type { ReportConsensusFaultParams } from './params.ts'
import { burnFunds, notifyPledgeChanged, requestCurrentEpochBlockReward } from './requests.ts'
import { type MinerState, saveInfo } from './state.ts'

/**
 * Charges the miner for a fault that block headers prove, once for each period of ineligibility, and gives the reporter a
 * share of what could be taken.
 *
 * @throws ActorError `IllegalArgument` when the headers prove no past fault of this miner, `Forbidden` for a fault from
 *   before the end of the last ineligibility.
 * @see builtin-actors `actors/miner/src/lib.rs`, `report_consensus_fault`
 */
export function reportConsensusFault(
  rt: Runtime<MinerState>,
  params: ReportConsensusFaultParams,
): void {
  rt.acceptAnyCaller()
  const fault = verifiedFault(rt, params)
  const { thisEpochRewardSmoothed } = requestCurrentEpochBlockReward(rt)
  const epochReward = estimate(thisEpochRewardSmoothed)
  const { reward, toBurn, pledgeDelta } = rt.transaction((state) =>
    punish(rt, state, fault, epochReward),
  )
  trySend(rt, rt.caller, METHOD_SEND, null, reward)
  burnFunds(rt, toBurn)
  notifyPledgeChanged(rt, pledgeDelta)
  checkBalanceInvariants(rt, rt.state())
}

function verifiedFault(
  rt: Runtime,
  { header1, header2, headerExtra }: ReportConsensusFaultParams,
): ConsensusFault {
  const fault = rt.syscalls.verifyConsensusFault(header1, header2, headerExtra)
  if (fault === null) throw new ActorError(ExitCode.IllegalArgument, 'no consensus fault found')
  require(fault.target ===
    rt.receiver, ExitCode.IllegalArgument, `fault by ${fault.target} reported to miner ${rt.receiver}`)
  require(fault.epoch <
    rt.epoch, ExitCode.IllegalArgument, `invalid fault epoch ${fault.epoch} ahead of current ${rt.epoch}`)
  return fault
}

interface Punishment {
  /** attoFIL for the reporter, out of what was taken. */
  readonly reward: TokenAmount
  readonly toBurn: TokenAmount
  readonly pledgeDelta: TokenAmount
}

function punish(
  rt: Runtime<MinerState>,
  state: Draft<MinerState>,
  fault: ConsensusFault,
  epochReward: TokenAmount,
): Punishment {
  const info = state.info.get()
  require(fault.epoch >=
    info.consensusFaultElapsed, ExitCode.Forbidden, `fault epoch ${fault.epoch} is too old, last exclusion period ended at ${info.consensusFaultElapsed}`)
  applyPenalty(state, consensusFaultPenalty(epochReward))
  const repaid = repayPartialDebtInPriorityOrder(state, rt.epoch, rt.balance())
  const reward = min(repaid.toBurn, rewardForConsensusSlashReport(epochReward))
  const consensusFaultElapsed = rt.epoch + rt.policy.consensusFaultIneligibilityDuration
  saveInfo(state, { ...info, consensusFaultElapsed })
  return { reward, toBurn: repaid.toBurn - reward, pledgeDelta: -repaid.totalUnlocked }
}
