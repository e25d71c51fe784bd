// Goal: contracts are deployed and driven by the clients people use. Method: unmodified ethers and viem against a devnet, with a
// contract that solc compiled: results, logs, and every way to revert.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Contract, ContractFactory, JsonRpcProvider, Wallet } from 'ethers'
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  custom,
  defineChain,
  getContract,
  parseEther,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { DevnetHandle } from '../../cli/library.ts'
import { LEDGER, quickDevnet } from '../support/contract.ts'

async function withEthers(run: (devnet: DevnetHandle, wallet: Wallet) => Promise<void>) {
  const devnet = await quickDevnet()
  const server = await devnet.listen()
  const provider = new JsonRpcProvider(server.url, undefined, {
    staticNetwork: true,
    pollingInterval: 20,
    cacheTimeout: -1,
  })
  try {
    await run(devnet, new Wallet(devnet.accounts[0]!.privateKey, provider))
  } finally {
    provider.destroy()
    await server.close()
  }
}

async function deployed(wallet: Wallet): Promise<Contract> {
  const factory = new ContractFactory(LEDGER.abi as never, LEDGER.bytecode, wallet)
  const contract = await factory.deploy(5n, { value: parseEther('1') })
  await contract.waitForDeployment()
  return contract as Contract
}

test('ethers deploys a contract, calls it, and reads its logs', () =>
  withEthers(async (_, wallet) => {
    const contract = await deployed(wallet)
    const address = await contract.getAddress()
    const provider = wallet.provider!
    assert.is(await contract['total']!(), 5n)
    assert.is(await provider.getBalance(address), parseEther('1'))
    assert.is(await provider.getTransactionCount(address), 1)
    assert.ok((await provider.getCode(address)).length > 1000)
    assert.is(BigInt(await provider.getStorage(address, 0)), 5n)
    assert.is(await contract['move']!.staticCall(7n, 'x'), 12n)
    const sent = await contract['move']!(7n, 'hello')
    const receipt = await sent.wait()
    assert.is(receipt.status, 1)
    assert.is(receipt.logs.length, 2)
    const [moved, plain] = receipt.logs.map((log: { topics: string[]; data: string }) =>
      contract.interface.parseLog(log),
    )
    assert.equal([moved.name, ...moved.args], ['Moved', wallet.address, 7n, 'hello'])
    assert.equal([plain.name, ...plain.args], ['Plain', 7n])
    assert.is(await contract['balances']!(wallet.address), 7n)
    assert.is(BigInt(await provider.getStorage(address, '0x0')), 12n)
  }))

test('ethers decodes what a contract reverts with', () =>
  withEthers(async (_, wallet) => {
    const contract = await deployed(wallet)
    const errorOf = async (work: Promise<unknown>) =>
      (await work.catch((error: unknown) => error)) as {
        code: string
        reason: string | null
        revert: { name: string; args: unknown[] } | null
        data: string
      }
    const custom = await errorOf(contract['move']!.staticCall(2000n, ''))
    assert.is(custom.code, 'CALL_EXCEPTION')
    assert.equal([custom.revert!.name, ...custom.revert!.args], ['TooMuch', 2000n, 1000n])
    const refused = await errorOf(contract['refuse']!())
    assert.is(refused.reason, 'not today')
    const panic = await errorOf(contract['panics']!(0n))
    assert.is(panic.revert!.name, 'Panic')
    assert.is(Number(panic.revert!.args[0]), 0x12)
    assert.is((await errorOf(contract['reverts']!())).data, '0x')
    const estimate = await errorOf(contract['move']!.estimateGas(2000n, ''))
    assert.is(estimate.data, custom.data)
  }))

test('a transaction that reverts is mined, with status 0 and no logs', () =>
  withEthers(async (_, wallet) => {
    const contract = await deployed(wallet)
    const sent = await contract['move']!(2000n, '', { gasLimit: 50_000_000n })
    const failed = await sent.wait().catch((error: { receipt: unknown }) => error.receipt)
    assert.equal([failed.status, failed.logs], [0, []])
    assert.is(await contract['total']!(), 5n)
  }))

test('what nests deep is estimated so that it works', () =>
  withEthers(async (devnet, wallet) => {
    const contract = await deployed(wallet)
    const gas = await contract['nest']!.estimateGas(60n)
    const sent = await contract['nest']!(60n, { gasLimit: gas })
    const receipt = await sent.wait()
    assert.is(receipt.status, 1)
    // More than a quarter above what it used: the plain estimate would not have done.
    assert.ok(gas > (receipt.gasUsed * 5n) / 4n, `${gas} against ${receipt.gasUsed} used`)
    assert.ok(gas < 10_000_000_000n && devnet.node.head.height > 0)
  }))

async function viemClients(devnet: DevnetHandle) {
  const nativeCurrency = { name: 'Filecoin', symbol: 'FIL', decimals: 18 }
  const id = Number(devnet.node.params.chainId)
  const chain = defineChain({ id, name: 'x', nativeCurrency, rpcUrls: { default: { http: [] } } })
  const transport = custom(devnet)
  const account = privateKeyToAccount(devnet.accounts[0]!.privateKey)
  return {
    reader: createPublicClient({ chain, transport, pollingInterval: 20 }),
    wallet: createWalletClient({ chain, transport, account }),
  }
}

test('viem deploys a contract, simulates, writes, and decodes errors and logs', async () => {
  const devnet = await quickDevnet({ preset: '2k' })
  const { reader, wallet } = await viemClients(devnet)
  const hash = await wallet.deployContract({ ...LEDGER, args: [5n] })
  const { contractAddress } = await reader.waitForTransactionReceipt({ hash })
  const ledger = getContract({
    address: contractAddress!,
    abi: LEDGER.abi,
    client: { public: reader, wallet },
  })
  const { request, result } = await ledger.simulate['move']!([7n, 'hi'], {
    value: 3n,
    account: wallet.account,
  })
  assert.is(result, 12n)
  const receipt = await reader.waitForTransactionReceipt({
    hash: await wallet.writeContract(request as never),
  })
  assert.is(receipt.status, 'success')
  assert.is(receipt.logs[0]!.address, contractAddress)
  const error: unknown = await ledger.read['panics']!([0n]).catch((thrown: unknown) => thrown)
  assert.instance(error, BaseError)
  const cause = (error as BaseError).walk((at) => at instanceof ContractFunctionRevertedError)
  assert.match((cause as Error).message, /zero|Panic/i)
  const spawned = await reader.waitForTransactionReceipt({ hash: await ledger.write['spawn']!([]) })
  assert.is(spawned.status, 'success')
  const child = (await ledger.read['lastChild']!()) as `0x${string}`
  assert.ok(await reader.getCode({ address: child }))
  assert.is(await reader.getTransactionCount({ address: contractAddress! }), 2)
  await reader.waitForTransactionReceipt({
    hash: await ledger.write['destroy']!([devnet.accounts[1]!.eth]),
  })
  assert.is(await reader.getCode({ address: contractAddress! }), undefined)
  assert.is(await reader.getTransactionCount({ address: contractAddress! }), 0)
  assert.is(
    await reader.getStorageAt({ address: contractAddress!, slot: '0x0' }),
    `0x${'00'.repeat(32)}`,
  )
})

test.run()
