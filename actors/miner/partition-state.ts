/** State of a partition: the sectors that one window PoSt proof is about. */
import { Amt, amt } from '../../primitives/amt.ts'
import { Bitfield, bitfield } from '../../primitives/bitfield.ts'
import { type Infer, tuple } from '../../primitives/codec.ts'
import { ActorError, ExitCode } from '../runtime.ts'
import { ExpirationSet } from './expiration-set.ts'
import { isNegativePower, NO_POWER, PowerPair, subPower } from './power-pair.ts'

const EXPIRATION_AMT_BIT_WIDTH = 4
const EARLY_TERMINATION_AMT_BIT_WIDTH = 3

export const Partition = tuple(
  {
    /** All, also the terminated. */
    sectors: bitfield,
    /** Not proven since they were added; they become active with the next proof, or faulty without it. */
    unproven: bitfield,
    /** Declared or detected, and not proven since. */
    faults: bitfield,
    /** Faults that the next proof is to cover again. */
    recoveries: bitfield,
    /** Terminated or expired, until the partition is compacted. */
    terminated: bitfield,
    /** What leaves when, by the last epoch of a deadline. */
    expirationsEpochs: amt(ExpirationSet, EXPIRATION_AMT_BIT_WIDTH),
    /** Sectors by the epoch of their early termination, until their fees are settled. */
    earlyTerminated: amt(bitfield, EARLY_TERMINATION_AMT_BIT_WIDTH),
    /** Of all sectors that are not terminated. */
    livePower: PowerPair,
    unprovenPower: PowerPair,
    faultyPower: PowerPair,
    recoveringPower: PowerPair,
  },
  'Partition',
)
export type Partition = Infer<typeof Partition>

export const EMPTY_PARTITION: Partition = Object.freeze({
  sectors: Bitfield.empty,
  unproven: Bitfield.empty,
  faults: Bitfield.empty,
  recoveries: Bitfield.empty,
  terminated: Bitfield.empty,
  expirationsEpochs: Amt.empty(ExpirationSet, EXPIRATION_AMT_BIT_WIDTH),
  earlyTerminated: Amt.empty(bitfield, EARLY_TERMINATION_AMT_BIT_WIDTH),
  livePower: NO_POWER,
  unprovenPower: NO_POWER,
  faultyPower: NO_POWER,
  recoveringPower: NO_POWER,
})

/** Not terminated; they may be faulty. */
export const liveSectors = ({ sectors, terminated }: Partition): Bitfield =>
  sectors.subtract(terminated)

/** Neither terminated nor faulty nor unproven: those that have power. */
export const activeSectors = (partition: Partition): Bitfield =>
  liveSectors(partition).subtract(partition.faults).subtract(partition.unproven)

/** Power of the active sectors. */
export const activePower = ({ livePower, faultyPower, unprovenPower }: Partition): PowerPair =>
  subPower(subPower(livePower, faultyPower), unprovenPower)

/** @throws ActorError `IllegalState` when a sum or a set cannot be right. */
export function validatePartition(partition: Partition): void {
  const fail = (what: string): never => {
    throw new ActorError(ExitCode.IllegalState, `partition left with ${what}`)
  }
  const { livePower, unprovenPower, faultyPower, recoveringPower } = partition
  for (const power of [livePower, unprovenPower, faultyPower, recoveringPower])
    if (isNegativePower(power)) fail('negative power')
  if (unprovenPower.raw > livePower.raw) fail('invalid unproven power')
  if (faultyPower.raw > livePower.raw) fail('invalid faulty power')
  if (recoveringPower.raw > faultyPower.raw) fail('invalid recovering power')

  const { sectors, unproven, faults, recoveries, terminated } = partition
  const merged = unproven.union(faults)
  if (terminated.containsAny(merged)) fail('terminated sectors in multiple states')
  if (!sectors.containsAll(merged.union(terminated))) fail('invalid sector state')
  if (!faults.containsAll(recoveries)) fail('invalid recovery state')
}
