/**
 * Commitments to data: the SHA-256 tree over 32-byte nodes whose root is a piece's CommP and a sector's CommD.
 * A node's two top bits are cleared so that it is an element of the proof system's field. Reference: builtin-actors
 * `miner/src/commd.rs`, ref-fvm `compute_unsealed_sector_cid`, go-fil-commcid.
 */
import { concatBytes } from './bytes.ts'
import { type Cid, CODEC, HASH, makeCid } from './cid.ts'
import { sha256 } from './crypto/hash.ts'
import { InvalidInput } from './invalid-input.ts'
import { decodeUvarint } from './varint.ts'

/** Bytes of the smallest piece, padded. */
export const MIN_PIECE_SIZE = 128n
/** Bytes of a node. */
const NODE = 32n
const ZERO_NODES: Uint8Array[] = [new Uint8Array(32)]

export interface PieceInfo {
  /** Padded bytes: a power of two, at least 128. */
  readonly size: bigint
  /** CommP as a CID. */
  readonly cid: Cid
}

/** The node above two others. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const hash = sha256(concatBytes(left, right))
  hash[31] = hash[31]! & 0x3f
  return hash
}

/** Root of the tree over `size` zero bytes, a power of two of at least 32. @throws InvalidInput */
export function zeroCommitment(size: bigint): Uint8Array {
  const height = treeHeight(size, NODE, 'size')
  for (let i = ZERO_NODES.length; i <= height; i++)
    ZERO_NODES.push(nodeHash(ZERO_NODES[i - 1]!, ZERO_NODES[i - 1]!))
  return ZERO_NODES[height]!.slice()
}

/** CID of a data commitment: a piece's CommP or a sector's CommD. @throws InvalidInput unless it has 32 bytes. */
export function commitmentCid(commitment: Uint8Array): Cid {
  if (commitment.length !== 32) throw new InvalidInput('commitment', `${commitment.length} bytes`)
  return makeCid(CODEC.commitmentUnsealed, HASH.sha2Trunc254Padded, commitment)
}

/** CID of a replica commitment, a sector's CommR. @throws InvalidInput unless it has 32 bytes. */
export function replicaCid(commitment: Uint8Array): Cid {
  if (commitment.length !== 32) throw new InvalidInput('commitment', `${commitment.length} bytes`)
  return makeCid(CODEC.commitmentSealed, HASH.poseidonBls12381A2Fc1, commitment)
}

/** The 32 bytes in a CommP or CommD. @throws InvalidInput for a CID of another kind. */
export function commitmentOfCid(cid: Cid, field = 'cid'): Uint8Array {
  return digestOf(cid, CODEC.commitmentUnsealed, HASH.sha2Trunc254Padded, field)
}

/** The 32 bytes in a CommR. @throws InvalidInput for a CID of another kind. */
export function commitmentOfReplicaCid(cid: Cid, field = 'cid'): Uint8Array {
  return digestOf(cid, CODEC.commitmentSealed, HASH.poseidonBls12381A2Fc1, field)
}

/** CommD of a sector without data. @throws InvalidInput */
export function zeroDataCid(sectorSize: bigint): Cid {
  treeHeight(sectorSize, MIN_PIECE_SIZE, 'sectorSize')
  return commitmentCid(zeroCommitment(sectorSize))
}

/**
 * CommD of a sector that holds these pieces in this order. Zeros are put before a piece so that it starts at a multiple
 * of its size, and after the last up to the sector's size; without pieces, all is zero.
 *
 * @throws InvalidInput naming the piece with a wrong size or CID, or that does not fit.
 */
export function unsealedCid(sectorSize: bigint, pieces: readonly PieceInfo[]): Cid {
  const sectorHeight = treeHeight(sectorSize, MIN_PIECE_SIZE, 'sectorSize')
  const stack: Subtree[] = []
  let filled = 0n
  for (const [i, { size, cid }] of pieces.entries()) {
    const height = treeHeight(size, MIN_PIECE_SIZE, `pieces[${i}].size`)
    const root = commitmentOfCid(cid, `pieces[${i}].cid`)
    filled = ceilTo(filled, size) + size
    if (filled > sectorSize)
      throw new InvalidInput(
        `pieces[${i}]`,
        `ends at ${filled}, the sector has ${sectorSize} bytes`,
      )
    padTo(stack, height)
    push(stack, { height, root })
  }
  if (stack.length === 0) return zeroDataCid(sectorSize)
  padTo(stack, sectorHeight)
  return commitmentCid(stack[0]!.root)
}

/** A finished subtree; a stack of them, ever lower, covers what has been filled so far. */
interface Subtree {
  readonly height: number
  readonly root: Uint8Array
}

/** Adds zeros until the next free offset is a multiple of a subtree of `height`. */
function padTo(stack: Subtree[], height: number): void {
  for (let last = stack.at(-1); last && last.height < height; last = stack.at(-1))
    push(stack, { height: last.height, root: zeroCommitment(NODE << BigInt(last.height)) })
}

function push(stack: Subtree[], subtree: Subtree): void {
  let top = subtree
  for (let last = stack.at(-1); last && last.height === top.height; last = stack.at(-1)) {
    stack.pop()
    top = { height: top.height + 1, root: nodeHash(last.root, top.root) }
  }
  stack.push(top)
}

const ceilTo = (n: bigint, step: bigint): bigint => ((n + step - 1n) / step) * step

/** Levels above the leaves of a tree over `size` bytes. */
function treeHeight(size: bigint, least: bigint, field: string): number {
  if (size < least || (size & (size - 1n)) !== 0n || size >= 1n << 63n)
    throw new InvalidInput(field, `${size} bytes: not a power of two of at least ${least}`)
  return size.toString(2).length - NODE.toString(2).length
}

function digestOf(cid: Cid, codec: number, hash: number, field: string): Uint8Array {
  const [gotHash] = decodeUvarint(cid.bytes, decodeUvarint(cid.bytes, 1)[1])
  const { digest } = cid
  if (cid.codec !== codec || gotHash !== BigInt(hash) || digest.length !== 32)
    throw new InvalidInput(field, `${cid} is not a commitment of this kind`)
  return digest.slice()
}
