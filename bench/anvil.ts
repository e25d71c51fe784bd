/** Anvil, Foundry's Ethereum devnet: what devnets are compared with. Installed from bench/package.json when it is needed. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchOptions } from './area.ts'

/** Its version as package.json has it. */
export const ANVIL = 'anvil 1.7.1'
export const ANVIL_CHAIN_ID = 31337
/** The first of its well-known funded keys. */
export const ANVIL_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

/** Path of the program itself: its launcher in Node would cost anvil a start that is not its own. */
export function anvilProgram({ root, log }: BenchOptions): string {
  const folder = join(root, 'bench')
  const platform = process.platform === 'win32' ? 'win32' : process.platform
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const file = process.platform === 'win32' ? 'anvil.exe' : 'anvil'
  const program = join(
    folder,
    'node_modules',
    '@foundry-rs',
    `anvil-${platform}-${arch}`,
    'bin',
    file,
  )
  if (existsSync(program)) return program
  log('installing anvil')
  const npm = spawnSync(
    'npm',
    ['install', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    },
  )
  if (!existsSync(program))
    throw new Error(`anvil could not be installed for ${platform}-${arch}\n${npm.stderr ?? ''}`)
  return program
}
