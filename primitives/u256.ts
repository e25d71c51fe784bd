/** Unsigned 256-bit integers on the wire: a byte string, big-endian, without leading zeros. */
import { toHex } from './bytes.ts'
import { DecodeError } from './cbor.ts'
import type { Codec } from './codec.ts'

export const U256_BYTES = 32

/** Largest value of a word of Ethereum's machine. */
export const MAX_U256 = (1n << 256n) - 1n

/** As fil_actors_evm_shared `U256` writes it; reads leading zeros too. */
export const u256: Codec<bigint> = {
  name: 'u256',
  encode(value, out) {
    const word = u256Bytes(value)
    let start = 0
    while (start < U256_BYTES && word[start] === 0) start++
    out.bytes(word.subarray(start))
  },
  decode(input) {
    const bytes = input.bytes('a 256-bit integer')
    if (bytes.length > U256_BYTES) throw new DecodeError(`u256: ${bytes.length} bytes`)
    return u256FromBytes(bytes)
  },
}

/** 32 bytes, big-endian. @throws RangeError for a value that does not fit. */
export function u256Bytes(value: bigint): Uint8Array {
  if (value < 0n || value > MAX_U256) throw new RangeError(`${value} does not fit 256 bits`)
  const out = new Uint8Array(U256_BYTES)
  const view = new DataView(out.buffer)
  view.setBigUint64(0, value >> 192n)
  view.setBigUint64(8, value >> 128n)
  view.setBigUint64(16, value >> 64n)
  view.setBigUint64(24, value)
  return out
}

/** The integer of big-endian bytes. */
export const u256FromBytes = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`)
