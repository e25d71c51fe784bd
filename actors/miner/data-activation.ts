/** Data in new or updated sectors: does it make up the CommD that was promised, and whose datacap pays for it. */
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { allOk, batchCodes, type BatchReturn, successes } from '../batch-return.ts'
import { assert } from '../../primitives/assert.ts'
import { returned } from '../returned.ts'
import { ExitCode, Payload, require, type Runtime } from '../runtime.ts'
import { VERIFREG_ACTOR } from '../singletons.ts'
import { VerifregMethod } from '../verifreg/params.ts'
import { fullCommD, unsealedCidFromPieces } from './commd.ts'
import {
  ClaimAllocationsParams,
  ClaimAllocationsReturn,
  type SectorAllocationClaims,
} from './ext.ts'
import type { PieceActivationManifest } from './sector-params.ts'
import type { SectorNumber } from './wire.ts'

export interface DataActivationInput {
  readonly pieces: readonly PieceActivationManifest[]
  readonly sectorExpiry: ChainEpoch
  readonly sectorNumber: SectorNumber
  readonly sectorType: number
  /** The CommD that was promised, null for zeros; undefined when nothing was. */
  readonly expectedCommD: Cid | null | undefined
}

/** Padded bytes of a sector's data. */
export interface ActivatedData {
  readonly unverifiedSpace: bigint
  readonly verifiedSpace: bigint
}

export interface DataActivation {
  readonly results: BatchReturn
  /** Of the sectors that succeeded. */
  readonly activated: readonly ActivatedData[]
}

/**
 * Claims the allocations that the pieces name. A sector fails as a whole.
 * @throws ActorError `IllegalArgument` when pieces are not what was promised, and as the verified registry does.
 * @see builtin-actors `actors/miner/src/lib.rs`, `activate_sectors_pieces`
 */
export function activateSectorsPieces(
  rt: Runtime,
  inputs: readonly DataActivationInput[],
  allOrNothing: boolean,
): DataActivation {
  for (const input of inputs) checkCommD(rt, input)
  const claimed = claimAllocations(rt, inputs.map(claimsOf), allOrNothing)
  const { sectorResults, sectorClaims } = claimed
  const activated = successes(sectorResults, inputs).map(({ pieces }, i) => ({
    unverifiedSpace: sumUnverified(pieces),
    verifiedSpace: sectorClaims[i]!,
  }))
  return { results: sectorResults, activated }
}

/**
 * Claims allocations sector by sector; without any the registry is not asked.
 * @throws ActorError `AssertionFailed` when only some were claimed where all or none should be.
 */
export function claimAllocations(
  rt: Runtime,
  sectors: readonly SectorAllocationClaims[],
  allOrNothing: boolean,
): ClaimAllocationsReturn {
  if (sectors.every(({ claims }) => claims.length === 0))
    return { sectorResults: allOk(sectors.length), sectorClaims: sectors.map(() => 0n) }
  const params = Payload.of(ClaimAllocationsParams, { sectors, allOrNothing })
  const result = rt.send(VERIFREG_ACTOR, VerifregMethod.ClaimAllocations, params, 0n)
  const claimed = returned(result, ClaimAllocationsReturn)
  const { successCount } = claimed.sectorResults
  const partly = successCount > 0 && claimed.sectorResults.failCodes.length > 0
  require(!allOrNothing ||
    !partly, ExitCode.AssertionFailed, 'batch return of claim allocations partially succeeded but request was all_or_nothing')
  assert(
    batchCodes(claimed.sectorResults).length === sectors.length,
    'a result for each sector that claims',
  )
  return claimed
}

function checkCommD(
  rt: Runtime,
  { pieces, sectorType, sectorNumber, expectedCommD }: DataActivationInput,
): void {
  if (expectedCommD === undefined) return
  const computed = fullCommD(unsealedCidFromPieces(rt, pieces, sectorType), sectorType)
  const declared = fullCommD(expectedCommD, sectorType)
  require(declared.equals(
    computed,
  ), ExitCode.IllegalArgument, `unsealed CID does not match pieces for sector ${sectorNumber}, computed ${computed} declared ${declared}`)
}

function claimsOf({
  sectorNumber,
  sectorExpiry,
  pieces,
}: DataActivationInput): SectorAllocationClaims {
  return {
    sector: sectorNumber,
    expiry: sectorExpiry,
    claims: pieces.flatMap(({ cid, size, verifiedAllocationKey: key }) =>
      key === null ? [] : [{ client: key.client, allocationId: key.id, data: cid, size }],
    ),
  }
}

function sumUnverified(pieces: readonly PieceActivationManifest[]): bigint {
  let sum = 0n
  for (const { size, verifiedAllocationKey } of pieces)
    if (verifiedAllocationKey === null) sum += size
  return sum
}
