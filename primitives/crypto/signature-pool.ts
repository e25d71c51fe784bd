/** Signatures checked on threads. */
import type { Work, WorkerPool } from '../worker-pool.ts'
import type { SignedItem } from './bls.ts'
import { packSignedItems } from './signed-items.ts'

/**
 * Positions of the items that do not verify, ascending: as `bls().invalid`, in as many batches as there are threads, or more
 * where these would be larger than pays.
 */
export async function invalidOnThreads(
  pool: WorkerPool,
  items: readonly SignedItem[],
): Promise<number[]> {
  const batches = Math.max(1, pool.threads, Math.ceil(items.length / LARGEST_BATCH))
  const size = Math.ceil(items.length / batches)
  const starts = Array.from({ length: batches }, (_, i) => i * size).filter(
    (at) => at < items.length,
  )
  const packed = starts.map((at) => packSignedItems(items.slice(at, at + size)))
  const bad = await pool.map(INVALID, packed)
  return bad.flatMap((positions, i) => [...positions].map((position) => starts[i]! + position))
}

const INVALID: Work<Uint8Array, Uint32Array> = { file: 'primitives/crypto/worker', name: 'invalid' }
/** More in one batch saves nothing further and would leave threads idle at the end. */
const LARGEST_BATCH = 256
