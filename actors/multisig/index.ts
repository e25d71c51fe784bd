/** Multisig wallets. The table holds the constructor only. */
import type { ActorId } from '../../primitives/units.ts'
import { defineActor, method } from '../actor.ts'
import { ExitCode, require, resolveToActorId, type Runtime } from '../runtime.ts'
import { INIT_ACTOR, METHOD_CONSTRUCTOR } from '../singletons.ts'
import { MultisigConstructorParams, SIGNERS_MAX } from './params.ts'
import { MultisigState, NO_PENDING_TXS } from './state.ts'

export const multisigActor = defineActor<MultisigState>({
  type: 'multisig',
  state: MultisigState,
  methods: {
    [METHOD_CONSTRUCTOR]: method('Constructor', MultisigConstructorParams, null, constructor),
  },
})

/** @see builtin-actors `actors/multisig/src/lib.rs`, `constructor` */
function constructor(rt: Runtime<MultisigState>, params: MultisigConstructorParams): void {
  rt.acceptCaller(INIT_ACTOR)
  const { signers, numApprovalsThreshold, unlockDuration, startEpoch } = params
  requireArgument(signers.length > 0, 'must have at least one signer')
  requireArgument(signers.length <= SIGNERS_MAX, `cannot add more than ${SIGNERS_MAX} signers`)
  const ids = new Set<ActorId>()
  for (const signer of signers) {
    const id = resolveToActorId(rt, signer)
    requireArgument(!ids.has(id), `duplicate signer not allowed: ${signer}`)
    ids.add(id)
  }
  requireArgument(
    numApprovalsThreshold <= signers.length,
    'must not require more approvals than signers',
  )
  requireArgument(numApprovalsThreshold >= 1n, 'must require at least one approval')
  requireArgument(unlockDuration >= 0n, 'negative unlock duration disallowed')

  const locks = unlockDuration !== 0n
  rt.create({
    signers: [...ids],
    numApprovalsThreshold: Number(numApprovalsThreshold),
    nextTxId: 0,
    initialBalance: locks ? rt.value : 0n,
    startEpoch: locks ? startEpoch : 0n,
    unlockDuration,
    pendingTxs: NO_PENDING_TXS,
  })
}

function requireArgument(condition: boolean, message: string): void {
  require(condition, ExitCode.IllegalArgument, message)
}
