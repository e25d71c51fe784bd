// Goal: a test against a devnet begins with clients and a state of its own. Method: the clients a devnet gives, used as their own
// documentation has it; fixtures loaded in any order.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { JsonRpcSigner, parseEther as ether } from 'ethers'
import { parseEther } from 'viem'
import { createDevnet, type DevnetHandle } from '../../cli/library.ts'

const OPTIONS = { crypto: 'modelled', seed: 'clients' } as const
/** Deploys the word 42: `PUSH1 42 PUSH0 MSTORE PUSH1 32 PUSH0 RETURN` behind a constructor that copies it. */
const RETURNS_42 = '0x60088060095f395ff3602a5f5260205ff3'

test('viem reads, sends, deploys and cheats', async () => {
  const devnet = await createDevnet(OPTIONS)
  const { publicClient, wallets, testClient, chain } = await devnet.viem()
  assert.is(chain.id, 314)
  const [alice, bob] = wallets
  const value = parseEther('3')
  const before = await publicClient.getBalance({ address: bob!.account.address })
  const hash = await alice!.sendTransaction({ to: bob!.account.address, value })
  const receipt = await publicClient.waitForTransactionReceipt({ hash })
  assert.is(receipt.status, 'success')
  assert.is((await publicClient.getBalance({ address: bob!.account.address })) - before, value)
  const deployed = await alice!.deployContract({ abi: [], bytecode: RETURNS_42 })
  const { contractAddress } = await publicClient.waitForTransactionReceipt({ hash: deployed })
  const { data } = await publicClient.call({ to: contractAddress! })
  assert.is(BigInt(data!), 42n)
  await testClient.setBalance({ address: bob!.account.address, value: 1n })
  assert.is(await publicClient.getBalance({ address: bob!.account.address }), 1n)
})

test('ethers reads, sends and cheats, also for who has no key here', async () => {
  const devnet = await createDevnet(OPTIONS)
  const { provider, signers } = await devnet.ethers()
  const [alice, bob] = signers
  const before = await provider.getBalance(bob!.address)
  const sent = await alice!.sendTransaction({ to: bob!.address, value: ether('2') })
  const receipt = await sent.wait()
  assert.is(receipt!.status, 1)
  assert.is((await provider.getBalance(bob!.address)) - before, ether('2'))
  const stranger = '0x00000000000000000000000000000000c0ffee00'
  await provider.send('hardhat_setBalance', [stranger, `0x${ether('5').toString(16)}`])
  await provider.send('hardhat_impersonateAccount', [stranger])
  const signer = new JsonRpcSigner(provider, stranger)
  const other = await signer.sendTransaction({ to: alice!.address, value: ether('1') })
  assert.is((await other.wait())!.from.toLowerCase(), stranger)
  assert.is((await provider.getSigner()).address, devnet.accounts[0]!.eth)
  const height = await provider.getBlockNumber()
  await provider.send('evm_increaseTime', [86_400])
  await provider.send('evm_mine', [])
  assert.ok((await provider.getBlockNumber()) >= height + 2880)
})

const balanceOf = async ({ request, accounts }: DevnetHandle, i: number): Promise<bigint> =>
  BigInt(
    (await request({ method: 'eth_getBalance', params: [accounts[i]!.eth, 'latest'] })) as string,
  )

test('fixtures are made once, begin with a fresh devnet, and are come back to', async () => {
  const devnet = await createDevnet(OPTIONS)
  const give = (i: number, balance: string) =>
    devnet.request({ method: 'anvil_setBalance', params: [devnet.accounts[i]!.eth, balance] })
  const fresh = [await balanceOf(devnet, 0), await balanceOf(devnet, 1)]
  let runs = 0
  const rich = async () => {
    runs++
    devnet.mine(2)
    await give(0, '0x64')
    return 'rich' as const
  }
  const poor = async () => {
    await give(1, '0x1')
    return 'poor' as const
  }
  assert.is(await devnet.loadFixture(rich), 'rich')
  const { height } = devnet.node.head
  for (let i = 0; i < 3; i++) {
    devnet.mine(i)
    await give(0, '0x0')
    assert.is(await devnet.loadFixture(rich), 'rich')
    assert.is(devnet.node.head.height, height)
    assert.is(await balanceOf(devnet, 0), 100n)
  }
  assert.is(runs, 1)
  assert.is(await devnet.loadFixture(poor), 'poor')
  assert.equal([await balanceOf(devnet, 0), await balanceOf(devnet, 1)], [fresh[0], 1n])
  await devnet.loadFixture(rich)
  assert.equal([await balanceOf(devnet, 0), await balanceOf(devnet, 1)], [100n, fresh[1]])
})

test('snapshots are taken and gone back to without the RPC', async () => {
  const devnet = await createDevnet(OPTIONS)
  const id = devnet.snapshot()
  devnet.mine(3)
  assert.ok(devnet.revert(id))
  assert.is(devnet.node.head.height, 0)
  assert.is(devnet.revert(id), false)
})

test.run()
