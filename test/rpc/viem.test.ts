// Goal: viem works as with any Ethereum node. Method: its own clients against a devnet, in this process and over HTTP, send
// FIL from a funded key and read what became of it.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  createPublicClient,
  createWalletClient,
  custom,
  defineChain,
  http,
  parseEther,
  type Transport,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { createDevnet, type DevnetHandle, type DevnetOptions } from '../../cli/library.ts'

async function clientsOf(devnet: DevnetHandle, transport: Transport) {
  const { chainId, name } = devnet.node.params
  const nativeCurrency = { name: 'Filecoin', symbol: 'FIL', decimals: 18 }
  const rpcUrls = { default: { http: [] } }
  const chain = defineChain({ id: Number(chainId), name, nativeCurrency, rpcUrls })
  const [key, other] = devnet.accounts
  return {
    reader: createPublicClient({ chain, transport, pollingInterval: 20 }),
    wallet: createWalletClient({ chain, transport, account: privateKeyToAccount(key!.privateKey) }),
    from: key!.eth,
    to: other!.eth,
  }
}

async function sendAndRead(devnet: DevnetHandle, transport: Transport): Promise<void> {
  const { reader, wallet, from, to } = await clientsOf(devnet, transport)
  const value = parseEther('1.5')
  const before = await reader.getBalance({ address: to })
  for (const type of ['eip1559', 'legacy'] as const) {
    const hash = await wallet.sendTransaction({ to, value, type })
    const receipt = await reader.waitForTransactionReceipt({ hash })
    assert.is(receipt.status, 'success')
    assert.is(receipt.type, type)
    assert.equal([receipt.from, receipt.to], [from.toLowerCase(), to.toLowerCase()])
    const transaction = await reader.getTransaction({ hash })
    assert.is(transaction.value, value)
    assert.is(transaction.blockHash, receipt.blockHash)
    const block = await reader.getBlock({ blockHash: receipt.blockHash })
    assert.equal(block.transactions, [hash])
    assert.ok(receipt.effectiveGasPrice >= block.baseFeePerGas!)
  }
  assert.is((await reader.getBalance({ address: to })) - before, 2n * value)
  assert.is(await reader.getTransactionCount({ address: from }), 2)
}

const OPTIONS: DevnetOptions[] = [{}, { preset: '2k', seed: 'viem' }]

for (const options of OPTIONS) {
  const preset = options.preset ?? 'mainnet'
  test(`sends FIL in this process on ${preset}`, async () => {
    const devnet = await createDevnet(options)
    await sendAndRead(devnet, custom(devnet))
  })

  test(`sends FIL over HTTP on ${preset}`, async () => {
    const devnet = await createDevnet(options)
    const server = await devnet.listen()
    try {
      await sendAndRead(devnet, http(server.url))
    } finally {
      await server.close()
    }
  })
}

test('says why a transaction is refused', async () => {
  const devnet = await createDevnet({ crypto: 'modelled' })
  const { reader, wallet, from, to } = await clientsOf(devnet, custom(devnet))
  const gas = { gas: 3_000_000n, maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 10n ** 5n }
  const message = async (work: Promise<unknown>): Promise<string> => {
    const error: unknown = await work.catch((thrown: unknown) => thrown)
    assert.instance(error, Error)
    return (error as Error).message
  }
  const tooMuch = wallet.sendTransaction({ to, value: parseEther('100001'), ...gas })
  assert.match(await message(tooMuch), /not enough funds/)
  const gap = wallet.sendTransaction({ to, value: 1n, nonce: 3, ...gas })
  assert.match(await message(gap), /nonce gap: expected 0, got 3/)
  const estimate = reader.estimateGas({ account: from, to, value: parseEther('100001') })
  assert.match(await message(estimate), /SysErrInsufficientFunds\(6\)/)
  await wallet.sendTransaction({ to, value: 1n, ...gas })
  const again = wallet.sendTransaction({ to, value: 1n, nonce: 0, ...gas })
  assert.match(await message(again), /[Nn]once/)
})

test('reads fees and blocks by tag', async () => {
  const devnet = await createDevnet({ crypto: 'modelled' })
  const { reader } = await clientsOf(devnet, custom(devnet))
  devnet.mine(3)
  const fees = await reader.estimateFeesPerGas()
  assert.ok(fees.maxFeePerGas > fees.maxPriorityFeePerGas)
  assert.is(fees.maxPriorityFeePerGas, 200_000n)
  const history = await reader.getFeeHistory({ blockCount: 2, rewardPercentiles: [50] })
  assert.is(history.baseFeePerGas.length, 3)
  assert.is((await reader.getBlock({ blockTag: 'finalized' })).number, 0n)
  assert.is(await reader.getBlockNumber(), BigInt(devnet.node.head.height))
  assert.is(await reader.getCode({ address: devnet.accounts[0]!.eth }), undefined)
})

test.run()
