/** Finding deadlines and partitions in a miner's state, and putting changed deadlines back. */
import { Link } from '../../primitives/link.ts'
import type { QuantSpec } from '../../primitives/quantize.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import type { Policy } from '../policy.ts'
import { abort, type Draft, ExitCode } from '../runtime.ts'
import {
  type DeadlineInfo,
  deadlineInfoFromOffsetAndEpoch,
  newDeadlineInfo,
  quantSpecForDeadline,
} from './deadline-info.ts'
import { Deadline, Deadlines } from './deadline-state.ts'
import type { Partition } from './partition-state.ts'
import { isNegativePower } from './power-pair.ts'
import type { MinerState } from './state.ts'
import type { SectorNumber } from './wire.ts'

/** The deadline that is open at an epoch, also while the deadline cron is off. */
export function currentDeadlineInfo(
  policy: Policy,
  state: MinerState,
  epoch: ChainEpoch,
): DeadlineInfo {
  return deadlineInfoFromOffsetAndEpoch(policy, state.provingPeriodStart, epoch)
}

/** Start of the proving period that holds an epoch. */
export function currentPeriodStart(
  policy: Policy,
  state: MinerState,
  epoch: ChainEpoch,
): ChainEpoch {
  return currentDeadlineInfo(policy, state, epoch).periodStart
}

/** The grid of a deadline's expirations. */
export function quantSpecOf(policy: Policy, state: MinerState, index: number): QuantSpec {
  return quantSpecForDeadline(policy, newDeadlineInfo(policy, state.provingPeriodStart, index, 0))
}

/** @throws ActorError `IllegalArgument` when there is no such deadline. */
export function loadDeadline(state: MinerState, index: number): Deadline {
  const { due } = state.deadlines.get()
  const deadline = due[index]
  if (deadline === undefined)
    abort(ExitCode.IllegalArgument, `invalid deadline index ${index} of ${due.length}`)
  return deadline.get()
}

/** Puts changed deadlines back; they must not be changed afterwards. @throws ActorError `IllegalState` for a wrong one. */
export function saveDeadlines(
  state: Draft<MinerState>,
  changed: Iterable<readonly [index: number, deadline: Deadline]>,
): void {
  const due = state.deadlines.get().due.slice()
  for (const [index, deadline] of changed) {
    validateDeadline(deadline)
    due[index] = Link.to(Deadline, deadline)
  }
  state.deadlines = Link.to(Deadlines, { due })
}

/** As `saveDeadlines`. */
export function saveDeadline(state: Draft<MinerState>, index: number, deadline: Deadline): void {
  validateDeadline(deadline)
  const due = state.deadlines.get().due.slice()
  due[index] = Link.to(Deadline, deadline)
  state.deadlines = Link.to(Deadlines, { due })
}

/** @throws ActorError `NotFound` without such a partition. */
export function loadPartition(deadline: Deadline, index: bigint | number): Partition {
  return mustGetPartition(deadline.partitions, index)
}

/** @throws ActorError `NotFound` without such a partition, `IllegalState` for an index that no array has. */
export function mustGetPartition(
  partitions: Deadline['partitions'],
  index: bigint | number,
): Partition {
  if (index >= MAX_UINT64) abort(ExitCode.IllegalState, `partition index ${index} out of range`)
  const partition = partitions.get(index)
  if (partition === undefined) abort(ExitCode.NotFound, `no such partition ${index}`)
  return partition
}

/** Deadline and partition of a sector. @throws ActorError `IllegalState` when it is in none. */
export function findSector(
  state: MinerState,
  number: SectorNumber,
): { deadline: number; partition: number } {
  for (const [deadline, link] of state.deadlines.get().due.entries())
    for (const [partition, { sectors }] of link.get().partitions.numberEntries())
      if (sectors.has(number)) return { deadline, partition }
  abort(ExitCode.IllegalState, `sector ${number} not due at any deadline`)
}

const MAX_UINT64 = (1n << 64n) - 1n

function validateDeadline({ liveSectors, totalSectors, faultyPower }: Deadline): void {
  if (liveSectors > totalSectors)
    abort(ExitCode.IllegalState, 'deadline left with more live sectors than total')
  if (isNegativePower(faultyPower))
    abort(ExitCode.IllegalState, 'deadline left with negative faulty power')
}
