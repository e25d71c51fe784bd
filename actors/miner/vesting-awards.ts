/**
 * Sums locked at different epochs, and the vesting entries of all of them at once. Each sum is floored on its own, as the
 * protocol does, but entries of sums on the same grid differ by small integers only, so those are what is added up.
 */
import { quantizeUp } from '../../primitives/quantize.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { mergeByEpoch, type VestingFund, type VestSpec } from './vesting.ts'

/** A positive sum locked at `begin`. */
export interface Award {
  readonly begin: ChainEpoch
  readonly sum: TokenAmount
  /** Epoch of the first entry; the others follow at the schedule's steps. */
  readonly firstEpoch: ChainEpoch
  readonly spec: VestSpec
}

export function awardOf(
  begin: ChainEpoch,
  sum: TokenAmount,
  provingPeriodStart: ChainEpoch,
  spec: VestSpec,
): Award {
  const quant = { unit: spec.quantization, offset: provingPeriodStart }
  return { begin, sum, firstEpoch: quantizeUp(quant, begin + spec.stepDuration), spec }
}

/** attoFIL of an award's first entry. */
export function firstAmount({ begin, sum, firstEpoch, spec: { vestPeriod } }: Award): TokenAmount {
  return (sum * BigInt(Math.min(firstEpoch - begin, vestPeriod))) / BigInt(vestPeriod)
}

/** Whether every step of a schedule moves by whole cells of the grid, so that entries are a step apart. */
export const isGridded = ({ initialDelay, stepDuration, quantization }: VestSpec): boolean =>
  initialDelay === 0 && stepDuration % quantization === 0

/** Awards in the order they came, the last one first: adding one shares all that were there. */
export interface AwardList {
  readonly award: Award
  readonly before: AwardList | null
  readonly count: number
}

export function withAward(before: AwardList | null, award: Award): AwardList {
  return { award, before, count: 1 + (before ? before.count : 0) }
}

/** Entries of all awards together, as if each had been added by `vestingSchedule` in turn. */
export function scheduleOf(awards: AwardList | null): VestingFund[] {
  const groups: Award[][] = []
  for (let list = awards; list; list = list.before) {
    const { award } = list
    const group = groups.find(([first]) => haveSameEpochs(first!, award))
    if (group) group.push(award)
    else groups.push([award])
  }
  let funds: VestingFund[] = []
  for (const group of groups) funds = mergeByEpoch(funds, entriesOf(group))
  return funds
}

const haveSameEpochs = (a: Award, b: Award): boolean =>
  a.firstEpoch === b.firstEpoch && a.spec === b.spec && steps(a) === steps(b)

/** Number of entries of an award. */
function steps({ begin, firstEpoch, spec }: Award): number {
  const left = spec.vestPeriod - (firstEpoch - begin)
  return 1 + Math.max(0, Math.ceil(left / spec.stepDuration))
}

/**
 * Entries of awards that have the same epochs. Of sum = whole · vestPeriod + rest, what `rest` has due after k steps is
 * ⌊rest · elapsed / vestPeriod⌋: with every step it grows by the same quotient, and by one more where the remainders
 * come to a whole.
 */
function entriesOf(awards: readonly Award[]): VestingFund[] {
  const { spec, firstEpoch } = awards[0]!
  const { vestPeriod, stepDuration } = spec
  const count = steps(awards[0]!)
  const carries = new Int32Array(count)
  const period = BigInt(vestPeriod)
  let [total, wholes, first] = [0n, 0n, 0n]
  let [restFirst, restMiddle, carried] = [0, 0, 0]
  for (const { begin, sum } of awards) {
    const whole = sum / period
    const rest = Number(sum % period)
    const start = Math.min(firstEpoch - begin, vestPeriod)
    total += sum
    wholes += whole
    first += whole * BigInt(start)
    restFirst += Math.floor((rest * start) / vestPeriod)
    restMiddle += Math.floor((rest * stepDuration) / vestPeriod)
    const more = (rest * stepDuration) % vestPeriod
    let remainder = (rest * start) % vestPeriod
    for (let k = 1; k < count - 1; k++) {
      remainder += more
      if (remainder >= vestPeriod) {
        remainder -= vestPeriod
        carries[k]!++
        carried++
      }
    }
  }
  first += BigInt(restFirst)
  const middle = wholes * BigInt(stepDuration) + BigInt(restMiddle)
  const last = total - first - middle * BigInt(count - 2) - BigInt(carried)
  // Few entries differ, so few amounts have to be made.
  const amounts: TokenAmount[] = Array.from(awards, (_, carried) => middle + BigInt(carried))
  amounts.push(middle + BigInt(awards.length))
  const funds: VestingFund[] = []
  for (let k = 0; k < count; k++) {
    const amount = k === 0 ? first : k === count - 1 ? last : amounts[carries[k]!]!
    funds.push({ epoch: firstEpoch + stepDuration * k, amount })
  }
  return funds
}
