/** Money that is brought to the market and taken away again. */
import type { Address } from '../../primitives/address.ts'
import { idAddress } from '../../primitives/address.ts'
import { type ActorId, type TokenAmount } from '../../primitives/units.ts'
import { ActorError, ExitCode, require, type Runtime, sent } from '../runtime.ts'
import { METHOD_SEND } from '../singletons.ts'
import { balanceIn, deposit, withdraw } from './balances.ts'
import type { GetBalanceReturn, WithdrawBalanceParams } from './params.ts'
import { requestControlAddresses } from './requests.ts'
import type { MarketState } from './state.ts'

/** Adds the value that came along to what is held for anybody. @throws ActorError `IllegalArgument` for none. */
export function addBalance(rt: Runtime<MarketState>, providerOrClient: Address): void {
  require(rt.value > 0n, ExitCode.IllegalArgument, `balance to add must be positive: ${rt.value}`)
  rt.acceptAnyCaller()
  const { nominal } = escrowParties(rt, providerOrClient)
  rt.transaction((state) => deposit(state, nominal, rt.value))
}

/**
 * Pays out up to an amount of what is not locked, and gives how much that was. A miner's goes to its owner, and its worker
 * may ask for it too; a client's goes to the client, who alone may ask.
 */
export function withdrawBalance(
  rt: Runtime<MarketState>,
  { providerOrClient, amount }: WithdrawBalanceParams,
): TokenAmount {
  require(amount >= 0n, ExitCode.IllegalArgument, `negative amount: ${amount}`)
  const { nominal, recipient, approved } = escrowParties(rt, providerOrClient)
  rt.acceptCaller(...approved.flatMap(({ id }) => (id === undefined ? [] : [id])))
  const taken = rt.transaction((state) => withdraw(state, nominal, amount))
  sent(rt.send(recipient, METHOD_SEND, null, taken))
  return taken
}

/** @throws ActorError `IllegalArgument` for nobody. */
export function getBalance(rt: Runtime<MarketState>, account: Address): GetBalanceReturn {
  rt.acceptAnyCaller()
  const owner = resolved(rt, account)
  const { escrowTable, lockedTable } = rt.state()
  return { balance: balanceIn(escrowTable, owner), locked: balanceIn(lockedTable, owner) }
}

interface EscrowParties {
  /** Whom the balance is kept for. */
  readonly nominal: ActorId
  /** Who is paid. */
  readonly recipient: Address
  /** Who may ask for it. */
  readonly approved: readonly Address[]
}

function escrowParties(rt: Runtime, address: Address): EscrowParties {
  const nominal = resolved(rt, address)
  const type = rt.typeOf(nominal)
  require(type !== undefined, ExitCode.IllegalArgument, `no code for address f0${nominal}`)
  if (type === 'storageminer') {
    const { owner, worker } = requestControlAddresses(rt, nominal)
    return { nominal, recipient: owner, approved: [owner, worker] }
  }
  return { nominal, recipient: idAddress(nominal), approved: [idAddress(nominal)] }
}

function resolved(rt: Runtime, address: Address): ActorId {
  const id = rt.resolve(address)
  if (id !== undefined) return id
  throw new ActorError(ExitCode.IllegalArgument, `failed to resolve address ${address}`)
}
