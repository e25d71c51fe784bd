/** Public inputs of seal proofs, and the checks that all ways of proving share. */
import { idAddress } from '../../primitives/address.ts'
import type { Cid } from '../../primitives/cid.ts'
import { address, encode } from '../../primitives/codec.ts'
import { DomainSeparationTag, drawRandomness } from '../../primitives/randomness.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import type { SealVerifyInfo } from '../proof-info.ts'
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { fullCommD } from './commd.ts'
import { SNARK_PACK_V2 } from './policy.ts'
import type { SectorPreCommitInfo } from './precommit-info.ts'
import type { SectorNumber } from './wire.ts'

/** What a sector's seal is to be checked against. */
export interface SealProofInput {
  readonly sealProof: number
  readonly sectorNumber: SectorNumber
  readonly randomness: Uint8Array
  readonly interactiveRandomness: Uint8Array
  readonly sealedCid: Cid
  readonly unsealedCid: Cid
}

/** Inputs of a pre-committed sector. Two draws: ticket, then beacon. */
export function sealProofInput(
  rt: Runtime,
  info: SectorPreCommitInfo,
  interactiveEpoch: ChainEpoch,
): SealProofInput {
  const { sealProof, sectorNumber, sealedCid, sealRandEpoch } = info
  const tag = DomainSeparationTag.InteractiveSealChallengeSeed
  const randomness = sealRandomness(rt, sealRandEpoch)
  const beacon = rt.beaconDigest(interactiveEpoch)
  return {
    sealProof,
    sectorNumber,
    randomness,
    interactiveRandomness: drawRandomness(beacon, tag, interactiveEpoch, entropyOf(rt)),
    sealedCid,
    unsealedCid: fullCommD(info.unsealedCid, sealProof),
  }
}

/**
 * Randomness that binds a seal to the chain.
 * @throws ActorError `IllegalArgument` for an epoch from before any chain.
 */
export function sealRandomness(rt: Runtime, epoch: ChainEpoch): Uint8Array {
  require(Number.isSafeInteger(epoch), ExitCode.IllegalArgument, `invalid lookback epoch ${epoch}`)
  const digest = rt.ticketDigest(epoch)
  return drawRandomness(digest, DomainSeparationTag.SealRandomness, epoch, entropyOf(rt))
}

/** A single sector's proof. */
export function sealVerifyInfo(
  rt: Runtime,
  input: SealProofInput,
  proof: Uint8Array,
): SealVerifyInfo {
  const { sealProof, sectorNumber, randomness, interactiveRandomness, sealedCid, unsealedCid } =
    input
  return {
    registeredProof: sealProof,
    sectorId: { miner: rt.receiver, number: sectorNumber },
    dealIds: [],
    randomness,
    interactiveRandomness,
    proof,
    sealedCid,
    unsealedCid,
  }
}

/** @throws ActorError `IllegalArgument` for too many or too few sectors, or a proof that is too long. */
export function checkAggregateProof(
  { policy }: Runtime,
  proof: Uint8Array,
  sectors: number,
  least: number,
  most: number,
): void {
  const illegal = (condition: boolean, message: string): void =>
    require(condition, ExitCode.IllegalArgument, message)
  illegal(sectors <= most, `too many sectors addressed, addressed ${sectors} want <= ${most}`)
  illegal(sectors >= least, `too few sectors addressed, addressed ${sectors} want >= ${least}`)
  illegal(
    proof.length <= policy.maxAggregatedProofSize,
    `sector prove-commit proof of size ${proof.length} exceeds max size of ${policy.maxAggregatedProofSize}`,
  )
}

/** @throws ActorError `IllegalArgument` unless one proof holds for all sectors. */
export function verifyAggregateSeals(
  rt: Runtime,
  inputs: readonly SealProofInput[],
  proof: Uint8Array,
): void {
  const holds = rt.syscalls.verifyAggregateSeals({
    miner: rt.receiver,
    sealProof: inputs[0]!.sealProof,
    aggregateProof: SNARK_PACK_V2,
    proof,
    infos: inputs,
  })
  require(holds, ExitCode.IllegalArgument, 'aggregate seal verify failed')
}

const entropyOf = (rt: Runtime): Uint8Array => encode(address, idAddress(rt.receiver))
