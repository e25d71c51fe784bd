/** What a multisig may spend: its balance, less what is still locked. */
import { ceilDiv, type ChainEpoch, type TokenAmount } from '../../primitives/units.ts'
import { type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import type { LockBalanceParams } from './params.ts'
import type { MultisigState } from './state.ts'

const INT64_MAX = (1n << 63n) - 1n

/**
 * Locks an amount that becomes free bit by bit. Only a multisig that never locked anything can.
 * @throws ActorError `IllegalArgument` for a duration or an amount that is not positive, `Forbidden` for a second lock.
 */
export function lockBalance(rt: Runtime<MultisigState>, params: LockBalanceParams): void {
  rt.acceptCaller(rt.receiver)
  const { startEpoch, unlockDuration, amount } = params
  require(unlockDuration > 0n, ExitCode.IllegalArgument, 'unlock duration must be positive')
  require(amount >= 0n, ExitCode.IllegalArgument, 'amount to lock must be positive')
  rt.transaction((state) => {
    require(state.unlockDuration === 0n, ExitCode.Forbidden, 'modification of unlock disallowed')
    setLocked(state, startEpoch, unlockDuration, amount)
  })
}

export function setLocked(
  state: Pick<Draft<MultisigState>, 'startEpoch' | 'unlockDuration' | 'initialBalance'>,
  startEpoch: bigint,
  unlockDuration: bigint,
  amount: TokenAmount,
): void {
  state.startEpoch = startEpoch
  state.unlockDuration = unlockDuration
  state.initialBalance = amount
}

/** attoFIL locked so many epochs after the start of the lock, rounded up. */
export function amountLocked(state: MultisigState, elapsed: bigint): TokenAmount {
  const { initialBalance, unlockDuration } = state
  if (elapsed >= unlockDuration) return 0n
  if (elapsed <= 0n) return initialBalance
  return ceilDiv(initialBalance * (unlockDuration - elapsed), unlockDuration)
}

/**
 * Refuses to spend what is not there or locked. Nothing can always be spent, even by a multisig that lacks what it locked.
 * @throws ActorError `IllegalArgument` for a negative amount, `InsufficientFunds`, `AssertionFailed` for a lock that
 *   started more than 2⁶³ epochs ago.
 * @see builtin-actors `actors/multisig/src/state.rs`, `check_available`
 */
export function checkAvailable(
  state: MultisigState,
  balance: TokenAmount,
  amount: TokenAmount,
  epoch: ChainEpoch,
): void {
  require(amount >= 0n, ExitCode.IllegalArgument, `amount to spend ${amount} less than zero`)
  require(balance >=
    amount, ExitCode.InsufficientFunds, `balance ${balance} less than amount to spend ${amount}`)
  if (amount === 0n) return
  const elapsed = BigInt(epoch) - state.startEpoch
  require(elapsed <= INT64_MAX, ExitCode.AssertionFailed, 'attempt to subtract with overflow')
  const locked = amountLocked(state, elapsed)
  const left = balance - amount
  require(left >=
    locked, ExitCode.InsufficientFunds, `balance ${left} if ${amount} was spent less than locked ${locked}`)
}
