/**
 * Messages: what a sender asks an actor to do, signed or not, on the wire, by CID and in Lotus' JSON.
 * Reference: Lotus `chain/types/{message,signedmessage}.go`, ref-fvm `shared/src/message.rs`.
 */
import { type Address, formatAddress, type NetworkLetter } from '../../primitives/address.ts'
import { type Cid, cidOf } from '../../primitives/cid.ts'
import {
  address,
  byteString,
  type Codec,
  encode,
  int64,
  tokenAmount,
  tuple,
  uint64,
} from '../../primitives/codec.ts'
import { inField } from '../../primitives/invalid-input.ts'
import { signature, type Signature } from '../../primitives/signature.ts'
import type { TokenAmount } from '../../primitives/units.ts'
import {
  bytesToJson,
  integerToJson,
  type JsonInteger,
  type LotusCid,
  type LotusSignature,
  readAddress,
  readAmount,
  readBytes,
  readInt64,
  readObject,
  readUint64,
  signatureFromJson,
  signatureToJson,
} from './lotus-json.ts'

export interface Message {
  /** 0 in every valid message. */
  readonly version: bigint
  readonly to: Address
  readonly from: Address
  /** Messages the sender has sent before; uint64. */
  readonly nonce: bigint
  /** attoFIL moved to the receiver. */
  readonly value: TokenAmount
  /** Gas units; int64 on the wire. */
  readonly gasLimit: bigint
  /** attoFIL per unit of gas, at most, base fee included. */
  readonly gasFeeCap: TokenAmount
  /** attoFIL per unit of gas that go to the block producer, at most. */
  readonly gasPremium: TokenAmount
  /** Method number, uint64; 0 moves value and runs no code. */
  readonly method: bigint
  /** CBOR of the method's parameters; empty for none. */
  readonly params: Uint8Array
}

export interface SignedMessage {
  readonly message: Message
  readonly signature: Signature
}

export const messageCodec: Codec<Message> = tuple(
  {
    version: uint64,
    to: address,
    from: address,
    nonce: uint64,
    value: tokenAmount,
    gasLimit: int64,
    gasFeeCap: tokenAmount,
    gasPremium: tokenAmount,
    method: uint64,
    params: byteString,
  },
  'message',
)

export const signedMessageCodec: Codec<SignedMessage> = tuple(
  { message: messageCodec, signature },
  'signed message',
)

/** A message with nothing but its ends; other fields are zero unless given. */
export function makeMessage(fields: Partial<Message> & Pick<Message, 'to' | 'from'>): Message {
  return {
    version: 0n,
    nonce: 0n,
    value: 0n,
    gasLimit: 0n,
    gasFeeCap: 0n,
    gasPremium: 0n,
    method: 0n,
    params: new Uint8Array(),
    ...fields,
  }
}

/** CID of the message without a signature. */
export function messageCid(message: Message): Cid {
  return cidOf(encode(messageCodec, message))
}

/**
 * The block that stands for a signed message on chain, and its CID. BLS signatures are aggregated in the header,
 * so a BLS message is stored without its own.
 */
export function messageBlock(signed: SignedMessage): { cid: Cid; block: Uint8Array } {
  const block =
    signed.signature.type === 'bls'
      ? encode(messageCodec, signed.message)
      : encode(signedMessageCodec, signed)
  return { cid: cidOf(block), block }
}

/** CID under which the chain knows the message: of the unsigned message for BLS, else of the signed one. */
export function signedMessageCid(signed: SignedMessage): Cid {
  return messageBlock(signed).cid
}

/** Bytes the message takes on chain, which inclusion gas is charged for. */
export function chainLength(signed: SignedMessage): number {
  return messageBlock(signed).block.length
}

export interface LotusMessage {
  Version: JsonInteger
  To: string
  From: string
  Nonce: JsonInteger
  Value: string
  GasLimit: JsonInteger
  GasFeeCap: string
  GasPremium: string
  Method: JsonInteger
  Params: string | null
  CID: LotusCid
}

export interface LotusSignedMessage {
  Message: LotusMessage
  Signature: LotusSignature
  CID: LotusCid
}

export function messageToJson(message: Message, letter: NetworkLetter = 'f'): LotusMessage {
  return {
    Version: integerToJson(message.version),
    To: formatAddress(message.to, letter),
    From: formatAddress(message.from, letter),
    Nonce: integerToJson(message.nonce),
    Value: message.value.toString(),
    GasLimit: integerToJson(message.gasLimit),
    GasFeeCap: message.gasFeeCap.toString(),
    GasPremium: message.gasPremium.toString(),
    Method: integerToJson(message.method),
    Params: bytesToJson(message.params),
    CID: messageCid(message).toJSON(),
  }
}

export function signedMessageToJson(
  signed: SignedMessage,
  letter: NetworkLetter = 'f',
): LotusSignedMessage {
  return {
    Message: messageToJson(signed.message, letter),
    Signature: signatureToJson(signed.signature),
    CID: signedMessageCid(signed).toJSON(),
  }
}

/** Fields that are absent count as zero, except the addresses. @throws InvalidInput naming the field. */
export function messageFromJson(json: unknown): Message {
  const fields = readObject(json, 'Message')
  return {
    version: readUint64(fields, 'Version'),
    to: readAddress(fields, 'To'),
    from: readAddress(fields, 'From'),
    nonce: readUint64(fields, 'Nonce'),
    value: readAmount(fields, 'Value'),
    gasLimit: readInt64(fields, 'GasLimit'),
    gasFeeCap: readAmount(fields, 'GasFeeCap'),
    gasPremium: readAmount(fields, 'GasPremium'),
    method: readUint64(fields, 'Method'),
    params: readBytes(fields, 'Params'),
  }
}

/** @throws InvalidInput naming the field, as `Message.GasLimit`. */
export function signedMessageFromJson(json: unknown): SignedMessage {
  const fields = readObject(json, 'SignedMessage')
  const message = readObject(fields['Message'], 'Message')
  return {
    message: inField('Message', () => messageFromJson(message)),
    signature: signatureFromJson(fields['Signature'], 'Signature'),
  }
}
