/** Maps from epochs to what is due then, as cron goes through them. */
import type { Hamt } from '../primitives/hamt.ts'
import type { ChainEpoch } from '../primitives/units.ts'

/**
 * Epochs `from` to `to`, both included, that have an entry now, in ascending order. After many skipped epochs the entries
 * are gone through and not the epochs: looking up a key that is not there costs a hash.
 */
export function scheduledBetween<V>(
  schedule: Hamt<ChainEpoch, V> | Hamt<ChainEpoch | bigint, V>,
  from: ChainEpoch,
  to: ChainEpoch,
): ChainEpoch[] {
  const map = schedule as Hamt<ChainEpoch | bigint, V>
  const epochs: ChainEpoch[] = []
  if (map.isEmpty) return epochs
  if (to - from < 2 || to - from < map.count()) {
    for (let epoch = from; epoch <= to; epoch++) if (map.has(epoch)) epochs.push(epoch)
    return epochs
  }
  for (const epoch of map.keys())
    if (typeof epoch === 'number' && epoch >= from && epoch <= to) epochs.push(epoch)
  return epochs.sort((a, b) => a - b)
}
