/** Transactions of a multisig: proposed, approved, carried out once enough signers agree, or cancelled. */
import { equalBytes } from '../../primitives/bytes.ts'
import { encode } from '../../primitives/codec.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import { asActorError, calleeFailed } from '../errors.ts'
import { type CallOutcome, PendingCall, whenDone } from '../pending-call.ts'
import { ExitCode, Payload, require, type Runtime, SyscallError } from '../runtime.ts'
import { checkAvailable } from './balance.ts'
import {
  type ApproveReturn,
  ProposalHashData,
  type ProposeParams,
  type ProposeReturn,
  type TxnIdParams,
} from './params.ts'
import { requireSigner } from './signers.ts'
import type { MultisigState, Transaction } from './state.ts'

/** A transaction may be one of this multisig again, and so on: it is waited for. */
type Approved = ApproveReturn | PendingCall<ApproveReturn>

/**
 * Proposes a transaction, which its proposer approves by that.
 * @throws ActorError `IllegalArgument` for a negative value, `Forbidden` for one who does not sign, and as `approve`.
 */
export function propose(
  rt: Runtime<MultisigState>,
  params: ProposeParams,
): ProposeReturn | PendingCall<ProposeReturn> {
  rt.acceptAnyCaller()
  const { to, value, method } = params
  require(value >=
    0n, ExitCode.IllegalArgument, `proposed value must not be negative, was ${value}`)
  const txnId = rt.transaction((state) => {
    requireSigner(state, rt.caller)
    return state.nextTxId++
  })
  const transaction = { to, value, method, params: params.params, approved: [] }
  return whenDone(addApproval(rt, txnId, transaction), (done) => ({ txnId, ...done }))
}

/**
 * Approves a transaction. One that has approvals enough already, since the threshold came down, is carried out without
 * another.
 * @throws ActorError `Forbidden` for one who does not sign or approved it before, `NotFound` without such a transaction,
 *   `IllegalArgument` when it is not the one meant, `InsufficientFunds` when it is due and cannot be paid.
 */
export function approve(rt: Runtime<MultisigState>, params: TxnIdParams): Approved {
  rt.acceptAnyCaller()
  const id = Number(params.id)
  // Changes nothing, but is a transaction in the reference too: a read-only call ends here.
  const transaction = rt.transaction((state) => {
    requireSigner(state, rt.caller)
    const found = pendingTx(state, params.id)
    const meant = matches(found, params.proposalHash)
    require(meant, ExitCode.IllegalArgument, 'hash does not match proposal params')
    return found
  })
  return whenDone(executeIfApproved(rt, id, transaction), (before) =>
    before.applied ? before : addApproval(rt, id, transaction),
  )
}

/**
 * Takes back a transaction that the caller proposed.
 * @throws ActorError `Forbidden` for one who does not sign or did not propose it, `NotFound` without such a transaction,
 *   `IllegalState` when it is not the one meant.
 */
export function cancel(rt: Runtime<MultisigState>, params: TxnIdParams): void {
  rt.acceptAnyCaller()
  rt.transaction((state) => {
    requireSigner(state, rt.caller)
    const found = pendingTx(state, params.id)
    const own = found.approved[0] === rt.caller
    require(own, ExitCode.Forbidden, 'cannot cancel another signers transaction')
    const meant = matches(found, params.proposalHash)
    require(meant, ExitCode.IllegalState, 'hash does not match proposal params')
    state.pendingTxs = state.pendingTxs.delete(Number(params.id))
  })
}

/** BLAKE2b-256 by which a signer says which proposal is meant (builtin-actors `compute_proposal_hash`). */
export function proposalHash({ to, value, method, params, approved }: Transaction): Uint8Array {
  const requester = approved[0] ?? null
  return blake2b256(encode(ProposalHashData, { requester, to, value, method, params }))
}

const matches = (transaction: Transaction, hash: Uint8Array): boolean =>
  hash.length === 0 || equalBytes(hash, proposalHash(transaction))

/** Ids are counted from zero, so one that is no safe integer was never given. */
function pendingTx({ pendingTxs }: MultisigState, id: bigint): Transaction {
  const key = Number(id)
  const found = Number.isSafeInteger(key) ? pendingTxs.get(key) : undefined
  require(found !== undefined, ExitCode.NotFound, `no such transaction ${id}`)
  return found
}

function addApproval(rt: Runtime<MultisigState>, id: number, transaction: Transaction): Approved {
  const repeated = transaction.approved.includes(rt.caller)
  require(!repeated, ExitCode.Forbidden, `f0${rt.caller} already approved this message`)
  const approved = { ...transaction, approved: [...transaction.approved, rt.caller] }
  rt.transaction((state) => {
    state.pendingTxs = state.pendingTxs.set(id, approved)
  })
  return executeIfApproved(rt, id, approved)
}

/** Carries a transaction out if it may be. That it fails is told, and undoes nothing: it is no longer pending. */
function executeIfApproved(
  rt: Runtime<MultisigState>,
  id: number,
  { to, value, method, params, approved }: Transaction,
): Approved {
  const state = rt.state()
  if (approved.length < state.numApprovalsThreshold)
    return { applied: false, code: ExitCode.Ok, ret: new Uint8Array() }
  checkAvailable(state, rt.balance(), value, rt.epoch)
  rt.transaction((draft) => {
    draft.pendingTxs = draft.pendingTxs.delete(id)
  })
  const payload = params.length > 0 ? Payload.raw(params) : null
  return new PendingCall({ to, method, params: payload, value, options: {} }, carriedOut)
}

function carriedOut(outcome: CallOutcome): ApproveReturn {
  if (!(outcome instanceof SyscallError) && outcome.exitCode === ExitCode.Ok)
    return { applied: true, code: ExitCode.Ok, ret: outcome.ret?.bytes ?? new Uint8Array() }
  const error =
    outcome instanceof SyscallError
      ? asActorError(outcome)
      : calleeFailed(outcome.exitCode, outcome.ret)
  return { applied: true, code: error.exitCode, ret: error.data?.bytes ?? new Uint8Array() }
}
