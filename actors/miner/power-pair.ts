/** Raw and quality-adjusted power of the same sectors, kept as sums and moved as differences. */
import { bigInt, type Codec, tuple } from '../../primitives/codec.ts'
import type { StoragePower } from '../../primitives/units.ts'

/** Bytes; negative in a difference. */
export interface PowerPair {
  readonly raw: StoragePower
  readonly qa: StoragePower
}
export const PowerPair: Codec<PowerPair> = tuple({ raw: bigInt, qa: bigInt }, 'PowerPair')

export const NO_POWER: PowerPair = Object.freeze({ raw: 0n, qa: 0n })

export const isZeroPower = ({ raw, qa }: PowerPair): boolean => raw === 0n && qa === 0n
export const samePower = (a: PowerPair, b: PowerPair): boolean => a.raw === b.raw && a.qa === b.qa
export const isNegativePower = ({ raw, qa }: PowerPair): boolean => raw < 0n || qa < 0n
export const negatePower = ({ raw, qa }: PowerPair): PowerPair => ({ raw: -raw, qa: -qa })

export function addPower(a: PowerPair, b: PowerPair): PowerPair {
  return isZeroPower(b) ? a : { raw: a.raw + b.raw, qa: a.qa + b.qa }
}

export function subPower(a: PowerPair, b: PowerPair): PowerPair {
  return isZeroPower(b) ? a : { raw: a.raw - b.raw, qa: a.qa - b.qa }
}
