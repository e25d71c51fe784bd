/** Who a call of the token is about, and how much of it may be moved. */
import type { Address } from '../../primitives/address.ts'
import type { ActorId, TokenAmount } from '../../primitives/units.ts'
import { TOKEN_PRECISION } from '../frc46.ts'
import { ActorError, ExitCode, require, type Runtime } from '../runtime.ts'
import type { DatacapState } from './state.ts'

/** Datacap comes in whole bytes. */
export const DATACAP_GRANULARITY = TOKEN_PRECISION

/** Accepts the governor alone. @throws ActorError `Forbidden` */
export function acceptGovernor(rt: Runtime, { governor }: Pick<DatacapState, 'governor'>): void {
  if (governor.id === undefined) rt.acceptCaller()
  else rt.acceptCaller(governor.id)
}

/** Id of an owner or operator. @throws ActorError `NotFound`: nobody is made on the way, as state is being changed. */
export function existing(rt: Runtime, address: Address): ActorId {
  const id = rt.resolve(address)
  if (id === undefined) throw new ActorError(ExitCode.NotFound, `cannot initialize ${address}`)
  return id
}

/** @throws ActorError `IllegalArgument` for a negative amount or parts of a byte. */
export function requireWholeAmount(amount: TokenAmount): void {
  requireNotNegative(amount)
  require(amount % DATACAP_GRANULARITY ===
    0n, ExitCode.IllegalArgument, `amount ${amount} must be a multiple of ${DATACAP_GRANULARITY}`)
}

/** @throws ActorError `IllegalArgument` */
export function requireNotNegative(amount: TokenAmount): void {
  require(amount >= 0n, ExitCode.IllegalArgument, `amount ${amount} must not be negative`)
}

/**
 * Refuses operators that act on what is their own.
 * @throws ActorError `IllegalArgument`
 */
export function requireOther(rt: Runtime, owner: Address): void {
  require(rt.resolve(owner) !==
    rt.caller, ExitCode.IllegalArgument, `operator cannot be the debited address ${owner}`)
}

/**
 * Id of an owner that an operator wants to take from.
 * @throws ActorError `InsufficientFunds` when there is nobody: nobody has allowed anything.
 */
export function owning(rt: Runtime, owner: Address): ActorId {
  const id = rt.resolve(owner)
  if (id === undefined)
    throw new ActorError(ExitCode.InsufficientFunds, `${owner} has allowed nothing`)
  return id
}
