/** What a scenario says when it is over: figures by provider, and checks that a reader can repeat. */
import { formatFil, type StoragePower, type TokenAmount } from '../primitives/units.ts'

export interface ProviderReport {
  readonly id: number
  readonly rawBytePower: StoragePower
  readonly blocks: number
  readonly wins: number
  /** attoFIL of block rewards, gas rewards included. */
  readonly rewards: TokenAmount
  /** attoFIL that were locked at some time and are free now. */
  readonly vested: TokenAmount
  readonly locked: TokenAmount
}

export interface Check {
  /** What must hold, as a sentence. */
  readonly name: string
  readonly ok: boolean
  readonly detail: string
}

export interface Report {
  readonly scenario: string
  readonly seed: string
  readonly days: number
  readonly epochs: number
  /** The two dials. */
  readonly crypto: string
  readonly roots: string
  readonly tipsets: number
  readonly nullRounds: number
  /** CIDs of the head's blocks. */
  readonly head: readonly string[]
  readonly providers: readonly ProviderReport[]
  readonly checks: readonly Check[]
}

/** The report as a table for a person. */
export function formatReport(report: Report): string {
  const { scenario, seed, epochs, days, crypto, roots, tipsets, nullRounds } = report
  const rows = report.providers.map((p) => [
    `f0${p.id}`,
    pib(p.rawBytePower),
    `${p.blocks}`,
    `${p.wins}`,
    formatFil(p.rewards, 2),
    formatFil(p.vested, 2),
    formatFil(p.locked, 2),
  ])
  const head = [
    'provider',
    'power PiB',
    'blocks',
    'wins',
    'rewards FIL',
    'vested FIL',
    'locked FIL',
  ]
  return [
    `${scenario}: ${days} days, ${epochs} epochs, seed ${seed}, crypto ${crypto}, roots ${roots}`,
    `  ${tipsets} tipsets, ${nullRounds} null rounds, head ${report.head[0]}`,
    '',
    ...table([head, ...rows]).map((line) => `  ${line}`),
    '',
    ...report.checks.map(({ name, ok, detail }) => `  ${ok ? 'yes' : 'NO '}  ${name} (${detail})`),
  ].join('\n')
}

/** The report as JSON; amounts are decimal strings of attoFIL. */
export function reportToJson(report: Report): string {
  const plain = (_: string, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value
  return JSON.stringify(report, plain, 2)
}

const pib = (power: StoragePower): string => (Number(power >> 40n) / 1024).toFixed(0)

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  '),
  )
}
