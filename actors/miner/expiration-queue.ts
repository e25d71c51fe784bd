/**
 * The queue by which sectors leave a partition: on time at the end of their life, or early when they have been faulty for
 * too long. Epochs are rounded up to the last epochs of the deadline's windows.
 *
 * Functions change the queue in place; it is a working copy of a partition's field. All of them throw ActorError
 * `IllegalState` when the queue is not what its partition says.
 *
 * @see builtin-actors `actors/miner/src/expiration_queue.rs`
 */
import type { Amt } from '../../primitives/amt.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import { type QuantSpec, quantizeUp } from '../../primitives/quantize.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { ActorError, ExitCode, require } from '../runtime.ts'
import { queueEpoch } from './bitfield-queue.ts'
import {
  addExpirations,
  EMPTY_EXPIRATION_SET,
  type ExpirationSet,
  noExpirations,
  removeExpirations,
  subtractExpirations,
  validExpirations,
} from './expiration-set.ts'
import type { SectorSize } from './policy.ts'
import { addPower, NO_POWER, type PowerPair, subPower } from './power-pair.ts'
import {
  addSums,
  NO_SECTOR_SUMS,
  powerForSector,
  type SectorSums,
  sumSectors,
} from './sector-power.ts'
import type { SectorOnChainInfo } from './sectors.ts'

export interface ExpirationQueue {
  sets: Amt<ExpirationSet>
  readonly quant: QuantSpec
  readonly sectorSize: SectorSize
}

type Sectors = readonly SectorOnChainInfo[]

/** Adds active sectors at the ends of their lives. @returns their sums. */
export function addActiveSectors(queue: ExpirationQueue, sectors: Sectors): SectorSums {
  let total = NO_SECTOR_SUMS
  for (const [epoch, group] of groupByExpiration(queue, sectors)) {
    const sums = sumSectors(queue.sectorSize, group)
    addAt(queue, epoch, onTime(sums))
    total = addSums(total, sums)
  }
  return total
}

/** Takes active sectors off and adds others. @returns the sums of both. */
export function replaceInQueue(
  queue: ExpirationQueue,
  oldSectors: Sectors,
  newSectors: Sectors,
): { readonly removed: SectorSums; readonly added: SectorSums } {
  const removed = removeActiveSectors(queue, oldSectors)
  return { removed, added: addActiveSectors(queue, newSectors) }
}

/**
 * Makes active sectors faulty: those that would outlive `faultExpiration` expire early then, and their pledge leaves the
 * queue; the others stay, with their power moved.
 *
 * @returns the power that became faulty.
 */
export function rescheduleAsFaults(
  queue: ExpirationQueue,
  faultExpiration: ChainEpoch,
  sectors: Sectors,
): PowerPair {
  let early = NO_SECTOR_SUMS
  let faulty = NO_POWER
  const faultEpoch = quantizeUp(queue.quant, faultExpiration)
  for (const { epoch, found } of findByExpiration(queue, sectors)) {
    const sums = sumSectors(queue.sectorSize, found)
    const set = queue.sets.get(epoch) ?? EMPTY_EXPIRATION_SET
    const outlives = epoch > faultEpoch
    if (outlives) early = addSums(early, sums)
    faulty = addPower(faulty, sums.power)
    putOrDelete(
      queue,
      epoch,
      validExpirations(
        outlives ? subtractExpirations(set, onTime(sums)) : moveToFaulty(set, sums.power),
      ),
    )
  }
  const { numbers, power, dailyFee } = early
  if (numbers.length > 0) addEarly(queue, faultExpiration, Bitfield.of(numbers), power, dailyFee)
  return faulty
}

/** As `rescheduleAsFaults` with all sectors of the queue, known by the sums alone. */
export function rescheduleAllAsFaults(queue: ExpirationQueue, faultExpiration: ChainEpoch): void {
  const faultEpoch = quantizeUp(queue.quant, faultExpiration)
  const moved: ChainEpoch[] = []
  let sum = EMPTY_EXPIRATION_SET
  for (const [epoch, set] of queue.sets.numberEntries()) {
    if (epoch <= faultEpoch) {
      queue.sets = queue.sets.set(epoch, validExpirations(moveToFaulty(set, set.activePower)))
      continue
    }
    require(set.earlySectors
      .isEmpty, ExitCode.IllegalState, 'attempted to re-schedule early expirations to an earlier epoch')
    moved.push(epoch)
    sum = addExpirations(sum, set)
  }
  if (moved.length === 0) return
  const power = addPower(sum.activePower, sum.faultyPower)
  addEarly(queue, faultExpiration, sum.onTimeSectors, power, sum.feeDeduction)
  queue.sets = queue.sets.deleteAll(moved)
}

/**
 * Makes faulty sectors active again: those that would expire early go back to the ends of their lives.
 * @returns the power that recovered.
 */
export function rescheduleRecovered(queue: ExpirationQueue, sectors: Sectors): PowerPair {
  const remaining = byNumber(sectors)
  const rescheduled: SectorOnChainInfo[] = []
  let recovered = NO_POWER
  changeWhile(queue, (set) => {
    const { onTime: stay, early } = takeFrom(set, remaining)
    const staying = sumSectors(queue.sectorSize, stay)
    const leaving = sumSectors(queue.sectorSize, early)
    rescheduled.push(...early)
    const power = addPower(staying.power, leaving.power)
    recovered = addPower(recovered, power)
    const next = {
      ...set,
      earlySectors: set.earlySectors.subtract(Bitfield.of(leaving.numbers)),
      activePower: addPower(set.activePower, staying.power),
      faultyPower: subPower(set.faultyPower, power),
      feeDeduction: set.feeDeduction - leaving.dailyFee,
    }
    return { set: stay.length + early.length > 0 ? next : set, goOn: remaining.size > 0 }
  })
  requireNone(remaining)
  addActiveSectors(queue, rescheduled)
  return recovered
}

export interface RemovedSectors {
  readonly removed: ExpirationSet
  /** Power of removed sectors that were to recover. */
  readonly recoveringPower: PowerPair
}

/**
 * Takes sectors off, active or faulty.
 * @param faults - faulty sectors of the partition, and `recovering` those of them that are to recover.
 * @param maxFaults - more of either are refused.
 */
export function removeSectors(
  queue: ExpirationQueue,
  sectors: Sectors,
  faults: Bitfield,
  recovering: Bitfield,
  maxFaults: number,
): RemovedSectors {
  for (const set of [faults, recovering]) requireAtMost(set, maxFaults)
  const isFaulty = ({ sectorNumber }: SectorOnChainInfo): boolean => faults.has(sectorNumber)
  const active = sectors.filter((sector) => !isFaulty(sector))
  let removed = onTime(removeActiveSectors(queue, active))
  let recoveringPower = NO_POWER
  const remaining = byNumber(sectors.filter(isFaulty))
  changeWhile(queue, (set) => {
    requireAtMost(set.onTimeSectors, ENTRY_SECTORS_MAX)
    requireAtMost(set.earlySectors, ENTRY_SECTORS_MAX)
    const found = takeFrom(set, remaining)
    const part = faultyPart(queue.sectorSize, found)
    removed = addExpirations(removed, part)
    for (const sector of [...found.onTime, ...found.early])
      if (recovering.has(sector.sectorNumber))
        recoveringPower = addPower(recoveringPower, powerForSector(queue.sectorSize, sector))
    return {
      set: noExpirations(part) ? set : subtractExpirations(set, part),
      goOn: remaining.size > 0,
    }
  })
  requireNone(remaining)
  return { removed, recoveringPower }
}

/** Takes off everything up to and including an epoch. @returns its sum. */
export function popExpirationsUntil(queue: ExpirationQueue, until: ChainEpoch): ExpirationSet {
  let sum = EMPTY_EXPIRATION_SET
  const popped: ChainEpoch[] = []
  for (const [epoch, set] of queue.sets.numberEntries()) {
    if (epoch > until) break
    popped.push(epoch)
    sum = addExpirations(sum, set)
  }
  queue.sets = queue.sets.deleteAll(popped)
  return sum
}

/** Most sectors of an entry that are looked at one by one. */
const ENTRY_SECTORS_MAX = 10_000

function removeActiveSectors(queue: ExpirationQueue, sectors: Sectors): SectorSums {
  let total = NO_SECTOR_SUMS
  for (const { epoch, found } of findByExpiration(queue, sectors)) {
    const set = queue.sets.get(epoch) ?? EMPTY_EXPIRATION_SET
    const sums = sumSectors(queue.sectorSize, found)
    putOrDelete(queue, epoch, removeExpirations(set, onTime(sums)))
    total = addSums(total, sums)
  }
  return total
}

function addAt(queue: ExpirationQueue, rawEpoch: ChainEpoch, more: ExpirationSet): void {
  const epoch = queueEpoch(queue.quant, rawEpoch)
  const set = queue.sets.get(epoch) ?? EMPTY_EXPIRATION_SET
  queue.sets = queue.sets.set(epoch, addExpirations(set, more))
}

function addEarly(
  queue: ExpirationQueue,
  rawEpoch: ChainEpoch,
  earlySectors: Bitfield,
  faultyPower: PowerPair,
  feeDeduction: TokenAmount,
): void {
  addAt(queue, rawEpoch, { ...EMPTY_EXPIRATION_SET, earlySectors, faultyPower, feeDeduction })
}

function putOrDelete(queue: ExpirationQueue, epoch: ChainEpoch, set: ExpirationSet): void {
  queue.sets = noExpirations(set) ? queue.sets.delete(epoch) : queue.sets.set(epoch, set)
}

/** Visits entries in order until told to stop; entries that become empty are deleted. */
function changeWhile(
  queue: ExpirationQueue,
  change: (set: ExpirationSet) => { set: ExpirationSet; goOn: boolean },
): void {
  for (const [epoch, before] of queue.sets.numberEntries()) {
    const { set, goOn } = change(before)
    putOrDelete(queue, epoch, validExpirations(set))
    if (!goOn) break
  }
}

interface FoundSectors {
  readonly epoch: ChainEpoch
  readonly found: SectorOnChainInfo[]
}

/**
 * Where active sectors are in the queue: at the ends of their lives, or, when they were rescheduled, in the first entries
 * that have them. In order of epoch.
 */
function findByExpiration(queue: ExpirationQueue, sectors: Sectors): FoundSectors[] {
  const remaining = byNumber(sectors)
  const declared = new Set(sectors.map(({ expiration }) => quantizeUp(queue.quant, expiration)))
  const groups: FoundSectors[] = []
  const group = (epoch: ChainEpoch, set: ExpirationSet): void => {
    const found = takeOnTime(set, remaining)
    if (found.length > 0) groups.push({ epoch, found })
  }
  for (const epoch of [...declared].sort((a, b) => a - b))
    group(epoch, queue.sets.get(queueEpoch(queue.quant, epoch)) ?? EMPTY_EXPIRATION_SET)
  if (remaining.size > 0)
    for (const [epoch, set] of queue.sets.numberEntries()) {
      if (declared.has(epoch)) continue
      for (const number of remaining.keys())
        require(!set.earlySectors.has(
          number,
        ), ExitCode.IllegalState, `invalid attempt to group sector ${number} with an early expiration`)
      group(epoch, set)
      if (remaining.size === 0) break
    }
  requireNone(remaining)
  return groups.sort((a, b) => a.epoch - b.epoch)
}

function groupByExpiration(
  { quant }: ExpirationQueue,
  sectors: Sectors,
): Map<ChainEpoch, SectorOnChainInfo[]> {
  const groups = new Map<ChainEpoch, SectorOnChainInfo[]>()
  for (const sector of sectors) {
    const epoch = quantizeUp(quant, sector.expiration)
    const group = groups.get(epoch)
    if (group) group.push(sector)
    else groups.set(epoch, [sector])
  }
  return groups
}

type Remaining = Map<bigint, SectorOnChainInfo>

const byNumber = (sectors: Sectors): Remaining =>
  new Map(sectors.map((sector) => [sector.sectorNumber, sector]))

/** Takes the sectors that are in a set out of those that remain. */
function takeFrom(
  set: ExpirationSet,
  remaining: Remaining,
): { onTime: SectorOnChainInfo[]; early: SectorOnChainInfo[] } {
  const onTime = takeOnTime(set, remaining)
  return { onTime, early: take(set.earlySectors, remaining) }
}

const takeOnTime = (set: ExpirationSet, remaining: Remaining): SectorOnChainInfo[] =>
  take(set.onTimeSectors, remaining)

function take(members: Bitfield, remaining: Remaining): SectorOnChainInfo[] {
  const taken: SectorOnChainInfo[] = []
  if (members.isEmpty) return taken
  for (const [number, sector] of remaining)
    if (members.has(number)) {
      taken.push(sector)
      remaining.delete(number)
    }
  return taken
}

function onTime({ numbers, power, pledge, dailyFee }: SectorSums): ExpirationSet {
  return {
    ...EMPTY_EXPIRATION_SET,
    onTimeSectors: Bitfield.of(numbers),
    onTimePledge: pledge,
    activePower: power,
    feeDeduction: dailyFee,
  }
}

/** What faulty sectors are of a set. */
function faultyPart(
  sectorSize: SectorSize,
  { onTime, early }: { onTime: Sectors; early: Sectors },
): ExpirationSet {
  const [a, b] = [sumSectors(sectorSize, onTime), sumSectors(sectorSize, early)]
  return {
    onTimeSectors: Bitfield.of(a.numbers),
    earlySectors: Bitfield.of(b.numbers),
    onTimePledge: a.pledge,
    activePower: NO_POWER,
    faultyPower: addPower(a.power, b.power),
    feeDeduction: a.dailyFee + b.dailyFee,
  }
}

function moveToFaulty(set: ExpirationSet, power: PowerPair): ExpirationSet {
  return {
    ...set,
    activePower: subPower(set.activePower, power),
    faultyPower: addPower(set.faultyPower, power),
  }
}

function requireAtMost(set: Bitfield, max: number): void {
  require(set.boundedCount(max) !==
    undefined, ExitCode.IllegalState, `more than ${max} sectors to expand`)
}

function requireNone(remaining: Remaining): void {
  if (remaining.size === 0) return
  const numbers = [...remaining.keys()].join(', ')
  throw new ActorError(ExitCode.IllegalState, `sectors not found in expiration queue: ${numbers}`)
}
