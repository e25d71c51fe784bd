/** What holds for every deadline and the sums it keeps of its partitions (builtin-actors `actors/miner/src/testing.rs`). */
import { Bitfield } from '../../primitives/bitfield.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { Findings, within } from '../findings.ts'
import type { Deadline } from './deadline-state.ts'
import { checkPartition, type SectorTerms } from './partition-invariants.ts'
import { liveSectors } from './partition-state.ts'
import { addPower, isZeroPower, NO_POWER, type PowerPair, samePower } from './power-pair.ts'

export interface DeadlineSummary {
  readonly broken: string[]
  /** All sectors of its partitions, also the terminated. */
  readonly sectors: Bitfield
  readonly live: Bitfield
  readonly activePower: PowerPair
  /** Sectors whose termination is not settled. */
  readonly earlyTerminated: Bitfield
}

/** What the partitions of a deadline come to. */
interface Parts extends DeadlineSummary {
  readonly count: number
  readonly livePower: PowerPair
  readonly faultyPower: PowerPair
  readonly dailyFee: TokenAmount
  readonly expirations: ReadonlyMap<ChainEpoch, readonly number[]>
  /** Partitions with terminations that are not settled. */
  readonly unsettled: Bitfield
}

export function checkDeadline(deadline: Deadline, terms: SectorTerms): DeadlineSummary {
  const parts = checkPartitions(deadline, terms)
  return {
    ...parts,
    broken: [
      ...parts.broken,
      ...brokenSums(deadline, parts),
      ...brokenQueues(deadline, parts),
      ...brokenSnapshot(deadline),
    ],
  }
}

function checkPartitions(deadline: Deadline, terms: SectorTerms): Parts {
  const broken: string[] = []
  const [sectors, live, earlyTerminated]: Bitfield[][] = [[], [], []]
  const expirations = new Map<ChainEpoch, number[]>()
  const unsettled: number[] = []
  let [activePower, livePower, faultyPower] = [NO_POWER, NO_POWER, NO_POWER]
  let [count, dailyFee, members] = [0, 0n, 0n]
  for (const [index, partition] of deadline.partitions.numberEntries()) {
    if (index !== count) broken.push(`partition ${index} where ${count} is next`)
    const summary = checkPartition(partition, terms)
    broken.push(...within(`partition ${index}`, summary.broken))
    for (const epoch of summary.expirations)
      expirations.set(epoch, [...(expirations.get(epoch) ?? []), index])
    if (!summary.earlyTerminated.isEmpty) unsettled.push(index)
    sectors!.push(partition.sectors)
    live!.push(liveSectors(partition))
    earlyTerminated!.push(summary.earlyTerminated)
    members += partition.sectors.count()
    activePower = addPower(activePower, summary.activePower)
    livePower = addPower(livePower, summary.livePower)
    faultyPower = addPower(faultyPower, partition.faultyPower)
    dailyFee += summary.dailyFee
    count++
  }
  const all = Bitfield.union(...sectors!)
  if (all.count() !== members) broken.push('a sector is in two partitions')
  return {
    broken,
    count,
    sectors: all,
    live: Bitfield.union(...live!),
    activePower,
    livePower,
    faultyPower,
    dailyFee,
    expirations,
    earlyTerminated: Bitfield.union(...earlyTerminated!),
    unsettled: Bitfield.of(unsettled),
  }
}

function brokenSums(deadline: Deadline, parts: Parts): string[] {
  const found = new Findings()
  const { livePower, faultyPower, dailyFee, partitionsPosted } = deadline
  const count = (what: string, recorded: number, members: Bitfield) =>
    found.expect(
      BigInt(recorded) === members.count(),
      () => `has ${recorded} ${what} sectors, partitions ${members.count()}`,
    )
  count('live', deadline.liveSectors, parts.live)
  count('total', deadline.totalSectors, parts.sectors)
  const power = (what: string, recorded: PowerPair, sum: PowerPair) =>
    found.expect(
      samePower(recorded, sum),
      () => `${what} power is ${recorded.raw}/${recorded.qa}, partitions have ${sum.raw}/${sum.qa}`,
    )
  power('live', livePower, parts.livePower)
  power('faulty', faultyPower, parts.faultyPower)
  found.expect(
    dailyFee === parts.dailyFee,
    () => `daily fee is ${dailyFee}, sectors pay ${parts.dailyFee}`,
  )
  const lastPosted = partitionsPosted.last()
  found.expect(
    lastPosted === undefined || lastPosted < BigInt(parts.count),
    () => `partition ${lastPosted} was proven, there are ${parts.count}`,
  )
  found.expect(
    lastPosted === undefined || deadline.liveSectors > 0,
    () => 'partitions were proven, but no sector lives',
  )
  return found.broken
}

/** Entries of the expiration queue are never taken back, so it may hold more than is needed. */
function brokenQueues(deadline: Deadline, parts: Parts): string[] {
  const found = new Findings()
  for (const [epoch, partitions] of parts.expirations) {
    const queued = deadline.expirationsEpochs.get(epoch) ?? Bitfield.empty
    for (const index of partitions)
      found.expect(queued.has(index), () => `no expiration of partition ${index} at ${epoch}`)
  }
  found.expect(
    deadline.earlyTerminations.equals(parts.unsettled),
    () =>
      `partitions ${deadline.earlyTerminations} have early terminations, it should be ${parts.unsettled}`,
  )
  return found.broken
}

/** The snapshot is taken when everything that was to be proven or recovered has been, or is faulty. */
function brokenSnapshot(deadline: Deadline): string[] {
  const found = new Findings()
  const { partitionsSnapshot, optimisticPoStSubmissionsSnapshot: submissions } = deadline
  for (const [index, partition] of partitionsSnapshot.numberEntries()) {
    const { recoveries, recoveringPower, unproven, unprovenPower } = partition
    found.expect(
      recoveries.isEmpty && isZeroPower(recoveringPower),
      () => `snapshot of partition ${index} has recoveries`,
    )
    found.expect(
      unproven.isEmpty && isZeroPower(unprovenPower),
      () => `snapshot of partition ${index} has unproven sectors`,
    )
  }
  for (const [index, { partitions }] of submissions.numberEntries())
    for (const partition of partitions.values())
      found.expect(
        partitionsSnapshot.has(partition),
        () => `proof ${index} is for partition ${partition}, which is not in the snapshot`,
      )
  return found.broken
}
