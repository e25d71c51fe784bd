/** Starts a devnet, tells what is in it, and serves until it is told to stop. */
import { Devnet } from '../engine/devnet.ts'
import { initCrypto } from '../primitives/crypto/init.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { formatFil } from '../primitives/units.ts'
import { Artifacts } from '../rpc/artifacts.ts'
import { createRpc } from '../rpc/index.ts'
import { type RpcServer, serve } from '../rpc/server.ts'
import { startProviders } from '../scenarios/agents/provider.ts'
import { loadArtifacts } from './artifacts-folder.ts'
import type { DevnetArguments } from './devnet.ts'
import { fundedKeys, providerInfos } from './funded-key.ts'

/** Resolves once a signal has ended it. @throws InvalidInput naming the option that is wrong. */
export async function runDevnet(given: DevnetArguments): Promise<void> {
  const { host, seed, preset } = given
  const port = wholeNumber('port', given.port, MAX_PORT)
  const blockTime = seconds('block-time', given['block-time'])
  const sps = wholeNumber('sps', given.sps, Infinity)
  const sectors = wholeNumber('sectors', given.sectors, Infinity)
  const accounts = wholeNumber('accounts', given.accounts, Infinity)
  const artifacts = given.artifacts === '' ? new Artifacts() : loadArtifacts(given.artifacts)
  await initCrypto()
  const devnet = new Devnet({ seed, preset, sps, sectors, accounts })
  startProviders(devnet)
  const rpc = createRpc(devnet, {
    strictLotus: given['strict-lotus'],
    artifacts,
    log: console.log,
    isRemote: true,
  })
  const server = await serve(rpc, { port, host, onBug: console.error })
  if (blockTime > 0) devnet.automine = false
  rpc.intervals.set(blockTime * 1000)
  const stopped = stopSignal()
  console.log(introduction(devnet, server))
  const endForecasts = await startForecasts(devnet)
  await stopped
  rpc.intervals.set(0)
  await endForecasts()
  await server.close()
}

/** Holds elections ahead of time on a thread, which is loaded once there is something to use. */
async function startForecasts({ node }: Devnet): Promise<() => Promise<void>> {
  const { keepForecasting } = await import('../engine/consensus/consensus-pool.ts')
  const { WorkerPool } = await import('../primitives/worker-pool.ts')
  const pool = new WorkerPool(1, { inBackground: true })
  const end = keepForecasting(node, pool)
  return () => {
    end()
    return pool.close()
  }
}

const MAX_PORT = 65_535
const MAX_BLOCK_TIME = 86_400

function wholeNumber(field: string, text: string, most: number): number {
  const n = Number(text)
  if (/^\d+$/.test(text) && n <= most) return n
  const range = most === Infinity ? 'a whole number' : `a whole number up to ${most}`
  throw new InvalidInput(field, `expected ${range}, got ${JSON.stringify(text)}`)
}

function seconds(field: string, text: string): number {
  const n = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && n <= MAX_BLOCK_TIME) return n
  throw new InvalidInput(
    field,
    `expected seconds from 0 to ${MAX_BLOCK_TIME}, got ${JSON.stringify(text)}`,
  )
}

/** Ctrl-C or a request to end. A second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

/** What a user needs to start; the last line is `ready`. */
export function introduction(devnet: Devnet, { url }: Pick<RpcServer, 'url'>): string {
  const { params, seed } = devnet
  return [
    `network  ${params.name}, chain id ${params.chainId}, network version ${params.networkVersion}`,
    `seed     ${seed}`,
    '',
    'funded keys: each is two accounts, f1 and f410, with the balance each',
    ...fundedKeys(devnet).flatMap(({ index, native, delegated, eth, privateKey, balance }) => [
      `  (${index}) ${native}  ${formatFil(balance)} FIL`,
      `      ${delegated}  ${formatFil(balance)} FIL`,
      `      ${eth}`,
      `      private key ${privateKey}`,
    ]),
    '',
    'storage providers',
    ...providerInfos(devnet).map(
      ({ address, rawBytePower, owner }) =>
        `  ${address}  ${formatBytes(rawBytePower)}  owner ${owner}`,
    ),
    '',
    url,
    'ready',
  ].join('\n')
}

const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/** In the largest unit that leaves a whole number. */
function formatBytes(bytes: bigint): string {
  let unit = 0
  for (; unit < BINARY_UNITS.length - 1 && bytes > 0n && bytes % 1024n === 0n; unit++)
    bytes /= 1024n
  return `${bytes} ${BINARY_UNITS[unit]}`
}
