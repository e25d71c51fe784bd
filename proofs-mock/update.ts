/**
 * Replica updates (SnapDeals, FIP-0019): data put into a replica that was sealed empty, without sealing it again. Public
 * inputs are those of ref-fvm's `ReplicaUpdateInfo`: three commitments, and neither miner nor sector.
 */
import { postProofInfo, sealProofInfo } from '../actors/miner/policy.ts'
import type { ReplicaUpdateInfo } from '../actors/proof-info.ts'
import { defined } from '../primitives/assert.ts'
import { equalBytes, utf8 } from '../primitives/bytes.ts'
import type { SignedItem } from '../primitives/crypto/bls.ts'
import { blake2b256 } from '../primitives/crypto/hash.ts'
import type { Cid } from '../primitives/cid.ts'
import { updateChallenges, updateShape } from './challenges.ts'
import { nodeAt } from './merkle.ts'
import { openData, openNode, unprovable } from './openings.ts'
import type { Piece } from './piece.ts'
import {
  committed,
  label,
  mask,
  nodeCount,
  type Replica,
  type Sealed,
  sealedCidOf,
} from './replica.ts'
import { sectorData } from './sector-data.ts'
import {
  type Circuit,
  PARTITION_PROOF_SIZE,
  proofJob,
  type Setup,
  signProof,
  statement,
} from './setup.ts'

/**
 * The replica with these pieces in it.
 * @throws Unprovable when a node of the old one cannot be opened; InvalidInput for a piece that does not fit.
 */
export function updateReplica(old: Replica, pieces: readonly Piece[]): Sealed {
  const data = sectorData(sectorSizeOf(old), nodeCount(old), pieces)
  const key = updateKey(sealedCidOf(old), data.commD)
  const nodes = old.nodes.slice()
  for (let i = 0; i < nodeCount(old); i++) {
    if (!openNode(old, i)) throw unprovable(old, `node ${i} cannot be opened`)
    encode(nodeAt(nodes, i), nodeAt(data.tree, i), label(key, i))
  }
  return { replica: { ...old, ...committed(nodes) }, data }
}

/**
 * Proves an update: opens the challenged nodes in both replicas and in the data.
 * @throws Unprovable when one cannot be opened, or they do not belong together.
 */
export function proveReplicaUpdate(
  setup: Setup,
  old: Replica,
  { replica, data }: Sealed,
): Uint8Array {
  const [oldSealedCid, newSealedCid] = [sealedCidOf(old), sealedCidOf(replica)]
  const key = updateKey(oldSealedCid, data.commD)
  const size = sectorSizeOf(old)
  for (const index of updateChallenges(size, newSealedCid.digest, nodeCount(replica))) {
    const [before, after, plain] = [
      openNode(old, index),
      openNode(replica, index),
      openData(data, index),
    ]
    if (!before || !after || !plain) throw unprovable(replica, `node ${index} cannot be opened`)
    const expected = before.slice()
    encode(expected, plain, label(key, index))
    if (!equalBytes(expected, after))
      throw unprovable(replica, `node ${index} is not of this update`)
  }
  const { updateProof } = defined(sealProofInfo(old.sealProof), `seal proof ${old.sealProof}`)
  const stated = updateInputs({
    updateProofType: updateProof,
    oldSealedCid,
    newSealedCid,
    newUnsealedCid: data.commD,
  })
  return signProof(setup, circuitOf(updateProof), stated, updateProofSize(size))
}

/** What is left to check of an update's proof; undefined when it is none by its form. */
export function updateJob(setup: Setup, info: ReplicaUpdateInfo): SignedItem | undefined {
  const { updateProofType, proof } = info
  // Update types count sizes as winning PoSt types do.
  const size = updateProofType < 5 ? postProofInfo(updateProofType)?.sectorSize : undefined
  if (size === undefined) return undefined
  const circuit = circuitOf(updateProofType)
  return proofJob(setup, circuit, updateInputs(info), proof, updateProofSize(size))
}

/** Bytes: 192 for each partition, of which there are 1, 4 or 16. */
export const updateProofSize = (sectorSize: bigint): number =>
  updateShape(sectorSize).partitions * PARTITION_PROOF_SIZE

const circuitOf = (proofType: number): Circuit => ({ kind: 'update', proofType })

const sectorSizeOf = ({ sealProof }: Replica): bigint =>
  defined(sealProofInfo(sealProof), `seal proof ${sealProof}`).sectorSize

/** Puts data into a node, in place. */
function encode(node: Uint8Array, data: Uint8Array, by: Uint8Array): void {
  mask(node, data)
  mask(node, by)
}

const updateKey = (oldSealedCid: Cid, newUnsealedCid: Cid): Uint8Array =>
  blake2b256(UPDATE, oldSealedCid.bytes, newUnsealedCid.bytes)
const UPDATE = utf8('pithead replica update')

const updateInputs = (info: Omit<ReplicaUpdateInfo, 'proof'>): Uint8Array =>
  statement(circuitOf(info.updateProofType), [
    info.oldSealedCid.bytes,
    info.newSealedCid.bytes,
    info.newUnsealedCid.bytes,
  ])
