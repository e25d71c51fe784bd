/**
 * Fr32 padding: two zero bits after every 254 bits of data, so that each 32 bytes are an element of the proof system's
 * field. 127 bytes become 128. Reference: rust-fil-proofs `fr32`.
 */
import { fr32Pad as pad } from '../primitives/crypto/hash.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'

/** Bytes of data in 128 padded bytes. */
export const FR32_CHUNK = 127

/** @throws InvalidInput unless there are whole chunks of 127 bytes. */
export function fr32Pad(data: Uint8Array): Uint8Array {
  if (data.length % FR32_CHUNK !== 0) throw new InvalidInput('data', `${data.length} bytes`)
  return pad(data)
}

/** The data again. @throws InvalidInput unless there are whole chunks of 128 bytes. */
export function fr32Unpad(padded: Uint8Array): Uint8Array {
  const chunks = padded.length / 128
  if (!Number.isInteger(chunks)) throw new InvalidInput('padded', `${padded.length} bytes`)
  const out = new Uint8Array(chunks * FR32_CHUNK)
  for (let i = 0; i < chunks; i++) unpadChunk(padded, i * 128, out, i * FR32_CHUNK)
  return out
}

function unpadChunk(padded: Uint8Array, from: number, out: Uint8Array, to: number): void {
  for (let i = 0; i < FR32_CHUNK; i++) {
    const shift = 2 * (i >> 5)
    const next = padded[from + i + 1]!
    const isLast = (i & 31) === 31
    // The last byte of an element has six bits; the others come from the element after it.
    out[to + i] = isLast
      ? (padded[from + i]! >> shift) | (next << (6 - shift))
      : (padded[from + i]! >> shift) | (next << (8 - shift))
  }
}
