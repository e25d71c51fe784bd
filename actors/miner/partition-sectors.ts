/**
 * Sectors that enter and leave a partition. Functions take a draft: a copy of the partition that its deadline puts back.
 * All throw ActorError `IllegalState` when the partition would be left wrong.
 *
 * @see builtin-actors `actors/miner/src/partition_state.rs`
 */
import { Bitfield } from '../../primitives/bitfield.ts'
import { NO_QUANTIZATION, type QuantSpec } from '../../primitives/quantize.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { abort, type Draft, ExitCode, require } from '../runtime.ts'
import { addToQueue } from './bitfield-queue.ts'
import {
  addActiveSectors,
  type ExpirationQueue,
  popExpirationsUntil,
  removeSectors,
  replaceInQueue,
} from './expiration-queue.ts'
import type { ExpirationSet } from './expiration-set.ts'
import { activeSectors, liveSectors, type Partition, validatePartition } from './partition-state.ts'
import type { SectorSize } from './policy.ts'
import { addPower, isZeroPower, type PowerPair, subPower } from './power-pair.ts'
import { powerForSectors } from './sector-power.ts'
import type { SectorOnChainInfo, SectorStore } from './sectors.ts'
import type { TerminationResult } from './termination-result.ts'

/** What all work on the sectors of one deadline needs. */
export interface SectorTerms {
  readonly sectorSize: SectorSize
  /** Grid of the deadline's expirations. */
  readonly quant: QuantSpec
}

/** Working copy of a partition's expiration queue; `queue.sets` is to be put back. */
export function expirationQueue(partition: Partition, terms: SectorTerms): ExpirationQueue {
  return { sets: partition.expirationsEpochs, ...terms }
}

export interface AddedSectors {
  readonly power: PowerPair
  /** attoFIL a day. */
  readonly dailyFee: TokenAmount
}

/** Adds live sectors that are not faulty. */
export function addSectors(
  partition: Draft<Partition>,
  terms: SectorTerms,
  sectors: readonly SectorOnChainInfo[],
  proven: boolean,
): AddedSectors {
  const queue = expirationQueue(partition, terms)
  const { numbers, power, dailyFee } = addActiveSectors(queue, sectors)
  const added = Bitfield.of(numbers)
  partition.expirationsEpochs = queue.sets
  require(!partition.sectors.containsAny(
    added,
  ), ExitCode.IllegalState, 'not all added sectors are new')
  partition.sectors = partition.sectors.union(added)
  partition.livePower = addPower(partition.livePower, power)
  if (!proven) {
    partition.unprovenPower = addPower(partition.unprovenPower, power)
    partition.unproven = partition.unproven.union(added)
  }
  validatePartition(partition)
  return { power, dailyFee }
}

/** Sums that change when sectors are replaced, new less old. */
export interface ReplacedSectors {
  readonly power: PowerPair
  readonly pledge: TokenAmount
  readonly dailyFee: TokenAmount
}

/** Replaces active sectors by others, or by themselves on other terms. */
export function replaceSectors(
  partition: Draft<Partition>,
  terms: SectorTerms,
  oldSectors: readonly SectorOnChainInfo[],
  newSectors: readonly SectorOnChainInfo[],
): ReplacedSectors {
  const queue = expirationQueue(partition, terms)
  const { removed, added } = replaceInQueue(queue, oldSectors, newSectors)
  partition.expirationsEpochs = queue.sets
  const oldNumbers = Bitfield.of(removed.numbers)
  if (!activeSectors(partition).containsAll(oldNumbers))
    abort(ExitCode.IllegalState, `refusing to replace inactive sectors in ${oldNumbers}`)
  const power = subPower(added.power, removed.power)
  partition.sectors = partition.sectors.subtract(oldNumbers).union(Bitfield.of(added.numbers))
  partition.livePower = addPower(partition.livePower, power)
  validatePartition(partition)
  return {
    power,
    pledge: added.pledge - removed.pledge,
    dailyFee: added.dailyFee - removed.dailyFee,
  }
}

export interface TerminatedSectors {
  /** What left the queue; its active power is without the unproven. */
  readonly removed: ExpirationSet
  readonly unprovenPower: PowerPair
}

/**
 * Terminates live sectors now; their fees are settled later, from `earlyTerminated`.
 * @param maxFaults - a partition with more faults or recoveries is refused.
 * @throws ActorError `IllegalArgument` when one of them is not live.
 */
export function terminateSectors(
  partition: Draft<Partition>,
  terms: SectorTerms,
  sectors: SectorStore,
  epoch: ChainEpoch,
  numbers: Bitfield,
  maxFaults: number,
): TerminatedSectors {
  require(liveSectors(partition).containsAll(
    numbers,
  ), ExitCode.IllegalArgument, 'can only terminate live sectors')
  const infos = sectors.load(numbers)
  const queue = expirationQueue(partition, terms)
  const { faults, recoveries } = partition
  const { removed, recoveringPower } = removeSectors(queue, infos, faults, recoveries, maxFaults)
  partition.expirationsEpochs = queue.sets
  const gone = removed.onTimeSectors.union(removed.earlySectors)
  recordEarlyTermination(partition, epoch, gone)
  const unproven = gone.intersect(partition.unproven)
  const unprovenPower = powerForSectors(terms.sectorSize, selectSectors(infos, unproven))

  markTerminated(partition, gone, removed)
  partition.recoveries = recoveries.subtract(gone)
  partition.recoveringPower = subPower(partition.recoveringPower, recoveringPower)
  partition.unproven = partition.unproven.subtract(unproven)
  partition.unprovenPower = subPower(partition.unprovenPower, unprovenPower)
  validatePartition(partition)
  const provenPower = subPower(removed.activePower, unprovenPower)
  return { removed: { ...removed, activePower: provenPower }, unprovenPower }
}

/**
 * Terminates what expires up to and including an epoch, at the end of the deadline: after missing proofs have made sectors
 * faulty and recoveries have failed or succeeded.
 */
export function popExpiredSectors(
  partition: Draft<Partition>,
  terms: SectorTerms,
  until: ChainEpoch,
): ExpirationSet {
  const illegal = (condition: boolean, message: string): void =>
    require(condition, ExitCode.IllegalState, message)
  illegal(
    partition.unproven.isEmpty,
    'cannot pop expired sectors from a partition with unproven sectors',
  )
  const queue = expirationQueue(partition, terms)
  const popped = popExpirationsUntil(queue, until)
  partition.expirationsEpochs = queue.sets
  illegal(partition.recoveries.isEmpty, 'unexpected recoveries while processing expirations')
  illegal(
    isZeroPower(partition.recoveringPower),
    'unexpected recovering power while processing expirations',
  )
  const expired = popped.onTimeSectors.union(popped.earlySectors)
  illegal(!partition.terminated.containsAny(expired), 'expiring sectors already terminated')
  markTerminated(partition, expired, popped)
  recordEarlyTermination(partition, until, popped.earlySectors)
  validatePartition(partition)
  return popped
}

/**
 * Takes early terminations off, oldest first, up to `maxSectors` sectors.
 * @returns them by epoch, and whether more are left.
 */
export function popEarlyTerminations(
  partition: Draft<Partition>,
  maxSectors: number,
): { readonly result: TerminationResult; readonly more: boolean } {
  const sectors = new Map<ChainEpoch, Bitfield>()
  let processed = 0
  let queue = partition.earlyTerminated
  for (const [epoch, set] of partition.earlyTerminated.numberEntries()) {
    const limit = maxSectors - processed
    const count = set.countNumber()
    const part = count > limit ? set.slice(0, limit)! : set
    queue = count > limit ? queue.set(epoch, set.subtract(part)) : queue.delete(epoch)
    sectors.set(epoch, part)
    processed += Math.min(count, limit)
    if (processed >= maxSectors) break
  }
  partition.earlyTerminated = queue
  validatePartition(partition)
  const result = { sectors, partitionsProcessed: 1, sectorsProcessed: processed }
  return { result, more: !queue.isEmpty }
}

/** Those of `sectors` whose numbers are given. @throws ActorError `IllegalState` when one is missing. */
export function selectSectors(
  sectors: readonly SectorOnChainInfo[],
  numbers: Bitfield,
): SectorOnChainInfo[] {
  if (numbers.isEmpty) return []
  const selected = sectors.filter(({ sectorNumber }) => numbers.has(sectorNumber))
  const missing = numbers.countNumber() - selected.length
  require(missing === 0, ExitCode.IllegalState, `failed to find ${missing} expected sectors`)
  return selected
}

function markTerminated(
  partition: Draft<Partition>,
  gone: Bitfield,
  { activePower, faultyPower }: ExpirationSet,
): void {
  partition.terminated = partition.terminated.union(gone)
  partition.faults = partition.faults.subtract(gone)
  partition.livePower = subPower(subPower(partition.livePower, activePower), faultyPower)
  partition.faultyPower = subPower(partition.faultyPower, faultyPower)
}

function recordEarlyTermination(
  partition: Draft<Partition>,
  epoch: ChainEpoch,
  numbers: Bitfield,
): void {
  const { earlyTerminated } = partition
  partition.earlyTerminated = addToQueue(earlyTerminated, NO_QUANTIZATION, epoch, numbers)
}
