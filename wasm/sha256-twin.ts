/**
 * SHA-256 (FIPS 180-4), Fr32 padding and the layer of a commitment tree in plain TypeScript: what the kernel is held to in the
 * tests.
 */

/** 32 bytes. */
export function sha256Twin(data: Uint8Array): Uint8Array {
  const padded = new Uint8Array(64 * Math.ceil((data.length + 9) / 64))
  padded.set(data)
  padded[data.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(padded.length - 8, BigInt(data.length) * 8n)
  const state = Int32Array.from(fractions(8, Math.sqrt))
  for (let at = 0; at < padded.length; at += 64) compress(state, view, at)
  const digest = new Uint8Array(32)
  state.forEach((word, i) => new DataView(digest.buffer).setInt32(4 * i, word))
  return digest
}

/** The parent of each pair of 32-byte nodes: its hash, with the top two bits of the last byte cleared. */
export function truncatedLayerTwin(nodes: Uint8Array): Uint8Array {
  const parents = new Uint8Array(nodes.length / 2)
  for (let at = 0; at < nodes.length; at += 64) {
    parents.set(sha256Twin(nodes.subarray(at, at + 64)), at / 2)
    parents[at / 2 + 31]! &= 0x3f
  }
  return parents
}

/** Two zero bits after every 254 of the data, bit by bit; the data has a multiple of 127 bytes. */
export function fr32Twin(data: Uint8Array): Uint8Array {
  const padded = new Uint8Array((data.length / 127) * 128)
  for (let bit = 0; bit < 8 * data.length; bit++) {
    const to = bit + 2 * Math.floor(bit / 254)
    padded[to >> 3]! |= ((data[bit >> 3]! >> (bit & 7)) & 1) << (to & 7)
  }
  return padded
}

const rotate = (x: number, n: number): number => (x >>> n) | (x << (32 - n))

/** The first 32 bits of the fractional parts of roots of the first primes. */
function fractions(count: number, root: (n: number) => number): number[] {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p !== 0)) primes.push(n)
  return primes.map((p) => ((root(p) % 1) * 2 ** 32) | 0)
}

const K = Int32Array.from(fractions(64, Math.cbrt))
const w = new Int32Array(64)

function compress(state: Int32Array, view: DataView, at: number): void {
  for (let t = 0; t < 16; t++) w[t] = view.getInt32(at + 4 * t)
  for (let t = 16; t < 64; t++) {
    const [a, b] = [w[t - 15]!, w[t - 2]!]
    const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)
    const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10)
    w[t] = w[t - 16]! + s0 + w[t - 7]! + s1
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as Eight
  for (let t = 0; t < 64; t++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const x = (h + sum1 + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const y = sum0 + ((a & b) ^ (a & c) ^ (b & c))
    ;[a, b, c, d, e, f, g, h] = [(x + y) | 0, a, b, c, (d + x) | 0, e, f, g]
  }
  ;[a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = state[i]! + word))
}

type Eight = [number, number, number, number, number, number, number, number]
