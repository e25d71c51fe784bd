/** The message that a call nobody signed stands for. */
import {
  EAM_ADDRESS,
  METHOD_CREATE_EXTERNAL,
  METHOD_INVOKE_EVM,
} from '../engine/chain/eth-message.ts'
import { makeMessage, type Message } from '../engine/chain/message.ts'
import { PROTOCOL } from '../primitives/address.ts'
import { byteString, encode } from '../primitives/codec.ts'
import { ETH_ADDRESS_LENGTH, filecoinAddressOf } from '../primitives/eth-address.ts'
import { invalidParams } from './errors.ts'
import type { EthCall } from './eth-params.ts'

/** @throws RpcError for a sender that is a masked id: only Ethereum accounts and contracts send such calls. */
export function messageOfCall({ from, to, value, input }: EthCall): Message {
  const sender = filecoinAddressOf(from ?? new Uint8Array(ETH_ADDRESS_LENGTH))
  if (sender.protocol !== PROTOCOL.delegated)
    throw invalidParams(`from: expected a class 4 address, got ${sender}`)
  return makeMessage({
    from: sender,
    to: to ? filecoinAddressOf(to) : EAM_ADDRESS,
    value,
    method: to ? METHOD_INVOKE_EVM : METHOD_CREATE_EXTERNAL,
    params: input.length === 0 ? input : encode(byteString, input),
  })
}
