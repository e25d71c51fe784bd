/**
 * Minting driven by a network's recorded raw power, and how far the reward it gives is from the recorded one. The reward
 * actor's clock steps epoch by epoch with the exact arithmetic; power between two records is on the line between them.
 */
import * as reward from '../actors/reward/logic.ts'
import type { NetworkClock } from '../actors/reward/logic.ts'
import { EPOCHS_IN_DAY, EXPECTED_LEADERS_PER_EPOCH } from '../actors/policy.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { floorDiv } from '../primitives/units.ts'
import type { ChainEpoch, StoragePower, TokenAmount } from '../primitives/units.ts'

/** The network at one epoch, and the reward published for it. */
export interface PowerRecord {
  /** Where the record is from, as error messages say it. */
  readonly where: string
  /** Under which its error is reported. */
  readonly year: number
  readonly epoch: ChainEpoch
  readonly rawBytePower: StoragePower
  /** FIL for one win; positive. */
  readonly rewardPerWin: number
}

/** Part of the reward actor's state for `epoch`, from which the rest follows. */
export interface RewardRecord {
  readonly where: string
  readonly epoch: ChainEpoch
  readonly thisEpochReward: TokenAmount
  readonly effectiveNetworkTime: ChainEpoch
  readonly cumsumRealized: bigint
  readonly thisEpochBaselinePower: StoragePower
}

export interface YearError {
  readonly year: number
  /** Mean of |computed / published - 1|, in per cent. */
  readonly meanErrorPercent: number
  /** Records compared. */
  readonly records: number
}

export interface EconomyReplay {
  /** The state record the replay began with. */
  readonly start: RewardRecord
  readonly years: readonly YearError[]
  /** Later state records that came up on the way, how many were met to the last digit, and the first that was not. */
  readonly states: {
    readonly met: number
    readonly of: number
    readonly missed: string | undefined
  }
}

/**
 * Steps the clock from the first of `states` that is not before `power` begins, and compares the reward at every record.
 *
 * @param power - ascending, at most a day apart. Records up to that state are not compared; the last one ends the
 *   replay, also when it is less than a day after the one before it.
 * @param states - ascending. Those after the start are only compared.
 * @throws InvalidInput naming the record that does not fit.
 */
export function replayEconomy(
  power: readonly PowerRecord[],
  states: readonly RewardRecord[],
): EconomyReplay {
  checkAscending(power, EPOCHS_IN_DAY)
  checkAscending(states, Infinity)
  const start = startingState(power, states)

  const published = new Map(power.map((record) => [record.epoch, record]))
  const expected = new Map(states.map((record) => [record.epoch, record]))
  const errors = new Map<number, number[]>()
  let of = 0
  const missed: string[] = []
  for (const [before, now] of replayEpochs(restoreClock(start), power)) {
    const record = published.get(now.epoch)
    const state = expected.get(now.epoch)
    if (!record && !state) continue
    const thisEpochReward = reward.rewardBetween(before, now)
    if (record) {
      const ofYear = errors.get(record.year) ?? []
      errors.set(record.year, [...ofYear, relativeError(thisEpochReward, record.rewardPerWin)])
    }
    if (state) of += 1
    if (state && !isState(state, now, thisEpochReward)) missed.push(state.where)
  }
  const met = of - missed.length
  return { start, years: yearErrors(errors), states: { met, of, missed: missed[0] } }
}

/**
 * The clock of a state record. The summed baseline and the baseline at network time are not recorded; they depend on
 * network time alone and are iterated from the genesis of any network with mainnet's baseline.
 *
 * @throws InvalidInput when no such network has this record.
 */
export function restoreClock(record: RewardRecord): NetworkClock {
  const { epoch, effectiveNetworkTime, cumsumRealized } = record
  const wrong = (column: string, why: string) =>
    new InvalidInput(`${record.where}, column ${column}`, why)

  let thisEpochBaselinePower = reward.INIT_BASELINE_POWER
  for (let e = 0; e <= epoch; e++)
    thisEpochBaselinePower = reward.baselinePowerFromPrev(thisEpochBaselinePower)
  if (thisEpochBaselinePower !== record.thisEpochBaselinePower)
    throw wrong('baseline_power_bytes', `is ${thisEpochBaselinePower} in epoch ${epoch}`)

  let effectiveBaselinePower = reward.BASELINE_INITIAL_VALUE
  let cumsumBaseline = 0n
  for (let n = 0; n < effectiveNetworkTime; n++) {
    effectiveBaselinePower = reward.baselinePowerFromPrev(effectiveBaselinePower)
    cumsumBaseline += effectiveBaselinePower
  }
  const filled = cumsumBaseline - effectiveBaselinePower
  if (cumsumRealized > cumsumBaseline || (effectiveNetworkTime > 0 && cumsumRealized <= filled))
    throw wrong('cumsum_realized', `does not give network time ${effectiveNetworkTime}`)
  return {
    cumsumBaseline,
    cumsumRealized,
    effectiveNetworkTime,
    effectiveBaselinePower,
    thisEpochBaselinePower,
    epoch,
  }
}

/** Each epoch after `clock` up to the last record, with the one before it. */
function* replayEpochs(
  clock: NetworkClock,
  power: readonly PowerRecord[],
): Generator<readonly [before: NetworkClock, now: NetworkClock]> {
  let before = clock
  for (const [i, to] of power.entries()) {
    const from = power[i - 1]
    if (!from) continue
    const period = BigInt(to.epoch - from.epoch)
    const rise = to.rawBytePower - from.rawBytePower
    while (before.epoch < to.epoch) {
      const elapsed = BigInt(before.epoch + 1 - from.epoch)
      const rawBytePower = from.rawBytePower + floorDiv(rise * elapsed, period)
      const now = reward.advanceEpoch(before, rawBytePower)
      yield [before, now]
      before = now
    }
  }
}

function relativeError(thisEpochReward: TokenAmount, rewardPerWin: number): number {
  const perWin = floorDiv(thisEpochReward, EXPECTED_LEADERS_PER_EPOCH)
  return Math.abs(Number(perWin) / 1e18 / rewardPerWin - 1)
}

function isState(state: RewardRecord, now: NetworkClock, thisEpochReward: TokenAmount): boolean {
  return (
    state.thisEpochReward === thisEpochReward &&
    state.effectiveNetworkTime === now.effectiveNetworkTime &&
    state.cumsumRealized === now.cumsumRealized &&
    state.thisEpochBaselinePower === now.thisEpochBaselinePower
  )
}

function yearErrors(errors: ReadonlyMap<number, readonly number[]>): YearError[] {
  return [...errors].map(([year, ofYear]) => ({
    year,
    meanErrorPercent: (ofYear.reduce((sum, error) => sum + error, 0) / ofYear.length) * 100,
    records: ofYear.length,
  }))
}

type Dated = Pick<PowerRecord, 'where' | 'epoch'>

/** @throws InvalidInput at the first record that is not after the one before it, or more than `longest` epochs after. */
function checkAscending(records: readonly Dated[], longest: number): void {
  for (const [i, { where, epoch }] of records.entries()) {
    const previous = records[i - 1]?.epoch
    if (previous === undefined) continue
    if (epoch <= previous)
      throw new InvalidInput(`${where}, column epoch`, `${epoch} is not after ${previous}`)
    if (epoch > previous + longest)
      throw new InvalidInput(`${where}, column epoch`, `a gap: ${epoch} follows ${previous}`)
  }
}

function startingState(
  power: readonly PowerRecord[],
  states: readonly RewardRecord[],
): RewardRecord {
  const [from, to] = [power[0]?.epoch ?? 0, power.at(-1)?.epoch ?? 0]
  const start = states.find(({ epoch }) => epoch >= from)
  if (start && start.epoch < to) return start
  throw new InvalidInput(
    `${(start ?? states.at(-1))?.where ?? 'state'}, column epoch`,
    `no state to start from: power is known from ${from} to ${to}`,
  )
}
