/**
 * BLAKE2b (RFC 7693) as a WebAssembly kernel: the whole one-shot hash in one call, many inputs in one call, and layers of a
 * Merkle tree. State roots are millions of hashes of a few hundred bytes, where the calls of a general library (init, update,
 * final, copies) cost more than the compression.
 */
import code from './blake2b.wasm.ts'
import { instantiate } from './instantiate.ts'

/** Input bytes one call takes; a longer input is fed in pieces of this size. */
export const BLAKE2B_CHUNK = 1 << 16
/** Inputs one `hashMany` takes. */
export const BLAKE2B_BATCH = 1024

/** Input is written at `input`, in all calls. */
export interface Blake2bKernel {
  /** The kernel's memory, which never grows. */
  readonly bytes: Uint8Array
  readonly input: number
  /** Where `hashMany` reads lengths, as little-endian 32-bit words, and leaves digests, 32 bytes each. */
  readonly lengths: number
  readonly digests: number
  /** `reset` and the last `absorb` in one call. The digest is read from offset 0. */
  hash(parameter: number, length: number): void
  /** Starts a hash; `parameter` is `blake2bParameter(digest length, key length)`. */
  reset(parameter: number): void
  /**
   * Hashes `length` input bytes. Until the last call `length` is a positive multiple of 128; in the last call (`last` = 1)
   * it is anything up to the chunk, and zero only if nothing was absorbed before. The digest is read from offset 0.
   */
  absorb(length: number, last: number): void
  /** Hashes `count` inputs that stand one behind the other and have `end` bytes in all; digests of at most 32 bytes. */
  hashMany(parameter: number, count: number, end: number): void
  /**
   * Replaces `count` pairs of 32-byte nodes at the input by their `count` parents, BLAKE2b-256 of each pair with the last byte
   * masked by `lastByte`.
   */
  layer(count: number, lastByte: number): void
}

/** First parameter word: digest length, key length, fanout 1, depth 1 (RFC 7693, section 2.5). */
export const blake2bParameter = (digestLength: number, keyLength = 0): number =>
  0x01010000 | (keyLength << 8) | digestLength

/** A kernel with a memory of its own. Synchronous; takes about a millisecond. */
export function createBlake2bKernel(): Blake2bKernel {
  const { memory, hash, reset, absorb, hashMany, layer } = instantiate<Blake2bKernel>(code)
  const bytes = new Uint8Array(memory.buffer)
  return {
    ...{ bytes, input: INPUT, lengths: LENGTHS, digests: DIGESTS },
    ...{ hash, reset, absorb, hashMany, layer },
  }
}

// As in assembly/blake2b.ts.
const INPUT = 65_536
const LENGTHS = 128
const DIGESTS = 8192
