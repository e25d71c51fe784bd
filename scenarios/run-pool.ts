/** Runs scenarios on threads, results in the order they were asked for. */
import { type Work, WorkerPool } from '../primitives/worker-pool.ts'
import type { Report } from './report.ts'
import type { ScenarioOptions } from './scenario.ts'

export interface Run {
  readonly name: string
  readonly options: ScenarioOptions
}

/** Runs each of `runs`, up to `threads` at a time. */
export async function runAll(runs: readonly Run[], threads: number): Promise<Report[]> {
  const pool = new WorkerPool(threads)
  try {
    return await pool.map(RUN, runs)
  } finally {
    await pool.close()
  }
}

const RUN: Work<Run, Report> = { file: 'scenarios/worker', name: 'run' }
