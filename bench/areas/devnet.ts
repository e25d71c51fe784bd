/** The devnet as its users feel it: how long until it answers, how much memory it takes, how fast transfers go. */
import { privateKeyToAccount } from 'viem/accounts'
import { createDevnet } from '../../cli/library.ts'
import { ANVIL, ANVIL_CHAIN_ID, ANVIL_KEY, anvilProgram } from '../anvil.ts'
import { type BenchOptions, type BenchResult, interleaved } from '../area.ts'
import { days } from '../day.ts'
import { type DevnetCommand, type RunningDevnet, startDevnet } from '../devnet-process.ts'
import { REST_MS } from '../transactions.ts'

const START_ROUNDS = 7
/** 1,000 transfers that count, and a chunk before them that does not. */
const CHUNKS = 10
const CHUNK = 100

export default async function devnet(options: BenchOptions): Promise<BenchResult[]> {
  const ours: DevnetCommand = {
    program: process.execPath,
    args: (port) => [`${options.root}cli/pithead.mjs`, 'devnet', '--port', `${port}`],
  }
  const theirs: DevnetCommand = {
    program: anvilProgram(options),
    args: (port) => ['--port', `${port}`, '--silent'],
  }
  options.log('start')
  const start = await startTimes(ours, theirs)
  options.log('transfers')
  const transfers = await transferRates(ours, theirs)
  options.log('days')
  return [...start, ...transfers, ...(await days())]
}

async function startTimes(ours: DevnetCommand, theirs: DevnetCommand): Promise<BenchResult[]> {
  const memory: number[] = []
  const time = (command: DevnetCommand, use?: (devnet: RunningDevnet) => void) => async () => {
    const running = await startDevnet(command)
    use?.(running)
    await running.stop()
    return running.startMs
  }
  const [us = 0, them = 0] = await interleaved(START_ROUNDS, [
    time(ours, (running) => memory.push(running.rssMb())),
    time(theirs),
  ])
  return [
    { name: 'start', value: us / them, unit: '×', against: ANVIL },
    { name: 'start_ms', value: us, unit: 'ms' },
    { name: 'rss', value: Math.max(...memory), unit: 'MB' },
  ]
}

async function transferRates(ours: DevnetCommand, theirs: DevnetCommand): Promise<BenchResult[]> {
  const { accounts, node } = await createDevnet()
  const total = (CHUNKS + 1) * CHUNK
  const running = [await startDevnet(ours), await startDevnet(theirs)] as const
  try {
    const raw = await Promise.all([
      transfers(accounts[0]!.privateKey, Number(node.params.chainId), 8_000_000n, total),
      transfers(ANVIL_KEY, ANVIL_CHAIN_ID, 21_000n, total),
    ])
    const [us = 0, them = 0] = await interleaved(
      CHUNKS,
      running.map((devnet, i) => () => rate(devnet, raw[i]!.splice(0, CHUNK))),
      REST_MS,
    )
    return [
      { name: 'transfers', value: us / them, unit: '×', against: ANVIL },
      { name: 'transfers_per_s', value: us, unit: '1/s' },
    ]
  } finally {
    for (const devnet of running) await devnet.stop()
  }
}

/** Raw signed transactions with nonces from 0 on. */
async function transfers(
  key: `0x${string}`,
  chainId: number,
  gas: bigint,
  count: number,
): Promise<string[]> {
  const account = privateKeyToAccount(key)
  const to = '0x00000000000000000000000000000000000000aa'
  const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 6n }
  const raw: string[] = []
  for (let nonce = 0; nonce < count; nonce++)
    raw.push(
      await account.signTransaction({
        type: 'eip1559',
        chainId,
        nonce,
        to,
        value: 1n,
        gas,
        ...fees,
      }),
    )
  return raw
}

/** Transfers a second, each sent and its receipt read before the next. */
async function rate({ ask }: RunningDevnet, raw: readonly string[]): Promise<number> {
  const started = performance.now()
  for (const transaction of raw) {
    const hash = await ask('eth_sendRawTransaction', transaction)
    let receipt: unknown = null
    while (receipt === null) receipt = await ask('eth_getTransactionReceipt', hash)
    const { status } = receipt as { status: string }
    if (status !== '0x1') throw new Error(`transfer failed: ${JSON.stringify(receipt)}`)
  }
  return (raw.length * 1000) / (performance.now() - started)
}
