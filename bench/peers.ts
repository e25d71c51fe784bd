/** Peers that benchmarks compare with, installed from bench/package.json when one is missing. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchOptions } from './area.ts'

/**
 * Path of a file in bench/node_modules.
 * @throws Error with npm's words when it is not there after installing.
 */
export function peerFile({ root, log }: BenchOptions, ...path: readonly string[]): string {
  const folder = join(root, 'bench')
  const file = join(folder, 'node_modules', ...path)
  if (existsSync(file)) return file
  log(`installing peers for ${path.join('/')}`)
  const npm = spawnSync(
    'npm',
    ['install', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' },
  )
  if (!existsSync(file)) throw new Error(`${path.join('/')} is not there\n${npm.stderr ?? ''}`)
  return file
}
