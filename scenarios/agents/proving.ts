/** Window PoSts: when the next one is due, and proving the partitions of the deadline that is open. */
import {
  type DeadlineInfo,
  newDeadlineInfo,
  nextNotElapsed,
} from '../../actors/miner/deadline-info.ts'
import { currentPeriodStart } from '../../actors/miner/deadlines.ts'
import type { Deadline } from '../../actors/miner/deadline-state.ts'
import { MinerMethod } from '../../actors/miner/params.ts'
import { loadPartitionsSectorsMax } from '../../actors/miner/policy.ts'
import { liveSectors, type Partition } from '../../actors/miner/partition-state.ts'
import { SubmitWindowedPoStParams } from '../../actors/miner/sector-params.ts'
import type { SectorInfo } from '../../actors/proof-info.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import { encode } from '../../primitives/codec.ts'
import { DomainSeparationTag } from '../../primitives/randomness.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { Unprovable } from '../../proofs-mock/openings.ts'
import { type PostStatement, proveWindowPost } from '../../proofs-mock/posts.ts'
import { type Desk, order } from './books.ts'
import { beaconDraw, deadlineAt, openDeadline, ticketDraw, type View } from './view.ts'

/** The first epoch, `view.epoch` or later, in which something must happen for a proof; undefined without sectors. */
export function nextProof(view: View): ChainEpoch | undefined {
  const { policy, state, epoch, height } = view
  const periodStart = currentPeriodStart(policy, state, epoch)
  let first: ChainEpoch | undefined
  for (let index = 0; index < policy.wpostPeriodDeadlines; index++) {
    const deadline = deadlineAt(view, index)
    if (deadline.liveSectors === 0 || !hasProvable(deadline)) continue
    const info = nextNotElapsed(policy, newDeadlineInfo(policy, periodStart, index, epoch))
    const isOver = info.open <= height && unproven(deadline).length === 0
    const open = isOver ? info.open + policy.wpostProvingPeriod : info.open
    // The proof names a tipset since the challenge, so there must be one.
    const due = height >= open - policy.wpostChallengeLookback ? open : open - 1
    if (first === undefined || due < first) first = due
  }
  return first === undefined ? undefined : Math.max(first, epoch)
}

/** Proves what is not proven yet of the open deadline. @returns whether there was anything to prove. */
export function proveDeadline(desk: Desk): boolean {
  const { view, books } = desk
  const info = openDeadline(view)
  if (view.epoch < info.open || view.height < info.challenge) return false
  if (view.epoch < books.proveFrom) return false
  const indexes = unproven(deadlineAt(view, info.index))
  const { windowPoStPartitionSectors } = view.state.info.get()
  const { policy } = view
  const loadable = loadPartitionsSectorsMax(policy, windowPoStPartitionSectors)
  const most = Math.min(loadable, policy.postedPartitionsMax)
  for (let from = 0; from < indexes.length; from += most)
    submit(desk, info, indexes.slice(from, from + most))
  return indexes.length > 0
}

/** Partitions with something to prove that were not proven in this window. */
function unproven({ partitions, partitionsPosted }: Deadline): number[] {
  const indexes: number[] = []
  for (const [index, partition] of partitions.numberEntries())
    if (!partitionsPosted.has(index) && !provable(partition).isEmpty) indexes.push(index)
  return indexes
}

const hasProvable = ({ partitions }: Deadline): boolean => {
  for (const partition of partitions.values()) if (!provable(partition).isEmpty) return true
  return false
}

/** Sectors that a proof would be about: those that are not faulty, and those that are declared recovered. */
const provable = (partition: Partition): Bitfield =>
  liveSectors(partition).subtract(partition.faults.subtract(partition.recoveries))

function submit(desk: Desk, info: DeadlineInfo, indexes: readonly number[]): void {
  const { view } = desk
  const { partitions } = deadlineAt(view, info.index)
  const sectors = new Map(indexes.map((index) => [index, provable(partitions.get(index)!)]))
  const proven = proveAll(desk, info, Bitfield.union(...sectors.values()))
  if (!proven) return waitWith(desk, info.close)
  const chainCommitEpoch = view.height
  const tag = DomainSeparationTag.PoStChainCommit
  const params = encode(SubmitWindowedPoStParams, {
    deadline: BigInt(info.index),
    partitions: indexes.map((index) => ({
      index: BigInt(index),
      skipped: proven.skipped.intersect(sectors.get(index)!),
    })),
    proofs: [proven.proof],
    chainCommitEpoch,
    chainCommitRand: ticketDraw(view, tag, chainCommitEpoch, false),
  })
  const request = { to: view.miner, method: MinerMethod.SubmitWindowedPoSt, params }
  if (!order(desk, `prove deadline ${info.index}`, request))
    return waitWith(desk, view.epoch + RETRY_PROOF_AFTER)
  if (!proven.skipped.isEmpty) desk.books = { ...desk.books, lookAt: view.epoch + 1 }
}

/** Epochs after which a proof that could not be sent is tried again. */
const RETRY_PROOF_AFTER: ChainEpoch = 10

function waitWith(desk: Desk, proveFrom: ChainEpoch): void {
  desk.books = { ...desk.books, proveFrom }
}

/** A proof of the sectors that can be proven, without those that cannot; undefined when none can. */
function proveAll({ view, setup, books }: Desk, info: DeadlineInfo, wanted: Bitfield) {
  const randomness = beaconDraw(view, DomainSeparationTag.WindowedPoStChallengeSeed, info.challenge)
  const { windowPoStProofType } = view.state.info.get()
  let skipped = Bitfield.empty
  for (;;) {
    const challengedSectors = infosOf(view, wanted.subtract(skipped))
    if (challengedSectors.length === 0) return undefined
    const stated: PostStatement = { randomness, prover: view.miner, challengedSectors }
    try {
      const replicas = (number: bigint) => books.sectors.get(number)?.replica
      const proof = proveWindowPost(setup, windowPoStProofType, stated, replicas)
      return { proof, skipped }
    } catch (error) {
      if (!(error instanceof Unprovable)) throw error
      skipped = skipped.union(Bitfield.of(error.sectors))
    }
  }
}

const infosOf = ({ state }: View, numbers: Bitfield): SectorInfo[] =>
  state.sectors.load(numbers).map(({ sealProof, sectorNumber, sealedCid }) => ({
    proof: sealProof,
    sectorNumber,
    sealedCid,
  }))
