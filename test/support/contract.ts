/** Contracts of the tests, compiled (`test/fixtures/contracts`), and clients of Ethereum's side to drive them with. */
import { readFileSync } from 'node:fs'
import type { Abi, Hex } from 'viem'
import { createDevnet, type DevnetHandle, type DevnetOptions } from '../../cli/library.ts'

export interface Artifact {
  readonly abi: Abi
  readonly bytecode: Hex
}

export function artifact(name: string): Artifact {
  const file = new URL(`../fixtures/contracts/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Artifact
}

export const LEDGER = artifact('Ledger')

/** A devnet that wins its blocks with hashes: what contracts do does not depend on it. */
export const quickDevnet = (options: DevnetOptions = {}): Promise<DevnetHandle> =>
  createDevnet({ crypto: 'modelled', ...options })
