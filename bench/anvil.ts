/** Anvil, Foundry's Ethereum devnet: what devnets are compared with. Installed from bench/package.json when it is needed. */
import type { BenchOptions } from './area.ts'
import { peerFile } from './peers.ts'

/** Its version as package.json has it. */
export const ANVIL = 'anvil 1.7.1'
export const ANVIL_CHAIN_ID = 31337
/** The first of its well-known funded keys. */
export const ANVIL_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

/** Path of the program itself: its launcher in Node would cost anvil a start that is not its own. */
export function anvilProgram(options: BenchOptions): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const file = process.platform === 'win32' ? 'anvil.exe' : 'anvil'
  return peerFile(options, '@foundry-rs', `anvil-${process.platform}-${arch}`, 'bin', file)
}
