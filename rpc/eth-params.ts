/** Parameters that only Ethereum's methods have: which block is meant, and a call that is not signed. */
import type { EthAddress } from '../primitives/eth-address.ts'
import type { ChainEpoch, TokenAmount } from '../primitives/units.ts'
import {
  bool,
  ethAddress,
  ethHash,
  hexBytes,
  optional,
  quantity,
  smallQuantity,
} from './decoders.ts'
import { type Decoder, Mismatch } from './method.ts'

export const BLOCK_TAGS = ['earliest', 'pending', 'latest', 'finalized', 'safe'] as const
export type BlockTag = (typeof BLOCK_TAGS)[number]

/** A block by tag, number or hash (EIP-1898). */
export type BlockParam =
  | { readonly tag: BlockTag }
  | { readonly number: ChainEpoch }
  | { readonly hash: Uint8Array; readonly requireCanonical: boolean }

/** A tag, or the number of a block in hexadecimal or decimal digits. */
export const blockNumber: Decoder<BlockParam> = (value) => {
  const found = tagOrNumber(value)
  if (!found) throw new Mismatch('a block tag or number', value)
  return found
}

/** A tag, a number, a 32-byte hash, or an object with `blockNumber` or `blockHash`. */
export const block: Decoder<BlockParam> = (value) => {
  if (typeof value === 'object' && value !== null) return blockObject(value)
  const hash = typeof value === 'string' && /^0x[\da-f]{64}$/i.test(value)
  if (hash) return { hash: ethHash(value), requireCanonical: false }
  const found = tagOrNumber(value)
  if (!found) throw new Mismatch('a block tag, number or hash', value)
  return found
}

function tagOrNumber(value: unknown): BlockParam | undefined {
  const tag = BLOCK_TAGS.find((known) => known === value)
  if (tag) return { tag }
  const written = typeof value === 'string' && /^(0x[\da-f]{1,13}|\d{1,15})$/i.test(value)
  return written ? { number: Number(value) } : undefined
}

function blockObject(value: object): BlockParam {
  const { blockNumber: number, blockHash, requireCanonical } = value as Record<string, unknown>
  if (number !== undefined && blockHash === undefined) return { number: smallQuantity(number) }
  if (number === undefined && blockHash !== undefined)
    return { hash: ethHash(blockHash), requireCanonical: optional(bool, false)(requireCanonical) }
  throw new Mismatch('either blockNumber or blockHash', value)
}

/** A transaction nobody signed, for `eth_call` and `eth_estimateGas`. */
export interface EthCall {
  /** Undefined stands for the zero address. */
  readonly from: EthAddress | undefined
  /** Null to deploy a contract. */
  readonly to: EthAddress | null
  readonly value: TokenAmount
  readonly input: Uint8Array
}

export const ethCall: Decoder<EthCall> = (value) => {
  const fields = objectFields(value, 'a transaction object')
  return {
    from: inFieldOf(fields, 'from', optional(ethAddress, undefined)),
    to: inFieldOf(fields, 'to', optional(ethAddress, null)),
    value: inFieldOf(fields, 'value', optional(quantity, 0n)),
    // `input` is the name by the specification, `data` what many clients send.
    input: inFieldOf(
      fields,
      fields['input'] === undefined ? 'data' : 'input',
      optional(hexBytes, new Uint8Array()),
    ),
  }
}

export type Fields = Readonly<Record<string, unknown>>

/** The fields of an object. @throws Mismatch */
export function objectFields(value: unknown, expected: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Mismatch(expected, value)
  return value as Fields
}

/** A field as the decoder reads it, which may be absent. @throws Mismatch naming the field. */
export function inFieldOf<T>(fields: Fields, name: string, decoder: Decoder<T>): T {
  try {
    return decoder(fields[name])
  } catch (error) {
    if (error instanceof Mismatch) throw error.inField(name)
    throw error
  }
}
