/**
 * Balances and allowances of a token, as FRC-46 keeps them: nothing is stored for nothing. Each function gives the token
 * after a change and leaves the one it was given alone.
 *
 * @see actors-utils `frc46_token/src/token/state.rs`
 */
import { type ActorId, max, type TokenAmount } from '../../primitives/units.ts'
import { ExitCode, require } from '../runtime.ts'
import { NO_ALLOWANCES, type TokenState } from './state.ts'

export function balanceOf(token: TokenState, owner: ActorId): TokenAmount {
  return token.balances.get(owner) ?? 0n
}

/** What an operator may still take from an owner. */
export function allowanceOf(token: TokenState, owner: ActorId, operator: ActorId): TokenAmount {
  return token.allowances.get(owner)?.get(operator) ?? 0n
}

/** New tokens for an owner. */
export function withMinted(token: TokenState, owner: ActorId, amount: TokenAmount): TokenState {
  return withSupplyChanged(withBalanceChanged(token, owner, amount), amount)
}

/** Takes tokens from an owner and out of the supply. @throws ActorError `InsufficientFunds` for more than it has. */
export function withBurnt(token: TokenState, owner: ActorId, amount: TokenAmount): TokenState {
  return withSupplyChanged(withBalanceChanged(token, owner, -amount), -amount)
}

/** @throws ActorError `InsufficientFunds` for more than `from` has. */
export function withTransferred(
  token: TokenState,
  from: ActorId,
  to: ActorId,
  amount: TokenAmount,
): TokenState {
  const left = withBalanceChanged(token, from, -amount)
  return withBalanceChanged(left, to, amount)
}

/** Sets an allowance, whatever it was before. */
export function withAllowance(
  token: TokenState,
  owner: ActorId,
  operator: ActorId,
  amount: TokenAmount,
): TokenState {
  const before = token.allowances.get(owner) ?? NO_ALLOWANCES
  const after = amount === 0n ? before.delete(operator) : before.set(operator, amount)
  if (after === before) return token
  const { allowances } = token
  return {
    ...token,
    allowances: after.isEmpty ? allowances.delete(owner) : allowances.set(owner, after),
  }
}

/** Adds to an allowance, or takes from it as much as there is. */
export function withAllowanceChanged(
  token: TokenState,
  owner: ActorId,
  operator: ActorId,
  delta: TokenAmount,
): TokenState {
  const amount = max(allowanceOf(token, owner, operator) + delta, 0n)
  return withAllowance(token, owner, operator, amount)
}

/**
 * Uses up an allowance.
 * @throws ActorError `InsufficientFunds` when it is less than `amount`; also for using nothing of nothing.
 */
export function withAllowanceUsed(
  token: TokenState,
  owner: ActorId,
  operator: ActorId,
  amount: TokenAmount,
): TokenState {
  const allowance = allowanceOf(token, owner, operator)
  const none = allowance === 0n && operator !== owner
  require(!none &&
    allowance >=
      amount, ExitCode.InsufficientFunds, `f0${operator} may take ${allowance} of f0${owner}, not ${amount}`)
  return withAllowanceChanged(token, owner, operator, -amount)
}

function withBalanceChanged(token: TokenState, owner: ActorId, delta: TokenAmount): TokenState {
  if (delta === 0n) return token
  const balance = balanceOf(token, owner) + delta
  require(balance >=
    0n, ExitCode.InsufficientFunds, `f0${owner} has ${balance - delta}, not ${-delta}`)
  const { balances } = token
  return {
    ...token,
    balances: balance === 0n ? balances.delete(owner) : balances.set(owner, balance),
  }
}

function withSupplyChanged(token: TokenState, delta: TokenAmount): TokenState {
  const supply = token.supply + delta
  require(supply >= 0n, ExitCode.IllegalState, `negative supply ${supply}`)
  return { ...token, supply }
}
