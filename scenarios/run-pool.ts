/** Runs scenarios on threads, results in the order they were asked for. */
import { Piscina } from 'piscina'
import { workerOptions } from '../primitives/worker-file.ts'
import type { Report } from './report.ts'
import type { ScenarioOptions } from './scenario.ts'

export interface Run {
  readonly name: string
  readonly options: ScenarioOptions
}

/** States of a run live for an epoch or a day: in Node's default, 16 MB a half, most of them outlive two collections. */
const YOUNG_GENERATION_MB = 192

/** Runs each of `runs`, up to `threads` at a time. */
export async function runAll(runs: readonly Run[], threads: number): Promise<Report[]> {
  const pool = new Piscina({
    ...workerOptions('scenarios/worker'),
    minThreads: 1,
    maxThreads: threads,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  })
  try {
    return await Promise.all(runs.map((run) => pool.run(run) as Promise<Report>))
  } finally {
    await pool.destroy()
  }
}
