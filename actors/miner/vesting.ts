/**
 * A miner's vesting table: amounts by the epoch after which they are free, in ascending order.
 *
 * The first entry is the head of the wire form, which is kept inline in the miner's state. Penalties may draw it down to
 * zero; a zero head is not an entry of the table, but it stays in the state until something rewrites the whole table.
 */
import { assert } from '../../primitives/assert.ts'
import { quantizeUp } from '../../primitives/quantize.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { EPOCHS_IN_DAY, EPOCHS_IN_HOUR } from '../policy.ts'

/** `amount` vests after `epoch`: it is free in the first epoch that is later. */
export interface VestingFund {
  readonly epoch: ChainEpoch
  readonly amount: TokenAmount
}

/** Head first; empty where the state holds null. */
export type VestingFunds = readonly VestingFund[]

/** A linear schedule. All in epochs. */
export interface VestSpec {
  readonly initialDelay: ChainEpoch
  readonly vestPeriod: ChainEpoch
  /** Between one entry and the next, before they are rounded up to the grid. */
  readonly stepDuration: ChainEpoch
  /** Unit of the grid, which is aligned with the miner's proving periods. */
  readonly quantization: ChainEpoch
}

/** Locked block rewards and the deposit of new miners: 180 days. */
export const REWARD_VESTING_SPEC: VestSpec = {
  initialDelay: 0,
  vestPeriod: 180 * EPOCHS_IN_DAY,
  stepDuration: EPOCHS_IN_DAY,
  quantization: 12 * EPOCHS_IN_HOUR,
}

/** The table's entries: without a zero head. */
export function vestingEntries(funds: VestingFunds): VestingFunds {
  return funds.length > 0 && funds[0]!.amount <= 0n ? funds.slice(1) : funds
}

/** What has already vested at `currentEpoch` and what is left. @see builtin-actors `unlock_vested_funds` */
export function unlockVestedFunds(
  funds: VestingFunds,
  currentEpoch: ChainEpoch,
): { readonly funds: VestingFunds; readonly unlocked: TokenAmount } {
  if (funds.length === 0 || funds[0]!.epoch >= currentEpoch) return { funds, unlocked: 0n }
  return takeVested(vestingEntries(funds), currentEpoch)
}

/**
 * Adds `vestingSum` by the schedule of `spec`, from `currentEpoch` on, and releases what has vested by now.
 *
 * @param provingPeriodStart - aligns the grid.
 * @see builtin-actors `actors/miner/src/vesting_state.rs`, `add_locked_funds`
 */
export function addLockedFunds(
  funds: VestingFunds,
  currentEpoch: ChainEpoch,
  vestingSum: TokenAmount,
  provingPeriodStart: ChainEpoch,
  spec: VestSpec,
): { readonly funds: VestingFunds; readonly unlocked: TokenAmount } {
  const added = vestingSchedule(currentEpoch, vestingSum, provingPeriodStart, spec)
  return takeVested(mergeByEpoch(vestingEntries(funds), added), currentEpoch)
}

/**
 * Releases what has vested by `currentEpoch`, then takes up to `target` of what has not, earliest first.
 *
 * @returns `vested` and `unvested` parts, and the table left. As long as the head alone covers `target`, only the head
 *   changes, also to zero.
 * @see builtin-actors `actors/miner/src/vesting_state.rs`, `unlock_vested_and_unvested_funds`
 */
export function unlockVestedAndUnvestedFunds(
  funds: VestingFunds,
  currentEpoch: ChainEpoch,
  target: TokenAmount,
): { readonly funds: VestingFunds; readonly vested: TokenAmount; readonly unvested: TokenAmount } {
  const head = funds[0]
  if (head && head.epoch >= currentEpoch && head.amount >= target) {
    const drawn = { epoch: head.epoch, amount: head.amount - target }
    return { funds: [drawn, ...funds.slice(1)], vested: 0n, unvested: target }
  }
  const { funds: rest, unlocked } = takeVested(vestingEntries(funds), currentEpoch)
  let left = target
  let next = 0
  while (next < rest.length && rest[next]!.amount < left) left -= rest[next++]!.amount
  const partial = rest[next]
  if (!partial) return { funds: [], vested: unlocked, unvested: target - left }
  const drawn = { epoch: partial.epoch, amount: partial.amount - left }
  return { funds: [drawn, ...rest.slice(next + 1)], vested: unlocked, unvested: target }
}

/** Everything in the table, vested or not. */
export function vestingTotal(funds: VestingFunds): TokenAmount {
  let total = 0n
  for (const { amount } of funds) total += amount
  return total
}

/**
 * The entries by which `vestingSum` vests: what is due at each step, on the grid, is
 * ⌊vestingSum · elapsed / vestPeriod⌋ less what was due before. Steps finer than the grid give several entries for one
 * epoch.
 *
 * With vestingSum = whole · vestPeriod + rest only rest · elapsed is ever divided, and that fits a number; entries for
 * equally long steps differ by one at most, so few amounts have to be made.
 */
export function vestingSchedule(
  vestBegin: ChainEpoch,
  vestingSum: TokenAmount,
  provingPeriodStart: ChainEpoch,
  { initialDelay, vestPeriod, stepDuration, quantization }: VestSpec,
): VestingFund[] {
  assert(vestPeriod > 0 && vestPeriod ** 2 <= Number.MAX_SAFE_INTEGER, `vest period ${vestPeriod}`)
  if (vestingSum <= 0n) return []
  const quant = { unit: quantization, offset: provingPeriodStart }
  const begin = vestBegin + initialDelay
  const whole = vestingSum / BigInt(vestPeriod)
  const rest = Number(vestingSum % BigInt(vestPeriod))
  const amounts = new Map<number, TokenAmount>()
  const entries: VestingFund[] = []
  let [elapsed, restDue] = [0, 0]
  for (let step = begin + stepDuration; elapsed < vestPeriod; step += stepDuration) {
    const epoch = quantizeUp(quant, step)
    const now = Math.min(epoch - begin, vestPeriod)
    const restNow = Math.floor((rest * now) / vestPeriod)
    const key = (now - elapsed) * vestPeriod + (restNow - restDue)
    let amount = amounts.get(key)
    if (amount === undefined) {
      amount = whole * BigInt(now - elapsed) + BigInt(restNow - restDue)
      amounts.set(key, amount)
    }
    entries.push({ epoch, amount })
    ;[elapsed, restDue] = [now, restNow]
  }
  return entries
}

/** Splits off the entries before `currentEpoch`. */
function takeVested(funds: VestingFunds, currentEpoch: ChainEpoch) {
  let unlocked = 0n
  let next = 0
  while (next < funds.length && funds[next]!.epoch < currentEpoch) unlocked += funds[next++]!.amount
  return { funds: next === 0 ? funds : funds.slice(next), unlocked }
}

/** Both tables in order; an entry of one is joined with at most one of the other. */
export function mergeByEpoch(a: VestingFunds, b: VestingFunds): VestingFund[] {
  const merged: VestingFund[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const left = a[i]!
    const right = b[j]!
    if (left.epoch === right.epoch) {
      merged.push({ epoch: left.epoch, amount: left.amount + right.amount })
      i++
      j++
    } else if (left.epoch < right.epoch) {
      merged.push(left)
      i++
    } else {
      merged.push(right)
      j++
    }
  }
  while (i < a.length) merged.push(a[i++]!)
  while (j < b.length) merged.push(b[j++]!)
  return merged
}
