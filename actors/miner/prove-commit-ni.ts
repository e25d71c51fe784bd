/** Proving sectors without pre-commitment (FIP-0092): the seal brings its own challenges, so empty sectors come at once. */
import { Bitfield } from '../../primitives/bitfield.ts'
import { type BatchReturn, batchReturn, successes } from '../batch-return.ts'
import { MAX_SECTOR_NUMBER } from '../policy.ts'
import { ActorError, ExitCode, require, type Runtime } from '../runtime.ts'
import { acceptControlling } from './access.ts'
import { checkBalanceInvariants, repayDebtsOrAbort } from './balances.ts'
import { fullCommD, isSealedSector } from './commd.ts'
import { startDeadlineCron } from './cron-enrolment.ts'
import { deadlineIsMutable } from './deadline-info.ts'
import { currentPeriodStart } from './deadlines.ts'
import { emitSectorActivated } from './events.ts'
import { validateExpiration } from './expiration.ts'
import { consensusFaultActive } from './info.ts'
import { dailyProofFee, initialPledgeForPower } from './monies.ts'
import { canProveCommitNiSealProof, type SectorSize, SNARK_PACK_V2 } from './policy.ts'
import { allocateSectorNumbers } from './precommits.ts'
import { burnFunds, notifyPledgeChanged, requestPledgeInputs } from './requests.ts'
import {
  checkAggregateProof,
  type SealProofInput,
  sealRandomness,
  verifyAggregateSeals,
} from './seal-proofs.ts'
import { lockPledge, newSector } from './sector-activation.ts'
import { assignSectorsToDeadline } from './sector-assignment.ts'
import { requireDeadline } from './sector-map.ts'
import type { ProveCommitSectorsNIParams, SectorNIActivationInfo } from './sector-params.ts'
import type { SectorOnChainInfo } from './sectors.ts'
import type { MinerState } from './state.ts'
import { type SectorNumber, setSectorNumber } from './wire.ts'

/**
 * Proves empty sectors and puts them into the deadline that is asked for. All fee debt is paid. Starts the deadline cron.
 * @returns what became of each sector.
 * @throws ActorError `Forbidden` for a deadline that takes none now and after a consensus fault; `IllegalArgument` when
 *   nothing can be activated, or not everything that has to be; `InsufficientFunds` for pledge or debt.
 * @see builtin-actors `actors/miner/src/lib.rs`, `prove_commit_sectors_ni`
 */
export function proveCommitSectorsNI(
  rt: Runtime<MinerState>,
  params: ProveCommitSectorsNIParams,
): BatchReturn {
  const deadline = checkParams(rt, params)
  const { results, inputs, numbers } = validateSectors(rt, params)
  illegal(results.successCount > 0, 'no valid NI commits specified')
  const valid = successes(results, params.sectors)
  verifyAggregateSeals(rt, inputs, params.aggregateProof)

  const { sectorSize } = rt.state().info.get()
  const sectors = newSectors(rt, sectorSize, params.sealProofType, valid)
  const totalPledge = sectors[0]!.initialPledge * BigInt(sectors.length)
  const { needsCron, feeToBurn } = rt.transaction((state) => {
    lockPledge(rt, state, totalPledge)
    const needsCron = !state.deadlineCronActive
    state.deadlineCronActive = true
    allocateSectorNumbers(state, numbers, 'deny')
    state.sectors = state.sectors.store(sectors)
    assignSectorsToDeadline(rt, state, sectors, deadline)
    return { needsCron, feeToBurn: repayDebtsOrAbort(rt, state) }
  })
  burnFunds(rt, feeToBurn)
  notifyPledgeChanged(rt, totalPledge)
  checkBalanceInvariants(rt, rt.state())
  for (const { sectorNumber } of valid) emitSectorActivated(rt, sectorNumber, null, [])
  if (needsCron) startDeadlineCron(rt)
  return results
}

/** @returns the index of the deadline. */
function checkParams(rt: Runtime<MinerState>, params: ProveCommitSectorsNIParams): number {
  const { policy, epoch } = rt
  const { sectors, aggregateProof, sealProofType, aggregateProofType } = params
  const state = rt.state()
  const info = state.info.get()
  const { minAggregatedSectorsNi: least, maxAggregatedSectorsNi: most } = policy
  checkAggregateProof(rt, aggregateProof, sectors.length, least, most)
  acceptControlling(rt, info)
  const deadline = requireDeadline(rt, params.provingDeadline)
  require(deadlineIsMutable(
    policy,
    currentPeriodStart(policy, state, epoch),
    deadline,
    epoch,
  ), ExitCode.Forbidden, `proving deadline ${deadline} must not be the current or next deadline`)
  require(!consensusFaultActive(
    info,
    epoch,
  ), ExitCode.Forbidden, 'ProveCommitSectorsNI not allowed during active consensus fault')
  illegal(
    canProveCommitNiSealProof(policy, sealProofType),
    `unsupported seal proof type ${sealProofType}`,
  )
  illegal(aggregateProofType === SNARK_PACK_V2, 'aggregate proof type must be SnarkPackV2')
  return deadline
}

interface Validated {
  readonly results: BatchReturn
  /** Of all sectors: the aggregate proves also those that fail for other reasons. */
  readonly inputs: readonly SealProofInput[]
  readonly numbers: Bitfield
}

function validateSectors(
  rt: Runtime,
  { sectors, sealProofType, requireActivationSuccess }: ProveCommitSectorsNIParams,
): Validated {
  const unsealedCid = fullCommD(null, sealProofType)
  const numbers = new Set<SectorNumber>()
  const inputs: SealProofInput[] = []
  const codes = sectors.map((sector, i) => {
    const { sectorNumber, sealingNumber, sealedCid, sealRandEpoch } = sector
    illegal(!numbers.has(sectorNumber), `duplicate sector number ${sectorNumber}`)
    numbers.add(setSectorNumber(sectorNumber))
    illegal(
      sealRandEpoch < rt.epoch,
      `seal challenge epoch ${sealRandEpoch} must be before now ${rt.epoch}`,
    )
    inputs.push({
      sealProof: sealProofType,
      sectorNumber: sealingNumber,
      randomness: sealRandomness(rt, sealRandEpoch),
      interactiveRandomness: NO_INTERACTION,
      sealedCid,
      unsealedCid,
    })
    const isValid = canActivate(rt, sector, sealProofType)
    illegal(
      isValid || !requireActivationSuccess,
      `invalid NI commit ${i} while requiring activation success`,
    )
    return isValid ? ExitCode.Ok : ExitCode.IllegalArgument
  })
  return { results: batchReturn(codes), inputs, numbers: Bitfield.of(numbers) }
}

function canActivate(rt: Runtime, sector: SectorNIActivationInfo, sealProof: number): boolean {
  const { sectorNumber, sealingNumber, sealerId, sealedCid, sealRandEpoch, expiration } = sector
  return (
    sectorNumber <= MAX_SECTOR_NUMBER &&
    isValidExpiration(rt, expiration, sealProof) &&
    sealerId === BigInt(rt.receiver) &&
    sectorNumber === sealingNumber &&
    isSealedSector(sealedCid) &&
    sealRandEpoch >= rt.epoch - rt.policy.maxProveCommitNiRandomnessLookback
  )
}

function isValidExpiration(rt: Runtime, expiration: number, sealProof: number): boolean {
  try {
    validateExpiration(rt, rt.epoch, expiration, sealProof)
    return true
  } catch (error) {
    if (error instanceof ActorError) return false
    throw error
  }
}

/** All on the same terms: they have the same size and no data. */
function newSectors(
  rt: Runtime,
  sectorSize: SectorSize,
  sealProof: number,
  valid: readonly SectorNIActivationInfo[],
): SectorOnChainInfo[] {
  const pledgeInputs = requestPledgeInputs(rt)
  const initialPledge = initialPledgeForPower(sectorSize, pledgeInputs)
  const dailyFee = dailyProofFee(rt.policy, pledgeInputs.circulatingSupply, sectorSize)
  return valid.map(({ sectorNumber, sealedCid, expiration }) =>
    newSector({
      sectorNumber,
      sealProof,
      sealedCid,
      activation: rt.epoch,
      expiration,
      dealWeight: 0n,
      verifiedDealWeight: 0n,
      initialPledge,
      dailyFee,
    }),
  )
}

/** Stands where interactive seals have the beacon's challenge. */
const NO_INTERACTION = new Uint8Array(32).fill(1)

function illegal(condition: boolean, message: string): void {
  require(condition, ExitCode.IllegalArgument, message)
}
