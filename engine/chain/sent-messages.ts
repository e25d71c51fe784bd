/** Messages that carry signatures of their own, by themselves or in the shape in which signatures go to threads. */
import { type Address, addressFromBytes } from '../../primitives/address.ts'
import { decode, encode } from '../../primitives/codec.ts'
import type { SignedItem } from '../../primitives/crypto/bls.ts'
import { signatureBytes, signatureTypeOf } from '../../primitives/signature.ts'
import { messageSignatureError, verifyMessageSignature } from './message-signature.ts'
import { messageCodec, type SignedMessage, signedMessageCid } from './message.ts'

/** A message, and who must have signed it. */
export interface SentMessage {
  readonly signed: SignedMessage
  /** f1, f3 or f410. */
  readonly signer: Address
  /** Of the network, for Ethereum accounts. */
  readonly chainId: bigint
}

/** What is wrong with the signature, and of which message; undefined where it holds. */
export function sentMessageError({ signed, signer, chainId }: SentMessage): string | undefined {
  const error = messageSignatureError(signed, signer, chainId)
  return error && `message ${signedMessageCid(signed)}: ${error}`
}

/** The signer in place of the key, the kind before the signature, and the chain id in place of the domain. */
export const packedMessage = ({ signed, signer, chainId }: SentMessage): SignedItem => ({
  publicKey: signer.bytes,
  message: encode(messageCodec, signed.message),
  signature: signatureBytes(signed.signature),
  dst: `${chainId}`,
})

/** Positions of the messages, as `packedMessage` has them, that their senders did not sign; ascending. */
export function forgedPositions(items: readonly SignedItem[]): number[] {
  return items.flatMap((item, position) => (isGenuine(item) ? [] : [position]))
}

function isGenuine({ publicKey, message, signature, dst = '' }: SignedItem): boolean {
  const type = signatureTypeOf(signature[0]!)!
  const signed = {
    message: decode(messageCodec, message),
    signature: { type, data: signature.subarray(1) },
  }
  return verifyMessageSignature(signed, addressFromBytes(publicKey), BigInt(dst))
}
