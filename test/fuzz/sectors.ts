/** Making sectors: pre-commitments, proofs of them, sectors without pre-commitment, data in sectors that are there. */
import { MinerMethod } from '../../actors/miner/params.ts'
import {
  maxProveCommitDuration,
  sealProofFromSectorSize,
  SNARK_PACK_V2,
} from '../../actors/miner/policy.ts'
import type { SectorPreCommitInfo } from '../../actors/miner/precommit-info.ts'
import {
  type PieceActivationManifest,
  PreCommitSectorBatchParams2,
  ProveCommitSectors3Params,
  ProveCommitSectorsNIParams,
  ProveReplicaUpdates3Params,
} from '../../actors/miner/sector-params.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { activeSectors } from '../../actors/miner/partition-state.ts'
import { computeUnsealedSectorCid } from '../../engine/vm/unsealed-cid.ts'
import type { Cid } from '../../primitives/cid.ts'
import { replicaCid } from '../../primitives/data-commitment.ts'
import type { ActorId } from '../../primitives/units.ts'
import type { Action } from './action.ts'
import { between, mostly, proofBytes, some } from './chance.ts'
import { takePieces } from './deals.ts'
import { controllerOf, eachPartition, fundMiner, someMiner } from './miners.ts'
import type { World } from './world.ts'

export const sectorActions: readonly Action[] = [
  { name: 'pre-commit', weight: 6, run: (world) => withMiner(world, preCommit) },
  { name: 'prove-commit', weight: 4, run: (world) => withMiner(world, proveCommit) },
  { name: 'prove-commit-ni', weight: 4, run: (world) => withMiner(world, proveCommitNi) },
  { name: 'replica-update', weight: 4, run: (world) => withMiner(world, updateReplicas) },
]

function withMiner(world: World, act: (world: World, miner: ActorId) => void): void {
  const miner = someMiner(world)
  if (miner !== undefined) act(world, miner)
}

/** A CommR that nobody has. */
const sealed = (world: World): Cid => replicaCid(withTopBitsClear(world.prng.bytes(32)))

function withTopBitsClear(bytes: Uint8Array): Uint8Array {
  bytes[31]! &= 0x3f
  return bytes
}

/** Numbers that were not given yet, or rarely one that was. */
function newNumbers(world: World, miner: ActorId, count: number): bigint[] {
  const { prng } = world
  const allocated = world.miner(miner).allocatedSectors.get()
  const first = (allocated.last() ?? -1n) + BigInt(between(prng, 1, 3))
  const wrong = [allocated.last() ?? 0n, (1n << 63n) - 1n, 1n << 63n]
  const isFar = first > 1n << 40n
  const start = isFar ? prng.bigBelow(1n << 40n) : mostly(world, first, ...wrong)
  return Array.from({ length: count }, (_, i) => start + BigInt(i))
}

/** Miners stop growing, or every check would take longer than the one before. */
const MANY_SECTORS = 60

const hasMany = ({ sectors, preCommittedSectors }: MinerState): boolean =>
  sectors.toAmt().count + preCommittedSectors.count() > MANY_SECTORS

function preCommit(world: World, miner: ActorId): void {
  const { prng, policy, epoch } = world
  if (hasMany(world.miner(miner))) return
  const { sectorSize } = world.miner(miner).info.get()
  const sealProof = sealProofFromSectorSize(sectorSize)
  const shortest = epoch + maxProveCommitDuration(policy, sealProof)! + policy.minSectorExpiration
  fundMiner(world, miner)
  const sectors = newNumbers(world, miner, between(prng, 1, 6)).map(
    (sectorNumber): SectorPreCommitInfo => {
      const pieces = takePieces(world, miner, sectorSize)
      world.plans.set(`pieces ${miner} ${sectorNumber}`, pieces)
      const hasDeals = pieces.some(({ notify }) => notify.length > 0)
      const ends = Math.max(shortest, hasDeals ? epoch + LONGER_THAN_DEALS : 0)
      return {
        sealProof: mostly(world, sealProof, sealProof + 5, 99),
        sectorNumber,
        sealedCid: sealed(world),
        sealRandEpoch: epoch - mostly(world, between(prng, 1, 100), 0, 4000, -5),
        dealIds: mostly<readonly bigint[]>(world, [], [0n], [7n]),
        expiration: mostly(world, ends + prng.below(100_000), shortest - 1, 1, epoch + 4_000_000),
        unsealedCid: commD(sealProof, pieces),
      }
    },
  )
  const method = MinerMethod.PreCommitSectorBatch2
  const from = controllerOf(world, miner)
  world.send('PreCommitSectorBatch2', from, miner, method, [
    PreCommitSectorBatchParams2,
    { sectors },
  ])
}

/** Deals begin within 2000 epochs and last 180 days and a bit. */
const LONGER_THAN_DEALS = 182 * 2880 + 2000

/** CommD of pieces; of those that are none, as junk may have made them, nothing. */
function commD(sealProof: number, pieces: readonly PieceActivationManifest[]): Cid | null {
  return pieces.length === 0 ? null : computeUnsealedSectorCid(sealProof, pieces)
}

/** Proves pre-commitments that are due, one by one or in one proof. */
export function proveCommit(world: World, miner: ActorId): void {
  const { prng, policy, epoch } = world
  const state = world.miner(miner)
  const all = [...state.preCommittedSectors.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
  // What could not be proven for long is not likely to be proven now.
  const patience = prng.chance(1, 10) ? Infinity : policy.preCommitChallengeDelay + 200
  const due = all.filter(([, { preCommitEpoch }]) => {
    const age = epoch - preCommitEpoch
    return age > policy.preCommitChallengeDelay && age < patience
  })
  const chosen = some(prng, mostly(world, due, all), 8)
  if (chosen.length === 0) return
  fundMiner(world, miner)
  const isAggregate = chosen.length >= policy.minAggregatedSectors && prng.chance(1, 2)
  const params: ProveCommitSectors3Params = {
    sectorActivations: chosen.map(([sectorNumber]) => ({
      sectorNumber: mostly(world, sectorNumber, sectorNumber + 1n),
      pieces: piecesOf(world, miner, sectorNumber),
    })),
    sectorProofs: isAggregate ? [] : chosen.map(() => proofBytes(world, 192)),
    aggregateProof: isAggregate ? proofBytes(world, 1000) : new Uint8Array(),
    aggregateProofType: isAggregate ? mostly(world, SNARK_PACK_V2, 0) : null,
    requireActivationSuccess: prng.chance(1, 3),
    requireNotificationSuccess: prng.chance(1, 3),
  }
  const from = controllerOf(world, miner)
  const method = MinerMethod.ProveCommitSectors3
  world.send('ProveCommitSectors3', from, miner, method, [ProveCommitSectors3Params, params])
}

function piecesOf(
  world: World,
  miner: ActorId,
  number: bigint,
): readonly PieceActivationManifest[] {
  const planned = world.plans.get(`pieces ${miner} ${number}`)
  const pieces = (planned as PieceActivationManifest[] | undefined) ?? []
  return mostly(world, pieces, pieces.slice(1))
}

function proveCommitNi(world: World, miner: ActorId): void {
  const { prng, policy, epoch } = world
  if (hasMany(world.miner(miner))) return
  const { sectorSize } = world.miner(miner).info.get()
  fundMiner(world, miner)
  const longest = Math.min(policy.maxSectorExpirationExtension, 4 * policy.minSectorExpiration)
  const sectors = newNumbers(world, miner, between(prng, 1, 5)).map((sectorNumber) => ({
    sealingNumber: mostly(world, sectorNumber, sectorNumber + 1n),
    sealerId: mostly(world, BigInt(miner), 1n),
    sealedCid: sealed(world),
    sectorNumber,
    sealRandEpoch: epoch - mostly(world, between(prng, 1, 50), 0, 600_000),
    expiration:
      epoch + mostly(world, between(prng, policy.minSectorExpiration, longest), 5, 9_000_000),
  }))
  const niProof = sealProofFromSectorSize(sectorSize) + 10
  const params: ProveCommitSectorsNIParams = {
    sectors,
    aggregateProof: proofBytes(world, 1000),
    sealProofType: mostly(world, niProof, niProof - 10),
    aggregateProofType: mostly(world, SNARK_PACK_V2, 0),
    provingDeadline: BigInt(mostly(world, prng.below(policy.wpostPeriodDeadlines), 48, 1000)),
    requireActivationSuccess: prng.chance(1, 3),
  }
  const method = MinerMethod.ProveCommitSectorsNI
  const from = controllerOf(world, miner)
  world.send('ProveCommitSectorsNI', from, miner, method, [ProveCommitSectorsNIParams, params])
}

function updateReplicas(world: World, miner: ActorId): void {
  const { prng } = world
  const state = world.miner(miner)
  const { sectorSize } = state.info.get()
  const places = eachPartition(state).flatMap(({ deadline, index, partition }) =>
    Array.from(activeSectors(partition).values(), (number) => ({ deadline, index, number })),
  )
  const chosen = some(prng, places, 3)
  if (chosen.length === 0) return
  fundMiner(world, miner)
  const params: ProveReplicaUpdates3Params = {
    sectorUpdates: chosen.map(({ deadline, index, number }) => ({
      sector: mostly(world, number, number + 1n),
      deadline: BigInt(mostly(world, deadline, (deadline + 1) % 48, 48)),
      partition: BigInt(mostly(world, index, index + 1)),
      newSealedCid: sealed(world),
      pieces: takePieces(world, miner, sectorSize),
    })),
    sectorProofs: chosen.map(() => proofBytes(world, 192)),
    aggregateProof: new Uint8Array(),
    updateProofsType: mostly(world, state.info.get().windowPoStProofType - 10, 9),
    aggregateProofType: null,
    requireActivationSuccess: prng.chance(1, 3),
    requireNotificationSuccess: prng.chance(1, 3),
  }
  const method = MinerMethod.ProveReplicaUpdates3
  const from = controllerOf(world, miner)
  world.send('ProveReplicaUpdates3', from, miner, method, [ProveReplicaUpdates3Params, params])
}
