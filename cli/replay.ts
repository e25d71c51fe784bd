/** `pithead replay`: recorded traces of the real actors through ours, one line a file. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { CommandModule } from 'yargs'
import {
  type RecordedRoots,
  replay as replayTrace,
  type ReplayResult,
} from '../engine/replay/replay.ts'
import { parseTraceLine, type TraceRecord } from '../engine/replay/trace-format.ts'
import { initCrypto } from '../primitives/crypto/init.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { UsageError } from './usage-error.ts'

interface Options {
  trace: string[]
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
      .example('$0 replay test/traces/*.gz', 'the recordings that come with Pithead'),
  handler: async ({ trace }) => {
    await initCrypto()
    let equal = true
    for (const file of trace) equal = report(file, replayFile(file)) && equal
    if (!equal) process.exitCode = 1
  },
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

/** Records of a trace file. @throws UsageError or InvalidInput naming what is wrong with it. */
export function* traceRecords(file: string): Generator<TraceRecord> {
  const bytes = readTrace(file)
  let line = 0
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(10, start)
    const end = newline < 0 ? bytes.length : newline
    line++
    if (end > start) yield parseTraceLine(bytes.toString('utf8', start, end), line)
    start = end + 1
  }
}

function readTrace(file: string): Buffer {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new UsageError(`${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`)
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes)
  } catch (error) {
    throw new UsageError(
      `${file}: cannot unpack: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** State roots recorded beside a trace, in `stateroots.json` under its scenario's name. */
export function recordedRoots(file: string): RecordedRoots {
  const beside = join(dirname(file), 'stateroots.json')
  if (!existsSync(beside)) return {}
  const all = JSON.parse(readFileSync(beside, 'utf8')) as Record<string, RecordedRoots>
  return all[basename(file).replace(/\.jsonl(\.gz)?$/, '')] ?? {}
}
