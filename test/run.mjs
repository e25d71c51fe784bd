/**
 * Runs the type check, every test/**\/*.test.ts and those of the examples, each file in a process of its own, two at a time:
 *
 *     node test/run.mjs [filter ...] [--root DIR] [--no-types] [--timeout S]
 *
 * A filter is a part of a path. A file that hangs, crashes or registers no test is a failure, and so is a
 * filter that matches nothing. A slow file may say `// timeout: 400` (seconds) in its first lines.
 * A folder with a package-lock.json of its own is installed before the tests in it run.
 * The last line is `N passed, N failed`.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureInstalled } from '../cli/install.mjs'

const HOME = fileURLToPath(new URL('..', import.meta.url))
const DEFAULT_TIMEOUT_SECONDS = 180
const PROCESSES = 2

const running = new Set()

async function main() {
  const { values, positionals: filters } = parseArgs({
    allowPositionals: true,
    options: {
      root: { type: 'string', default: HOME },
      'no-types': { type: 'boolean', default: false },
      timeout: { type: 'string', default: `${DEFAULT_TIMEOUT_SECONDS}` },
    },
  })
  ensureInstalled(HOME)
  const root = resolve(values.root)
  const { files, jobs, unmatched } = testJobs(root, filters, Number(values.timeout))
  for (const folder of foldersToInstall(root, files)) ensureInstalled(folder)
  if (!values['no-types'] && unmatched.length === 0) jobs.unshift(typeCheck(root))
  const results = unmatched.map(noFiles)
  for (const result of results) print(result)
  await inParallel(jobs, async (job) => {
    const result = await job()
    results.push(result)
    print(result)
  })
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  const [passed, failed] = [sum('passed'), sum('failed')]
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
  console.log(`\n${passed} passed, ${failed} failed`)
}

/** Slow files first, so that the last process does not run alone for long. */
function testJobs(root, filters, timeout) {
  const all = ['test', 'examples']
    .flatMap((folder) => testFiles(join(root, folder)))
    .map((path) => relative(root, path).split(sep).join('/'))
  const wanted = filters.map((filter) => filter.replace(/^\.\//, ''))
  const files = all.filter((f) => wanted.length === 0 || wanted.some((part) => f.includes(part)))
  const unmatched = wanted.filter((part) => !all.some((file) => file.includes(part)))
  const jobs = files
    .map((file) => ({ file, seconds: ownTimeout(join(root, file)) ?? timeout }))
    .sort((a, b) => b.seconds - a.seconds || (a.file < b.file ? -1 : 1))
    .map((job) => () => runFile(root, job.file, job.seconds))
  return {
    files,
    jobs,
    unmatched: files.length === 0 && wanted.length === 0 ? ['test'] : unmatched,
  }
}

/** Folders below the root with a lock of their own, that test files are in. */
function foldersToInstall(root, files) {
  const folders = files.flatMap((file) => {
    const parts = file.split('/').slice(0, -1)
    return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
  })
  return [...new Set(folders)]
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(join(folder, 'package-lock.json')))
}

function testFiles(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testFiles(path)
    return entry.name.endsWith('.test.ts') ? [path] : []
  })
}

function ownTimeout(path) {
  const firstLines = readFileSync(path, 'utf8').split('\n', 5).join('\n')
  const seconds = /^\/\/ timeout: (\d+)\s*$/m.exec(firstLines)?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}

function typeCheck(root) {
  const tsc = join(HOME, 'node_modules', 'typescript', 'bin', 'tsc')
  return async () => {
    const ended = await runNode(root, [tsc, '-p', 'tsconfig.json'], DEFAULT_TIMEOUT_SECONDS)
    const ok = ended.problem === undefined
    return { name: 'types', passed: ok ? 1 : 0, failed: ok ? 0 : 1, ...ended }
  }
}

async function runFile(root, file, seconds) {
  const tsx = import.meta.resolve('tsx')
  const ended = await runNode(root, ['--import', tsx, join(root, file)], seconds)
  return { name: file, ...judge(ended) }
}

/** Counts what uvu reports, and adds a failure where the process ended badly without a failed test. */
function judge(ended) {
  const count = (label) => Number([...ended.output.matchAll(label)].at(-1)?.[1] ?? 0)
  const [total, passed] = [count(/^ {2}Total: +(\d+)$/gm), count(/^ {2}Passed: +(\d+)$/gm)]
  const failed = total - passed + count(/^ {2}Skipped: +(\d+)$/gm)
  if (failed > 0) return { ...ended, passed, failed, problem: ended.problem ?? 'failed' }
  if (ended.problem) return { ...ended, passed, failed: 1 }
  if (total === 0) return { ...ended, passed, failed: 1, problem: 'no test ran' }
  return { ...ended, passed, failed }
}

/** Runs node in a process group of its own, so that a hang is ended with all its children. */
function runNode(cwd, args, seconds) {
  const { FORCE_COLOR: _, ...env } = process.env
  const started = performance.now()
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  let output = ''
  let problem
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  const timer = setTimeout(() => {
    problem = `still running after ${seconds} s`
    killGroup(child)
  }, seconds * 1000)
  return new Promise((done) => {
    child.on('error', (error) => (problem ??= error.message))
    child.on('exit', (code, signal) => {
      if (code !== 0) problem ??= signal ? `killed by ${signal}` : `exit code ${code}`
      killGroup(child) // what it left behind would hold its output open
    })
    child.on('close', () => {
      clearTimeout(timer)
      running.delete(child)
      done({ output, problem, seconds: (performance.now() - started) / 1000 })
    })
  })
}

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL') // no process groups here, or nobody left in it
  }
}

async function inParallel(jobs, run) {
  const queue = [...jobs]
  const worker = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) await run(job)
  }
  await Promise.all(Array.from({ length: PROCESSES }, worker))
}

function noFiles(filter) {
  const problem = `no test file matches ${filter}`
  return { name: filter, passed: 0, failed: 1, problem, seconds: 0, output: '' }
}

function print({ name, passed, failed, problem, seconds, output }) {
  const counts = failed > 0 ? `${passed} passed, ${failed} failed` : `${passed}`
  const line = `${name.padEnd(44)} ${counts.padStart(5)}  ${seconds.toFixed(1).padStart(6)} s`
  console.log(problem ? `FAIL ${line}  ${problem}\n${output.trimEnd()}` : `  ok ${line}`)
}

for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    for (const child of running) killGroup(child)
    process.exit(130)
  })

try {
  await main()
} catch (error) {
  console.log(`${error.message}\n\n0 passed, 1 failed`)
  process.exitCode = 1
}
