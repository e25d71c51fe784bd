// Goal: cheats do what they say, keep the state sound, and name what is wrong with a parameter. Method: each through the RPC, the state
// checked by the invariants of all actors, the chain compared with one that was not cheated.
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { brokenInvariants, factsOfGenesis } from '../../actors/invariants.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import type { Devnet } from '../../engine/devnet.ts'
import { actorMap } from '../../engine/replay/end-state.ts'
import { fil } from '../../primitives/units.ts'
import { METHODS } from '../../rpc/methods/index.ts'
import { eth, type Json, rpcDevnet, signedOf } from '../support/rpc.ts'

function broken({ node }: Devnet): string[] {
  const { params, manifest, overrides, origin } = node
  const facts = { policy: params.policy, manifest }
  const genesis = factsOfGenesis(actorMap(origin.done.state), facts)
  const supply = genesis.supply + overrides.minted
  return brokenInvariants(actorMap(node.store.execution(node.head).state), {
    ...facts,
    ...genesis,
    supply,
  })
}

test('money of cheats is counted, does not circulate, and comes back with a snapshot', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const { node } = devnet
  const circulating = () => node.supply(node.state.snapshot(), node.head.height).filCirculating
  devnet.mine()
  const before = circulating()
  const id = await ask<string>('evm_snapshot')
  await ask('anvil_setBalance', eth(devnet.accounts[0]!), `0x${fil('3000000').toString(16)}`)
  await ask('anvil_addBalance', eth(devnet.accounts[1]!), '0x10')
  await ask('evm_setAccountBalance', eth(devnet.accounts[2]!), '0x0')
  assert.is(node.overrides.minted, fil('2900000') + 16n - fil('100000'))
  assert.is(circulating(), before)
  assert.equal(broken(devnet), [])
  devnet.mine(3)
  assert.equal(broken(devnet), [])
  await ask('evm_revert', id)
  assert.is(node.overrides.minted, 0n)
  const power = await refusal('anvil_setBalance', 'f04', '0x5')
  assert.match(power.message, /address: f04 is storagepower: its state says how much it has/)
})

test('a miner keeps what it has locked', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const { id } = devnet.providers[0]!
  devnet.mine(2)
  const state = devnet.node.state.get(id)!.state.get() as MinerState
  const locked = state.initialPledge + state.lockedFunds + state.preCommitDeposits
  const { message } = await refusal('anvil_setBalance', `f0${id}`, (locked - 1n).toString())
  assert.match(message, /balance: .* is below what the miner has locked/)
  await ask('anvil_setBalance', `f0${id}`, locked.toString())
  assert.is(await ask('Filecoin.StateMinerAvailableBalance', `f0${id}`, null), '0')
  assert.equal(broken(devnet), [])
})

test('accounts of every kind are made by giving to them', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const f1 = 'f1abjxfbp274xpdqcpuaykwkfb43omjotacm2p3za'
  for (const who of [f1, '0x00000000000000000000000000000000c0ffee01']) {
    await ask('anvil_setBalance', who, '0x64')
    assert.equal(broken(devnet), [])
  }
  assert.is(await ask('Filecoin.WalletBalance', f1), '100')
  const { message } = await refusal('anvil_setBalance', 'f0424242', '0x1')
  assert.match(message, /no actor f0424242/)
})

test('a rollback goes back by tipsets, and what cannot follow any more is dropped', async () => {
  const { devnet, ask } = await rpcDevnet()
  devnet.mine(3)
  const { height } = devnet.node.head
  devnet.mine(2)
  await ask('anvil_rollback', 2)
  assert.is(devnet.node.head.height, height)
  devnet.push(signedOf(devnet))
  devnet.automine = false
  devnet.push(signedOf(devnet, { nonce: 1n }))
  await ask('anvil_rollback')
  assert.is(devnet.node.pool.size, 0)
  await ask('anvil_rollback', 99)
  assert.is(devnet.node.head.height, 0)
  assert.ok(devnet.mine().height > 0)
})

test('a reorganisation makes other tipsets, with the messages of those it replaces', async () => {
  const { devnet, ask } = await rpcDevnet()
  devnet.mine(2)
  const base = devnet.node.head
  const cid = devnet.push(signedOf(devnet))
  devnet.mine()
  const gone = devnet.node.head
  await ask('anvil_reorg', 2)
  assert.is(devnet.node.store.tipset(gone.cids), undefined)
  assert.ok(devnet.node.store.parent(devnet.node.store.parent(devnet.node.head)!)!.key === base.key)
  const at = devnet.node.store.locate(cid)!
  assert.ok(at.tipset.height > base.height + 1)
})

test('mine_detailed tells what is in the tipsets', async () => {
  const { devnet, ask } = await rpcDevnet()
  devnet.automine = false
  devnet.push(signedOf(devnet))
  const blocks = await ask<Json[]>('anvil_mine_detailed', { blocks: '0x2' } as unknown as Json)
  assert.is(blocks.length, 2)
  assert.is((blocks[0]!['transactions'] as unknown as Json[]).length, 1)
})

test('the node tells how it stands', async () => {
  const { devnet, ask } = await rpcDevnet()
  devnet.mine(2)
  const info = await ask('anvil_nodeInfo')
  assert.is(Number(info['currentBlockNumber']), devnet.node.head.height)
  const metadata = await ask('hardhat_metadata')
  assert.is(metadata['chainId'] as unknown, 314)
  assert.is(metadata['latestBlockHash'], info['currentBlockHash'])
  assert.is(await ask('anvil_getGenesisTime'), devnet.params.genesisTime)
})

test('with a coinbase one miner makes all blocks', async () => {
  const { devnet, ask } = await rpcDevnet({ sps: 3 })
  const chosen = `f0${devnet.providers[1]!.id}`
  await ask('hardhat_setCoinbase', chosen)
  const miners = new Set<string>()
  for (let i = 0; i < 10; i++)
    for (const { miner } of devnet.mine().blocks) miners.add(String(miner))
  assert.equal([...miners], [chosen])
})

test('wrong parameters are named', async () => {
  const { refusal } = await rpcDevnet()
  const cases: [string, unknown[], RegExp][] = [
    ['anvil_setBalance', ['0x12', '0x1'], /anvil_setBalance param 0: expected an Ethereum address/],
    ['hardhat_setBalance', ['f0100', '-1'], /param 1: expected an integer/],
    [
      'anvil_setNonce',
      ['f0100', `0x1${'0'.repeat(16)}`],
      /param 1: expected an integer below 2\^64/,
    ],
    ['anvil_setCode', ['f0100', '0x1'], /param 1: expected 0x-prefixed bytes/],
    ['anvil_setCode', [eth0(1), `0xef`], /code: begins with 0xef/],
    ['anvil_setCode', [eth0(1), `0x${'00'.repeat(24_577)}`], /code: 24577 bytes, at most 24576/],
    ['anvil_setStorageAt', [eth0(1), 'x', '0x0'], /param 1/],
    ['hardhat_mine', ['0x989680'], /param 0: expected at most 100000 tipsets/],
    ['evm_mine', [{ blocks: 'x' }], /param 0: blocks: expected an integer/],
    ['evm_setNextBlockTimestamp', [5], /timestamp: 5 is before the next tipset's earliest/],
    ['evm_setAutomine', ['yes'], /param 0: expected true or false/],
    ['evm_setIntervalMining', [-1], /param 0/],
    ['evm_setBlockGasLimit', ['0x2540be401'], /gasLimit: expected 1 to 10000000000/],
    ['evm_revert', [], /param 0: expected an integer, got nothing/],
    ['anvil_loadState', ['0x1f8b'], /state/],
    ['anvil_reorg', [1, [['0x', 0]]], /param 1: expected no transactions/],
    ['anvil_dropTransaction', ['0x12'], /param 0: expected a 32-byte hash/],
    ['anvil_setChainId', [1], /the chain id belongs to the network/],
    ['hardhat_setPrevRandao', ['0x1'], /randomness is drawn from the beacon/],
  ]
  for (const [name, params, why] of cases)
    assert.match((await refusal(name, ...params)).message, why, name)
})

test('the document names every cheat', () => {
  const text = readFileSync(new URL('../../docs/cheats.md', import.meta.url), 'utf8')
  const cheats = METHODS.map(({ name }) => name).filter((name) => /^(anvil|pithead)_/.test(name))
  assert.ok(cheats.length > 50)
  const missing = cheats.filter((name) => {
    const [prefix, rest] = [name.split('_', 1)[0]!, name.replace(/^[a-z]+_/, '')]
    return !new RegExp(prefix === 'pithead' ? `\\b${name}\\b` : `\\b${rest}\\b`).test(text)
  })
  assert.equal(missing, [])
})

const eth0 = (n: number): string => `0x${n.toString(16).padStart(4, '0').padEnd(40, '7')}`

test.run()
