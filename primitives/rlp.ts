/** Ethereum's RLP, strict: byte strings and lists of them. */
import { RLP } from '@ethereumjs/rlp'
import { fromHex } from './bytes.ts'
import { InvalidInput } from './invalid-input.ts'

export type Rlp = Uint8Array | readonly Rlp[]

/** Longest input Lotus decodes, which is more than a message may carry. */
const MAX_INPUT = 2 << 20

export function encodeRlp(value: Rlp): Uint8Array {
  return RLP.encode(value as Uint8Array)
}

/** @throws InvalidInput for bytes that are cut short, left over, or encoded longer than needed. */
export function decodeRlp(bytes: Uint8Array, field = 'rlp'): Rlp {
  if (bytes.length === 0) throw new InvalidInput(field, 'no bytes')
  if (bytes.length > MAX_INPUT)
    throw new InvalidInput(field, `${bytes.length} bytes, at most ${MAX_INPUT}`)
  try {
    return RLP.decode(bytes)
  } catch (error) {
    throw new InvalidInput(field, error instanceof Error ? error.message : String(error))
  }
}

/** Big-endian bytes of a non-negative integer without leading zeros; none for 0: how RLP carries integers. */
export function rlpInteger(n: bigint): Uint8Array {
  if (n === 0n) return new Uint8Array()
  const hex = n.toString(16)
  return fromHex(hex.length % 2 ? `0${hex}` : hex)
}
