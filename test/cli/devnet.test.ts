// Goal: `pithead devnet` says what a user needs, serves it, and ends when told. Method: the command in a process of its own,
// its output read as a user would, its keys used over its URL.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createWalletClient, defineChain, http, publicActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { plainArguments, startDevnet } from '../../cli/devnet.ts'
import { createDevnet } from '../../cli/library.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const START = `const { main } = await import(${JSON.stringify(MAIN)}); await main(process.argv.slice(1))`

interface Run {
  readonly process: ChildProcess
  /** What was printed before `ready`, and the line itself. */
  readonly lines: readonly string[]
  readonly url: string
}

function start(...args: string[]): ChildProcess {
  const node = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', START]
  return spawn(process.execPath, [...node, 'devnet', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Runs `body` with a devnet that is ready, and ends it. */
async function whenReady(args: string[], body: (run: Run) => Promise<void>): Promise<void> {
  const child = start('--port', '0', ...args)
  try {
    const lines = await untilReady(child)
    await body({ process: child, lines, url: lines.at(-2)! })
  } finally {
    child.kill('SIGKILL')
  }
}

function untilReady(child: ChildProcess): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let [out, err] = ['', '']
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (err += text))
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      out += text
      if (out.endsWith('\nready\n')) resolve(out.trimEnd().split('\n'))
    })
    child.once('exit', (code) => reject(new Error(`exit code ${code}\n${out}${err}`)))
  })
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stderr }
}

async function ask(url: string, method: string, ...params: unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', method, params, id: 1 })
  const response = await fetch(url, { method: 'POST', body })
  return ((await response.json()) as { result: unknown }).result
}

/** Keys as they are printed, four lines each. */
function printedKeys(lines: readonly string[]) {
  const text = lines.join('\n')
  const pattern =
    /\((\d+)\) ([ft]1\S+) {2}(\S+) FIL\n +([ft]410f\S+) {2}(\S+) FIL\n +(0x[\da-fA-F]{40})\n +private key (0x[\da-f]{64})\n/g
  return [...text.matchAll(pattern)].map(([, index, native, balance, delegated, , eth, key]) => ({
    index: Number(index),
    native: native!,
    delegated: delegated!,
    balance: balance!,
    eth: eth as `0x${string}`,
    key: key as `0x${string}`,
  }))
}

test('prints ten funded keys, the providers and the URL, and the keys work', async () => {
  await whenReady([], async ({ lines, url }) => {
    assert.is(lines[0], 'network  pithead-mainnet, chain id 314, network version 28')
    assert.is(lines[1], 'seed     pithead')
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/rpc\/v1$/)
    const keys = printedKeys(lines)
    assert.equal(
      keys.map(({ index }) => index),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    )
    for (const { native, delegated, balance, eth, key } of keys) {
      assert.is(privateKeyToAccount(key).address, eth)
      for (const address of [native, delegated])
        assert.is(await ask(url, 'Filecoin.WalletBalance', address), `${balance}${'0'.repeat(18)}`)
      assert.is(await ask(url, 'Filecoin.EthAddressToFilecoinAddress', eth), delegated)
    }
    const providers = lines.filter((line) => /^ {2}f0\d+ {2}1 EiB {2}owner f3\w+$/.test(line))
    assert.equal(
      providers.map((line) => line.trim().split(' ')[0]).sort(),
      ((await ask(url, 'Filecoin.StateListMiners', null)) as string[]).sort(),
    )
    const chain = defineChain({
      id: 314,
      name: 'devnet',
      nativeCurrency: { name: 'Filecoin', symbol: 'FIL', decimals: 18 },
      rpcUrls: { default: { http: [url] } },
    })
    const account = privateKeyToAccount(keys[3]!.key)
    const wallet = createWalletClient({ chain, transport: http(), account }).extend(publicActions)
    const hash = await wallet.sendTransaction({ to: keys[4]!.eth, value: 10n ** 18n })
    assert.is((await wallet.waitForTransactionReceipt({ hash })).status, 'success')
    assert.is(
      await ask(url, 'Filecoin.WalletBalance', keys[4]!.delegated),
      `100001${'0'.repeat(18)}`,
    )
  })
})

test('options choose the network, and the same seed gives the same keys', async () => {
  const args = ['--preset', '2k', '--seed', 'x y', '--sps', '3', '--accounts', '2']
  const devnet = await createDevnet({ preset: '2k', seed: 'x y', sps: 3, accounts: 2 })
  await whenReady(args, async ({ lines }) => {
    assert.is(lines[0], 'network  pithead-2k, chain id 31415926, network version 28')
    assert.is(lines[1], 'seed     x y')
    assert.equal(
      printedKeys(lines).map(({ native, delegated, eth, key }) => [native, delegated, eth, key]),
      devnet.accounts.map(({ native, delegated, eth, privateKey }) => [
        native,
        delegated,
        eth,
        privateKey,
      ]),
    )
    const providers = lines.filter((line) => /^ {2}t0\d+ {2}16 KiB {2}owner t3\w+$/.test(line))
    assert.is(providers.length, 3)
  })
})

test('artifacts are read at the start', async () => {
  const folder = 'test/fixtures/contracts'
  await whenReady(['--artifacts', folder], async ({ url }) => {
    assert.is(await ask(url, 'eth_chainId'), '0x13a')
  })
})

test('strict-lotus leaves out what Lotus has not', async () => {
  await whenReady(['--strict-lotus'], async ({ url }) => {
    assert.equal(await ask(url, 'eth_accounts'), [])
    assert.is(await ask(url, 'evm_mine'), undefined)
    assert.is(await ask(url, 'eth_blockNumber'), '0x0')
  })
})

test('a block time makes tipsets by the clock', async () => {
  await whenReady(['--block-time', '0.05'], async ({ url }) => {
    const height = async () => Number(await ask(url, 'eth_blockNumber'))
    const before = await height()
    for (let i = 0; i < 2000 && (await height()) < before + 3; i++)
      await new Promise((done) => setTimeout(done, 20))
    assert.ok((await height()) >= before + 3)
  })
})

test('without a block time nothing happens until somebody asks', async () => {
  await whenReady([], async ({ url }) => {
    await new Promise((done) => setTimeout(done, 200))
    assert.is(await ask(url, 'eth_blockNumber'), '0x0')
  })
})

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`${signal} ends it with exit code 0, connections open or not`, async () => {
    await whenReady([], async ({ process: child, url }) => {
      await ask(url, 'eth_chainId') // leaves a connection open
      const end = ended(child)
      child.kill(signal)
      assert.equal(await end, { code: 0, stderr: '' })
    })
  })

test('what is wrong with the command is one line, and exit code 2', async () => {
  const other = createServer()
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  const taken = String((other.address() as AddressInfo).port)
  const cases: [args: string[], stderr: string][] = [
    [['--port', taken], `port: ${taken} is already in use on 127.0.0.1`],
    [['--preset', 'moon'], 'preset: expected mainnet or 2k, got "moon"'],
    [['--sp', '3'], 'Unknown argument: sp'],
  ]
  const ends = await Promise.all(cases.map(([args]) => ended(start(...args))))
  for (const [i, [args, stderr]] of cases.entries())
    assert.equal(ends[i], { code: 2, stderr: `pithead: ${stderr}\n` }, args.join(' '))
  other.close()
})

test('every option says what it expects', async () => {
  const cases: [args: string[], message: string][] = [
    [['--port', '70000'], 'port: expected a whole number up to 65535, got "70000"'],
    [['--port', 'x'], 'port: expected a whole number up to 65535, got "x"'],
    [['--port='], 'port: expected a whole number up to 65535, got ""'],
    [['--sps', '0'], 'sps: expected 1 to 1000, got 0'],
    [['--sps', '2.5'], 'sps: expected a whole number, got "2.5"'],
    [['--accounts=-1'], 'accounts: expected a whole number, got "-1"'],
    [['--accounts', '1001'], 'accounts: expected 0 to 1000, got 1001'],
    [['--artifacts', 'nowhere'], 'artifacts: nowhere is no folder'],
    [['--block-time', 'soon'], 'block-time: expected seconds from 0 to 86400, got "soon"'],
  ]
  for (const [args, message] of cases) {
    const error: unknown = await startDevnet(plainArguments(args)!).catch((thrown) => thrown)
    assert.instance(error, InvalidInput)
    assert.is((error as Error).message, message)
  }
})

test('only a plain command line is read without yargs', () => {
  const defaults = plainArguments([])!
  assert.is(defaults.port, '1234')
  assert.equal(plainArguments(['--port', '1', '--seed=a b']), {
    ...defaults,
    port: '1',
    seed: 'a b',
  })
  for (const args of [['--help'], ['--bogus'], ['extra'], ['--port'], ['-h']])
    assert.is(plainArguments(args), undefined, args.join(' '))
})

test('--help lists the options', async () => {
  const child = start('--help')
  let text = ''
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  assert.is((await ended(child)).code, 0)
  for (const option of [
    'port',
    'host',
    'seed',
    'sps',
    'accounts',
    'preset',
    'block-time',
    'strict-lotus',
  ])
    assert.match(text, `--${option} `)
})

test.run()
