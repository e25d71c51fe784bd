/**
 * Sectors that enter, leave and move within a deadline. Functions take a draft: a copy of the deadline that the state puts
 * back. Those of faults and proofs are in deadline-faults.ts and deadline-posts.ts.
 *
 * @see builtin-actors `actors/miner/src/deadline_state.rs`
 */
import { Bitfield } from '../../primitives/bitfield.ts'
import type { QuantSpec } from '../../primitives/quantize.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { abort, type Draft, ExitCode } from '../runtime.ts'
import { addManyToQueue, addToQueue, cutFromQueue, popQueueUntil } from './bitfield-queue.ts'
import { type Deadline, NO_PARTITIONS } from './deadline-state.ts'
import { mustGetPartition } from './deadlines.ts'
import { addExpirations, EMPTY_EXPIRATION_SET, type ExpirationSet } from './expiration-set.ts'
import {
  addSectors as addToPartition,
  type AddedSectors,
  popEarlyTerminations as popFromPartition,
  popExpiredSectors as popExpiredFromPartition,
  type SectorTerms,
  terminateSectors as terminateInPartition,
} from './partition-sectors.ts'
import { EMPTY_PARTITION, liveSectors, type Partition } from './partition-state.ts'
import { addPower, NO_POWER, type PowerPair, samePower, subPower } from './power-pair.ts'
import type { SectorOnChainInfo, SectorStore } from './sectors.ts'
import {
  addTerminations,
  belowLimits,
  NO_TERMINATIONS,
  remainingLimits,
  type TerminationLimits,
  type TerminationResult,
} from './termination-result.ts'

/** Sectors of a deadline by partition, in ascending order of partition. */
export type PartitionSectors = ReadonlyMap<bigint, Bitfield>

/** Notes that partitions may hold sectors which expire at an epoch. */
export function addExpirationPartitions(
  deadline: Draft<Deadline>,
  quant: QuantSpec,
  epoch: ChainEpoch,
  partitions: readonly (bigint | number)[],
): void {
  if (partitions.length === 0) return
  const { expirationsEpochs } = deadline
  deadline.expirationsEpochs = addToQueue(expirationsEpochs, quant, epoch, Bitfield.of(partitions))
}

/** A working copy of a partition. @throws ActorError as `mustGetPartition`. */
export function draftPartition(
  partitions: Deadline['partitions'],
  index: bigint | number,
): Draft<Partition> {
  return { ...mustGetPartition(partitions, index) }
}

/** Terminates what expires up to and including an epoch. @returns the sums of what did. */
export function popExpiredSectors(
  deadline: Draft<Deadline>,
  terms: SectorTerms,
  until: ChainEpoch,
): ExpirationSet {
  const { popped, queue } = popQueueUntil(deadline.expirationsEpochs, until)
  if (queue === deadline.expirationsEpochs) return EMPTY_EXPIRATION_SET
  deadline.expirationsEpochs = queue
  let expired = EMPTY_EXPIRATION_SET
  let { partitions } = deadline
  const early: bigint[] = []
  for (const index of popped.values()) {
    const partition = partitions.get(index)
    if (partition === undefined) abort(ExitCode.IllegalState, `missing expected partition ${index}`)
    const draft = { ...partition }
    const popped = popExpiredFromPartition(draft, terms, until)
    if (!popped.earlySectors.isEmpty) early.push(index)
    expired = addExpirations(expired, popped)
    partitions = partitions.set(index, draft)
  }
  deadline.partitions = partitions
  deadline.earlyTerminations = deadline.earlyTerminations.union(Bitfield.of(early))
  removeExpired(deadline, expired)
  return expired
}

/** Takes what was terminated or expired off the deadline's sums. */
function removeExpired(deadline: Draft<Deadline>, expired: ExpirationSet): void {
  const count = expired.onTimeSectors.countNumber() + expired.earlySectors.countNumber()
  deadline.liveSectors = takeCount(deadline.liveSectors, count)
  deadline.faultyPower = subPower(deadline.faultyPower, expired.faultyPower)
  const gone = addPower(expired.activePower, expired.faultyPower)
  deadline.livePower = subPower(deadline.livePower, gone)
  deadline.dailyFee -= expired.feeDeduction
}

/**
 * Adds sectors that are not faulty, filling the last partition first. The deadline must not be open.
 * @param newFees - false for sectors that are only moved, whose fees the deadline has already.
 * @returns the power and fees that were added.
 */
export function addSectors(
  deadline: Draft<Deadline>,
  terms: SectorTerms,
  partitionSize: number,
  sectors: readonly SectorOnChainInfo[],
  { proven, newFees }: { proven: boolean; newFees: boolean },
): AddedSectors {
  if (sectors.length === 0) return { power: NO_POWER, dailyFee: 0n }
  deadline.liveSectors += sectors.length
  deadline.totalSectors += sectors.length
  let power = NO_POWER
  let dailyFee = 0n
  let { partitions } = deadline
  const expirations: [ChainEpoch, number][] = []
  let next = 0
  for (let index = Math.max(partitions.count - 1, 0); next < sectors.length; index++) {
    const draft = { ...(partitions.get(index) ?? EMPTY_PARTITION) }
    const room = partitionSize - draft.sectors.countNumber()
    if (room <= 0) continue
    const added = sectors.slice(next, next + room)
    next += added.length
    const sums = addToPartition(draft, terms, added, proven)
    power = addPower(power, sums.power)
    if (newFees) dailyFee += sums.dailyFee
    partitions = partitions.set(index, draft)
    for (const { expiration } of added) expirations.push([expiration, index])
  }
  deadline.partitions = partitions
  const { expirationsEpochs } = deadline
  deadline.expirationsEpochs = addManyToQueue(expirationsEpochs, terms.quant, expirations)
  deadline.dailyFee += dailyFee
  deadline.livePower = addPower(deadline.livePower, power)
  return { power, dailyFee }
}

/** Takes early terminations off, up to the limits. @returns them, and whether more are left. */
export function popEarlyTerminations(
  deadline: Draft<Deadline>,
  limits: TerminationLimits,
): { readonly result: TerminationResult; readonly more: boolean } {
  let result = NO_TERMINATIONS
  let { partitions } = deadline
  const finished: bigint[] = []
  for (const index of deadline.earlyTerminations.values()) {
    const partition = partitions.get(index)
    if (partition === undefined) {
      finished.push(index)
      continue
    }
    const draft = { ...partition }
    const popped = popFromPartition(draft, remainingLimits(limits, result).sectors)
    result = addTerminations(result, popped.result)
    if (!popped.more) finished.push(index)
    partitions = partitions.set(index, draft)
    if (!belowLimits(limits, result)) break
  }
  deadline.partitions = partitions
  deadline.earlyTerminations = deadline.earlyTerminations.subtract(Bitfield.of(finished))
  return { result, more: !deadline.earlyTerminations.isEmpty }
}

/**
 * Terminates live sectors now.
 * @param maxFaults - see `partition-sectors.ts`, `terminateSectors`.
 * @returns the power that is lost.
 * @throws ActorError `NotFound` for a partition that is not there, `IllegalArgument` for sectors that are not live in it.
 */
export function terminateSectors(
  deadline: Draft<Deadline>,
  terms: SectorTerms,
  sectors: SectorStore,
  epoch: ChainEpoch,
  partitionSectors: PartitionSectors,
  maxFaults: number,
): PowerPair {
  let powerLost = NO_POWER
  let { partitions } = deadline
  for (const [index, numbers] of partitionSectors) {
    const draft = draftPartition(partitions, index)
    const { removed, unprovenPower } = terminateInPartition(
      draft,
      terms,
      sectors,
      epoch,
      numbers,
      maxFaults,
    )
    partitions = partitions.set(index, draft)
    if (!removed.onTimeSectors.isEmpty || !removed.earlySectors.isEmpty)
      deadline.earlyTerminations = deadline.earlyTerminations.set(index)
    removeExpired(deadline, removed)
    deadline.livePower = subPower(deadline.livePower, unprovenPower)
    powerLost = addPower(powerLost, removed.activePower)
  }
  deadline.partitions = partitions
  return powerLost
}

/**
 * Removes partitions and adds their live sectors again, so that the dead ones are gone.
 * @returns the dead sectors.
 * @throws ActorError `IllegalArgument` for partitions that are not there, that have faults or unproven sectors, or while
 *   early terminations are not settled.
 */
export function compactPartitions(
  deadline: Draft<Deadline>,
  terms: SectorTerms,
  sectors: SectorStore,
  partitionSize: number,
  toRemove: Bitfield,
): Bitfield {
  const count = deadline.partitions.count
  illegal(toRemove.boundedCount(count) !== undefined, 'partitions to remove exceeds total')
  const last = toRemove.last()
  if (last === undefined) return Bitfield.empty
  illegal(last < BigInt(count), `partition index ${last} out of range [0, ${count})`)
  illegal(
    deadline.earlyTerminations.isEmpty,
    'cannot remove partitions from deadline with early terminations',
  )
  const { kept, dead, live, power } = splitPartitions(deadline.partitions, toRemove)
  deadline.partitions = NO_PARTITIONS.setAll(kept.entries())
  const liveCount = live.countNumber()
  deadline.liveSectors = takeCount(deadline.liveSectors, liveCount)
  deadline.totalSectors = takeCount(deadline.totalSectors, liveCount + dead.countNumber())
  deadline.livePower = subPower(deadline.livePower, power)
  deadline.expirationsEpochs = cutFromQueue(deadline.expirationsEpochs, toRemove)
  const moved = { proven: true, newFees: false }
  const added = addSectors(deadline, terms, partitionSize, sectors.load(live), moved)
  if (!samePower(power, added.power))
    abort(ExitCode.IllegalState, 'power changed when compacting partitions')
  return dead
}

function splitPartitions(partitions: Deadline['partitions'], toRemove: Bitfield) {
  const kept: Partition[] = []
  const dead: Bitfield[] = []
  const live: Bitfield[] = []
  let power = NO_POWER
  for (const [index, partition] of partitions.numberEntries()) {
    if (!toRemove.has(index)) {
      kept.push(partition)
      continue
    }
    illegal(partition.faults.isEmpty, `cannot remove partition ${index}: has faults`)
    illegal(partition.unproven.isEmpty, `cannot remove partition ${index}: has unproven sectors`)
    dead.push(partition.terminated)
    live.push(liveSectors(partition))
    power = addPower(power, partition.livePower)
  }
  return { kept, dead: Bitfield.union(...dead), live: Bitfield.union(...live), power }
}

/** A count less another. The reference's subtraction fails as an assertion would. */
function takeCount(count: number, taken: number): number {
  if (taken > count) abort(ExitCode.AssertionFailed, `${taken} of ${count} sectors removed`)
  return count - taken
}

function illegal(condition: boolean, message: string): void {
  if (!condition) abort(ExitCode.IllegalArgument, message)
}
