/** State of a storage miner, in the wire order of builtin-actors `actors/miner/src/state.rs`. */
import { Bitfield, bitfield } from '../../primitives/bitfield.ts'
import { bool, epoch, type Infer, tokenAmount, tuple, uint } from '../../primitives/codec.ts'
import { Link, link } from '../../primitives/link.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import type { Policy } from '../policy.ts'
import type { Draft } from '../runtime.ts'
import { Deadlines, emptyDeadlines } from './deadline-state.ts'
import { MinerInfo } from './info.ts'
import {
  NO_PRE_COMMIT_CLEAN_UP,
  NO_PRE_COMMITS,
  PreCommitCleanUp,
  PreCommittedSectors,
} from './precommit-info.ts'
import { NO_SECTORS_IN_RUNS } from './sectors-in-runs.ts'
import { NO_SECTORS, SectorStore } from './sectors.ts'
import { vestingTable } from './vesting-table.ts'

export const MinerState = tuple(
  {
    info: link(MinerInfo),
    /** attoFIL locked for pre-committed sectors. */
    preCommitDeposits: tokenAmount,
    /** attoFIL in the vesting table. */
    lockedFunds: tokenAmount,
    vestingFunds: vestingTable,
    /** attoFIL of fees and penalties not paid yet. */
    feeDebt: tokenAmount,
    /** attoFIL pledged for all sectors. */
    initialPledge: tokenAmount,
    preCommittedSectors: PreCommittedSectors,
    preCommittedSectorsCleanup: PreCommitCleanUp,
    /** Numbers that were ever given to a sector, or masked. */
    allocatedSectors: link(bitfield),
    sectors: SectorStore,
    /** First epoch of the proving period; it stands still while the deadline cron is off. */
    provingPeriodStart: epoch,
    currentDeadline: uint,
    deadlines: link(Deadlines),
    /** Deadlines with terminated sectors whose fees are not settled. */
    earlyTerminations: bitfield,
    deadlineCronActive: bool,
  },
  'MinerState',
)
export type MinerState = Infer<typeof MinerState>

const noAllocatedSectors = Link.to(bitfield, Bitfield.empty)

/** A miner without money or sectors. */
export function newMinerState(
  policy: Policy,
  info: MinerInfo,
  periodStart: ChainEpoch,
  currentDeadline: number,
): MinerState {
  return {
    info: Link.to(MinerInfo, info),
    preCommitDeposits: 0n,
    lockedFunds: 0n,
    vestingFunds: null,
    feeDebt: 0n,
    initialPledge: 0n,
    preCommittedSectors: NO_PRE_COMMITS,
    preCommittedSectorsCleanup: NO_PRE_COMMIT_CLEAN_UP,
    allocatedSectors: noAllocatedSectors,
    sectors: policy.sectorStore === 'runs' ? NO_SECTORS_IN_RUNS : NO_SECTORS,
    provingPeriodStart: periodStart,
    currentDeadline,
    deadlines: emptyDeadlines(policy),
    earlyTerminations: Bitfield.empty,
    deadlineCronActive: false,
  }
}

/** Replaces what is known of the miner. */
export function saveInfo(state: Draft<MinerState>, info: MinerInfo): void {
  state.info = Link.to(MinerInfo, info)
}
