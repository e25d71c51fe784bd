/** Proving pre-committed sectors, one by one or in an aggregate, and bringing data into them (FIP-0076). */
import { type BatchReturn, batchReturn, stackBatches, successes } from '../batch-return.ts'
import { ActorError, ExitCode, require, type Runtime } from '../runtime.ts'
import { acceptControlling } from './access.ts'
import { activateSectorsPieces } from './data-activation.ts'
import { emitSectorActivated } from './events.ts'
import { notifyDataConsumers } from './notifications.ts'
import { maxProveCommitDuration, sealProofInfo, SNARK_PACK_V2 } from './policy.ts'
import type { SectorPreCommitOnChainInfo } from './precommit-info.ts'
import { getPreCommittedSectors } from './precommits.ts'
import { requestPledgeInputs } from './requests.ts'
import {
  checkAggregateProof,
  type SealProofInput,
  sealProofInput,
  sealVerifyInfo,
  verifyAggregateSeals,
} from './seal-proofs.ts'
import { activateNewSectors } from './sector-activation.ts'
import type { ProveCommitSectors3Params, SectorActivationManifest } from './sector-params.ts'
import type { MinerState } from './state.ts'

/** A sector to be proven: what is said of it now, and what was promised. */
interface Candidate {
  readonly activation: SectorActivationManifest
  readonly preCommit: SectorPreCommitOnChainInfo
}

/**
 * Proves sectors and activates those that can be. Each may fail by itself, unless `requireActivationSuccess`.
 * @returns what became of each.
 * @throws ActorError `NotFound` for a sector that is not pre-committed, `Forbidden` before its challenge, `IllegalArgument`
 *   when nothing can be activated, or not everything that has to be.
 * @see builtin-actors `actors/miner/src/lib.rs`, `prove_commit_sectors3`
 */
export function proveCommitSectors3(
  rt: Runtime<MinerState>,
  params: ProveCommitSectors3Params,
): BatchReturn {
  const state = rt.state()
  acceptControlling(rt, state.info.get())
  const { sectorActivations, requireActivationSuccess } = params
  const numbers = sectorActivations.map(({ sectorNumber }) => sectorNumber)
  const preCommits = getPreCommittedSectors(state, numbers)
  checkProofs(rt, params, preCommits)

  const validated = validatePreCommits(rt, preCommits, requireActivationSuccess)
  illegal(validated.results.successCount > 0, 'no valid precommits specified')
  const candidates = sectorActivations.map((activation, i) => ({
    activation,
    preCommit: preCommits[i]!,
  }))
  const valid = successes(validated.results, candidates)
  const proven = verify(rt, params, validated, valid)
  illegal(proven.successCount > 0, 'no valid proofs specified')
  const activated = activate(rt, successes(proven, valid), params)
  return stackBatches(validated.results, proven, activated)
}

function checkProofs(
  rt: Runtime,
  params: ProveCommitSectors3Params,
  preCommits: readonly SectorPreCommitOnChainInfo[],
): void {
  const { sectorProofs, aggregateProof, aggregateProofType, sectorActivations } = params
  const first = preCommits[0]
  if (first === undefined) throw new ActorError(ExitCode.IllegalArgument, 'no sectors to prove')
  illegal(
    (sectorProofs.length === 0) !== (aggregateProof.length === 0),
    'exactly one of sector proofs or aggregate proof must be non-empty',
  )
  if (sectorProofs.length === 0) {
    illegal(aggregateProofType === SNARK_PACK_V2, 'aggregate proof type must be SnarkPackV2')
    const { minAggregatedSectors: least, maxAggregatedSectors: most } = rt.policy
    checkAggregateProof(rt, aggregateProof, sectorActivations.length, least, most)
    return
  }
  illegal(aggregateProofType === null, 'aggregate proof type must be null with batched proofs')
  illegal(
    sectorActivations.length === sectorProofs.length,
    `mismatched lengths: ${sectorActivations.length} sector activations, ${sectorProofs.length} proofs`,
  )
  const { sealProof } = first.info
  const maxSize = sealProofInfo(sealProof)?.proofSize
  require(maxSize !==
    undefined, ExitCode.IllegalState, `failed to determine max proof size for type ${sealProof}`)
  for (const { length } of sectorProofs)
    illegal(length <= maxSize, `sector proof size ${length} exceeds max ${maxSize}`)
}

interface Validated {
  readonly results: BatchReturn
  /** Of all sectors: an aggregate proves also those that fail for other reasons. */
  readonly inputs: readonly SealProofInput[]
}

function validatePreCommits(
  rt: Runtime,
  preCommits: readonly SectorPreCommitOnChainInfo[],
  allOrNothing: boolean,
): Validated {
  const inputs: SealProofInput[] = []
  const codes = preCommits.map((preCommit, i) => {
    const { info, preCommitEpoch } = preCommit
    const isTimely = isDue(rt, preCommit)
    const previous = preCommits[i - 1]
    require(previous === undefined ||
      previous.info.sealProof ===
        info.sealProof, ExitCode.IllegalState, 'seal proof group for verification contains mismatched seal proofs')
    const interactiveEpoch = preCommitEpoch + rt.policy.preCommitChallengeDelay
    require(rt.epoch > interactiveEpoch, ExitCode.Forbidden, 'too early to prove sector')
    inputs.push(sealProofInput(rt, info, interactiveEpoch))
    const isValid = isTimely && info.dealIds.length === 0
    illegal(isValid || !allOrNothing, `invalid pre-commit ${i} while requiring activation success`)
    return isValid ? ExitCode.Ok : ExitCode.IllegalArgument
  })
  return { results: batchReturn(codes), inputs }
}

/** Whether it is not too late to prove a sector. */
function isDue(rt: Runtime, { info, preCommitEpoch }: SectorPreCommitOnChainInfo): boolean {
  const duration = maxProveCommitDuration(rt.policy, info.sealProof)
  if (duration === undefined)
    throw new ActorError(
      ExitCode.IllegalState,
      `no max seal duration for proof type: ${info.sealProof}`,
    )
  return rt.epoch <= preCommitEpoch + duration
}

/** @returns for each valid sector whether its proof holds. */
function verify(
  rt: Runtime,
  params: ProveCommitSectors3Params,
  { results, inputs }: Validated,
  valid: readonly Candidate[],
): BatchReturn {
  const { sectorProofs, aggregateProof, requireActivationSuccess } = params
  if (sectorProofs.length === 0) {
    verifyAggregateSeals(rt, inputs, aggregateProof)
    return batchReturn(valid.map(() => ExitCode.Ok))
  }
  const proofs = successes(results, sectorProofs)
  const seals = successes(results, inputs).map((input, i) => sealVerifyInfo(rt, input, proofs[i]!))
  const verified = rt.syscalls.batchVerifySeals(seals)
  const codes = valid.map(({ preCommit }, i) => {
    const holds = verified[i] === true
    illegal(
      holds || !requireActivationSuccess,
      `invalid proof for sector ${preCommit.info.sectorNumber} while requiring activation success`,
    )
    return holds ? ExitCode.Ok : ExitCode.IllegalArgument
  })
  return batchReturn(codes)
}

/** Brings the data of proven sectors in, and makes them sectors. @returns what became of each. */
function activate(
  rt: Runtime<MinerState>,
  proven: readonly Candidate[],
  { requireActivationSuccess, requireNotificationSuccess }: ProveCommitSectors3Params,
): BatchReturn {
  const inputs = proven.map(({ activation, preCommit: { info } }) => ({
    pieces: activation.pieces,
    sectorExpiry: info.expiration,
    sectorNumber: info.sectorNumber,
    sectorType: info.sealProof,
    expectedCommD: info.unsealedCid,
  }))
  const data = activateSectorsPieces(rt, inputs, requireActivationSuccess)
  illegal(data.results.successCount > 0, 'all data activations failed')
  const activated = successes(data.results, proven)
  const preCommits = activated.map(({ preCommit }) => preCommit)
  activateNewSectors(rt, preCommits, data.activated, requestPledgeInputs(rt))
  for (const { activation, preCommit } of activated)
    emitSectorActivated(
      rt,
      preCommit.info.sectorNumber,
      preCommit.info.unsealedCid,
      activation.pieces,
    )
  const notifications = activated.map(({ activation, preCommit }) => ({
    sectorNumber: activation.sectorNumber,
    sectorExpiration: preCommit.info.expiration,
    pieces: activation.pieces,
  }))
  notifyDataConsumers(rt, notifications, requireNotificationSuccess)
  return data.results
}

function illegal(condition: boolean, message: string): void {
  require(condition, ExitCode.IllegalArgument, message)
}
