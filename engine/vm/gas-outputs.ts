/** Settlement of a message's gas: what is burnt, what the block producer gets or is fined, what returns to the sender. */
import { min, type TokenAmount } from '../../primitives/units.ts'

/** Amounts in attoFIL. Burns, tip and refund add up to `feeCap` · gas limit. */
export interface GasOutputs {
  readonly baseFeeBurn: TokenAmount
  /** For asking much more gas than was used. */
  readonly overEstimationBurn: TokenAmount
  /** What the base fee exceeds the fee cap by, charged to the producer of the block. */
  readonly minerPenalty: TokenAmount
  readonly minerTip: TokenAmount
  readonly refund: TokenAmount
  /** Units of gas. */
  readonly gasRefund: number
  /** Units of gas. */
  readonly gasBurned: number
}

/**
 * @param gasUsed - units of gas, whole. @param gasLimit - units of gas, whole.
 * @param feeCap - per unit of gas; the sender has put aside `feeCap` · `gasLimit`.
 * @see ref-fvm `fvm/src/gas/outputs.rs`, `GasOutputs::compute`
 */
export function gasOutputs(
  gasUsed: number,
  gasLimit: number,
  baseFee: TokenAmount,
  feeCap: TokenAmount,
  gasPremium: TokenAmount,
): GasOutputs {
  const used = BigInt(gasUsed)
  const limit = BigInt(gasLimit)
  const feePaid = min(baseFee, feeCap)
  const { gasRefund, gasBurned } = gasOverestimationBurn(gasUsed, gasLimit)
  const burned = BigInt(gasBurned)

  const baseFeeBurn = feePaid * used
  const overEstimationBurn = feePaid * burned
  const minerTip = min(gasPremium, feeCap - feePaid) * limit
  return {
    baseFeeBurn,
    overEstimationBurn,
    minerPenalty: (baseFee - feePaid) * (used + burned),
    minerTip,
    refund: feeCap * limit - baseFeeBurn - minerTip - overEstimationBurn,
    gasRefund,
    gasBurned,
  }
}

/**
 * Splits unused gas. Up to a tenth above what was used is free; beyond, the burnt share of the rest grows with the
 * excess until everything unused is burnt, at a limit of 2.1 times.
 *
 * @see ref-fvm `fvm/src/gas/outputs.rs`, `compute_gas_overestimation_burn`
 */
export function gasOverestimationBurn(
  gasUsed: number,
  gasLimit: number,
): { readonly gasRefund: number; readonly gasBurned: number } {
  if (gasUsed === 0) return { gasRefund: 0, gasBurned: gasLimit }
  const used = BigInt(gasUsed)
  const limit = BigInt(gasLimit)
  const excess = limit - (used * 11n) / 10n
  const over = excess < 0n ? 0n : min(excess, used)
  const unused = limit > used ? limit - used : 0n
  const burned = (unused * over) / used
  return { gasRefund: Number(unused - burned), gasBurned: Number(burned) }
}
