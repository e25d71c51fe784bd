import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExecParams, ExecReturn, InitMethod } from '../../actors/init/params.ts'
import { MinerConstructorParams } from '../../actors/miner/params.ts'
import { powerActor } from '../../actors/power/index.ts'
import { brokenPowerInvariants } from '../../actors/power/invariants.ts'
import { PowerMethod as M } from '../../actors/power/params.ts'
import { initialPowerState, NO_CRON_EVENTS, type PowerState } from '../../actors/power/state.ts'
import { MAINNET_POLICY } from '../../actors/policy.ts'
import { ExitCode, Payload } from '../../actors/runtime.ts'
import { INIT_ACTOR, POWER_ACTOR } from '../../actors/singletons.ts'
import { actorAddress, idAddress } from '../../primitives/address.ts'
import { cidOf } from '../../primitives/cid.ts'
import { decode } from '../../primitives/codec.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { actorId, fil, TiB } from '../../primitives/units.ts'
import { exitsWith, type FakeOptions, FakeRuntime } from '../support/fake-runtime.ts'
import { seed } from '../support/seed.ts'

await initCrypto()

const MINER = actorId(1000)
const OTHER = actorId(1001)
const WINDOW_POST_32_GIB = 13
const MINIMUM = MAINNET_POLICY.minimumConsensusPower
const noPower = { windowPoStProofType: WINDOW_POST_32_GIB, rawBytePower: 0n, qualityAdjPower: 0n }

function stateWith(miners: readonly number[] = [MINER]): PowerState {
  const state = initialPowerState()
  let { claims } = state
  for (const miner of miners) claims = claims.set(actorId(miner), noPower)
  return { ...state, claims, minerCount: miners.length }
}

const runtime = (state: PowerState | undefined = stateWith(), options: FakeOptions = {}) =>
  new FakeRuntime<PowerState>(state, {
    caller: MINER,
    callerType: 'storageminer',
    receiver: POWER_ACTOR,
    ...options,
  })

/** Plain fields of the state: what a difference would be seen in first. */
const totals = (state: PowerState) => ({
  raw: state.totalRawBytePower,
  qa: state.totalQualityAdjPower,
  committed: state.totalBytesCommitted,
  qaCommitted: state.totalQaBytesCommitted,
  above: state.minerAboveMinPowerCount,
})

const claim = (rt: FakeRuntime<PowerState>, rawByteDelta: bigint, qualityAdjustedDelta: bigint) =>
  rt.call(powerActor, M.UpdateClaimedPower, { rawByteDelta, qualityAdjustedDelta })

test('a network starts without power, miners or events', () => {
  const rt = new FakeRuntime<PowerState>(undefined, { receiver: POWER_ACTOR })
  rt.call(powerActor, M.Constructor)
  assert.equal(totals(rt.state()), { raw: 0n, qa: 0n, committed: 0n, qaCommitted: 0n, above: 0 })
  assert.is(rt.state().thisEpochQaPowerSmoothed.position, (750_000n << 30n) << 128n)
  const refused = new FakeRuntime<PowerState>(undefined, { caller: MINER })
  assert.throws(() => refused.call(powerActor, M.Constructor), exitsWith(ExitCode.Forbidden))
})

test('a miner is made by the init actor with the value that came along, and gets an empty claim', () => {
  const made = { idAddress: idAddress(1002), robustAddress: actorAddress(Uint8Array.of(1)) }
  const params = {
    owner: idAddress(200),
    worker: idAddress(201),
    windowPoStProofType: WINDOW_POST_32_GIB,
    peer: Uint8Array.of(7),
    multiaddrs: [Uint8Array.of(8)],
  }
  for (const method of [M.CreateMiner, M.CreateMinerExported]) {
    const rt = runtime(undefined, {
      caller: actorId(200),
      callerType: 'account',
      value: fil('32'),
      replies: [{ ret: Payload.of(ExecReturn, made) }],
    })
    assert.equal(rt.call(powerActor, method, params), made)
    assert.equal(rt.transfers, [[INIT_ACTOR, InitMethod.Exec, fil('32')]])
    const exec = rt.sent[0]!.params!.as(ExecParams)
    assert.is(rt.manifest.typeOf(exec.codeCid), 'storageminer')
    assert.equal(decode(MinerConstructorParams, exec.constructorParams), {
      owner: params.owner,
      worker: params.worker,
      controlAddresses: [],
      windowPoStProofType: WINDOW_POST_32_GIB,
      peerId: params.peer,
      multiaddrs: params.multiaddrs,
    })
    assert.equal(rt.state().claims.get(actorId(1002)), noPower)
    assert.is(rt.state().minerCount, 2)
  }
})

test('a miner that cannot be constructed leaves no claim', () => {
  const params = {
    owner: idAddress(200),
    worker: idAddress(201),
    windowPoStProofType: 99,
    peer: new Uint8Array(),
    multiaddrs: [],
  }
  const given = stateWith()
  const rt = runtime(given, { callerType: 'account', replies: [{ exitCode: 16 }] })
  assert.throws(() => rt.call(powerActor, M.CreateMiner, params), exitsWith(16))
  assert.is(rt.state(), given)
})

test('totals take in a miner when it reaches the minimum, and drop it when it falls below', () => {
  const rt = runtime()
  const T = TiB(1)
  const steps = [
    [MINIMUM - T, MINIMUM, { raw: 0n, qa: 0n, above: 0 }],
    [T, T, { raw: MINIMUM, qa: MINIMUM + T, above: 1 }],
    [0n, 5n * T, { raw: MINIMUM, qa: MINIMUM + 6n * T, above: 1 }],
    [-T, -T, { raw: 0n, qa: 0n, above: 0 }],
    [-MINIMUM + T, -MINIMUM - 5n * T, { raw: 0n, qa: 0n, above: 0 }],
  ] as const
  let committed = 0n
  let qaCommitted = 0n
  for (const [raw, qa, expected] of steps) {
    claim(rt, raw, qa)
    committed += raw
    qaCommitted += qa
    assert.equal(totals(rt.state()), { ...expected, committed, qaCommitted })
  }
  assert.equal(rt.state().claims.get(MINER), noPower)
})

test('claims cannot become negative, and strangers have none', () => {
  const given = stateWith()
  const cases = [
    [-1n, 0n, {}, ExitCode.IllegalState],
    [0n, -1n, {}, ExitCode.IllegalState],
    [1n, 1n, { caller: OTHER }, ExitCode.NotFound],
    [1n, 1n, { callerType: 'account' }, ExitCode.Forbidden],
    [1n, 1n, { callerType: 'evm' }, ExitCode.Forbidden],
  ] as const
  for (const [raw, qa, options, exitCode] of cases) {
    const rt = runtime(given, options)
    assert.throws(() => claim(rt, raw, qa), exitsWith(exitCode))
    assert.is(rt.state(), given)
  }
})

test('pledge adds up, and never below nothing', () => {
  const rt = runtime()
  rt.call(powerActor, M.UpdatePledgeTotal, fil('3'))
  rt.call(powerActor, M.UpdatePledgeTotal, -fil('1'))
  assert.is(rt.state().totalPledgeCollateral, fil('2'))
  const before = rt.state()
  assert.throws(
    () => rt.call(powerActor, M.UpdatePledgeTotal, -fil('2') - 1n),
    exitsWith(ExitCode.IllegalState),
  )
  assert.is(rt.state(), before)
  const stranger = runtime(stateWith(), { caller: OTHER })
  assert.throws(
    () => stranger.call(powerActor, M.UpdatePledgeTotal, 1n),
    exitsWith(ExitCode.Forbidden),
  )
})

test('events are kept by epoch in the order they come', () => {
  const rt = runtime({ ...stateWith(), firstCronEpoch: 50 })
  const payloads = [1, 2, 3].map((n) => Uint8Array.of(n))
  for (const payload of payloads)
    rt.call(powerActor, M.EnrollCronEvent, { eventEpoch: 60, payload })
  const { cronEventQueue, firstCronEpoch } = rt.state()
  assert.is(firstCronEpoch, 50)
  assert.equal(
    [...cronEventQueue.get(60)!.values()],
    payloads.map((callbackPayload) => ({ minerAddr: MINER, callbackPayload })),
  )
  rt.call(powerActor, M.EnrollCronEvent, { eventEpoch: 49, payload: payloads[0] })
  assert.is(rt.state().firstCronEpoch, 49)
})

test('events before genesis and events of others are refused', () => {
  const given = stateWith()
  const cases = [
    [-1, {}, ExitCode.IllegalArgument],
    [-1, { callerType: 'account' }, ExitCode.Forbidden],
  ] as const
  for (const [eventEpoch, options, exitCode] of cases) {
    const rt = runtime(given, options)
    const params = { eventEpoch, payload: new Uint8Array() }
    assert.throws(() => rt.call(powerActor, M.EnrollCronEvent, params), exitsWith(exitCode))
    assert.is(rt.state(), given)
  }
})

test('queries answer with what the last cron froze, and with claims as they are', () => {
  const rt = runtime({ ...stateWith(), thisEpochRawBytePower: 5n, minerAboveMinPowerCount: 3 })
  claim(rt, TiB(1), TiB(2))
  const query = (method: number, params?: unknown) => rt.call(powerActor, method, params)
  assert.is(query(M.NetworkRawPowerExported), 5n)
  assert.is(query(M.MinerCountExported), 1)
  assert.is(query(M.MinerConsensusCountExported), 3)
  assert.equal(query(M.MinerPowerExported, 1000n), {
    rawBytePower: TiB(1),
    qualityAdjPower: TiB(2),
  })
  assert.equal(query(M.MinerRawPowerExported, 1000n), {
    rawBytePower: TiB(1),
    meetsConsensusMinimum: true,
  })
  assert.is((query(M.CurrentTotalPower) as { rawBytePower: bigint }).rawBytePower, 5n)
  for (const id of [1001n, 1n << 63n]) {
    assert.throws(() => query(M.MinerPowerExported, id), exitsWith(ExitCode.NotFound))
    assert.throws(() => query(M.MinerRawPowerExported, id), exitsWith(ExitCode.IllegalArgument))
  }
})

test('a contract reaches exported methods only', () => {
  const rt = runtime(stateWith(), { callerType: 'evm' })
  assert.is(rt.call(powerActor, M.MinerCountExported), 1)
  assert.throws(() => rt.call(powerActor, M.CurrentTotalPower), exitsWith(ExitCode.Forbidden))
})

// Whatever miners add and lose, totals are what a sum over all claims says.
test('totals equal the sum over claims', () => {
  const delta = fc.integer({ min: -40, max: 40 })
  const move = fc.record({ miner: fc.integer({ min: 1000, max: 1004 }), raw: delta, more: delta })
  fc.assert(
    fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
      const rt = runtime(stateWith([1000, 1001, 1002, 1003, 1004]))
      for (const { miner, raw, more } of moves) {
        rt.caller = actorId(miner)
        rt.actors.set(miner, { type: 'storageminer' })
        const before = rt.state().claims.get(rt.caller)!
        const surplus = before.qualityAdjPower - before.rawBytePower + BigInt(more) * TiB(1)
        if (surplus < 0n) continue
        try {
          claim(rt, BigInt(raw) * TiB(1), BigInt(raw + more) * TiB(1))
        } catch (error) {
          exitsWith(ExitCode.IllegalState)(error)
        }
      }
      assert.equal(brokenPowerInvariants(rt.state(), MAINNET_POLICY), [])
    }),
    { seed, numRuns: 100 },
  )
})

test('a state that is wrong in any way is found out', () => {
  const rt = runtime(stateWith([1000, 1001]))
  claim(rt, MINIMUM, MINIMUM)
  const good = rt.state()
  assert.equal(brokenPowerInvariants(good, MAINNET_POLICY), [])
  const wrong: Partial<PowerState>[] = [
    { totalBytesCommitted: good.totalBytesCommitted + 1n },
    { totalQaBytesCommitted: 0n },
    { totalRawBytePower: 0n },
    { totalQualityAdjPower: 0n },
    { minerAboveMinPowerCount: 0 },
    { minerCount: 3 },
    { totalPledgeCollateral: -1n },
    {
      claims: good.claims.set(OTHER, { ...noPower, rawBytePower: -1n }),
      totalBytesCommitted: MINIMUM - 1n,
    },
    { cronEventQueue: good.cronEventQueue.set(9, NO_CRON_EVENTS), firstCronEpoch: 10 },
    { proofValidationBatch: cidOf(new Uint8Array()) },
  ]
  for (const change of wrong)
    assert.is(brokenPowerInvariants({ ...good, ...change }, MAINNET_POLICY).length, 1)
})

test.run()
