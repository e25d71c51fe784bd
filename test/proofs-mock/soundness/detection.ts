/** How often a prover that has lost a part of a sector is found out, beside how often it should be. */
import { Prng } from '../../../primitives/prng.ts'
import { damaged, partialLoss } from '../../../proofs-mock/faults.ts'
import { firstUnopened } from '../../../proofs-mock/openings.ts'
import { seal } from '../../../proofs-mock/replica.ts'
import { HONEST, type Subject, SUBJECTS } from './subjects.ts'

export interface Detection {
  readonly row: string
  /** Nodes lost, of so many. */
  readonly lost: number
  readonly of: number
  /** Share of trials, 0 to 1. */
  readonly measured: number
  readonly predicted: number
  readonly trials: number
}

const SHARES = [0.02, 0.05, 0.1, 0.25, 0.5]

/** Every trial has a challenge of its own, and loses nodes of its own. */
export function measureDetection(seed: string, trials: number): Detection[] {
  const prng = new Prng(seed)
  return SUBJECTS.filter(({ name }) => !name.includes('aggregate')).flatMap((subject) =>
    SHARES.map((share) => detect(prng.fork(`${subject.name} ${share}`), subject, share, trials)),
  )
}

function detect(prng: Prng, subject: Subject, share: number, trials: number): Detection {
  const of = subject.challenged(HONEST).count
  const { replica } = seal({ ...IDENTITY, sealProof: of === 64 ? 5 : 8 })
  const lost = Math.max(1, Math.round(share * of))
  let caught = 0
  for (let trial = 0; trial < trials; trial++) {
    const [epoch, sealedAt] = [prng.below(1 << 20), prng.below(1 << 20)]
    // Only a new sealing gives a timeless proof other challenges.
    const { nodes } = subject.challenged({
      ...HONEST,
      epoch,
      ...(subject.isTimeless && { sealedAt }),
    })
    const left = damaged(replica, partialLoss(prng, replica, lost))
    if (firstUnopened(left, nodes) !== undefined) caught++
  }
  const predicted = predict(subject, lost, of)
  return { row: subject.name, lost, of, measured: caught / trials, predicted, trials }
}

const IDENTITY = { miner: HONEST.miner, number: HONEST.sector, ticket: new Uint8Array(32) }

/** 1 - (1 - share lost)^draws; where the first node is spared, by whether it is one of the lost. */
function predict({ draws, sparesFirst }: Subject, lost: number, of: number): number {
  const caught = (bad: number, among: number): number => 1 - (1 - bad / among) ** draws
  if (!sparesFirst) return caught(lost, of)
  const first = lost / of
  return first * caught(lost - 1, of - 1) + (1 - first) * caught(lost, of - 1)
}

/** Within six standard deviations, and two trials for shares that are nearly 0 or 1: one in 10⁸ is further off by chance. */
export function isAsPredicted({ measured, predicted, trials }: Detection): boolean {
  const deviation = Math.sqrt((predicted * (1 - predicted)) / trials)
  return Math.abs(measured - predicted) <= 6 * deviation + 2 / trials
}

export function formatDetection(detections: readonly Detection[]): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`.padStart(8)
  const lines = detections.map(
    ({ row, lost, of, measured, predicted }) =>
      `${row.padEnd(28)} ${`${lost} of ${of}`.padStart(10)} ${percent(measured)}  ${percent(predicted)}`,
  )
  const head = `${''.padEnd(28)} ${'lost'.padStart(10)} ${'measured'.padStart(8)}  predicted`
  return [head, ...lines].join('\n')
}
