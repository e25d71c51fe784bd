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

/** Entries of all awards together, as if each had been added by `vestingSchedule` in turn. */
export function scheduleOf(awards: readonly Award[]): VestingFund[] {
  const groups = new Map<string, Award[]>()
  for (const award of awards) {
    const key = `${award.firstEpoch}/${steps(award)}`
    const group = groups.get(key)
    if (group) group.push(award)
    else groups.set(key, [award])
  }
  let funds: VestingFund[] = []
  for (const group of groups.values()) funds = mergeByEpoch(funds, entriesOf(group))
  return funds
}

/** Number of entries of an award. */
function steps({ begin, firstEpoch, spec }: Award): number {
  const left = spec.vestPeriod - (firstEpoch - begin)
  return 1 + Math.max(0, Math.ceil(left / spec.stepDuration))
}

/** Entries of awards that have the same epochs. */
function entriesOf(awards: readonly Award[]): VestingFund[] {
  const { spec, firstEpoch } = awards[0]!
  const { vestPeriod, stepDuration } = spec
  const count = steps(awards[0]!)
  const rests = new Array<number>(count).fill(0)
  let [first, middle, last] = [0n, 0n, 0n]
  for (const { begin, sum } of awards) {
    const whole = sum / BigInt(vestPeriod)
    const rest = Number(sum % BigInt(vestPeriod))
    const start = Math.min(firstEpoch - begin, vestPeriod)
    first += whole * BigInt(start)
    middle += whole * BigInt(stepDuration)
    last += whole * BigInt(vestPeriod - start - stepDuration * (count - 2))
    let due = 0
    for (let k = 0; k < count; k++) {
      const elapsed = Math.min(start + stepDuration * k, vestPeriod)
      const now = Math.floor((rest * elapsed) / vestPeriod)
      rests[k]! += now - due
      due = now
    }
  }
  return rests.map((rest, k) => {
    const part = k === 0 ? first : k === count - 1 ? last : middle
    return { epoch: firstEpoch + stepDuration * k, amount: part + BigInt(rest) }
  })
}
