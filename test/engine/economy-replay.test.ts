// Goal: the replay is the reward actor driven by interpolated power. Method: a state taken from a run of the actor's own
// update over the same power must be met by the replay to the last digit, and what does not fit must be named.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  replayEconomy,
  restoreClock,
  type PowerRecord,
  type RewardRecord,
} from '../../engine/economy-replay.ts'
import {
  initialRewardState,
  updateNetworkKpi,
  type RewardProgress,
} from '../../actors/reward/logic.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'

const EiB = 1n << 60n
const record = (state: RewardProgress, where = `state ${state.epoch}`): RewardRecord => ({
  where,
  epoch: state.epoch,
  thisEpochReward: state.thisEpochReward,
  effectiveNetworkTime: state.effectiveNetworkTime,
  cumsumRealized: state.cumsumRealized,
  thisEpochBaselinePower: state.thisEpochBaselinePower,
})
const day = (epoch: number, rawBytePower: bigint, rewardPerWin = 20, year = 2021): PowerRecord => ({
  where: `power ${epoch}`,
  year,
  epoch,
  rawBytePower,
  rewardPerWin,
})

/** The actor at epochs 0 to 400: power falls from 4 EiB to 1 EiB by epoch 300, then rises to 2 EiB. */
const states: RewardProgress[] = [initialRewardState(4n * EiB)]
for (let epoch = 1; epoch <= 400; epoch++) {
  const fallen = 4n * EiB - (3n * EiB * BigInt(epoch) + 299n) / 300n
  const risen = EiB + (EiB * BigInt(epoch - 300)) / 100n
  states.push(updateNetworkKpi(states.at(-1)!, epoch - 1, epoch <= 300 ? fallen : risen))
}
const power = [day(0, 4n * EiB), day(300, EiB), day(400, 2n * EiB, 25, 2022)]

test('a record restores the whole clock', () => {
  for (const state of [states[0]!, states[1]!, states[400]!]) {
    const { cumsumBaseline, effectiveBaselinePower } = state
    const clock = restoreClock(record(state))
    assert.equal({ ...state, ...clock, cumsumBaseline, effectiveBaselinePower }, state)
    assert.equal({ ...state, ...clock }, state)
  }
})

test('the replay meets every state of the actor, wherever it starts', () => {
  for (const from of [0, 1, 137, 300, 399]) {
    const result = replayEconomy(
      power,
      states.slice(from).map((state) => record(state)),
    )
    assert.equal(result.states, { met: 400 - from, of: 400 - from, missed: undefined })
  }
})

test('a state that differs in its last digit is not met', () => {
  const later = record(states[200]!)
  const spoilt = { ...later, cumsumRealized: later.cumsumRealized + 1n }
  const result = replayEconomy(power, [record(states[0]!), spoilt, record(states[400]!)])
  assert.equal(result.states, { met: 1, of: 2, missed: 'state 200' })
})

test('errors are relative to what was published, by year', () => {
  const perWin = (epoch: number) => Number(states[epoch]!.thisEpochReward / 5n) / 1e18
  const { years } = replayEconomy(power, [record(states[0]!)])
  assert.equal(
    years.map(({ year, records }) => [year, records]),
    [
      [2021, 1],
      [2022, 1],
    ],
  )
  assert.ok(Math.abs(years[0]!.meanErrorPercent - 100 * Math.abs(perWin(300) / 20 - 1)) < 1e-9)
  assert.ok(Math.abs(years[1]!.meanErrorPercent - 100 * Math.abs(perWin(400) / 25 - 1)) < 1e-9)
})

test('states before the first power record are passed over', () => {
  const result = replayEconomy(power.slice(1), [record(states[7]!), record(states[350]!)])
  assert.is(result.start.where, 'state 350')
  assert.equal(
    result.years.map(({ year }) => year),
    [2022],
  )
})

const refused: [what: string, field: RegExp, () => unknown][] = [
  [
    'a repeated day',
    /^power 300, column epoch$/,
    () => replayEconomy([power[0]!, power[1]!, power[1]!], [record(states[0]!)]),
  ],
  [
    'days in the wrong order',
    /^power 300, column epoch$/,
    () => replayEconomy([power[0]!, power[2]!, power[1]!], [record(states[0]!)]),
  ],
  [
    'a missing day',
    /^power 2881, column epoch$/,
    () => replayEconomy([power[0]!, day(2881, EiB)], [record(states[0]!)]),
  ],
  [
    'states in the wrong order',
    /^state 1, column epoch$/,
    () => replayEconomy(power, [record(states[2]!), record(states[1]!)]),
  ],
  [
    'power that ends where the state begins',
    /^state 400, column epoch$/,
    () => replayEconomy(power, [record(states[400]!)]),
  ],
  [
    'power that begins after every state',
    /^state 1, column epoch$/,
    () => replayEconomy(power.slice(1), [record(states[0]!), record(states[1]!)]),
  ],
  ['no states', /^state, column epoch$/, () => replayEconomy(power, [])],
  [
    'another baseline',
    /^state 9, column baseline_power_bytes$/,
    () => restoreClock({ ...record(states[9]!), thisEpochBaselinePower: 1n }),
  ],
  [
    'network time that the power cannot have filled',
    /^state 9, column cumsum_realized$/,
    () => restoreClock({ ...record(states[9]!), effectiveNetworkTime: 20 }),
  ],
  [
    'network time that the power must have passed',
    /^state 9, column cumsum_realized$/,
    () => restoreClock({ ...record(states[9]!), effectiveNetworkTime: 2 }),
  ],
]

for (const [what, field, attempt] of refused)
  test(`names ${what}`, () => {
    assert.throws(
      attempt,
      (error: unknown) => error instanceof InvalidInput && field.test(error.field),
    )
  })

test.run()
