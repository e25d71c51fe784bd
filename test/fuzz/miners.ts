/** Making miners, finding their way around in them, and giving them money. */
import { MinerMethod } from '../../actors/miner/params.ts'
import { liveSectors, type Partition } from '../../actors/miner/partition-state.ts'
import { SectorOnChainInfo } from '../../actors/miner/sectors.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { CreateMinerParams, PowerMethod } from '../../actors/power/params.ts'
import { AwardBlockRewardParams, RewardMethod } from '../../actors/reward/params.ts'
import { Payload } from '../../actors/payload.ts'
import { POWER_ACTOR, REWARD_ACTOR } from '../../actors/singletons.ts'
import { systemMessage } from '../../engine/vm/executor.ts'
import { difference } from '../../primitives/codec.ts'
import { idAddress } from '../../primitives/address.ts'
import { type ActorId, fil } from '../../primitives/units.ts'
import type { Action } from './action.ts'
import { between, mostly } from './chance.ts'
import type { World } from './world.ts'

const MOST_MINERS = 6

export const minerActions: readonly Action[] = [
  { name: 'create-miner', weight: 1, run: createMiner },
  { name: 'block', weight: 6, run: awardBlock },
  { name: 'getters', weight: 1, run: askMiner },
]

export function createMiner(world: World): void {
  const { prng, users, params } = world
  if (world.miners().length >= MOST_MINERS) return
  const owner = prng.pick(users)
  const large = params.preset === 'mainnet'
  const proofs = world.policy.validPostProofTypes
  const request: CreateMinerParams = {
    owner: idAddress(owner),
    worker: idAddress(mostly(world, users[prng.below(8)]!, users.at(-1)!, owner)),
    windowPoStProofType: mostly(world, proofs[0]!, proofs[1]!, 12, 3),
    peer: prng.bytes(8),
    multiaddrs: mostly<Uint8Array[]>(world, [], [prng.bytes(4)], [new Uint8Array()]),
  }
  const deposit = mostly(world, large ? fil('40') : fil('1'), 0n)
  const method = PowerMethod.CreateMiner
  world.send('CreateMiner', owner, POWER_ACTOR, method, [CreateMinerParams, request], deposit)
}

export function someMiner(world: World): ActorId | undefined {
  const miners = world.miners()
  return miners.length > 0 ? world.prng.pick(miners) : undefined
}

/** Somebody who may speak for a miner, or rarely somebody else. */
export function controllerOf(world: World, miner: ActorId): ActorId {
  const { owner, worker, controlAddresses } = world.miner(miner).info.get()
  const own = [owner, worker, ...controlAddresses].flatMap(({ id }) =>
    id !== undefined && world.users.includes(id) ? [id] : [],
  )
  const stranger = world.prng.pick(world.users)
  return own.length > 0 ? mostly(world, world.prng.pick(own), stranger) : stranger
}

/** The owner, if it is one of the users. */
export function ownerOf(world: World, miner: ActorId): ActorId {
  const { id } = world.miner(miner).info.get().owner
  const known = id !== undefined && world.users.includes(id) ? id : undefined
  const stranger = world.prng.pick(world.users)
  return known === undefined ? stranger : mostly(world, known, stranger)
}

/** One miner in three is kept short of money. */
export const isPoor = (miner: ActorId): boolean => miner % 3 === 0

/** Mostly sees to it that a miner can pay for what it is about to do. */
export function fundMiner(world: World, miner: ActorId): void {
  const poor = isPoor(miner)
  if (world.prng.chance(1, poor ? 2 : 8)) return
  const state = world.miner(miner)
  const bound = state.lockedFunds + state.preCommitDeposits + state.initialPledge + state.feeDebt
  const wanted = bound + fil(poor ? '1' : '200')
  const missing = wanted - world.balance(miner)
  if (missing > 0n) world.send('fund', world.prng.pick(world.users), miner, 0, null, missing)
}

export interface Place {
  readonly deadline: number
  readonly index: number
  readonly partition: Partition
}

/** All partitions of a miner. */
export function eachPartition(state: MinerState): Place[] {
  return state.deadlines.get().due.flatMap((link, deadline) => {
    const { partitions } = link.get()
    return Array.from(partitions.numberEntries(), ([index, partition]) => ({
      deadline,
      index,
      partition,
    }))
  })
}

/**
 * Whether a dispute could be about a sector that has changed since its window closed. The protocol then makes faulty what the
 * sector was and not what it is, and the sums of its miner are wrong from there on (builtin-actors `dispute_windowed_post`
 * reads the snapshot of the sectors). That is known, and hides what is not.
 */
export function couldDisputeChanged(world: World, miner: ActorId): boolean {
  if (!world.miners().includes(miner)) return false
  const { sectors, deadlines } = world.miner(miner)
  return deadlines.get().due.some((link) => {
    const { sectorsSnapshot, partitionsSnapshot } = link.get()
    return [...partitionsSnapshot.values()].some((partition) =>
      [...liveSectors(partition).values()].some((number) => {
        const [before, now] = [sectorsSnapshot.get(number), sectors.get(number)]
        return before && now && difference(SectorOnChainInfo, before, now) !== undefined
      }),
    )
  })
}

/** A block of somebody's, with a gas reward and rarely a penalty. */
function awardBlock(world: World): void {
  const { prng } = world
  const miner = someMiner(world)
  if (miner === undefined) return
  const gasReward = BigInt(prng.below(1_000_000_000))
  const params: AwardBlockRewardParams = {
    miner: idAddress(mostly(world, miner, world.users[0]!, POWER_ACTOR)),
    penalty: mostly(world, 0n, fil('1'), 7n),
    gasReward,
    winCount: BigInt(between(prng, 1, 3)),
  }
  const payload = Payload.of(AwardBlockRewardParams, params)
  const message = systemMessage(REWARD_ACTOR, RewardMethod.AwardBlockReward, payload, gasReward)
  world.implicit('AwardBlockReward', message, gasReward)
}

const GETTERS = [
  MinerMethod.ControlAddresses,
  MinerMethod.GetBeneficiary,
  MinerMethod.GetOwnerExported,
  MinerMethod.GetSectorSizeExported,
  MinerMethod.GetAvailableBalanceExported,
  MinerMethod.GetVestingFundsExported,
  MinerMethod.GetPeerIDExported,
  MinerMethod.GetMultiaddrsExported,
  MinerMethod.InitialPledgeExported,
]

function askMiner(world: World): void {
  const miner = someMiner(world)
  if (miner === undefined) return
  const before = world.tree.get(miner)
  world.send('getter', world.prng.pick(world.users), miner, world.prng.pick(GETTERS))
  if (world.tree.get(miner) !== before) throw new Error(`a getter changed f0${miner}`)
}
