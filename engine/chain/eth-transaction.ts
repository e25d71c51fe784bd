/**
 * Signed Ethereum transactions: legacy ones before and after EIP-155, and EIP-1559. Their RLP, hash and sender.
 * Reference: FIP-0091, FIP-0055, Lotus `chain/types/ethtypes/eth_*_transactions.go`.
 */
import { concatBytes, fromHex, toHex } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/crypto/hash.ts'
import { recover } from '../../primitives/crypto/secp256k1.ts'
import {
  ETH_ADDRESS_LENGTH,
  type EthAddress,
  ethAddressOfPublicKey,
} from '../../primitives/eth-address.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { decodeRlp, encodeRlp, type Rlp, rlpInteger } from '../../primitives/rlp.ts'
import type { TokenAmount } from '../../primitives/units.ts'

export interface UnsignedEthTransaction {
  /** `homestead` is the legacy form without, `eip155` the one with a chain id in its signature. */
  readonly kind: 'homestead' | 'eip155' | 'eip1559'
  /** 0 for `homestead`. */
  readonly chainId: bigint
  readonly nonce: bigint
  /** Null to deploy a contract. */
  readonly to: EthAddress | null
  readonly value: TokenAmount
  readonly input: Uint8Array
  readonly gasLimit: bigint
  /** `maxFeePerGas`; the gas price of legacy kinds. */
  readonly gasFeeCap: TokenAmount
  /** `maxPriorityFeePerGas`; the gas price of legacy kinds. */
  readonly gasPremium: TokenAmount
}

export interface EthTransaction extends UnsignedEthTransaction {
  /** Parity of the signature; legacy kinds have 27 added, or 35 and twice the chain id. */
  readonly v: bigint
  readonly r: bigint
  readonly s: bigint
}

const TYPE_EIP1559 = 2
/** Kinds that are known but not on Filecoin. */
const REFUSED: Readonly<Record<number, string>> = {
  1: 'EIP-2930 transaction is not supported',
  3: 'EIP-4844 transaction is not supported',
  4: 'EIP-7702 transaction is not supported',
}
const FIELDS_EIP1559 =
  'chainId nonce maxPriorityFeePerGas maxFeePerGas gas to value input accessList v r s'.split(' ')
const FIELDS_LEGACY = 'nonce gasPrice gas to value input v r s'.split(' ')

/**
 * Reads a raw signed transaction for the chain with this id.
 *
 * @throws InvalidInput naming the field, by its name in Ethereum's JSON; `type` for kinds that Filecoin does not take.
 */
export function decodeEthTransaction(raw: Uint8Array, chainId: bigint): EthTransaction {
  const [type] = raw
  if (type === undefined) throw new InvalidInput('transaction', 'no bytes')
  if (type > 0x7f) return readLegacy(fieldsOf(raw, FIELDS_LEGACY), chainId)
  if (type === TYPE_EIP1559) return readEip1559(fieldsOf(raw.subarray(1), FIELDS_EIP1559), chainId)
  throw new InvalidInput('type', REFUSED[type] ?? `unsupported transaction type ${type}`)
}

/** The raw signed transaction. */
export function encodeEthTransaction(tx: EthTransaction): Uint8Array {
  return typed(tx, [...commonFields(tx), rlpInteger(tx.v), rlpInteger(tx.r), rlpInteger(tx.s)])
}

/** What the signature signs, before it is hashed. */
export function ethSigningBytes(tx: UnsignedEthTransaction): Uint8Array {
  const replayProtection =
    tx.kind === 'eip155' ? [rlpInteger(tx.chainId), rlpInteger(0n), rlpInteger(0n)] : []
  return typed(tx, [...commonFields(tx), ...replayProtection])
}

/** keccak-256 of the raw signed transaction: the hash Ethereum clients know it by. */
export function ethTransactionHash(tx: EthTransaction): Uint8Array {
  return keccak256(encodeEthTransaction(tx))
}

/** The account that signed. @throws InvalidInput when no key fits the signature. */
export function ethSender(tx: EthTransaction): EthAddress {
  const signature = concatBytes(word(tx.r), word(tx.s), Uint8Array.of(Number(parity(tx))))
  const publicKey = recover(keccak256(ethSigningBytes(tx)), signature)
  if (!publicKey) throw new InvalidInput('signature', 'no public key can be recovered from it')
  return ethAddressOfPublicKey(publicKey)
}

/** The transaction with the signature r‖s‖parity over `ethSigningBytes`. */
export function withEthSignature(
  tx: UnsignedEthTransaction,
  signature: Uint8Array,
): EthTransaction {
  const [r, s] = [integer(signature.subarray(0, 32)), integer(signature.subarray(32, 64))]
  return { ...tx, v: BigInt(signature[64]!) + firstV(tx), r, s }
}

/** The `v` that stands for parity 0. */
export function firstV({ kind, chainId }: UnsignedEthTransaction): bigint {
  if (kind === 'eip1559') return 0n
  return kind === 'homestead' ? 27n : 35n + 2n * chainId
}

/** The 32 big-endian bytes of `r` or `s`. */
export function word(n: bigint): Uint8Array {
  return fromHex(n.toString(16).padStart(64, '0'))
}

/** The integer in big-endian bytes. */
export function integer(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`)
}

function parity(tx: EthTransaction): bigint {
  const n = tx.v - firstV(tx)
  if (n !== 0n && n !== 1n)
    throw new InvalidInput('v', `${tx.v}, expected ${firstV(tx)} or ${firstV(tx) + 1n}`)
  return n
}

function commonFields(tx: UnsignedEthTransaction): Rlp[] {
  const to = tx.to ?? new Uint8Array()
  const tail = [rlpInteger(tx.gasLimit), to, rlpInteger(tx.value), tx.input]
  if (tx.kind !== 'eip1559') return [rlpInteger(tx.nonce), rlpInteger(tx.gasFeeCap), ...tail]
  const head = [tx.chainId, tx.nonce, tx.gasPremium, tx.gasFeeCap].map(rlpInteger)
  return [...head, ...tail, []]
}

function typed(tx: UnsignedEthTransaction, fields: Rlp[]): Uint8Array {
  const rlp = encodeRlp(fields)
  return tx.kind === 'eip1559' ? concatBytes(Uint8Array.of(TYPE_EIP1559), rlp) : rlp
}

type RawFields = Readonly<Record<string, Rlp>>

function fieldsOf(rlp: Uint8Array, names: readonly string[]): RawFields {
  const items = decodeRlp(rlp, 'transaction')
  if (items instanceof Uint8Array) throw new InvalidInput('transaction', 'not an RLP list')
  if (items.length !== names.length)
    throw new InvalidInput('transaction', `${items.length} fields, expected ${names.length}`)
  return Object.fromEntries(names.map((name, i) => [name, items[i]!]))
}

function readLegacy(fields: RawFields, chainId: bigint): EthTransaction {
  const v = readInteger(fields, 'v', 256)
  const homestead = v === 27n || v === 28n
  if (!homestead) {
    const theirs = v >= 37n ? (v - 35n) / 2n : undefined
    if (theirs === undefined)
      throw new InvalidInput('v', `${v}, expected 27 or 28, or one with a chain id`)
    if (theirs !== chainId)
      throw new InvalidInput('v', `is for chain id ${theirs}, expected ${chainId}`)
  }
  const gasPrice = readInteger(fields, 'gasPrice', 256)
  return {
    kind: homestead ? 'homestead' : 'eip155',
    chainId: homestead ? 0n : chainId,
    ...readCommon(fields),
    gasFeeCap: gasPrice,
    gasPremium: gasPrice,
    v,
  }
}

function readEip1559(fields: RawFields, chainId: bigint): EthTransaction {
  const theirs = readInteger(fields, 'chainId', 256)
  if (theirs !== chainId)
    throw new InvalidInput('chainId', `invalid chain id ${theirs}, expected ${chainId}`)
  const accessList = fields['accessList']
  if (accessList instanceof Uint8Array || accessList?.length !== 0)
    throw new InvalidInput('accessList', 'should be an empty list')
  const v = readInteger(fields, 'v', 256)
  if (v > 1n) throw new InvalidInput('v', `${v}, expected 0 or 1`)
  return {
    kind: 'eip1559',
    chainId,
    ...readCommon(fields),
    gasFeeCap: readInteger(fields, 'maxFeePerGas', 256),
    gasPremium: readInteger(fields, 'maxPriorityFeePerGas', 256),
    v,
  }
}

function readCommon(fields: RawFields) {
  return {
    nonce: readInteger(fields, 'nonce', 64),
    gasLimit: readInteger(fields, 'gas', 63),
    to: readRecipient(fields),
    value: readInteger(fields, 'value', 256),
    input: readBytes(fields, 'input'),
    r: readInteger(fields, 'r', 256),
    s: readInteger(fields, 's', 256),
  }
}

function readRecipient(fields: RawFields): EthAddress | null {
  const to = readBytes(fields, 'to')
  if (to.length === 0) return null
  if (to.length !== ETH_ADDRESS_LENGTH)
    throw new InvalidInput('to', `${to.length} bytes, expected ${ETH_ADDRESS_LENGTH}`)
  return to
}

/** A non-negative integer of at most `bits` bits, without leading zeros. */
function readInteger(fields: RawFields, name: string, bits: number): bigint {
  const bytes = readBytes(fields, name)
  if (bytes[0] === 0) throw new InvalidInput(name, 'integer with leading zeros')
  const n = integer(bytes)
  if (n >> BigInt(bits)) throw new InvalidInput(name, `more than ${bits} bits`)
  return n
}

function readBytes(fields: RawFields, name: string): Uint8Array {
  const value = fields[name]
  if (!(value instanceof Uint8Array)) throw new InvalidInput(name, 'expected bytes, got a list')
  return value
}
