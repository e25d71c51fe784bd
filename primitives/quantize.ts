/** Rounding of epochs to a grid, by which expirations, vesting and clean-ups share queue entries. */
import type { ChainEpoch } from './units.ts'

/** The grid `offset + n · unit`. `unit` is positive; `offset` may be any epoch, also a negative one. */
export interface QuantSpec {
  readonly unit: ChainEpoch
  readonly offset: ChainEpoch
}

/** The grid of every epoch. */
export const NO_QUANTIZATION: QuantSpec = { unit: 1, offset: 0 }

/**
 * The first grid epoch that is not before `epoch`.
 *
 * The rest has the sign of the distance, as in consensus; both for the offset and for epochs below it.
 *
 * @see builtin-actors `actors/miner/src/quantize.rs`, `QuantSpec::quantize_up`
 */
export function quantizeUp({ unit, offset }: QuantSpec, epoch: ChainEpoch): ChainEpoch {
  const rest = (epoch - (offset % unit)) % unit
  return epoch - rest + (rest > 0 ? unit : 0)
}

/** The last grid epoch that is not after `epoch`. @see builtin-actors `QuantSpec::quantize_down` */
export function quantizeDown(quant: QuantSpec, epoch: ChainEpoch): ChainEpoch {
  const next = quantizeUp(quant, epoch)
  return epoch === next ? next : next - quant.unit
}
