/**
 * Transactions over RPC, against anvil and Hardhat's node: one after the other, and of ten senders at the same time. All of one
 * sender at once would do for ours and anvil, but Hardhat refuses a nonce that is ahead.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from 'viem'
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { createDevnet } from '../cli/library.ts'
import { ANVIL, ANVIL_CHAIN_ID, anvilProgram } from './anvil.ts'
import { type BenchOptions, type BenchResult, interleaved } from './area.ts'
import { type DevnetCommand, type RunningDevnet, startDevnet } from './devnet-process.ts'

export const HARDHAT = 'hardhat 2.26.0'

/** 1,000 transactions that count, and a chunk before them that does not. */
const CHUNKS = 5
const CHUNK = 200
const TOTAL = (CHUNKS + 1) * CHUNK
const MNEMONIC = 'test test test test test test test test test test test junk'
const RECEIVER = '0x00000000000000000000000000000000000000aa'

const SENDERS = 10

/** Ours holds elections ahead after it is asked, which is not to be at the cost of others. */
export const REST_MS = 500

type Key = `0x${string}`

interface Contender {
  readonly command: DevnetCommand
  readonly keys: readonly Key[]
  readonly chainId: number
  readonly gas: bigint
}

export async function transactionRates(options: BenchOptions): Promise<BenchResult[]> {
  const contenders = await contendersOf(options)
  const running = await Promise.all(contenders.map(({ command }) => startDevnet(command)))
  try {
    const raw = await Promise.all(contenders.map(signedTransfers))
    const rates = async (send: typeof serially): Promise<number[]> =>
      interleaved(
        CHUNKS,
        running.map((devnet, i) => () => send(devnet, raw[i]!)),
        REST_MS,
      )
    const serial = await rates(serially)
    const concurrent = await rates(concurrently)
    return [...results('tx_serial', serial), ...results('tx_concurrent', concurrent)]
  } finally {
    for (const devnet of running) await devnet.stop()
  }
}

const results = (name: string, [us = 0, anvil = 0, hardhat = 0]: number[]): BenchResult[] => [
  { name, value: us / anvil, unit: '×', against: ANVIL },
  { name: `${name}_hardhat`, value: us / hardhat, unit: '×', against: HARDHAT },
  { name: `${name}_per_s`, value: us, unit: '1/s' },
]

async function contendersOf(options: BenchOptions): Promise<Contender[]> {
  const { accounts, node } = await createDevnet()
  const ours = {
    program: process.execPath,
    args: (port: number) => [`${options.root}cli/pithead.mjs`, 'devnet', '--port', `${port}`],
  }
  const anvil = {
    program: anvilProgram(options),
    args: (port: number) => ['--port', `${port}`, '--silent'],
  }
  const keys = Array.from({ length: SENDERS }, (_, i) => wellKnownKey(i))
  const ethereum = { keys, chainId: ANVIL_CHAIN_ID, gas: 21_000n }
  return [
    {
      command: ours,
      keys: accounts.slice(0, SENDERS).map(({ privateKey }) => privateKey),
      chainId: Number(node.params.chainId),
      gas: 8_000_000n,
    },
    { command: anvil, ...ethereum },
    { command: hardhatNode(options), ...ethereum },
  ]
}

/** Hardhat's keys and chain id are anvil's. */
function hardhatNode({ root, log }: BenchOptions): DevnetCommand {
  const folder = join(root, 'bench', 'hardhat')
  const program = join(folder, 'node_modules', 'hardhat', 'internal', 'cli', 'bootstrap.js')
  if (!existsSync(program)) {
    log('installing hardhat')
    const flags = ['install', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error']
    const npm = spawnSync('npm', flags, {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    })
    if (!existsSync(program)) throw new Error(`hardhat could not be installed\n${npm.stderr ?? ''}`)
  }
  const args = (port: number) => [program, 'node', '--port', `${port}`]
  return { program: process.execPath, args, cwd: folder }
}

/** One of the keys that Ethereum's devnets fund. */
function wellKnownKey(addressIndex: number): Key {
  const { privateKey } = mnemonicToAccount(MNEMONIC, { addressIndex }).getHdKey()
  return toHex(privateKey!)
}

/** Raw signed transactions of each sender, with nonces from 0 on: as many as both ways of sending take. */
function signedTransfers({ keys, chainId, gas }: Contender): Promise<string[][]> {
  const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 6n }
  const call = { type: 'eip1559', chainId, to: RECEIVER, value: 1n, gas, ...fees } as const
  return Promise.all(
    keys.map((key, sender) => {
      const account = privateKeyToAccount(key)
      const count = TOTAL / SENDERS + (sender === 0 ? TOTAL : 0)
      const nonces = Array.from({ length: count }, (_, nonce) => nonce)
      return Promise.all(nonces.map((nonce) => account.signTransaction({ ...call, nonce })))
    }),
  )
}

/** Transactions a second of one sender, each sent and its receipt read before the next. */
async function serially(devnet: RunningDevnet, [first]: string[][]): Promise<number> {
  const started = performance.now()
  await inOrder(devnet, first!.splice(0, CHUNK))
  return (CHUNK * 1000) / (performance.now() - started)
}

/** Transactions a second of all senders, each in order. */
async function concurrently(devnet: RunningDevnet, senders: string[][]): Promise<number> {
  const started = performance.now()
  await Promise.all(senders.map((raw) => inOrder(devnet, raw.splice(0, CHUNK / SENDERS))))
  return (CHUNK * 1000) / (performance.now() - started)
}

async function inOrder(devnet: RunningDevnet, raw: readonly string[]): Promise<void> {
  for (const transaction of raw) await confirmed(devnet, transaction)
}

async function confirmed({ ask }: RunningDevnet, transaction: string): Promise<void> {
  const hash = await ask('eth_sendRawTransaction', transaction)
  let receipt: unknown = null
  while (receipt === null) receipt = await ask('eth_getTransactionReceipt', hash)
  const { status } = receipt as { status: string }
  if (status !== '0x1') throw new Error(`transfer failed: ${JSON.stringify(receipt)}`)
}
