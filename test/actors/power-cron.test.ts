import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { DeferredCronEventParams, MinerMethod } from '../../actors/miner/params.ts'
import { powerActor } from '../../actors/power/index.ts'
import { PowerMethod } from '../../actors/power/params.ts'
import { initialPowerState, NO_CRON_EVENTS, type PowerState } from '../../actors/power/state.ts'
import { RealizedPower, RewardMethod, ThisEpochRewardReturn } from '../../actors/reward/params.ts'
import { ErrorNumber, ExitCode, Payload } from '../../actors/runtime.ts'
import { CRON_ACTOR, POWER_ACTOR, REWARD_ACTOR, SYSTEM_ACTOR } from '../../actors/singletons.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { nextEstimate } from '../../primitives/smoothing.ts'
import { actorId, TiB } from '../../primitives/units.ts'
import { exitsWith, type FakeReply, FakeRuntime, type Sent } from '../support/fake-runtime.ts'

await initCrypto()

const [A, B, C] = [actorId(1000), actorId(1001), actorId(1002)]
const rewardSmoothed = { position: 36n << 128n, velocity: -1n }
const estimates = { thisEpochRewardSmoothed: rewardSmoothed, thisEpochBaselinePower: 9n }
const PING = MinerMethod.OnDeferredCronEvent

/** A network where each of these miners proves 11 TiB, and asked to be called at the given epochs. */
function network(events: readonly (readonly [epoch: number, miner: number, payload: number])[]) {
  const state = initialPowerState()
  let { claims, cronEventQueue } = state
  for (const miner of [A, B])
    claims = claims.set(miner, {
      windowPoStProofType: 13,
      rawBytePower: TiB(11),
      qualityAdjPower: TiB(12),
    })
  for (const [epoch, miner, payload] of events) {
    const queued = cronEventQueue.get(epoch) ?? NO_CRON_EVENTS
    const event = { minerAddr: actorId(miner), callbackPayload: Uint8Array.of(payload) }
    cronEventQueue = cronEventQueue.set(epoch, queued.set(queued.count, event))
  }
  return {
    ...state,
    claims,
    cronEventQueue,
    minerCount: 2,
    minerAboveMinPowerCount: 2,
    totalRawBytePower: TiB(22),
    totalBytesCommitted: TiB(22),
    totalQualityAdjPower: TiB(24),
    totalQaBytesCommitted: TiB(24),
    totalPledgeCollateral: 77n,
  }
}

/** Runs the tick of epoch 10; `callback` answers calls of miners. */
function tick(state: PowerState, callback: (sent: Sent) => FakeReply = () => ({})) {
  const rt = new FakeRuntime<PowerState>(state, {
    caller: CRON_ACTOR,
    receiver: POWER_ACTOR,
    epoch: 10,
    answer(sent) {
      if (sent.method === RewardMethod.ThisEpochReward)
        return { ret: Payload.of(ThisEpochRewardReturn, estimates) }
      return sent.method === PING ? callback(sent) : {}
    },
  })
  rt.call(powerActor, PowerMethod.OnEpochTickEnd)
  return rt
}

const called = (rt: FakeRuntime<PowerState>) =>
  rt.sent
    .filter(({ method }) => method === PING)
    .map(({ to, params }) => [to, params!.as(DeferredCronEventParams).eventPayload[0]])

test('an idle tick asks for the reward, freezes the totals and tells what was proven', () => {
  const before = network([])
  const rt = tick(before)
  assert.equal(rt.transfers, [
    [REWARD_ACTOR, RewardMethod.ThisEpochReward, 0n],
    [REWARD_ACTOR, RewardMethod.UpdateNetworkKPI, 0n],
  ])
  assert.is(rt.sent[1]!.params!.as(RealizedPower), TiB(22))
  assert.equal(rt.state(), {
    ...before,
    firstCronEpoch: 11,
    thisEpochRawBytePower: TiB(22),
    thisEpochQualityAdjPower: TiB(24),
    thisEpochPledgeCollateral: 77n,
    thisEpochQaPowerSmoothed: nextEstimate(before.thisEpochQaPowerSmoothed, TiB(24), 1),
  })
})

test('miners that are due are called by epoch and in order, once', () => {
  const rt = tick(
    network([
      [10, A, 1],
      [10, B, 2],
      [9, B, 3],
      [10, A, 4],
      [11, A, 5],
    ]),
  )
  assert.equal(called(rt), [
    [B, 3],
    [A, 1],
    [B, 2],
    [A, 4],
  ])
  assert.equal([...rt.state().cronEventQueue.keys()], [11])
  assert.is(rt.state().firstCronEpoch, 11)
})

test('callbacks get the estimates from before the tick', () => {
  const before = network([[10, A, 1]])
  const params = tick(before).sent[1]!.params!.as(DeferredCronEventParams)
  assert.is(params.rewardSmoothed, rewardSmoothed)
  assert.is(params.qualityAdjPowerSmoothed, before.thisEpochQaPowerSmoothed)
})

test('an event of an actor without a claim is dropped', () => {
  const rt = tick(network([[10, C, 1]]))
  assert.equal(called(rt), [])
  assert.ok(rt.state().cronEventQueue.isEmpty)
})

test('a miner whose callback fails loses its power for good, the others go on', () => {
  for (const failure of [
    { exitCode: ExitCode.IllegalState },
    { exitCode: ExitCode.SysOutOfGas },
    { error: ErrorNumber.LimitExceeded },
  ]) {
    const rt = tick(
      network([
        [10, A, 1],
        [10, B, 2],
      ]),
      ({ to }) => (to === A ? failure : {}),
    )
    const state = rt.state()
    assert.equal(called(rt).length, 2)
    assert.equal([...state.claims.keys()], [B])
    assert.is(state.minerCount, 1)
    assert.is(state.minerAboveMinPowerCount, 1)
    assert.is(state.totalRawBytePower, TiB(11))
    assert.is(state.totalQaBytesCommitted, TiB(12))
    assert.is(state.thisEpochQualityAdjPower, TiB(12))
    assert.is(rt.sent.at(-1)!.params!.as(RealizedPower), TiB(11))
  }
})

test('a miner that fails twice in a tick is counted out twice, as the network does', () => {
  const events = [
    [10, A, 1],
    [10, A, 2],
  ] as const
  const rt = tick(network(events), () => ({ exitCode: ExitCode.IllegalState }))
  assert.is(rt.state().minerCount, 0)
  assert.is(rt.state().minerAboveMinPowerCount, 1)
  assert.equal([...rt.state().claims.keys()], [B])
})

test('only miners above the minimum count once there are four of them', () => {
  const state = { ...network([]), totalBytesCommitted: TiB(30), minerAboveMinPowerCount: 4 }
  assert.is(tick(state).state().thisEpochRawBytePower, TiB(22))
  assert.is(tick({ ...state, minerAboveMinPowerCount: 3 }).state().thisEpochRawBytePower, TiB(30))
})

test('the tick fails when the reward actor does, and only cron may start it', () => {
  for (const failing of [RewardMethod.ThisEpochReward, RewardMethod.UpdateNetworkKPI]) {
    const rt = new FakeRuntime<PowerState>(network([]), {
      caller: CRON_ACTOR,
      answer: ({ method }) =>
        method === failing
          ? { exitCode: ExitCode.IllegalState }
          : { ret: Payload.of(ThisEpochRewardReturn, estimates) },
    })
    assert.throws(
      () => rt.call(powerActor, PowerMethod.OnEpochTickEnd),
      exitsWith(ExitCode.IllegalState),
    )
  }
  const given = network([])
  const rt = new FakeRuntime<PowerState>(given, { caller: SYSTEM_ACTOR })
  assert.throws(
    () => rt.call(powerActor, PowerMethod.OnEpochTickEnd),
    exitsWith(ExitCode.Forbidden),
  )
  assert.is(rt.state(), given)
})

test.run()
