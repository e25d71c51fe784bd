/**
 * Window PoSts of a deadline: recorded while its window is open, settled at the end, disputed later. Functions take a
 * draft, as in deadline-sectors.ts.
 *
 * @see builtin-actors `actors/miner/src/deadline_state.rs`
 */
import { Bitfield } from '../../primitives/bitfield.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import type { PoStProof } from '../proof-info.ts'
import { abort, type Draft, ExitCode } from '../runtime.ts'
import { addExpirationPartitions } from './deadline-sectors.ts'
import { type Deadline, NO_SUBMISSIONS, type WindowedPoSt } from './deadline-state.ts'
import { mustGetPartition } from './deadlines.ts'
import {
  activateUnproven,
  recordMissedPoSt,
  recordSkippedFaults,
  recoverFaults,
} from './partition-faults.ts'
import type { SectorTerms } from './partition-sectors.ts'
import { activePower, activeSectors, type Partition } from './partition-state.ts'
import {
  addPower,
  isZeroPower,
  NO_POWER,
  type PowerPair,
  samePower,
  subPower,
} from './power-pair.ts'
import { NO_SECTORS, type SectorStore } from './sectors.ts'

/** A partition that is proven, without its skipped sectors. */
export interface PoStPartition {
  readonly index: bigint
  readonly skipped: Bitfield
}

export interface PoStResult {
  /** Of the miner's claim. */
  readonly powerDelta: PowerPair
  readonly recoveredPower: PowerPair
  /** All sectors of the partitions. */
  readonly sectors: Bitfield
  /** Those of them that the proof need not cover. */
  readonly ignoredSectors: Bitfield
  readonly partitions: Bitfield
}

/**
 * Records proofs as if they held: skipped sectors become faulty, recoveries and unproven sectors active.
 * @throws ActorError `IllegalArgument` for partitions named twice or proven already, and for skipped sectors that are not
 *   in the partition; `NotFound` for a partition that is not there.
 */
export function recordProvenSectors(
  deadline: Draft<Deadline>,
  terms: SectorTerms,
  sectors: SectorStore,
  faultExpiration: ChainEpoch,
  posts: readonly PoStPartition[],
): PoStResult {
  const indexes = requireUnproven(deadline, posts)
  let [all, ignored] = [Bitfield.empty, Bitfield.empty]
  const rescheduled: bigint[] = []
  let newFaultyPower = NO_POWER
  let recoveredPower = NO_POWER
  let powerDelta = NO_POWER
  let { partitions } = deadline
  for (const { index, skipped } of posts) {
    let partition = mustGetPartition(partitions, index)
    if (!isQuiet(partition, skipped)) {
      const draft = { ...partition }
      const faults = recordSkippedFaults(draft, terms, sectors, skipped, faultExpiration)
      if (!faults.newFaults.isEmpty) rescheduled.push(index)
      const recovered = recoverFaults(draft, terms, sectors)
      const activated = activateUnproven(draft)
      partitions = partitions.set(index, draft)
      newFaultyPower = addPower(newFaultyPower, faults.newFaultyPower)
      recoveredPower = addPower(recoveredPower, recovered)
      powerDelta = addPower(addPower(addPower(powerDelta, faults.powerDelta), activated), recovered)
      partition = draft
    }
    all = all.union(partition.sectors)
    ignored = ignored.union(partition.faults).union(partition.terminated)
  }
  deadline.partitionsPosted = deadline.partitionsPosted.union(indexes)
  addExpirationPartitions(deadline, terms.quant, faultExpiration, rescheduled)
  deadline.faultyPower = addPower(subPower(deadline.faultyPower, recoveredPower), newFaultyPower)
  deadline.partitions = partitions
  return { powerDelta, recoveredPower, sectors: all, ignoredSectors: ignored, partitions: indexes }
}

/** A proof changes nothing in it. */
const isQuiet = ({ recoveries, unproven }: Partition, skipped: Bitfield): boolean =>
  skipped.isEmpty && recoveries.isEmpty && unproven.isEmpty

function requireUnproven(deadline: Deadline, posts: readonly PoStPartition[]): Bitfield {
  const illegal = ExitCode.IllegalArgument
  for (const { index } of posts)
    if (index >= MAX_UINT64) abort(illegal, 'partition index out of bitfield range')
  const indexes = Bitfield.of(posts.map(({ index }) => index))
  if (indexes.countNumber() !== posts.length) abort(illegal, 'duplicate partitions proven')
  const proven = deadline.partitionsPosted.intersect(indexes)
  if (!proven.isEmpty) abort(illegal, `partition already proven: ${proven}`)
  return indexes
}

/** Keeps a proof that was not looked at, for disputes. */
export function recordPoStProofs(
  deadline: Draft<Deadline>,
  partitions: Bitfield,
  proofs: readonly PoStProof[],
): void {
  const { optimisticPoStSubmissions: kept } = deadline
  deadline.optimisticPoStSubmissions = kept.set(kept.count, { partitions, proofs })
}

/** Takes a proof of the last window out of the snapshot. @throws ActorError `IllegalArgument` when it is not there. */
export function takePoStProofs(deadline: Draft<Deadline>, index: bigint): WindowedPoSt {
  if (index >= MAX_UINT64) abort(ExitCode.IllegalState, `proof index ${index} out of range`)
  const { optimisticPoStSubmissionsSnapshot: snapshot } = deadline
  const post = snapshot.get(index)
  if (post === undefined) abort(ExitCode.IllegalArgument, `proof ${index} not found`)
  deadline.optimisticPoStSubmissionsSnapshot = snapshot.delete(index)
  return post
}

export interface DisputeInfo {
  readonly allSectors: Bitfield
  /** Those of them that the proof need not cover. */
  readonly ignoredSectors: Bitfield
  /** Sectors that the proof vouched for, by partition. */
  readonly disputedSectors: ReadonlyMap<bigint, Bitfield>
  /** Their power then; some may be gone since. */
  readonly disputedPower: PowerPair
}

/** What a proof of the last window was about. */
export function loadPartitionsForDispute(deadline: Deadline, partitions: Bitfield): DisputeInfo {
  const all: Bitfield[] = []
  const ignored: Bitfield[] = []
  const disputedSectors = new Map<bigint, Bitfield>()
  let disputedPower = NO_POWER
  for (const index of partitions.values()) {
    const partition = deadline.partitionsSnapshot.get(index)
    if (partition === undefined) abort(ExitCode.IllegalState, `failed to find partition ${index}`)
    all.push(partition.sectors)
    ignored.push(partition.faults, partition.terminated, partition.unproven)
    disputedSectors.set(index, activeSectors(partition))
    disputedPower = addPower(disputedPower, activePower(partition))
  }
  return {
    allSectors: Bitfield.union(...all),
    ignoredSectors: Bitfield.union(...ignored),
    disputedSectors,
    disputedPower,
  }
}

/**
 * Ends the window: partitions that were not proven become faulty, and what was proven is kept for disputes.
 * @returns the change of the miner's claim, negative.
 */
export function processDeadlineEnd(
  deadline: Draft<Deadline>,
  terms: SectorTerms,
  faultExpiration: ChainEpoch,
  sectors: SectorStore,
): PowerPair {
  const allPosted = deadline.partitionsPosted.countNumber() === deadline.partitions.count
  const powerDelta = allPosted ? NO_POWER : recordMissed(deadline, terms, faultExpiration)
  const { partitions } = deadline
  const submissions = deadline.optimisticPoStSubmissions
  deadline.partitionsPosted = Bitfield.empty
  deadline.partitionsSnapshot = partitions
  deadline.optimisticPoStSubmissionsSnapshot = submissions
  deadline.optimisticPoStSubmissions = NO_SUBMISSIONS
  deadline.sectorsSnapshot = submissions.isEmpty ? NO_SECTORS : sectors
  return powerDelta
}

/** Makes partitions without a proof faulty. @returns the change of the miner's claim. */
function recordMissed(
  deadline: Draft<Deadline>,
  terms: SectorTerms,
  faultExpiration: ChainEpoch,
): PowerPair {
  const rescheduled: number[] = []
  let powerDelta = NO_POWER
  let { partitions } = deadline
  for (const [index, partition] of partitions.numberEntries()) {
    if (deadline.partitionsPosted.has(index) || isSettled(partition)) continue
    const draft = { ...partition }
    const missed = recordMissedPoSt(draft, terms, faultExpiration)
    if (!isZeroPower(missed.newFaultyPower)) rescheduled.push(index)
    partitions = partitions.set(index, draft)
    deadline.faultyPower = addPower(deadline.faultyPower, missed.newFaultyPower)
    powerDelta = addPower(powerDelta, missed.powerDelta)
  }
  deadline.partitions = partitions
  addExpirationPartitions(deadline, terms.quant, faultExpiration, rescheduled)
  return powerDelta
}

/** All faulty, and nothing to recover: missing a proof changes nothing. */
const isSettled = ({ recoveringPower, faultyPower, livePower }: Partition): boolean =>
  isZeroPower(recoveringPower) && samePower(faultyPower, livePower)

/** Whether the end of the window has something to do. */
export function isLive(deadline: Deadline): boolean {
  const { partitions, partitionsSnapshot } = deadline
  const { optimisticPoStSubmissions, optimisticPoStSubmissionsSnapshot } = deadline
  return (
    deadline.liveSectors > 0 ||
    !deadline.partitionsPosted.isEmpty ||
    !sameRoot(partitions, partitionsSnapshot) ||
    !sameRoot(optimisticPoStSubmissions, optimisticPoStSubmissionsSnapshot)
  )
}

/** Equal content; hashed only when two arrays were made differently and neither is empty. */
function sameRoot(a: Deadline['partitions'], b: Deadline['partitions']): boolean
function sameRoot(a: typeof NO_SUBMISSIONS, b: typeof NO_SUBMISSIONS): boolean
function sameRoot(
  a: Deadline['partitions'] | typeof NO_SUBMISSIONS,
  b: Deadline['partitions'] | typeof NO_SUBMISSIONS,
): boolean {
  if (a === b) return true
  return a.count === b.count && (a.isEmpty || a.cid().equals(b.cid()))
}

const MAX_UINT64 = (1n << 64n) - 1n
