/** Runs: consecutive sectors that share every term on chain, so that one entry and a count stand for all of them. */
import { type Bound, minus, plus } from '../../primitives/bitfield-runs.ts'
import type { ActorId, TokenAmount } from '../../primitives/units.ts'
import type { SectorSize } from './policy.ts'
import type { PowerPair } from './power-pair.ts'
import { qaPowerForSector } from './sector-power.ts'
import type { SectorOnChainInfo } from './sectors.ts'
import { syntheticCommR, syntheticMiner } from './synthetic-cid.ts'

/** What the sectors of a run have in common: all but number and commitments. */
export interface RunTerms extends Omit<
  SectorOnChainInfo,
  'sectorNumber' | 'sealedCid' | 'sectorKeyCid'
> {
  /** Whether data was put into the sectors after they were sealed: then they have a sector key. */
  readonly isUpdated: boolean
}

/** Commitments of one sector. */
export type SectorCids = Pick<SectorOnChainInfo, 'sealedCid' | 'sectorKeyCid'>

/** `count` sectors, at least one, with numbers from `first` on. */
export interface SectorRun {
  readonly first: Bound
  readonly count: number
  readonly terms: RunTerms
  /** Each sector's, where they were given; else the miner whose synthetic sectors these are. */
  readonly cids: readonly SectorCids[] | ActorId
}

/** Number behind the last one. */
export const endOf = ({ first, count }: SectorRun): Bound => plus(first, count)

/** Sectors in ascending order of number, without duplicates, as the fewest runs. */
export function runsOf(infos: readonly SectorOnChainInfo[]): SectorRun[] {
  const runs: GrowingRun[] = []
  let last: GrowingRun | undefined
  for (const info of infos) {
    const cids = cidsOf(info)
    if (last === undefined || !grow(last, info, cids))
      runs.push((last = { first: numberOf(info), count: 1, terms: termsOf(info), cids }))
  }
  return runs
}

interface GrowingRun extends SectorRun {
  count: number
  readonly cids: SectorCids[] | ActorId
}

/** Adds the next sector to a run. @returns whether it belongs there. */
function grow(run: GrowingRun, info: SectorOnChainInfo, cids: SectorCids[] | ActorId): boolean {
  if (endOf(run) !== numberOf(info) || !hasTerms(info, run.terms)) return false
  if (typeof run.cids === 'number') {
    if (cids !== run.cids) return false
  } else {
    if (typeof cids === 'number' || run.count === MOST_KEPT_CIDS) return false
    run.cids.push(...cids)
  }
  run.count++
  return true
}

/** The sector at a position of a run. */
export function sectorAt(run: SectorRun, position: number): SectorOnChainInfo {
  const { terms, cids } = run
  const sectorNumber = BigInt(plus(run.first, position))
  const { sealedCid, sectorKeyCid } =
    typeof cids === 'number' ? syntheticCids(cids, sectorNumber, terms.isUpdated) : cids[position]!
  return {
    sectorNumber,
    sealProof: terms.sealProof,
    sealedCid,
    deprecatedDealIds: terms.deprecatedDealIds,
    activation: terms.activation,
    expiration: terms.expiration,
    dealWeight: terms.dealWeight,
    verifiedDealWeight: terms.verifiedDealWeight,
    initialPledge: terms.initialPledge,
    expectedDayReward: terms.expectedDayReward,
    expectedStoragePledge: terms.expectedStoragePledge,
    powerBaseEpoch: terms.powerBaseEpoch,
    replacedDayReward: terms.replacedDayReward,
    sectorKeyCid,
    flags: terms.flags,
    dailyFee: terms.dailyFee,
  }
}

/** Every sector of some runs. */
export function expandRuns(runs: Iterable<SectorRun>): SectorOnChainInfo[] {
  const infos: SectorOnChainInfo[] = []
  for (const run of runs) for (let i = 0; i < run.count; i++) infos.push(sectorAt(run, i))
  return infos
}

/** The part of a run from `start` up to `end`; both are within it. */
export function partOfRun(run: SectorRun, start: Bound, end: Bound): SectorRun {
  if (start === run.first && end === endOf(run)) return run
  const { terms, cids } = run
  const [skip, count] = [Number(minus(start, run.first)), Number(minus(end, start))]
  const kept = typeof cids === 'number' ? cids : cids.slice(skip, skip + count)
  return { first: start, count, terms, cids: kept }
}

/** Sectors with given commitments that one run holds at most, since adding to them copies the list. */
const MOST_KEPT_CIDS = 256

/** Two runs as one; undefined when they do not touch, or are not alike. */
export function joinRuns(a: SectorRun, b: SectorRun): SectorRun | undefined {
  if (endOf(a) !== b.first || !sameTerms(a.terms, b.terms)) return undefined
  const { first, terms, cids } = a
  const count = a.count + b.count
  if (typeof cids === 'number') return cids === b.cids ? { first, count, terms, cids } : undefined
  if (typeof b.cids === 'number' || count > MOST_KEPT_CIDS) return undefined
  return { first, count, terms, cids: [...cids, ...b.cids] }
}

export interface RunSums {
  readonly count: number
  readonly power: PowerPair
  /** attoFIL. */
  readonly pledge: TokenAmount
  /** attoFIL a day. */
  readonly dailyFee: TokenAmount
}

/** Power, pledge and fees of runs: a multiplication for each, whatever it holds. */
export function sumRuns(size: SectorSize, runs: Iterable<SectorRun>): RunSums {
  let count = 0
  let [qa, pledge, dailyFee] = [0n, 0n, 0n]
  for (const run of runs) {
    const n = BigInt(run.count)
    count += run.count
    qa += n * qaPowerForSector(size, run.terms)
    pledge += n * run.terms.initialPledge
    dailyFee += n * run.terms.dailyFee
  }
  return { count, power: { raw: size * BigInt(count), qa }, pledge, dailyFee }
}

function numberOf({ sectorNumber }: SectorOnChainInfo): Bound {
  return sectorNumber <= MAX_SAFE ? Number(sectorNumber) : sectorNumber
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/** The miner of a synthetic sector, else its commitments. */
function cidsOf({
  sectorNumber,
  sealedCid,
  sectorKeyCid,
}: SectorOnChainInfo): ActorId | SectorCids[] {
  const replica = sectorKeyCid === null ? 'sealed' : 'updated'
  const miner = syntheticMiner(sealedCid, sectorNumber, replica)
  const isSynthetic =
    sectorKeyCid === null || syntheticMiner(sectorKeyCid, sectorNumber, 'sealed') === miner
  return miner !== undefined && isSynthetic ? miner : [{ sealedCid, sectorKeyCid }]
}

const syntheticCids = (miner: ActorId, number: bigint, isUpdated: boolean): SectorCids => ({
  sealedCid: syntheticCommR(miner, number, isUpdated ? 'updated' : 'sealed'),
  sectorKeyCid: isUpdated ? syntheticCommR(miner, number, 'sealed') : null,
})

function termsOf(info: SectorOnChainInfo): RunTerms {
  return {
    sealProof: info.sealProof,
    deprecatedDealIds: info.deprecatedDealIds,
    activation: info.activation,
    expiration: info.expiration,
    dealWeight: info.dealWeight,
    verifiedDealWeight: info.verifiedDealWeight,
    initialPledge: info.initialPledge,
    expectedDayReward: info.expectedDayReward,
    expectedStoragePledge: info.expectedStoragePledge,
    powerBaseEpoch: info.powerBaseEpoch,
    replacedDayReward: info.replacedDayReward,
    flags: info.flags,
    dailyFee: info.dailyFee,
    isUpdated: info.sectorKeyCid !== null,
  }
}

const hasTerms = (info: SectorOnChainInfo, terms: RunTerms): boolean =>
  (info.sectorKeyCid !== null) === terms.isUpdated && sameOnChain(info, terms)

const sameTerms = (a: RunTerms, b: RunTerms): boolean =>
  a === b || (a.isUpdated === b.isUpdated && sameOnChain(a, b))

type OnChain = Omit<RunTerms, 'isUpdated'>

function sameOnChain(a: OnChain, b: OnChain): boolean {
  return (
    a.activation === b.activation &&
    a.expiration === b.expiration &&
    a.powerBaseEpoch === b.powerBaseEpoch &&
    a.initialPledge === b.initialPledge &&
    a.dailyFee === b.dailyFee &&
    a.dealWeight === b.dealWeight &&
    a.verifiedDealWeight === b.verifiedDealWeight &&
    a.sealProof === b.sealProof &&
    a.flags === b.flags &&
    a.expectedDayReward === b.expectedDayReward &&
    a.expectedStoragePledge === b.expectedStoragePledge &&
    a.replacedDayReward === b.replacedDayReward &&
    sameDeals(a.deprecatedDealIds, b.deprecatedDealIds)
  )
}

const sameDeals = (a: readonly bigint[], b: readonly bigint[]): boolean =>
  a === b || (a.length === b.length && a.every((id, i) => id === b[i]))
