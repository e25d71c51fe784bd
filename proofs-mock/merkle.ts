/**
 * Binary Merkle trees over 32-byte nodes, kept whole: SHA-256 as the protocol has it for data, BLAKE2b for replicas. The
 * two top bits of a node are cleared, so that it is an element of the proof system's field.
 */
import { assert } from '../primitives/assert.ts'
import {
  blake2b256,
  blake2bLayer,
  sha256,
  sha256TruncatedLayer,
} from '../primitives/crypto/hash.ts'

/** Bytes of a node. */
export const NODE_SIZE = 32

/** Hashes 64 bytes, two nodes side by side, to the node above them; or all pairs of a layer in one go. */
export interface NodeHash {
  (pair: Uint8Array): Uint8Array
  /** Fills `parents`, where it is given, and gives it. */
  readonly layer: (nodes: Uint8Array, parents?: Uint8Array) => Uint8Array
}

/** Of data: CommP and CommD are roots of trees with it. */
export const shaNode: NodeHash = Object.assign((pair: Uint8Array) => fieldElement(sha256(pair)), {
  layer: sha256TruncatedLayer,
})
/** Of replicas. */
export const blakeNode: NodeHash = Object.assign(
  (pair: Uint8Array) => fieldElement(blake2b256(pair)),
  { layer: (nodes: Uint8Array, parents?: Uint8Array) => blake2bLayer(nodes, true, parents) },
)

/** Clears the two top bits of a digest, in place. */
export function fieldElement(digest: Uint8Array): Uint8Array {
  digest[31] = digest[31]! & 0x3f
  return digest
}

/** A tree of n leaves: 2n - 1 nodes in one array, the leaves first, the root last. */
export type Tree = Uint8Array

/** @param leaves - a power of two of nodes; they are copied. */
export function buildTree(leaves: Uint8Array, hash: NodeHash): Tree {
  const tree = new Uint8Array(2 * leaves.length - NODE_SIZE)
  assert(leaves.length > 0 && isPowerOfTwo(leaves.length), `${leaves.length} bytes of leaves`)
  tree.set(leaves)
  let [start, length] = [0, leaves.length]
  for (; length > NODE_SIZE; start += length, length /= 2) {
    const above = start + length
    hash.layer(tree.subarray(start, above), tree.subarray(above, above + length / 2))
  }
  return tree
}

export const leafCount = (tree: Tree): number => (tree.length / NODE_SIZE + 1) / 2

export const rootOf = (tree: Tree): Uint8Array => tree.subarray(tree.length - NODE_SIZE)

export const nodeAt = (nodes: Uint8Array, index: number): Uint8Array =>
  nodes.subarray(index * NODE_SIZE, (index + 1) * NODE_SIZE)

/** A leaf, and the siblings on its way to the root. */
export interface Opening {
  readonly index: number
  readonly leaf: Uint8Array
  /** From the leaf's sibling upward. */
  readonly path: readonly Uint8Array[]
}

export function openLeaf(tree: Tree, index: number): Opening {
  const leaves = leafCount(tree)
  assert(Number.isInteger(index) && index >= 0 && index < leaves, `leaf ${index} of ${leaves}`)
  const path: Uint8Array[] = []
  let [start, width, position] = [0, leaves, index]
  while (width > 1) {
    path.push(nodeAt(tree, start + (position ^ 1)))
    start += width
    width /= 2
    position >>= 1
  }
  return { index, leaf: nodeAt(tree, index), path }
}

/** The root that an opening leads to. */
export function rootOfOpening({ index, leaf, path }: Opening, hash: NodeHash): Uint8Array {
  const pair = new Uint8Array(2 * NODE_SIZE)
  let node = leaf
  let position = index
  for (const sibling of path) {
    const isRight = (position & 1) === 1
    pair.set(isRight ? sibling : node, 0)
    pair.set(isRight ? node : sibling, NODE_SIZE)
    node = hash(pair)
    position >>= 1
  }
  return node
}

const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0
