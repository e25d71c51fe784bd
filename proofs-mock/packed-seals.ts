/** Sectors to be sealed, and sealed ones, as threads take and give them: a CID is a class, and classes cannot be copied. */
import { concatBytes } from '../primitives/bytes.ts'
import { commitmentCid, commitmentOfCid } from '../primitives/data-commitment.ts'
import { NODE_SIZE } from './merkle.ts'
import type { Piece } from './piece.ts'
import type { Sealed, SealOptions, SectorIdentity } from './replica.ts'

/** A sector to be sealed. */
export interface SealRequest {
  readonly identity: SectorIdentity
  readonly pieces?: readonly Piece[]
  readonly options?: SealOptions
}

export interface PackedSeal {
  readonly identity: SectorIdentity
  readonly pieces: readonly (Omit<Piece, 'cid'> & { readonly cid: Uint8Array })[]
  readonly options: SealOptions
}

export function packRequest({ identity, pieces = [], options = {} }: SealRequest): PackedSeal {
  const { miner, number, sealProof, ticket } = identity
  return {
    identity: { miner, number, sealProof, ticket: ticket.slice() },
    pieces: pieces.map(({ size, cid, layers }) => ({
      size,
      cid: cid.bytes.slice(),
      // A part of a larger array would be copied with all of it.
      layers: layers.map((layer) => layer?.slice()),
    })),
    options,
  }
}

/** The number of nodes (32 bits), CommC, CommD, nodes, the tree over them, the tree over the data. */
export function packSealed({ replica, data }: Sealed): Uint8Array {
  const { nodes, tree, commC } = replica
  const count = new Uint8Array(4)
  new DataView(count.buffer).setUint32(0, nodes.length / NODE_SIZE)
  return concatBytes(count, commC, commitmentOfCid(data.commD), nodes, tree, data.tree)
}

/** What was packed for these requests, in their order. */
export function unpackSealed(requests: readonly SealRequest[], packed: Uint8Array): Sealed[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  let at = 0
  const take = (length: number): Uint8Array => packed.slice(at, (at += length))
  return requests.map(({ identity, pieces = [] }) => {
    const nodesLength = view.getUint32(at) * NODE_SIZE
    at += 4
    const [commC, commD] = [take(NODE_SIZE), commitmentCid(take(NODE_SIZE))]
    const treeLength = 2 * nodesLength - NODE_SIZE
    const [nodes, tree] = [take(nodesLength), take(treeLength)]
    const { miner, number, sealProof, ticket } = identity
    return {
      replica: { miner, number, sealProof, ticket, commC, nodes, tree, lost: new Set<number>() },
      data: { pieces, commD, tree: take(treeLength) },
    }
  })
}
