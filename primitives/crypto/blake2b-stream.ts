/**
 * BLAKE2b of data that comes in parts, by blake2b-wasm. Two hashers of that package may not be alive at once (when one makes its
 * memory grow, the other writes into a buffer that is gone), one that is never finished loses memory, and one update of more
 * than 62 MiB throws. So a hasher of it lives only within one call here: between calls a stream is its 216 bytes of state.
 * Streams may be interleaved, left unfinished, and fed any amount. Needs `initCrypto`.
 */
import Blake2b from 'blake2b-wasm'
import { assert } from '../assert.ts'

export class Blake2bStream {
  readonly #length: number
  /** State between calls; undefined before the first and after the digest. */
  #state: Uint8Array | undefined
  #finished = false

  /** @param length - of the digest, 16 to 64 bytes. */
  constructor(length = 32) {
    assert(Number.isInteger(length) && length >= 16 && length <= 64, `digest length ${length}`)
    this.#length = length
  }

  /** @throws InvariantError after the digest was taken. */
  update(data: Uint8Array): this {
    const hasher = this.#resumed()
    for (let at = 0; at < data.length; at += CHUNK) hasher.update(data.subarray(at, at + CHUNK))
    this.#state = hasher.getPartialHash()
    // Gives its memory back; what it says is of no use.
    hasher.digest()
    return this
  }

  /** Once. @throws InvariantError when taken again. */
  digest(): Uint8Array {
    const hasher = this.#resumed()
    this.#finished = true
    this.#state = undefined
    return hasher.digest()
  }

  #resumed(): Blake2b.Blake2b {
    assert(!this.#finished, 'a digest was taken of this stream')
    const hasher = Blake2b(this.#length)
    if (this.#state !== undefined) hasher.setPartialHash(this.#state)
    return hasher
  }
}

/** Its memory grows to twice this and no more. */
const CHUNK = 1 << 20
