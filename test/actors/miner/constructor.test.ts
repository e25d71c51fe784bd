/** Making a miner. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExitCode } from '../../../actors/exit-codes.ts'
import { createMinerDeposit } from '../../../actors/miner/monies.ts'
import { minerActor } from '../../../actors/miner/index.ts'
import { brokenMinerInvariants } from '../../../actors/miner/invariants.ts'
import { MinerMethod } from '../../../actors/miner/params.ts'
import { MinerState } from '../../../actors/miner/state.ts'
import { Payload } from '../../../actors/payload.ts'
import { DEVNET_2K_POLICY as policy } from '../../../actors/policy.ts'
import { INIT_ACTOR } from '../../../actors/singletons.ts'
import { idAddress, secp256k1Address } from '../../../primitives/address.ts'
import { address, decode, encode } from '../../../primitives/codec.ts'
import { Blockstore } from '../../../primitives/blockstore.ts'
import { costOf } from '../../../primitives/cost.ts'
import { fil } from '../../../primitives/units.ts'
import { type FakeReply, FakeRuntime, exitsWith, type Sent } from '../../support/fake-runtime.ts'
import {
  calls,
  MINER,
  MinerRuntime,
  NETWORK,
  OWNER,
  STRANGER,
  WORKER,
  WORKER_KEY,
} from '../../support/miner.ts'

const params = {
  owner: idAddress(OWNER),
  worker: WORKER_KEY,
  controlAddresses: [idAddress(STRANGER)],
  windowPoStProofType: 10,
  peerId: Uint8Array.of(1, 2),
  multiaddrs: [Uint8Array.of(3)],
}
const deposit = createMinerDeposit(policy, {
  ...NETWORK,
  circulatingSupply: fil('700000000'),
  epochsSinceRampStart: 1000,
  rampDurationEpochs: 0,
})
const world = new MinerRuntime()
const answer = (sent: Sent): FakeReply => {
  if (sent.to === WORKER) return { ret: Payload.of(address, WORKER_KEY) }
  return world.send(sent.to, sent.method, sent.params, sent.value)
}
const fresh = (options: object = {}) =>
  new FakeRuntime<MinerState>(undefined, {
    caller: INIT_ACTOR,
    receiver: MINER,
    epoch: 1000,
    balance: fil('1'),
    circulatingSupply: fil('700000000'),
    policy,
    actors: new Map([[WORKER, { type: 'account' as const, addresses: [WORKER_KEY] }]]),
    answer,
    ...options,
  })
const construct = (rt: FakeRuntime<MinerState>, change: object = {}) =>
  rt.call(minerActor, MinerMethod.Constructor, { ...params, ...change })

test('a new miner has its deposit locked, and nothing else', () => {
  const rt = fresh()
  construct(rt)
  const state = rt.state()
  assert.ok(deposit > 0n)
  assert.is(state.lockedFunds, deposit)
  assert.equal(brokenMinerInvariants(state, rt.balance(), policy), [])
  assert.equal(calls(rt), ['2.3', '4.9'], 'a BLS address is not asked for its key')
  const info = state.info.get()
  assert.is(info.worker.id, WORKER)
  assert.is(info.beneficiary.id, OWNER)
  assert.is(info.sectorSize, 2048n)
  assert.not(state.deadlineCronActive)
  const start = state.provingPeriodStart
  assert.ok(start <= 1000 && start > 1000 - 2880, `the period starts at ${start}`)
  assert.is(state.currentDeadline, Math.floor((1000 - start) / 60))
})

test('a worker by its id is asked for its key', () => {
  const rt = fresh()
  construct(rt, { worker: idAddress(WORKER) })
  assert.equal(calls(rt), ['2.3', '4.9', `${WORKER}.2`])
})

test('a deposit that is not there is refused', () => {
  assert.throws(
    () => construct(fresh({ balance: deposit - 1n })),
    exitsWith(ExitCode.InsufficientFunds),
  )
  construct(fresh({ balance: deposit }))
})

test('what a miner may not have is refused', () => {
  const nowhere = idAddress(5000)
  for (const change of [
    { owner: secp256k1Address(new Uint8Array(65)) },
    { worker: nowhere },
    { windowPoStProofType: 13 },
    { windowPoStProofType: 0 },
    { peerId: new Uint8Array(129) },
    { multiaddrs: [new Uint8Array()] },
    { controlAddresses: Array.from({ length: 11 }, () => idAddress(1)) },
  ])
    assert.throws(() => construct(fresh(), change), exitsWith(ExitCode.IllegalArgument))
  assert.throws(() => construct(fresh({ caller: OWNER })), exitsWith(ExitCode.Forbidden))
})

test('deadlines of a new miner cost nothing to hash, and have the CID they have on chain', () => {
  const rt = fresh()
  construct(rt)
  const deadlines = rt.state().deadlines
  deadlines.cid()
  assert.is(
    deadlines.cid().toString(),
    'bafy2bzacea7crkj7k6zqyzjdaqpepuyf5bp2dgleclpxse7pujbkoz5k7gdz4',
  )
  const other = fresh({ epoch: 2000 })
  construct(other)
  assert.is(costOf(() => other.state().deadlines.cid()).blocksHashed, 0)
})

test('a state reads back as it was written', () => {
  const rt = fresh()
  construct(rt)
  const store = new Blockstore()
  const block = encode(MinerState, rt.state(), store)
  const read = decode(MinerState, block, store)
  assert.equal(encode(MinerState, read), block)
  assert.equal(brokenMinerInvariants(read, rt.balance(), policy), [])
})

test.run()
