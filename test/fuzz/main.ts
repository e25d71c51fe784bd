/**
 * Fuzzes our actors: random messages of users, good and bad, with cron and checks at every epoch.
 *
 *     npm run fuzz -- [--seed S] [--network 2k|mainnet|2k-short|mainnet-short] [--epochs N] [--runs N] [--codes]
 *
 * Every run is made twice, the second time with its state written out and read back now and then: the roots must be the
 * same. A failure prints the line that reproduces it. `--codes` prints which methods ended with which exit codes.
 */
import { parseArgs } from 'node:util'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { NETWORKS } from './policies.ts'
import { fuzz, FuzzFailure, type FuzzOptions, requireSameRoots } from './run.ts'
import type { Outcomes } from './world.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: 'pithead' },
    network: { type: 'string' },
    epochs: { type: 'string', default: '3000' },
    runs: { type: 'string', default: '1' },
    codes: { type: 'boolean', default: false },
  },
})

function count(name: string, text: string): number {
  const n = Number(text)
  if (!Number.isSafeInteger(n) || n < 1)
    throw new InvalidInput(name, `expected a positive integer, got ${JSON.stringify(text)}`)
  return n
}

function seeds(): string[] {
  const runs = count('runs', values.runs)
  return Array.from({ length: runs }, (_, i) => (i === 0 ? values.seed : `${values.seed}-${i}`))
}

/** Runs twice. @throws FuzzFailure */
function run(options: FuzzOptions): void {
  const started = performance.now()
  const { roots, outcomes } = fuzz(options)
  requireSameRoots(options, roots, fuzz(options, { reload: true }).roots)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const messages = [...outcomes.values()].flatMap((codes) => [...codes.values()])
  const sum = messages.reduce((total, n) => total + n, 0)
  const { network, seed, epochs } = options
  const what = `${network.padEnd(13)} seed ${seed}, ${epochs} epochs, ${sum} messages`
  console.log(`ok ${what}, ${seconds} s, root ${roots.at(-1)!.slice(-16)}`)
  if (values.codes) printCodes(outcomes)
}

function printCodes(outcomes: Outcomes): void {
  for (const [what, codes] of [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const counts = [...codes].sort(([a], [b]) => a - b).map(([code, n]) => `${code}: ${n}`)
    console.log(`   ${what.padEnd(28)} ${counts.join(', ')}`)
  }
}

await initCrypto()
try {
  const epochs = count('epochs', values.epochs)
  const networks = values.network === undefined ? NETWORKS : [values.network]
  for (const seed of seeds()) for (const network of networks) run({ seed, network, epochs })
} catch (error) {
  if (error instanceof FuzzFailure) console.error(`${error.message}\n${error.command}`)
  else if (error instanceof InvalidInput) console.error(`fuzz: ${error.message}`)
  else throw error
  process.exitCode = 1
}
