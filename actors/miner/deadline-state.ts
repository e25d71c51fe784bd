/** State of the 48 deadlines: the sectors whose proofs are due in the same window of the day. */
import { Amt, amt } from '../../primitives/amt.ts'
import { Bitfield, bitfield } from '../../primitives/bitfield.ts'
import { type Infer, list, tokenAmount, tuple, uint } from '../../primitives/codec.ts'
import { Link, link } from '../../primitives/link.ts'
import type { Policy } from '../policy.ts'
import { PoStProof } from '../proof-info.ts'
import { Partition } from './partition-state.ts'
import { NO_POWER, PowerPair } from './power-pair.ts'
import { NO_SECTORS, SectorStore } from './sectors.ts'

const PARTITIONS_AMT_BIT_WIDTH = 3
const EXPIRATIONS_AMT_BIT_WIDTH = 5
const OPTIMISTIC_POST_SUBMISSIONS_AMT_BIT_WIDTH = 2

/** A proof that was accepted without being looked at. */
export const WindowedPoSt = tuple({ partitions: bitfield, proofs: list(PoStProof) }, 'WindowedPoSt')
export type WindowedPoSt = Infer<typeof WindowedPoSt>

const Partitions = amt(Partition, PARTITIONS_AMT_BIT_WIDTH)
const Submissions = amt(WindowedPoSt, OPTIMISTIC_POST_SUBMISSIONS_AMT_BIT_WIDTH)

export const Deadline = tuple(
  {
    /** By index from 0 on, without gaps. */
    partitions: Partitions,
    /** Partitions that may hold sectors which expire, by the last epoch of a deadline. */
    expirationsEpochs: amt(bitfield, EXPIRATIONS_AMT_BIT_WIDTH),
    /** Partitions proven in the window that is open. */
    partitionsPosted: bitfield,
    /** Partitions with sectors whose termination fees are not settled. */
    earlyTerminations: bitfield,
    /** Sectors that are not terminated. */
    liveSectors: uint,
    totalSectors: uint,
    faultyPower: PowerPair,
    optimisticPoStSubmissions: Submissions,
    /** Sectors as they were at the end of the last window; empty when no proof of it can be disputed. */
    sectorsSnapshot: SectorStore,
    partitionsSnapshot: Partitions,
    /** Proofs of the last window that can still be disputed. */
    optimisticPoStSubmissionsSnapshot: Submissions,
    /** Of all sectors that are not terminated, also the faulty and unproven. */
    livePower: PowerPair,
    /** attoFIL a day for the live sectors. */
    dailyFee: tokenAmount,
  },
  'Deadline',
)
export type Deadline = Infer<typeof Deadline>

export const Deadlines = tuple({ due: list(link(Deadline)) }, 'Deadlines')
export type Deadlines = Infer<typeof Deadlines>

export const NO_PARTITIONS = Amt.empty(Partition, PARTITIONS_AMT_BIT_WIDTH)
export const NO_SUBMISSIONS = Amt.empty(WindowedPoSt, OPTIMISTIC_POST_SUBMISSIONS_AMT_BIT_WIDTH)

export const EMPTY_DEADLINE: Deadline = Object.freeze({
  partitions: NO_PARTITIONS,
  expirationsEpochs: Amt.empty(bitfield, EXPIRATIONS_AMT_BIT_WIDTH),
  partitionsPosted: Bitfield.empty,
  earlyTerminations: Bitfield.empty,
  liveSectors: 0,
  totalSectors: 0,
  faultyPower: NO_POWER,
  optimisticPoStSubmissions: NO_SUBMISSIONS,
  sectorsSnapshot: NO_SECTORS,
  partitionsSnapshot: NO_PARTITIONS,
  optimisticPoStSubmissionsSnapshot: NO_SUBMISSIONS,
  livePower: NO_POWER,
  dailyFee: 0n,
})

const emptyDeadline = Link.to(Deadline, EMPTY_DEADLINE)
const emptyByCount = new Map<number, Link<Deadlines>>()

/** Deadlines of a new miner: one object for all of them, so that a miner costs nothing to make or to hash. */
export function emptyDeadlines({ wpostPeriodDeadlines }: Policy): Link<Deadlines> {
  let empty = emptyByCount.get(wpostPeriodDeadlines)
  if (!empty) {
    const due = Object.freeze(Array.from({ length: wpostPeriodDeadlines }, () => emptyDeadline))
    emptyByCount.set(wpostPeriodDeadlines, (empty = Link.to(Deadlines, Object.freeze({ due }))))
  }
  return empty
}
