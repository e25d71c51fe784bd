/**
 * Which deadlines new sectors go to: partitions already begun are filled first, then deadlines with the least to prove.
 */
import { assert } from '../../primitives/assert.ts'

/** Sectors a deadline holds: proving, and ever assigned since it was last compacted. */
export interface DeadlineLoad {
  readonly liveSectors: number
  readonly totalSectors: number
}

/** `count` consecutive sectors for one deadline. */
export interface AssignedRun {
  readonly deadline: number
  readonly count: number
}

/**
 * Distributes `count` sectors one after the other, as runs in their order.
 *
 * The deadline chosen for a sector stays the best one until a partition of it is full, so work is by partitions.
 *
 * @param deadlines - by index; null where sectors may not be added now. At least one is not null.
 * @param partitionSize - sectors of a partition.
 * @throws DeadlinesFullError when the best deadline already holds `maxPartitions` partitions.
 * @see builtin-actors `actors/miner/src/deadline_assignment.rs`, `assign_deadlines`
 */
export function assignRuns(
  maxPartitions: number,
  partitionSize: number,
  deadlines: readonly (DeadlineLoad | null)[],
  count: number,
): AssignedRun[] {
  const open: Candidate[] = deadlines.flatMap((load, index) =>
    load ? [{ index, live: load.liveSectors, total: load.totalSectors }] : [],
  )
  assert(open.length > 0, 'a deadline that takes sectors')
  const runs: AssignedRun[] = []
  for (let left = count; left > 0;) {
    const best = open.reduce((a, b) => (compare(b, a, partitionSize) < 0 ? b : a))
    if (best.total >= partitionSize * maxPartitions) throw new DeadlinesFullError(maxPartitions)
    const room = partitionSize - Math.max(best.live % partitionSize, best.total % partitionSize)
    const taken = Math.min(left, room)
    runs.push({ deadline: best.index, count: taken })
    best.live += taken
    best.total += taken
    left -= taken
  }
  return runs
}

/** `assignRuns` over given sectors: for each deadline, those that go to it, in order. */
export function assignDeadlines<T>(
  maxPartitions: number,
  partitionSize: number,
  deadlines: readonly (DeadlineLoad | null)[],
  sectors: readonly T[],
): T[][] {
  const assigned: T[][] = deadlines.map(() => [])
  let next = 0
  for (const run of assignRuns(maxPartitions, partitionSize, deadlines, sectors.length)) {
    const end = next + run.count
    for (const bin = assigned[run.deadline]!; next < end; next++) bin.push(sectors[next]!)
  }
  return assigned
}

interface Candidate {
  readonly index: number
  live: number
  total: number
}

/** Negative where `a` is to be preferred. */
function compare(a: Candidate, b: Candidate, partitionSize: number): number {
  const partitions = (sectors: number) => Math.floor(sectors / partitionSize) + 1 // after one more
  const isFull = (d: Candidate) => d.total % partitionSize === 0
  const [aFull, bFull] = [isFull(a), isFull(b)]
  return (
    partitions(a.live) - partitions(b.live) || // once compacted
    partitions(a.total) - partitions(b.total) ||
    Number(aFull) - Number(bFull) ||
    (aFull ? 0 : b.total - a.total) ||
    a.live - b.live ||
    a.index - b.index
  )
}

/** Every deadline that takes sectors already has as many partitions as it may. */
export class DeadlinesFullError extends Error {
  override name = 'DeadlinesFullError'
  constructor(maxPartitions: number) {
    super(`max partitions limit ${maxPartitions} reached for all deadlines`)
  }
}
