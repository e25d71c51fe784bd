/** Byte strings: hexadecimal, concatenation and comparison. */

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

/** Lower-case hexadecimal without prefix. */
export function toHex(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i++) out += HEX[bytes[i]!]
  return out
}

/** Bytes of a hexadecimal string, with or without `0x`. @throws TypeError on an odd length or another character. */
export function fromHex(text: string): Uint8Array {
  let at = text.startsWith('0x') ? 2 : 0
  const out = new Uint8Array((text.length - at) >> 1)
  let wrong = (text.length - at) & 1
  for (let i = 0; i < out.length; i++, at += 2) {
    const byte = (digitOf(text.charCodeAt(at)) << 4) | digitOf(text.charCodeAt(at + 1))
    wrong |= byte >> 8
    out[i] = byte
  }
  if (wrong) throw new TypeError(`not hexadecimal bytes: ${JSON.stringify(text.slice(0, 40))}`)
  return out
}

/** Whether `text` is the bytes in lower-case hexadecimal without prefix. */
export function isHexOf(text: string, bytes: Uint8Array): boolean {
  if (text.length !== 2 * bytes.length) return false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (text.charCodeAt(2 * i) !== hexCode(byte >> 4)) return false
    if (text.charCodeAt(2 * i + 1) !== hexCode(byte & 15)) return false
  }
  return true
}

const hexCode = (digit: number): number => (digit < 10 ? 48 : 87) + digit

/** Value of a hexadecimal digit, from its character code; 256 for another character. */
function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : 256
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Lexicographic order, shorter first when one is a prefix of the other. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

/** A string that is equal exactly when the bytes are: the cheapest key for a Map. */
export function bytesKey(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[])
}

const encoder = new TextEncoder()
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** Signed 64-bit big-endian, as the protocol hashes epochs. */
export function int64be(n: number | bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigInt64(0, BigInt(n))
  return out
}

/** Unsigned 64-bit big-endian. */
export function uint64be(n: number | bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, BigInt(n))
  return out
}
