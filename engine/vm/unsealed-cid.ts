/** The system call by which actors compute what a sector's data commits to. */
import { sealProofInfo } from '../../actors/miner/policy.ts'
import type { PieceInfo } from '../../actors/proof-info.ts'
import type { Cid } from '../../primitives/cid.ts'
import { unsealedCid } from '../../primitives/data-commitment.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'

/** CommD of the pieces in a sector of a seal proof type; null when they are no pieces or do not fit. */
export function computeUnsealedSectorCid(
  sealProof: number,
  pieces: readonly PieceInfo[],
): Cid | null {
  const proof = sealProofInfo(sealProof)
  if (!proof) return null
  try {
    return unsealedCid(proof.sectorSize, pieces)
  } catch (error) {
    if (error instanceof InvalidInput) return null
    throw error
  }
}
