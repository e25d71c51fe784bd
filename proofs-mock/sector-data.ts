/**
 * The data of a sector as a replica takes it in: one layer of the tree over all of its pieces, with as many nodes as the
 * replica has. The root of that tree is CommD.
 */
import type { Cid } from '../primitives/cid.ts'
import {
  commitmentCid,
  commitmentOfCid,
  unsealedCid,
  zeroCommitment,
} from '../primitives/data-commitment.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { buildTree, NODE_SIZE, type Opening, rootOfOpening, shaNode, type Tree } from './merkle.ts'
import { type Piece, pieceLayer } from './piece.ts'

export interface SectorData {
  /** In order. */
  readonly pieces: readonly Piece[]
  readonly commD: Cid
  /** The top of the tree: as many leaves as the replica has nodes. */
  readonly tree: Tree
}

/**
 * @param sectorSize - bytes.
 * @param nodes - of the replica: a power of two, at most the sector's own nodes.
 * @throws InvalidInput naming the piece that does not fit.
 */
export function sectorData(
  sectorSize: bigint,
  nodes: number,
  pieces: readonly Piece[],
): SectorData {
  const commD = unsealedCid(sectorSize, pieces)
  const height = Math.log2(Number(sectorSize) / NODE_SIZE / nodes)
  if (pieces.length === 0) return { pieces, commD, tree: zeroTree(height, nodes) }
  const leaves = new Uint8Array(nodes * NODE_SIZE)
  const zero = zeroCommitment(BigInt(NODE_SIZE) << BigInt(height))
  for (let i = 0; i < nodes; i++) leaves.set(zero, i * NODE_SIZE)
  place(leaves, height, pieces)
  return { pieces, commD, tree: buildTree(leaves, shaNode) }
}

/** Where each piece starts, in padded bytes: the next multiple of its size. */
export function pieceOffsets(pieces: readonly { readonly size: bigint }[]): bigint[] {
  let filled = 0n
  return pieces.map(({ size }) => {
    const offset = ((filled + size - 1n) / size) * size
    filled = offset + size
    return offset
  })
}

/** That a piece lies in a sector, from the root of the piece to CommD. */
export type PieceInclusion = Opening

/**
 * Proves that a sector of these pieces holds one of them.
 * @param pieces - in order, with their padded sizes.
 * @throws InvalidInput when they do not fit, or there is no such piece.
 */
export function provePieceInclusion(
  sectorSize: bigint,
  pieces: readonly { readonly size: bigint; readonly cid: Cid }[],
  index: number,
): PieceInclusion {
  unsealedCid(sectorSize, pieces)
  const piece = pieces[index]
  if (!piece) throw new InvalidInput('index', `piece ${index} of ${pieces.length}`)
  const offsets = pieceOffsets(pieces)
  const path: Uint8Array[] = []
  let at = offsets[index]!
  for (let size = piece.size; size < sectorSize; size *= 2n) {
    const sibling = at % (2n * size) === 0n ? at + size : at - size
    path.push(rangeRoot(size, sibling, pieces, offsets))
    at -= at % (2n * size)
  }
  const position = Number(offsets[index]! / piece.size)
  return { index: position, leaf: commitmentOfCid(piece.cid), path }
}

/** Whether the sector with this CommD holds the piece at the place where the proof says it is. */
export function verifyPieceInclusion(
  sectorSize: bigint,
  commD: Cid,
  piece: { readonly size: bigint; readonly cid: Cid },
  proof: PieceInclusion,
): boolean {
  const isWhole = piece.size << BigInt(proof.path.length) === sectorSize
  const leaf = commitmentOfCid(piece.cid)
  return isWhole && commitmentCid(rootOfOpening({ ...proof, leaf }, shaNode)).equals(commD)
}

/** Root over the bytes from `start` on. A piece that covered such a range would cover the proven piece too. */
function rangeRoot(
  size: bigint,
  start: bigint,
  pieces: readonly { readonly size: bigint; readonly cid: Cid }[],
  offsets: readonly bigint[],
): Uint8Array {
  const inside = pieces.filter((_, i) => offsets[i]! >= start && offsets[i]! < start + size)
  if (inside.length === 0) return zeroCommitment(size)
  return commitmentOfCid(unsealedCid(size, inside))
}

/** Puts the nodes of pieces where they belong; pieces smaller than a node share it. */
function place(leaves: Uint8Array, height: number, pieces: readonly Piece[]): void {
  const coverage = BigInt(NODE_SIZE) << BigInt(height)
  const shared = new Map<bigint, Piece[]>()
  for (const [i, offset] of pieceOffsets(pieces).entries()) {
    const piece = pieces[i]!
    const node = offset / coverage
    if (piece.size >= coverage) leaves.set(pieceLayer(piece, height), Number(node) * NODE_SIZE)
    else shared.set(node, [...(shared.get(node) ?? []), piece])
  }
  for (const [node, inside] of shared)
    leaves.set(commitmentOfCid(unsealedCid(coverage, inside)), Number(node) * NODE_SIZE)
}

const zeroTrees = new Map<number, Map<number, Tree>>()

/** The tree of a sector without data, the same for all of them. */
function zeroTree(height: number, nodes: number): Tree {
  const byNodes = zeroTrees.get(height) ?? new Map<number, Tree>()
  zeroTrees.set(height, byNodes)
  const known = byNodes.get(nodes)
  if (known) return known
  const zero = zeroCommitment(BigInt(NODE_SIZE) << BigInt(height))
  const leaves = new Uint8Array(nodes * NODE_SIZE)
  for (let i = 0; i < nodes; i++) leaves.set(zero, i * NODE_SIZE)
  const tree = buildTree(leaves, shaNode)
  byNodes.set(nodes, tree)
  return tree
}
