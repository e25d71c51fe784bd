/**
 * The base fee of the next tipset: from how full blocks were before network version 28, from what senders offered above
 * it since (FIP-0115). Fees are attoFIL per unit of gas.
 */
import { ceilDiv, floorDiv, max, min, type TokenAmount } from '../../primitives/units.ts'

export const BLOCK_GAS_LIMIT = 10_000_000_000
export const BLOCK_GAS_TARGET = 5_000_000_000
/** Mainnet and devnets start with this. */
export const INITIAL_BASE_FEE: TokenAmount = 100_000_000n
export const MINIMUM_BASE_FEE: TokenAmount = 100n
/** The unit of gas, of all offered in descending order, whose premium decides: 80 % of a block's limit. */
export const BLOCK_GAS_TARGET_INDEX = (BLOCK_GAS_LIMIT / 100) * 80 - 1
/** First network version that goes by premiums. */
export const PREMIUM_BASE_FEE_VERSION = 28

/** What base fees take from a message. */
export interface FeeMessage {
  /** Equal for two inclusions of the same message: its CID. */
  readonly cid: string
  /** Equal for all messages of one sender. */
  readonly from: string
  readonly nonce: number | bigint
  readonly gasLimit: number
  readonly gasFeeCap: TokenAmount
  readonly gasPremium: TokenAmount
}

/**
 * Base fee of the child of a tipset.
 *
 * @param blocks - of the tipset in ticket order, each with its BLS messages before its others. Not empty.
 * @see lotus `chain/store/basefee.go`, `ComputeBaseFee`
 */
export function computeBaseFee(
  networkVersion: number,
  baseFee: TokenAmount,
  blocks: readonly (readonly FeeMessage[])[],
): TokenAmount {
  const messages = blocks.flat()
  if (networkVersion < PREMIUM_BASE_FEE_VERSION) {
    const unique = uniqueBy(messages, (m) => m.cid)
    const gasLimitSum = unique.reduce((sum, m) => sum + m.gasLimit, 0)
    return nextBaseFeeFromUtilization(baseFee, gasLimitSum, blocks.length)
  }
  const unique = uniqueBy(messages, (m) => `${m.from}/${m.nonce}`)
  const percentile = weightedPremiumPercentile(
    unique.map((m) => effectiveGasPremium(m, baseFee)),
    unique.map((m) => m.gasLimit),
  )
  return nextBaseFeeFromPremium(baseFee, percentile)
}

/**
 * Network versions below 28: the fee moves by up to an eighth as the average block is above or below its gas target.
 *
 * @param gasLimitSum - gas limits of the tipset's unique messages.
 * @param packing - before the Smoke upgrade (mainnet epoch 51,000) blocks were expected to be packed only 4/5.
 * @see lotus `chain/store/basefee.go`, `ComputeNextBaseFee`
 */
export function nextBaseFeeFromUtilization(
  baseFee: TokenAmount,
  gasLimitSum: number | bigint,
  blocks: number,
  packing: 'full' | 'four-fifths' = 'full',
): TokenAmount {
  const target = BigInt(BLOCK_GAS_TARGET)
  const sum = BigInt(gasLimitSum)
  const average = packing === 'full' ? sum / BigInt(blocks) : (5n * sum) / (BigInt(blocks) * 4n)
  const delta = max(-target, min(target, average - target))
  const change = floorDiv(floorDiv(baseFee * delta, target), BASE_FEE_MAX_CHANGE_DENOM)
  return max(MINIMUM_BASE_FEE, baseFee + change)
}

/**
 * FIP-0115: the fee follows the premium at the percentile, at most an eighth up, and down by an eighth less that premium.
 *
 * @see lotus `chain/store/basefee.go`, `nextBaseFeeFromPremium`
 */
export function nextBaseFeeFromPremium(
  baseFee: TokenAmount,
  premiumPercentile: TokenAmount,
): TokenAmount {
  const step = ceilDiv(baseFee, BASE_FEE_MAX_CHANGE_DENOM)
  return max(MINIMUM_BASE_FEE, baseFee + min(step, premiumPercentile - step))
}

/**
 * The premium that pays for unit `index` of gas, when messages are taken in descending order of premium.
 *
 * @param gasLimits - weight of each premium.
 * @returns 0 when all messages together have no more than `index` gas.
 * @see lotus `chain/store/basefee.go`, `WeightedQuickSelect`
 */
export function weightedPremiumPercentile(
  premiums: readonly TokenAmount[],
  gasLimits: readonly number[],
  index: number = BLOCK_GAS_TARGET_INDEX,
): TokenAmount {
  const order = premiums.map((premium, i) => ({ premium, gas: gasLimits[i]! }))
  order.sort((a, b) => (a.premium < b.premium ? 1 : a.premium > b.premium ? -1 : 0))
  let covered = 0
  for (const { premium, gas } of order) {
    covered += gas
    if (covered > index) return premium
  }
  return 0n
}

/** What a block producer gets per unit of gas: the premium, as far as the fee cap leaves room above the base fee. */
export function effectiveGasPremium(
  { gasFeeCap, gasPremium }: Pick<FeeMessage, 'gasFeeCap' | 'gasPremium'>,
  baseFee: TokenAmount,
): TokenAmount {
  return min(gasPremium, max(0n, gasFeeCap - baseFee))
}

/** The fee changes by at most one part in this many per tipset. */
const BASE_FEE_MAX_CHANGE_DENOM = 8n

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Map<string, T>()
  for (const item of items) if (!seen.has(key(item))) seen.set(key(item), item)
  return [...seen.values()]
}
