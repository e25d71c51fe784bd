/**
 * Pieces of data with their real commitments: fr32 padded, CommP the root of a SHA-256 tree. A piece keeps the upper layers
 * of its tree, as many as a replica can hold, and not the data.
 */
import { concatBytes } from '../primitives/bytes.ts'
import type { Cid } from '../primitives/cid.ts'
import { commitmentCid, MIN_PIECE_SIZE } from '../primitives/data-commitment.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import type { Prng } from '../primitives/prng.ts'
import { FR32_CHUNK, fr32Pad } from './fr32.ts'
import { NODE_SIZE, shaNode } from './merkle.ts'

/** The most nodes a replica may have. */
export const MAX_REPLICA_NODES = 4096

export interface Piece {
  /** Padded bytes: a power of two, at least 128. */
  readonly size: bigint
  /** CommP. */
  readonly cid: Cid
  /** By height above the leaves: the nodes of that layer, or some that repeat to fill it. Low layers are not kept. */
  readonly layers: readonly (Uint8Array | undefined)[]
}

/** Bytes of the padded piece that holds so much data. @throws InvalidInput for no data. */
export function paddedPieceSize(length: number): bigint {
  if (!Number.isSafeInteger(length) || length <= 0)
    throw new InvalidInput('data', `${length} bytes`)
  const chunks = Math.ceil(length / FR32_CHUNK)
  return MIN_PIECE_SIZE << BigInt(Math.ceil(Math.log2(chunks)))
}

/** The piece of some data, with zeros after it up to the next size. @throws InvalidInput for no data. */
export function pieceOf(data: Uint8Array): Piece {
  const size = paddedPieceSize(data.length)
  const unpadded = new Uint8Array(Number(size / 128n) * FR32_CHUNK)
  unpadded.set(data)
  return pieceOfLayer(size, fr32Pad(unpadded))
}

/**
 * A piece of any size whose data is one block of 127 bytes again and again: real data with a real commitment, without the
 * cost of its size.
 * @throws InvalidInput unless `size` is a power of two of at least 128.
 */
export function fillerPiece(prng: Prng, size: bigint): Piece {
  if (size < MIN_PIECE_SIZE || (size & (size - 1n)) !== 0n)
    throw new InvalidInput(
      'size',
      `${size} bytes: not a power of two of at least ${MIN_PIECE_SIZE}`,
    )
  return pieceOfLayer(size, fr32Pad(prng.bytes(FR32_CHUNK)))
}

/** The nodes of a layer that is kept. @throws InvalidInput for one that is not. */
export function pieceLayer({ size, layers }: Piece, height: number): Uint8Array {
  const kept = layers[height]
  if (!kept) throw new InvalidInput('height', `layer ${height} of a piece of ${size} bytes`)
  const whole = Number(size >> BigInt(height))
  if (kept.length === whole) return kept
  const out = new Uint8Array(whole)
  for (let at = 0; at < whole; at += kept.length) out.set(kept, at)
  return out
}

/** @param leaves - the padded data, or a part of it that repeats. */
function pieceOfLayer(size: bigint, leaves: Uint8Array): Piece {
  const layers: (Uint8Array | undefined)[] = []
  let layer = leaves
  for (let whole = size; whole >= NODE_SIZE; whole /= 2n) {
    layers.push(layer.length <= MAX_REPLICA_NODES * NODE_SIZE ? layer : undefined)
    // A single node that repeats is its own neighbour.
    layer = shaNode.layer(layer.length > NODE_SIZE ? layer : concatBytes(layer, layer))
  }
  return { size, cid: commitmentCid(layers.at(-1)!), layers }
}
