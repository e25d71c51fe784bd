/** The soundness table: every kind of proof against everything a cheat may try, each cell judged and compared. */
import { Unprovable } from '../../../proofs-mock/openings.ts'
import { type ProofRequest, proofVerifier } from '../../../proofs-mock/verifier.ts'
import { type Column, COLUMNS, SETUP } from './columns.ts'
import { type Subject, SUBJECTS } from './subjects.ts'

export type Verdict = 'accepted' | 'refused'

export interface Cell {
  readonly row: string
  readonly column: string
  readonly expected: Verdict
  /** Both where the requests of a cell are not judged alike. */
  readonly got: Verdict | 'both'
}

export function judgeAll(): Cell[] {
  return SUBJECTS.flatMap((subject) =>
    COLUMNS.map((column) => ({
      row: subject.name,
      column: column.name,
      expected: expected(subject, column),
      got: judge(subject, column),
    })),
  )
}

/**
 * What must come out. A proof that is not challenged by the chain (without interaction, or of an update) says nothing about
 * when it was made: it is the chain that takes a sector number, and data for an empty sector, only once.
 */
function expected({ isTimeless }: Subject, column: Column): Verdict {
  if (column.name === 'honest' || column.name === 'lost node not challenged') return 'accepted'
  const isOfTime = column.name === 'wrong epoch' || column.name === 'replayed'
  return isTimeless && isOfTime ? 'accepted' : 'refused'
}

function judge(subject: Subject, column: Column): Cell['got'] {
  const verdicts = new Set(column.requests(subject).map((request) => verdictOn(request)))
  const [first] = verdicts
  return verdicts.size === 1 ? first! : 'both'
}

function verdictOn(make: () => ProofRequest): Verdict {
  let request: ProofRequest
  try {
    request = make()
  } catch (error) {
    if (error instanceof Unprovable) return 'refused'
    throw error
  }
  return isAccepted(request) ? 'accepted' : 'refused'
}

/** As the machine asks: through the verifier's own methods, with nothing known beforehand. */
function isAccepted({ kind, info }: ProofRequest): boolean {
  const verifier = proofVerifier(SETUP)
  if (kind === 'seal') return verifier.batchVerifySeals([info])[0]!
  if (kind === 'aggregate') return verifier.verifyAggregateSeals(info)
  if (kind === 'window-post') return verifier.verifyPost(info)
  if (kind === 'winning-post') return verifier.verifyWinningPost(info)
  return verifier.verifyReplicaUpdate(info)
}

/** Rows are tried against columns, one line a column since there are more of them. */
export function formatTable(cells: readonly Cell[]): string {
  const rows = SUBJECTS.map(({ name }) => name)
  const legend = rows.map((name, i) => `  (${i + 1}) ${name}`).join('\n')
  const head = ['', ...rows.map((_, i) => `(${i + 1})`)]
  const lines = COLUMNS.map(({ name }) => [
    name,
    ...rows.map((row) => {
      const cell = cells.find((c) => c.row === row && c.column === name)!
      return cell.got === cell.expected ? cell.got : `${cell.got}!`
    }),
  ])
  const text = [head, ...lines].map(([name, ...cellsOf]) =>
    [name!.padEnd(26), ...cellsOf.map((cell) => cell.padEnd(9))].join(' ').trimEnd(),
  )
  return `${legend}\n\n${text.join('\n')}`
}
