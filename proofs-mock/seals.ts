/**
 * Proofs of replication: interactive ones, synthetic ones, those without interaction (FIP-0092), and aggregates of them
 * (FIP-0013). Public inputs are those of ref-fvm's `SealVerifyInfo`.
 */
import { SNARK_PACK_V2, sealProofInfo } from '../actors/miner/policy.ts'
import type { AggregateSealVerifyProofAndInfos, SealVerifyInfo } from '../actors/proof-info.ts'
import { equalBytes } from '../primitives/bytes.ts'
import type { SignedItem } from '../primitives/crypto/bls.ts'
import { commitmentOfCid } from '../primitives/data-commitment.ts'
import { porepChallenges, porepShape, proverId, uint64le } from './challenges.ts'
import { openData, openNode, Unprovable, unprovable } from './openings.ts'
import { label, mask, nodeCount, replicaId, type Sealed, sealedCidOf } from './replica.ts'
import { type Circuit, proofJob, type Setup, signProof, statement } from './setup.ts'

/** A seal to be proven, or one whose proof is to be checked. */
export type SealStatement = Omit<SealVerifyInfo, 'proof' | 'dealIds'>

/** What the chain will say of a sealed sector. @param interactiveRandomness - 32 bytes. */
export function sealStatement(
  { replica, data }: Sealed,
  interactiveRandomness: Uint8Array = NO_INTERACTION,
): SealStatement {
  return {
    registeredProof: replica.sealProof,
    sectorId: { miner: replica.miner, number: replica.number },
    randomness: replica.ticket,
    interactiveRandomness,
    sealedCid: sealedCidOf(replica),
    unsealedCid: data.commD,
  }
}

/** Stands for the beacon's challenge in a seal without interaction. */
export const NO_INTERACTION = new Uint8Array(32).fill(1)

/**
 * Proves a seal: opens the challenged nodes in replica and data, and checks that one is the other, masked.
 * @param interactiveRandomness - drawn after the pre-commitment, 32 bytes.
 * @throws Unprovable naming the sector, when a node cannot be opened.
 */
export function proveSeal(
  setup: Setup,
  sealed: Sealed,
  interactiveRandomness?: Uint8Array,
): Uint8Array {
  const stated = sealStatement(sealed, interactiveRandomness)
  openChallenged(sealed, stated)
  const circuit = circuitOf(stated.registeredProof)
  return signProof(setup, circuit, sealInputs(stated), sealProofSize(stated.registeredProof)!)
}

function openChallenged({ replica, data }: Sealed, stated: SealStatement): void {
  const commD = commitmentOfCid(data.commD)
  const id = replicaId(replica, commD)
  const seed = {
    sealProof: replica.sealProof,
    replicaId: id,
    commR: stated.sealedCid.digest,
    interactiveRandomness: stated.interactiveRandomness,
  }
  for (const index of porepChallenges(seed, nodeCount(replica))) {
    const node = openNode(replica, index)
    const plain = openData(data, index)
    if (!node) throw unprovable(replica, `node ${index} cannot be opened`)
    if (!plain) throw unprovable(replica, `node ${index} of its data cannot be opened`)
    const masked = plain.slice()
    mask(masked, label(id, index))
    if (!equalBytes(masked, node)) throw unprovable(replica, `node ${index} is not of this data`)
  }
}

/** Bytes of a single seal's proof; undefined for an unknown type. */
export const sealProofSize = (sealProof: number): number | undefined =>
  sealProofInfo(sealProof)?.proofSize

/** What is left to check of a seal's proof; undefined when it is none by its form. */
export function sealJob(
  setup: Setup,
  info: SealStatement & Pick<SealVerifyInfo, 'proof'>,
): SignedItem | undefined {
  const size = sealProofSize(info.registeredProof)
  if (size === undefined) return undefined
  return proofJob(setup, circuitOf(info.registeredProof), sealInputs(info), info.proof, size)
}

/**
 * One proof for many seals of one miner.
 * @param proofs - of each, in order; a proof that does not hold is not aggregated.
 * @param holds - checks signatures.
 * @throws Unprovable naming the sectors whose proofs do not hold.
 */
export function aggregateSeals(
  setup: Setup,
  seals: readonly SealStatement[],
  proofs: readonly Uint8Array[],
  holds: (job: SignedItem) => boolean,
): Uint8Array {
  const bad = seals.filter((stated, i) => {
    const job = sealJob(setup, { ...stated, proof: proofs[i] ?? new Uint8Array() })
    return job === undefined || !holds(job)
  })
  if (bad.length > 0) {
    const numbers = bad.map(({ sectorId }) => sectorId.number)
    throw new Unprovable(numbers, `proofs of sectors ${numbers.join(', ')} do not hold`)
  }
  const { registeredProof: sealProof, sectorId } = seals[0]!
  const infos = seals.map((stated) => ({ ...stated, sectorNumber: stated.sectorId.number }))
  const aggregate = { miner: sectorId.miner, sealProof, aggregateProof: SNARK_PACK_V2, infos }
  const size = aggregateProofSize(sealProof, infos.length)
  return signProof(setup, aggregateCircuit(sealProof), aggregateInputs(aggregate), size)
}

/** What is left to check of an aggregate; undefined when it is none by its form. */
export function aggregateJob(
  setup: Setup,
  aggregate: AggregateSealVerifyProofAndInfos,
): SignedItem | undefined {
  const { sealProof, aggregateProof, infos, proof } = aggregate
  if (!sealProofInfo(sealProof) || aggregateProof !== SNARK_PACK_V2 || infos.length === 0)
    return undefined
  const size = aggregateProofSize(sealProof, infos.length)
  return proofJob(setup, aggregateCircuit(sealProof), aggregateInputs(aggregate), proof, size)
}

/**
 * Bytes of an aggregate: a SnarkPack of all partitions of all seals, filled up to a power of two, grows by 2976 bytes with each
 * doubling. For one seal without interaction this gives the protocol's 14,164 and 23,092.
 */
export function aggregateProofSize(sealProof: number, seals: number): number {
  const proofs = porepShape(sealProof).partitions * seals
  return 2260 + 2976 * Math.max(1, Math.ceil(Math.log2(proofs)))
}

const circuitOf = (proofType: number): Circuit => ({ kind: 'seal', proofType })
const aggregateCircuit = (proofType: number): Circuit => ({ kind: 'aggregate', proofType })

const sealInputs = (stated: SealStatement): Uint8Array =>
  statement(circuitOf(stated.registeredProof), [
    proverId(stated.sectorId.miner),
    uint64le(stated.sectorId.number),
    stated.randomness,
    stated.interactiveRandomness,
    stated.sealedCid.bytes,
    stated.unsealedCid.bytes,
  ])

function aggregateInputs({
  miner,
  sealProof,
  infos,
}: Omit<AggregateSealVerifyProofAndInfos, 'proof'>): Uint8Array {
  const inputs = infos.flatMap((info) => [
    uint64le(info.sectorNumber),
    info.randomness,
    info.interactiveRandomness,
    info.sealedCid.bytes,
    info.unsealedCid.bytes,
  ])
  return statement(aggregateCircuit(sealProof), [proverId(miner), ...inputs])
}
