/**
 * Faults and recoveries of a partition: sectors that are declared or found not to be there, and that come back. Functions
 * take a draft, as in partition-sectors.ts.
 *
 * @see builtin-actors `actors/miner/src/partition_state.rs`
 */
import { Bitfield } from '../../primitives/bitfield.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { type Draft, ExitCode, require } from '../runtime.ts'
import {
  rescheduleAllAsFaults,
  rescheduleAsFaults,
  rescheduleRecovered,
} from './expiration-queue.ts'
import { expirationQueue, type SectorTerms, selectSectors } from './partition-sectors.ts'
import { liveSectors, type Partition, validatePartition } from './partition-state.ts'
import { addPower, negatePower, NO_POWER, type PowerPair, subPower } from './power-pair.ts'
import { powerForSectors } from './sector-power.ts'
import type { SectorOnChainInfo, SectorStore } from './sectors.ts'

export interface RecordedFaults {
  readonly newFaults: Bitfield
  /** Of the miner's claim, negative: unproven sectors lose none. */
  readonly powerDelta: PowerPair
  readonly newFaultyPower: PowerPair
}

const NO_FAULTS: RecordedFaults = Object.freeze({
  newFaults: Bitfield.empty,
  powerDelta: NO_POWER,
  newFaultyPower: NO_POWER,
})

/**
 * Declares sectors faulty. Those that are faulty or terminated already are passed over; recoveries are taken back.
 * @throws ActorError `IllegalArgument` for sectors that are not in the partition.
 */
export function recordFaults(
  partition: Draft<Partition>,
  terms: SectorTerms,
  sectors: SectorStore,
  numbers: Bitfield,
  faultExpiration: ChainEpoch,
): RecordedFaults {
  requireInPartition(partition, numbers)
  const retracted = partition.recoveries.intersect(numbers)
  const newFaults = numbers
    .subtract(retracted)
    .subtract(partition.terminated)
    .subtract(partition.faults)
  const recorded = addFaults(partition, terms, newFaults, sectors.load(newFaults), faultExpiration)
  retractRecoveries(partition, retracted, sectors.powerOf(terms.sectorSize, retracted))
  validatePartition(partition)
  return recorded
}

export interface SkippedFaults extends RecordedFaults {
  /** Of sectors that were to recover and were skipped. */
  readonly retractedRecoveryPower: PowerPair
}

/**
 * As `recordFaults`, for sectors that a proof leaves out.
 * @throws ActorError `IllegalArgument` for sectors that are not in the partition.
 */
export function recordSkippedFaults(
  partition: Draft<Partition>,
  terms: SectorTerms,
  sectors: SectorStore,
  skipped: Bitfield,
  faultExpiration: ChainEpoch,
): SkippedFaults {
  if (skipped.isEmpty) return { ...NO_FAULTS, retractedRecoveryPower: NO_POWER }
  require(partition.sectors.containsAll(
    skipped,
  ), ExitCode.IllegalArgument, 'skipped faults contains sectors outside partition')
  const retracted = partition.recoveries.intersect(skipped)
  const retractedRecoveryPower = sectors.powerOf(terms.sectorSize, retracted)
  const newFaults = skipped.subtract(partition.terminated).subtract(partition.faults)
  const recorded = addFaults(partition, terms, newFaults, sectors.load(newFaults), faultExpiration)
  retractRecoveries(partition, retracted, retractedRecoveryPower)
  validatePartition(partition)
  return { ...recorded, retractedRecoveryPower }
}

/** Makes all recoveries active again, trusting that the proof holds. @returns the power that comes back. */
export function recoverFaults(
  partition: Draft<Partition>,
  terms: SectorTerms,
  sectors: SectorStore,
): PowerPair {
  if (partition.recoveries.isEmpty) return NO_POWER
  const queue = expirationQueue(partition, terms)
  const power = rescheduleRecovered(queue, sectors.load(partition.recoveries))
  partition.expirationsEpochs = queue.sets
  partition.faults = partition.faults.subtract(partition.recoveries)
  partition.recoveries = Bitfield.empty
  partition.faultyPower = subPower(partition.faultyPower, power)
  partition.recoveringPower = subPower(partition.recoveringPower, power)
  validatePartition(partition)
  return power
}

/** Makes unproven sectors active. @returns their power. */
export function activateUnproven(partition: Draft<Partition>): PowerPair {
  const power = partition.unprovenPower
  partition.unproven = Bitfield.empty
  partition.unprovenPower = NO_POWER
  return power
}

/**
 * Promises that the next proof covers faulty sectors again. Those that are not faulty or promised already are passed over.
 * @throws ActorError `IllegalArgument` for sectors that are not in the partition.
 */
export function declareFaultsRecovered(
  partition: Draft<Partition>,
  { sectorSize }: SectorTerms,
  sectors: SectorStore,
  numbers: Bitfield,
): void {
  requireInPartition(partition, numbers)
  const recoveries = numbers.intersect(partition.faults).subtract(partition.recoveries)
  const power = sectors.powerOf(sectorSize, recoveries)
  partition.recoveries = partition.recoveries.union(recoveries)
  partition.recoveringPower = addPower(partition.recoveringPower, power)
  validatePartition(partition)
}

export interface MissedPoSt {
  /** Of the miner's claim, negative. */
  readonly powerDelta: PowerPair
  readonly newFaultyPower: PowerPair
}

/** Makes all live sectors faulty; recoveries have failed. */
export function recordMissedPoSt(
  partition: Draft<Partition>,
  terms: SectorTerms,
  faultExpiration: ChainEpoch,
): MissedPoSt {
  const queue = expirationQueue(partition, terms)
  rescheduleAllAsFaults(queue, faultExpiration)
  partition.expirationsEpochs = queue.sets
  const newFaultyPower = subPower(partition.livePower, partition.faultyPower)
  const powerDelta = subPower(partition.unprovenPower, newFaultyPower)
  partition.faults = liveSectors(partition)
  partition.recoveries = Bitfield.empty
  partition.unproven = Bitfield.empty
  partition.faultyPower = partition.livePower
  partition.recoveringPower = NO_POWER
  partition.unprovenPower = NO_POWER
  validatePartition(partition)
  return { powerDelta, newFaultyPower }
}

function addFaults(
  partition: Draft<Partition>,
  terms: SectorTerms,
  newFaults: Bitfield,
  infos: readonly SectorOnChainInfo[],
  faultExpiration: ChainEpoch,
): RecordedFaults {
  if (newFaults.isEmpty) return NO_FAULTS
  const queue = expirationQueue(partition, terms)
  const newFaultyPower = rescheduleAsFaults(queue, faultExpiration, infos)
  partition.expirationsEpochs = queue.sets
  partition.faults = partition.faults.union(newFaults)
  partition.faultyPower = addPower(partition.faultyPower, newFaultyPower)
  const unproven = newFaults.intersect(partition.unproven)
  const unprovenPower = powerForSectors(terms.sectorSize, selectSectors(infos, unproven))
  partition.unproven = partition.unproven.subtract(unproven)
  partition.unprovenPower = subPower(partition.unprovenPower, unprovenPower)
  validatePartition(partition)
  return {
    newFaults,
    powerDelta: addPower(negatePower(newFaultyPower), unprovenPower),
    newFaultyPower,
  }
}

function retractRecoveries(
  partition: Draft<Partition>,
  retracted: Bitfield,
  power: PowerPair,
): void {
  if (retracted.isEmpty) return
  partition.recoveries = partition.recoveries.subtract(retracted)
  partition.recoveringPower = subPower(partition.recoveringPower, power)
}

function requireInPartition(partition: Partition, numbers: Bitfield): void {
  require(partition.sectors.containsAll(
    numbers,
  ), ExitCode.IllegalArgument, 'failed fault declaration: not all sectors are assigned to the partition')
}
