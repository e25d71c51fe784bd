/** Getting rid of what is no longer needed: dead sectors, and gaps between sector numbers. */
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { MAX_SECTOR_NUMBER } from '../policy.ts'
import { acceptControlling } from './access.ts'
import { deadlineAvailableForCompaction } from './deadline-info.ts'
import { compactPartitions as compactInDeadline } from './deadline-sectors.ts'
import { currentPeriodStart, loadDeadline, quantSpecOf, saveDeadline } from './deadlines.ts'
import { loadPartitionsSectorsMax } from './policy.ts'
import { allocateSectorNumbers } from './precommits.ts'
import { requireDeadline } from './sector-map.ts'
import type { CompactPartitionsParams, CompactSectorNumbersParams } from './sector-params.ts'
import type { MinerState } from './state.ts'

/**
 * Forgets the dead sectors of some partitions, and packs their live ones into as few partitions as possible.
 * @throws ActorError `Forbidden` while the deadline's proofs are due or can be disputed; `IllegalArgument` for partitions
 *   that are not there, have faulty or unproven sectors, or are too many.
 * @see builtin-actors `actors/miner/src/lib.rs`, `compact_partitions`
 */
export function compactPartitions(
  rt: Runtime<MinerState>,
  { deadline, partitions }: CompactPartitionsParams,
): void {
  const { policy, epoch } = rt
  const index = requireDeadline(rt, deadline)
  rt.transaction((state) => {
    const info = state.info.get()
    acceptControlling(rt, info)
    const periodStart = currentPeriodStart(policy, state, epoch)
    require(deadlineAvailableForCompaction(
      policy,
      periodStart,
      index,
      epoch,
    ), ExitCode.Forbidden, `cannot compact deadline ${index} around its challenge window, or while its proofs can be disputed`)
    const { sectorSize, windowPoStPartitionSectors: size } = info
    const limit = loadPartitionsSectorsMax(policy, size)
    require(partitions.boundedCount(limit) !==
      undefined, ExitCode.IllegalArgument, `too many partitions ${partitions.count()}, limit ${limit}`)
    const terms = { sectorSize, quant: quantSpecOf(policy, state, index) }
    const compacted = { ...loadDeadline(state, index) }
    const dead = compactInDeadline(compacted, terms, state.sectors, size, partitions)
    state.sectors = state.sectors.delete(dead)
    saveDeadline(state, index, compacted)
  })
}

/**
 * Gives numbers up for good, so that the set of used numbers has fewer gaps.
 * @throws ActorError `IllegalArgument` for no numbers, and for numbers that no sector can have.
 */
export function compactSectorNumbers(
  rt: Runtime<MinerState>,
  { maskSectorNumbers: mask }: CompactSectorNumbersParams,
): void {
  const last = mask.last()
  require(last !== undefined, ExitCode.IllegalArgument, 'invalid mask bitfield')
  require(last <=
    MAX_SECTOR_NUMBER, ExitCode.IllegalArgument, `masked sector number ${last} exceeded max sector number`)
  rt.transaction((state) => {
    acceptControlling(rt, state.info.get())
    allocateSectorNumbers(state, mask, 'allow')
  })
}
