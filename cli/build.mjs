/**
 * Compiles the sources into dist/ when they changed since the last time. Plain Node and only file
 * stamps, because every start of the command from a clone passes here. `node cli/build.mjs` builds too.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOMS = 'primitives wasm actors proofs-mock engine scenarios rpc cli web'.split(' ')
const NOT_SHIPPED = new Set(['.ts', '.mjs', '.md'])

/**
 * Leaves a dist/ in `root` that belongs to the sources as they are now.
 * @throws Error with the compiler's output when the sources do not compile; dist/ is then as before.
 */
export function ensureBuilt(root) {
  const sources = fingerprint(root)
  if (builtFrom(root) === sources) return
  process.stderr.write('pithead: building\n')
  const staged = join(root, 'node_modules', '.cache', `pithead-${process.pid}`)
  try {
    compile(root, staged)
    for (const room of ROOMS) copyStatic(join(root, room), join(staged, room))
    bundle(root, staged)
    writeFileSync(join(staged, '.sources'), sources)
    publish(staged, join(root, 'dist'))
  } finally {
    rmSync(staged, { recursive: true, force: true })
  }
}

/** Newest change and number of files, so that an edit, a new file and a removed one all show. */
function fingerprint(root) {
  let count = 0
  let newest = 0
  const see = (path) => {
    count++
    newest = Math.max(newest, statSync(path).mtimeMs)
  }
  for (const room of ROOMS) forEachSource(`${root}/${room}`, see)
  for (const file of ['tsconfig.json', 'tsconfig.build.json']) see(`${root}/${file}`)
  return `${newest} ${count}`
}

function forEachSource(folder, see) {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) forEachSource(path, see)
    else if (!/\.(mjs|md)$/.test(path)) see(path)
  }
}

function builtFrom(root) {
  try {
    return readFileSync(join(root, 'dist', '.sources'), 'utf8')
  } catch {
    return undefined
  }
}

function compile(root, outDir) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', outDir]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`the build failed\n${stdout}${stderr}`)
  mkdirSync(outDir, { recursive: true })
}

/**
 * The command once more, as a few files instead of hundreds: loading those is most of what a start takes.
 * Packages stay outside; threads load the files of dist/ themselves.
 */
function bundle(root, staged) {
  const esbuild = createRequire(join(root, 'package.json'))('esbuild')
  esbuild.buildSync({
    entryPoints: [join(staged, 'cli', 'main.js')],
    outdir: join(staged, 'bundle'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
  })
}

function copyStatic(from, to) {
  if (!existsSync(from)) return
  const filter = (path) => statSync(path).isDirectory() || !NOT_SHIPPED.has(extname(path))
  cpSync(from, to, { recursive: true, filter })
}

/** Swaps folders, so that a process starting meanwhile finds the old build or the new, not a half. */
function publish(staged, dist) {
  const old = `${staged}-old`
  for (let attempt = 1; ; attempt++)
    try {
      if (existsSync(dist)) renameSync(dist, old)
      renameSync(staged, dist)
      break
    } catch (error) {
      if (attempt === 3) throw error // another process is publishing too: take turns
    } finally {
      rmSync(old, { recursive: true, force: true })
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  try {
    ensureBuilt(fileURLToPath(new URL('..', import.meta.url)))
  } catch (error) {
    console.error(`pithead: ${error.message}`)
    process.exitCode = 1
  }
