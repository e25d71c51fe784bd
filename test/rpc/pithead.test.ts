// Goal: what takes a storage provider weeks takes a test one call, and the network is still sound. Method: each cheat through the RPC,
// over providers whose software runs, time passed, all invariants checked after.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadDeadline, findSector, loadPartition } from '../../actors/miner/deadlines.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import type { PowerState } from '../../actors/power/state.ts'
import type { RewardState } from '../../actors/reward/state.ts'
import type { DatacapState } from '../../actors/datacap/state.ts'
import { DATACAP_ACTOR, POWER_ACTOR, REWARD_ACTOR } from '../../actors/singletons.ts'
import type { Devnet, DevnetOptions } from '../../engine/devnet.ts'
import { makeMessage, messageToJson } from '../../engine/chain/message.ts'
import { WithdrawBalanceParams } from '../../actors/miner/params.ts'
import { idAddress, parseAddress } from '../../primitives/address.ts'
import { encode } from '../../primitives/codec.ts'
import { type ActorId, fil } from '../../primitives/units.ts'
import { startProviders } from '../../scenarios/agents/provider.ts'
import { type RpcDevnet, rpcDevnet } from '../support/rpc.ts'

const DAY = 2880
const SECTOR = 32n << 30n

/** A devnet whose provider has sectors and proves them. */
async function world(options: DevnetOptions = {}) {
  const net = await rpcDevnet({ seed: 'pithead cheats', sectors: 4, ...options })
  startProviders(net.devnet)
  const { id } = net.devnet.providers[0]!
  return { ...net, id, miner: `f0${id}` }
}

const stateOf = ({ node }: Devnet, id: ActorId): MinerState =>
  node.state.get(id)!.state.get() as MinerState
const powerOf = ({ node }: Devnet, id: ActorId): bigint =>
  (node.state.get(POWER_ACTOR)!.state.get() as PowerState).claims.get(id)!.rawBytePower
const minted = ({ node }: Devnet): bigint =>
  (node.state.get(REWARD_ACTOR)!.state.get() as RewardState).totalStoragePowerReward
const sound = async ({ ask }: RpcDevnet): Promise<void> =>
  assert.equal(await ask('pithead_checkInvariants'), [])

const isFaulty = (state: MinerState, sector: bigint): boolean => {
  const { deadline, partition } = findSector(state, sector)
  return loadPartition(loadDeadline(state, deadline), partition).faults.has(sector)
}

test('time skips to an epoch, with every deadline on the way proven', async () => {
  const net = await world()
  const { devnet, ask, id } = net
  const before = powerOf(devnet, id)
  const reached = await ask<number>('pithead_skipToEpoch', 3 * DAY)
  assert.ok(reached >= 3 * DAY && reached < 3 * DAY + 5)
  assert.is(powerOf(devnet, id) - before, 4n * SECTOR)
  for (let sector = 0n; sector < 4n; sector++) assert.not(isFaulty(stateOf(devnet, id), sector))
  await sound(net)
})

test('time skips to deadlines and to vesting', async () => {
  const net = await world()
  const { devnet, ask, miner } = net
  const next = await ask('pithead_skipToDeadline', miner)
  assert.ok(devnet.node.head.height >= Number(next['Open']))
  const again = await ask('pithead_skipToDeadline', miner)
  assert.is(Number(again['Index']), (Number(next['Index']) + 1) % 48)
  const fifth = await ask('pithead_skipToDeadline', miner, 5)
  assert.is(Number(fifth['Index']), 5)
  assert.ok(devnet.node.head.height < Number(fifth['Close']))
  const available = async () =>
    BigInt(await ask<string>('Filecoin.StateMinerAvailableBalance', miner, null))
  const before = await available()
  const { Vested } = await ask('pithead_skipToNextVesting', miner)
  assert.ok((await available()) - before >= BigInt(String(Vested)))
  await sound(net)
})

test('a miner is made with power, and earns with it once that is a finality old', async () => {
  const net = await world()
  const { devnet, ask } = net
  const power = `0x${(1n << 60n).toString(16)}`
  const made = await ask<Record<string, string>>('pithead_createMiner', { power })
  const { id } = parseAddress(made['Address']!)
  assert.is(powerOf(devnet, id!), 1n << 60n)
  await sound(net)
  await ask('pithead_skipToEpoch', 1200)
  const winners = new Set<string>()
  for (let i = 0; i < 20; i++)
    for (const { miner } of devnet.mine().blocks) winners.add(String(miner))
  assert.ok(winners.has(made['Address']!), 'it makes no blocks')
  assert.ok(stateOf(devnet, id!).lockedFunds > 0n)
  await sound(net)
})

test('a miner is made with sectors of some age, which its software proves', async () => {
  const net = await world()
  const { devnet, ask } = net
  const owner = devnet.accounts[0]!.native
  const request = { owner: String(owner), sectors: 300, age: 90 * DAY }
  const made = await ask<Record<string, string>>('pithead_createMiner', request)
  const { id } = parseAddress(made['Address']!)
  await sound(net)
  const sector = stateOf(devnet, id!).sectors.get(299n)!
  assert.is(sector.activation, devnet.node.head.height + 1 - 90 * DAY)
  assert.ok(sector.initialPledge > 0n)
  await ask('pithead_skipToEpoch', 2 * DAY)
  assert.is(powerOf(devnet, id!), 300n * SECTOR)
  await sound(net)
})

test('sectors are added to a miner there is', async () => {
  const net = await world()
  const { devnet, ask, id, miner } = net
  const numbers = await ask<string[]>('pithead_addSectors', miner, 3)
  assert.equal(numbers, ['4', '5', '6'])
  const before = powerOf(devnet, id)
  await ask('pithead_skipToEpoch', 2 * DAY)
  assert.is(powerOf(devnet, id) - before, 7n * SECTOR)
  await sound(net)
})

test('sectors are faulty at once, and stay so', async () => {
  const net = await world()
  const { devnet, ask, id, miner } = net
  await ask('pithead_skipToEpoch', 2 * DAY)
  const before = powerOf(devnet, id)
  await ask('pithead_setFaulty', miner, [0, '2'])
  assert.is(before - powerOf(devnet, id), 2n * SECTOR)
  await sound(net)
  await ask('pithead_skipToEpoch', 4 * DAY)
  const state = stateOf(devnet, id)
  assert.equal(
    [0n, 1n, 2n, 3n].map((sector) => isFaulty(state, sector)),
    [true, false, true, false],
  )
  await sound(net)
})

test('a missed window makes its sectors faulty, and no others', async () => {
  const net = await world({ sectors: 8 })
  const { devnet, ask, id, miner } = net
  await ask('pithead_skipToEpoch', 2 * DAY)
  const missed = await ask('pithead_missPost', miner)
  const index = Number(missed['Index'])
  await ask('pithead_skipToEpoch', Number(missed['Close']) + 2)
  const state = stateOf(devnet, id)
  for (let sector = 0n; sector < 8n; sector++)
    assert.is(isFaulty(state, sector), findSector(state, sector).deadline === index)
  await sound(net)
})

test('sectors are terminated, with the fee', async () => {
  const net = await world()
  const { devnet, ask, id, miner } = net
  await ask('pithead_skipToEpoch', 2 * DAY)
  const { deadline } = findSector(stateOf(devnet, id), 1n)
  await ask('pithead_skipToDeadline', miner, (deadline + 10) % 48)
  const before = stateOf(devnet, id).initialPledge
  const burnt = devnet.node.state.get(idAddress(99).id!)!.balance
  await ask('pithead_terminate', miner, [1])
  devnet.mine()
  assert.ok(stateOf(devnet, id).initialPledge < before)
  assert.ok(devnet.node.state.get(idAddress(99).id!)!.balance > burnt)
  const { message } = await net.refusal('pithead_terminate', miner, [1])
  assert.match(message, /sector 1/)
  await sound(net)
})

test('vesting is set, and can be withdrawn when it has vested', async () => {
  const net = await world()
  const { devnet, ask, id, miner } = net
  devnet.mine()
  const { height } = devnet.node.head
  const funds = [
    [height + 100, fil('5').toString()],
    [height + 50_000, fil('7').toString()],
  ]
  const table = await ask<{ Epoch: number }[]>('pithead_setVesting', miner, funds)
  assert.ok(table[0]!.Epoch >= height + 100 && table[0]!.Epoch < height + 160)
  assert.is(stateOf(devnet, id).lockedFunds, fil('12'))
  await sound(net)
  await ask('pithead_skipToEpoch', table[0]!.Epoch + 1)
  const { owner } = devnet.providers[0]!
  const params = encode(WithdrawBalanceParams, { amountRequested: fil('1000000') })
  const message = makeMessage({ from: owner, to: idAddress(id), method: 16n, params })
  const { CID } = await ask('Filecoin.MpoolPushMessage', messageToJson(message), null)
  assert.is(Number((await ask('Filecoin.StateWaitMsg', CID))['Receipt']!['ExitCode']), 0)
  await sound(net)
})

test('DataCap is granted', async () => {
  const net = await world()
  const client = net.devnet.accounts[3]!.native
  await net.ask('pithead_grantDataCap', String(client), (1n << 40n).toString())
  await net.ask('pithead_grantDataCap', String(client), 1)
  const { state } = net.devnet.node
  const { token } = state.get(DATACAP_ACTOR)!.state.get() as DatacapState
  const bytes = (1n << 40n) + 1n
  assert.is(token.balances.get(state.resolve(client)!), bytes * 10n ** 18n)
  await sound(net)
})

test('null rounds pay nobody', async () => {
  const { devnet, ask } = await world()
  devnet.mine()
  const before = minted(devnet)
  const { height } = devnet.node.head
  await ask('pithead_injectNulls', 500)
  assert.ok(devnet.node.head.height > height + 500)
  const nulls = minted(devnet) - before
  const start = minted(devnet)
  await ask('pithead_skipToEpoch', devnet.node.head.height + 500)
  assert.ok(minted(devnet) - start > 50n * nulls)
})

test('what breaks the state is found', async () => {
  const { devnet, ask } = await world()
  devnet.node.edit((tree) => tree.deposit(devnet.providers[0]!.id, 5n))
  const broken = await ask<string[]>('pithead_checkInvariants')
  assert.match(broken.join(), /5 more than the supply/)
})

test('pledge is explained by its parts', async () => {
  const { devnet, ask, miner, id } = await world()
  devnet.mine(3)
  const told = await ask<Record<string, string>>('pithead_explainPledge', miner)
  const sum = ['initialPledge', 'lockedFunds', 'preCommitDeposits', 'feeDebt', 'available']
  const total = sum.reduce((all, name) => all + BigInt(told[name]!), 0n)
  assert.is(total, devnet.node.state.get(id)!.balance)
})

test('a snapshot forgets the miners made after it', async () => {
  const net = await world()
  const { devnet, ask } = net
  const agents = devnet.agents.length
  const snapshot = await ask<string>('evm_snapshot')
  const first = await ask('pithead_createMiner', { sectors: 2 })
  assert.is(devnet.agents.length, agents + 1)
  await ask('evm_revert', snapshot)
  assert.is(devnet.agents.length, agents)
  assert.equal(await ask('pithead_createMiner', { sectors: 2 }), first)
  await ask('pithead_skipToEpoch', DAY)
  await sound(net)
})

test('wrong parameters are named', async () => {
  const { refusal, miner } = await world()
  const cases: [string, unknown[], RegExp][] = [
    ['pithead_skipToEpoch', [0], /epoch: expected one after the head's, 0, got 0/],
    ['pithead_skipToEpoch', [1e9], /at most .* epochs/],
    ['pithead_skipToDeadline', ['f01'], /miner: f01 is init, not a miner/],
    ['pithead_skipToDeadline', [miner, 48], /deadline: expected 0 to 47, got 48/],
    ['pithead_setFaulty', [miner, [77]], /sectors: the miner has no sector 77/],
    ['pithead_setFaulty', [miner, 'x'], /param 1: expected an array of sector numbers/],
    ['pithead_missPost', ['f099'], /miner: f099 is account, not a miner/],
    ['pithead_createMiner', [{ powers: 1 }], /expected one of owner, balance/],
    ['pithead_createMiner', [{ balance: '1' }], /balance: 1 is too little/],
    ['pithead_createMiner', [{ owner: 'f0987654' }], /no actor f0987654/],
    ['pithead_addSectors', [miner, 5000], /param 1: expected at most 4096 sectors/],
    ['pithead_setVesting', [miner, [[0, '1']]], /vesting: epoch 0 is not after/],
    ['pithead_setVesting', [miner, [[1e6, '0']]], /vesting: amount 0/],
    ['pithead_grantDataCap', ['f099', 0], /amount: expected at least one byte/],
    ['pithead_injectNulls', [1000], /at most a finality/],
  ]
  for (const [name, params, why] of cases)
    assert.match((await refusal(name, ...params)).message, why, name)
})

test.run()
