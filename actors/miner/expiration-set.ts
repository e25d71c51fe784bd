/** Sectors that leave a partition in the same epoch, with the sums that leave with them. */
import { bitfield, Bitfield } from '../../primitives/bitfield.ts'
import { type Infer, tokenAmount, tuple } from '../../primitives/codec.ts'
import { ExitCode, require } from '../runtime.ts'
import { addPower, isNegativePower, NO_POWER, PowerPair, subPower } from './power-pair.ts'

export const ExpirationSet = tuple(
  {
    /** At the end of their life. */
    onTimeSectors: bitfield,
    /** Faulty for too long by then. */
    earlySectors: bitfield,
    /** attoFIL pledged for the on-time sectors. */
    onTimePledge: tokenAmount,
    /** Of sectors that are not faulty; these are on time. */
    activePower: PowerPair,
    /** Of faulty sectors, on time or early. */
    faultyPower: PowerPair,
    /** attoFIL a day that the deadline will no longer be charged (FIP-0100). */
    feeDeduction: tokenAmount,
  },
  'ExpirationSet',
  { feeDeduction: 0n },
)
export type ExpirationSet = Infer<typeof ExpirationSet>

export const EMPTY_EXPIRATION_SET: ExpirationSet = Object.freeze({
  onTimeSectors: Bitfield.empty,
  earlySectors: Bitfield.empty,
  onTimePledge: 0n,
  activePower: NO_POWER,
  faultyPower: NO_POWER,
  feeDeduction: 0n,
})

/** The sum of two sets. @throws ActorError `IllegalState` when a sum is negative. */
export function addExpirations(set: ExpirationSet, more: ExpirationSet): ExpirationSet {
  return validExpirations({
    onTimeSectors: set.onTimeSectors.union(more.onTimeSectors),
    earlySectors: set.earlySectors.union(more.earlySectors),
    onTimePledge: set.onTimePledge + more.onTimePledge,
    activePower: addPower(set.activePower, more.activePower),
    faultyPower: addPower(set.faultyPower, more.faultyPower),
    feeDeduction: set.feeDeduction + more.feeDeduction,
  })
}

/** A set without a part of it. @throws ActorError `IllegalState` when it is no part of it, or a sum is negative. */
export function removeExpirations(set: ExpirationSet, part: ExpirationSet): ExpirationSet {
  require(set.onTimeSectors.containsAll(part.onTimeSectors) &&
    set.earlySectors.containsAll(
      part.earlySectors,
    ), ExitCode.IllegalState, 'removing sectors that do not expire then')
  return validExpirations(subtractExpirations(set, part))
}

/** As `removeExpirations`, unchecked. */
export function subtractExpirations(set: ExpirationSet, part: ExpirationSet): ExpirationSet {
  return {
    onTimeSectors: set.onTimeSectors.subtract(part.onTimeSectors),
    earlySectors: set.earlySectors.subtract(part.earlySectors),
    onTimePledge: set.onTimePledge - part.onTimePledge,
    activePower: subPower(set.activePower, part.activePower),
    faultyPower: subPower(set.faultyPower, part.faultyPower),
    feeDeduction: set.feeDeduction - part.feeDeduction,
  }
}

export const noExpirations = ({ onTimeSectors, earlySectors }: ExpirationSet): boolean =>
  onTimeSectors.isEmpty && earlySectors.isEmpty

/** The set. @throws ActorError `IllegalState` when a sum is negative. */
export function validExpirations(set: ExpirationSet): ExpirationSet {
  require(set.onTimePledge >= 0n &&
    set.feeDeduction >= 0n &&
    !isNegativePower(set.activePower) &&
    !isNegativePower(
      set.faultyPower,
    ), ExitCode.IllegalState, 'expiration set left with a negative sum')
  return set
}
