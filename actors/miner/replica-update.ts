/** Putting data into empty sectors that are proven already (SnapDeals, FIP-0019 and FIP-0076). */
import type { Cid } from '../../primitives/cid.ts'
import { type BatchReturn, batchReturn, stackBatches, successes } from '../batch-return.ts'
import { ActorError, ExitCode, require, type Runtime } from '../runtime.ts'
import { acceptControlling } from './access.ts'
import { fullCommD, isSealedSector, unsealedCidFromPieces } from './commd.ts'
import { activateSectorsPieces } from './data-activation.ts'
import { deadlineIsMutable } from './deadline-info.ts'
import { currentPeriodStart, loadDeadline, loadPartition } from './deadlines.ts'
import { emitSectorUpdated } from './events.ts'
import { notifyDataConsumers } from './notifications.ts'
import { sealProofInfo } from './policy.ts'
import { notifyPledgeChanged, requestUpdatePower } from './requests.ts'
import { requireDeadline } from './sector-map.ts'
import type { ProveReplicaUpdates3Params, SectorUpdateManifest } from './sector-params.ts'
import { mustGetSector, type SectorOnChainInfo } from './sectors.ts'
import { type ReplicaUpdate, updateReplicas } from './replica-update-state.ts'
import type { MinerState } from './state.ts'
import type { SectorNumber } from './wire.ts'

/** An update that is asked for, of a sector as it is now. */
interface Candidate {
  readonly update: SectorUpdateManifest
  readonly sector: SectorOnChainInfo
  readonly proof: Uint8Array
}

/**
 * Proves that data was put into sectors; their power follows at once. Each update may fail by itself, unless
 * `requireActivationSuccess`.
 *
 * @returns what became of each.
 * @throws ActorError `NotFound` for a sector that is not there; `IllegalArgument` when nothing can be updated, or not
 *   everything that has to be; `InsufficientFunds` for pledge.
 * @see builtin-actors `actors/miner/src/lib.rs`, `prove_replica_updates3`
 */
export function proveReplicaUpdates3(
  rt: Runtime<MinerState>,
  params: ProveReplicaUpdates3Params,
): BatchReturn {
  const state = rt.state()
  acceptControlling(rt, state.info.get())
  checkProofs(params)
  const { sectorUpdates, sectorProofs, requireActivationSuccess } = params
  const candidates = sectorUpdates.map((update, i) => ({
    update,
    sector: mustGetSector(state.sectors, update.sector),
    proof: sectorProofs[i] ?? NO_PROOF,
  }))
  const validated = validate(rt, params, candidates)
  illegal(sectorProofs.length > 0, 'aggregate update proofs not yet supported')
  illegal(
    sectorUpdates.length === sectorProofs.length,
    `mismatched lengths: ${sectorUpdates.length} sector updates, ${sectorProofs.length} proofs`,
  )
  const valid = successes(validated, candidates)
  const { results: proven, commDs } = verify(rt, params, valid)
  illegal(proven.successCount > 0, 'no valid updates')
  const toActivate = successes(proven, valid)
  const data = activateSectorsPieces(rt, toActivate.map(dataOf), requireActivationSuccess)
  illegal(data.results.successCount > 0, 'all data activations failed')
  const activated = successes(data.results, toActivate)
  const updates = activated.map(({ update, sector }, i) => ({
    deadline: Number(update.deadline),
    partition: update.partition,
    sector,
    sealedCid: update.newSealedCid,
    data: data.activated[i]!,
  }))
  settle(rt, params, updates, activated, commDs)
  return stackBatches(validated, proven, data.results)
}

function checkProofs({
  sectorProofs,
  aggregateProof,
  aggregateProofType,
}: ProveReplicaUpdates3Params): void {
  const isAggregate = sectorProofs.length === 0
  illegal(
    isAggregate === aggregateProof.length > 0,
    'exactly one of sector proofs or aggregate proof must be non-empty',
  )
  illegal(
    isAggregate === (aggregateProofType !== null),
    'aggregate proof type must be given with an aggregate proof only',
  )
}

function validate(
  rt: Runtime<MinerState>,
  { updateProofsType, requireActivationSuccess }: ProveReplicaUpdates3Params,
  candidates: readonly Candidate[],
): BatchReturn {
  const seen = new Set<SectorNumber>()
  const codes = candidates.map((candidate) => {
    try {
      const { sector } = candidate.update
      illegal(!seen.has(sector), `duplicate sector ${sector}`)
      seen.add(sector)
      validateOne(rt, candidate, updateProofsType)
      return ExitCode.Ok
    } catch (error) {
      if (!(error instanceof ActorError) || requireActivationSuccess) throw error
      return ExitCode.IllegalArgument
    }
  })
  return batchReturn(codes)
}

const MAX_PROOF_SIZE = 4096

function validateOne(
  rt: Runtime<MinerState>,
  { update, sector, proof }: Candidate,
  updateProofsType: number,
): void {
  const { policy, epoch } = rt
  const state = rt.state()
  illegal(proof.length <= MAX_PROOF_SIZE, `update proof is too large (${proof.length})`)
  const deadline = requireDeadline(rt, update.deadline)
  illegal(
    isSealedSector(update.newSealedCid),
    `new sealed CID had wrong prefix ${update.newSealedCid}`,
  )
  illegal(
    deadlineIsMutable(policy, currentPeriodStart(policy, state, epoch), deadline, epoch),
    `cannot upgrade sectors in immutable deadline ${deadline}`,
  )
  illegal(isActive(state, deadline, update), `sector ${update.sector} isn't active`)
  illegal(
    sector.dealWeight + sector.verifiedDealWeight === 0n,
    `cannot update sector ${update.sector} with non-zero data`,
  )
  const expected = sealProofInfo(sector.sealProof)?.updateProof
  require(expected !== undefined, ExitCode.IllegalState, "couldn't load update proof type")
  illegal(updateProofsType === expected, `expected proof type ${expected}, was ${updateProofsType}`)
}

/** Whether the sector is proven, and neither faulty nor terminated. @throws ActorError `NotFound` if it is not there. */
function isActive(
  state: MinerState,
  deadline: number,
  { partition: index, sector }: SectorUpdateManifest,
): boolean {
  const partition = loadPartition(loadDeadline(state, deadline), index)
  require(partition.sectors.has(
    sector,
  ), ExitCode.NotFound, `sector ${sector} not a member of partition ${index}, deadline ${deadline}`)
  const { faults, terminated, unproven } = partition
  return !faults.has(sector) && !terminated.has(sector) && !unproven.has(sector)
}

interface Verified {
  readonly results: BatchReturn
  /** CommD of each sector's data; null for zeros. */
  readonly commDs: ReadonlyMap<SectorNumber, Cid | null>
}

function verify(
  rt: Runtime,
  { updateProofsType, requireActivationSuccess }: ProveReplicaUpdates3Params,
  valid: readonly Candidate[],
): Verified {
  const commDs = new Map<SectorNumber, Cid | null>()
  const codes = valid.map(({ update, sector, proof }) => {
    const commD = unsealedCidFromPieces(rt, update.pieces, sector.sealProof)
    commDs.set(update.sector, commD)
    const holds = rt.syscalls.verifyReplicaUpdate({
      updateProofType: updateProofsType,
      oldSealedCid: sector.sealedCid,
      newSealedCid: update.newSealedCid,
      newUnsealedCid: fullCommD(commD, sector.sealProof),
      proof,
    })
    illegal(
      holds || !requireActivationSuccess,
      `invalid proof for sector ${update.sector} while requiring activation success`,
    )
    return holds ? ExitCode.Ok : ExitCode.IllegalArgument
  })
  return { results: batchReturn(codes), commDs }
}

const dataOf = ({ update, sector }: Candidate) => ({
  pieces: update.pieces,
  sectorExpiry: sector.expiration,
  sectorNumber: sector.sectorNumber,
  sectorType: sector.sealProof,
  expectedCommD: undefined, // it was computed from the pieces
})

/** Changes the state, and tells everybody. */
function settle(
  rt: Runtime<MinerState>,
  { requireNotificationSuccess }: ProveReplicaUpdates3Params,
  updates: readonly ReplicaUpdate[],
  activated: readonly Candidate[],
  commDs: ReadonlyMap<SectorNumber, Cid | null>,
): void {
  const { powerDelta, pledgeDelta } = updateReplicas(rt, updates)
  notifyPledgeChanged(rt, pledgeDelta)
  requestUpdatePower(rt, powerDelta)
  for (const { update } of activated)
    emitSectorUpdated(rt, update.sector, commDs.get(update.sector) ?? null, update.pieces)
  const notifications = activated.map(({ update, sector }) => ({
    sectorNumber: update.sector,
    sectorExpiration: sector.expiration,
    pieces: update.pieces,
  }))
  notifyDataConsumers(rt, notifications, requireNotificationSuccess)
}

const NO_PROOF = new Uint8Array()

function illegal(condition: boolean, message: string): void {
  require(condition, ExitCode.IllegalArgument, message)
}
