/**
 * BLAKE2b (RFC 7693) in plain TypeScript: what the kernel is held to in the tests, and its compression function F by itself,
 * with a number of rounds to choose, as EIP-152 gives it to contracts. A word is two halves of 32 bits, low half first, which is
 * how it stands in the bytes.
 */

const IV = Uint32Array.of(
  0xf3bcc908,
  0x6a09e667,
  0x84caa73b,
  0xbb67ae85,
  0xfe94f82b,
  0x3c6ef372,
  0x5f1d36f1,
  0xa54ff53a,
  0xade682d1,
  0x510e527f,
  0x2b3e6c1f,
  0x9b05688c,
  0xfb41bd6b,
  0x1f83d9ab,
  0x137e2179,
  0x5be0cd19,
)

/** Which message words a round takes. */
const SIGMA: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
]

/** Indices a, b, c, d of the eight mixing steps of a round. */
const STEPS: readonly (readonly [number, number, number, number])[] = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
]

/** The digest of `length` bytes, 1 to 64. */
export function blake2bTwin(length: number, data: Uint8Array): Uint8Array {
  const state = new Uint8Array(new Uint32Array(IV).buffer)
  for (const [i, byte] of [length, 0, 1, 1].entries()) state[i] = state[i]! ^ byte
  const blocks = Math.max(1, Math.ceil(data.length / 128))
  for (let i = 1; i <= blocks; i++) {
    const block = new Uint8Array(128)
    block.set(data.subarray(128 * (i - 1), 128 * i))
    const offset = new Uint8Array(16)
    new DataView(offset.buffer).setUint32(0, Math.min(128 * i, data.length), true)
    blake2bCompress(12, state, block, offset, i === blocks)
  }
  return state.slice(0, length)
}

const v = new Uint32Array(32)
const m = new Uint32Array(32)

/** Changes `state` (64 bytes) by a block of 128 bytes; the counter `offset` has 16 bytes. */
export function blake2bCompress(
  rounds: number,
  state: Uint8Array,
  message: Uint8Array,
  offset: Uint8Array,
  last: boolean,
): void {
  const words = new DataView(state.buffer, state.byteOffset, state.length)
  const block = new DataView(message.buffer, message.byteOffset, message.length)
  const counter = new DataView(offset.buffer, offset.byteOffset, offset.length)
  for (let i = 0; i < 16; i++) v[i] = words.getUint32(4 * i, true)
  v.set(IV, 16)
  for (let i = 0; i < 4; i++) v[24 + i]! ^= counter.getUint32(4 * i, true)
  if (last) for (let i = 28; i < 30; i++) v[i] = ~v[i]!
  for (let i = 0; i < 32; i++) m[i] = block.getUint32(4 * i, true)
  for (let round = 0; round < rounds; round++) {
    const order = SIGMA[round % SIGMA.length]!
    for (let i = 0; i < STEPS.length; i++) {
      const [a, b, c, d] = STEPS[i]!
      mix(2 * a, 2 * b, 2 * c, 2 * d, 2 * order[2 * i]!, 2 * order[2 * i + 1]!)
    }
  }
  for (let i = 0; i < 16; i++)
    words.setUint32(4 * i, words.getUint32(4 * i, true) ^ v[i]! ^ v[i + 16]!, true)
}

/** The mixing function G, on places of low halves. */
function mix(a: number, b: number, c: number, d: number, x: number, y: number): void {
  addTo(a, v[b]!, v[b + 1]!)
  addTo(a, m[x]!, m[x + 1]!)
  let [low, high] = [v[d]! ^ v[a]!, v[d + 1]! ^ v[a + 1]!]
  v[d] = high
  v[d + 1] = low
  addTo(c, v[d]!, v[d + 1]!)
  low = v[b]! ^ v[c]!
  high = v[b + 1]! ^ v[c + 1]!
  v[b] = (low >>> 24) | (high << 8)
  v[b + 1] = (high >>> 24) | (low << 8)
  addTo(a, v[b]!, v[b + 1]!)
  addTo(a, m[y]!, m[y + 1]!)
  low = v[d]! ^ v[a]!
  high = v[d + 1]! ^ v[a + 1]!
  v[d] = (low >>> 16) | (high << 16)
  v[d + 1] = (high >>> 16) | (low << 16)
  addTo(c, v[d]!, v[d + 1]!)
  low = v[b]! ^ v[c]!
  high = v[b + 1]! ^ v[c + 1]!
  v[b] = (low << 1) | (high >>> 31)
  v[b + 1] = (high << 1) | (low >>> 31)
}

function addTo(at: number, low: number, high: number): void {
  const sum = v[at]! + low
  v[at] = sum
  v[at + 1] = v[at + 1]! + high + (sum > 0xffffffff ? 1 : 0)
}
