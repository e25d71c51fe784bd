/**
 * Compiles contracts/ with the solc of this folder's package.json and keeps the result in artifacts/, one file for each
 * contract with its ABI and bytecode: `npm run compile`.
 */
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Abi } from 'viem'

export interface Artifact {
  readonly contractName: string
  readonly abi: Abi
  readonly bytecode: `0x${string}`
}

const HERE = fileURLToPath(new URL('.', import.meta.url))
const ARTIFACTS = join(HERE, 'artifacts')

/** The contract of that name, compiled when its sources are not what was compiled last. */
export function artifact(contractName: string): Artifact {
  compile()
  return JSON.parse(readFileSync(artifactFile(contractName), 'utf8')) as Artifact
}

/** @throws Error with what the compiler complains about. */
export function compile(): void {
  const input = JSON.stringify(compilerInput())
  const digest = createHash('sha256').update(input).digest('hex')
  const stamp = join(ARTIFACTS, 'sources.sha256')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
  const { contracts = {}, errors = [] } = JSON.parse(solc.compile(input)) as CompilerOutput
  if (errors.length > 0) throw new Error(errors.map((e) => e.formattedMessage).join('\n'))
  mkdirSync(ARTIFACTS, { recursive: true })
  for (const file of Object.values(contracts))
    for (const [contractName, { abi, evm }] of Object.entries(file)) {
      const made: Artifact = { contractName, abi, bytecode: `0x${evm.bytecode.object}` }
      replaceFile(artifactFile(contractName), `${JSON.stringify(made, null, 2)}\n`)
    }
  replaceFile(stamp, digest)
}

/** Somebody else may compile the same at the same time, and must not read half a file. */
function replaceFile(path: string, text: string): void {
  const whole = `${path}.${process.pid}`
  writeFileSync(whole, text)
  renameSync(whole, path)
}

const artifactFile = (contractName: string): string => join(ARTIFACTS, `${contractName}.json`)

interface CompilerOutput {
  readonly contracts?: Record<string, Record<string, Compiled>>
  readonly errors?: readonly { readonly formattedMessage: string }[]
}

interface Compiled {
  readonly abi: Abi
  readonly evm: { readonly bytecode: { readonly object: string } }
}

function compilerInput() {
  return {
    language: 'Solidity',
    sources: { ...sourcesIn('contracts'), ...sourcesIn('test') },
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
}

function sourcesIn(folder: string): Record<string, { content: string }> {
  const names = readdirSync(join(HERE, folder), { recursive: true, encoding: 'utf8' })
  const paths = names
    .filter((name) => name.endsWith('.sol'))
    .map((name) => join(HERE, folder, name))
  return Object.fromEntries(
    paths
      .sort()
      .map((path) => [
        relative(HERE, path).split(sep).join('/'),
        { content: readFileSync(path, 'utf8') },
      ]),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) compile()
