/** What threads do with scenarios. */
import { onThread } from '../primitives/on-thread.ts'
import { scenario } from './library/index.ts'
import type { Run } from './run-pool.ts'

/** Runs a scenario by name. */
export const run = onThread(({ name, options }: Run) => scenario(name).run(options))
