/**
 * BLAKE2b (RFC 7693) as a WebAssembly kernel generated at start: the twelve rounds unrolled over sixteen locals, the whole
 * one-shot hash in one call. State roots are millions of hashes of a few hundred bytes, where the calls of a general
 * library (init, update, final, copies) cost more than the compression.
 */
import * as wasm from './assembler.ts'
import { type Code, get, i32, i64, load64, op, set, store64, tee } from './assembler.ts'

/** Input bytes one `absorb` takes; a longer input is fed in pieces of this size. */
export const BLAKE2B_CHUNK = 1 << 16

export interface Blake2bKernel {
  /** The module's memory: input is written at `input`, the digest is read from offset 0. It never grows. */
  readonly bytes: Uint8Array
  readonly input: number
  /** `reset` and the last `absorb` in one call. */
  hash(parameter: number, length: number): void
  /** Starts a hash; `parameter` is `blake2bParameter(digest length, key length)`. */
  reset(parameter: number): void
  /**
   * Hashes `length` input bytes. Until the last call `length` is a positive multiple of 128; in the last call (`last` = 1)
   * it is anything up to the chunk, and zero only if nothing was absorbed before.
   */
  absorb(length: number, last: number): void
}

/** First parameter word: digest length, key length, fanout 1, depth 1 (RFC 7693, section 2.5). */
export const blake2bParameter = (digestLength: number, keyLength = 0): number =>
  0x01010000 | (keyLength << 8) | digestLength

/** Compiles a kernel with a memory of its own. Synchronous; takes a few milliseconds. */
export function createBlake2bKernel(): Blake2bKernel {
  const { I32, I64 } = wasm
  const bytes = wasm.moduleBytes(PAGES, [
    { params: [I32, I64, I64], locals: [[16, I64]], code: compress() },
    { name: 'reset', params: [I32], code: reset() },
    {
      name: 'absorb',
      params: [I32, I32],
      locals: [
        [2, I32],
        [1, I64],
      ],
      code: absorb(0),
    },
    {
      name: 'hash',
      params: [I32, I32],
      code: [get(0), wasm.call(1), get(1), i32(1), wasm.call(2)],
    },
  ])
  const kernel = wasm.instantiate<Pick<Blake2bKernel, 'hash' | 'reset' | 'absorb'>>(bytes)
  return { ...kernel, bytes: new Uint8Array(kernel.memory.buffer), input: INPUT }
}

// Memory: chaining value at 0, bytes hashed so far at COUNT, input at INPUT. Behind the input lies room for the zeros
// that pad the last block.
const COUNT = 64
const INPUT = 128
const BLOCK = 128
const PAGES = 2

const IV = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
]

// prettier-ignore
const SIGMA = [
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

/** The four columns, then the four diagonals, that one round mixes. */
// prettier-ignore
const MIXES = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
] as const

/** `compress(block i32, t i64, f i64)`; locals 3..18 are the working vector v0..v15. */
function compress(): Code {
  const v = (i: number) => 3 + i
  const code: Code[] = []
  for (let i = 0; i < 8; i++) code.push(i32(0), load64(8 * i), set(v(i)))
  for (let i = 0; i < 8; i++) code.push(i64(IV[i]!), set(v(8 + i)))
  code.push(get(v(12)), get(1), op.i64Xor, set(v(12)))
  code.push(get(v(14)), get(2), op.i64Xor, set(v(14)))
  for (let round = 0; round < 12; round++) {
    const sigma = SIGMA[round % 10]!
    MIXES.forEach(([a, b, c, d], i) => {
      const half = (word: number, first: bigint, second: bigint) =>
        code.push(
          // The message word first: b is the value that arrives last.
          [get(v(a)), get(0), load64(8 * word), op.i64Add, get(v(b)), op.i64Add, tee(v(a))],
          [get(v(d)), op.i64Xor, i64(first), op.i64Rotr, tee(v(d))],
          [get(v(c)), op.i64Add, tee(v(c))],
          [get(v(b)), op.i64Xor, i64(second), op.i64Rotr, set(v(b))],
        )
      half(sigma[2 * i]!, 32n, 24n)
      half(sigma[2 * i + 1]!, 16n, 63n)
    })
  }
  for (let i = 0; i < 8; i++) {
    code.push(i32(0), i32(0), load64(8 * i), get(v(i)), op.i64Xor)
    code.push(get(v(8 + i)), op.i64Xor, store64(8 * i))
  }
  return code
}

/** `reset(parameter i32)`. */
function reset(): Code {
  const words = IV.map((word, i) => {
    const value = i === 0 ? [i64(word), get(0), op.i64ExtendI32U, op.i64Xor] : i64(word)
    return [i32(0), value, store64(8 * i)]
  })
  return [words, i32(0), i64(0n), store64(COUNT)]
}

/** `absorb(length i32, last i32)`. */
function absorb(compressIndex: number): Code {
  const [length, last, at, end, count] = [0, 1, 2, 3, 4] as const // parameters, then locals
  const left = [get(end), get(at), op.i32Sub]
  const zeros: Code[] = []
  for (let i = 0; i < BLOCK; i += 8) zeros.push(get(end), i64(0n), store64(i))
  const compressBlock = [
    [get(at), get(count), i64(BigInt(BLOCK)), op.i64Add, tee(count), i64(0n)],
    [wasm.call(compressIndex), get(at), i32(BLOCK), op.i32Add, set(at)],
  ]
  const compressLastBlock = [
    [zeros, get(at), get(count), left, op.i64ExtendI32U, op.i64Add, i64(-1n)],
    wasm.call(compressIndex),
  ]
  // In the last call one block, full or not, is kept back for the final flag; before, everything is compressed.
  const more = [left, i32(BLOCK - 1), get(last), op.i32Add, op.i32GtU]
  return [
    [i32(INPUT), tee(at), get(length), op.i32Add, set(end)],
    [i32(0), load64(COUNT), set(count)],
    wasm.whileLoop(more, compressBlock),
    [get(last), wasm.ifElse(compressLastBlock, [i32(0), get(count), store64(COUNT)])],
  ]
}
