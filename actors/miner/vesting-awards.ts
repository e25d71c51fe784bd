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
export interface AwardList extends Award {
  readonly before: AwardList | null
  readonly count: number
}

export function withAward(before: AwardList | null, award: Award): AwardList {
  const { begin, sum, firstEpoch, spec } = award
  return { begin, sum, firstEpoch, spec, before, count: 1 + (before ? before.count : 0) }
}

/** Awards with the same epochs, added up. All that their entries differ in is kept in small numbers. */
export interface AwardSum {
  readonly firstEpoch: ChainEpoch
  readonly stepDuration: ChainEpoch
  /** Number of entries, a step apart. */
  readonly count: number
  /** attoFIL of the first entry and of the last one; those between have `middle`, and by number `carries` more. */
  readonly first: TokenAmount
  readonly middle: TokenAmount
  readonly last: TokenAmount
  readonly carries: Int32Array
}

/** The awards in as few sums as there can be. */
export function sumsOf(awards: AwardList | null): AwardSum[] {
  const groups: Award[][] = []
  for (let award = awards; award; award = award.before) {
    let i = 0
    while (i < groups.length && !haveSameEpochs(groups[i]![0]!, award)) i++
    if (i < groups.length) groups[i]!.push(award)
    else groups.push([award])
  }
  return groups.map(sumOf)
}

/** Epoch of the first entry that is not before `epoch`; Infinity when there is none. */
export function entryEpochFrom(sum: AwardSum, epoch: ChainEpoch): ChainEpoch {
  const k = Math.max(0, Math.ceil((epoch - sum.firstEpoch) / sum.stepDuration))
  return k < sum.count ? sum.firstEpoch + sum.stepDuration * k : Infinity
}

/** attoFIL of the entry at an epoch; nothing when there is none. */
export function amountAt(sum: AwardSum, epoch: ChainEpoch): TokenAmount {
  const k = (epoch - sum.firstEpoch) / sum.stepDuration
  if (!Number.isInteger(k) || k < 0 || k >= sum.count) return 0n
  if (k === 0) return sum.first
  return k === sum.count - 1 ? sum.last : sum.middle + BigInt(sum.carries[k]!)
}

/** Entries of all sums together that are not before `from`, as if each award had been added by `vestingSchedule` in turn. */
export function scheduleOf(sums: readonly AwardSum[], from = -Infinity): VestingFund[] {
  const grids: AwardSum[][] = []
  for (const sum of sums) {
    const grid = grids.find(([first]) => areOnOneGrid(first!, sum))
    if (grid) grid.push(sum)
    else grids.push([sum])
  }
  let funds: VestingFund[] = []
  for (const grid of grids) funds = mergeByEpoch(funds, entriesOf(grid, from))
  return funds
}

const haveSameEpochs = (a: Award, b: Award): boolean =>
  a.firstEpoch === b.firstEpoch && a.spec === b.spec && steps(a) === steps(b)

const areOnOneGrid = (a: AwardSum, b: AwardSum): boolean =>
  a.stepDuration === b.stepDuration && (a.firstEpoch - b.firstEpoch) % a.stepDuration === 0

/** Number of entries of an award. */
function steps({ begin, firstEpoch, spec }: Award): number {
  const left = spec.vestPeriod - (firstEpoch - begin)
  return 1 + Math.max(0, Math.ceil(left / spec.stepDuration))
}

/**
 * Sum of awards that have the same epochs. Of sum = whole · vestPeriod + rest, what `rest` has due after k steps is
 * ⌊rest · elapsed / vestPeriod⌋: with every step it grows by the same quotient, and by one more where the remainders
 * come to a whole.
 */
function sumOf(awards: readonly Award[]): AwardSum {
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
  return { firstEpoch, stepDuration, count, first, middle, last, carries }
}

/** Entries of sums whose epochs are whole steps apart. Amounts are big only where a sum begins and ends. */
function entriesOf(sums: readonly AwardSum[], from: ChainEpoch): VestingFund[] {
  const { stepDuration } = sums[0]!
  const begin = Math.min(...sums.map(({ firstEpoch }) => firstEpoch))
  const places = sums.map((sum) => ({ sum, at: (sum.firstEpoch - begin) / stepDuration }))
  const size = Math.max(...places.map(({ sum, at }) => at + sum.count))
  const carries = new Array<number>(size).fill(0)
  const sumsMore = new Array<number>(size + 1).fill(0)
  const middleMore = new Array<TokenAmount>(size + 1).fill(0n)
  const ends = new Array<TokenAmount>(size).fill(0n)
  for (const { sum, at } of places) {
    const end = at + sum.count
    sumsMore[at]!++
    sumsMore[end]!--
    ends[at]! += sum.first
    if (sum.count === 1) continue
    ends[end - 1]! += sum.last
    middleMore[at + 1]! += sum.middle
    middleMore[end - 1]! -= sum.middle
    for (let k = 1; k < sum.count - 1; k++) carries[at + k]! += sum.carries[k]!
  }
  const funds: VestingFund[] = []
  let [middle, open] = [0n, 0]
  for (let i = 0; i < size; i++) {
    open += sumsMore[i]!
    if (middleMore[i] !== 0n) middle += middleMore[i]!
    const epoch = begin + stepDuration * i
    if (open === 0 || epoch < from) continue
    const amount = middle + BigInt(carries[i]!)
    funds.push({ epoch, amount: ends[i] === 0n ? amount : amount + ends[i]! })
  }
  return funds
}
