import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { createDevnet } from 'pithead'
import { createPublicClient, createWalletClient, custom } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { compile } from '../compile.mjs'

const MINER = 1000n
const MASKED = `0xff${MINER.toString(16).padStart(38, '0')}`
const WEEK = 7 * 24 * 3600

describe('MinerWatch', () => {
  const { abi, bytecode } = compile('MinerWatch')
  let devnet, reader, wallet, watch, snapshot

  before(async () => {
    // A network in this process: no port, no other program. The same seed gives the same network.
    devnet = await createDevnet({ seed: 'miner watch' })
    const transport = custom(devnet)
    reader = createPublicClient({ transport, pollingInterval: 10, cacheTime: 0 })
    const account = privateKeyToAccount(devnet.accounts[0].privateKey)
    wallet = createWalletClient({ account, transport })
    const hash = await wallet.deployContract({ abi, bytecode, chain: null })
    const receipt = await reader.waitForTransactionReceipt({ hash })
    watch = { abi, address: receipt.contractAddress }
  })

  // What a test does to the chain is undone.
  beforeEach(async () => (snapshot = await devnet.request({ method: 'evm_snapshot' })))
  afterEach(() => devnet.request({ method: 'evm_revert', params: [snapshot] }))

  const look = async () => {
    const hash = await wallet.writeContract({
      ...watch,
      functionName: 'look',
      args: [MINER],
      chain: null,
    })
    return reader.waitForTransactionReceipt({ hash })
  }
  const seen = () => reader.readContract({ ...watch, functionName: 'seen', args: [MINER] })

  it('writes down what a real miner has', async () => {
    const { status } = await look()
    assert.equal(status, 'success')
    const balance = await reader.getBalance({ address: MASKED })
    assert.ok((await seen()) > 0n && (await seen()) <= balance)
  })

  it('sees the miner earn in a week', async () => {
    await look()
    const first = await seen()
    await devnet.request({ method: 'evm_increaseTime', params: [WEEK] })
    await devnet.request({ method: 'evm_mine' })
    await look()
    assert.ok((await seen()) > first)
  })

  it('starts every test from the same chain', async () => {
    assert.equal(await seen(), 0n)
  })

  it('says by name why a call fails', async () => {
    const call = { ...watch, functionName: 'look', args: [4n] }
    const error = await reader.simulateContract(call).catch((thrown) => thrown)
    const { data } = error.walk((cause) => cause.data?.errorName)
    assert.equal(data.errorName, 'ActorFailed')
    assert.deepEqual(data.args, [4n, 22n])
  })
})
