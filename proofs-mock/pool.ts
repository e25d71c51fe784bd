/**
 * Sealing, piece commitments and the checking of proofs on threads. Each gives what it gives without threads; what was found
 * good is handed to the verifier as values, before the step that asks for it.
 */
import type { SignedItem } from '../primitives/crypto/bls.ts'
import { FR32_SPAN } from '../primitives/crypto/hash.ts'
import { invalidOnThreads, type SignatureJudge } from '../primitives/crypto/signature-pool.ts'
import {
  commitmentOfRoots,
  pieceCommitment,
  type PieceCommitment,
} from '../primitives/piece-commitment.ts'
import type { Work, WorkerPool } from '../primitives/worker-pool.ts'
import { type PackedSeal, packRequest, type SealRequest, unpackSealed } from './packed-seals.ts'
import type { Sealed } from './replica.ts'
import { type ProofRequest, proofJobs, type ProofVerifier } from './verifier.ts'

export type { SealRequest }

/** Sealed sectors in the order of the requests. @throws Error as `seal` does, without its class. */
export async function sealOnThreads(
  pool: WorkerPool,
  requests: readonly SealRequest[],
): Promise<Sealed[]> {
  const batches = chunksOf(requests, SEALS_AT_ONCE)
  const sealed = await pool.map(
    SEALS,
    batches.map((batch) => batch.map(packRequest)),
  )
  return batches.flatMap((batch, i) => unpackSealed(batch, sealed[i]!))
}

/** CommP of data, as `pieceCommitment`. @throws InvalidInput for no data. */
export async function commPOnThreads(pool: WorkerPool, data: Uint8Array): Promise<PieceCommitment> {
  if (data.length <= BATCH) return pieceCommitment(data)
  const count = Math.ceil(data.length / BATCH)
  const roots: Uint8Array[] = []
  let next = 0
  // As many batches are copied at a time as are worked on.
  const lane = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) {
      const batch = data.subarray(i * BATCH, (i + 1) * BATCH)
      const shared = new Uint8Array(new SharedArrayBuffer(batch.length))
      shared.set(batch)
      roots[i] = await pool.run(ROOTS, shared)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, 2 * pool.threads) }, lane))
  return commitmentOfRoots(roots)
}

/**
 * Whether each proof holds. The signatures that do are handed to the verifier, which then need not check them again.
 */
export async function verifyOnThreads(
  pool: WorkerPool,
  verifier: ProofVerifier,
  requests: readonly ProofRequest[],
): Promise<boolean[]> {
  const jobs = requests.map((request) => proofJobs(verifier.setup, request))
  const all = jobs.flatMap((own) => own ?? [])
  const bad = new Set<SignedItem>()
  for (const position of await invalidOnThreads(pool, all, INVALID)) bad.add(all[position]!)
  verifier.provide(all.filter((job) => !bad.has(job)))
  return jobs.map((own) => own !== undefined && own.every((job) => !bad.has(job)))
}

const SEALS: Work<readonly PackedSeal[], Uint8Array> = {
  file: 'proofs-mock/worker',
  name: 'seals',
}
const INVALID: SignatureJudge = { file: 'proofs-mock/worker', name: 'invalid' }
const ROOTS: Work<Uint8Array, Uint8Array> = { file: 'proofs-mock/worker', name: 'roots' }
const SEALS_AT_ONCE = 32
/** Bytes of data that a thread takes at once: 8 MiB when padded. */
const BATCH = 128 * FR32_SPAN

const chunksOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
