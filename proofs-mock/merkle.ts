/**
 * Binary Merkle trees over 32-byte nodes, kept whole: SHA-256 as the protocol has it for data, BLAKE2b for replicas. The
 * two top bits of a node are cleared, so that it is an element of the proof system's field.
 */
import { assert } from '../primitives/assert.ts'
import { blake2b256, sha256 } from '../primitives/crypto/hash.ts'

/** Bytes of a node. */
export const NODE_SIZE = 32

/** Hashes 64 bytes, two nodes side by side, to the node above them. */
export type NodeHash = (pair: Uint8Array) => Uint8Array

/** Of data: CommP and CommD are roots of trees with it. */
export const shaNode: NodeHash = (pair) => fieldElement(sha256(pair))
/** Of replicas. */
export const blakeNode: NodeHash = (pair) => fieldElement(blake2b256(pair))

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
  for (let from = 0, to = leaves.length; to < tree.length; from += 2 * NODE_SIZE, to += NODE_SIZE)
    tree.set(hash(tree.subarray(from, from + 2 * NODE_SIZE)), to)
  return tree
}

/** The layer above a layer. */
export function layerAbove(layer: Uint8Array, hash: NodeHash): Uint8Array {
  const above = new Uint8Array(layer.length / 2)
  for (let from = 0, to = 0; to < above.length; from += 2 * NODE_SIZE, to += NODE_SIZE)
    above.set(hash(layer.subarray(from, from + 2 * NODE_SIZE)), to)
  return above
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
