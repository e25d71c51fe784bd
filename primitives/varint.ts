/** Variable-length integers: unsigned LEB128 (addresses, CIDs, HAMT keys) and its zig-zag signed form (cron queue keys). */

/** Unsigned LEB128 of a non-negative integer below 2⁶⁴. */
export function encodeUvarint(n: number | bigint): Uint8Array {
  const out: number[] = []
  if (typeof n === 'number' && n <= Number.MAX_SAFE_INTEGER) {
    while (n >= 0x80) {
      out.push((n % 0x80) | 0x80)
      n = Math.floor(n / 0x80)
    }
    out.push(n)
  } else {
    let rest = BigInt(n)
    while (rest >= 0x80n) {
      out.push(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    out.push(Number(rest))
  }
  return new Uint8Array(out)
}

/**
 * Reads an unsigned LEB128 at `offset`: its value and the offset behind it.
 * @throws RangeError when it is cut short, longer than needed, or does not fit 64 bits.
 */
export function decodeUvarint(bytes: Uint8Array, offset = 0): [value: bigint, next: number] {
  let value = 0n
  for (let i = 0; i < 10; i++) {
    const byte = bytes[offset + i]
    if (byte === undefined) throw new RangeError('varint is cut short')
    value |= BigInt(byte & 0x7f) << BigInt(7 * i)
    if (byte < 0x80) {
      if (byte === 0 && i > 0) throw new RangeError('varint is not minimal')
      if (value >> 64n) throw new RangeError('varint exceeds 64 bits')
      return [value, offset + i + 1]
    }
  }
  throw new RangeError('varint exceeds 64 bits')
}

/** Zig-zag signed varint (Go `binary.PutVarint`). */
export function encodeVarint(n: number | bigint): Uint8Array {
  if (typeof n === 'number' && Math.abs(n) < 2 ** 52)
    return encodeUvarint(n >= 0 ? 2 * n : -2 * n - 1)
  const big = BigInt(n)
  return encodeUvarint(big >= 0n ? big << 1n : (-big << 1n) - 1n)
}

/** Reads a zig-zag signed varint at `offset`. @throws RangeError as `decodeUvarint`. */
export function decodeVarint(bytes: Uint8Array, offset = 0): [value: bigint, next: number] {
  const [raw, next] = decodeUvarint(bytes, offset)
  return [raw & 1n ? -((raw + 1n) >> 1n) : raw >> 1n, next]
}
