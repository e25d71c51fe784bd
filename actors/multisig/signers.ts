/** Who signs for a multisig. These methods are called by the multisig itself, as a transaction that was approved. */
import { type ActorId } from '../../primitives/units.ts'
import { type Draft, ExitCode, require, resolveToActorId, type Runtime } from '../runtime.ts'
import {
  type AddSignerParams,
  type ChangeNumApprovalsThresholdParams,
  type RemoveSignerParams,
  SIGNERS_MAX,
  type SwapSignerParams,
} from './params.ts'
import type { MultisigState } from './state.ts'

/** @throws ActorError `Forbidden` for one who signs already, or one too many. */
export function addSigner(rt: Runtime<MultisigState>, params: AddSignerParams): void {
  rt.acceptCaller(rt.receiver)
  const signer = resolveToActorId(rt, params.signer)
  rt.transaction((state) => {
    const { signers } = state
    const full = signers.length >= SIGNERS_MAX
    require(!full, ExitCode.Forbidden, `cannot add more than ${SIGNERS_MAX} signers`)
    require(!signers.includes(signer), ExitCode.Forbidden, `f0${signer} is already a signer`)
    state.signers = [...signers, signer]
    if (params.increase) state.numApprovalsThreshold += 1
  })
}

/**
 * Takes a signer's approvals back with it.
 * @throws ActorError `Forbidden` for one who does not sign and for the last, `IllegalArgument` when too few would be left
 *   for the threshold, or the threshold would be zero.
 */
export function removeSigner(rt: Runtime<MultisigState>, params: RemoveSignerParams): void {
  rt.acceptCaller(rt.receiver)
  const signer = resolveToActorId(rt, params.signer, false)
  rt.transaction((state) => {
    requireSigner(state, signer)
    const { signers, numApprovalsThreshold: threshold } = state
    require(signers.length !== 1, ExitCode.Forbidden, 'cannot remove only signer')
    const enough = params.decrease || signers.length - 1 >= threshold
    require(enough, ExitCode.IllegalArgument, `too few signers left for threshold ${threshold}`)
    if (params.decrease) {
      require(threshold >=
        2, ExitCode.IllegalArgument, `cannot decrease approvals from ${threshold}`)
      state.numApprovalsThreshold = threshold - 1
    }
    purgeApprovals(state, signer)
    state.signers = signers.filter((id) => id !== signer)
  })
}

/**
 * Puts a new signer in an old one's place; the old one's approvals are taken back.
 * @throws ActorError `Forbidden` when the old one does not sign, `IllegalArgument` when the new one does.
 */
export function swapSigner(rt: Runtime<MultisigState>, params: SwapSignerParams): void {
  rt.acceptCaller(rt.receiver)
  const from = resolveToActorId(rt, params.from, false)
  const to = resolveToActorId(rt, params.to)
  rt.transaction((state) => {
    requireSigner(state, from)
    const { signers } = state
    require(!signers.includes(to), ExitCode.IllegalArgument, `f0${to} is already a signer`)
    state.signers = [...signers.filter((id) => id !== from), to]
    purgeApprovals(state, from)
  })
}

/** @throws ActorError `IllegalArgument` for zero, or more than there are signers. */
export function changeNumApprovalsThreshold(
  rt: Runtime<MultisigState>,
  { newThreshold }: ChangeNumApprovalsThresholdParams,
): void {
  rt.acceptCaller(rt.receiver)
  rt.transaction((state) => {
    const supported = newThreshold > 0n && newThreshold <= state.signers.length
    require(supported, ExitCode.IllegalArgument, 'new threshold value not supported')
    state.numApprovalsThreshold = Number(newThreshold)
  })
}

/** @throws ActorError `Forbidden` for one who does not sign. */
export function requireSigner({ signers }: Draft<MultisigState>, id: ActorId): void {
  require(signers.includes(id), ExitCode.Forbidden, `f0${id} is not a signer`)
}

/** Takes back all approvals of one signer; proposals that nobody else approved go. */
function purgeApprovals(state: Draft<MultisigState>, signer: ActorId): void {
  const before = state.pendingTxs
  for (const [id, transaction] of before.entries()) {
    const approved = transaction.approved.filter((approver) => approver !== signer)
    if (approved.length === transaction.approved.length) continue
    state.pendingTxs =
      approved.length > 0
        ? state.pendingTxs.set(id, { ...transaction, approved })
        : state.pendingTxs.delete(id)
  }
}
