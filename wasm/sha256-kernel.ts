/**
 * SHA-256 (FIPS 180-4) as a WebAssembly kernel generated at start: rounds and schedule unrolled over locals, one call a hash.
 * HAMT keys are hashes of a few bytes and piece commitments are trees of them, where the cost of a general library is in
 * its calls.
 */
import * as wasm from './assembler.ts'
import { type Code, get, i32, i64, op, set, tee } from './assembler.ts'

/** Input bytes one `absorb` takes; a longer input is fed in pieces of this size. */
export const SHA256_CHUNK = 1 << 16

export interface Sha256Kernel {
  /** The module's memory: input is written at `input`, the digest is read at `output`. It never grows. */
  readonly bytes: Uint8Array
  readonly input: number
  readonly output: number
  /** Hashes `length` bytes of input, at most one chunk. */
  hash(length: number): void
  reset(): void
  /** Hashes `length` input bytes, a multiple of 64 until the last call (`last` = 1). At most 2²⁹ - 1 bytes in all. */
  absorb(length: number, last: number): void
  /**
   * One layer of a piece commitment tree: replaces `count` pairs of 32-byte nodes at the input by their `count` parents, each
   * the SHA-256 of its pair with the top two bits of the last byte cleared.
   */
  layer(count: number): void
}

/** Compiles a kernel with a memory of its own. Synchronous; takes a few milliseconds. */
export function createSha256Kernel(): Sha256Kernel {
  const { I32, V128 } = wasm
  const compressLocals = [
    [26, I32],
    [1, V128],
  ] as const
  const bytes = wasm.moduleBytes(PAGES, [
    { params: [I32], locals: compressLocals, code: compress(loadMessage(), scheduled) },
    { params: [I32], locals: compressLocals, code: compress([], constantSchedule(PADDING_OF_64)) },
    { name: 'reset', params: [], code: reset() },
    { name: 'absorb', params: [I32, I32], locals: [[3, I32]], code: absorb(0) },
    {
      name: 'hash',
      params: [I32],
      code: [wasm.call(2), get(0), i32(1), wasm.call(3)],
    },
    { name: 'layer', params: [I32], locals: [[3, I32]], code: layer(0, 1, 2) },
  ])
  const kernel = wasm.instantiate<Pick<Sha256Kernel, 'hash' | 'reset' | 'absorb' | 'layer'>>(bytes)
  return { ...kernel, bytes: new Uint8Array(kernel.memory.buffer), input: INPUT, output: OUTPUT }
}

// Memory: state words at 0, bytes hashed so far at COUNT, digest at OUTPUT, input at INPUT with room behind for padding.
const COUNT = 32
const OUTPUT = 64
const INPUT = 128
const BLOCK = 64
const PAGES = 2

// Fractional parts of the square roots of the first 8 primes and of the cube roots of the first 64.
// prettier-ignore
const H = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]
// prettier-ignore
const K = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]
/** The block that follows a message of exactly 64 bytes. */
const PADDING_OF_64 = [0x80000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 512]

// Locals of compress: 0 the block, 1..8 the working variables, 9 and 10 scratch, 11..26 the schedule, 27 a vector.
const W = (t: number) => 11 + (t % 16)
const SCRATCH = 9
const VECTOR = 27

const rotr = (x: Code, n: number): Code => [x, i32(n), op.i32Rotr]
const xor = (a: Code, b: Code): Code => [a, b, op.i32Xor]

function loadMessage(): Code {
  return [0, 1, 2, 3].map((i) => [
    [get(0), wasm.load128(16 * i), wasm.swapWords, set(VECTOR)],
    [0, 1, 2, 3].map((lane) => [get(VECTOR), wasm.lane32(lane), set(W(4 * i + lane))]),
  ])
}

/** Leaves K[t] + W[t]. */
function scheduled(t: number): Code {
  if (t < 16) return [get(W(t)), i32(K[t]!), op.i32Add]
  const [w2, w15] = [get(W(t - 2)), get(W(t - 15))]
  const s0 = xor(xor(rotr(w15, 7), rotr(w15, 18)), [w15, i32(3), op.i32ShrU])
  const s1 = xor(xor(rotr(w2, 17), rotr(w2, 19)), [w2, i32(10), op.i32ShrU])
  return [
    [get(W(t)), s0, op.i32Add, get(W(t - 7)), op.i32Add, s1, op.i32Add],
    [tee(W(t)), i32(K[t]!), op.i32Add],
  ]
}

/** As `scheduled` for a message that is known, so that nothing is left to compute. */
function constantSchedule(words: readonly number[]): (t: number) => Code {
  const w = [...words]
  const rot = (x: number, n: number) => (x >>> n) | (x << (32 - n))
  for (let t = 16; t < 64; t++) {
    const [w2, w15] = [w[t - 2]!, w[t - 15]!]
    const s0 = rot(w15, 7) ^ rot(w15, 18) ^ (w15 >>> 3)
    const s1 = rot(w2, 17) ^ rot(w2, 19) ^ (w2 >>> 10)
    w.push((w[t - 16]! + s0 + w[t - 7]! + s1) | 0)
  }
  return (t) => i32(K[t]! + w[t]!)
}

function compress(prologue: Code, keyed: (t: number) => Code): Code {
  const code: Code[] = [prologue]
  for (let i = 0; i < 8; i++) code.push(i32(0), wasm.load32(4 * i), set(1 + i))
  for (let t = 0; t < 64; t++) {
    // Instead of moving the variables down by one a round, their names move.
    const variable = (i: number) => 1 + ((i + 64 - t) % 8)
    const [A, B, C, D, E, F, G, H] = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => get(variable(i))) as Eight
    const sum1 = xor(xor(rotr(E, 6), rotr(E, 11)), rotr(E, 25))
    const choice = xor(G, [E, xor(F, G), op.i32And])
    const sum0 = xor(xor(rotr(A, 2), rotr(A, 13)), rotr(A, 22))
    const majority = xor(B, [xor(A, B), xor(B, C), op.i32And])
    code.push(
      [H, keyed(t), op.i32Add, choice, op.i32Add, sum1, op.i32Add, tee(SCRATCH)],
      [D, op.i32Add, set(variable(3))],
      [sum0, majority, op.i32Add, get(SCRATCH), op.i32Add, set(variable(7))],
    )
  }
  for (let i = 0; i < 8; i++)
    code.push([i32(0), i32(0), wasm.load32(4 * i), get(1 + i), op.i32Add, wasm.store32(4 * i)])
  return code
}

type Eight = [Code, Code, Code, Code, Code, Code, Code, Code]

/** `reset()`. */
function reset(): Code {
  const words = H.map((word, i) => [i32(0), i32(word), wasm.store32(4 * i)])
  return [words, i32(0), i32(0), wasm.store32(COUNT)]
}

/** Writes the digest of the state words to the address that `to` leaves. */
const writeDigest = (to: Code): Code =>
  [0, 16].map((half) => [[to, i32(0), wasm.load128(half), wasm.swapWords, wasm.store128(half)]])

/** `absorb(length i32, last i32)`. */
function absorb(compressIndex: number): Code {
  const [length, last, at, end, count] = [0, 1, 2, 3, 4] as const // parameters, then locals
  const zeros: Code[] = []
  for (let i = 0; i < 2 * BLOCK; i += 8) zeros.push(get(end), i64(0n), wasm.store64(i))
  const bits = [get(count), i32(3), op.i32Shl]
  // One bit, zeros, and the length in bits, so that the input ends with a full block. `end` is first moved to where the
  // length goes.
  const pad = [
    [zeros, get(end), i32(0x80), wasm.store8(0)],
    [get(end), i32(8 - INPUT), op.i32Add, i32(-BLOCK), op.i32And],
    [i32(INPUT + BLOCK - 8), op.i32Add, set(end)],
    [0, 8, 16, 24].map((shift) => [
      [get(end), bits, i32(shift), op.i32ShrU, wasm.store8(7 - shift / 8)],
    ]),
    [get(end), i32(8), op.i32Add, set(end)],
  ]
  return [
    [i32(INPUT), tee(at), get(length), op.i32Add, set(end)],
    [i32(0), i32(0), wasm.load32(COUNT), get(length), op.i32Add, tee(count), wasm.store32(COUNT)],
    [get(last), wasm.ifElse(pad)],
    wasm.whileLoop(
      [get(end), get(at), op.i32GtU],
      [get(at), wasm.call(compressIndex), get(at), i32(BLOCK), op.i32Add, set(at)],
    ),
    [get(last), wasm.ifElse(writeDigest(i32(OUTPUT)))],
  ]
}

/** `layer(count i32)`. */
function layer(compressIndex: number, compressPadding: number, resetIndex: number): Code {
  const [count, from, to, end] = [0, 1, 2, 3] as const // parameter, then locals
  return [
    [i32(INPUT), tee(from), tee(to), get(count), i32(6), op.i32Shl, op.i32Add, set(end)],
    wasm.whileLoop(
      [get(end), get(from), op.i32GtU],
      [
        [wasm.call(resetIndex), get(from), wasm.call(compressIndex)],
        [i32(0), wasm.call(compressPadding), writeDigest(get(to))],
        [get(to), get(to), wasm.load8(31), i32(0x3f), op.i32And, wasm.store8(31)],
        [get(from), i32(64), op.i32Add, set(from)],
        [get(to), i32(32), op.i32Add, set(to)],
      ],
    ),
  ]
}
