/** What proven replica updates change in a miner's state. */
import type { Cid } from '../../primitives/cid.ts'
import { max, type TokenAmount } from '../../primitives/units.ts'
import { type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { addInitialPledge, checkBalanceInvariants } from './balances.ts'
import type { ActivatedData } from './data-activation.ts'
import { draftPartition } from './deadline-sectors.ts'
import type { Deadline } from './deadline-state.ts'
import { loadDeadline, quantSpecOf, saveDeadline } from './deadlines.ts'
import {
  dailyProofFee,
  dailyProofFeeAdjust,
  initialPledgeForPower,
  type PledgeInputs,
} from './monies.ts'
import { replaceSectors } from './partition-sectors.ts'
import { qaPowerForWeight, type SectorSize } from './policy.ts'
import { addPower, NO_POWER, type PowerPair } from './power-pair.ts'
import { requestPledgeInputs } from './requests.ts'
import { lockPledge } from './sector-activation.ts'
import { type SectorOnChainInfo, SIMPLE_QA_POWER } from './sectors.ts'
import type { MinerState } from './state.ts'

export interface ReplicaUpdate {
  readonly deadline: number
  readonly partition: bigint
  /** As it was before. */
  readonly sector: SectorOnChainInfo
  readonly sealedCid: Cid
  readonly data: ActivatedData
}

export interface UpdatedReplicas {
  readonly powerDelta: PowerPair
  readonly pledgeDelta: TokenAmount
}

/**
 * Puts updated sectors into their partitions, and locks the pledge they need more.
 * @throws ActorError `InsufficientFunds` when it is not there.
 * @see builtin-actors `actors/miner/src/lib.rs`, `update_replica_states`
 */
export function updateReplicas(
  rt: Runtime<MinerState>,
  updates: readonly ReplicaUpdate[],
): UpdatedReplicas {
  const pledgeInputs = requestPledgeInputs(rt)
  return rt.transaction((state) => {
    const { sectorSize } = state.info.get()
    const updated: SectorOnChainInfo[] = []
    let powerDelta = NO_POWER
    let pledgeDelta = 0n
    for (const [index, group] of byDeadline(updates)) {
      const deadline = { ...loadDeadline(state, index) }
      const terms = { sectorSize, quant: quantSpecOf(rt.policy, state, index) }
      for (const update of group) {
        const sector = updatedSector(rt, update, pledgeInputs, sectorSize)
        const partition = draftPartition(deadline.partitions, update.partition)
        const delta = replaceSectors(partition, terms, [update.sector], [sector])
        deadline.partitions = deadline.partitions.set(update.partition, partition)
        addToDeadline(deadline, delta)
        powerDelta = addPower(powerDelta, delta.power)
        pledgeDelta += delta.pledge
        updated.push(sector)
      }
      saveDeadline(state, index, deadline)
    }
    state.sectors = state.sectors.store(updated)
    if (pledgeDelta > 0n) lockPledge(rt, state, pledgeDelta)
    else addInitialPledge(state, pledgeDelta)
    checkBalanceInvariants(rt, state)
    return { powerDelta, pledgeDelta }
  })
}

/** Changes a deadline's sums by what changed in a partition. */
export function addToDeadline(
  deadline: Draft<Deadline>,
  { power, dailyFee }: { readonly power: PowerPair; readonly dailyFee: TokenAmount },
): void {
  deadline.livePower = addPower(deadline.livePower, power)
  deadline.dailyFee += dailyFee
}

function byDeadline(updates: readonly ReplicaUpdate[]): [number, ReplicaUpdate[]][] {
  const groups = new Map<number, ReplicaUpdate[]>()
  for (const update of updates) {
    const group = groups.get(update.deadline)
    if (group) group.push(update)
    else groups.set(update.deadline, [update])
  }
  return [...groups].sort(([a], [b]) => a - b)
}

/** The sector with its data: weights over the life that is left, no less pledge than before. */
function updatedSector(
  rt: Runtime,
  { sector, sealedCid, data }: ReplicaUpdate,
  pledgeInputs: PledgeInputs,
  sectorSize: SectorSize,
): SectorOnChainInfo {
  const duration = sector.expiration - rt.epoch
  require(duration !== 0, ExitCode.AssertionFailed, 'update of a sector that ends now')
  const verifiedDealWeight = data.verifiedSpace * BigInt(duration)
  const qaPower = qaPowerForWeight(sectorSize, duration, verifiedDealWeight)
  const oldQaPower = qaPowerForWeight(sectorSize, duration, sector.verifiedDealWeight)
  return {
    ...sector,
    flags: sector.flags | SIMPLE_QA_POWER,
    sealedCid,
    sectorKeyCid: sector.sectorKeyCid ?? sector.sealedCid,
    powerBaseEpoch: rt.epoch,
    dealWeight: data.unverifiedSpace * BigInt(duration),
    verifiedDealWeight,
    expectedDayReward: null,
    expectedStoragePledge: null,
    replacedDayReward: null,
    initialPledge: max(sector.initialPledge, initialPledgeForPower(qaPower, pledgeInputs)),
    dailyFee:
      sector.dailyFee === 0n
        ? dailyProofFee(rt.policy, pledgeInputs.circulatingSupply, qaPower)
        : dailyProofFeeAdjust(sector.dailyFee, oldQaPower, qaPower),
  }
}
