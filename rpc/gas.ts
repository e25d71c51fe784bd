/**
 * What a message needs in gas and should offer for it. Reference: Lotus `node/impl/gasutils`, `node/impl/full/gas.go`,
 * without the noise it adds to premiums.
 */
import { ExitCode } from '../actors/exit-codes.ts'
import { BLOCK_GAS_LIMIT, BLOCK_GAS_TARGET } from '../engine/chain/base-fee.ts'
import { EAM_ADDRESS, METHOD_INVOKE_EVM } from '../engine/chain/eth-message.ts'
import {
  chainLength,
  type Message,
  makeMessage,
  type SignedMessage,
} from '../engine/chain/message.ts'
import type { Tipset } from '../engine/chain/tipset.ts'
import type { CallOptions } from '../engine/node.ts'
import type { ApplyResult } from '../engine/vm/executor.ts'
import type { CallTrace } from '../engine/vm/trace.ts'
import { PROTOCOL } from '../primitives/address.ts'
import { signatureTypeOfAddress } from '../primitives/signing.ts'
import { fil, min, type TokenAmount } from '../primitives/units.ts'
import { keyAddressOf, shownAddress } from './actors.ts'
import type { RpcContext } from './context.ts'
import { actorNotFound, invalidParams, RPC_CODE, RpcError } from './errors.ts'
import { executionReverted } from './failure.ts'

/** attoFIL per gas. */
const MIN_GAS_PREMIUM = 100_000n
const MAX_GAS_HISTORY = 128
/** Limits are estimated this much above what a message uses: 1.25, as a fraction. */
const OVERESTIMATION = [5, 4] as const
/** Most that a message may be made to pay for gas, unless its sender says otherwise. */
export const DEFAULT_MAX_FEE: TokenAmount = fil('0.07')
/** Epochs that a fee cap should last for. */
const FEE_CAP_EPOCHS = 20
const PREMIUM_EPOCHS = 10

/**
 * Gas limit for a message: what it uses in the state after `tipset` once the sender's waiting messages are done,
 * and a quarter more.
 *
 * @throws RpcError with the exit code when the message fails.
 */
export function estimateGasLimit(
  context: RpcContext,
  message: Message,
  tipset: Tipset,
  options: SimulateOptions = {},
): number {
  const result = simulate(context, message, tipset, options)
  if (result.exitCode === ExitCode.SysOutOfGas) {
    warnTooLarge(context, message)
    throw new RpcError(RPC_CODE.outOfGas, 'call ran out of gas')
  }
  const { gasUsed } = succeeded(context, result)
  if (gasUsed * OVERESTIMATION[0] > BLOCK_GAS_LIMIT * OVERESTIMATION[1])
    warnTooLarge(context, message, gasUsed)
  return overestimated(gasUsed)
}

/** Tells the devnet's user of a message that is too large for a block, or nearly so. */
function warnTooLarge(context: RpcContext, { from, to, method }: Message, gas?: number): void {
  const what = `a message of ${shownAddress(context, from)} to ${shownAddress(context, to)}, method ${method},`
  const how =
    gas === undefined
      ? 'would not fit in a block: it runs out of'
      : `hardly fits in a block: it takes ${gas} of`
  context.log(`${what} ${how} the ${BLOCK_GAS_LIMIT} gas that there is`)
}

const overestimated = (gas: number): number =>
  Math.min(BLOCK_GAS_LIMIT, Math.floor((gas * OVERESTIMATION[0]) / OVERESTIMATION[1]))

/**
 * Gas limit for a call of a contract. Nested calls get 63/64 of what is left, so that a message may need more than it uses:
 * where the usual estimate runs out of gas somewhere below, the least that will do is searched for, to one percent.
 * Any actor may be the sender. Reference: Lotus `node/impl/eth/gas.go`, `ethGasSearch`, `gasSearch`.
 *
 * @throws RpcError
 */
export function estimateEthGas(
  context: RpcContext,
  message: Message,
  tipset: Tipset,
  options: SimulateOptions = {},
): number {
  const forAny = { ...options, anySender: true }
  const limit = estimateGasLimit(context, message, tipset, forAny)
  const at = (gasLimit: number) => simulate(context, message, tipset, { ...forAny, gasLimit })
  const result = at(limit)
  if (result.exitCode === ExitCode.Ok) return limit
  if (!ranOutOfGas(result.call)) throw executionReverted(context, result)
  return overestimated(leastGas(limit, (gas) => at(gas).exitCode === ExitCode.Ok))
}

/** Doubles from `start` until it is enough, then halves the distance to what is not. */
function leastGas(start: number, isEnough: (gas: number) => boolean): number {
  let low = start
  let high = start
  while (high < BLOCK_GAS_LIMIT && !isEnough(high)) {
    low = high
    high = Math.min(2 * high, BLOCK_GAS_LIMIT)
  }
  while (high - low > high / 100) {
    const middle = Math.floor((low + high) / 2)
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return high
}

/** Whether some call below ended for lack of gas. */
const ranOutOfGas = (call: CallTrace | undefined): boolean =>
  call !== undefined && (call.exitCode === ExitCode.SysOutOfGas || call.calls.some(ranOutOfGas))

export type SimulateOptions = Pick<
  CallOptions,
  'gasLimit' | 'anySender' | 'prepare' | 'surroundings'
>

/** Runs a message as if it were signed and next, with its calls written down. Gas is free. */
export function simulate(
  context: RpcContext,
  message: Message,
  tipset: Tipset,
  options: SimulateOptions = {},
): ApplyResult {
  const { node } = context
  const prior = node.pool.pending().filter((signed) => signed.message.from.equals(message.from))
  const before = prior.filter(
    (signed) => tipset === node.head && signed.message.nonce !== message.nonce,
  )
  return node.call(message, {
    ...options,
    // What is tried several times would be printed as often.
    surroundings: { ...options.surroundings, print: undefined },
    tipset,
    traced: true,
    length: options.anySender ? unsignedLength(message) : signedLength(context, message, tipset),
    prior: before,
  })
}

/** The result of a message that went well. @throws RpcError */
export function succeeded(context: RpcContext, result: ApplyResult): ApplyResult {
  if (result.exitCode === ExitCode.Ok) return result
  if (result.exitCode === ExitCode.SysSenderInvalid)
    throw actorNotFound('the sender does not exist or cannot send')
  throw executionReverted(context, result)
}

/** Bytes on chain once the message is signed by the key of its sender. */
function signedLength(context: RpcContext, message: Message, tipset: Tipset): number {
  const { from } = message
  const key = from.protocol === PROTOCOL.id ? keyAddressOf(context, tipset, from) : from
  return lengthWith(signatureTypeOfAddress(key) ?? 'secp256k1', message)
}

/** The same where nobody signs: the sender may have no key. */
const unsignedLength = (message: Message): number =>
  lengthWith(signatureTypeOfAddress(message.from) ?? 'secp256k1', message)

function lengthWith(type: SignedMessage['signature']['type'], message: Message): number {
  const sized = { ...message, gasLimit: BigInt(BLOCK_GAS_LIMIT), gasFeeCap: 0n, gasPremium: 0n }
  return chainLength({ message: sized, signature: { type, data: new Uint8Array(SIGNATURE_BYTES) } })
}

const SIGNATURE_BYTES = 65

/** A message with a gas limit, premium and fee cap where it has none. @throws RpcError when it fails. */
export function withGas(
  context: RpcContext,
  message: Message,
  tipset: Tipset,
  maxFee: TokenAmount = DEFAULT_MAX_FEE,
): Message {
  for (const field of ['value', 'gasLimit', 'gasFeeCap', 'gasPremium'] as const)
    if (message[field] < 0n) throw invalidParams(`${field} is negative: ${message[field]}`)
  const gasLimit = message.gasLimit || BigInt(gasNeeded(context, message, tipset))
  const gasPremium = message.gasPremium || estimateGasPremium(context, PREMIUM_EPOCHS, tipset)
  const wanted = message.gasFeeCap || estimateFeeCap(gasPremium, FEE_CAP_EPOCHS, tipset)
  const gasFeeCap = wanted * gasLimit > maxFee ? maxFee / gasLimit : wanted
  return makeMessage({ ...message, gasLimit, gasFeeCap, gasPremium: min(gasPremium, gasFeeCap) })
}

/** Lotus does not search here, and what nests deep then runs out of gas on the chain. */
function gasNeeded(context: RpcContext, message: Message, tipset: Tipset): number {
  const { method, to } = message
  const isEvm = method === METHOD_INVOKE_EVM || to.equals(EAM_ADDRESS)
  return (isEvm ? estimateEthGas : estimateGasLimit)(context, message, tipset)
}

/** A fee cap that lasts while the base fee rises for `epochs`. attoFIL per gas. */
export function estimateFeeCap(premium: TokenAmount, epochs: number, tipset: Tipset): TokenAmount {
  const factor = BigInt(Math.floor(Math.pow(1 + 1 / 8, epochs) * 256)) // Q.8
  return ((tipset.blocks[0]!.parentBaseFee * factor) >> 8n) + premium
}

/** A premium that gets a message into a block within `epochs`. attoFIL per gas. */
export function estimateGasPremium(
  { node }: RpcContext,
  epochs: number,
  tipset: Tipset,
): TokenAmount {
  const within = Math.min(Math.max(epochs, 1), MAX_GAS_HISTORY)
  const offers: Offer[] = []
  let blocks = 0
  let at: Tipset | undefined = tipset
  for (let i = 0; i < within * 2 && at && at.height > 0; i++, at = node.store.parent(at)) {
    blocks += at.blocks.length
    for (const { message } of node.store.execution(at).outcomes) {
      const { gasPremium, gasLimit } = message.message
      offers.push({ premium: gasPremium, gasLimit: Number(gasLimit) })
    }
  }
  const median = medianPremium(offers, blocks)
  if (median >= MIN_GAS_PREMIUM) return median
  if (within === 1) return 2n * MIN_GAS_PREMIUM
  return within === 2 ? (3n * MIN_GAS_PREMIUM) / 2n : MIN_GAS_PREMIUM
}

interface Offer {
  readonly premium: TokenAmount
  readonly gasLimit: number
}

/** The premium 52.5 % down from the best of all the gas that blocks aim for, between the two nearest offers. */
function medianPremium(offers: readonly Offer[], blocks: number): TokenAmount {
  const sorted = [...offers].sort((a, b) =>
    a.premium < b.premium ? 1 : a.premium > b.premium ? -1 : 0,
  )
  const half = Math.floor((BLOCK_GAS_TARGET * blocks) / 2)
  let left = half + Math.floor((BLOCK_GAS_TARGET * blocks) / 40)
  let last = 0n
  let beforeLast = 0n
  for (const { premium, gasLimit } of sorted) {
    beforeLast = last
    last = premium
    left -= gasLimit
    if (left < 0) break
  }
  return beforeLast === 0n ? last : (last + beforeLast) / 2n
}
