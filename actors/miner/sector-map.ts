/** Sectors that a message speaks of, by deadline and partition. */
import type { Bitfield } from '../../primitives/bitfield.ts'
import { abort, ExitCode, type Runtime } from '../runtime.ts'
import type { PartitionSectors } from './deadline-sectors.ts'
import type { SectorDeclaration } from './sector-params.ts'

/** In ascending order of deadline, each in ascending order of partition. */
export type DeadlineSectors = readonly (readonly [deadline: number, sectors: PartitionSectors])[]

/**
 * Declarations put together by where the sectors are.
 * @throws ActorError `IllegalArgument` for a deadline that is none, and for more partitions or sectors than one message
 *   may address.
 * @see builtin-actors `actors/miner/src/sector_map.rs`
 */
export function groupDeclarations(
  rt: Runtime,
  declarations: readonly SectorDeclaration[],
): DeadlineSectors {
  const byDeadline = new Map<number, Map<bigint, Bitfield>>()
  for (const { deadline, partition, sectors } of declarations) {
    const index = requireDeadline(rt, deadline)
    const partitions = byDeadline.get(index) ?? new Map<bigint, Bitfield>()
    byDeadline.set(index, partitions)
    partitions.set(partition, partitions.get(partition)?.union(sectors) ?? sectors)
  }
  checkLimits(rt, [...byDeadline.values()])
  return [...byDeadline]
    .sort(([a], [b]) => a - b)
    .map(([deadline, sectors]) => [deadline, sortedByPartition(sectors)])
}

/** The deadline's index. @throws ActorError `IllegalArgument` when there is no such deadline. */
export function requireDeadline({ policy }: Runtime, deadline: bigint): number {
  if (deadline >= policy.wpostPeriodDeadlines)
    abort(
      ExitCode.IllegalArgument,
      `invalid deadline ${deadline} of ${policy.wpostPeriodDeadlines}`,
    )
  return Number(deadline)
}

function checkLimits({ policy }: Runtime, deadlines: readonly PartitionSectors[]): void {
  const { addressedPartitionsMax, addressedSectorsMax } = policy
  let partitions = 0
  let sectors = 0n
  for (const partitionSectors of deadlines) {
    partitions += partitionSectors.size
    for (const numbers of partitionSectors.values()) sectors += numbers.count()
  }
  if (partitions > addressedPartitionsMax)
    abort(
      ExitCode.IllegalArgument,
      `too many partitions ${partitions}, max ${addressedPartitionsMax}`,
    )
  if (sectors > addressedSectorsMax)
    abort(ExitCode.IllegalArgument, `too many sectors ${sectors}, max ${addressedSectorsMax}`)
}

function sortedByPartition(sectors: PartitionSectors): PartitionSectors {
  return new Map([...sectors].sort(([a], [b]) => (a < b ? -1 : 1)))
}
