/** What holds for every partition and its queues (builtin-actors `actors/miner/src/testing.rs`). */
import { Bitfield } from '../../primitives/bitfield.ts'
import { type QuantSpec, quantizeUp } from '../../primitives/quantize.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { Findings, within } from '../findings.ts'
import type { ExpirationSet } from './expiration-set.ts'
import { activeSectors, liveSectors, type Partition } from './partition-state.ts'
import type { SectorSize } from './policy.ts'
import { addPower, NO_POWER, type PowerPair, samePower } from './power-pair.ts'
import { powerForSector } from './sector-power.ts'
import type { SectorOnChainInfo } from './sectors.ts'

/** What a miner's parts are checked against. */
export interface SectorTerms {
  readonly sectorSize: SectorSize
  readonly quant: QuantSpec
  /** All proven sectors of the miner. */
  readonly sectors: ReadonlyMap<bigint, SectorOnChainInfo>
}

export interface PartitionSummary {
  readonly broken: string[]
  readonly activePower: PowerPair
  readonly livePower: PowerPair
  /** attoFIL a day of the live sectors. */
  readonly dailyFee: TokenAmount
  /** Epochs at which a sector leaves. */
  readonly expirations: readonly ChainEpoch[]
  /** Sectors whose termination is not settled. */
  readonly earlyTerminated: Bitfield
}

export function checkPartition(partition: Partition, terms: SectorTerms): PartitionSummary {
  const live = liveSectors(partition)
  const broken = brokenSets(partition, live)
  const sums = sumsOf(live, terms)
  broken.push(...brokenPower(partition, live, terms))
  const queue = checkExpirations(partition, live, terms)
  broken.push(...queue.broken)
  if (queue.dailyFee !== sums.dailyFee)
    broken.push(
      `expirations take ${queue.dailyFee} off the daily fee, sectors pay ${sums.dailyFee}`,
    )
  const early = checkEarlyTerminated(partition)
  broken.push(...early.broken)
  const active = sumsOf(activeSectors(partition), terms).power
  const { epochs } = queue
  return {
    broken,
    activePower: active,
    livePower: sums.power,
    dailyFee: sums.dailyFee,
    expirations: epochs,
    earlyTerminated: early.sectors,
  }
}

function brokenSets(partition: Partition, live: Bitfield): string[] {
  const { sectors, unproven, faults, recoveries, terminated } = partition
  const found = new Findings()
  const inside = (what: string, part: Bitfield, where: string, whole: Bitfield) =>
    found.expect(whole.containsAll(part), () => `${what} ${part.subtract(whole)} are not ${where}`)
  inside('terminated sectors', terminated, 'in the partition', sectors)
  inside('faults', faults, 'live', live)
  inside('unproven sectors', unproven, 'live', live)
  inside('recoveries', recoveries, 'faulty', faults)
  found.expect(
    !faults.containsAny(unproven),
    () => `sectors ${faults.intersect(unproven)} are faulty and unproven`,
  )
  return found.broken
}

function brokenPower(partition: Partition, live: Bitfield, terms: SectorTerms): string[] {
  const broken: string[] = []
  const { unproven, faults, recoveries } = partition
  for (const [what, numbers, recorded] of [
    ['live', live, partition.livePower],
    ['unproven', unproven, partition.unprovenPower],
    ['faulty', faults, partition.faultyPower],
    ['recovering', recoveries, partition.recoveringPower],
  ] as const) {
    const { power, missing } = sumsOf(numbers, terms)
    if (missing.length > 0) broken.push(`${what} sectors ${missing.join(', ')} do not exist`)
    else if (!samePower(power, recorded))
      broken.push(`${what} power is ${show(recorded)}, sectors have ${show(power)}`)
  }
  return broken
}

function checkExpirations(partition: Partition, live: Bitfield, terms: SectorTerms) {
  const broken: string[] = []
  const epochs: ChainEpoch[] = []
  const seen: Bitfield[] = []
  let count = 0n
  let dailyFee = 0n
  for (const [epoch, set] of partition.expirationsEpochs.numberEntries()) {
    epochs.push(epoch)
    seen.push(set.onTimeSectors, set.earlySectors)
    count += set.onTimeSectors.count() + set.earlySectors.count()
    dailyFee += set.feeDeduction
    const found = brokenExpirationSet(epoch, set, partition, live, terms)
    broken.push(...within(`expirations at ${epoch}`, found))
  }
  const all = Bitfield.union(...seen)
  if (all.count() !== count) broken.push('a sector expires twice')
  if (!all.equals(live)) broken.push(`sectors ${all} expire, ${live} are live`)
  return { broken, epochs, dailyFee }
}

function brokenExpirationSet(
  epoch: ChainEpoch,
  set: ExpirationSet,
  { faults }: Partition,
  live: Bitfield,
  terms: SectorTerms,
): string[] {
  const found = new Findings()
  const { onTimeSectors, earlySectors } = set
  found.expect(quantizeUp(terms.quant, epoch) === epoch, () => 'is no end of a window')
  found.expect(!onTimeSectors.isEmpty || !earlySectors.isEmpty, () => 'is empty')
  found.expect(
    faults.containsAll(earlySectors),
    () => `sectors ${earlySectors.subtract(faults)} expire early and are not faulty`,
  )
  const ends = (number: bigint): ChainEpoch | undefined => {
    const info = live.has(number) ? terms.sectors.get(number) : undefined
    return info && quantizeUp(terms.quant, info.expiration)
  }
  for (const number of onTimeSectors.values())
    found.expect(ends(number) === epoch, () => `sector ${number} ends at ${ends(number)}`)
  for (const number of earlySectors.values()) {
    const end = ends(number)
    found.expect(
      end !== undefined && epoch < end,
      () => `sector ${number} ends at ${end}, no later`,
    )
  }
  const all = onTimeSectors.union(earlySectors)
  const onTime = sumsOf(onTimeSectors, terms)
  const { dailyFee } = sumsOf(all, terms)
  const active = sumsOf(all.subtract(faults), terms).power
  const faulty = sumsOf(all.intersect(faults), terms).power
  found.expect(
    samePower(active, set.activePower),
    () => `active power is ${show(set.activePower)}, sectors have ${show(active)}`,
  )
  found.expect(
    samePower(faulty, set.faultyPower),
    () => `faulty power is ${show(set.faultyPower)}, sectors have ${show(faulty)}`,
  )
  found.expect(
    onTime.pledge === set.onTimePledge,
    () => `pledge is ${set.onTimePledge}, sectors have ${onTime.pledge}`,
  )
  found.expect(
    dailyFee === set.feeDeduction,
    () => `fee deduction is ${set.feeDeduction}, sectors pay ${dailyFee}`,
  )
  return found.broken
}

function checkEarlyTerminated({ earlyTerminated, terminated }: Partition) {
  const broken: string[] = []
  const sets = [...earlyTerminated.values()]
  const sectors = Bitfield.union(...sets)
  const count = sets.reduce((sum, set) => sum + set.count(), 0n)
  if (sectors.count() !== count) broken.push('a sector was terminated twice')
  if (!terminated.containsAll(sectors))
    broken.push(`sectors ${sectors.subtract(terminated)} wait for settlement, but live`)
  return { broken, sectors }
}

interface Sums {
  readonly power: PowerPair
  readonly pledge: TokenAmount
  readonly dailyFee: TokenAmount
  readonly missing: readonly bigint[]
}

/** Sums over sectors; those that end where their power begins are found elsewhere. */
function sumsOf(numbers: Bitfield, { sectorSize, sectors }: SectorTerms): Sums {
  let power = NO_POWER
  let [pledge, dailyFee] = [0n, 0n]
  const missing: bigint[] = []
  for (const number of numbers.values()) {
    const info = sectors.get(number)
    if (info === undefined) {
      missing.push(number)
      continue
    }
    pledge += info.initialPledge
    dailyFee += info.dailyFee
    if (info.expiration !== info.powerBaseEpoch)
      power = addPower(power, powerForSector(sectorSize, info))
  }
  return { power, pledge, dailyFee, missing }
}

const show = ({ raw, qa }: PowerPair): string => `${raw}/${qa}`
