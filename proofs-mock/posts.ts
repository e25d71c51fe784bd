/**
 * Proofs of spacetime: window PoSt, one proof for each partition of a deadline, and winning PoSt, for one sector of the miner
 * that won an epoch. Public inputs are those of ref-fvm's `WindowPoStVerifyInfo` and Lotus' `WinningPoStVerifyInfo`.
 */
import { postProofInfo, sealProofInfo } from '../actors/miner/policy.ts'
import type { PoStProof, SectorInfo, WindowPoStVerifyInfo } from '../actors/proof-info.ts'
import type { SectorNumber } from '../actors/miner/wire.ts'
import { concatBytes } from '../primitives/bytes.ts'
import type { SignedItem } from '../primitives/crypto/bls.ts'
import type { ActorId } from '../primitives/units.ts'
import {
  fieldRandomness,
  postChallenges,
  proverId,
  uint64le,
  WINDOW_POST_CHALLENGES,
  WINNING_POST_CHALLENGES,
  WINNING_POST_SECTOR_COUNT,
} from './challenges.ts'
import { firstUnopened, Unprovable } from './openings.ts'
import { nodeCount, type Replica, sealedCidOf } from './replica.ts'
import {
  type Circuit,
  PARTITION_PROOF_SIZE,
  proofJob,
  type Setup,
  signProof,
  statement,
} from './setup.ts'

/** Replicas that are there, by number. */
export type Replicas = (sector: SectorNumber) => Replica | undefined

/** What a PoSt is about. The proofs are what is missing. */
export type PostStatement = Omit<WindowPoStVerifyInfo, 'proofs'>

/** What a winning PoSt is checked against: as a window PoSt's, with the one challenged sector. */
export type WinningPoStVerifyInfo = WindowPoStVerifyInfo

/**
 * Proves that sectors are there, each partition's with 192 bytes.
 * @param postProof - a window PoSt type, 10 to 14.
 * @throws Unprovable naming all sectors that cannot be proven.
 */
export function proveWindowPost(
  setup: Setup,
  postProof: number,
  stated: PostStatement,
  replicas: Replicas,
): PoStProof {
  const circuit: Circuit = { kind: 'window-post', proofType: postProof }
  openSectors(stated, replicas, WINDOW_POST_CHALLENGES)
  const proofs = partitionsOf(postProof, stated.challengedSectors).map((sectors, k) =>
    signProof(setup, circuit, postInputs(circuit, stated, sectors, k), PARTITION_PROOF_SIZE),
  )
  return { postProof, proofBytes: concatBytes(...proofs) }
}

/**
 * What is left to check of a window PoSt: a signature for each partition. Sectors that are named more than once, as
 * stand-ins for faulty ones, count once. @returns undefined when it is none by its form.
 */
export function windowPostJobs(
  setup: Setup,
  { proofs, ...stated }: WindowPoStVerifyInfo,
): SignedItem[] | undefined {
  const [proof] = proofs
  const proofType = proof?.postProof ?? 0
  if (!proof || proofs.length > 1 || proofType < FIRST_WINDOW_POST) return undefined
  if (!isSound(proofType, stated)) return undefined
  const circuit: Circuit = { kind: 'window-post', proofType }
  const partitions = partitionsOf(proofType, stated.challengedSectors)
  if (proof.proofBytes.length !== partitions.length * PARTITION_PROOF_SIZE) return undefined
  return allOrNone(
    partitions.map((sectors, k) => {
      const from = k * PARTITION_PROOF_SIZE
      const part = proof.proofBytes.subarray(from, from + PARTITION_PROOF_SIZE)
      const inputs = postInputs(circuit, stated, sectors, k)
      return proofJob(setup, circuit, inputs, part, PARTITION_PROOF_SIZE)
    }),
  )
}

/**
 * Proves the sector that a winner was asked for.
 * @param postProof - a winning PoSt type, 0 to 4.
 * @throws Unprovable when it is not there.
 */
export function proveWinningPost(
  setup: Setup,
  postProof: number,
  stated: PostStatement,
  replicas: Replicas,
): PoStProof {
  const circuit: Circuit = { kind: 'winning-post', proofType: postProof }
  openSectors(stated, replicas, WINNING_POST_CHALLENGES)
  const inputs = postInputs(circuit, stated, stated.challengedSectors, 0)
  return { postProof, proofBytes: signProof(setup, circuit, inputs, PARTITION_PROOF_SIZE) }
}

/** What is left to check of a winning PoSt; undefined when it is none by its form. */
export function winningPostJob(
  setup: Setup,
  { proofs, ...stated }: WinningPoStVerifyInfo,
): SignedItem | undefined {
  const [proof] = proofs
  const proofType = proof?.postProof ?? FIRST_WINDOW_POST
  if (!proof || proofs.length > 1 || proofType >= FIRST_WINDOW_POST) return undefined
  if (stated.challengedSectors.length !== WINNING_POST_SECTOR_COUNT) return undefined
  if (!isSound(proofType, stated)) return undefined
  const circuit: Circuit = { kind: 'winning-post', proofType }
  const inputs = postInputs(circuit, stated, stated.challengedSectors, 0)
  return proofJob(setup, circuit, inputs, proof.proofBytes, PARTITION_PROOF_SIZE)
}

/** The winning PoSt type for sectors of a window PoSt type. */
export const winningPostProof = (windowPostProof: number): number =>
  windowPostProof - FIRST_WINDOW_POST

const FIRST_WINDOW_POST = 10

/** Opens the challenged nodes of every sector. */
function openSectors(
  { randomness, prover, challengedSectors }: PostStatement,
  replicas: Replicas,
  count: number,
): void {
  const bad = distinctSectors(challengedSectors).filter((sector) => {
    const replica = replicas(sector.sectorNumber)
    if (!replica || !isOf(replica, sector, prover)) return true
    const { sectorNumber } = sector
    const challenges = postChallenges(randomness, sectorNumber, count, nodeCount(replica))
    return firstUnopened(replica, challenges) !== undefined
  })
  if (bad.length === 0) return
  const numbers = bad.map(({ sectorNumber }) => sectorNumber)
  throw new Unprovable(numbers, `sectors ${numbers.join(', ')} of f0${prover} cannot be proven`)
}

const isOf = (replica: Replica, { sealedCid, proof }: SectorInfo, prover: ActorId): boolean =>
  replica.miner === prover && replica.sealProof === proof && sealedCidOf(replica).equals(sealedCid)

/** Sectors of the right size, and at least one; randomness of the right length. */
function isSound(postProof: number, { randomness, challengedSectors }: PostStatement): boolean {
  const size = postProofInfo(postProof)?.sectorSize
  return (
    randomness.length === 32 &&
    size !== undefined &&
    challengedSectors.length > 0 &&
    challengedSectors.every(({ proof }) => sealProofInfo(proof)?.sectorSize === size)
  )
}

/** In ascending order, each once. A partition's mostly are, and are many. */
function distinctSectors(sectors: readonly SectorInfo[]): readonly SectorInfo[] {
  if (
    sectors.every(({ sectorNumber }, i) => i === 0 || sectors[i - 1]!.sectorNumber < sectorNumber)
  )
    return sectors
  const byNumber = new Map(sectors.map((sector) => [sector.sectorNumber, sector]))
  return [...byNumber.values()].sort((a, b) => (a.sectorNumber < b.sectorNumber ? -1 : 1))
}

function partitionsOf(postProof: number, sectors: readonly SectorInfo[]): SectorInfo[][] {
  const width = postProofInfo(postProof)!.windowPoStPartitionSectors
  const distinct = distinctSectors(sectors)
  const count = Math.ceil(distinct.length / width)
  return Array.from({ length: count }, (_, k) => distinct.slice(k * width, (k + 1) * width))
}

function postInputs(
  circuit: Circuit,
  { randomness, prover }: PostStatement,
  sectors: readonly SectorInfo[],
  partition: number,
): Uint8Array {
  const size = sectors.reduce((sum, { sealedCid }) => sum + 8 + sealedCid.bytes.length, 0)
  const inputs = new Uint8Array(size)
  const view = new DataView(inputs.buffer)
  let at = 0
  for (const { sectorNumber, sealedCid } of sectors) {
    view.setBigUint64(at, sectorNumber, true)
    inputs.set(sealedCid.bytes, at + 8)
    at += 8 + sealedCid.bytes.length
  }
  const head = [fieldRandomness(randomness), proverId(prover), uint64le(BigInt(partition))]
  return statement(circuit, [...head, inputs])
}

function allOrNone<T>(items: readonly (T | undefined)[]): T[] | undefined {
  const found: T[] = []
  for (const item of items) {
    if (item === undefined) return undefined
    found.push(item)
  }
  return found
}
