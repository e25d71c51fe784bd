/** Commitments of sectors: which CIDs are such, and the one of a sector of zeros, which states and events leave out. */
import type { Cid } from '../../primitives/cid.ts'
import {
  commitmentOfCid,
  commitmentOfReplicaCid,
  zeroDataCid,
} from '../../primitives/data-commitment.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { ActorError, ExitCode, type Runtime } from '../runtime.ts'
import { sealProofInfo } from './policy.ts'
import type { PieceActivationManifest } from './sector-params.ts'

/** Whether a CID is a sector's CommR. */
export const isSealedSector = (cid: Cid): boolean => isCommitment(commitmentOfReplicaCid, cid)
/** Whether a CID is a sector's CommD. */
export const isUnsealedSector = (cid: Cid): boolean => isCommitment(commitmentOfCid, cid)

/** The whole CommD, where null stands for the one of zeros. @throws ActorError `IllegalArgument` for an unknown seal. */
export function fullCommD(compact: Cid | null, sealProof: number): Cid {
  if (compact !== null) return compact
  const proof = sealProofInfo(sealProof)
  if (!proof) throw new ActorError(ExitCode.IllegalArgument, 'unknown SealProof')
  let cid = zeroCommDs.get(proof.sectorSize)
  if (!cid) zeroCommDs.set(proof.sectorSize, (cid = zeroDataCid(proof.sectorSize)))
  return cid
}

/**
 * CommD of pieces, null for none.
 * @throws ActorError `IllegalArgument` when they do not fit into the sector.
 */
export function unsealedCidFromPieces(
  rt: Runtime,
  pieces: readonly PieceActivationManifest[],
  sealProof: number,
): Cid | null {
  if (pieces.length === 0) return null
  const infos = pieces.map(({ cid, size }) => ({ cid, size }))
  const computed = rt.syscalls.computeUnsealedSectorCid(sealProof, infos)
  if (computed === null)
    throw new ActorError(ExitCode.IllegalArgument, 'failed to compute unsealed sector CID')
  return computed
}

const zeroCommDs = new Map<bigint, Cid>()

function isCommitment(read: (cid: Cid) => Uint8Array, cid: Cid): boolean {
  try {
    read(cid)
    return true
  } catch (error) {
    if (error instanceof InvalidInput) return false
    throw error
  }
}
