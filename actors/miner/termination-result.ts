/** Terminated sectors whose fees are to be settled now, collected up to a limit. */
import type { Bitfield } from '../../primitives/bitfield.ts'
import type { ChainEpoch } from '../../primitives/units.ts'

export interface TerminationResult {
  /** Sectors by the epoch of their termination. */
  readonly sectors: ReadonlyMap<ChainEpoch, Bitfield>
  readonly partitionsProcessed: number
  readonly sectorsProcessed: number
}

export interface TerminationLimits {
  readonly partitions: number
  readonly sectors: number
}

export const NO_TERMINATIONS: TerminationResult = Object.freeze({
  sectors: new Map(),
  partitionsProcessed: 0,
  sectorsProcessed: 0,
})

export function addTerminations(a: TerminationResult, b: TerminationResult): TerminationResult {
  const sectors = new Map(a.sectors)
  for (const [epoch, more] of b.sectors) sectors.set(epoch, sectors.get(epoch)?.union(more) ?? more)
  return {
    sectors,
    partitionsProcessed: a.partitionsProcessed + b.partitionsProcessed,
    sectorsProcessed: a.sectorsProcessed + b.sectorsProcessed,
  }
}

/** What may still be added. */
export function remainingLimits(
  limits: TerminationLimits,
  done: TerminationResult,
): TerminationLimits {
  return {
    partitions: limits.partitions - done.partitionsProcessed,
    sectors: limits.sectors - done.sectorsProcessed,
  }
}

/** Whether more may be added. */
export function belowLimits(limits: TerminationLimits, done: TerminationResult): boolean {
  const { partitions, sectors } = remainingLimits(limits, done)
  return partitions > 0 && sectors > 0
}

/** In order of epoch. */
export function terminationsByEpoch({ sectors }: TerminationResult): [ChainEpoch, Bitfield][] {
  return [...sectors].sort(([a], [b]) => a - b)
}
