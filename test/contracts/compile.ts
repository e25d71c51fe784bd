/** Compiles Solidity with what this folder's package.json installs: the compiler, and libraries that sources import by name. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Abi } from 'viem'

export interface Compiled {
  readonly abi: Abi
  /** Initcode; addresses of libraries that are still to be linked stand in it as `__$...$__`. */
  readonly bytecode: string
  /** Names of libraries by their places in the bytecode. */
  readonly links: Readonly<Record<string, readonly { readonly start: number }[]>>
  readonly runtimeLength: number
}

export interface Compiler {
  /** Of the package. */
  readonly name: string
  readonly evmVersion: string
  /** Whether it optimises assembly. */
  readonly yul: boolean
}

export const SOLC: Compiler = { name: 'solc', evmVersion: 'cancun', yul: true }
export const SOLC_0_8_17: Compiler = { name: 'solc-0.8.17', evmVersion: 'london', yul: true }

const HERE = fileURLToPath(new URL('.', import.meta.url))
const KEPT = join(HERE, 'compiled')

/** Text of a file of a package, as sources import it. */
export const packageFile = (name: string): string =>
  readFileSync(join(HERE, 'node_modules', name), 'utf8')

/**
 * Contracts by their names.
 * @param sources - text by file name. What they import is found in packages.
 * @throws Error with what the compiler complains about.
 */
export function compileSolidity(
  sources: Readonly<Record<string, string>>,
  compiler: Compiler = SOLC,
): Record<string, Compiled> {
  const input = JSON.stringify({
    language: 'Solidity',
    sources: Object.fromEntries(Object.entries(sources).map(([k, content]) => [k, { content }])),
    settings: {
      evmVersion: compiler.evmVersion,
      optimizer: { enabled: true, runs: 200, details: { yul: compiler.yul } },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode', 'evm.deployedBytecode.object'] } },
    },
  })
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 16)
  const kept = join(KEPT, `${digest}.json`)
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as Record<string, Compiled>
  const compiled = run(input, compiler)
  mkdirSync(KEPT, { recursive: true })
  // Somebody else may compile the same, and must not read half a file.
  writeFileSync(`${kept}.${process.pid}`, JSON.stringify(compiled))
  renameSync(`${kept}.${process.pid}`, kept)
  return compiled
}

interface Output {
  readonly contracts?: Record<string, Record<string, OutputContract>>
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
}

interface OutputContract {
  readonly abi: Abi
  readonly evm: {
    readonly bytecode: {
      readonly object: string
      readonly linkReferences: Record<string, Record<string, { start: number }[]>>
    }
    readonly deployedBytecode: { readonly object: string }
  }
}

interface Solc {
  compile(input: string, callbacks: { import(path: string): unknown }): string
}

function run(input: string, compiler: Compiler): Record<string, Compiled> {
  const solc = createRequire(import.meta.url)(compiler.name) as Solc
  const imported = (path: string) =>
    existsSync(join(HERE, 'node_modules', path))
      ? { contents: packageFile(path) }
      : { error: `no such file: ${path}` }
  const output = JSON.parse(solc.compile(input, { import: imported })) as Output
  const bad = (output.errors ?? []).filter(({ severity }) => severity === 'error')
  if (bad.length > 0) throw new Error(bad.map((e) => e.formattedMessage).join('\n'))
  const contracts = Object.values(output.contracts ?? {}).flatMap((file) => Object.entries(file))
  return Object.fromEntries(contracts.map(([name, made]) => [name, compiledOf(made)]))
}

function compiledOf({ abi, evm }: OutputContract): Compiled {
  return {
    abi,
    bytecode: evm.bytecode.object,
    links: Object.assign({}, ...Object.values(evm.bytecode.linkReferences)) as Compiled['links'],
    runtimeLength: evm.deployedBytecode.object.length / 2,
  }
}
