/** Faults and recoveries declared in a deadline. Functions take a draft, as in deadline-sectors.ts. */
import type { ChainEpoch } from '../../primitives/units.ts'
import type { Draft } from '../runtime.ts'
import {
  addExpirationPartitions,
  draftPartition,
  type PartitionSectors,
} from './deadline-sectors.ts'
import type { Deadline } from './deadline-state.ts'
import {
  declareFaultsRecovered as declareInPartition,
  recordFaults as recordInPartition,
} from './partition-faults.ts'
import type { SectorTerms } from './partition-sectors.ts'
import { addPower, NO_POWER, type PowerPair } from './power-pair.ts'
import type { SectorStore } from './sectors.ts'

/**
 * Makes sectors faulty.
 * @returns the change of the miner's claim, negative.
 * @throws ActorError `NotFound` for a partition that is not there, `IllegalArgument` for sectors that are not in it.
 */
export function recordFaults(
  deadline: Draft<Deadline>,
  terms: SectorTerms,
  sectors: SectorStore,
  faultExpiration: ChainEpoch,
  partitionSectors: PartitionSectors,
): PowerPair {
  let powerDelta = NO_POWER
  let { partitions } = deadline
  const withFaults: bigint[] = []
  for (const [index, numbers] of partitionSectors) {
    const draft = draftPartition(partitions, index)
    const recorded = recordInPartition(draft, terms, sectors, numbers, faultExpiration)
    deadline.faultyPower = addPower(deadline.faultyPower, recorded.newFaultyPower)
    powerDelta = addPower(powerDelta, recorded.powerDelta)
    if (!recorded.newFaults.isEmpty) withFaults.push(index)
    partitions = partitions.set(index, draft)
  }
  deadline.partitions = partitions
  addExpirationPartitions(deadline, terms.quant, faultExpiration, withFaults)
  return powerDelta
}

/**
 * Promises that the next proofs cover faulty sectors again.
 * @throws ActorError as `recordFaults`.
 */
export function declareFaultsRecovered(
  deadline: Draft<Deadline>,
  terms: SectorTerms,
  sectors: SectorStore,
  partitionSectors: PartitionSectors,
): void {
  let { partitions } = deadline
  for (const [index, numbers] of partitionSectors) {
    const draft = draftPartition(partitions, index)
    declareInPartition(draft, terms, sectors, numbers)
    partitions = partitions.set(index, draft)
  }
  deadline.partitions = partitions
}
