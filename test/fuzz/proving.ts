/** Keeping sectors: window PoSts, faults and recoveries, terminations, longer lives, compaction, disputes. */
import { Bitfield } from '../../primitives/bitfield.ts'
import { currentDeadlineInfo } from '../../actors/miner/deadlines.ts'
import { MinerMethod } from '../../actors/miner/params.ts'
import { liveSectors, type Partition } from '../../actors/miner/partition-state.ts'
import {
  CompactPartitionsParams,
  CompactSectorNumbersParams,
  DeclareFaultsParams,
  DeclareFaultsRecoveredParams,
  DisputeWindowedPoStParams,
  type ExpirationExtension2,
  ExtendSectorExpiration2Params,
  type SectorDeclaration,
  SubmitWindowedPoStParams,
  TerminateSectorsParams,
} from '../../actors/miner/sector-params.ts'
import type { VerifregState } from '../../actors/verifreg/state.ts'
import { VERIFREG_ACTOR } from '../../actors/singletons.ts'
import type { Codec } from '../../primitives/codec.ts'
import { DomainSeparationTag, drawRandomness } from '../../primitives/randomness.ts'
import type { ActorId } from '../../primitives/units.ts'
import type { Action } from './action.ts'
import { between, mostly, some } from './chance.ts'
import {
  controllerOf,
  couldDisputeChanged,
  eachPartition,
  fundMiner,
  type Place,
  someMiner,
} from './miners.ts'
import { RANDOMNESS, type World } from './world.ts'

export const provingActions: readonly Action[] = [
  { name: 'post', weight: 1, run: (world) => withMiner(world, submitPost) },
  { name: 'faults', weight: 3, run: (world) => withMiner(world, declareFaults) },
  { name: 'recoveries', weight: 7, run: (world) => withMiner(world, declareRecovered) },
  { name: 'terminate', weight: 1, run: (world) => withMiner(world, terminate) },
  { name: 'extend', weight: 2, run: (world) => withMiner(world, extend) },
  { name: 'compact-partitions', weight: 2, run: (world) => withMiner(world, compactPartitions) },
  { name: 'compact-numbers', weight: 1, run: (world) => withMiner(world, compactNumbers) },
  { name: 'dispute', weight: 3, run: (world) => withMiner(world, dispute) },
]

function withMiner(world: World, act: (world: World, miner: ActorId) => void): void {
  const miner = someMiner(world)
  if (miner !== undefined) act(world, miner)
}

function call<P>(
  world: World,
  miner: ActorId,
  method: keyof typeof MinerMethod,
  codec: Codec<P>,
  params: P,
) {
  return world.send(method, controllerOf(world, miner), miner, MinerMethod[method], [codec, params])
}

/** Proves what of the open deadline is not proven yet, if there is anything. */
export function submitPost(world: World, miner: ActorId): void {
  const { prng, policy, epoch } = world
  const state = world.miner(miner)
  const info = currentDeadlineInfo(policy, state, epoch)
  const deadline = state.deadlines.get().due[info.index]!.get()
  const open = eachPartition(state).filter(
    (p) =>
      p.deadline === info.index &&
      !deadline.partitionsPosted.has(p.index) &&
      !liveSectors(p.partition).isEmpty,
  )
  const chosen = open.slice(0, between(prng, 1, 3))
  if (chosen.length === 0) return
  const earliest = Math.max(0, info.challenge)
  const chainCommitEpoch = mostly(world, Math.max(earliest, epoch - between(prng, 1, 5)), epoch, 0)
  const digest = RANDOMNESS.ticketDigest(chainCommitEpoch)
  const tag = DomainSeparationTag.PoStChainCommit
  const commit = drawRandomness(digest, tag, chainCommitEpoch, new Uint8Array())
  const { windowPoStProofType } = state.info.get()
  // Nobody looks at most of them, until somebody disputes one.
  const bytes = prng.bytes(192)
  bytes[0] = prng.chance(1, 6) ? 0 : 1
  call(world, miner, 'SubmitWindowedPoSt', SubmitWindowedPoStParams, {
    deadline: BigInt(mostly(world, info.index, (info.index + 1) % 48)),
    partitions: chosen.map(({ index, partition }) => ({
      index: BigInt(mostly(world, index, index + 1)),
      skipped: skippedOf(world, partition),
    })),
    proofs: [{ postProof: mostly(world, windowPoStProofType, 12), proofBytes: bytes }],
    chainCommitEpoch,
    chainCommitRand: mostly(world, commit, prng.bytes(32)),
  })
}

/** Mostly nothing; what was to recover, now and then. */
function skippedOf(world: World, { recoveries, sectors }: Partition): Bitfield {
  if (!recoveries.isEmpty && world.prng.chance(1, 4)) return subset(world, recoveries)
  return mostly(world, Bitfield.empty, subset(world, sectors), Bitfield.of([99_999]))
}

function subset(world: World, sectors: Bitfield): Bitfield {
  return Bitfield.of(some(world.prng, [...sectors.values()], 4))
}

/** Some partitions, with some of their sectors. */
function declarations(
  world: World,
  miner: ActorId,
  of: (place: Place) => Bitfield,
): SectorDeclaration[] {
  const { prng } = world
  const places = eachPartition(world.miner(miner)).filter((place) => !of(place).isEmpty)
  return some(prng, places, 3).map((place) => ({
    deadline: BigInt(mostly(world, place.deadline, (place.deadline + 1) % 48, 48)),
    partition: BigInt(mostly(world, place.index, place.index + 1)),
    sectors: mostly(world, subset(world, of(place)), Bitfield.empty, Bitfield.of([5, 99_999])),
  }))
}

function declareFaults(world: World, miner: ActorId): void {
  const retract = world.prng.chance(1, 2)
  const faults = declarations(world, miner, ({ partition }) =>
    retract && !partition.recoveries.isEmpty ? partition.recoveries : liveSectors(partition),
  )
  if (faults.length > 0) call(world, miner, 'DeclareFaults', DeclareFaultsParams, { faults })
}

function declareRecovered(world: World, miner: ActorId): void {
  const recoveries = declarations(world, miner, ({ partition }) =>
    mostly(world, partition.faults, partition.sectors),
  )
  if (recoveries.length === 0) return
  fundMiner(world, miner)
  call(world, miner, 'DeclareFaultsRecovered', DeclareFaultsRecoveredParams, { recoveries })
}

function terminate(world: World, miner: ActorId): void {
  const terminations = declarations(world, miner, ({ partition }) =>
    mostly(world, liveSectors(partition), partition.sectors),
  )
  if (terminations.length === 0) return
  call(world, miner, 'TerminateSectors', TerminateSectorsParams, { terminations })
}

function extend(world: World, miner: ActorId): void {
  const { prng, epoch } = world
  const state = world.miner(miner)
  const { claims } = world.state<VerifregState>(VERIFREG_ACTOR)
  const mine = [...(claims.get(miner)?.entries() ?? [])]
  const places = eachPartition(state).filter(({ partition }) => !liveSectors(partition).isEmpty)
  const extensions = some(prng, places, 2).map(
    ({ deadline, index, partition }): ExpirationExtension2 => {
      const numbers = some(prng, [...liveSectors(partition).values()], 4)
      const infos = numbers.flatMap((number) => state.sectors.get(number) ?? [])
      const latest = Math.max(epoch, ...infos.map(({ expiration }) => expiration))
      const claimsOf = (number: bigint) => mine.filter(([, { sector }]) => sector === number)
      const plain = infos.filter(({ verifiedDealWeight }) => verifiedDealWeight === 0n)
      return {
        deadline: BigInt(deadline),
        partition: BigInt(mostly(world, index, index + 1)),
        sectors: Bitfield.of(plain.map(({ sectorNumber }) => sectorNumber)),
        sectorsWithClaims: infos
          .filter(({ verifiedDealWeight }) => verifiedDealWeight > 0n)
          .map(({ sectorNumber }) => {
            const ids = claimsOf(sectorNumber).map(([id]) => id)
            const kept = mostly(world, ids, ids.slice(1))
            return {
              sectorNumber,
              maintainClaims: kept,
              dropClaims: ids.filter((id) => !kept.includes(id)),
            }
          }),
        newExpiration: mostly(world, latest + prng.below(100_000), latest - 1, epoch + 9_000_000),
      }
    },
  )
  if (extensions.length === 0) return
  call(world, miner, 'ExtendSectorExpiration2', ExtendSectorExpiration2Params, { extensions })
}

function compactPartitions(world: World, miner: ActorId): void {
  const { prng } = world
  const places = eachPartition(world.miner(miner))
  const [place] = some(prng, places, 1)
  if (!place) return
  const indices = places.filter((p) => p.deadline === place.deadline).map((p) => p.index)
  call(world, miner, 'CompactPartitions', CompactPartitionsParams, {
    deadline: BigInt(place.deadline),
    partitions: Bitfield.of(mostly(world, some(prng, indices, 3), [], [77])),
  })
}

function compactNumbers(world: World, miner: ActorId): void {
  const last = world.miner(miner).allocatedSectors.get().last() ?? 0n
  const low = last > 5n ? last - 5n : 0n
  const mask = mostly(world, Bitfield.fromRanges([[low, last + 2n]]), Bitfield.empty)
  call(world, miner, 'CompactSectorNumbers', CompactSectorNumbersParams, {
    maskSectorNumbers: mask,
  })
}

function dispute(world: World, miner: ActorId): void {
  const { prng } = world
  const { due } = world.miner(miner).deadlines.get()
  const proven = due.flatMap((link, index) =>
    link.get().optimisticPoStSubmissionsSnapshot.isEmpty ? [] : [index],
  )
  if (proven.length === 0 || couldDisputeChanged(world, miner)) return
  const params = {
    deadline: BigInt(mostly(world, prng.pick(proven), prng.below(49))),
    postIndex: BigInt(mostly(world, 0, 1, 9)),
  }
  const method = MinerMethod.DisputeWindowedPoSt
  world.send('DisputeWindowedPoSt', prng.pick(world.users), miner, method, [
    DisputeWindowedPoStParams,
    params,
  ])
}
