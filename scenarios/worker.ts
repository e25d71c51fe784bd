/** A thread that runs one scenario: what `run-pool.ts` starts. */
import { initCrypto } from '../primitives/crypto/init.ts'
import { scenario } from './library/index.ts'
import type { Report } from './report.ts'
import type { ScenarioOptions } from './scenario.ts'

/** Runs a scenario by name. */
export default async function run(task: {
  name: string
  options: ScenarioOptions
}): Promise<Report> {
  await initCrypto()
  return scenario(task.name).run(task.options)
}
