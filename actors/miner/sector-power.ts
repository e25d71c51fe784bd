/** Power and fees of sectors, alone and summed. */
import type { TokenAmount } from '../../primitives/units.ts'
import { ExitCode, require } from '../runtime.ts'
import { qaPowerForWeight, type SectorSize } from './policy.ts'
import { addPower, NO_POWER, type PowerPair } from './power-pair.ts'
import type { SectorOnChainInfo } from './sectors.ts'

/** Quality-adjusted bytes of a sector. */
export function qaPowerForSector(
  size: SectorSize,
  sector: Pick<SectorOnChainInfo, 'expiration' | 'powerBaseEpoch' | 'verifiedDealWeight'>,
): bigint {
  const duration = sector.expiration - sector.powerBaseEpoch
  require(duration !== 0, ExitCode.AssertionFailed, 'power of a sector without duration')
  if (sector.verifiedDealWeight === 0n) return size
  return qaPowerForWeight(size, duration, sector.verifiedDealWeight)
}

export function powerForSector(size: SectorSize, sector: SectorOnChainInfo): PowerPair {
  return { raw: size, qa: qaPowerForSector(size, sector) }
}

export function powerForSectors(
  size: SectorSize,
  sectors: readonly SectorOnChainInfo[],
): PowerPair {
  let qa = 0n
  for (const sector of sectors) qa += qaPowerForSector(size, sector)
  return { raw: size * BigInt(sectors.length), qa }
}

/** Sectors with the sums that go with them into and out of expiration queues. */
export interface SectorSums {
  readonly numbers: readonly bigint[]
  readonly power: PowerPair
  /** attoFIL. */
  readonly pledge: TokenAmount
  /** attoFIL a day. */
  readonly dailyFee: TokenAmount
}

export function sumSectors(size: SectorSize, sectors: readonly SectorOnChainInfo[]): SectorSums {
  let pledge = 0n
  let dailyFee = 0n
  for (const sector of sectors) {
    pledge += sector.initialPledge
    dailyFee += sector.dailyFee
  }
  const numbers = sectors.map(({ sectorNumber }) => sectorNumber)
  return { numbers, power: powerForSectors(size, sectors), pledge, dailyFee }
}

export const NO_SECTOR_SUMS: SectorSums = Object.freeze({
  numbers: [],
  power: NO_POWER,
  pledge: 0n,
  dailyFee: 0n,
})

export function addSums(a: SectorSums, b: SectorSums): SectorSums {
  if (a.numbers.length === 0) return b
  return {
    numbers: [...a.numbers, ...b.numbers],
    power: addPower(a.power, b.power),
    pledge: a.pledge + b.pledge,
    dailyFee: a.dailyFee + b.dailyFee,
  }
}
