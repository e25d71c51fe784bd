/**
 * Messages that nobody signed, sent for an account that is impersonated. Where a signature would be they carry a mark that no
 * key gives, so that whoever executes the block knows, and nobody who pushes it from outside is believed.
 */
import { defined } from '../../primitives/assert.ts'
import { concatBytes, equalBytes } from '../../primitives/bytes.ts'
import { PROTOCOL } from '../../primitives/address.ts'
import { ethAddressOf } from '../../primitives/eth-address.ts'
import type { Signature } from '../../primitives/signature.ts'
import { EAM_ADDRESS, METHOD_CREATE_EXTERNAL, METHOD_INVOKE_EVM } from './eth-message.ts'
import type { Message, SignedMessage } from './message.ts'

/** The message with the mark. What an Ethereum transaction can say becomes one; its hash depends on the sender. */
export const unsigned = (message: Message): SignedMessage => ({
  message,
  signature: isEthTransaction(message) ? ethMark(message) : NATIVE_MARK,
})

export function isUnsigned({ message, signature }: SignedMessage): boolean {
  const mark = signature.type === 'secp256k1' ? NATIVE_MARK : undefined
  if (mark) return equalBytes(signature.data, mark.data)
  return signature.type === 'delegated' && isEthTransaction(message)
    ? equalBytes(signature.data, ethMark(message).data)
    : false
}

/** 65 bytes of nothing: no signature of secp256k1 has a zero in it. */
const NATIVE_MARK: Signature = { type: 'secp256k1', data: new Uint8Array(65) }

/** `r` is the sender's address, `s` is 1, `v` is 0: a signature by this sender with this `r` would break a hash. */
function ethMark({ from }: Message): Signature {
  const sender = defined(ethAddressOf(from), 'address of a sender')
  const data = concatBytes(new Uint8Array(12), sender, new Uint8Array(31), Uint8Array.of(1, 0))
  return { type: 'delegated', data }
}

function isEthTransaction({ from, to, method }: Message): boolean {
  if (from.protocol !== PROTOCOL.delegated) return false
  const deploys = to.equals(EAM_ADDRESS)
  return method === (deploys ? METHOD_CREATE_EXTERNAL : METHOD_INVOKE_EVM)
}
