/**
 * The one Solidity tuple that Filecoin's EVM speaks by itself: (number, uint64 codec, bytes). It carries native calls to
 * contracts (`handle_filecoin_method`), their answers, and the answers of the `call_actor` precompiles.
 * Reference: builtin-actors `evm/src/lib.rs` (`handle_filecoin_method_input`, `_output`), `evm/src/reader.rs`.
 */
import { concatBytes, equalBytes, fromHex, toHex } from '../../primitives/bytes.ts'

export interface NativeAbi {
  /** Method number (uint64), exit code (uint32), or an int256 that is negative for a failed send. */
  readonly first: bigint
  /** 0 for no data, 0x51 for CBOR. */
  readonly codec: bigint
  readonly data: Uint8Array
}

/** Selector of `handle_filecoin_method(uint64,uint64,bytes)`. */
export const NATIVE_METHOD_SELECTOR = fromHex('868e10c4')

const WORD = 32
const DATA_OFFSET = 3n * 32n
const MAX_UINT32 = (1n << 32n) - 1n
const MAX_UINT64 = (1n << 64n) - 1n
/** Longest data that is filled up with zeros; the actor runs out of memory somewhere beyond. */
const MAX_PADDED = 1 << 26

export function encodeNativeAbi({ first, codec, data }: NativeAbi): Uint8Array {
  const words = Math.ceil(data.length / WORD)
  const out = new Uint8Array((4 + words) * WORD)
  for (const [i, n] of [first, codec, DATA_OFFSET, BigInt(data.length)].entries())
    out.set(
      fromHex(
        BigInt.asUintN(256, n)
          .toString(16)
          .padStart(2 * WORD, '0'),
      ),
      i * WORD,
    )
  out.set(data, 4 * WORD)
  return out
}

/** Calldata of a native call to a contract. */
export function encodeNativeCall(method: bigint, codec: bigint, params: Uint8Array): Uint8Array {
  return concatBytes(
    NATIVE_METHOD_SELECTOR,
    encodeNativeAbi({ first: method, codec, data: params }),
  )
}

/**
 * Reads the tuple as the EVM actor does: what lies beyond the end is zero, the data may stand anywhere, and nothing
 * checks its padding.
 *
 * @param firstMax - largest first number: 2³²−1 for a contract's exit code, 2⁶⁴−1 for a method.
 * @throws NativeAbiError naming the word that is too large.
 */
export function decodeNativeAbi(bytes: Uint8Array, firstMax = MAX_UINT32): NativeAbi {
  const first = word(bytes, 0, firstMax, 'first number')
  const codec = word(bytes, WORD, MAX_UINT64, 'codec')
  const offset = Number(word(bytes, 2 * WORD, MAX_UINT32, 'offset of the data'))
  const length = Number(word(bytes, offset, MAX_UINT32, 'length of the data'))
  if (length > Math.max(MAX_PADDED, bytes.length))
    throw new NativeAbiError(`data of ${length} bytes`)
  const data = new Uint8Array(length)
  data.set(bytes.subarray(offset + WORD, offset + WORD + length))
  return { first, codec, data }
}

/** Reads the tuple only in the form `encodeNativeAbi` gives it. @throws NativeAbiError */
export function decodeNativeAbiStrict(bytes: Uint8Array, firstMax = MAX_UINT64): NativeAbi {
  const value = decodeNativeAbi(bytes, firstMax)
  if (!equalBytes(encodeNativeAbi(value), bytes)) throw new NativeAbiError('not the canonical form')
  return value
}

/** The word at `offset`, filled up with zeros where the bytes end. */
function word(bytes: Uint8Array, offset: number, max: bigint, what: string): bigint {
  const digits = toHex(bytes.subarray(offset, offset + WORD)).padEnd(2 * WORD, '0')
  const n = BigInt(`0x${digits}`)
  if (n > max) throw new NativeAbiError(`${what}: ${n} is out of range`)
  return n
}

/** An answer or call that is not this tuple. */
export class NativeAbiError extends Error {
  override name = 'NativeAbiError'
}
