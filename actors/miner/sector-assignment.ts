/** Giving new sectors their places in deadlines and partitions. */
import type { Policy } from '../policy.ts'
import { ActorError, type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { assignDeadlines, DeadlinesFullError } from './deadline-assignment.ts'
import { deadlineIsMutable } from './deadline-info.ts'
import { addSectors } from './deadline-sectors.ts'
import type { Deadline } from './deadline-state.ts'
import { currentPeriodStart, loadDeadline, quantSpecOf, saveDeadlines } from './deadlines.ts'
import type { SectorOnChainInfo } from './sectors.ts'
import type { MinerState } from './state.ts'

/**
 * Spreads new sectors over the deadlines that take any now. They are unproven.
 * @throws ActorError `IllegalState` when all deadlines are full.
 * @see builtin-actors `actors/miner/src/state.rs`, `assign_sectors_to_deadlines`
 */
export function assignSectorsToDeadlines(
  { policy, epoch }: Runtime<MinerState>,
  state: Draft<MinerState>,
  sectors: readonly SectorOnChainInfo[],
): void {
  const periodStart = currentPeriodStart(policy, state, epoch)
  const deadlines = state.deadlines
    .get()
    .due.map((due, index) =>
      deadlineIsMutable(policy, periodStart, index, epoch) ? due.get() : null,
    )
  const { windowPoStPartitionSectors: partitionSize } = state.info.get()
  const assigned = assign(policy, partitionSize, deadlines, byNumber(sectors))
  const changed: [number, Deadline][] = []
  for (const [index, share] of assigned.entries()) {
    if (share.length === 0) continue
    changed.push([index, withSectors(policy, state, index, share)])
  }
  saveDeadlines(state, changed)
}

/**
 * Puts new sectors into one deadline. They are unproven.
 * @throws ActorError `IllegalArgument` when the deadline takes none now.
 * @see builtin-actors `actors/miner/src/state.rs`, `assign_sectors_to_deadline`
 */
export function assignSectorsToDeadline(
  { policy, epoch }: Runtime<MinerState>,
  state: Draft<MinerState>,
  sectors: readonly SectorOnChainInfo[],
  index: number,
): void {
  require(deadlineIsMutable(
    policy,
    currentPeriodStart(policy, state, epoch),
    index,
    epoch,
  ), ExitCode.IllegalArgument, `proving deadline ${index} must not be the current or next deadline`)
  saveDeadlines(state, [[index, withSectors(policy, state, index, byNumber(sectors))]])
}

function withSectors(
  policy: Policy,
  state: MinerState,
  index: number,
  sectors: readonly SectorOnChainInfo[],
): Deadline {
  const { sectorSize, windowPoStPartitionSectors } = state.info.get()
  const deadline = { ...loadDeadline(state, index) }
  const terms = { sectorSize, quant: quantSpecOf(policy, state, index) }
  const isNew = { proven: false, newFees: true }
  addSectors(deadline, terms, windowPoStPartitionSectors, sectors, isNew)
  return deadline
}

function assign(
  policy: Policy,
  partitionSize: number,
  deadlines: readonly (Deadline | null)[],
  sectors: readonly SectorOnChainInfo[],
): SectorOnChainInfo[][] {
  try {
    return assignDeadlines(policy.maxPartitionsPerDeadline, partitionSize, deadlines, sectors)
  } catch (error) {
    if (!(error instanceof DeadlinesFullError)) throw error
    throw new ActorError(ExitCode.IllegalState, error.message)
  }
}

/** Ascending, so that neighbours share partitions. */
function byNumber(sectors: readonly SectorOnChainInfo[]): SectorOnChainInfo[] {
  return [...sectors].sort((a, b) => (a.sectorNumber < b.sectorNumber ? -1 : 1))
}
