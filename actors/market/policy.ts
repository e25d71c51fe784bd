/** Bounds on the terms of storage deals, and the schedule by which they are updated. */
import { quantizeUp } from '../../primitives/quantize.ts'
import { ceilDiv, fil, floorDiv, max } from '../../primitives/units.ts'
import type { ChainEpoch, StoragePower, TokenAmount } from '../../primitives/units.ts'
import { EPOCHS_IN_DAY, type Policy } from '../policy.ts'
import type { ScheduledEpoch } from './state.ts'

/** Inclusive. */
export interface Bounds<T> {
  readonly min: T
  readonly max: T
}

/** Bytes of a deal's label. */
export const DEAL_MAX_LABEL_SIZE = 256
/** All there can ever be. */
export const TOTAL_FILECOIN: TokenAmount = fil('2000000000')

export const DEAL_DURATION_BOUNDS: Bounds<ChainEpoch> = {
  min: 180 * EPOCHS_IN_DAY,
  max: 1278 * EPOCHS_IN_DAY,
}
export const DEAL_PRICE_PER_EPOCH_BOUNDS: Bounds<TokenAmount> = { min: 0n, max: TOTAL_FILECOIN }
export const DEAL_CLIENT_COLLATERAL_BOUNDS: Bounds<TokenAmount> = { min: 0n, max: TOTAL_FILECOIN }

/**
 * Collateral a provider puts up for a deal: at least the piece's share in 1 % of circulating supply, by the larger of
 * network power and baseline.
 *
 * @param pieceSize - padded bytes.
 * @see builtin-actors `actors/market/src/policy.rs`, `deal_provider_collateral_bounds`
 */
export function dealProviderCollateralBounds(
  policy: Policy,
  pieceSize: bigint,
  networkRawPower: StoragePower,
  baselinePower: StoragePower,
  circulatingSupply: TokenAmount,
): Bounds<TokenAmount> {
  const target = circulatingSupply * policy.provCollateralPercentSupplyNum
  const power = max(max(networkRawPower, baselinePower), pieceSize)
  const least = floorDiv(pieceSize * target, power * policy.provCollateralPercentSupplyDenom)
  return { min: least, max: TOTAL_FILECOIN }
}

/** Lost when a published deal is not activated in time: all of it. */
export function collateralPenaltyForDealActivationMissed(collateral: TokenAmount): TokenAmount {
  return collateral
}

/**
 * First epoch, not before `earliest`, at which a deal is updated. Deals are spread over the interval by their id.
 * @see builtin-actors `actors/market/src/lib.rs`, `next_update_epoch`
 */
export function nextUpdateEpoch(
  dealId: number | bigint,
  interval: ChainEpoch,
  earliest: ChainEpoch,
): ChainEpoch {
  const offset = Number(BigInt(dealId) % BigInt(interval))
  return quantizeUp({ unit: interval, offset }, earliest)
}

/** First epoch at which a new deal is looked at. Its start is any epoch of 64 bits that has not passed. */
export function firstUpdateEpoch(
  dealId: number,
  interval: ChainEpoch,
  startEpoch: bigint,
): ScheduledEpoch {
  if (startEpoch < FAR_FUTURE) return nextUpdateEpoch(dealId, interval, Number(startEpoch))
  const [unit, offset] = [BigInt(interval), BigInt(dealId % interval)]
  return ceilDiv(startEpoch - offset, unit) * unit + offset
}

/** From here on sums may not be exact as numbers. */
const FAR_FUTURE = 1n << 52n
