/**
 * Installs the locked dependencies of a fresh clone. Plain Node, because it runs before anything is
 * installed; the command and the test runner both call it, so that either works right after a
 * clone. `node cli/install.mjs` installs too.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Runs `npm ci` in `root` when what is installed is not what package-lock.json says.
 * @throws Error with one line for the user when npm is missing or fails; npm's own words are on stderr.
 */
export function ensureInstalled(root) {
  const installed = join(root, 'node_modules', '.package-lock.json')
  const locked = join(root, 'package-lock.json')
  if (mtime(installed) >= mtime(locked)) return
  // A newer lock may only have been touched, by a checkout or by npm itself: installing is slow, so look.
  if (sameVersions(locked, installed)) return touch(installed)
  process.stderr.write('pithead: installing dependencies (once)\n')
  npmCi(root)
  touch(installed)
}

function npmCi(root) {
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm']
  const flags = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = spawnSync(npm[0], [...npm.slice(1), ...flags], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32' && npm.length === 1,
  })
  if (error) throw new Error(`could not start npm to install dependencies: ${error.message}`)
  if (status !== 0) throw new Error(`npm ci failed (exit ${status}) in ${root}`)
}

/** Optional packages are for other platforms, so their absence says nothing. */
function sameVersions(locked, installed) {
  const have = packages(installed)
  const want = Object.entries(packages(locked)).filter(([path]) => path !== '')
  return want.every(([path, { version, optional }]) =>
    have[path] === undefined ? optional === true : have[path].version === version,
  )
}

function packages(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages
  } catch {
    return {}
  }
}

/** A missing file is older than any other. */
function mtime(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -1
}

function touch(path) {
  const now = new Date()
  utimesSync(path, now, now)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  try {
    ensureInstalled(fileURLToPath(new URL('..', import.meta.url)))
  } catch (error) {
    console.error(`pithead: ${error.message}`)
    process.exitCode = 1
  }
