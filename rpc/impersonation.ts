/** Sending for an actor that is impersonated: a message that nobody signs. */
import {
  EAM_ADDRESS,
  METHOD_CREATE_EXTERNAL,
  METHOD_INVOKE_EVM,
} from '../engine/chain/eth-message.ts'
import { type Message, makeMessage, type SignedMessage } from '../engine/chain/message.ts'
import { unsigned } from '../engine/chain/unsigned.ts'
import type { Address } from '../primitives/address.ts'
import { byteString, encode } from '../primitives/codec.ts'
import { type EthAddress, filecoinAddressOf } from '../primitives/eth-address.ts'
import type { TokenAmount } from '../primitives/units.ts'
import { shownAddress } from './actors.ts'
import type { RpcContext } from './context.ts'
import { actorAddress, ethAddress, hexBytes, optional, quantity } from './decoders.ts'
import { refused } from './errors.ts'
import { inFieldOf } from './eth-params.ts'
import { estimateEthGas, withGas } from './gas.ts'
import { type Decoder, Mismatch } from './method.ts'

/** A transaction of Ethereum's that is not signed; the sender may be any actor. */
export interface UnsignedRequest {
  readonly from: Address
  /** Null to deploy a contract. */
  readonly to: EthAddress | null
  readonly value: TokenAmount
  readonly input: Uint8Array
  /** The next one, an estimate, and what is usual, where they are undefined. */
  readonly nonce: bigint | undefined
  readonly gas: bigint | undefined
  readonly maxFee: TokenAmount | undefined
  readonly premium: TokenAmount | undefined
}

export const unsignedRequest: Decoder<UnsignedRequest> = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Mismatch('a transaction object', value)
  const fields = value as Record<string, unknown>
  const number = (name: string) => inFieldOf(fields, name, optional(quantity, undefined))
  const gasPrice = number('gasPrice')
  const data = fields['input'] === undefined ? 'data' : 'input'
  return {
    from: inFieldOf(fields, 'from', actorAddress),
    to: inFieldOf(fields, 'to', optional(ethAddress, null)),
    value: number('value') ?? 0n,
    input: inFieldOf(fields, data, optional(hexBytes, new Uint8Array())),
    nonce: number('nonce'),
    gas: number('gas'),
    maxFee: number('maxFeePerGas') ?? gasPrice,
    premium: number('maxPriorityFeePerGas') ?? gasPrice,
  }
}

/** The message that a request stands for. Its nonce is the next one where none was given; gas may be missing. */
export function messageOfRequest(context: RpcContext, request: UnsignedRequest): Message {
  const { from, to, value, input, nonce, gas, maxFee, premium } = request
  return makeMessage({
    from,
    to: to ? filecoinAddressOf(to) : EAM_ADDRESS,
    value,
    method: to ? METHOD_INVOKE_EVM : METHOD_CREATE_EXTERNAL,
    params: input.length === 0 ? input : encode(byteString, input),
    nonce: nonce ?? context.node.nextNonce(from, true),
    gasLimit: gas ?? 0n,
    gasFeeCap: maxFee ?? 0n,
    gasPremium: premium ?? 0n,
  })
}

/** @throws RpcError for a sender that nobody asked to impersonate. */
export function checkImpersonated(context: RpcContext, from: Address): void {
  if (context.devnet.impersonation.allows(from, context.node.state)) return
  const who = shownAddress(context, from)
  throw refused(`${who} is not impersonated: ask for it with anvil_impersonateAccount`)
}

/** What goes to the pool for an impersonated sender, gas filled in. @throws RpcError when it fails. */
export function unsignedFor(context: RpcContext, message: Message): SignedMessage {
  const { head } = context.node
  const gasLimit = message.gasLimit || BigInt(estimateEthGas(context, message, head))
  return unsigned(withGas(context, { ...message, gasLimit }, head))
}
