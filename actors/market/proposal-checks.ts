/** Whether the terms of a proposed deal are allowed. @see builtin-actors `actors/market/src/lib.rs`, `validate_deal` */
import { utf8 } from '../../primitives/bytes.ts'
import type { Cid } from '../../primitives/cid.ts'
import { commitmentOfCid, MIN_PIECE_SIZE } from '../../primitives/data-commitment.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import type { StoragePower } from '../../primitives/units.ts'
import type { Runtime } from '../runtime.ts'
import { dealDuration, type DealProposal, type Label } from './deal.ts'
import {
  type Bounds,
  DEAL_CLIENT_COLLATERAL_BOUNDS,
  DEAL_DURATION_BOUNDS,
  DEAL_MAX_LABEL_SIZE,
  DEAL_PRICE_PER_EPOCH_BOUNDS,
  dealProviderCollateralBounds,
} from './policy.ts'

/** What the least collateral of providers follows from. */
export interface NetworkPower {
  readonly raw: StoragePower
  readonly baseline: StoragePower
}

/** Whether a proposal's own terms are allowed, whoever signed it. */
export function hasAllowedTerms(rt: Runtime, deal: DealProposal, network: NetworkPower): boolean {
  return (
    labelSize(deal.label) <= DEAL_MAX_LABEL_SIZE &&
    isPaddedSize(deal.pieceSize) &&
    isPieceCid(deal.pieceCid) &&
    deal.endEpoch > deal.startEpoch &&
    deal.startEpoch >= rt.epoch &&
    within(DEAL_DURATION_BOUNDS, dealDuration(deal)) &&
    within(DEAL_PRICE_PER_EPOCH_BOUNDS, deal.storagePricePerEpoch) &&
    within(providerCollateralBounds(rt, deal, network), deal.providerCollateral) &&
    within(DEAL_CLIENT_COLLATERAL_BOUNDS, deal.clientCollateral)
  )
}

function providerCollateralBounds(
  rt: Runtime,
  { pieceSize }: DealProposal,
  { raw, baseline }: NetworkPower,
): Bounds<bigint> {
  return dealProviderCollateralBounds(rt.policy, pieceSize, raw, baseline, rt.circulatingSupply)
}

/** Bytes. */
function labelSize(label: Label): number {
  return typeof label === 'string' ? utf8(label).length : label.length
}

function isPaddedSize(size: bigint): boolean {
  return size >= MIN_PIECE_SIZE && (size & (size - 1n)) === 0n
}

function isPieceCid(cid: Cid): boolean {
  try {
    commitmentOfCid(cid)
    return true
  } catch (error) {
    if (error instanceof InvalidInput) return false
    throw error
  }
}

function within({ min, max }: Bounds<number | bigint>, value: bigint): boolean {
  return value >= min && value <= max
}
