/** A sector on new terms: the same space, committed until another epoch. */
import { floorDiv, type ChainEpoch } from '../../primitives/units.ts'
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { validateExpiration } from './expiration.ts'
import { dailyProofFee, dailyProofFeeAdjust } from './monies.ts'
import type { SectorSize } from './policy.ts'
import { qaPowerForSector } from './sector-power.ts'
import { type SectorOnChainInfo, SIMPLE_QA_POWER } from './sectors.ts'

/** Padded bytes of a sector's claims that were shown: all, and those that stay. */
export interface ClaimedSpace {
  readonly all: bigint
  readonly maintained: bigint
}

/** First network version in which old sectors get a daily fee when they are extended (FIP-0100). */
const FIP_0100_GRACE_PERIOD_END_VERSION = 26

/**
 * The sector as it is after an extension. Its power is computed anew from now on; its pledge stays.
 *
 * @param claimed - undefined when no claims of the sector were shown.
 * @throws ActorError `Forbidden` for a sector that has ended, or claims that may not be dropped yet; `IllegalArgument` for
 *   ends that are not allowed, or claims that do not add up.
 * @see builtin-actors `actors/miner/src/lib.rs`, `extend_sector_committment`
 */
export function extendedSector(
  rt: Runtime,
  sector: SectorOnChainInfo,
  sectorSize: SectorSize,
  newExpiration: ChainEpoch,
  claimed: ClaimedSpace | undefined,
): SectorOnChainInfo {
  validateExtendedExpiration(rt, sector, newExpiration)
  const extended =
    (sector.flags & SIMPLE_QA_POWER) !== 0
      ? extendSimpleQap(rt, sector, newExpiration, claimed)
      : extendNonSimpleQap(rt, sector, newExpiration)
  return { ...extended, dailyFee: extendedFee(rt, sector, extended, sectorSize) }
}

function validateExtendedExpiration(
  rt: Runtime,
  sector: SectorOnChainInfo,
  newExpiration: ChainEpoch,
): void {
  const { sectorNumber, expiration, activation, sealProof } = sector
  require(expiration >=
    rt.epoch, ExitCode.Forbidden, `cannot extend expiration for expired sector ${sectorNumber} at ${expiration}`)
  require(newExpiration >=
    expiration, ExitCode.IllegalArgument, `cannot reduce sector ${sectorNumber} expiration to ${newExpiration} from ${expiration}`)
  validateExpiration(rt, activation, newExpiration, sealProof)
}

function extendSimpleQap(
  rt: Runtime,
  sector: SectorOnChainInfo,
  newExpiration: ChainEpoch,
  claimed: ClaimedSpace | undefined,
): SectorOnChainInfo {
  const oldDuration = durationOf(sector)
  const remaining = BigInt(sector.expiration - rt.epoch)
  const { dealWeight, verifiedDealWeight } = sector
  const extended = {
    ...sector,
    expiration: newExpiration,
    powerBaseEpoch: rt.epoch,
    dealWeight: dealWeight > 0n ? (dealWeight * remaining) / oldDuration : dealWeight,
  }
  if (verifiedDealWeight <= 0n) return extended
  const maintained = maintainedSpace(rt, sector, verifiedDealWeight / oldDuration, claimed)
  return {
    ...extended,
    verifiedDealWeight: maintained * BigInt(newExpiration - rt.epoch),
    expectedDayReward: null,
    expectedStoragePledge: null,
    replacedDayReward: null,
  }
}

/** Verified bytes that stay. The claims that were shown must be all there are. */
function maintainedSpace(
  rt: Runtime,
  { sectorNumber, expiration }: SectorOnChainInfo,
  verifiedSpace: bigint,
  claimed: ClaimedSpace | undefined,
): bigint {
  require(claimed !==
    undefined, ExitCode.IllegalArgument, `claim missing from declaration for sector ${sectorNumber} with verified data`)
  require(claimed.all ===
    verifiedSpace, ExitCode.IllegalArgument, `declared verified deal space in claims (${claimed.all}) does not match verified deal space (${verifiedSpace}) for sector ${sectorNumber}`)
  const { endOfLifeClaimDropPeriod } = rt.policy
  require(claimed.maintained === claimed.all ||
    expiration - rt.epoch <=
      endOfLifeClaimDropPeriod, ExitCode.Forbidden, `attempt to drop claims with ${expiration - rt.epoch} epochs > end of life claim drop period ${endOfLifeClaimDropPeriod} remaining`)
  return claimed.maintained
}

/** Weights of sectors from before FIP-0045 lose what is spent of them. */
function extendNonSimpleQap(
  rt: Runtime,
  sector: SectorOnChainInfo,
  newExpiration: ChainEpoch,
): SectorOnChainInfo {
  const oldDuration = durationOf(sector)
  const remaining = BigInt(sector.expiration - rt.epoch)
  return {
    ...sector,
    expiration: newExpiration,
    powerBaseEpoch: rt.epoch,
    dealWeight: floorDiv(sector.dealWeight * remaining, oldDuration),
    verifiedDealWeight: floorDiv(sector.verifiedDealWeight * remaining, oldDuration),
    expectedDayReward: null,
    expectedStoragePledge: null,
    replacedDayReward: null,
  }
}

/** Not zero: the reference's division fails as an assertion would. */
function durationOf({ expiration, powerBaseEpoch }: SectorOnChainInfo): bigint {
  const duration = expiration - powerBaseEpoch
  require(duration !== 0, ExitCode.AssertionFailed, 'sector without duration')
  return BigInt(duration)
}

function extendedFee(
  rt: Runtime,
  sector: SectorOnChainInfo,
  extended: SectorOnChainInfo,
  sectorSize: SectorSize,
): bigint {
  const qaPower = qaPowerForSector(sectorSize, extended)
  if (sector.dailyFee !== 0n)
    return dailyProofFeeAdjust(sector.dailyFee, qaPowerForSector(sectorSize, sector), qaPower)
  if (rt.networkVersion < FIP_0100_GRACE_PERIOD_END_VERSION) return 0n
  return dailyProofFee(rt.policy, rt.circulatingSupply, qaPower)
}
