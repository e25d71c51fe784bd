/** Disputes of window PoSts that were taken on trust. */
import { min, type TokenAmount } from '../../primitives/units.ts'
import { type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { METHOD_SEND } from '../singletons.ts'
import { trySend } from '../try-send.ts'
import {
  applyPenalty,
  checkBalanceInvariants,
  repayPartialDebtInPriorityOrder,
} from './balances.ts'
import { recordFaults } from './deadline-faults.ts'
import {
  deadlineAvailableForOptimisticPoStDispute,
  type DeadlineInfo,
  lastEpoch,
  newDeadlineInfo,
  quantSpecForDeadline,
} from './deadline-info.ts'
import { type DisputeInfo, loadPartitionsForDispute, takePoStProofs } from './deadline-posts.ts'
import type { Deadline, WindowedPoSt } from './deadline-state.ts'
import { currentDeadlineInfo, loadDeadline, saveDeadline } from './deadlines.ts'
import {
  BASE_REWARD_FOR_DISPUTED_WINDOW_POST,
  type NetworkEstimates,
  pledgePenaltyForInvalidWindowPoSt,
} from './monies.ts'
import type { PowerPair } from './power-pair.ts'
import {
  burnFunds,
  notifyPledgeChanged,
  requestNetworkEstimates,
  requestUpdatePower,
} from './requests.ts'
import { requireDeadline } from './sector-map.ts'
import type { DisputeWindowedPoStParams } from './sector-params.ts'
import type { MinerState } from './state.ts'
import { loadForProof, verifyWindowedPoSt } from './window-post.ts'

/**
 * Verifies a proof of a deadline's last window. When it does not hold, its sectors become faulty, the miner pays, and the
 * disputer gets a part of it.
 *
 * @throws ActorError `IllegalArgument` when the proof holds or is not there; `Forbidden` outside the dispute window.
 * @see builtin-actors `actors/miner/src/lib.rs`, `dispute_windowed_post`
 */
export function disputeWindowedPoSt(
  rt: Runtime<MinerState>,
  { deadline, postIndex }: DisputeWindowedPoStParams,
): void {
  rt.acceptAnyCaller()
  const index = requireDeadline(rt, deadline)
  const network = requestNetworkEstimates(rt)
  const { powerDelta, reward, toBurn, pledgeDelta } = rt.transaction((state) => {
    const target = disputedDeadline(rt, state, index)
    const draft = { ...loadDeadline(state, index) }
    const disputed = disprove(rt, target, draft, postIndex)
    const powerDelta = faultDisputed(rt, state, target, draft, disputed)
    return { powerDelta, ...punish(rt, state, network, disputed.disputedPower) }
  })
  requestUpdatePower(rt, powerDelta)
  const rewarded = reward === 0n || trySend(rt, rt.caller, METHOD_SEND, null, reward)
  burnFunds(rt, rewarded ? toBurn : toBurn + reward)
  notifyPledgeChanged(rt, pledgeDelta)
  checkBalanceInvariants(rt, rt.state())
}

/** The deadline's last window. */
function disputedDeadline(
  { policy, epoch }: Runtime<MinerState>,
  state: Draft<MinerState>,
  index: number,
): DeadlineInfo {
  const current = currentDeadlineInfo(policy, state, epoch)
  require(deadlineAvailableForOptimisticPoStDispute(
    policy,
    current.periodStart,
    index,
    epoch,
  ), ExitCode.Forbidden, `can only dispute window posts during the dispute window (${policy.wpostDisputeWindow} epochs after the challenge window closes)`)
  const isPast = current.index < index
  const periodStart = isPast ? current.periodStart - policy.wpostProvingPeriod : current.periodStart
  return newDeadlineInfo(policy, periodStart, index, epoch)
}

/** Takes the proof out of the deadline, so that nobody can dispute it again. */
function disprove(
  rt: Runtime<MinerState>,
  target: DeadlineInfo,
  deadline: Draft<Deadline>,
  postIndex: bigint,
): DisputeInfo {
  const { partitions, proofs }: WindowedPoSt = takePoStProofs(deadline, postIndex)
  const disputed = loadPartitionsForDispute(deadline, partitions)
  const { allSectors, ignoredSectors } = disputed
  const sectors = loadForProof(deadline.sectorsSnapshot, allSectors, ignoredSectors)
  require(!verifyWindowedPoSt(
    rt,
    target.challenge,
    sectors,
    proofs,
  ), ExitCode.IllegalArgument, 'failed to dispute valid post')
  return disputed
}

/** Sectors that were terminated since are passed over. */
function faultDisputed(
  rt: Runtime<MinerState>,
  state: Draft<MinerState>,
  target: DeadlineInfo,
  deadline: Draft<Deadline>,
  { disputedSectors }: DisputeInfo,
): PowerPair {
  const { sectorSize } = state.info.get()
  const terms = { sectorSize, quant: quantSpecForDeadline(rt.policy, target) }
  const expiration = lastEpoch(target) + rt.policy.faultMaxAge
  const sectors = deadline.sectorsSnapshot
  const powerDelta = recordFaults(deadline, terms, sectors, expiration, disputedSectors)
  saveDeadline(state, target.index, deadline)
  return powerDelta
}

interface Punishment {
  /** attoFIL for the disputer, out of what was taken. */
  readonly reward: TokenAmount
  readonly toBurn: TokenAmount
  readonly pledgeDelta: TokenAmount
}

function punish(
  rt: Runtime<MinerState>,
  state: Draft<MinerState>,
  network: NetworkEstimates,
  power: PowerPair,
): Punishment {
  const reward = BASE_REWARD_FOR_DISPUTED_WINDOW_POST
  applyPenalty(state, pledgePenaltyForInvalidWindowPoSt(network, power.qa) + reward)
  const repaid = repayPartialDebtInPriorityOrder(state, rt.epoch, rt.balance())
  const paid = min(repaid.toBurn, reward)
  return { reward: paid, toBurn: repaid.toBurn - paid, pledgeDelta: -repaid.totalUnlocked }
}
