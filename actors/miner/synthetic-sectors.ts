/**
 * Sectors that a simulated network has without anybody having sent messages for them: as many as one likes, on the same
 * terms, at the cost of the partitions they fill.
 */
import { Bitfield } from '../../primitives/bitfield.ts'
import { plus } from '../../primitives/bitfield-runs.ts'
import type { ActorId, ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import type { Policy } from '../policy.ts'
import type { Draft } from '../runtime.ts'
import { addInitialPledge } from './balances.ts'
import { assignRuns } from './deadline-assignment.ts'
import { deadlineIsMutable } from './deadline-info.ts'
import { addExpirationPartitions } from './deadline-sectors.ts'
import type { Deadline } from './deadline-state.ts'
import { currentPeriodStart, loadDeadline, quantSpecOf, saveDeadline } from './deadlines.ts'
import { addExpirations, EMPTY_EXPIRATION_SET } from './expiration-set.ts'
import { queueEpoch } from './bitfield-queue.ts'
import { EMPTY_PARTITION, type Partition, validatePartition } from './partition-state.ts'
import { addPower } from './power-pair.ts'
import { allocateSectorNumbers } from './precommits.ts'
import { newSector } from './sector-activation.ts'
import { endOf, partOfRun, runsOf, type SectorRun, sumRuns } from './sector-run.ts'
import type { SectorTerms } from './partition-sectors.ts'
import type { MinerState } from './state.ts'
import { syntheticCommR } from './synthetic-cid.ts'
import type { SectorNumber } from './wire.ts'

export interface SyntheticSectors {
  readonly first: SectorNumber
  /** At least one. */
  readonly count: number
  readonly sealProof: number
  readonly expiration: ChainEpoch
  /** attoFIL for each. */
  readonly initialPledge: TokenAmount
  /** attoFIL a day for each. */
  readonly dailyFee: TokenAmount
  /** Where they are proven, as a non-interactive commitment chooses it; the protocol decides when this is absent. */
  readonly deadline?: number
}

/**
 * Adds empty sectors as if they had been proven one by one at `epoch`; they have no power before their first window PoSt.
 * The miner's balance, its deadline cron and the network's total pledge are for the caller to see to.
 *
 * @throws ActorError `IllegalArgument` for numbers that were given before.
 * @throws DeadlinesFullError
 */
export function addSyntheticSectors(
  policy: Policy,
  miner: ActorId,
  state: Draft<MinerState>,
  epoch: ChainEpoch,
  sectors: SyntheticSectors,
): void {
  const run = runFor(miner, epoch, sectors)
  allocateSectorNumbers(state, Bitfield.fromRanges([[run.first, endOf(run)]]), 'deny')
  state.sectors = state.sectors.storeRun(run)
  const { sectorSize, windowPoStPartitionSectors: partitionSize } = state.info.get()
  const { deadline: chosen, count: all } = sectors
  const places =
    chosen === undefined ? assigned(policy, state, epoch, all) : [{ deadline: chosen, count: all }]
  let rest = run
  for (const { deadline: index, count } of places) {
    const middle = plus(rest.first, count)
    const deadline = { ...loadDeadline(state, index) }
    const terms = { sectorSize, quant: quantSpecOf(policy, state, index) }
    addRun(deadline, terms, partitionSize, partOfRun(rest, rest.first, middle))
    saveDeadline(state, index, deadline)
    rest = partOfRun(rest, middle, endOf(rest))
  }
  addInitialPledge(state, sectors.initialPledge * BigInt(sectors.count))
}

function runFor(miner: ActorId, activation: ChainEpoch, sectors: SyntheticSectors): SectorRun {
  const { first, count, sealProof, expiration, initialPledge, dailyFee } = sectors
  const terms = { sealProof, expiration, initialPledge, dailyFee }
  const sealedCid = syntheticCommR(miner, first, 'sealed')
  const none = { dealWeight: 0n, verifiedDealWeight: 0n }
  const one = newSector({ sectorNumber: first, sealedCid, activation, ...none, ...terms })
  return { ...runsOf([one])[0]!, count }
}

/** How many go to which deadline, one after the other. */
function assigned(policy: Policy, state: MinerState, epoch: ChainEpoch, count: number) {
  const { windowPoStPartitionSectors: partitionSize } = state.info.get()
  const start = currentPeriodStart(policy, state, epoch)
  const { due } = state.deadlines.get()
  const open = due.map((link, i) =>
    deadlineIsMutable(policy, start, i, epoch) ? link.get() : null,
  )
  return assignRuns(policy.maxPartitionsPerDeadline, partitionSize, open, count)
}

/** As `addSectors` of deadline-sectors.ts with each of the run's sectors, unproven. */
function addRun(
  deadline: Draft<Deadline>,
  terms: SectorTerms,
  partitionSize: number,
  run: SectorRun,
): void {
  let { partitions } = deadline
  const filled: number[] = []
  let next = run.first
  for (let index = Math.max(partitions.count - 1, 0); next !== endOf(run); index++) {
    const partition = { ...(partitions.get(index) ?? EMPTY_PARTITION) }
    const room = partitionSize - partition.sectors.countNumber()
    if (room <= 0) continue
    const full = plus(next, room)
    const part = partOfRun(run, next, full < endOf(run) ? full : endOf(run))
    addToPartition(partition, terms, part)
    partitions = partitions.set(index, partition)
    filled.push(index)
    next = endOf(part)
  }
  const { power, dailyFee } = sumRuns(terms.sectorSize, [run])
  deadline.partitions = partitions
  deadline.liveSectors += run.count
  deadline.totalSectors += run.count
  deadline.livePower = addPower(deadline.livePower, power)
  deadline.dailyFee += dailyFee
  addExpirationPartitions(deadline, terms.quant, run.terms.expiration, filled)
}

function addToPartition(
  partition: Draft<Partition>,
  { sectorSize, quant }: SectorTerms,
  run: SectorRun,
): void {
  const numbers = Bitfield.fromRanges([[run.first, endOf(run)]])
  const { power, pledge, dailyFee } = sumRuns(sectorSize, [run])
  const epoch = queueEpoch(quant, run.terms.expiration)
  const { expirationsEpochs } = partition
  const before = expirationsEpochs.get(epoch) ?? EMPTY_EXPIRATION_SET
  const added = {
    ...EMPTY_EXPIRATION_SET,
    onTimeSectors: numbers,
    onTimePledge: pledge,
    activePower: power,
    feeDeduction: dailyFee,
  }
  partition.expirationsEpochs = expirationsEpochs.set(epoch, addExpirations(before, added))
  partition.sectors = partition.sectors.union(numbers)
  partition.unproven = partition.unproven.union(numbers)
  partition.livePower = addPower(partition.livePower, power)
  partition.unprovenPower = addPower(partition.unprovenPower, power)
  validatePartition(partition)
}
