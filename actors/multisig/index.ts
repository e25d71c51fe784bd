/** Multisig wallets: funds that move when enough signers agree, and that may be locked for a while. */
import type { ActorId } from '../../primitives/units.ts'
import { acceptExported } from '../account/fallback.ts'
import { defineActor, method } from '../actor.ts'
import { UniversalReceiverParams } from '../frc46.ts'
import { ExitCode, require, resolveToActorId, type Runtime } from '../runtime.ts'
import { INIT_ACTOR } from '../singletons.ts'
import { lockBalance, setLocked } from './balance.ts'
import * as params from './params.ts'
import * as signers from './signers.ts'
import { MultisigState, NO_PENDING_TXS } from './state.ts'
import * as transactions from './transactions.ts'

const M = params.MultisigMethod
const { ApproveReturn, ProposeParams, ProposeReturn, SIGNERS_MAX, TxnIdParams } = params

export const multisigActor = defineActor<MultisigState>({
  type: 'multisig',
  state: MultisigState,
  methods: {
    [M.Constructor]: method('Constructor', params.MultisigConstructorParams, null, constructor),
    [M.Propose]: method('Propose', ProposeParams, ProposeReturn, transactions.propose),
    [M.Approve]: method('Approve', TxnIdParams, ApproveReturn, transactions.approve),
    [M.Cancel]: method('Cancel', TxnIdParams, null, transactions.cancel),
    [M.AddSigner]: method('AddSigner', params.AddSignerParams, null, signers.addSigner),
    [M.RemoveSigner]: method('RemoveSigner', params.RemoveSignerParams, null, signers.removeSigner),
    [M.SwapSigner]: method('SwapSigner', params.SwapSignerParams, null, signers.swapSigner),
    [M.ChangeNumApprovalsThreshold]: method(
      'ChangeNumApprovalsThreshold',
      params.ChangeNumApprovalsThresholdParams,
      null,
      signers.changeNumApprovalsThreshold,
    ),
    [M.LockBalance]: method('LockBalance', params.LockBalanceParams, null, lockBalance),
    [M.Receive]: method('Receive', UniversalReceiverParams, null, receive),
  },
  fallback: acceptExported,
})

/** @see builtin-actors `actors/multisig/src/lib.rs`, `constructor` */
function constructor(rt: Runtime<MultisigState>, given: params.MultisigConstructorParams): void {
  rt.acceptCaller(INIT_ACTOR)
  const { numApprovalsThreshold: threshold, unlockDuration, startEpoch } = given
  requireArgument(given.signers.length > 0, 'must have at least one signer')
  requireArgument(
    given.signers.length <= SIGNERS_MAX,
    `cannot add more than ${SIGNERS_MAX} signers`,
  )
  const ids = new Set<ActorId>()
  for (const signer of given.signers) {
    const id = resolveToActorId(rt, signer)
    requireArgument(!ids.has(id), `duplicate signer not allowed: ${signer}`)
    ids.add(id)
  }
  requireArgument(threshold <= ids.size, 'must not require more approvals than signers')
  requireArgument(threshold >= 1n, 'must require at least one approval')
  requireArgument(unlockDuration >= 0n, 'negative unlock duration disallowed')

  const state = {
    signers: [...ids],
    numApprovalsThreshold: Number(threshold),
    nextTxId: 0,
    initialBalance: 0n,
    startEpoch: 0n,
    unlockDuration: 0n,
    pendingTxs: NO_PENDING_TXS,
  }
  if (unlockDuration !== 0n) setLocked(state, startEpoch, unlockDuration, rt.value)
  rt.create(state)
}

/** Takes any token that comes (FRC-46). */
function receive(rt: Runtime<MultisigState>): void {
  rt.acceptAnyCaller()
}

function requireArgument(condition: boolean, message: string): void {
  require(condition, ExitCode.IllegalArgument, message)
}
