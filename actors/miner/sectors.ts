/**
 * Proven sectors of a miner: what is kept of each, and the collection of them. The collection is an interface, so that
 * it can hold runs of equal sectors as well as single ones; on the wire it is always the AMT by sector number.
 */
import { Amt, amt } from '../../primitives/amt.ts'
import type { Bitfield } from '../../primitives/bitfield.ts'
import {
  bigInt,
  cidLink,
  type Codec,
  epoch,
  type Infer,
  list,
  mapped,
  nullable,
  tokenAmount,
  tuple,
  uint,
  uint64,
} from '../../primitives/codec.ts'
import { MAX_SECTOR_NUMBER } from '../policy.ts'
import { ActorError, ExitCode } from '../runtime.ts'
import type { SectorSize } from './policy.ts'
import type { PowerPair } from './power-pair.ts'
import { powerForSectors } from './sector-power.ts'
import { expandRuns, runsOf, type SectorRun } from './sector-run.ts'
import { ProofType, SectorNumber } from './wire.ts'

/** Flag of sectors whose power is recomputed from their weights whenever they change (FIP-0045): all but old ones. */
export const SIMPLE_QA_POWER = 1

export const SectorOnChainInfo = tuple(
  {
    sectorNumber: SectorNumber,
    sealProof: ProofType,
    /** CommR. */
    sealedCid: cidLink,
    deprecatedDealIds: list(uint64),
    activation: epoch,
    expiration: epoch,
    /** Byte-epochs of unverified data since `powerBaseEpoch`. */
    dealWeight: bigInt,
    /** Byte-epochs of verified data since `powerBaseEpoch`. */
    verifiedDealWeight: bigInt,
    initialPledge: tokenAmount,
    /** No longer used; nor are the two rewards below. */
    expectedDayReward: nullable(tokenAmount),
    expectedStoragePledge: nullable(tokenAmount),
    /** When the power was last computed. */
    powerBaseEpoch: epoch,
    replacedDayReward: nullable(tokenAmount),
    /** The CommR of the empty sector that data was put into (SnapDeals). */
    sectorKeyCid: nullable(cidLink),
    flags: uint,
    /** attoFIL for each day (FIP-0100). */
    dailyFee: tokenAmount,
  },
  'SectorOnChainInfo',
  { dailyFee: 0n },
)
export type SectorOnChainInfo = Infer<typeof SectorOnChainInfo>

/** A miner's sectors. A value: `store` and `delete` give a new collection. */
export interface SectorStore {
  /** How many there are. */
  readonly count: number
  /** @throws ActorError `IllegalState` for 2⁶⁴ - 1, which no array holds. */
  get(number: SectorNumber): SectorOnChainInfo | undefined
  /** Infos in ascending order of number. @throws ActorError `NotFound` naming the first that is not there. */
  load(numbers: Bitfield): SectorOnChainInfo[]
  /** As `load`, with neighbours on the same terms as one run: for sums, and where there may be millions. */
  runs(numbers: Bitfield): SectorRun[]
  /** Power of sectors. @throws ActorError `NotFound` naming the first that is not there. */
  powerOf(size: SectorSize, numbers: Bitfield): PowerPair
  /** Adds or replaces. @throws ActorError `IllegalState` for a number from 2⁶³ on. */
  store(infos: readonly SectorOnChainInfo[]): SectorStore
  /** As `store`, with all sectors of a run. */
  storeRun(run: SectorRun): SectorStore
  /** @throws ActorError `NotFound` naming the first that is not there. */
  delete(numbers: Bitfield): SectorStore
  /** The form the chain keeps. */
  toAmt(): Amt<SectorOnChainInfo>
}

export const SECTORS_AMT_BIT_WIDTH = 5
const MAX_UINT64 = (1n << 64n) - 1n

/** The collection that keeps each sector by itself. */
export function sectorsInAmt(sectors: Amt<SectorOnChainInfo>): SectorStore {
  const load = (numbers: Bitfield): SectorOnChainInfo[] =>
    Array.from(numbers.values(), (number) => found(number, sectors.get(number)))
  const store = (infos: readonly SectorOnChainInfo[]): SectorStore => {
    checkStored(infos)
    return sectorsInAmt(sectors.setAll(infos.map((info) => [info.sectorNumber, info])))
  }
  return {
    get count() {
      return sectors.count
    },
    get(number) {
      checkAsked(number)
      return sectors.get(number)
    },
    load,
    runs: (numbers) => runsOf(load(numbers)),
    powerOf: (size, numbers) => powerForSectors(size, load(numbers)),
    store,
    storeRun: (run) => store(expandRuns([run])),
    delete(numbers) {
      const doomed = [...numbers.values()]
      for (const number of doomed) found(number, sectors.get(number))
      return sectorsInAmt(sectors.deleteAll(doomed))
    },
    toAmt: () => sectors,
  }
}

/** Codec of a field that holds a miner's sectors. */
export const SectorStore: Codec<SectorStore> = mapped(
  amt(SectorOnChainInfo, SECTORS_AMT_BIT_WIDTH),
  'Sectors',
  sectorsInAmt,
  (store) => store.toAmt(),
)

export const NO_SECTORS: SectorStore = sectorsInAmt(
  Amt.empty(SectorOnChainInfo, SECTORS_AMT_BIT_WIDTH),
)

/** @throws ActorError `IllegalState` for 2⁶⁴ - 1, which no array holds. */
export function checkAsked(number: SectorNumber): void {
  if (number >= MAX_UINT64)
    throw new ActorError(ExitCode.IllegalState, `failed to get sector ${number}`)
}

/** @throws ActorError `IllegalState` for a number from 2⁶³ on. */
export function checkStored(infos: readonly SectorOnChainInfo[]): void {
  for (const { sectorNumber } of infos)
    if (sectorNumber > MAX_SECTOR_NUMBER)
      throw new ActorError(ExitCode.IllegalState, `sector number ${sectorNumber} out of range`)
}

/** @throws ActorError `NotFound` without such a sector. */
export function mustGetSector(sectors: SectorStore, number: SectorNumber): SectorOnChainInfo {
  return found(number, sectors.get(number))
}

function found(number: SectorNumber, info: SectorOnChainInfo | undefined): SectorOnChainInfo {
  if (info === undefined) throw new ActorError(ExitCode.NotFound, `sector not found: ${number}`)
  return info
}
