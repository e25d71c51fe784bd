// Goal: what is lost costs what the protocol says and comes back as it says, however the provider handles it. Method: damage and
// silence on devnets whose provider holds real sectors; power, debts and burnt funds before and after.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { newDeadlineInfo, nextNotElapsed } from '../../actors/miner/deadline-info.ts'
import { currentDeadlineInfo, currentPeriodStart } from '../../actors/miner/deadlines.ts'
import { MinerInfo } from '../../actors/miner/info.ts'
import { MinerMethod } from '../../actors/miner/params.ts'
import {
  DisputeWindowedPoStParams,
  SubmitWindowedPoStParams,
} from '../../actors/miner/sector-params.ts'
import { BURNT_FUNDS_ACTOR } from '../../actors/singletons.ts'
import { withState } from '../../engine/vm/state-tree.ts'
import { idAddress } from '../../primitives/address.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import { encode } from '../../primitives/codec.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { Link } from '../../primitives/link.ts'
import { DomainSeparationTag } from '../../primitives/randomness.ts'
import { type ActorId, fil } from '../../primitives/units.ts'
import { fillerPiece } from '../../proofs-mock/piece.ts'
import { sealedCidOf } from '../../proofs-mock/replica.ts'
import { Prng } from '../../primitives/prng.ts'
import { ticketDraw, viewOf } from '../../scenarios/agents/view.ts'
import { send } from '../../scenarios/agents/outbox.ts'
import { accountSigner, sendOk, workerOf } from '../support/onboarding.ts'
import { type World, worldOf } from '../support/provider-world.ts'

await initCrypto()

const DAY = 2880

const burntOf = ({ devnet }: World): bigint => devnet.node.state.get(BURNT_FUNDS_ACTOR)!.balance

/** Sectors that the chain holds for faulty. */
const faultyOf = ({ miner }: World): bigint[] =>
  miner()
    .deadlines.get()
    .due.flatMap((link) => [...link.get().partitions.values()])
    .flatMap(({ faults }) => [...faults.values()])
    .sort()

for (const preset of ['2k', 'mainnet'] as const)
  test(`${preset}: a lost disk is declared, costs a fee a day, and is taken back when it is mended`, () => {
    const world = worldOf(preset, 4)
    const { provider, active, pass } = world
    pass(DAY + 100)
    assert.is(active(), 4)
    provider.damage([1n, 3n], { kind: 'lost-sector' })
    pass(200)
    assert.equal(faultyOf(world), [1n, 3n])
    assert.is(active(), 2)
    const before = burntOf(world)
    pass(DAY)
    const daily = burntOf(world) - before
    assert.ok(daily > 0n, 'faults cost nothing')
    provider.repair([1n, 3n])
    pass(DAY + 200)
    assert.equal([faultyOf(world), active(), provider.problems], [[], 4, []])
    assert.is(world.miner().feeDebt, 0n)
    const after = burntOf(world)
    pass(DAY)
    assert.ok(burntOf(world) - after < daily / 2n, 'the fault is paid for on')
    assert.equal(world.broken(), [])
  })

test('a sector that is lost in silence is skipped by its proof, and the others are proven', () => {
  const world = worldOf('2k', 4, { declaresFaults: false })
  const { provider, active, pass } = world
  pass(DAY + 100)
  provider.damage([2n], { kind: 'lost-sector' })
  pass(50)
  assert.is(active(), 4)
  pass(DAY)
  assert.equal([faultyOf(world), active()], [[2n], 3])
})

test('what is mended by habit comes back without being asked for', () => {
  const world = worldOf('2k', 2, { repairsAfter: 500 })
  const { provider, active, pass } = world
  pass(DAY + 100)
  provider.damage([0n], { kind: 'corrupted-nodes', nodes: [5] })
  pass(300)
  assert.is(active(), 1)
  pass(2 * DAY)
  assert.is(active(), 2)
})

test('who is offline misses its proofs and loses all power, and wins it back', () => {
  const world = worldOf('2k', 3)
  const { provider, active, pass } = world
  pass(DAY + 100)
  provider.isOffline = true
  pass(DAY + 100)
  assert.equal([faultyOf(world), active()], [[0n, 1n, 2n], 0])
  provider.isOffline = false
  provider.repair([])
  pass(2 * DAY)
  assert.equal([faultyOf(world), active()], [[], 3])
  assert.equal(world.broken(), [])
})

test('data put into an empty sector is proven, counts at once, and is there after a repair', () => {
  const world = worldOf('2k', 2)
  const { provider, miner, pass, active } = world
  pass(DAY + 100)
  const empty = miner().sectors.get(1n)!
  provider.update(1n, [{ piece: fillerPiece(new Prng('snap'), 1024n) }])
  pass(DAY)
  const full = miner().sectors.get(1n)!
  assert.equal([provider.orders, provider.problems], [[], []])
  assert.ok(full.sectorKeyCid?.equals(empty.sealedCid))
  assert.ok(full.sealedCid.equals(sealedCidOf(provider.sectors.get(1n)!.replica)))
  assert.ok(full.dealWeight > 0n)
  provider.damage([1n], { kind: 'lost-sector' })
  pass(200)
  assert.is(active(), 1)
  provider.repair([1n])
  pass(DAY + 200)
  assert.is(active(), 2)
  assert.equal(world.broken(), [])
})

test('many seals are proven in one aggregate', () => {
  const { devnet, provider, active, pass } = worldOf('2k', 1)
  const before = devnet.node.head.height
  for (let i = 0; i < 9; i++) provider.seal()
  pass(DAY + 300)
  assert.equal([provider.orders, provider.problems, active()], [[], [], 10])
  let proofs = 0
  for (let height = before; height <= devnet.node.head.height; height++)
    for (const cid of devnet.node.store.at(height)?.cids ?? [])
      proofs += devnet.node.store
        .messagesOf(cid)
        .bls.filter(
          ({ message }) => message.method === BigInt(MinerMethod.ProveCommitSectors3),
        ).length
  assert.is(proofs, 1)
})

test('empty sectors without interaction are there with one message, and proven like others', () => {
  const { devnet, provider, active, pass, miner, broken } = worldOf('2k', 1)
  for (let i = 0; i < 3; i++) provider.sealAtOnce()
  devnet.mine(2)
  assert.equal([provider.problems, miner().sectors.count], [[], 4])
  assert.is(miner().sectors.get(3n)!.sealProof, 15)
  pass(DAY + 300)
  assert.equal([provider.orders, provider.problems, active(), broken()], [[], [], 4, []])
})

test('what cannot be done is tried again ever less often, and the reason is kept', () => {
  const { devnet, provider, pass } = worldOf('2k', 1)
  devnet.mine()
  devnet.node.edit((tree) => {
    const worker = devnet.node.state.resolve(devnet.providers[0]!.worker)!
    tree.update(worker, { balance: 0n })
  })
  provider.seal()
  const from = devnet.node.head.height
  pass(DAY)
  const tried = provider.problems.filter(({ what }) => what === 'pre-commit sectors 1')
  assert.ok(tried.length > 3 && tried.length < 10, `${tried.length} times`)
  assert.match(tried[0]!.why, /balance|funds/i)
  let tipsets = 0
  for (let height = from; height <= devnet.node.head.height; height++)
    if (devnet.node.store.at(height)) tipsets++
  assert.ok(tipsets < 60, `${tipsets} tipsets`)
})

test('sectors are extended before they expire', () => {
  const { provider, miner, pass } = worldOf('2k', 2, { extendsBefore: 600 * DAY })
  const { expiration } = miner().sectors.get(0n)!
  pass(2 * DAY)
  assert.ok(miner().sectors.get(0n)!.expiration > expiration + 300 * DAY)
  assert.equal(provider.problems, [])
})

test('an owner pays what its miner lacks, and nothing for a miner that is sold', () => {
  for (const isSold of [false, true]) {
    const world = worldOf('2k', 2, { reserve: fil('100') })
    const { devnet, provider, miner } = world
    const { node } = devnet
    devnet.passTo(nextWindow(world).open - 1)
    node.edit((tree) => {
      const { lockedFunds, initialPledge } = miner()
      tree.update(provider.miner, { balance: lockedFunds + initialPledge + fil('1') })
      if (!isSold) return
      const state = miner()
      const info = {
        ...state.info.get(),
        owner: idAddress(node.state.resolve(devnet.accounts[0]!.native)!),
      }
      tree.set(
        provider.miner,
        withState(tree.get(provider.miner)!, { ...state, info: Link.to(MinerInfo, info) }),
      )
    })
    const ownerBalance = () =>
      node.state.get(node.state.resolve(devnet.providers[0]!.owner)!)!.balance
    const before = ownerBalance()
    devnet.mine()
    const paid = before - ownerBalance()
    assert.ok(isSold ? paid === 0n : paid > fil('90') && paid < fil('100'), `${paid}`)
  }
})

/** Submits bytes for the open deadline, as no honest prover would. */
function submitForged(world: World, proofBytes: Uint8Array): void {
  const { devnet, provider, miner } = world
  const view = viewOf(devnet, provider.miner, devnet.node.head.height + 1)
  const { index } = currentDeadlineInfo(view.policy, miner(), view.epoch)
  const params = encode(SubmitWindowedPoStParams, {
    deadline: BigInt(index),
    partitions: [{ index: 0n, skipped: Bitfield.empty }],
    proofs: [{ postProof: 10, proofBytes }],
    chainCommitEpoch: view.height,
    chainCommitRand: ticketDraw(view, DomainSeparationTag.PoStChainCommit, view.height, false),
  })
  const request = { to: provider.miner, method: MinerMethod.SubmitWindowedPoSt, params }
  sendOk(devnet, workerOf(devnet.providers[0]!), request)
}

/** Epochs from the head to the middle of a sector's next window, and the window. */
function nextWindow({ devnet, miner }: World): { index: number; open: number } {
  const { policy } = devnet.params
  const epoch = devnet.node.head.height + 1
  const start = currentPeriodStart(policy, miner(), epoch)
  const { due } = miner().deadlines.get()
  const windows = due.flatMap((link, index) =>
    link.get().liveSectors > 0
      ? [nextNotElapsed(policy, newDeadlineInfo(policy, start, index, epoch))]
      : [],
  )
  return windows.filter(({ open }) => open > epoch).sort((a, b) => a.open - b.open)[0]!
}

test('a proof nobody looked at is disputed: a forged one costs the miner, an honest one nothing', () => {
  const world = worldOf('2k', 1)
  const { devnet, provider, active, pass } = world
  pass(DAY + 100)
  const disputer = accountSigner(devnet, 0)
  const dispute = (index: number) => {
    const params = encode(DisputeWindowedPoStParams, { deadline: BigInt(index), postIndex: 0n })
    const request = { to: provider.miner, method: MinerMethod.DisputeWindowedPoSt, params }
    return send(devnet, disputer, devnet.node.head.height + 1, request)
  }
  const honest = nextWindow(world)
  devnet.passTo(honest.open + 100)
  assert.equal(dispute(honest.index), {
    refusal: { exitCode: 16, why: 'failed to dispute valid post' },
  })

  provider.isOffline = true
  const forged = nextWindow(world)
  devnet.passTo(forged.open + 5)
  submitForged(world, new Uint8Array(192).fill(1))
  assert.is(active(), 1, 'it is taken on trust')
  devnet.passTo(forged.open + 100)
  const balance = (id: ActorId) => devnet.node.state.get(id)!.balance
  const id = devnet.node.state.resolve(disputer.address)!
  const before = balance(id)
  assert.ok('cid' in dispute(forged.index))
  assert.equal([faultyOf(world), active()], [[0n], 0])
  assert.ok(balance(id) - before > fil('3.9'), `${balance(id) - before}`)
})

test('a proof that recovers something is looked at when it is submitted', () => {
  const world = worldOf('2k', 1)
  const { devnet, provider, active, pass } = world
  pass(DAY + 100)
  provider.damage([0n], { kind: 'lost-sector' })
  pass(100)
  assert.is(active(), 0)
  provider.repair([0n])
  const { open } = nextWindow(world)
  devnet.passTo(open - 1)
  provider.isOffline = true
  devnet.passTo(open + 5)
  assert.throws(
    () => submitForged(world, new Uint8Array(192).fill(1)),
    /invalid post was submitted/,
  )
  provider.isOffline = false
  pass(10)
  assert.is(active(), 1)
})

test('a provider goes back with the chain', () => {
  const { devnet, provider, active, pass } = worldOf('2k', 2)
  pass(DAY + 100)
  const moment = devnet.save()
  provider.damage([0n], { kind: 'lost-sector' })
  provider.seal()
  pass(300)
  assert.is(active(), 1)
  devnet.restore(moment)
  assert.equal([active(), provider.orders.length, provider.sectors.size], [2, 0, 2])
  pass(DAY)
  assert.equal([active(), provider.problems], [2, []])
})

test.run()
