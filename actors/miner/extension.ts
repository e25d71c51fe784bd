/** Committing sectors for longer. */
import { Bitfield } from '../../primitives/bitfield.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { returned } from '../returned.ts'
import { type Draft, ExitCode, Payload, require, type Runtime } from '../runtime.ts'
import { VERIFREG_ACTOR } from '../singletons.ts'
import { VerifregMethod } from '../verifreg/params.ts'
import type { Claim } from '../verifreg/state.ts'
import { acceptControlling } from './access.ts'
import { addExpirationPartitions, draftPartition } from './deadline-sectors.ts'
import { loadDeadline, quantSpecOf, saveDeadline } from './deadlines.ts'
import { GetClaimsParams, GetClaimsReturn } from './ext.ts'
import { type ClaimedSpace, extendedSector } from './extended-sector.ts'
import { replaceSectors } from './partition-sectors.ts'
import { addPower, NO_POWER, type PowerPair } from './power-pair.ts'
import { addToDeadline } from './replica-update-state.ts'
import { notifyPledgeChanged, requestUpdatePower } from './requests.ts'
import { requireDeadline } from './sector-map.ts'
import type {
  ExpirationExtension2,
  ExtendSectorExpiration2Params,
  SectorClaim,
} from './sector-params.ts'
import type { MinerState } from './state.ts'
import { type SectorNumber, setSectorNumber } from './wire.ts'

interface Extension {
  readonly deadline: number
  readonly partition: bigint
  readonly sectors: Bitfield
  readonly newExpiration: ChainEpoch
}

type ClaimedSpaces = Map<SectorNumber, ClaimedSpace>

/**
 * Moves the ends of active sectors. Sectors with verified data must show all claims of it, and may drop some in their last
 * 30 days.
 *
 * @throws ActorError `IllegalArgument` for ends that are not allowed, or claims that do not add up; `Forbidden` for claims
 *   that do not last so long; `IllegalState` for sectors that are not active.
 * @see builtin-actors `actors/miner/src/lib.rs`, `extend_sector_expiration2`
 */
export function extendSectorExpiration2(
  rt: Runtime<MinerState>,
  { extensions }: ExtendSectorExpiration2Params,
): void {
  const { valid, claimed } = validateExtensions(rt, extensions)
  const { powerDelta, pledgeDelta } = rt.transaction((state) => {
    acceptControlling(rt, state.info.get())
    let powerDelta = NO_POWER
    let pledgeDelta = 0n
    for (const [index, group] of byDeadline(valid)) {
      const delta = extendInDeadline(rt, state, index, group, claimed)
      powerDelta = addPower(powerDelta, delta.power)
      pledgeDelta += delta.pledge
    }
    return { powerDelta, pledgeDelta }
  })
  requestUpdatePower(rt, powerDelta)
  notifyPledgeChanged(rt, pledgeDelta)
}

function validateExtensions(
  rt: Runtime,
  extensions: readonly ExpirationExtension2[],
): { valid: Extension[]; claimed: ClaimedSpaces } {
  const claimed: ClaimedSpaces = new Map()
  const deadlines = extensions.map(({ deadline, sectorsWithClaims, newExpiration }) => {
    const index = requireDeadline(rt, deadline)
    for (const sectorClaim of sectorsWithClaims)
      addClaimedSpace(rt, claimed, sectorClaim, newExpiration)
    return index
  })
  const valid = extensions.map((extension, i) => ({
    deadline: deadlines[i]!,
    partition: extension.partition,
    sectors: Bitfield.of(
      extension.sectorsWithClaims.map(({ sectorNumber }) => setSectorNumber(sectorNumber)),
    ).union(extension.sectors),
    newExpiration: extension.newExpiration,
  }))
  return { valid, claimed }
}

/** Adds up the claims of a sector: all of them, and those that stay. */
function addClaimedSpace(
  rt: Runtime,
  claimed: ClaimedSpaces,
  { sectorNumber, maintainClaims, dropClaims }: SectorClaim,
  newExpiration: ChainEpoch,
): void {
  const illegal = (condition: boolean, message: string): void =>
    require(condition, ExitCode.IllegalArgument, `sector ${sectorNumber}: ${message}`)
  const claims = getClaims(rt, [...maintainClaims, ...dropClaims])
  for (const [i, claim] of claims.entries()) {
    illegal(claim.provider === rt.receiver, `claim of provider ${claim.provider}`)
    illegal(claim.sector === sectorNumber, `claim of sector ${claim.sector}`)
    const isMaintained = i < maintainClaims.length
    const latest = claim.termStart + claim.termMax
    require(!isMaintained ||
      newExpiration <=
        latest, ExitCode.Forbidden, `sector ${sectorNumber}: claim only allows extension to ${latest} but declared new expiration is ${newExpiration}`)
    const { all, maintained } = claimed.get(sectorNumber) ?? { all: 0n, maintained: 0n }
    claimed.set(sectorNumber, {
      all: all + claim.size,
      maintained: isMaintained ? maintained + claim.size : maintained,
    })
  }
}

function getClaims(rt: Runtime, claimIds: readonly bigint[]): readonly Claim[] {
  const params = Payload.of(GetClaimsParams, { provider: rt.receiver, claimIds })
  const result = rt.send(VERIFREG_ACTOR, VerifregMethod.GetClaims, params, 0n)
  const { batchInfo, claims } = returned(result, GetClaimsReturn)
  require(batchInfo.successCount >= claimIds.length, ExitCode.IllegalArgument, 'invalid claims')
  return claims
}

function byDeadline(extensions: readonly Extension[]): Map<number, Extension[]> {
  const groups = new Map<number, Extension[]>()
  for (const extension of extensions) {
    const group = groups.get(extension.deadline)
    if (group) group.push(extension)
    else groups.set(extension.deadline, [extension])
  }
  return groups
}

function extendInDeadline(
  rt: Runtime<MinerState>,
  state: Draft<MinerState>,
  index: number,
  extensions: readonly Extension[],
  claimed: ClaimedSpaces,
): { power: PowerPair; pledge: TokenAmount } {
  const { sectorSize } = state.info.get()
  const terms = { sectorSize, quant: quantSpecOf(rt.policy, state, index) }
  const deadline = { ...loadDeadline(state, index) }
  const partitionsByEpoch = new Map<ChainEpoch, bigint[]>()
  let power = NO_POWER
  let pledge = 0n
  for (const { partition: at, sectors, newExpiration } of extensions) {
    const partition = draftPartition(deadline.partitions, at)
    const before = state.sectors.load(sectors)
    const after = before.map((sector) =>
      extendedSector(rt, sector, sectorSize, newExpiration, claimed.get(sector.sectorNumber)),
    )
    state.sectors = state.sectors.store(after)
    const delta = replaceSectors(partition, terms, before, after)
    deadline.partitions = deadline.partitions.set(at, partition)
    addToDeadline(deadline, delta)
    power = addPower(power, delta.power)
    pledge += delta.pledge
    partitionsByEpoch.set(newExpiration, [...(partitionsByEpoch.get(newExpiration) ?? []), at])
  }
  for (const [epoch, partitions] of partitionsByEpoch)
    addExpirationPartitions(deadline, terms.quant, epoch, partitions)
  saveDeadline(state, index, deadline)
  return { power, pledge }
}
