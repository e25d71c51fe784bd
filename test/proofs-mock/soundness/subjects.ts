/** What the table is about: for each kind of proof an honest prover, a verifier, and what a cheat can change. */
import { SNARK_PACK_V2 } from '../../../actors/miner/policy.ts'
import type { SectorInfo } from '../../../actors/proof-info.ts'
import { boundedCache } from '../../../primitives/bounded-cache.ts'
import { defined } from '../../../primitives/assert.ts'
import type { Cid } from '../../../primitives/cid.ts'
import { bls } from '../../../primitives/crypto/bls.ts'
import { DomainSeparationTag, drawRandomness } from '../../../primitives/randomness.ts'
import { type ActorId, actorId, type ChainEpoch } from '../../../primitives/units.ts'
import {
  porepChallenges,
  postChallenges,
  updateChallenges,
  WINDOW_POST_CHALLENGES,
  WINNING_POST_CHALLENGES,
} from '../../../proofs-mock/challenges.ts'
import { type Damage, damaged } from '../../../proofs-mock/faults.ts'
import { fillerPiece } from '../../../proofs-mock/piece.ts'
import { Prng } from '../../../primitives/prng.ts'
import { proveWindowPost, proveWinningPost } from '../../../proofs-mock/posts.ts'
import {
  nodeCount,
  type Replica,
  replicaId,
  seal,
  type Sealed,
  sealedCidOf,
} from '../../../proofs-mock/replica.ts'
import {
  aggregateSeals,
  NO_INTERACTION,
  proveSeal,
  sealStatement,
} from '../../../proofs-mock/seals.ts'
import type { Setup } from '../../../proofs-mock/setup.ts'
import { proveReplicaUpdate, updateReplica } from '../../../proofs-mock/update.ts'
import type { ProofRequest } from '../../../proofs-mock/verifier.ts'

/** What is proven, by whom and when. */
export interface Case {
  readonly miner: ActorId
  readonly sector: bigint
  /** Of the ticket it was sealed with. */
  readonly sealedAt: ChainEpoch
  /** Of the challenge. */
  readonly epoch: ChainEpoch
  /** What the chain's randomness is made of. */
  readonly chain: number
  /** Seed of the data. */
  readonly data: string
}

export const HONEST: Case = {
  miner: actorId(1000),
  sector: 7n,
  sealedAt: 500,
  epoch: 4000,
  chain: 1,
  data: 'a',
}

export interface Subject {
  readonly name: string
  /** The proof of a case; with `damage`, of what is left after it. @throws Unprovable */
  request(setup: Setup, about: Case, damage?: Damage): ProofRequest
  /** The same proof, checked against a sector of another proof type. */
  retype(request: ProofRequest): ProofRequest
  /** Nodes that the damaged replica must open. */
  challenged(about: Case): { readonly nodes: readonly number[]; readonly count: number }
  /** Draws of challenged nodes, and whether the first node is spared: what partial loss is predicted from. */
  readonly draws: number
  readonly sparesFirst: boolean
  /** Whether the proof, which no challenge of the chain went before, says nothing about when it was made. */
  readonly isTimeless: boolean
}

const randomnessOf = (about: Case, tag: number, epoch = about.epoch): Uint8Array =>
  drawRandomness(new Uint8Array(32).fill(about.chain), tag, epoch, new Uint8Array())

/** The sector of a case, or a neighbour of it. */
function sealedOf(
  about: Case,
  sealProof: number,
  damage?: Damage,
  offset = 0n,
  empty = false,
): Sealed {
  const sealed = sealedAs(about, sealProof, about.sector + offset, empty)
  return damage && offset === 0n ? { ...sealed, replica: damaged(sealed.replica, damage) } : sealed
}

const seals = boundedCache<string, Sealed>(64)

function sealedAs(about: Case, sealProof: number, number: bigint, empty: boolean): Sealed {
  const { miner, sealedAt, chain, data } = about
  const key = [miner, number, sealProof, sealedAt, chain, data, empty].join()
  const known = seals.get(key)
  if (known) return known
  const ticket = randomnessOf(about, DomainSeparationTag.SealRandomness, sealedAt)
  const pieces = empty ? [] : [fillerPiece(new Prng(data), 1024n)]
  return seals.set(key, seal({ miner, number, sealProof, ticket }, pieces))
}

const seedOf = (about: Case): Uint8Array =>
  randomnessOf(about, DomainSeparationTag.InteractiveSealChallengeSeed)

const isNi = (sealProof: number): boolean => sealProof >= 15

function sealSubject(name: string, sealProof: number, draws: number): Subject {
  const seedFor = (about: Case) => (isNi(sealProof) ? undefined : seedOf(about))
  return {
    name,
    draws,
    sparesFirst: true,
    isTimeless: isNi(sealProof),
    request(setup, about, damage) {
      const sealed = sealedOf(about, sealProof, damage, 0n, isNi(sealProof))
      const proof = proveSeal(setup, sealed, seedFor(about))
      return {
        kind: 'seal',
        info: { ...sealStatement(sealed, seedFor(about)), dealIds: [], proof },
      }
    },
    retype(request) {
      if (request.kind !== 'seal') throw new Error(request.kind)
      const registeredProof = isNi(sealProof) ? sealProof - 10 : sealProof + 5
      return { ...request, info: { ...request.info, registeredProof } }
    },
    challenged(about) {
      const { replica, data } = sealedOf(about, sealProof, undefined, 0n, isNi(sealProof))
      return challengedBySeal(replica, data.commD, seedFor(about))
    },
  }
}

function challengedBySeal(replica: Replica, commD: Cid, interactive: Uint8Array = NO_INTERACTION) {
  const count = nodeCount(replica)
  const seed = {
    sealProof: replica.sealProof,
    replicaId: replicaId(replica, commD.digest),
    commR: sealedCidOf(replica).digest,
    interactiveRandomness: interactive,
  }
  return { nodes: porepChallenges(seed, count), count }
}

/** Sectors of an aggregate; the damaged one is the first. */
const AGGREGATED = 4

function aggregateSubject(name: string, sealProof: number): Subject {
  const single = sealSubject(name, sealProof, isNi(sealProof) ? 26 : 2)
  return {
    ...single,
    request(setup, about, damage) {
      const seed = isNi(sealProof) ? undefined : seedOf(about)
      const all = Array.from({ length: AGGREGATED }, (_, i) =>
        sealedOf(about, sealProof, damage, BigInt(i), isNi(sealProof)),
      )
      const statements = all.map((sealed) => sealStatement(sealed, seed))
      const proofs = all.map((sealed) => proveSeal(setup, sealed, seed))
      const proof = aggregateSeals(setup, statements, proofs, (job) => bls().multiVerify([job]))
      const infos = statements.map((stated) => ({
        ...stated,
        sectorNumber: stated.sectorId.number,
      }))
      const aggregate = { miner: about.miner, sealProof, aggregateProof: SNARK_PACK_V2 }
      return { kind: 'aggregate', info: { ...aggregate, proof, infos } }
    },
    retype(request) {
      if (request.kind !== 'aggregate') throw new Error(request.kind)
      const other = isNi(sealProof) ? sealProof - 10 : sealProof + 5
      return { ...request, info: { ...request.info, sealProof: other } }
    },
  }
}

const WINDOW_2K = 10
/** Two partitions of two sectors each, the second of them half full. */
const POSTED = 3

function postStatement(about: Case, all: readonly Sealed[], tag: number) {
  const challengedSectors: SectorInfo[] = all.map(({ replica }) => ({
    proof: replica.sealProof,
    sectorNumber: replica.number,
    sealedCid: sealedCidOf(replica),
  }))
  return { randomness: randomnessOf(about, tag), prover: about.miner, challengedSectors }
}

function postSubject(kind: 'window-post' | 'winning-post'): Subject {
  const isWindow = kind === 'window-post'
  const tag = isWindow
    ? DomainSeparationTag.WindowedPoStChallengeSeed
    : DomainSeparationTag.WinningPoStChallengeSeed
  const draws = isWindow ? WINDOW_POST_CHALLENGES : WINNING_POST_CHALLENGES
  const width = isWindow ? POSTED : 1
  return {
    name: isWindow ? 'window PoSt' : 'winning PoSt',
    draws,
    sparesFirst: false,
    isTimeless: false,
    request(setup, about, damage) {
      const all = Array.from({ length: width }, (_, i) => sealedOf(about, 5, damage, BigInt(i)))
      const stated = postStatement(about, all, tag)
      const replicas = (number: bigint) => all[Number(number - about.sector)]?.replica
      const proof = isWindow
        ? proveWindowPost(setup, WINDOW_2K, stated, replicas)
        : proveWinningPost(setup, WINDOW_2K - 10, stated, replicas)
      return { kind, info: { ...stated, proofs: [proof] } }
    },
    retype(request) {
      if (request.kind !== 'window-post' && request.kind !== 'winning-post')
        throw new Error(request.kind)
      const { proofBytes, postProof } = defined(request.info.proofs[0], 'a proof')
      const proofs = [{ proofBytes, postProof: postProof + 1 }]
      return { kind, info: { ...request.info, proofs } }
    },
    challenged(about) {
      const { replica } = sealedOf(about, 5)
      const count = nodeCount(replica)
      return { nodes: postChallenges(randomnessOf(about, tag), about.sector, draws, count), count }
    },
  }
}

function updateSubject(): Subject {
  const empty = (about: Case): Replica => sealedOf(about, 5, undefined, 0n, true).replica
  const pieces = ({ data }: Case) => [fillerPiece(new Prng(data), 2048n)]
  return {
    name: 'replica update',
    draws: 10,
    sparesFirst: false,
    isTimeless: true,
    request(setup, about, damage) {
      const old = empty(about)
      const updated = updateReplica(old, pieces(about))
      const left = damage ? { ...updated, replica: damaged(updated.replica, damage) } : updated
      const info = {
        updateProofType: 0,
        oldSealedCid: sealedCidOf(old),
        newSealedCid: sealedCidOf(left.replica),
        newUnsealedCid: left.data.commD,
        proof: proveReplicaUpdate(setup, old, left),
      }
      return { kind: 'update', info }
    },
    retype(request) {
      if (request.kind !== 'update') throw new Error(request.kind)
      return { kind: 'update', info: { ...request.info, updateProofType: 1 } }
    },
    challenged(about) {
      const { replica } = updateReplica(empty(about), pieces(about))
      const count = nodeCount(replica)
      return { nodes: updateChallenges(2048n, sealedCidOf(replica).digest, count), count }
    },
  }
}

export const SUBJECTS: readonly Subject[] = [
  sealSubject('PoRep, interactive', 5, 2),
  sealSubject('PoRep, synthetic', 10, 2),
  sealSubject('PoRep, interactive, 32 GiB', 8, 180),
  sealSubject('PoRep, non-interactive', 15, 26),
  aggregateSubject('PoRep aggregate', 5),
  aggregateSubject('non-interactive aggregate', 15),
  postSubject('window-post'),
  postSubject('winning-post'),
  updateSubject(),
]
