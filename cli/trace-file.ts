/** Recorded traces on disk: gzip or plain JSON lines, and the state roots recorded beside them. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { RecordedRoots } from '../engine/replay/replay.ts'
import { parseTraceLine, type TraceRecord } from '../engine/replay/trace-format.ts'
import { UsageError } from './usage-error.ts'

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
