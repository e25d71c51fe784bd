// Goal: sectors, partitions and deadlines are told as Lotus tells them. Method: a miner with sectors from genesis, whose state is
// known; what does not exist, and bitfields in both directions.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { MinerState } from '../../actors/miner/state.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import { bitfield, bitfieldToJson } from '../../rpc/bitfield-json.ts'
import { int, type Json, rpcDevnet } from '../support/rpc.ts'

async function withSectors() {
  const rpc = await rpcDevnet({ preset: '2k', sectors: 3 })
  const { id } = rpc.devnet.providers[0]!
  const state = () => rpc.devnet.node.state.get(id)!.state.get() as MinerState
  return { ...rpc, miner: `t0${id}`, state }
}

test('bitfields are lengths of runs, gaps first', () => {
  for (const [members, json] of [
    [[], [0]],
    [
      [0, 1, 2],
      [0, 3],
    ],
    [[5], [5, 1]],
    [
      [1, 2, 7],
      [1, 2, 4, 1],
    ],
  ] as const) {
    assert.equal(bitfieldToJson(Bitfield.of(members)), json)
    assert.ok(bitfield(json).equals(Bitfield.of(members)))
  }
  for (const wrong of [{}, [-1], ['1'], [1.5]]) assert.throws(() => bitfield(wrong), /a bitfield/)
})

test('sectors are counted and told', async () => {
  const { ask, miner, state } = await withSectors()
  // Nothing is proven yet.
  const count = { Live: 3, Active: 0, Faulty: 0 }
  assert.equal(await ask('Filecoin.StateMinerSectorCount', miner, null), count)
  assert.equal(await ask('Filecoin.StateMinerActiveSectors', miner, null), [])
  const sectors = await ask<Json[]>('Filecoin.StateMinerSectors', miner, null, null)
  assert.is(sectors.length, 3)
  const [first] = [...state().sectors.toAmt().values()]
  const number = Number(first!.sectorNumber)
  assert.equal(await ask('Filecoin.StateSectorGetInfo', miner, number, null), sectors[0])
  assert.is(sectors[0]!['InitialPledge'], first!.initialPledge.toString())
  assert.equal(sectors[0]!['SealedCID'], first!.sealedCid.toJSON())
  const some = await ask<Json[]>('Filecoin.StateMinerSectors', miner, [number, 1], null)
  assert.equal(some, [sectors[0]])
  const allocated = bitfield(await ask('Filecoin.StateMinerAllocated', miner, null))
  assert.ok(allocated.has(number))
  assert.is(await ask('Filecoin.StateSectorGetInfo', miner, 999, null), null)
  assert.is(await ask('Filecoin.StateSectorPreCommitInfo', miner, 999, null), null)
})

test('partitions and deadlines hold the sectors', async () => {
  const { ask, miner, devnet, state } = await withSectors()
  const deadlines = await ask<Json[]>('Filecoin.StateMinerDeadlines', miner, null)
  const { policy } = devnet.params
  assert.is(deadlines.length, policy.wpostPeriodDeadlines)
  assert.equal(deadlines[0]!['PostSubmissions'], [0])
  const [info] = [...state().sectors.toAmt().values()]
  const number = Number(info!.sectorNumber)
  const place = await ask('Filecoin.StateSectorPartition', miner, number, null)
  const partitions = await ask<Json[]>(
    'Filecoin.StateMinerPartitions',
    miner,
    place['Deadline'],
    null,
  )
  const { AllSectors, LiveSectors, FaultySectors } = partitions[int(place['Partition'])]!
  assert.ok(bitfield(AllSectors).has(number))
  assert.equal([LiveSectors, FaultySectors], [AllSectors, [0]])
  const { OnTime, Early } = await ask('Filecoin.StateSectorExpiration', miner, number, null)
  assert.ok(
    int(OnTime) >= info!.expiration && int(OnTime) < info!.expiration + policy.wpostProvingPeriod,
  )
  assert.is(Early, 0)
  assert.equal(await ask('Filecoin.StateMinerFaults', miner, null), [0])
  assert.equal(await ask('Filecoin.StateMinerRecoveries', miner, null), [0])
})

test('the proving deadline is the one that is open, or the next', async () => {
  const { ask, miner, devnet } = await withSectors()
  devnet.mine(5)
  const info = await ask('Filecoin.StateMinerProvingDeadline', miner, null)
  const { height } = devnet.node.head
  const { policy } = devnet.params
  assert.is(info['CurrentEpoch'], height)
  assert.ok(int(info['Close']) > height)
  assert.is(int(info['Close']) - int(info['Open']), policy.wpostChallengeWindow)
  assert.is(int(info['Open']) - int(info['Challenge']), policy.wpostChallengeLookback)
  assert.is(info['WPoStProvingPeriod'], policy.wpostProvingPeriod)
})

test('what is not there, or is no miner, is refused', async () => {
  const { refusal, miner } = await withSectors()
  const says = async (method: string, ...params: unknown[]) =>
    refusal(`Filecoin.${method}`, ...params)
  assert.is((await says('StateMinerSectorCount', 't09999', null)).code, 11)
  assert.match((await says('StateMinerSectorCount', 't04', null)).message, /t04 is not a miner/)
  assert.match((await says('StateMinerPartitions', miner, 48, null)).message, /there is none 48/)
  assert.match(
    (await says('StateSectorPartition', miner, 999, null)).message,
    /sector 999 not found/,
  )
  assert.match(
    (await says('StateMinerSectors', miner, [999, 1], null)).message,
    /sector not found: 999/,
  )
  assert.match(
    (await says('StateSectorGetInfo', miner, -1, null)).message,
    /param 1: expected a non-negative integer/,
  )
})

test.run()
