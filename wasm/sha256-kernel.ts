/**
 * SHA-256 (FIPS 180-4) as a WebAssembly kernel: one call a hash, and the trees of piece commitments (CommP, CommD) with their
 * padding, four nodes at a time. HAMT keys are hashes of a few bytes and commitments are trees of them, where the cost of a
 * general library is in its calls.
 */
import { instantiate } from './instantiate.ts'
import code from './sha256.wasm.ts'

/** Input bytes one call takes; a longer input is fed in pieces of this size. */
export const SHA256_CHUNK = 1 << 16
/** Pieces of 127 bytes that one `fr32` or `subtree` takes. */
export const FR32_BATCH = 512

export interface Sha256Kernel {
  /** The kernel's memory, which never grows. */
  readonly bytes: Uint8Array
  /** Where input is written, and nodes are. */
  readonly input: number
  readonly output: number
  /** Where data is written that is to be padded. */
  readonly data: number
  /** Hashes `length` bytes of input, at most one chunk. The digest is read at `output`. */
  hash(length: number): void
  reset(): void
  /** Hashes `length` input bytes, a multiple of 64 until the last call (`last` = 1). At most 2³² - 1 bytes in all. */
  absorb(length: number, last: number): void
  /**
   * One layer of a piece commitment tree: replaces `count` pairs of 32-byte nodes at the input by their `count` parents, each
   * the SHA-256 of its pair with the top two bits of the last byte cleared.
   */
  layer(count: number): void
  /** Pads `chunks` times 127 bytes of data to 128 bytes of nodes at the input: two zero bits after every 254. */
  fr32(chunks: number): void
  /** The root over `chunks` of data, a power of two, at the input: `fr32` and all layers. */
  subtree(chunks: number): void
}

/** A kernel with a memory of its own. Synchronous; takes a few milliseconds. */
export function createSha256Kernel(): Sha256Kernel {
  const { memory, hash, reset, absorb, layer, fr32, subtree } = instantiate<Sha256Kernel>(code)
  const bytes = new Uint8Array(memory.buffer)
  return {
    ...{ bytes, input: INPUT, output: OUTPUT, data: DATA },
    ...{ hash, reset, absorb, layer, fr32, subtree },
  }
}

// As in assembly/sha256.ts.
const INPUT = 65_536
const OUTPUT = 64
const DATA = 256
