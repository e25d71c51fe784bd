/** Chain weight, by which nodes choose between forks: power behind the chain, and how many of its elections were won. */
import { assert } from '../../primitives/assert.ts'
import { compareBytes } from '../../primitives/bytes.ts'
import { bitLength } from '../../primitives/fixed-point.ts'
import { EXPECTED_LEADERS_PER_EPOCH } from '../../actors/policy.ts'
import type { StoragePower } from '../../primitives/units.ts'

/**
 * Weight of a tipset:
 *
 *     parentWeight + 2⁸ log₂P + ⌊2⁸ log₂P · winCount · (1/2) / 5⌋
 *
 * @param parentWeight - as its headers have it.
 * @param totalQaPower - quality-adjusted power in the state it was mined on.
 * @param winCount - over all its blocks.
 * @throws InvariantError when no power is left.
 * @see lotus `chain/consensus/filcns/weight.go`, `Weight`
 */
export function tipsetWeight(
  parentWeight: bigint,
  totalQaPower: StoragePower,
  winCount: number | bigint,
): bigint {
  assert(totalQaPower > 0n, 'a tipset needs power behind it')
  const log2Power = BigInt(bitLength(totalQaPower) - 1)
  const won = (log2Power * W_RATIO_NUM * BigInt(winCount)) << 8n
  return parentWeight + (log2Power << 8n) + won / (EXPECTED_LEADERS_PER_EPOCH * W_RATIO_DEN)
}

/**
 * Chooses between tipsets of equal weight: negative where `a` wins, positive where `b` does, 0 where tickets cannot
 * tell, in which case a node keeps the head it has.
 *
 * @param a - digests (blake2b-256) of its tickets in the order of its blocks, which is ascending. @param b - likewise.
 * @see lotus `chain/store/store.go`, `breakWeightTie`
 */
export function compareTickets(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareBytes(a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return 0
}

/** Weight of winning against weight of power. */
const W_RATIO_NUM = 1n
const W_RATIO_DEN = 2n
