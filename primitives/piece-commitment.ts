/**
 * CommP of real data: Fr32 padded, zeros after it up to the next power of two, and the root of the SHA-256 tree over that.
 * Reference: rust-fil-proofs `generate_piece_commitment`.
 */
import { concatBytes } from './bytes.ts'
import { FR32_SPAN, fr32Roots, sha256TruncatedLayer } from './crypto/hash.ts'
import { zeroCommitment } from './data-commitment.ts'
import { InvalidInput } from './invalid-input.ts'

export interface PieceCommitment {
  /** Padded bytes: a power of two, at least 128. */
  readonly size: bigint
  /** CommP, 32 bytes. */
  readonly commitment: Uint8Array
}

/** @throws InvalidInput for no data. */
export function pieceCommitment(data: Uint8Array): PieceCommitment {
  return new PieceHasher().update(data).finish()
}

/** CommP of data that comes in parts. Keeps 32 bytes for each 65,024. */
export class PieceHasher {
  /** Data of the span that is not full yet. */
  readonly #span = new Uint8Array(FR32_SPAN)
  #filled = 0
  readonly #roots: Uint8Array[] = []

  update(data: Uint8Array): this {
    let at = 0
    if (this.#filled > 0) {
      at = Math.min(FR32_SPAN - this.#filled, data.length)
      this.#hold(data.subarray(0, at))
      if (this.#filled < FR32_SPAN) return this
      this.#roots.push(fr32Roots(this.#span))
      this.#filled = 0
    }
    const whole = data.length - ((data.length - at) % FR32_SPAN)
    if (whole > at) this.#roots.push(fr32Roots(data.subarray(at, whole)))
    this.#hold(data.subarray(whole))
    return this
  }

  /** @throws InvalidInput where there was no data. */
  finish(): PieceCommitment {
    const rest = this.#span.subarray(0, this.#filled)
    if (this.#roots.length > 0) return commitmentOfRoots([...this.#roots, fr32Roots(rest)])
    if (rest.length === 0) throw new InvalidInput('data', 'no bytes')
    const chunks = 2 ** Math.ceil(Math.log2(rest.length / 127))
    const span = 127 * Math.max(1, chunks)
    return { size: BigInt((span / 127) * 128), commitment: fr32Roots(rest, span) }
  }

  #hold(data: Uint8Array): void {
    this.#span.set(data, this.#filled)
    this.#filled += data.length
  }
}

/** The commitment over what `fr32Roots` gave for data of more than one span, in parts at whole spans. */
export function commitmentOfRoots(roots: readonly Uint8Array[]): PieceCommitment {
  let layer = concatBytes(...roots)
  let size = BigInt((FR32_SPAN / 127) * 128)
  for (; layer.length > 32; size *= 2n) {
    const even = layer.length % 64 === 0 ? layer : concatBytes(layer, zeroCommitment(size))
    layer = sha256TruncatedLayer(even)
  }
  return { size, commitment: layer }
}
