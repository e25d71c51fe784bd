/**
 * The actors without a chain around them: how fast recordings replay, how fast a network that proves everything goes through
 * its days, and what a million sectors weigh.
 */
import { execFileSync } from 'node:child_process'
import { type BenchOptions, type BenchResult, median } from '../area.ts'

const DAYS_IN_YEAR = 365
/** Days that are run of the year; all 365 take more than a minute. */
const YEAR_SAMPLE_DAYS = Number(process.env['BENCH_YEAR_DAYS'] ?? 20)
const ROUNDS = 5

export default async function actors({ root, log }: BenchOptions): Promise<BenchResult[]> {
  const measure = <T>(...args: readonly (string | number)[]): T => {
    log(args.join(' '))
    const script = [`${root}bench/measure-actors.mjs`, ...args.map(String)]
    const text = execFileSync(process.execPath, ['--expose-gc', ...script], { encoding: 'utf8' })
    return JSON.parse(text) as T
  }
  const { roots, deferred } = measure<{ roots: number; deferred: number }>('replay', ROUNDS)
  const day = median(measure<number[]>('days', 10, 9))
  const year = measure<number[]>('days', 100, YEAR_SAMPLE_DAYS)
  const inAmt = measure<number>('sectors', 'amt')
  const inRuns = measure<number>('sectors', 'runs')
  return [
    { name: 'replay_roots', value: roots, unit: 'records/s' },
    { name: 'replay_deferred', value: deferred, unit: 'records/s' },
    { name: 'day_10x1000', value: day, unit: 's' },
    yearOf(year),
    { name: 'sectors_amt', value: inAmt, unit: 'MB for 1 million' },
    { name: 'sectors_runs', value: inRuns, unit: 'MB for 1 million' },
  ]
}

function yearOf(days: readonly number[]): BenchResult {
  const name = 'year_100x1000'
  const seconds = days.reduce((sum, day) => sum + day, 0)
  if (days.length >= DAYS_IN_YEAR) return { name, value: seconds, unit: 's' }
  const value = (seconds / days.length) * DAYS_IN_YEAR
  return { name, value, unit: `s, extrapolated from ${days.length} days` }
}
