/**
 * Mock replicas: a sector sealed into a few nodes, whatever its nominal size. Each node is a node of the data's tree, masked
 * by a label that only this replica has; CommR binds the replica's tree, its identity and CommD. Replicas are values: damage
 * makes another one (faults.ts).
 */
import { sealProofInfo } from '../actors/miner/policy.ts'
import type { SectorNumber } from '../actors/miner/wire.ts'
import { idAddress } from '../primitives/address.ts'
import { assert } from '../primitives/assert.ts'
import { concatBytes, uint64be, utf8 } from '../primitives/bytes.ts'
import type { Cid } from '../primitives/cid.ts'
import { blake2b256, blake2b256Many, blake2bKeyed, sha256 } from '../primitives/crypto/hash.ts'
import { commitmentOfCid, replicaCid } from '../primitives/data-commitment.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import type { ActorId } from '../primitives/units.ts'
import { proverId, uint64le } from './challenges.ts'
import {
  blakeNode,
  buildTree,
  fieldElement,
  leafCount,
  nodeAt,
  NODE_SIZE,
  rootOf,
  type Tree,
} from './merkle.ts'
import { MAX_REPLICA_NODES, type Piece } from './piece.ts'
import { type SectorData, sectorData } from './sector-data.ts'

/** What a replica is a replica of. */
export interface SectorIdentity {
  readonly miner: ActorId
  readonly number: SectorNumber
  readonly sealProof: number
  /** Drawn from the ticket chain before sealing, 32 bytes. */
  readonly ticket: Uint8Array
}

export interface Replica extends SectorIdentity {
  /** 32 bytes: binds the identity and the data that was sealed first. */
  readonly commC: Uint8Array
  /** The nodes as they are on disk now. */
  readonly nodes: Uint8Array
  /** Nodes that cannot be read any more. */
  readonly lost: ReadonlySet<number>
  /** The tree over the hashes of the nodes, as it was when they were sealed. No node can be had from it. */
  readonly tree: Tree
}

/** A replica with the data in it, as it is while it is sealed and as long as the unsealed copy is kept. */
export interface Sealed {
  readonly replica: Replica
  readonly data: SectorData
}

/** Nodes of a replica where nothing else is asked for. */
export const DEFAULT_NODES = 128

export interface SealOptions {
  /** A power of two from 4 to 4096. No more than the sector has are used: a 2 KiB sector has 64. */
  readonly nodes?: number
}

/**
 * Seals pieces, or zeros where there are none.
 * @throws InvalidInput for an unknown proof type, a bad number of nodes, or a piece that does not fit.
 */
export function seal(
  identity: SectorIdentity,
  pieces: readonly Piece[] = [],
  { nodes: wanted = DEFAULT_NODES }: SealOptions = {},
): Sealed {
  const { miner, number, sealProof, ticket } = identity
  const info = sealProofInfo(sealProof)
  if (!info) throw new InvalidInput('sealProof', `no such type: ${sealProof}`)
  if (ticket.length !== 32) throw new InvalidInput('ticket', `${ticket.length} bytes, not 32`)
  if (wanted < 4 || wanted > MAX_REPLICA_NODES || !Number.isInteger(Math.log2(wanted)))
    throw new InvalidInput('nodes', `${wanted}: not a power of two from 4 to ${MAX_REPLICA_NODES}`)
  const width = Math.min(wanted, Number(info.sectorSize) / NODE_SIZE)
  const data = sectorData(info.sectorSize, width, pieces)
  const commD = commitmentOfCid(data.commD)
  const id = replicaId(identity, commD)
  const nodes = data.tree.slice(0, width * NODE_SIZE)
  for (let i = 0; i < width; i++) mask(nodeAt(nodes, i), label(id, i))
  const commC = fieldElement(blake2b256(COMM_C, id, commD))
  const replica = { miner, number, sealProof, ticket, commC, lost: NONE, ...committed(nodes) }
  return { replica, data }
}

/** Nodes with the tree over them. */
export function committed(nodes: Uint8Array): Pick<Replica, 'nodes' | 'tree'> {
  const count = nodes.length / NODE_SIZE
  const hashes = blake2b256Many(Array.from({ length: count }, (_, i) => nodeAt(nodes, i)))
  return { nodes, tree: commitLeaves(concatBytes(...hashes.map(fieldElement))) }
}

/** The tree over hashes of nodes. */
export const commitLeaves = (leaves: Uint8Array): Tree => buildTree(leaves, blakeNode)

/** What stands in a replica's tree for a node. */
export const leafOf = (node: Uint8Array): Uint8Array => fieldElement(blake2b256(node))

/** CommR as a CID: what a pre-commitment, and later the chain, says of the replica. */
export const sealedCidOf = ({ commC, tree }: Replica): Cid =>
  replicaCid(commROf(commC, rootOf(tree)))

/** CommR of a tree's root. */
export const commROf = (commC: Uint8Array, root: Uint8Array): Uint8Array =>
  fieldElement(blake2b256(COMM_R, commC, root))

export const nodeCount = ({ tree }: Replica): number => leafCount(tree)

/** Binds miner, sector, proof type, ticket and data, 32 bytes (rust-fil-proofs `generate_replica_id`). */
export function replicaId(
  { miner, number, sealProof, ticket }: SectorIdentity,
  commD: Uint8Array,
): Uint8Array {
  const porepId = new Uint8Array(32)
  porepId.set(uint64le(BigInt(sealProof)))
  return fieldElement(sha256(proverId(miner), uint64be(number), ticket, commD, porepId))
}

/** What hides a node's data: nobody has it without the identity of the replica. */
export const label = (id: Uint8Array, index: number): Uint8Array =>
  fieldElement(blake2bKeyed(NODE_SIZE, id, uint64be(index)))

/** Puts a mask on a node, or takes it off, in place. */
export function mask(node: Uint8Array, by: Uint8Array): void {
  assert(node.length === by.length, 'a mask of another length')
  for (let i = 0; i < node.length; i++) node[i] = node[i]! ^ by[i]!
}

/** A sector as messages name it: `sector 5 of f01000`. */
export const sectorName = ({ miner, number }: Pick<SectorIdentity, 'miner' | 'number'>): string =>
  `sector ${number} of ${idAddress(miner)}`

const NONE: ReadonlySet<number> = new Set()
const COMM_C = utf8('pithead comm_c')
const COMM_R = utf8('pithead comm_r')
