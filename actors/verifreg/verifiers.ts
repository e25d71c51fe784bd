/** Who may hand out datacap, and handing it out. @see builtin-actors `actors/verifreg/src/lib.rs` */
import type { Address } from '../../primitives/address.ts'
import { ActorError, ExitCode, require, resolveToActorId, type Runtime } from '../runtime.ts'
import { MARKET_ACTOR } from '../singletons.ts'
import { emitVerifierBalance } from './events.ts'
import type { VerifierParams } from './params.ts'
import type { VerifregState } from './state.ts'
import { datacapBalance, mintDatacap } from './token-requests.ts'

/**
 * Lets somebody hand out datacap, in place of what it could before. For the root only.
 * @throws ActorError `IllegalArgument` for too little, the root itself, and for holders of datacap.
 */
export function addVerifier(rt: Runtime<VerifregState>, params: VerifierParams): void {
  const { allowance } = params
  requireAllowance(rt, params)
  const verifier = resolveToActorId(rt, params.address)
  const { rootKey } = rt.state()
  rt.acceptCaller(rootKey)
  requireArgument(verifier !== rootKey, 'the root cannot be a verifier')
  requireArgument(
    datacapBalance(rt, verifier) <= 0n,
    `verified client f0${verifier} cannot become a verifier`,
  )
  rt.transaction((state) => {
    state.verifiers = state.verifiers.set(verifier, allowance)
  })
  emitVerifierBalance(rt, verifier, allowance)
}

/** For the root only. @throws ActorError `IllegalArgument` for whoever is none. */
export function removeVerifier(rt: Runtime<VerifregState>, address: Address): void {
  const verifier = resolveToActorId(rt, address, false)
  rt.transaction((state) => {
    rt.acceptCaller(state.rootKey)
    requireArgument(state.verifiers.has(verifier), 'verifier not found')
    state.verifiers = state.verifiers.delete(verifier)
  })
  emitVerifierBalance(rt, verifier, 0n)
}

/**
 * Gives a client datacap out of what the calling verifier may still hand out. The market may move it from then on.
 * @throws ActorError `NotFound` unless the caller is a verifier.
 */
export function addVerifiedClient(rt: Runtime<VerifregState>, params: VerifierParams): void {
  rt.acceptAnyCaller()
  const { allowance } = params
  requireAllowance(rt, params)
  const client = resolveToActorId(rt, params.address)
  rt.transaction((state) => {
    requireArgument(client !== state.rootKey, 'the root cannot be a client')
    const cap = state.verifiers.get(rt.caller)
    if (cap === undefined)
      throw new ActorError(ExitCode.NotFound, `caller f0${rt.caller} is not a verifier`)
    requireArgument(!state.verifiers.has(client), `verifier f0${client} cannot be a client`)
    requireArgument(cap >= allowance, `${allowance} is more than the ${cap} that are left`)
    state.verifiers = state.verifiers.set(rt.caller, cap - allowance)
    emitVerifierBalance(rt, rt.caller, cap - allowance, client)
  })
  mintDatacap(rt, client, allowance, [MARKET_ACTOR])
}

function requireAllowance(rt: Runtime, { address, allowance }: VerifierParams): void {
  const least = rt.policy.minimumVerifiedAllocationSize
  requireArgument(allowance >= least, `allowance ${allowance} for ${address} is below ${least}`)
}

function requireArgument(condition: boolean, message: string): void {
  require(condition, ExitCode.IllegalArgument, message)
}
