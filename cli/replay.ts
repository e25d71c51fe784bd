/** `pithead replay`: recorded traces of the real actors through ours, one line a file. */
import type { CommandModule } from 'yargs'
import { replay as replayTrace, type ReplayResult } from '../engine/replay/replay.ts'
import { initCrypto } from '../primitives/crypto/init.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { benchReplay, formatRate, type ReplayRates } from './replay-bench.ts'
import { recordedRoots, traceRecords } from './trace-file.ts'
import { UsageError } from './usage-error.ts'

interface Options {
  trace: string[]
  bench: boolean
  rounds: number
}

export const replay: CommandModule<object, Options> = {
  command: 'replay <trace...>',
  describe: 'Replay recordings of the real actors and stop at the first difference',
  builder: (yargs) =>
    yargs
      .positional('trace', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'gzip or plain JSON lines, as recorded',
      })
      .option('bench', {
        type: 'boolean',
        default: false,
        describe:
          'how many messages and cron ticks a second, with heads compared as recorded and at the end',
      })
      .option('rounds', { type: 'number', default: 3, describe: 'of --bench; its medians count' })
      .example('$0 replay test/traces/*.gz', 'the recordings that come with Pithead'),
  handler: async ({ trace, bench, rounds }) => {
    await initCrypto()
    let equal = true
    if (bench) equal = reportRates(benchTraces(trace, rounds))
    else for (const file of trace) equal = report(file, replayFile(file)) && equal
    if (!equal) process.exitCode = 1
  },
}

function benchTraces(files: readonly string[], rounds: number): ReplayRates {
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UsageError(`--rounds: expected a positive integer, got ${rounds}`)
  try {
    return benchReplay(files, rounds)
  } catch (error) {
    if (error instanceof InvalidInput) throw new UsageError(error.message)
    throw error
  }
}

function reportRates({ roots, deferred, failed }: ReplayRates): boolean {
  console.log(formatRate('replay_roots   ', roots))
  console.log(formatRate('replay_deferred', deferred))
  for (const file of failed) console.log(`${file}: differs, see it without --bench`)
  return failed.length === 0
}

/** Replays one file. @throws UsageError when it cannot be read or is not a whole trace. */
export function replayFile(file: string): ReplayResult {
  try {
    return replayTrace(traceRecords(file), recordedRoots(file))
  } catch (error) {
    if (error instanceof InvalidInput) throw new UsageError(`${file}: ${error.message}`)
    throw error
  }
}

function report(file: string, result: ReplayResult): boolean {
  const { messages, equal, difference } = result
  console.log(`${file}: messages ${messages}, equal ${equal}`)
  if (!difference) return true
  const { record, label, actor, path, expected, got } = difference
  console.log(
    `  record ${record}, ${label}${actor === undefined ? '' : `, actor ${actor}`}, ${path}`,
  )
  console.log(`    expected ${expected}`)
  console.log(`    got      ${got}`)
  return false
}
