/** `npm run bench -- [area] [--json]`: runs the benchmarks, all of them or one area's, and prints what they measured. */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Area, BenchResult } from './area.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

async function main(argv: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const known = areaNames()
  const unknown = positionals.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new Error(`no area ${JSON.stringify(unknown)}: there are ${known.join(', ')}`)
  execFileSync(process.execPath, [`${ROOT}cli/build.mjs`], { stdio: 'inherit' })
  const results: BenchResult[] = []
  for (const name of positionals.length > 0 ? positionals : known)
    for (const result of await runArea(name)) {
      results.push(result)
      if (!values.json) console.log(shown(result))
    }
  if (values.json) console.log(JSON.stringify(results, null, 2))
}

const areaNames = (): string[] =>
  readdirSync(new URL('areas', import.meta.url))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort()

async function runArea(name: string): Promise<readonly BenchResult[]> {
  const { default: area } = (await import(`./areas/${name}.ts`)) as { default: Area }
  return area({ root: ROOT, log: (line) => process.stderr.write(`${name}: ${line}\n`) })
}

function shown({ name, value, unit, against }: BenchResult): string {
  const number = value >= 100 ? value.toFixed(0) : value.toPrecision(3)
  return `${name.padEnd(24)} ${number.padStart(8)} ${unit}${against ? `  against ${against}` : ''}`
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
