// Goal: viem's test client, as it is, finds everything it calls. Method: its 30 actions in each of its modes, each with what it does
// read back; the names that Ganache has are used where it has others.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  createTestClient,
  custom,
  defineChain,
  getAddress,
  type Hex,
  parseEther,
  publicActions,
  walletActions,
} from 'viem'
import { createDevnet } from '../../cli/library.ts'
import { formatEthAddress, maskedIdAddress } from '../../primitives/eth-address.ts'

/** Returns the word in slot 0. */
const READS_SLOT_0 = '0x5f545f5260205ff3'
const STRANGER = '0x00000000000000000000000000000000c0ffee00'
const word = (n: bigint): Hex => `0x${n.toString(16).padStart(64, '0')}`

async function clientOf(mode: TestClientMode) {
  const devnet = await createDevnet({ crypto: 'modelled', seed: mode })
  const { chainId, name, blockDelay } = devnet.node.params
  const nativeCurrency = { name: 'Filecoin', symbol: 'FIL', decimals: 18 }
  const rpcUrls = { default: { http: [] } }
  const chain = defineChain({ id: Number(chainId), name, nativeCurrency, rpcUrls })
  const client = createTestClient({
    mode,
    chain,
    transport: custom(devnet, { retryCount: 0 }),
    cacheTime: 0,
  })
    .extend(publicActions)
    .extend(walletActions)
  return {
    devnet,
    client,
    blockDelay,
    alice: devnet.accounts[0]!.eth,
    bob: devnet.accounts[1]!.eth,
  }
}

type World = Awaited<ReturnType<typeof clientOf>>

const time = async ({ client }: World): Promise<number> =>
  Number((await client.getBlock()).timestamp)
const message = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.instance(error, Error, 'nothing was refused')
  return (error as Error).message
}

const MODES = ['hardhat', 'anvil', 'ganache'] as const
type TestClientMode = (typeof MODES)[number]

function eachMode(name: string, run: (world: World, mode: TestClientMode) => Promise<void>): void {
  for (const mode of MODES)
    test(`${name}, mode ${mode}`, async () => run(await clientOf(mode), mode))
}

eachMode('mine, increaseTime and the times of blocks', async (world, mode) => {
  const { client, blockDelay } = world
  const start = await time(world)
  await client.mine({ blocks: 2 })
  assert.ok((await time(world)) >= start + 2 * blockDelay)
  const before = await time(world)
  await client.mine({ blocks: 3, interval: 3600 })
  if (mode !== 'ganache') assert.ok((await time(world)) >= before + 2 * 3600)
  const mined = await time(world)
  await client.increaseTime({ seconds: 86_400 })
  await client.mine({ blocks: 1 })
  assert.ok((await time(world)) >= mined + 86_400)
  const next = (await time(world)) + 40 * blockDelay
  await client.setNextBlockTimestamp({ timestamp: BigInt(next) })
  await client.mine({ blocks: 1 })
  assert.ok((await time(world)) >= next && (await time(world)) < next + 10 * blockDelay)
  await client.setBlockTimestampInterval({ interval: 600 })
  const spaced = await time(world)
  await client.mine({ blocks: 2 })
  assert.ok((await time(world)) >= spaced + 1200)
  await client.removeBlockTimestampInterval()
  const usual = await time(world)
  await client.mine({ blocks: 1 })
  assert.ok((await time(world)) < usual + 600)
})

eachMode('setAutomine, getAutomine and setIntervalMining', async (world) => {
  const { client, alice, bob } = world
  assert.is(await client.getAutomine(), true)
  await client.setAutomine(false)
  assert.is(await client.getAutomine(), false)
  await client.impersonateAccount({ address: alice })
  const hash = await client.sendUnsignedTransaction({ from: alice, to: bob, value: 1n })
  await client.getTransactionReceipt({ hash }).then(
    () => assert.unreachable('it is mined'),
    () => undefined,
  )
  const height = await client.getBlockNumber()
  await client.setIntervalMining({ interval: 1 })
  const receipt = await client.waitForTransactionReceipt({ hash, pollingInterval: 50 })
  assert.is(receipt.status, 'success')
  assert.ok((await client.getBlockNumber()) > height)
  await client.setIntervalMining({ interval: 0 })
  await client.setAutomine(true)
})

eachMode('setBalance, setNonce, setCode and setStorageAt', async ({ client, alice, devnet }) => {
  await client.setBalance({ address: STRANGER, value: parseEther('12') })
  assert.is(await client.getBalance({ address: STRANGER }), parseEther('12'))
  await client.setBalance({ address: STRANGER, value: 5n })
  assert.is(await client.getBalance({ address: STRANGER }), 5n)
  await client.setNonce({ address: STRANGER, nonce: 7 })
  assert.is(await client.getTransactionCount({ address: STRANGER }), 7)
  await client.setCode({ address: alice, bytecode: READS_SLOT_0 })
  assert.is(await client.getCode({ address: alice }), READS_SLOT_0)
  await client.setStorageAt({ address: alice, index: 0, value: word(42n) })
  assert.is(await client.getStorageAt({ address: alice, slot: word(0n) }), word(42n))
  assert.is((await client.call({ to: alice })).data, word(42n))
  const miner = formatEthAddress(maskedIdAddress(devnet.providers[0]!.id)) as Hex
  const code = client.setCode({ address: miner, bytecode: READS_SLOT_0 })
  assert.match(await message(code), /only f410 addresses can be contracts/)
  const none = client.setStorageAt({ address: STRANGER, index: 0, value: word(1n) })
  assert.match(await message(none), /no contract/)
})

eachMode('snapshot, revert and reset', async ({ client }) => {
  const id = await client.snapshot()
  const height = await client.getBlockNumber()
  await client.setBalance({ address: STRANGER, value: 9n })
  await client.mine({ blocks: 4 })
  await client.revert({ id })
  assert.is(await client.getBlockNumber(), height)
  assert.is(await client.getBalance({ address: STRANGER }), 0n)
  await client.setBalance({ address: STRANGER, value: 9n })
  await client.mine({ blocks: 4 })
  await client.reset()
  assert.is(await client.getBlockNumber(), 0n)
  assert.is(await client.getBalance({ address: STRANGER }), 0n)
  const fork = client.reset({ jsonRpcUrl: 'https://node.example', blockNumber: 1n })
  assert.match(await message(fork), /does not fork another/)
})

eachMode('dumpState and loadState', async (world) => {
  const { client } = world
  await client.setBalance({ address: STRANGER, value: 77n })
  await client.mine({ blocks: 30 })
  const state = await client.dumpState()
  const height = await client.getBlockNumber()
  await client.reset()
  await client.loadState({ state })
  assert.ok((await client.getBlockNumber()) >= height)
  assert.is(await client.getBalance({ address: STRANGER }), 77n)
  await client.setBalance({ address: STRANGER, value: 78n })
  await client.mine({ blocks: 5 })
  await client.loadState({ state })
  assert.is(await client.getBalance({ address: STRANGER }), 77n)
  await client.mine({ blocks: 3 })
  assert.match(await message(client.loadState({ state: '0x00' })), /state/)
})

eachMode(
  'the pool: content, status, inspect and dropTransaction',
  async ({ client, alice, bob }) => {
    await client.setAutomine(false)
    await client.impersonateAccount({ address: alice })
    const send = () => client.sendUnsignedTransaction({ from: alice, to: bob, value: 3n })
    const [first, second] = [await send(), await send()]
    assert.equal(await client.getTxpoolStatus(), { pending: 2, queued: 0 })
    const { pending } = await client.getTxpoolContent()
    const waiting = pending[getAddress(alice)]!
    assert.equal([waiting['0']!.hash, waiting['1']!.hash], [first, second])
    const lines = (await client.inspectTxpool()).pending[getAddress(alice)]!
    assert.match(lines['0']!, `${bob.toLowerCase()}: 3 wei`)
    await client.dropTransaction({ hash: second })
    assert.equal(await client.getTxpoolStatus(), { pending: 1, queued: 0 })
    await client.mine({ blocks: 1 })
    assert.is((await client.getTransactionReceipt({ hash: first })).status, 'success')
    assert.match(await message(client.dropTransaction({ hash: first })), /on the chain already/)
  },
)

eachMode(
  'impersonateAccount, stopImpersonatingAccount and sendUnsignedTransaction',
  async (world) => {
    const { client, bob } = world
    await client.setBalance({ address: STRANGER, value: parseEther('3') })
    const request = { from: STRANGER, to: bob, value: parseEther('1') } as const
    assert.match(await message(client.sendUnsignedTransaction(request)), /is not impersonated/)
    await client.impersonateAccount({ address: STRANGER })
    const before = await client.getBalance({ address: bob })
    const hash = await client.sendUnsignedTransaction(request)
    const receipt = await client.getTransactionReceipt({ hash })
    assert.is(receipt.from, STRANGER)
    assert.is((await client.getBalance({ address: bob })) - before, parseEther('1'))
    await client.stopImpersonatingAccount({ address: STRANGER })
    assert.match(await message(client.sendUnsignedTransaction(request)), /is not impersonated/)
  },
)

eachMode('fees, limits and who makes blocks', async ({ client, alice, bob, devnet }) => {
  await client.setNextBlockBaseFeePerGas({ baseFeePerGas: 12_345n })
  await client.mine({ blocks: 1 })
  assert.is((await client.getBlock()).baseFeePerGas, 12_345n)
  await client.mine({ blocks: 1 })
  assert.ok((await client.getBlock()).baseFeePerGas! < 12_345n)
  await client.setNextBlockBaseFeePerGas({ baseFeePerGas: 0n })
  await client.mine({ blocks: 2 })
  await client.impersonateAccount({ address: alice })
  const send = (gas: bigint) =>
    client.sendUnsignedTransaction({ from: alice, to: bob, gas, gasPrice: 10n ** 6n })
  await client.setBlockGasLimit({ gasLimit: 50_000_000n })
  assert.is((await client.getBlock()).gasLimit, 50_000_000n)
  assert.match(await message(send(60_000_000n)), /GasLimit/)
  await client.setMinGasPrice({ gasPrice: 10n ** 9n })
  assert.match(await message(send(10_000_000n)), /GasFeeCap/)
  await client.setMinGasPrice({ gasPrice: 100n })
  await send(10_000_000n)
  const miner = formatEthAddress(maskedIdAddress(devnet.providers[0]!.id)) as Hex
  await client.setCoinbase({ address: miner })
  await client.mine({ blocks: 1 })
  assert.match(await message(client.setCoinbase({ address: alice })), /no miner with power/)
})

eachMode('setLoggingEnabled is taken, setRpcUrl refused with the reason', async ({ client }) => {
  await client.setLoggingEnabled(false)
  assert.match(await message(client.setRpcUrl('https://node.example')), /does not fork another/)
})

test.run()
