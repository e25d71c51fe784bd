import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ApplyRewardParams, MinerMethod } from '../../actors/miner/params.ts'
import { rewardActor } from '../../actors/reward/index.ts'
import { initialRewardState, updateNetworkKpi } from '../../actors/reward/logic.ts'
import { RewardMethod } from '../../actors/reward/params.ts'
import type { RewardState } from '../../actors/reward/state.ts'
import { ErrorNumber, ExitCode, Payload } from '../../actors/runtime.ts'
import {
  BURNT_FUNDS_ACTOR,
  METHOD_SEND,
  POWER_ACTOR,
  REWARD_ACTOR,
  SYSTEM_ACTOR,
} from '../../actors/singletons.ts'
import { idAddress, secp256k1Address } from '../../primitives/address.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { actorId, fil } from '../../primitives/units.ts'
import { exitsWith, type FakeOptions, FakeRuntime } from '../support/fake-runtime.ts'
import { seed } from '../support/seed.ts'

await initCrypto()

const MINER = actorId(1234)
const state: RewardState = { ...initialRewardState(0n), thisEpochReward: fil('100') }
const award = { miner: idAddress(MINER), penalty: 0n, gasReward: fil('1'), winCount: 1n }

const runtime = (options: FakeOptions = {}, given = state) =>
  new FakeRuntime<RewardState>(given, {
    caller: SYSTEM_ACTOR,
    receiver: REWARD_ACTOR,
    balance: fil('1000000'),
    ...options,
  })

test('a reward actor starts at epoch 0 with the reward of an empty network', () => {
  const rt = runtime()
  const fresh = new FakeRuntime<RewardState>(undefined, { receiver: REWARD_ACTOR })
  fresh.call(rewardActor, RewardMethod.Constructor, 0n)
  assert.is(fresh.state().epoch, 0)
  assert.is(fresh.state().thisEpochReward, 36266264293777134739n)
  assert.is(fresh.state().thisEpochBaselinePower, 2_888_888_880_000_000_000n - 1n)
  for (const [params, caller, exitCode] of [
    [null, SYSTEM_ACTOR, ExitCode.IllegalArgument],
    [0n, POWER_ACTOR, ExitCode.Forbidden],
  ] as const)
    assert.throws(
      () => new FakeRuntime<RewardState>(undefined, { caller }).call(rewardActor, 1, params),
      exitsWith(exitCode),
    )
  assert.throws(() => rt.call(rewardActor, 1, 0n), exitsWith(ExitCode.IllegalState))
})

test('a block pays fifths of the epoch reward by win count, and the gas reward', () => {
  for (const [winCount, paid, minted] of [
    [1n, '21', '20'],
    [2n, '41', '40'],
    [5n, '101', '100'],
    [6n, '121', '120'],
  ] as const) {
    const rt = runtime()
    rt.call(rewardActor, RewardMethod.AwardBlockReward, { ...award, winCount })
    assert.equal(rt.transfers, [[MINER, MinerMethod.ApplyRewards, fil(paid)]])
    assert.is(rt.state().totalStoragePowerReward, fil(minted))
  }
})

test('a penalty reaches the miner three times over', () => {
  const rt = runtime()
  rt.call(rewardActor, RewardMethod.AwardBlockReward, { ...award, penalty: 7n })
  assert.equal(rt.sent[0]!.params!.as(ApplyRewardParams), { reward: fil('21'), penalty: 21n })
})

test('an actor that holds too little pays what it holds', () => {
  const rt = runtime({ balance: fil('3') })
  rt.call(rewardActor, RewardMethod.AwardBlockReward, award)
  assert.equal(rt.transfers, [[MINER, MinerMethod.ApplyRewards, fil('3')]])
  assert.is(rt.state().totalStoragePowerReward, fil('2'))
  assert.is(rt.balance(), 0n)
})

test('a reward that the miner cannot take is burnt, and counts as minted', () => {
  for (const reply of [{ exitCode: ExitCode.Forbidden }, { error: ErrorNumber.NotFound }]) {
    const rt = runtime({ replies: [reply] })
    rt.call(rewardActor, RewardMethod.AwardBlockReward, award)
    assert.equal(rt.transfers, [
      [MINER, MinerMethod.ApplyRewards, fil('21')],
      [BURNT_FUNDS_ACTOR, METHOD_SEND, fil('21')],
    ])
    assert.is(rt.state().totalStoragePowerReward, fil('20'))
  }
})

test('an award survives that the reward can be neither taken nor burnt', () => {
  const rt = runtime({ replies: [{ exitCode: 20 }, { error: ErrorNumber.LimitExceeded }] })
  rt.call(rewardActor, RewardMethod.AwardBlockReward, award)
  assert.is(rt.balance(), fil('1000000'))
})

test('impossible awards are refused and leave the state alone', () => {
  const unknown = secp256k1Address(new Uint8Array(65))
  const cases = [
    [{ penalty: -1n }, {}, ExitCode.IllegalArgument],
    [{ gasReward: -1n }, {}, ExitCode.IllegalArgument],
    [{ winCount: 0n }, {}, ExitCode.IllegalArgument],
    [{ winCount: -(1n << 63n) }, {}, ExitCode.IllegalArgument],
    [{}, { balance: fil('1') - 1n }, ExitCode.IllegalState],
    [{ winCount: 0n }, { balance: 0n }, ExitCode.IllegalState],
    [{ miner: unknown }, {}, ExitCode.NotFound],
    [{ winCount: 0n }, { caller: MINER }, ExitCode.Forbidden],
  ] as const
  for (const [change, given, exitCode] of cases) {
    const rt = runtime(given)
    assert.throws(
      () => rt.call(rewardActor, RewardMethod.AwardBlockReward, { ...award, ...change }),
      exitsWith(exitCode),
    )
    assert.is(rt.state(), state)
    assert.equal(rt.sent, [])
  }
})

test('parameters that do not decode are told from parameters that are not allowed', () => {
  const cases = [
    [2, Payload.raw(Uint8Array.of(0x80)), ExitCode.Serialization],
    [3, Payload.raw(Uint8Array.of(0x80)), ExitCode.IllegalArgument],
    [4, undefined, ExitCode.IllegalArgument],
    [5, undefined, ExitCode.UnhandledMessage],
  ] as const
  for (const [method, params, exitCode] of cases)
    assert.throws(() => runtime().call(rewardActor, method, params), exitsWith(exitCode))
})

test('anyone may ask for the estimates of the epoch', () => {
  const rt = runtime({ caller: actorId(5000) })
  assert.equal(rt.call(rewardActor, RewardMethod.ThisEpochReward), {
    thisEpochRewardSmoothed: state.thisEpochRewardSmoothed,
    thisEpochBaselinePower: state.thisEpochBaselinePower,
  })
})

test('the power actor ends an epoch, and catches up with null rounds', () => {
  const rt = runtime({ caller: POWER_ACTOR, epoch: 7 })
  rt.call(rewardActor, RewardMethod.UpdateNetworkKPI, 1n << 60n)
  assert.equal(rt.state(), updateNetworkKpi(state, 7, 1n << 60n))
  assert.is(rt.state().epoch, 8)
  for (const [params, caller, exitCode] of [
    [null, POWER_ACTOR, ExitCode.IllegalArgument],
    [0n, SYSTEM_ACTOR, ExitCode.Forbidden],
  ] as const) {
    const refused = runtime({ caller })
    assert.throws(
      () => refused.call(rewardActor, RewardMethod.UpdateNetworkKPI, params),
      exitsWith(exitCode),
    )
    assert.is(refused.state(), state)
  }
})

// Whatever the inputs, the actor pays out only what it has, and books exactly the part it minted.
test('an award conserves FIL', () => {
  const atto = fc.bigInt({ min: 0n, max: 2n * 10n ** 27n })
  const wins = fc.bigInt({ min: 1n, max: 15n })
  fc.assert(
    fc.property(atto, atto, atto, wins, (thisEpochReward, mintable, gasReward, winCount) => {
      const before = mintable + gasReward
      const rt = runtime({ balance: before }, { ...state, thisEpochReward })
      rt.call(rewardActor, RewardMethod.AwardBlockReward, { ...award, gasReward, winCount })
      const minted = rt.state().totalStoragePowerReward
      return (
        rt.balance() >= 0n && before - rt.balance() === minted + gasReward && minted <= mintable
      )
    }),
    { seed, numRuns: 300 },
  )
})

test.run()
