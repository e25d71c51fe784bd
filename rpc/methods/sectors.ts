/** Sectors of storage providers, their deadlines and partitions. Reference: Lotus `node/impl/full/state.go`, `api/types.go`. */
import { type DeadlineInfo, nextNotElapsed } from '../../actors/miner/deadline-info.ts'
import { currentDeadlineInfo, findSector } from '../../actors/miner/deadlines.ts'
import { activeSectors, liveSectors, type Partition } from '../../actors/miner/partition-state.ts'
import type { SectorOnChainInfo } from '../../actors/miner/sectors.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import type { Policy } from '../../actors/policy.ts'
import { ActorError } from '../../actors/runtime.ts'
import { integerToJson } from '../../engine/chain/lotus-json.ts'
import type { Address } from '../../primitives/address.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { minerOf } from '../actors.ts'
import { bitfield, bitfieldToJson } from '../bitfield-json.ts'
import type { RpcContext } from '../context.ts'
import { address, optional, tipsetKey, uint } from '../decoders.ts'
import { refused } from '../errors.ts'
import { method, type Method } from '../method.ts'
import { tipsetOf } from '../tipsets.ts'

interface Asked {
  readonly state: MinerState
  readonly height: ChainEpoch
  readonly policy: Policy
}

/** A method about a miner in the state after a tipset. */
const aboutMiner = (name: string, answer: (asked: Asked) => unknown): Method =>
  method<[Address, readonly Cid[]]>(
    `Filecoin.${name}`,
    [address, tipsetKey],
    (context, miner, key) => answer(asked(context, miner, key)),
  )

/** A method about a miner and a number: of a sector or a deadline. */
const aboutNumber = (name: string, answer: (asked: Asked, n: number) => unknown): Method =>
  method<[Address, number, readonly Cid[]]>(
    `Filecoin.${name}`,
    [address, uint, tipsetKey],
    (context, miner, n, key) => answer(asked(context, miner, key), n),
  )

function asked(context: RpcContext, miner: Address, key: readonly Cid[]): Asked {
  const tipset = tipsetOf(context, key)
  const { state } = minerOf(context, tipset, miner)
  return { state, height: tipset.height, policy: context.node.params.policy }
}

export const sectorMethods = [
  aboutMiner('StateMinerSectorCount', ({ state }) => ({
    Live: total(state, liveSectors),
    Active: total(state, activeSectors),
    Faulty: total(state, ({ faults }) => faults),
  })),
  aboutMiner('StateMinerFaults', ({ state }) => bitfieldToJson(all(state, ({ faults }) => faults))),
  aboutMiner('StateMinerRecoveries', ({ state }) =>
    bitfieldToJson(all(state, ({ recoveries }) => recoveries)),
  ),
  aboutMiner('StateMinerAllocated', ({ state }) => bitfieldToJson(state.allocatedSectors.get())),
  aboutNumber('StateMinerSectorAllocated', ({ state }, number) =>
    state.allocatedSectors.get().has(number),
  ),
  aboutMiner('StateMinerActiveSectors', ({ state }) =>
    state.sectors.load(all(state, activeSectors)).map(sectorToJson),
  ),
  aboutMiner('StateMinerProvingDeadline', ({ state, height, policy }) =>
    deadlineToJson(policy, nextNotElapsed(policy, currentDeadlineInfo(policy, state, height))),
  ),
  aboutMiner('StateMinerDeadlines', ({ state }) =>
    state.deadlines.get().due.map((link) => {
      const { partitionsPosted, optimisticPoStSubmissionsSnapshot, dailyFee } = link.get()
      return {
        PostSubmissions: bitfieldToJson(partitionsPosted),
        DisputableProofCount: optimisticPoStSubmissionsSnapshot.count,
        DailyFee: dailyFee.toString(),
      }
    }),
  ),
  aboutNumber('StateMinerPartitions', ({ state }, index) => {
    const deadline = state.deadlines.get().due[index]?.get()
    if (!deadline) throw refused(`failed to load the deadline: there is none ${index}`)
    return [...deadline.partitions.values()].map(partitionToJson)
  }),
  method<[Address, Bitfield | undefined, readonly Cid[]]>(
    'Filecoin.StateMinerSectors',
    [address, optional(bitfield, undefined), tipsetKey],
    (context, miner, wanted, key) => {
      const { sectors } = asked(context, miner, key).state
      const infos = wanted ? loadSome(wanted, sectors) : [...sectors.toAmt().values()]
      return infos.map(sectorToJson)
    },
  ),
  aboutNumber('StateSectorGetInfo', ({ state }, number) => {
    const found = state.sectors.get(BigInt(number))
    return found ? sectorToJson(found) : null
  }),
  aboutNumber('StateSectorPreCommitInfo', ({ state }, number) => {
    const found = state.preCommittedSectors.get(BigInt(number))
    if (!found) return null
    const { info, preCommitDeposit, preCommitEpoch } = found
    return {
      Info: {
        SealProof: info.sealProof,
        SectorNumber: integerToJson(info.sectorNumber),
        SealedCID: info.sealedCid.toJSON(),
        SealRandEpoch: Number(info.sealRandEpoch),
        DealIDs: info.dealIds.length === 0 ? null : info.dealIds.map(integerToJson),
        Expiration: Number(info.expiration),
        UnsealedCid: info.unsealedCid?.toJSON() ?? null,
      },
      PreCommitDeposit: preCommitDeposit.toString(),
      PreCommitEpoch: preCommitEpoch,
    }
  }),
  aboutNumber('StateSectorPartition', ({ state }, number) => {
    const { deadline, partition } = placeOf(state, number)
    return { Deadline: deadline, Partition: partition }
  }),
  aboutNumber('StateSectorExpiration', ({ state }, number) => {
    const { deadline, partition } = placeOf(state, number)
    const { expirationsEpochs } = state.deadlines
      .get()
      .due[deadline]!.get()
      .partitions.get(partition)!
    const expiration = { OnTime: 0, Early: 0 }
    for (const [epoch, { onTimeSectors, earlySectors }] of expirationsEpochs.numberEntries()) {
      if (earlySectors.has(number)) expiration.Early = epoch
      if (onTimeSectors.has(number)) expiration.OnTime = epoch
    }
    return expiration
  }),
]

function* partitionsOf(state: MinerState): Generator<Partition> {
  for (const link of state.deadlines.get().due) yield* link.get().partitions.values()
}

const all = (state: MinerState, choose: (partition: Partition) => Bitfield): Bitfield =>
  Bitfield.union(...Array.from(partitionsOf(state), choose))

function total(state: MinerState, choose: (partition: Partition) => Bitfield): number {
  let sum = 0
  for (const partition of partitionsOf(state)) sum += choose(partition).countNumber()
  return sum
}

/** @throws RpcError naming a sector that there is not */
function loadSome(wanted: Bitfield, sectors: MinerState['sectors']): SectorOnChainInfo[] {
  try {
    return sectors.load(wanted)
  } catch (error) {
    if (error instanceof ActorError) throw refused(error.message)
    throw error
  }
}

/** @throws RpcError where the sector is in no partition */
function placeOf(state: MinerState, number: number): { deadline: number; partition: number } {
  try {
    return findSector(state, BigInt(number))
  } catch (error) {
    if (error instanceof ActorError) throw refused(`sector ${number} not found`)
    throw error
  }
}

const deadlineToJson = (policy: Policy, info: DeadlineInfo) => ({
  CurrentEpoch: info.currentEpoch,
  PeriodStart: info.periodStart,
  Index: info.index,
  Open: info.open,
  Close: info.close,
  Challenge: info.challenge,
  FaultCutoff: info.faultCutoff,
  WPoStPeriodDeadlines: policy.wpostPeriodDeadlines,
  WPoStProvingPeriod: policy.wpostProvingPeriod,
  WPoStChallengeWindow: policy.wpostChallengeWindow,
  WPoStChallengeLookback: policy.wpostChallengeLookback,
  FaultDeclarationCutoff: policy.faultDeclarationCutoff,
})

const partitionToJson = (partition: Partition) => ({
  AllSectors: bitfieldToJson(partition.sectors),
  FaultySectors: bitfieldToJson(partition.faults),
  RecoveringSectors: bitfieldToJson(partition.recoveries),
  LiveSectors: bitfieldToJson(liveSectors(partition)),
  ActiveSectors: bitfieldToJson(activeSectors(partition)),
})

/** As go-state-types names the fields. */
const sectorToJson = (sector: SectorOnChainInfo) => ({
  SectorNumber: integerToJson(sector.sectorNumber),
  SealProof: sector.sealProof,
  SealedCID: sector.sealedCid.toJSON(),
  DeprecatedDealIDs:
    sector.deprecatedDealIds.length === 0 ? null : sector.deprecatedDealIds.map(integerToJson),
  Activation: sector.activation,
  Expiration: sector.expiration,
  DealWeight: sector.dealWeight.toString(),
  VerifiedDealWeight: sector.verifiedDealWeight.toString(),
  InitialPledge: sector.initialPledge.toString(),
  ExpectedDayReward: sector.expectedDayReward?.toString() ?? null,
  ExpectedStoragePledge: sector.expectedStoragePledge?.toString() ?? null,
  PowerBaseEpoch: sector.powerBaseEpoch,
  ReplacedDayReward: sector.replacedDayReward?.toString() ?? null,
  SectorKeyCID: sector.sectorKeyCid?.toJSON() ?? null,
  Flags: sector.flags,
  DailyFee: sector.dailyFee.toString(),
})
