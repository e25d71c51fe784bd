/**
 * Ethereum transactions as Filecoin messages, and back: the recipient and calldata become a call of the EVM actor or the
 * address manager, and the signature is kept so that the transaction can be rebuilt from the message to the byte.
 * Reference: FIP-0055, FIP-0091, Lotus `chain/types/ethtypes/eth_transactions.go`.
 */
import { idAddress } from '../../primitives/address.ts'
import { concatBytes, equalBytes } from '../../primitives/bytes.ts'
import { byteString, decode, encode } from '../../primitives/codec.ts'
import {
  EAM_NAMESPACE,
  type EthAddress,
  ethAddressOf,
  filecoinAddressOf,
  maskedId,
} from '../../primitives/eth-address.ts'
import { InvalidInput, inField } from '../../primitives/invalid-input.ts'
import type { Signature } from '../../primitives/signature.ts'
import { rlpInteger } from '../../primitives/rlp.ts'
import {
  ethSender,
  firstV,
  integer,
  type EthTransaction,
  type UnsignedEthTransaction,
  word,
} from './eth-transaction.ts'
import { type Message, messageCodec, type SignedMessage } from './message.ts'

/** Number of the EVM actor's `InvokeContract`. */
export const METHOD_INVOKE_EVM = 3844450837n
/** Number of the address manager's `CreateExternal`. */
export const METHOD_CREATE_EXTERNAL = 4n
/** Address of the Ethereum address manager. */
export const EAM_ADDRESS = idAddress(EAM_NAMESPACE)

/** First byte of a legacy transaction's signature: it tells the kinds apart, as lengths may not. */
const PREFIX = { homestead: 1, eip155: 2 } as const
const EIP1559_SIGNATURE_LENGTH = 65
const MAX_ID = (1n << 63n) - 1n

/** The message of a signed transaction, sent by whoever signed it. @throws InvalidInput naming the field. */
export function messageOfEthTransaction(tx: EthTransaction): SignedMessage {
  if (tx.to && maskedId(tx.to) === BigInt(EAM_NAMESPACE))
    throw new InvalidInput('to', 'the address manager deploys where there is no recipient')
  const message = unsignedMessage(tx, ethSender(tx))
  return { message, signature: ethSignature(tx) }
}

/** The message that a transaction of `sender` stands for. @throws InvalidInput */
export function unsignedMessage(tx: UnsignedEthTransaction, sender: EthAddress): Message {
  const id = tx.to === null ? undefined : maskedId(tx.to)
  if (id !== undefined && id > MAX_ID)
    throw new InvalidInput('to', `actor number ${id} is out of range`)
  return {
    version: 0n,
    to: tx.to === null ? EAM_ADDRESS : filecoinAddressOf(tx.to),
    from: filecoinAddressOf(sender),
    nonce: tx.nonce,
    value: tx.value,
    gasLimit: tx.gasLimit,
    gasFeeCap: tx.gasFeeCap,
    gasPremium: tx.gasPremium,
    method: tx.to === null ? METHOD_CREATE_EXTERNAL : METHOD_INVOKE_EVM,
    params: tx.input.length === 0 ? tx.input : encode(byteString, tx.input),
  }
}

/**
 * The delegated signature of the message: r‖s‖v, after a prefix byte for the legacy kinds; `v` of EIP-155 has as many
 * bytes as it needs.
 */
export function ethSignature(tx: EthTransaction): Signature {
  const parts = [word(tx.r), word(tx.s), tx.v === 0n ? Uint8Array.of(0) : rlpInteger(tx.v)]
  const prefix = tx.kind === 'eip1559' ? [] : [Uint8Array.of(PREFIX[tx.kind])]
  return { type: 'delegated', data: concatBytes(...prefix, ...parts) }
}

/**
 * The transaction that a delegated message was made from, on the chain with this id.
 *
 * @throws InvalidInput when no Ethereum transaction gives exactly this message.
 */
export function ethTransactionOfMessage(signed: SignedMessage, chainId: bigint): EthTransaction {
  const { message, signature } = signed
  if (signature.type !== 'delegated')
    throw new InvalidInput('Signature.Type', `${signature.type}, expected delegated`)
  const sender = senderOf(message)
  const { kind, r, s, v } = readSignature(signature.data, chainId)
  const unsigned = unsignedOf(message, kind, chainId)
  const tx = { ...unsigned, v, r, s }
  if (v !== firstV(tx) && v !== firstV(tx) + 1n)
    throw new InvalidInput(
      'Signature.Data',
      `v is ${v}, expected ${firstV(tx)} or ${firstV(tx) + 1n}`,
    )
  const rebuilt = unsignedMessage(unsigned, sender)
  if (!equalBytes(encode(messageCodec, rebuilt), encode(messageCodec, message)))
    throw new InvalidInput('Message', 'no Ethereum transaction gives exactly this message')
  return tx
}

/** The transaction to sign for a message of an f410 account. @throws InvalidInput when there is none. */
export function unsignedOf(
  message: Message,
  kind: UnsignedEthTransaction['kind'],
  chainId: bigint,
): UnsignedEthTransaction {
  if (message.version !== 0n) throw new InvalidInput('Message.Version', `${message.version}`)
  for (const [field, n] of [
    ['Value', message.value],
    ['GasLimit', message.gasLimit],
    ['GasFeeCap', message.gasFeeCap],
    ['GasPremium', message.gasPremium],
  ] as const)
    if (n < 0n) throw new InvalidInput(`Message.${field}`, `negative: ${n}`)
  return {
    kind,
    chainId: kind === 'homestead' ? 0n : chainId,
    nonce: message.nonce,
    to: recipientOf(message),
    value: message.value,
    input: calldataOf(message),
    gasLimit: message.gasLimit,
    gasFeeCap: message.gasFeeCap,
    gasPremium: kind === 'eip1559' ? message.gasPremium : message.gasFeeCap,
  }
}

function senderOf({ from }: Message): EthAddress {
  const sender = inField('Message.From', () => ethAddressOf(from))
  if (!sender) throw new InvalidInput('Message.From', `${from} is not an Ethereum account`)
  return sender
}

function recipientOf({ to, method }: Message): EthAddress | null {
  if (to.equals(EAM_ADDRESS)) {
    if (method === METHOD_CREATE_EXTERNAL) return null
    throw new InvalidInput('Message.Method', `unsupported method ${method} of the address manager`)
  }
  if (method !== METHOD_INVOKE_EVM)
    throw new InvalidInput(
      'Message.Method',
      `${method}, an Ethereum transaction calls ${METHOD_INVOKE_EVM}`,
    )
  const recipient = inField('Message.To', () => ethAddressOf(to))
  if (!recipient) throw new InvalidInput('Message.To', `${to} has no Ethereum address`)
  return recipient
}

function calldataOf({ params }: Message): Uint8Array {
  if (params.length === 0) return params
  const input = inField('Message.Params', () => decode(byteString, params))
  if (input.length === 0)
    throw new InvalidInput(
      'Message.Params',
      'empty calldata is no parameters, not an empty byte string',
    )
  return input
}

/** Kind, `r`, `s` and `v` of a delegated signature. */
function readSignature(
  data: Uint8Array,
  chainId: bigint,
): Pick<EthTransaction, 'kind' | 'r' | 's' | 'v'> {
  const fail = (why: string): never => {
    throw new InvalidInput('Signature.Data', why)
  }
  const parts = (kind: EthTransaction['kind'], at: number) => ({
    kind,
    r: integer(data.subarray(at, at + 32)),
    s: integer(data.subarray(at + 32, at + 64)),
    v: integer(data.subarray(at + 64)),
  })
  if (data.length === EIP1559_SIGNATURE_LENGTH) return parts('eip1559', 0)
  const homestead = EIP1559_SIGNATURE_LENGTH + 1
  const lengths = [homestead, ...[35n, 36n].map((v) => 65 + rlpInteger(v + 2n * chainId).length)]
  if (!lengths.includes(data.length)) return fail(`unsupported length ${data.length}`)
  if (data[0] === PREFIX.homestead && data.length === homestead) return parts('homestead', 1)
  if (data[0] === PREFIX.eip155) return parts('eip155', 1)
  return fail(`unsupported first byte ${data[0]} for ${data.length} bytes`)
}
