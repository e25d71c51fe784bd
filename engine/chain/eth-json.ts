/**
 * Messages as `eth_getTransactionByHash` shows them: Ethereum transactions as they were sent, native messages as calls of
 * `handle_filecoin_method`. Reference: Lotus `node/impl/eth/utils.go` (`newEthTxFromSignedMessage`, `ethTxFromNativeMessage`).
 */
import { encodeNativeCall } from '../../actors/evm/native-abi.ts'
import { defined } from '../../primitives/assert.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { CODEC } from '../../primitives/cid.ts'
import { byteString, decode } from '../../primitives/codec.ts'
import { type EthAddress, ethAddressOf, formatEthAddress } from '../../primitives/eth-address.ts'
import {
  EAM_ADDRESS,
  ethTransactionOfMessage,
  METHOD_CREATE_EXTERNAL,
  METHOD_INVOKE_EVM,
} from './eth-message.ts'
import { ethTransactionHash } from './eth-transaction.ts'
import { type Message, type SignedMessage, signedMessageCid } from './message.ts'
import { ethHashOfCid } from './tipset.ts'

/** A transaction in Ethereum's JSON: all `0x` hexadecimal. Block fields are null until it is mined. */
export interface EthTransactionJson {
  chainId: string
  nonce: string
  hash: string
  blockHash: string | null
  blockNumber: string | null
  transactionIndex: string | null
  from: string
  to: string | null
  value: string
  type: string
  input: string
  gas: string
  maxFeePerGas?: string
  maxPriorityFeePerGas?: string
  gasPrice?: string
  accessList: never[]
  v: string
  r: string
  s: string
}

/** Where Ethereum clients are told native messages went whose receiver does not exist. */
export const REVERTED_ETH_ADDRESS: EthAddress = fromHex('ff0000000000000000000000ffffffffffffffff')

export interface NativeParties {
  readonly from: EthAddress
  readonly to: EthAddress
}

/** `0x` and hexadecimal digits without leading zeros. */
export const quantity = (n: bigint | number): string => `0x${n.toString(16)}`
/** `0x` and two digits a byte. */
export const hexData = (bytes: Uint8Array): string => `0x${toHex(bytes)}`

/** Hash under which Ethereum clients know a message: of the transaction, or the digest of a native message's CID. */
export function ethHashOfMessage(signed: SignedMessage, chainId: bigint): Uint8Array {
  return signed.signature.type === 'delegated'
    ? ethTransactionHash(ethTransactionOfMessage(signed, chainId))
    : ethHashOfCid(signedMessageCid(signed))
}

/**
 * The transaction of a message.
 *
 * @param parties - the Ethereum addresses of both ends, which a native message needs looked up in the state.
 * @throws InvalidInput for a delegated message that no Ethereum transaction gives.
 */
export function ethTransactionToJson(
  signed: SignedMessage,
  chainId: bigint,
  parties: () => NativeParties,
): EthTransactionJson {
  if (signed.signature.type !== 'delegated') return nativeToJson(signed, chainId, parties())
  const tx = ethTransactionOfMessage(signed, chainId)
  const eip1559 = tx.kind === 'eip1559'
  return {
    ...UNMINED,
    chainId: quantity(tx.chainId),
    nonce: quantity(tx.nonce),
    hash: hexData(ethTransactionHash(tx)),
    from: formatEthAddress(defined(ethAddressOf(signed.message.from), 'sender')),
    to: tx.to && formatEthAddress(tx.to),
    value: quantity(tx.value),
    type: quantity(eip1559 ? 2 : 0),
    input: hexData(tx.input),
    gas: quantity(tx.gasLimit),
    ...(eip1559
      ? { maxFeePerGas: quantity(tx.gasFeeCap), maxPriorityFeePerGas: quantity(tx.gasPremium) }
      : { gasPrice: quantity(tx.gasFeeCap) }),
    accessList: [],
    v: quantity(tx.v),
    r: quantity(tx.r),
    s: quantity(tx.s),
  }
}

const UNMINED = { blockHash: null, blockNumber: null, transactionIndex: null }

function nativeToJson(
  signed: SignedMessage,
  chainId: bigint,
  { from, to }: NativeParties,
): EthTransactionJson {
  const { message } = signed
  const seen = asContractCall(message)
  return {
    ...UNMINED,
    chainId: quantity(chainId),
    nonce: quantity(message.nonce),
    hash: hexData(ethHashOfCid(signedMessageCid(signed))),
    from: formatEthAddress(from),
    to: seen?.deploys ? null : formatEthAddress(to),
    value: quantity(message.value),
    type: quantity(2),
    input: hexData(seen?.input ?? nativeInput(message)),
    gas: quantity(message.gasLimit),
    maxFeePerGas: quantity(message.gasFeeCap),
    maxPriorityFeePerGas: quantity(message.gasPremium),
    accessList: [],
    v: '0x0',
    r: '0x0',
    s: '0x0',
  }
}

function nativeInput({ method, params }: Message): Uint8Array {
  return encodeNativeCall(method, params.length === 0 ? 0n : BigInt(CODEC.cbor), params)
}

/** Calldata of a native message that calls or deploys a contract; undefined when it does neither. */
function asContractCall(message: Message): { input: Uint8Array; deploys: boolean } | undefined {
  const deploys = message.to.equals(EAM_ADDRESS) && message.method === METHOD_CREATE_EXTERNAL
  if (!deploys && message.method !== METHOD_INVOKE_EVM) return undefined
  if (message.params.length === 0) return { input: message.params, deploys }
  try {
    return { input: decode(byteString, message.params), deploys }
  } catch {
    // Anyone may send bytes that are not calldata; they are shown as they came.
    return undefined
  }
}
