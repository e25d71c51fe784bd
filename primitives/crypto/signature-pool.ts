/** Signatures checked on threads. */
import type { Work, WorkerPool } from '../worker-pool.ts'
import type { AggregateItem, SignedItem } from './bls.ts'
import { packAggregate, packSignedItems } from './signed-items.ts'

/**
 * Positions of the items that do not verify, ascending: as `bls().invalid`, in as many batches as there are threads, or more
 * where these would be larger than pays.
 * @param judge - by default the BLS library in use.
 */
export async function invalidOnThreads(
  pool: WorkerPool,
  items: readonly SignedItem[],
  judge: SignatureJudge = INVALID,
): Promise<number[]> {
  const batches = Math.max(1, pool.threads, Math.ceil(items.length / LARGEST_BATCH))
  const size = Math.ceil(items.length / batches)
  const starts = Array.from({ length: batches }, (_, i) => i * size).filter(
    (at) => at < items.length,
  )
  const packed = starts.map((at) => packSignedItems(items.slice(at, at + size)))
  const bad = await pool.map(judge, packed)
  return bad.flatMap((positions, i) => [...positions].map((position) => starts[i]! + position))
}

/** Whether each aggregate holds, in their order. */
export function aggregatesHoldOnThreads(
  pool: WorkerPool,
  items: readonly AggregateItem[],
): Promise<boolean[]> {
  return pool.map(AGGREGATE_HOLDS, items.map(packAggregate))
}

const AGGREGATE_HOLDS: Work<Uint8Array, boolean> = {
  file: 'primitives/crypto/worker',
  name: 'aggregateHolds',
}

/** Takes packed items and gives the positions of the bad ones. */
export type SignatureJudge = Work<Uint8Array, Uint32Array>

const INVALID: SignatureJudge = { file: 'primitives/crypto/worker', name: 'invalid' }
/** More in one batch saves nothing further and would leave threads idle at the end. */
const LARGEST_BATCH = 256
