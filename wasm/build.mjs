/**
 * Compiles the kernels in assembly/ to WebAssembly and keeps them as text in `<name>.wasm.ts`, which is in the repository so
 * that nobody who runs the program needs the compiler. `npm run build:wasm` does it; a test does it again and compares.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { blake2bRounds } from './assembly/blake2b-rounds.mjs'
import { sha256Rounds } from './assembly/sha256-rounds.mjs'

/** Each kernel, the rounds that are generated for it, and the pages of 64 KiB that its memory has. */
export const KERNELS = {
  blake2b: { rounds: blake2bRounds, pages: 3 },
  sha256: { rounds: sha256Rounds, pages: 3 },
}

/** The file that keeps a kernel. */
export const moduleFile = (name) => new URL(`${name}.wasm.ts`, import.meta.url)

/** What belongs into that file. @throws Error with the compiler's output. */
export async function buildKernel(name) {
  const bytes = await compile(name)
  const code = Buffer.from(bytes).toString('base64')
  return `/** The kernel of assembly/${name}.ts, compiled by \`npm run build:wasm\`. */\nexport default '${code}'\n`
}

async function compile(name) {
  const { rounds, pages } = KERNELS[name]
  const sources = {
    [`${name}.ts`]: readFileSync(new URL(`assembly/${name}.ts`, import.meta.url), 'utf8'),
    [`${name}-rounds.ts`]: rounds(),
  }
  let binary
  const { error, stderr } = await asc.main(
    [
      `${name}.ts`,
      ...['--outFile', `${name}.wasm`],
      ...['-O3', '--noAssert'],
      ...['--enable', 'simd', '--runtime', 'stub', '--use', 'abort='],
      ...['--initialMemory', String(pages), '--maximumMemory', String(pages)],
    ],
    {
      readFile: (file) => sources[file] ?? null,
      writeFile: (_, contents) => void (binary = contents),
      listFiles: () => [],
    },
  )
  if (error) throw new Error(`${name}: ${error.message}\n${stderr}`)
  return binary
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const name of Object.keys(KERNELS)) writeFileSync(moduleFile(name), await buildKernel(name))
