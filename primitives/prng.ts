/**
 * Chance that is a function of a seed. A generator is forked by label, not by position: `fork('gossip')` gives the same
 * stream however much was drawn before, so that a new draw in one part of a run changes no other part.
 *
 * The stream is xoshiro128** (Blackman and Vigna), seeded with BLAKE2b of the seed; a fork's seed is BLAKE2b of the parent's
 * seed and the label. Decisions are made on integers only.
 */
import { assert, InvariantError } from './assert.ts'
import { utf8 } from './bytes.ts'
import { blake2b256 } from './crypto/hash.ts'
import { bitLength } from './fixed-point.ts'

/** Where a generator stands: enough to go on from there. */
export interface PrngState {
  /** 32 bytes. */
  readonly seed: Uint8Array
  readonly words: readonly [number, number, number, number]
}

export class Prng {
  readonly #seed: Uint8Array
  #a: number
  #b: number
  #c: number
  #d: number

  /** The same seed gives the same stream. A string counts as its UTF-8 bytes. */
  constructor(seed: string | Uint8Array | PrngState) {
    const isState = typeof seed === 'object' && 'words' in seed
    this.#seed = isState ? seed.seed : blake2b256(typeof seed === 'string' ? utf8(seed) : seed)
    const [a, b, c, d] = isState ? seed.words : wordsOf(blake2b256(this.#seed, STREAM))
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
  }

  /** An independent generator, always the same one for a label. */
  fork(label: string): Prng {
    return new Prng(blake2b256(this.#seed, FORK, utf8(label)))
  }

  /** `new Prng(prng.state())` goes on with the same stream and has the same forks. */
  state(): PrngState {
    return { seed: this.#seed, words: [this.#a, this.#b, this.#c, this.#d] }
  }

  /** 0 to 2³² - 1. */
  uint32(): number {
    const product = Math.imul(this.#b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result
  }

  /** 0 to `n` - 1, all equally likely. `n` is an integer from 1 to 2⁵³ - 1. */
  below(n: number): number {
    assert(Number.isSafeInteger(n) && n >= 1, `below(${n})`)
    const [wide, span] = n > UINT32 ? [true, UINT53] : [false, UINT32]
    // What lies beyond the last whole multiple of n is drawn again, or the first numbers would be likelier.
    const limit = span - (span % n)
    for (;;) {
      const drawn = wide ? (this.uint32() >>> 11) * UINT32 + this.uint32() : this.uint32()
      if (drawn < limit) return drawn % n
    }
  }

  /** 0 to `n` - 1, all equally likely, for any positive `n`. */
  bigBelow(n: bigint): bigint {
    if (n < 1n) throw new InvariantError(`bigBelow(${n})`)
    if (n <= Number.MAX_SAFE_INTEGER) return BigInt(this.#safeBelow(Number(n)))
    const bits = bitLength(n - 1n)
    for (;;) {
      let drawn = 0n
      for (let left = bits; left > 0; left -= 32) {
        const word = this.uint32()
        drawn =
          left >= 32
            ? (drawn << 32n) | BigInt(word)
            : (drawn << BigInt(left)) | BigInt(word >>> (32 - left))
      }
      if (drawn < n) return drawn
    }
  }

  /** As `bigBelow`, from the same words of the stream. */
  #safeBelow(n: number): number {
    const bits = bitsOf(n - 1)
    for (;;) {
      const drawn =
        bits > 32
          ? this.uint32() * 2 ** (bits - 32) + (this.uint32() >>> (64 - bits))
          : this.uint32() >>> (32 - bits)
      if (drawn < n) return drawn
    }
  }

  bytes(n: number): Uint8Array {
    const out = new Uint8Array(n)
    for (let i = 0; i < n; i += 4) {
      const word = this.uint32()
      for (let j = 0; j < 4 && i + j < n; j++) out[i + j] = word >>> (8 * j)
    }
    return out
  }

  /** True `numerator` times out of `denominator`. Integers, 0 ≤ numerator ≤ denominator. */
  chance(numerator: number, denominator: number): boolean {
    assert(
      Number.isSafeInteger(numerator) && numerator >= 0 && numerator <= denominator,
      `chance of ${numerator} in ${denominator}`,
    )
    return this.below(denominator) < numerator
  }

  /** The items in a new order, each order equally likely. */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items]
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const held = out[i]!
      out[i] = out[j]!
      out[j] = held
    }
    return out
  }

  /** One of the items, all equally likely. There must be one. */
  pick<T>(items: readonly T[]): T {
    assert(items.length > 0, 'nothing to pick from')
    return items[this.below(items.length)]!
  }
}

/** Bits of an integer from 0 to 2⁵³ - 1; 0 has one. */
function bitsOf(n: number): number {
  const high = Math.floor(n / UINT32)
  return high > 0 ? 64 - Math.clz32(high) : Math.max(1, 32 - Math.clz32(n))
}

const UINT32 = 2 ** 32
const UINT53 = 2 ** 53
// Told apart by their first byte, so that no label can give the words of the stream.
const STREAM = Uint8Array.of(0)
const FORK = Uint8Array.of(1)

function wordsOf(digest: Uint8Array): [number, number, number, number] {
  const view = new DataView(digest.buffer, digest.byteOffset)
  const words = [0, 4, 8, 12].map((at) => view.getInt32(at, true)) as [
    ...[number, number, number, number],
  ]
  // All zeros is the one state that xoshiro never leaves.
  return words.every((word) => word === 0) ? [1, 0, 0, 0] : words
}
