/** Replicas as bytes, for disks and for other threads. */
import { ProofType, SectorNumber } from '../actors/miner/wire.ts'
import { Bitfield, bitfield } from '../primitives/bitfield.ts'
import { actorIdUint, byteString, cidLink, decode, encode, tuple } from '../primitives/codec.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { NODE_SIZE } from './merkle.ts'
import { MAX_REPLICA_NODES } from './piece.ts'
import {
  commitLeaves,
  type Replica,
  sealedCidOf,
  sectorName,
  type SectorIdentity,
} from './replica.ts'

const ReplicaFile = tuple(
  {
    miner: actorIdUint,
    number: SectorNumber,
    sealProof: ProofType,
    ticket: byteString,
    commC: byteString,
    sealedCid: cidLink,
    nodes: byteString,
    /** Hashes of the nodes as they were sealed. */
    leaves: byteString,
    lost: bitfield,
  },
  'replica',
)

export function encodeReplica(replica: Replica): Uint8Array {
  return encode(ReplicaFile, {
    ...replica,
    sealedCid: sealedCidOf(replica),
    leaves: replica.tree.subarray(0, replica.nodes.length),
    lost: Bitfield.of([...replica.lost].map(BigInt)),
  })
}

/**
 * Reads a replica back. Nodes may be damaged: that is for the prover to find. What names and commits to them may not.
 * @param sector - whose replica it should be.
 * @throws InvalidInput naming the sector whose file it is.
 */
export function decodeReplica(
  bytes: Uint8Array,
  sector: Pick<SectorIdentity, 'miner' | 'number'>,
): Replica {
  const refuse = (why: string): never => {
    throw new InvalidInput(sectorName(sector), why)
  }
  const { leaves, sealedCid, lost, ...rest } = parsed(bytes, refuse)
  const { miner, number, nodes } = rest
  if (miner !== sector.miner || number !== sector.number)
    refuse(`the file is of ${sectorName(rest)}`)
  const count = nodes.length / NODE_SIZE
  if (!Number.isInteger(Math.log2(count)) || count > MAX_REPLICA_NODES)
    refuse(`${nodes.length} bytes of nodes`)
  if (leaves.length !== nodes.length) refuse(`${leaves.length} bytes of hashes`)
  const missing = new Set(Array.from(lost.values(), Number))
  if ([...missing].some((node) => node >= count)) refuse('a node is lost that it does not have')
  const replica = { ...rest, tree: commitLeaves(leaves), lost: missing }
  if (!sealedCidOf(replica).equals(sealedCid)) refuse('its tree does not lead to its CommR')
  return replica
}

function parsed(bytes: Uint8Array, refuse: (why: string) => never) {
  try {
    return decode(ReplicaFile, bytes)
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}
