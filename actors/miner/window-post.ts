/** Window PoSt: proofs that a deadline's sectors are there, taken on trust while nothing has to be recovered. */
import { idAddress } from '../../primitives/address.ts'
import type { Bitfield } from '../../primitives/bitfield.ts'
import { equalBytes } from '../../primitives/bytes.ts'
import { address, encode } from '../../primitives/codec.ts'
import { DomainSeparationTag, drawRandomness } from '../../primitives/randomness.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import type { PoStProof } from '../proof-info.ts'
import { type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
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
  const [proof, ...more] = params.proofs
  require(proof !== undefined &&
    more.length ===
      0, ExitCode.IllegalArgument, `expected exactly one proof, got ${params.proofs.length}`)
  checkValidPoStProofType(rt, proof.postProof)
  requireDeadline(rt, params.deadline)
  require(params.chainCommitRand.length <=
    RANDOMNESS_LENGTH, ExitCode.IllegalArgument, `expected at most ${RANDOMNESS_LENGTH} bytes of randomness, got ${params.chainCommitRand.length}`)
  return proof
}

function checkProof(
  { policy }: Runtime,
  info: MinerInfo,
  { partitions }: SubmitWindowedPoStParams,
  { postProof, proofBytes }: PoStProof,
): void {
  const illegal = (condition: boolean, message: string): void =>
    require(condition, ExitCode.IllegalArgument, message)
  illegal(
    postProof === info.windowPoStProofType,
    `expected proof of type ${info.windowPoStProofType}, got ${postProof}`,
  )
  const maxSize = POST_PROOF_SIZE * partitions.length
  illegal(proofBytes.length <= maxSize, `expected proof to be smaller than ${maxSize} bytes`)
  const limit = Math.min(
    loadPartitionsSectorsMax(policy, info.windowPoStPartitionSectors),
    policy.postedPartitionsMax,
  )
  illegal(partitions.length <= limit, `too many partitions ${partitions.length}, limit ${limit}`)
}

function checkDeadline(
  { policy, epoch }: Runtime<MinerState>,
  state: Draft<MinerState>,
  { deadline }: SubmitWindowedPoStParams,
): DeadlineInfo {
  const current = currentDeadlineInfo(policy, state, epoch)
  require(isOpen(
    current,
  ), ExitCode.IllegalState, `proving period ${current.periodStart} not yet open at ${epoch}`)
  require(deadline ===
    BigInt(
      current.index,
    ), ExitCode.IllegalArgument, `invalid deadline ${deadline} at epoch ${epoch}, expected ${current.index}`)
  return current
}

/** The proof must name a recent tipset of this chain, so that it is worth nothing on another. */
function checkChainCommit(
  rt: Runtime,
  { challenge }: DeadlineInfo,
  { chainCommitEpoch: epoch, chainCommitRand }: SubmitWindowedPoStParams,
): void {
  require(epoch >=
    challenge, ExitCode.IllegalArgument, `expected chain commit epoch ${epoch} to be after ${challenge}`)
  require(epoch <
    rt.epoch, ExitCode.IllegalArgument, `chain commit epoch ${epoch} must be less than the current epoch ${rt.epoch}`)
  const tag = DomainSeparationTag.PoStChainCommit
  const expected = drawRandomness(rt.ticketDigest(epoch), tag, epoch, NO_ENTROPY)
  require(equalBytes(
    expected,
    chainCommitRand,
  ), ExitCode.IllegalArgument, 'post commit randomness mismatched')
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
  require(!result.sectors.subtract(result.ignoredSectors)
    .isEmpty, ExitCode.IllegalArgument, 'cannot prove partitions with no active sectors')
  if (isZeroPower(result.recoveredPower)) recordPoStProofs(deadline, result.partitions, proofs)
  else {
    const sectors = loadForProof(state.sectors, result.sectors, result.ignoredSectors)
    require(verifyWindowedPoSt(
      rt,
      info.challenge,
      sectors,
      proofs,
    ), ExitCode.IllegalArgument, 'invalid post was submitted')
  }
  saveDeadline(state, info.index, deadline)
  return result
}

const NO_ENTROPY = new Uint8Array()
