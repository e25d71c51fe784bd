/** Window PoSt: proofs that a deadline's sectors are there, taken on trust while nothing has to be recovered. */
import { idAddress } from '../../primitives/address.ts'
import type { Bitfield } from '../../primitives/bitfield.ts'
import { equalBytes } from '../../primitives/bytes.ts'
import { address, encode } from '../../primitives/codec.ts'
import { DomainSeparationTag, drawRandomness } from '../../primitives/randomness.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import type { PoStProof } from '../proof-info.ts'
import { abort, type Draft, ExitCode, type Runtime } from '../runtime.ts'
import { acceptControlling, checkValidPoStProofType } from './access.ts'
import { checkBalanceInvariants } from './balances.ts'
import { type DeadlineInfo, isOpen, lastEpoch, quantSpecForDeadline } from './deadline-info.ts'
import { type PoStResult, recordPoStProofs, recordProvenSectors } from './deadline-posts.ts'
import { currentDeadlineInfo, loadDeadline, saveDeadline } from './deadlines.ts'
import type { MinerInfo } from './info.ts'
import { loadPartitionsSectorsMax, POST_PROOF_SIZE } from './policy.ts'
import { isZeroPower } from './power-pair.ts'
import { requestUpdatePower } from './requests.ts'
import { requireDeadline } from './sector-map.ts'
import type { SubmitWindowedPoStParams } from './sector-params.ts'
import { mustGetSector, type SectorOnChainInfo, type SectorStore } from './sectors.ts'
import type { MinerState } from './state.ts'

const RANDOMNESS_LENGTH = 32

/**
 * Proves partitions of the open deadline. Recoveries come back and unproven sectors become active; skipped sectors become
 * faulty. A proof that recovers something is verified now; any other can be disputed later.
 *
 * @throws ActorError `IllegalArgument` for the wrong deadline, partitions, randomness or proof; `NotFound` for a partition
 *   that is not there.
 * @see builtin-actors `actors/miner/src/lib.rs`, `submit_windowed_post`
 */
export function submitWindowedPoSt(
  rt: Runtime<MinerState>,
  params: SubmitWindowedPoStParams,
): void {
  const proof = checkParams(rt, params)
  const { powerDelta } = rt.transaction((state) => {
    const info = state.info.get()
    acceptControlling(rt, info)
    checkProof(rt, info, params, proof)
    const deadline = checkDeadline(rt, state, params)
    checkChainCommit(rt, deadline, params)
    return prove(rt, state, info, deadline, params)
  })
  requestUpdatePower(rt, powerDelta)
  checkBalanceInvariants(rt, rt.state())
}

/** Whether proofs hold for sectors challenged at an epoch. */
export function verifyWindowedPoSt(
  rt: Runtime,
  challengeEpoch: ChainEpoch,
  sectors: readonly SectorOnChainInfo[],
  proofs: readonly PoStProof[],
): boolean {
  const entropy = encode(address, idAddress(rt.receiver))
  const tag = DomainSeparationTag.WindowedPoStChallengeSeed
  return rt.syscalls.verifyPost({
    randomness: drawRandomness(rt.beaconDigest(challengeEpoch), tag, challengeEpoch, entropy),
    proofs,
    challengedSectors: sectors.map(({ sealProof, sectorNumber, sealedCid }) => ({
      proof: sealProof,
      sectorNumber,
      sealedCid,
    })),
    prover: rt.receiver,
  })
}

/** What a proof must carry to name the tipset of an epoch. @param digest - of the ticket chain then. */
export function chainCommitRandomness(digest: Uint8Array, epoch: ChainEpoch): Uint8Array {
  if (recent?.epoch === epoch && equalBytes(recent.digest, digest)) return recent.drawn
  const tag = DomainSeparationTag.PoStChainCommit
  const drawn = drawRandomness(digest, tag, epoch, NO_ENTROPY)
  recent = { digest, epoch, drawn }
  return drawn
}

/** Infos of the sectors to be proven; the first good one stands in for each that is ignored. None when all are. */
export function loadForProof(
  sectors: SectorStore,
  numbers: Bitfield,
  ignored: Bitfield,
): SectorOnChainInfo[] {
  const good = numbers.subtract(ignored).first()
  if (good === undefined) return []
  const standIn = mustGetSector(sectors, good)
  return Array.from(numbers.values(), (number) =>
    ignored.has(number) ? standIn : mustGetSector(sectors, number),
  )
}

/** What can be said without the state. */
function checkParams(rt: Runtime, params: SubmitWindowedPoStParams): PoStProof {
  const { proofs, deadline, chainCommitRand } = params
  const [proof] = proofs
  if (proof === undefined || proofs.length > 1)
    abort(ExitCode.IllegalArgument, `expected exactly one proof, got ${proofs.length}`)
  checkValidPoStProofType(rt, proof.postProof)
  requireDeadline(rt, deadline)
  if (chainCommitRand.length > RANDOMNESS_LENGTH)
    abort(ExitCode.IllegalArgument, `${chainCommitRand.length} bytes of randomness`)
  return proof
}

function checkProof(
  { policy }: Runtime,
  info: MinerInfo,
  { partitions }: SubmitWindowedPoStParams,
  { postProof, proofBytes }: PoStProof,
): void {
  const { windowPoStProofType, windowPoStPartitionSectors } = info
  if (postProof !== windowPoStProofType)
    abort(
      ExitCode.IllegalArgument,
      `expected proof of type ${windowPoStProofType}, got ${postProof}`,
    )
  const maxSize = POST_PROOF_SIZE * partitions.length
  if (proofBytes.length > maxSize)
    abort(ExitCode.IllegalArgument, `expected proof to be smaller than ${maxSize} bytes`)
  const loadable = loadPartitionsSectorsMax(policy, windowPoStPartitionSectors)
  const limit = Math.min(loadable, policy.postedPartitionsMax)
  if (partitions.length > limit)
    abort(ExitCode.IllegalArgument, `too many partitions ${partitions.length}, limit ${limit}`)
}

function checkDeadline(
  { policy, epoch }: Runtime<MinerState>,
  state: Draft<MinerState>,
  { deadline }: SubmitWindowedPoStParams,
): DeadlineInfo {
  const current = currentDeadlineInfo(policy, state, epoch)
  if (!isOpen(current))
    abort(ExitCode.IllegalState, `proving period ${current.periodStart} not yet open at ${epoch}`)
  if (Number(deadline) !== current.index)
    abort(
      ExitCode.IllegalArgument,
      `invalid deadline ${deadline} at epoch ${epoch}, expected ${current.index}`,
    )
  return current
}

/** The proof must name a recent tipset of this chain, so that it is worth nothing on another. */
function checkChainCommit(
  rt: Runtime,
  { challenge }: DeadlineInfo,
  { chainCommitEpoch: epoch, chainCommitRand }: SubmitWindowedPoStParams,
): void {
  if (epoch < challenge)
    abort(ExitCode.IllegalArgument, `expected chain commit epoch ${epoch} to be after ${challenge}`)
  if (epoch >= rt.epoch)
    abort(
      ExitCode.IllegalArgument,
      `chain commit epoch ${epoch} must be less than the current epoch ${rt.epoch}`,
    )
  if (!equalBytes(chainCommitRandomness(rt.ticketDigest(epoch), epoch), chainCommitRand))
    abort(ExitCode.IllegalArgument, 'post commit randomness mismatched')
}

function prove(
  rt: Runtime<MinerState>,
  state: Draft<MinerState>,
  { sectorSize }: MinerInfo,
  info: DeadlineInfo,
  { partitions, proofs }: SubmitWindowedPoStParams,
): PoStResult {
  const deadline = { ...loadDeadline(state, info.index) }
  const terms = { sectorSize, quant: quantSpecForDeadline(rt.policy, info) }
  const expiration = lastEpoch(info) + rt.policy.faultMaxAge
  const result = recordProvenSectors(deadline, terms, state.sectors, expiration, partitions)
  if (result.ignoredSectors.containsAll(result.sectors))
    abort(ExitCode.IllegalArgument, 'cannot prove partitions with no active sectors')
  if (isZeroPower(result.recoveredPower)) recordPoStProofs(deadline, result.partitions, proofs)
  else {
    const sectors = loadForProof(state.sectors, result.sectors, result.ignoredSectors)
    if (!verifyWindowedPoSt(rt, info.challenge, sectors, proofs))
      abort(ExitCode.IllegalArgument, 'invalid post was submitted')
  }
  saveDeadline(state, info.index, deadline)
  return result
}

const NO_ENTROPY = new Uint8Array()

/** What was drawn last: the proofs of an epoch name the same few tipsets, and who makes one draws what is checked here. */
let recent: { digest: Uint8Array; epoch: ChainEpoch; drawn: Uint8Array } | undefined
