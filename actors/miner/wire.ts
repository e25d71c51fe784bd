/** Small wire types shared by the miner's parameters and state. */
import { type Codec, int64, mapped, uint64 } from '../../primitives/codec.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { ExitCode, require } from '../runtime.ts'

/** Number of a sector, unique for its miner: up to 2⁶³ - 1 once checked, so not a JavaScript number. */
export type SectorNumber = bigint
export const SectorNumber: Codec<SectorNumber> = { ...uint64, name: 'SectorNumber' }

/** Wire number of a proof type. Numbers without a meaning decode as well: the method refuses them. */
export const ProofType: Codec<number> = mapped(int64, 'ProofType', Number, BigInt)

/**
 * An epoch as a caller gives it. Beyond ±2⁵³ it becomes the nearest JavaScript number, which is just as far out of every
 * range it is checked against. Where it may be stored unchecked, use `int64`.
 */
export const GivenEpoch: Codec<ChainEpoch> = mapped(int64, 'epoch', Number, BigInt)

const MAX_UINT64 = (1n << 64n) - 1n

/**
 * The number, if it can be put in a set.
 * @throws ActorError `AssertionFailed` for 2⁶⁴ - 1, at which the reference's bitfield panics.
 */
export function setSectorNumber(number: SectorNumber): SectorNumber {
  require(number < MAX_UINT64, ExitCode.AssertionFailed, `sector number ${number} in a bitfield`)
  return number
}
