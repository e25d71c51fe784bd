/**
 * Writes docs/protocol-coverage.md: which methods the actors have, with which exit codes they were seen equal to the released
 * actors in the recordings of test/traces, and where each FIP in force lives in the code.
 * `node --import tsx test/support/coverage.ts --write` rewrites the file; a test holds it to what this gives.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ACTOR_TYPES, type ActorType } from '../../actors/manifest.ts'
import { actorDefinition } from '../../actors/registry.ts'
import { traceRecords } from '../../cli/trace-file.ts'
import type { ActorRecord, CallRecord } from '../../engine/replay/trace-format.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TRACES = join(ROOT, 'test', 'traces')
export const COVERAGE_FILE = join(ROOT, 'docs', 'protocol-coverage.md')

/** Times each exit code was seen, by `type/method`. */
type Seen = Map<string, Map<number, number>>

/** The text of the file. */
export function coverage(): string {
  const files = filesBelow(TRACES, '.gz')
  const { seen, messages } = seenIn(files)
  return [
    '# Protocol coverage',
    '',
    '<!-- Made by test/support/coverage.ts. -->',
    '',
    `Methods of the actors (network version 28, actors v18), and the exit codes with which calls of them replay equal to the`,
    `released actors: ${messages} messages and cron ticks in ${files.length} recordings under \`test/traces\`, calls between actors`,
    'counted. A dash means that no recording there calls the method.',
    '',
    ...ACTOR_TYPES.flatMap((type) => actorSection(type, seen)),
    '## FIPs in force, and where they live',
    '',
    '| FIP | files |',
    '| --- | --- |',
    ...fips().map(([fip, where]) => `| ${fip} | ${where.map((f) => `\`${f}\``).join(', ')} |`),
    '',
  ].join('\n')
}

function actorSection(type: ActorType, seen: Seen): string[] {
  const { methods } = actorDefinition(type)
  const rows = Object.entries(methods).map(([number, { name }]) => {
    const codes = [...(seen.get(`${type}/${number}`) ?? [])].sort(([a], [b]) => a - b)
    const shown = codes.map(([code, times]) => `${code} (${times})`).join(', ')
    return `| ${number} | ${name} | ${shown || '–'} |`
  })
  const others = [...seen.keys()]
    .filter((key) => key.startsWith(`${type}/`) && !(Number(key.split('/')[1]) in methods))
    .flatMap((key) => [...seen.get(key)!])
  const totals = new Map<number, number>()
  for (const [code, times] of others) totals.set(code, (totals.get(code) ?? 0) + times)
  const rest = [...totals].sort(([a], [b]) => a - b).map(([code, times]) => `${code} (${times})`)
  if (rest.length > 0) rows.push(`| | any other number | ${rest.join(', ')} |`)
  if (rows.length === 0) return []
  return [
    `## ${type}`,
    '',
    '| number | method | exit codes seen equal |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ]
}

function seenIn(files: readonly string[]): { seen: Seen; messages: number } {
  const seen: Seen = new Map()
  let messages = 0
  for (const file of files) {
    const types = new Map<number, ActorType>()
    const learn = (actors: readonly ActorRecord[]) => {
      for (const { id, code, deleted } of actors) if (!deleted) types.set(id, code)
    }
    const note = (to: number | undefined, method: string, exit: number | undefined) => {
      const type = to === undefined ? undefined : types.get(to)
      if (type === undefined || exit === undefined || method === '0') return
      const key = `${type}/${method}`
      const codes = seen.get(key) ?? new Map<number, number>()
      seen.set(key, codes.set(exit, (codes.get(exit) ?? 0) + 1))
    }
    const walk = (calls: readonly CallRecord[] = []) => {
      for (const call of calls) {
        note(
          call.toId === undefined ? undefined : Number(call.toId),
          String(call.method),
          call.exit,
        )
        walk(call.sub)
      }
    }
    for (const record of traceRecords(file)) {
      if (record.t === 'genesis') learn(record.actors)
      if (record.t === 'c') messages++
      if (record.t !== 'msg') continue
      messages++
      learn(record.changed)
      note((record as { toId?: number }).toId, record.method, record.exit)
      walk(record.calls)
    }
  }
  return { seen, messages }
}

function fips(): [string, string[]][] {
  const found = new Map<string, string[]>()
  for (const room of ['primitives', 'actors', 'engine'])
    for (const file of filesBelow(join(ROOT, room), '.ts'))
      for (const fip of new Set(readFileSync(file, 'utf8').match(/\b(?:FIP|FRC)-\d+/g)))
        found.set(fip, [...(found.get(fip) ?? []), file.slice(ROOT.length)])
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1))
}

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await initCrypto()
  if (process.argv.includes('--write')) writeFileSync(COVERAGE_FILE, coverage())
  else console.log(coverage())
}
