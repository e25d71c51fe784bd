/**
 * Which rounds of the network's own beacon a block carries. The beacon has one round an epoch, counted as quicknet's
 * are; every epoch since the parent has an entry, except after a jump of the clock, where only the last one is carried.
 */
import type { ChainEpoch } from '../../primitives/units.ts'

/** Entries a block carries at most: the depth to which Lotus searches for one. */
export const MAX_BEACON_ENTRIES = 20

/** Round of an epoch; the beacon starts with round 1. */
export const beaconRound = (epoch: ChainEpoch): number => Math.max(1, epoch)

/** Rounds in a block at `height` whose parent is at `parentHeight`, ascending. */
export function roundsInBlock(parentHeight: ChainEpoch, height: ChainEpoch): number[] {
  const rounds: number[] = []
  const first = height - parentHeight > MAX_BEACON_ENTRIES ? height : parentHeight + 1
  for (let e = first; e <= height; e++)
    if (beaconRound(e) !== rounds.at(-1)) rounds.push(beaconRound(e))
  return rounds
}
