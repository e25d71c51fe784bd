/** Changing who controls a miner: worker, control addresses, owner; and how it is reached. */
import { type Address, PROTOCOL } from '../../primitives/address.ts'
import { type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import {
  acceptAddresses,
  acceptControlling,
  checkControlAddresses,
  checkPeerInfo,
  isCaller,
  resolveControlAddresses,
  resolveWorkerAddress,
} from './access.ts'
import type { MinerInfo } from './info.ts'
import type {
  ChangeMultiaddrsParams,
  ChangePeerIDParams,
  ChangeWorkerAddressParams,
} from './params.ts'
import { type MinerState, saveInfo } from './state.ts'

const NO_PEER_ID = new Uint8Array()

/**
 * Replaces the control addresses at once, and schedules another worker unless a change is pending already.
 * @see builtin-actors `actors/miner/src/lib.rs`, `change_worker_address`
 */
export function changeWorkerAddress(
  rt: Runtime<MinerState>,
  { newWorker, newControlAddresses }: ChangeWorkerAddressParams,
): void {
  checkControlAddresses(rt, newControlAddresses)
  const worker = resolveWorkerAddress(rt, newWorker)
  const controlAddresses = resolveControlAddresses(rt, newControlAddresses)
  rt.transaction((state) => {
    const info = state.info.get()
    acceptAddresses(rt, info.owner)
    const schedule = !worker.equals(info.worker) && info.pendingWorkerKey === null
    const pendingWorkerKey = schedule
      ? { newWorker: worker, effectiveAt: rt.epoch + rt.policy.workerKeyChangeDelay }
      : info.pendingWorkerKey
    saveInfo(state, { ...info, controlAddresses, pendingWorkerKey })
  })
}

/** Makes a scheduled worker the worker if its epoch has come, and does nothing otherwise. */
export function confirmChangeWorkerAddress(rt: Runtime<MinerState>): void {
  rt.transaction((state) => {
    acceptAddresses(rt, state.info.get().owner)
    processPendingWorker(rt, state)
  })
}

/** As `confirmChangeWorkerAddress`, for the deadline cron. */
export function processPendingWorker(rt: Runtime<MinerState>, state: Draft<MinerState>): void {
  const info = state.info.get()
  const pending = info.pendingWorkerKey
  if (pending === null || rt.epoch < pending.effectiveAt) return
  saveInfo(state, { ...info, worker: pending.newWorker, pendingWorkerKey: null })
}

/**
 * Proposes another owner, or, sent by the proposed one, makes it the owner. Proposing the present owner takes a proposal
 * back.
 * @throws ActorError `IllegalArgument` unless the address is an ID address, and the proposed one when it confirms.
 * @see builtin-actors `actors/miner/src/lib.rs`, `change_owner_address`
 */
export function changeOwnerAddress(rt: Runtime<MinerState>, newOwner: Address): void {
  require(newOwner.protocol ===
    PROTOCOL.id, ExitCode.IllegalArgument, 'owner address must be an ID address')
  rt.transaction((state) => {
    const info = state.info.get()
    const pending = info.pendingOwnerAddress
    const next =
      pending === null || isCaller(rt, info.owner)
        ? proposeOwner(rt, info, newOwner)
        : confirmOwner(rt, info, pending, newOwner)
    const settled = next.pendingOwnerAddress?.equals(next.owner) === true
    saveInfo(state, settled ? { ...next, pendingOwnerAddress: null } : next)
  })
}

function proposeOwner(rt: Runtime, info: MinerInfo, newOwner: Address): MinerInfo {
  acceptAddresses(rt, info.owner)
  return { ...info, pendingOwnerAddress: newOwner }
}

/** An owner that was its own beneficiary is followed by the new one; what was proposed about beneficiaries is void. */
function confirmOwner(
  rt: Runtime,
  info: MinerInfo,
  pending: Address,
  newOwner: Address,
): MinerInfo {
  acceptAddresses(rt, pending)
  require(newOwner.equals(
    pending,
  ), ExitCode.IllegalArgument, `expected confirmation of ${pending} got ${newOwner}`)
  const beneficiary = info.beneficiary.equals(info.owner) ? pending : info.beneficiary
  return { ...info, owner: pending, beneficiary, pendingBeneficiaryTerm: null }
}

export function changePeerId(rt: Runtime<MinerState>, { newId }: ChangePeerIDParams): void {
  checkPeerInfo(rt, newId, [])
  changeInfo(rt, (info) => ({ ...info, peerId: newId }))
}

export function changeMultiaddresses(
  rt: Runtime<MinerState>,
  { newMultiaddrs }: ChangeMultiaddrsParams,
): void {
  checkPeerInfo(rt, NO_PEER_ID, newMultiaddrs)
  changeInfo(rt, (info) => ({ ...info, multiaddrs: newMultiaddrs }))
}

function changeInfo(rt: Runtime<MinerState>, change: (info: MinerInfo) => MinerInfo): void {
  rt.transaction((state) => {
    const info = state.info.get()
    acceptControlling(rt, info)
    saveInfo(state, change(info))
  })
}
