/**
 * Proving deadlines in time: when a miner's window opens, closes and is challenged, and what may be done to it when.
 */
import { quantizeDown, type QuantSpec } from '../../primitives/quantize.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { concatBytes, int64be } from '../../primitives/bytes.ts'
import { assert } from '../../primitives/assert.ts'
import type { Policy } from '../policy.ts'

/** One deadline of one proving period, seen from `currentEpoch`. */
export interface DeadlineInfo {
  readonly currentEpoch: ChainEpoch
  /** First epoch of the proving period. */
  readonly periodStart: ChainEpoch
  /** 0 to 47; 48 stands for the end of the period. */
  readonly index: number
  /** First epoch in which a proof is accepted. */
  readonly open: ChainEpoch
  /** First epoch in which it no longer is. */
  readonly close: ChainEpoch
  /** The epoch whose randomness is the challenge. */
  readonly challenge: ChainEpoch
  /** First epoch in which faults can no longer be declared for this window. */
  readonly faultCutoff: ChainEpoch
}

/** The window `index` of the period that starts at `periodStart`. */
export function newDeadlineInfo(
  policy: Policy,
  periodStart: ChainEpoch,
  index: number,
  currentEpoch: ChainEpoch,
): DeadlineInfo {
  if (index >= policy.wpostPeriodDeadlines) {
    const end = periodStart + policy.wpostProvingPeriod
    return {
      currentEpoch,
      periodStart,
      index,
      open: end,
      close: end,
      challenge: end,
      faultCutoff: 0,
    }
  }
  const open = periodStart + index * policy.wpostChallengeWindow
  return {
    currentEpoch,
    periodStart,
    index,
    open,
    close: open + policy.wpostChallengeWindow,
    challenge: open - policy.wpostChallengeLookback,
    faultCutoff: open - policy.faultDeclarationCutoff,
  }
}

/**
 * The window open at `currentEpoch`, for a miner whose periods start at epochs congruent to `periodStartSeed`. It follows
 * the clock, also while the miner's own cron is off and its recorded deadline stands still.
 */
export function deadlineInfoFromOffsetAndEpoch(
  policy: Policy,
  periodStartSeed: ChainEpoch,
  currentEpoch: ChainEpoch,
): DeadlineInfo {
  const quant = { unit: policy.wpostProvingPeriod, offset: periodStartSeed }
  const periodStart = quantizeDown(quant, currentEpoch)
  const index = currentDeadlineIndex(policy, currentEpoch, periodStart)
  return newDeadlineInfo(policy, periodStart, index, currentEpoch)
}

/** The window open at `currentEpoch`, within the period that starts at `periodStart`. */
export function currentDeadlineIndex(
  policy: Policy,
  currentEpoch: ChainEpoch,
  periodStart: ChainEpoch,
): number {
  return Math.trunc((currentEpoch - periodStart) / policy.wpostChallengeWindow)
}

export const periodStarted = (d: DeadlineInfo): boolean => d.currentEpoch >= d.periodStart
export const isOpen = (d: DeadlineInfo): boolean =>
  d.currentEpoch >= d.open && d.currentEpoch < d.close
export const hasElapsed = (d: DeadlineInfo): boolean => d.currentEpoch >= d.close
export const faultCutoffPassed = (d: DeadlineInfo): boolean => d.currentEpoch >= d.faultCutoff
/** Last epoch in which a proof is accepted; the deadline's cron runs in it. */
export const lastEpoch = (d: DeadlineInfo): ChainEpoch => d.close - 1

export const nextPeriodStart = (policy: Policy, d: DeadlineInfo): ChainEpoch =>
  d.periodStart + policy.wpostProvingPeriod
export const periodElapsed = (policy: Policy, d: DeadlineInfo): boolean =>
  d.currentEpoch >= nextPeriodStart(policy, d)
/** Last epoch of the proving period. */
export const periodEnd = (policy: Policy, d: DeadlineInfo): ChainEpoch =>
  nextPeriodStart(policy, d) - 1

/** The same window in the first period in which it has not yet closed. */
export function nextNotElapsed(policy: Policy, d: DeadlineInfo): DeadlineInfo {
  if (!hasElapsed(d)) return d
  const period = policy.wpostProvingPeriod
  const periods = 1 + Math.floor((d.currentEpoch - d.close) / period)
  return newDeadlineInfo(policy, d.periodStart + period * periods, d.index, d.currentEpoch)
}

/** Expirations and faults of a deadline's sectors fall on the last epochs of its windows. */
export function quantSpecForDeadline(policy: Policy, d: DeadlineInfo): QuantSpec {
  return { unit: policy.wpostProvingPeriod, offset: lastEpoch(d) }
}

/** Sectors may be added to or moved in a deadline until one window before it opens. */
export function deadlineIsMutable(
  policy: Policy,
  provingPeriodStart: ChainEpoch,
  index: number,
  currentEpoch: ChainEpoch,
): boolean {
  const info = newDeadlineInfo(policy, provingPeriodStart, index, currentEpoch)
  return currentEpoch < nextNotElapsed(policy, info).open - policy.wpostChallengeWindow
}

/** Proofs of the last window may be disputed for the dispute window after it closes. */
export function deadlineAvailableForOptimisticPoStDispute(
  policy: Policy,
  provingPeriodStart: ChainEpoch,
  index: number,
  currentEpoch: ChainEpoch,
): boolean {
  if (provingPeriodStart > currentEpoch) return false // nothing was ever proven
  const info = newDeadlineInfo(policy, provingPeriodStart, index, currentEpoch)
  const next = nextNotElapsed(policy, info)
  const lastClose = next.close - policy.wpostProvingPeriod
  return !isOpen(next) && currentEpoch < lastClose + policy.wpostDisputeWindow
}

/** Compaction forgets dead sectors, so it waits until no proof over them can be disputed any more. */
export function deadlineAvailableForCompaction(
  policy: Policy,
  provingPeriodStart: ChainEpoch,
  index: number,
  currentEpoch: ChainEpoch,
): boolean {
  return (
    deadlineIsMutable(policy, provingPeriodStart, index, currentEpoch) &&
    !deadlineAvailableForOptimisticPoStDispute(policy, provingPeriodStart, index, currentEpoch)
  )
}

/**
 * Where in the day a new miner's proving periods start, spread by the hash of its address.
 *
 *     u64be(blake2b-256(CBOR(address) ‖ i64be(currentEpoch))[0..8]) mod 2880
 *
 * @param addressBytes - protocol byte and payload of the miner's ID address.
 * @param blake2b256 - 32-byte digest.
 * @see builtin-actors `actors/miner/src/lib.rs`, `assign_proving_period_offset`
 */
export function provingPeriodOffset(
  policy: Policy,
  addressBytes: Uint8Array,
  currentEpoch: ChainEpoch,
  blake2b256: (data: Uint8Array) => Uint8Array,
): ChainEpoch {
  const digest = blake2b256(concatBytes(cborBytes(addressBytes), int64be(currentEpoch)))
  const view = new DataView(digest.buffer, digest.byteOffset, 8)
  return Number(view.getBigUint64(0) % BigInt(policy.wpostProvingPeriod))
}

/** Start of the proving period that holds `currentEpoch`; negative in a chain's first day. */
export function currentProvingPeriodStart(
  policy: Policy,
  currentEpoch: ChainEpoch,
  offset: ChainEpoch,
): ChainEpoch {
  const period = policy.wpostProvingPeriod
  const inPeriod = (currentEpoch % period) - offset
  return currentEpoch - (inPeriod >= 0 ? inPeriod : period + inPeriod)
}

/** CBOR byte string of at most 255 bytes; an address has no more than 65. */
function cborBytes(bytes: Uint8Array): Uint8Array {
  assert(bytes.length < 256, 'address is too long')
  const head = bytes.length < 24 ? [0x40 | bytes.length] : [0x58, bytes.length]
  return concatBytes(Uint8Array.from(head), bytes)
}
