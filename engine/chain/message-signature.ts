/**
 * Signatures of messages: what is signed, by which kind of account, and whether it holds. Native accounts sign the message's
 * CID; Ethereum accounts sign the transaction that the message was made from.
 * Reference: Lotus `chain/consensus/signatures.go` (`AuthenticateMessage`), `chain/wallet`.
 */
import type { AccountState } from '../../actors/account/state.ts'
import { type Address, PROTOCOL } from '../../primitives/address.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { signatureTypeOfAddress, signBytes, verifySignature } from '../../primitives/signing.ts'
import { filecoinAddressOf } from '../../primitives/eth-address.ts'
import { ethSignature, ethTransactionOfMessage, unsignedOf } from './eth-message.ts'
import { ethSender, ethSigningBytes, withEthSignature } from './eth-transaction.ts'
import type { Actors } from '../vm/state-tree.ts'
import { type Message, messageCid, type SignedMessage } from './message.ts'

/** What native accounts sign: the bytes of the message's CID. */
export function messageSigningBytes(message: Message): Uint8Array {
  return messageCid(message).bytes
}

/**
 * Signs a message as the account it is from; an Ethereum account signs an EIP-1559 transaction.
 *
 * @param secret - 32 bytes; of a BLS account little-endian.
 * @param chainId - of the network, for Ethereum accounts.
 * @throws InvalidInput when the sender is an f0 or f2 address, or no Ethereum transaction gives the message.
 */
export function signMessage(message: Message, secret: Uint8Array, chainId: bigint): SignedMessage {
  const type = signatureTypeOfAddress(message.from)
  if (type === undefined)
    throw new InvalidInput('Message.From', `${message.from} does not tell which key signs`)
  if (type !== 'delegated')
    return { message, signature: signBytes(type, secret, messageSigningBytes(message)) }
  const unsigned = unsignedOf(message, 'eip1559', chainId)
  const { data } = signBytes(type, secret, ethSigningBytes(unsigned))
  const signed = { message, signature: ethSignature(withEthSignature(unsigned, data)) }
  ethTransactionOfMessage(signed, chainId)
  return signed
}

/** The address whose key signs for a sender: an f0 is looked up (Lotus `ResolveToDeterministicAddress`). */
export function keyAddress(from: Address, state: Pick<Actors, 'get'>): Address {
  const actor = from.id === undefined ? undefined : state.get(from.id)
  if (!actor) return from
  if (actor.type === 'account') return (actor.state.get() as AccountState).address
  return actor.delegated ?? from
}

/** Whether the message was signed by `signer`; see `messageSignatureError` for why not. */
export function verifyMessageSignature(
  signed: SignedMessage,
  signer: Address,
  chainId: bigint,
): boolean {
  return messageSignatureError(signed, signer, chainId) === undefined
}

/**
 * Why a message does not count as signed by `signer`; undefined when it does.
 *
 * @param signer - key address of the sender: f1, f3 or f410. Where the message is from an f0 it is to be looked up.
 * @param chainId - of the network, for Ethereum accounts.
 */
export function messageSignatureError(
  signed: SignedMessage,
  signer: Address,
  chainId: bigint,
): string | undefined {
  const { message, signature } = signed
  if (signatureTypeOfAddress(signer) !== signature.type)
    return `${signer} does not sign with ${signature.type} signatures`
  if (signer.protocol === PROTOCOL.delegated) return ethSignatureError(signed, signer, chainId)
  return verifySignature(signature, signer, messageSigningBytes(message))
    ? undefined
    : `the ${signature.type} signature is not that of ${signer}`
}

function ethSignatureError(
  signed: SignedMessage,
  signer: Address,
  chainId: bigint,
): string | undefined {
  try {
    const sender = filecoinAddressOf(ethSender(ethTransactionOfMessage(signed, chainId)))
    return sender.equals(signer) ? undefined : `the transaction was signed by ${sender}`
  } catch (error) {
    if (error instanceof InvalidInput) return error.message
    throw error
  }
}
