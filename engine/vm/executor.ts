/**
 * Applies messages to a state tree: who may send, what inclusion costs, the call itself, the receipt, and the
 * settlement of gas (ref-fvm `executor/default.rs`).
 */
import { SyscallError } from '../../actors/errors.ts'
import { ErrorNumber, ExitCode } from '../../actors/exit-codes.ts'
import { Payload } from '../../actors/payload.ts'
import type { MethodNum } from '../../actors/runtime.ts'
import {
  BURNT_FUNDS_ACTOR,
  EAM_ACTOR,
  REWARD_ACTOR,
  SYSTEM_ACTOR,
} from '../../actors/singletons.ts'
import { type Address, delegatedParts, idAddress, PROTOCOL } from '../../primitives/address.ts'
import { assert } from '../../primitives/assert.ts'
import { CODEC } from '../../primitives/cid.ts'
import { type ActorId, max, min, type TokenAmount } from '../../primitives/units.ts'
import type { Message } from '../chain/message.ts'
import { CallManager, type Origin } from './call-manager.ts'
import type { MachineContext } from './context.ts'
import { type GasOutputs, gasOutputs } from './gas-outputs.ts'
import { GasMeter, OutOfGas } from './gas.ts'
import { onChainMessage, UNLIMITED } from './price-list.ts'
import type { Actor, StateTree } from './state-tree.ts'
import type { CallTrace, StampedEvent } from './trace.ts'

export interface ApplyResult {
  readonly exitCode: ExitCode
  readonly ret: Payload | null
  readonly gasUsed: number
  readonly events: readonly StampedEvent[]
  /** Fee settlement; for implicit and unmetered messages nothing is settled. */
  readonly outputs: GasOutputs
  /** False where the message failed before it ran: then nothing changed, not even the sender's nonce. */
  readonly ran: boolean
  /** The call at the top with all below it, when the context asks for traces. */
  readonly call: CallTrace | undefined
}

const NOTHING_SETTLED: GasOutputs = {
  baseFeeBurn: 0n,
  overEstimationBurn: 0n,
  minerPenalty: 0n,
  minerTip: 0n,
  refund: 0n,
  gasRefund: 0,
  gasBurned: 0,
}

/** What the system itself does: cron, rewards, genesis. No nonce, no gas. */
export interface ImplicitMessage {
  readonly from: Address
  readonly to: Address
  readonly method: MethodNum
  readonly params: Payload | null
  readonly value: TokenAmount
}

/** Runs a message of the system. */
export function applyImplicit(
  tree: StateTree,
  context: MachineContext,
  message: ImplicitMessage,
): ApplyResult {
  const id = tree.resolve(message.from)
  assert(id !== undefined, 'implicit message from an actor that does not exist')
  const origin = { id, address: message.from, nonce: 0n, gasPremium: 0n }
  const { to, method, params, value } = message
  return finished(run(tree, context, to, method, params, value, origin, null))
}

/** An implicit message from the system actor to another by id. */
export const systemMessage = (
  to: ActorId,
  method: MethodNum,
  params: Payload | null = null,
  value: TokenAmount = 0n,
): ImplicitMessage => ({
  from: idAddress(SYSTEM_ACTOR),
  to: idAddress(to),
  method,
  params,
  value,
})

/** A message as it runs: its parameters as bytes of the chain, or live where the sender is in this process. */
export interface RunnableMessage extends Omit<Message, 'params'> {
  readonly params: Uint8Array | Payload
}

/**
 * Runs a message a user signed. The sender's nonce rises even when the message fails.
 * @param length - bytes of the message on chain, its signature included unless that is BLS.
 * @param anySender - whether actors without a key may send too: for calls that nobody signs. They pay no gas, since
 * what they hold may be locked.
 */
export function applyMessage(
  tree: StateTree,
  context: MachineContext,
  message: RunnableMessage,
  length: number,
  anySender = false,
): ApplyResult {
  const inclusion = onChainMessage(length)
  const refusal = preflight(tree, context, message, inclusion, anySender)
  if ('exitCode' in refusal) return refusal
  const { id, gasCost } = refusal
  const meter = context.metered ? new GasMeter(Number(message.gasLimit)) : null
  meter?.preload(id, true)
  const receiver = tree.resolve(message.to)
  if (receiver !== undefined) meter?.preload(receiver, false)
  meter?.charge(inclusion)
  const origin: Origin = {
    id,
    address: message.from,
    nonce: message.nonce,
    gasPremium: effectivePremium(message, context.baseFee),
  }
  const { to, method, value } = message
  const ran = run(tree, context, to, method, messageParams(message), value, origin, meter)
  if (!meter || gasCost === undefined) return finished(ran, meter?.used)
  return settle(tree, context, message, id, gasCost, finished(ran, meter.used))
}

function messageParams({ params, method }: RunnableMessage): Payload | null {
  if (params instanceof Payload) return params
  if (params.length === 0) return null
  return Payload.raw(params, method === 0n ? CODEC.raw : CODEC.cbor)
}

/** attoFIL per unit of gas that really reach the producer. */
export function effectivePremium(
  { gasPremium, gasFeeCap }: Pick<Message, 'gasPremium' | 'gasFeeCap'>,
  baseFee: TokenAmount,
): TokenAmount {
  return max(0n, min(gasPremium, gasFeeCap - baseFee))
}

/** Checks sender, nonce and funds, and takes the most the gas can cost from the sender, where that one pays. */
function preflight(
  tree: StateTree,
  context: MachineContext,
  message: RunnableMessage,
  inclusion: number,
  anySender: boolean,
): { id: ActorId; gasCost: TokenAmount | undefined } | ApplyResult {
  const { metered, baseFee } = context
  const inclusionGas = BigInt(Math.ceil(inclusion / 1000))
  if (metered && inclusionGas > message.gasLimit)
    return refused(ExitCode.SysOutOfGas, baseFee * inclusionGas)
  const penalty = metered ? baseFee * message.gasLimit : 0n
  const id = tree.resolve(message.from)
  const sender = id === undefined ? undefined : tree.get(id)
  if (id === undefined || !sender) return refused(ExitCode.SysSenderInvalid, penalty)
  const keyed = senderType(sender)
  const type = keyed ?? (anySender ? sender.type : undefined)
  if (type === undefined) return refused(ExitCode.SysSenderInvalid, penalty)
  if (message.nonce !== sender.sequence) return refused(ExitCode.SysSenderStateInvalid, penalty)
  const gasCost = metered && keyed ? message.gasFeeCap * message.gasLimit : 0n
  if (sender.balance < gasCost) return refused(ExitCode.SysSenderStateInvalid, penalty)
  const balance = sender.balance - gasCost
  const { state, delegated, sequence } = sender
  tree.set(id, { type, state, sequence: sequence + 1n, balance, delegated })
  return { id, gasCost: keyed && gasCost }
}

/** What the sender is once it sends: accounts stay, a fresh Ethereum placeholder becomes an account. */
function senderType({ type, sequence, delegated }: Actor): Actor['type'] | undefined {
  if (type === 'account' || type === 'ethaccount') return type
  const fresh =
    type === 'placeholder' &&
    sequence === 0n &&
    delegated?.protocol === PROTOCOL.delegated &&
    delegatedParts(delegated).namespace === BigInt(EAM_ACTOR)
  return fresh ? 'ethaccount' : undefined
}

const refused = (exitCode: ExitCode, minerPenalty: TokenAmount): ApplyResult => ({
  exitCode,
  ret: null,
  gasUsed: 0,
  events: [],
  outputs: { ...NOTHING_SETTLED, minerPenalty },
  ran: false,
  call: undefined,
})

interface Run {
  exitCode: ExitCode
  ret: Payload | null
  manager: CallManager
}

function run(
  tree: StateTree,
  context: MachineContext,
  to: Address,
  method: MethodNum,
  params: Payload | null,
  value: TokenAmount,
  origin: Origin,
  meter: GasMeter | null,
): Run {
  const manager = new CallManager(tree, context, origin, meter)
  const call = { from: origin.id, to, method, params, value, readOnly: false, gasLimit: undefined }
  try {
    const { exitCode, ret } = manager.send(call)
    return { exitCode, ret, manager }
  } catch (error) {
    return { exitCode: exitCodeOf(error), ret: null, manager }
  }
}

/** Exit code of a message that could not be dispatched at all. */
function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof OutOfGas) return ExitCode.SysOutOfGas
  if (!(error instanceof SyscallError)) throw error
  if (error.errorNumber === ErrorNumber.InsufficientFunds) return ExitCode.SysInsufficientFunds
  if (error.errorNumber === ErrorNumber.NotFound) return ExitCode.SysInvalidReceiver
  return ExitCode.SysAssertionFailed
}

const finished = ({ exitCode, ret, manager }: Run, gasUsed = 0): ApplyResult => ({
  exitCode,
  ret,
  gasUsed,
  events: manager.events,
  outputs: NOTHING_SETTLED,
  ran: true,
  call: manager.traces[0],
})

function settle(
  tree: StateTree,
  { baseFee }: MachineContext,
  message: RunnableMessage,
  sender: ActorId,
  gasCost: TokenAmount,
  result: ApplyResult,
): ApplyResult {
  const { gasLimit, gasFeeCap, gasPremium } = message
  const outputs = gasOutputs(result.gasUsed, Number(gasLimit), baseFee, gasFeeCap, gasPremium)
  const { baseFeeBurn, overEstimationBurn, minerTip, refund } = outputs
  assert(
    baseFeeBurn + overEstimationBurn + minerTip + refund === gasCost,
    'gas settlement does not add up',
  )
  tree.deposit(BURNT_FUNDS_ACTOR, baseFeeBurn + overEstimationBurn)
  tree.deposit(REWARD_ACTOR, minerTip)
  tree.deposit(sender, refund)
  return { ...result, outputs }
}

/** Gas limit of a message that may use as much as it likes, in whole gas: for estimates. */
export const UNLIMITED_GAS = Math.floor(UNLIMITED / 1000)
