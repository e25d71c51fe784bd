/**
 * Checks proofs: the part of the system calls that is about storage. Every proof comes down to signatures by setup keys
 * (`proofJobs`), so that others can check many at once and hand in what they found good.
 */
import type { Syscalls } from '../actors/ports.ts'
import type {
  AggregateSealVerifyProofAndInfos,
  ReplicaUpdateInfo,
  SealVerifyInfo,
  WindowPoStVerifyInfo,
} from '../actors/proof-info.ts'
import { boundedCache } from '../primitives/bounded-cache.ts'
import { bytesKey } from '../primitives/bytes.ts'
import { bls, type SignedItem } from '../primitives/crypto/bls.ts'
import { windowPostJobs, winningPostJob, type WinningPoStVerifyInfo } from './posts.ts'
import { aggregateJob, sealJob } from './seals.ts'
import type { Setup } from './setup.ts'
import { updateJob } from './update.ts'

/** A proof with its public inputs. */
export type ProofRequest =
  | { readonly kind: 'seal'; readonly info: SealVerifyInfo }
  | { readonly kind: 'aggregate'; readonly info: AggregateSealVerifyProofAndInfos }
  | { readonly kind: 'window-post'; readonly info: WindowPoStVerifyInfo }
  | { readonly kind: 'winning-post'; readonly info: WinningPoStVerifyInfo }
  | { readonly kind: 'update'; readonly info: ReplicaUpdateInfo }

/** The signatures a proof stands on; undefined when it is no proof by its form. It holds when they all do. */
export function proofJobs(setup: Setup, request: ProofRequest): SignedItem[] | undefined {
  const { kind, info } = request
  if (kind === 'window-post') return windowPostJobs(setup, info)
  const job =
    kind === 'seal'
      ? sealJob(setup, info)
      : kind === 'aggregate'
        ? aggregateJob(setup, info)
        : kind === 'winning-post'
          ? winningPostJob(setup, info)
          : updateJob(setup, info)
  return job && [job]
}

export interface ProofVerifier extends Pick<
  Syscalls,
  'verifyPost' | 'batchVerifySeals' | 'verifyAggregateSeals' | 'verifyReplicaUpdate'
> {
  readonly setup: Setup
  /** Whether a block's winning PoSt holds. */
  verifyWinningPost(info: WinningPoStVerifyInfo): boolean
  /** Hands in signatures that were checked elsewhere and hold. What is not handed in is checked when asked for. */
  provide(checked: readonly SignedItem[]): void
}

export function proofVerifier(setup: Setup): ProofVerifier {
  const good = boundedCache<string, true>(KNOWN_GOOD)
  const allHold = (jobs: readonly SignedItem[]): boolean => {
    const open = jobs.filter((job) => !good.get(idOf(job)))
    if (!bls().multiVerify(open)) return false
    for (const job of open) good.set(idOf(job), true)
    return true
  }
  const holds = (request: ProofRequest): boolean => {
    const jobs = proofJobs(setup, request)
    return jobs !== undefined && allHold(jobs)
  }
  return {
    setup,
    verifyPost: (info) => holds({ kind: 'window-post', info }),
    batchVerifySeals(seals) {
      const jobs = seals.map((seal) => sealJob(setup, seal))
      const formed = jobs.filter((job) => job !== undefined)
      // One by one only where something is wrong.
      const all = allHold(formed)
      return jobs.map((job) => job !== undefined && (all || allHold([job])))
    },
    verifyAggregateSeals: (info) => holds({ kind: 'aggregate', info }),
    verifyReplicaUpdate: (info) => holds({ kind: 'update', info }),
    verifyWinningPost: (info) => holds({ kind: 'winning-post', info }),
    provide(checked) {
      for (const job of checked) good.set(idOf(job), true)
    },
  }
}

const KNOWN_GOOD = 1 << 12

const idOf = ({ publicKey, message, signature }: SignedItem): string =>
  bytesKey(publicKey) + bytesKey(message) + bytesKey(signature)
