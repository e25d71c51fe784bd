/** Runs vector files against their handlers and counts. Used by the command and by the test. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isFields, openCase, parseExactJson } from './handler.ts'
import type { Case, Handler, Handlers, VectorFile } from './handler.ts'

export type FileResult = { name: string; passed: number; failures: Failure[] }
export type Failure = { id: string; message: string }

export const VECTORS = fileURLToPath(new URL('.', import.meta.url))

/** Merges the handlers of all handlers-*.ts in `folder`. @throws Error where two have the same name. */
export async function loadHandlers(folder: string = VECTORS): Promise<Handlers> {
  const merged: Handlers = {}
  for (const file of readdirSync(folder).sort()) {
    if (!/^handlers-.*\.ts$/.test(file)) continue
    const module: { handlers?: Handlers } = await import(pathToFileURL(join(folder, file)).href)
    if (!module.handlers) throw new Error(`${file} does not export handlers`)
    for (const [name, handler] of Object.entries(module.handlers)) {
      if (name in merged) throw new Error(`${file}: ${name} has a handler already`)
      merged[name] = handler
    }
  }
  return merged
}

/** Paths of the vector files of `folder`, by name. */
export function vectorFiles(folder: string = VECTORS): string[] {
  const names = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return names.sort().map((file) => join(folder, file))
}

/** Runs each case of a file. A file that cannot be run at all is one failure. */
export function checkFile(path: string, handlers: Handlers): FileResult {
  const name = basename(path, '.json')
  const whole = (message: string): FileResult => ({
    name,
    passed: 0,
    failures: [{ id: name, message }],
  })
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined
  if (!handler) return whole('no handler has this name')
  let read = 0
  let file: VectorFile
  try {
    file = openFile(name, readFileSync(path, 'utf8'), () => read++)
  } catch (error) {
    return whole(messageOf(error))
  }
  if (file.cases.length === 0) return whole('no cases')
  const failures = file.cases.flatMap((c) => {
    read = 0
    const message =
      failureOf(handler, c, file) ?? (read === 0 ? 'the handler read no field' : undefined)
    return message === undefined ? [] : [{ id: c.id, message }]
  })
  return { name, passed: file.cases.length - failures.length, failures }
}

function openFile(name: string, text: string, onRead: () => void): VectorFile {
  const file = parseExactJson(text)
  if (!isFields(file) || !Array.isArray(file['cases'])) throw new Error('not {cases: [...]}')
  const cases = file['cases'].map((fields: unknown, i): Case => {
    if (!isFields(fields) || typeof fields['id'] !== 'string')
      throw new Error(`case ${i} has no id`)
    return openCase(fields['id'], fields, onRead)
  })
  return { name, head: openCase(name, file, onRead), cases }
}

function failureOf(handler: Handler, c: Case, file: VectorFile): string | undefined {
  try {
    const returned: unknown = handler(c, file)
    return returned instanceof Promise
      ? 'the handler is async, so it cannot fail in time'
      : undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** One line; for an assertion also what was computed and what was expected. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, actual, expects } = error as Error & { actual?: unknown; expects?: unknown }
  const [line] = message.split('\n', 1)
  if (error.name !== 'Assertion') return error.name === 'Error' ? line! : `${error.name}: ${line}`
  return `${line} got ${show(actual)}, expected ${show(expects)}`
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return shorten(Buffer.from(value).toString('hex'))
  const plain = (_: string, v: unknown): unknown => (typeof v === 'bigint' ? `${v}n` : v)
  return shorten(
    typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value, plain) ?? 'undefined'),
  )
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text
}
