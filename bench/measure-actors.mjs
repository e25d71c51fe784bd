/**
 * What areas/actors.ts measures, each in a process of its own and on the compiled code, since what loads TypeScript on the fly
 * wraps functions and slows them down: `node --expose-gc bench/measure-actors.mjs <what> [arguments]`. Prints one JSON value.
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const dist = (path) => import(`${ROOT}dist/${path}`)

const MEASURES = { replay, days, sectors }
const SECTORS = 1_000_000
const BATCH = 250

const [what, ...args] = process.argv.slice(2)
const { initCrypto } = await dist('primitives/crypto/init.js')
await initCrypto()
console.log(JSON.stringify(await MEASURES[what](...args)))

/**
 * Records a second over the recordings of the tests, with and without heads. Those of contracts are left out: some of their
 * messages loop until ten billion gas are gone, and would hide everything else.
 */
async function replay(rounds) {
  const { benchReplay, recordsPerSecond } = await dist('cli/replay-bench.js')
  const traces = `${ROOT}test/traces/`
  const files = readdirSync(traces, { recursive: true })
    .filter((name) => name.endsWith('.gz') && !name.startsWith('fevm'))
    .sort()
    .map((name) => traces + name)
  const { roots, deferred, failed } = benchReplay(files, Number(rounds))
  if (failed.length > 0) throw new Error(`these do not replay equal: ${failed.join(', ')}`)
  return { roots: recordsPerSecond(roots), deferred: recordsPerSecond(deferred) }
}

/** Seconds of each day of a network that proves all its sectors, after two days that do not count. */
async function days(providers, count) {
  const { makeProvingNetwork } = await dist('scenarios/proving-genesis.js')
  const network = makeProvingNetwork({
    seed: 'bench',
    providers: Number(providers),
    sectors: 1000,
    sectorStore: 'runs',
  })
  network.run(2 * 2880)
  return Array.from({ length: Number(count) }, () => {
    const start = performance.now()
    network.run(2880)
    return (performance.now() - start) / 1000
  })
}

/** MB of heap and buffers for a million sectors, proven in batches. */
async function sectors(store) {
  const make = await sectorMaker()
  const fill = store === 'runs' ? await fillerOfRuns(make) : await fillerOfAmt(make)
  const before = memory()
  const filled = fill()
  const mb = (memory() - before) / 1e6
  if (filled.count !== SECTORS) throw new Error(`${filled.count} sectors`)
  return mb
}

async function fillerOfAmt(make) {
  const { NO_SECTORS } = await dist('actors/miner/sectors.js')
  const batch = (first) => Array.from({ length: BATCH }, (_, i) => make(first + i, first))
  return () => inBatches(NO_SECTORS, (sectors, first) => sectors.store(batch(first)))
}

async function fillerOfRuns(make) {
  const { NO_SECTORS_IN_RUNS } = await dist('actors/miner/sectors-in-runs.js')
  const { runsOf } = await dist('actors/miner/sector-run.js')
  const run = (first) => ({ ...runsOf([make(first, first)])[0], count: BATCH })
  return () => inBatches(NO_SECTORS_IN_RUNS, (sectors, first) => sectors.storeRun(run(first)))
}

function inBatches(none, add) {
  let sectors = none
  for (let first = 0; first < SECTORS; first += BATCH) sectors = add(sectors, first)
  return sectors
}

/** Makes a sector of the batch that was proven at an epoch. */
async function sectorMaker() {
  const { newSector } = await dist('actors/miner/sector-activation.js')
  const { syntheticCommR } = await dist('actors/miner/synthetic-cid.js')
  return (number, epoch) =>
    newSector({
      sectorNumber: BigInt(number),
      sealProof: 8,
      sealedCid: syntheticCommR(1000, BigInt(number), 'sealed'),
      activation: epoch,
      expiration: epoch + 1_555_200,
      dealWeight: 0n,
      verifiedDealWeight: 0n,
      initialPledge: 10n ** 17n + BigInt(epoch),
      dailyFee: 7n * 10n ** 12n,
    })
}

function memory() {
  for (let i = 0; i < 3; i++) globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
