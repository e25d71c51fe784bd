/**
 * Moving datacap, and making it. Whoever receives some is called, and can refuse. Datacap is not free to go where it likes:
 * one side is always the governor.
 *
 * @see builtin-actors `actors/datacap/src/lib.rs`, actors-utils `frc46_token/src/token/mod.rs`
 */
import type { Address } from '../../primitives/address.ts'
import type { ActorId } from '../../primitives/units.ts'
import { NO_BYTES, embeddedReturn } from '../embedded.ts'
import { calleeFailed } from '../errors.ts'
import {
  FRC46_TOKEN_TYPE,
  FRC46TokenReceived,
  RECEIVE_METHOD,
  TOKEN_PRECISION,
  UniversalReceiverParams,
} from '../frc46.ts'
import { ActorError, type Draft, ExitCode, Payload, require, type Runtime } from '../runtime.ts'
import { acceptGovernor, existing, owning, requireOther, requireWholeAmount } from './checks.ts'
import type {
  MintParams,
  MintReturn,
  TransferFromParams,
  TransferFromReturn,
  TransferParams,
  TransferReturn,
} from './params.ts'
import type { DatacapState } from './state.ts'
import {
  allowanceOf,
  balanceOf,
  withAllowance,
  withAllowanceUsed,
  withMinted,
  withTransferred,
} from './token.ts'

/** More than 800 EiB: an allowance that lasts. */
export const INFINITE_ALLOWANCE = 10n ** 21n * TOKEN_PRECISION

/**
 * Makes datacap, and gives operators an allowance over all the receiver has. For the governor only.
 * @throws ActorError as the receiver's hook does, too.
 */
export function mint(rt: Runtime<DatacapState>, params: MintParams): MintReturn {
  const { to, amount, operators } = params
  const received = rt.transaction((state) => {
    acceptGovernor(rt, state)
    const { made, failure } = mintInto(rt, state, params)
    for (const operator of operators) allow(rt, state, to, operator, made !== undefined)
    if (!made) throw failure
    requireWritable(rt)
    return { ...made, amount, operatorData: NO_BYTES, tokenData: NO_BYTES }
  })
  const { token } = rt.state()
  const recipientData = callReceiver(rt, to, received)
  return { balance: balanceOf(token, received.to), supply: token.supply, recipientData }
}

export function transfer(rt: Runtime<DatacapState>, params: TransferParams): TransferReturn {
  rt.acceptAnyCaller()
  const { amount, operatorData } = params
  const from = rt.caller
  const to = resolveReceiver(rt, params.to)
  rt.transaction((state) => {
    const { id } = state.governor
    require(to === id ||
      from === id, ExitCode.Forbidden, `transfer not allowed from f0${from} to f0${to}`)
    requireWholeAmount(amount)
    state.token = withTransferred(state.token, from, to, amount)
    requireWritable(rt)
  })
  const { token } = rt.state()
  const received = { from, to, operator: from, amount, operatorData, tokenData: NO_BYTES }
  const recipientData = callReceiver(rt, to, received)
  return { fromBalance: balanceOf(token, from), toBalance: balanceOf(token, to), recipientData }
}

/** Moves somebody else's datacap to the governor, within the caller's allowance. */
export function transferFrom(
  rt: Runtime<DatacapState>,
  params: TransferFromParams,
): TransferFromReturn {
  rt.acceptAnyCaller()
  const { amount, operatorData } = params
  const operator = rt.caller
  const to = resolveReceiver(rt, params.to)
  const from = rt.transaction((state) => {
    require(to ===
      state.governor.id, ExitCode.Forbidden, `transfer not allowed from ${params.from} to f0${to}`)
    requireWholeAmount(amount)
    requireOther(rt, params.from)
    const owner = owning(rt, params.from)
    const allowed = withAllowanceUsed(state.token, owner, operator, amount)
    state.token = withTransferred(allowed, owner, to, amount)
    requireWritable(rt)
    return owner
  })
  const { token } = rt.state()
  const received = { from, to, operator, amount, operatorData, tokenData: NO_BYTES }
  const recipientData = callReceiver(rt, to, received)
  return {
    fromBalance: balanceOf(token, from),
    toBalance: balanceOf(token, to),
    allowance: allowanceOf(token, from, operator),
    recipientData,
  }
}

type Parties = Pick<FRC46TokenReceived, 'from' | 'to' | 'operator'>

/** A failure is kept until the operators have had their turn, which may fail before it. */
function mintInto(
  rt: Runtime<DatacapState>,
  state: Draft<DatacapState>,
  { to, amount }: MintParams,
): { made?: Parties; failure?: ActorError } {
  try {
    requireWholeAmount(amount)
    const owner = existing(rt, to)
    state.token = withMinted(state.token, owner, amount)
    return { made: { from: rt.receiver, to: owner, operator: rt.caller } }
  } catch (error) {
    if (error instanceof ActorError) return { failure: error }
    throw error
  }
}

/** @throws ActorError `AssertionFailed` where the reference drops a hook it has not called, which it must not. */
function allow(
  rt: Runtime<DatacapState>,
  state: Draft<DatacapState>,
  owner: Address,
  operator: Address,
  hookWaits: boolean,
): void {
  const known = !hookWaits || rt.resolve(operator) !== undefined
  require(known, ExitCode.AssertionFailed, `unknown operator ${operator}, hook not called`)
  const ids = [existing(rt, owner), existing(rt, operator)] as const
  state.token = withAllowance(state.token, ...ids, INFINITE_ALLOWANCE)
}

function resolveReceiver(rt: Runtime, to: Address): ActorId {
  const id = rt.resolve(to)
  if (id === undefined) throw new ActorError(ExitCode.IllegalArgument, 'to must be an ID address')
  return id
}

/** A call that may not change state fails before the hook is called, which the reference takes for a bug. */
function requireWritable(rt: Runtime): void {
  require(!rt.readOnly, ExitCode.AssertionFailed, 'receiver hook was not called')
}

/** @throws ActorError with the exit code of the hook, without its data. */
function callReceiver(
  rt: Runtime,
  receiver: Address | ActorId,
  received: FRC46TokenReceived,
): Payload {
  const payload = Payload.of(FRC46TokenReceived, received)
  const params = Payload.of(UniversalReceiverParams, { type: FRC46_TOKEN_TYPE, payload })
  const { exitCode, ret } = rt.send(receiver, RECEIVE_METHOD, params, 0n)
  if (exitCode !== ExitCode.Ok) throw calleeFailed(exitCode, null)
  return embeddedReturn(ret)
}
