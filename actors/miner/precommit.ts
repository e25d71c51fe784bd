/** Pre-commitment: a miner promises sectors, with a deposit, before it is challenged to prove that it sealed them. */
import { Bitfield } from '../../primitives/bitfield.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { MarketMethod } from '../market/params.ts'
import { MAX_SECTOR_NUMBER } from '../policy.ts'
import { returned } from '../returned.ts'
import { ActorError, type Draft, ExitCode, Payload, require, type Runtime } from '../runtime.ts'
import { MARKET_ACTOR } from '../singletons.ts'
import { acceptControlling } from './access.ts'
import {
  addPreCommitDeposit,
  availableBalance,
  checkBalanceInvariants,
  repayDebtsOrAbort,
} from './balances.ts'
import { fullCommD, isSealedSector, isUnsealedSector } from './commd.ts'
import { startDeadlineCron } from './cron-enrolment.ts'
import { emitSectorPrecommitted } from './events.ts'
import { validateExpiration } from './expiration.ts'
import { VerifyDealsForActivationParams, VerifyDealsForActivationReturn } from './ext.ts'
import { consensusFaultActive, type MinerInfo } from './info.ts'
import { preCommitDepositForPower } from './monies.ts'
import {
  canPreCommitSealProof,
  maxProveCommitDuration,
  qaPowerMax,
  sealProofInfo,
  sectorDealsMax,
} from './policy.ts'
import type { SectorPreCommitInfo } from './precommit-info.ts'
import {
  addPreCommitCleanUps,
  allocateSectorNumbers,
  putPreCommittedSectors,
} from './precommits.ts'
import { burnFunds, requestNetworkEstimates } from './requests.ts'
import type { PreCommitSectorBatchParams2 } from './sector-params.ts'
import type { MinerState } from './state.ts'
import { type SectorNumber, setSectorNumber } from './wire.ts'

type UnsealedCids = VerifyDealsForActivationReturn['unsealedCids']

/**
 * Promises sectors. All fee debt is paid first; the deposits are locked until the sectors are proven or given up; the
 * numbers are taken for good. Starts the deadline cron.
 *
 * @throws ActorError `IllegalArgument` for sectors that could not be proven; `InsufficientFunds` for debt or deposits that
 *   cannot be paid; `Forbidden` after a consensus fault.
 * @see builtin-actors `actors/miner/src/lib.rs`, `pre_commit_sector_batch_inner`
 */
export function preCommitSectorBatch2(
  rt: Runtime<MinerState>,
  { sectors }: PreCommitSectorBatchParams2,
): void {
  const numbers = checkSectors(rt, sectors)
  const network = requestNetworkEstimates(rt)
  const unsealedCids = verifyDeals(rt, sectors)
  require(unsealedCids.length ===
    sectors.length, ExitCode.IllegalState, `deal weight request returned ${unsealedCids.length} records, expected ${sectors.length}`)
  const { feeToBurn, needsCron } = rt.transaction((state) => {
    const available = availableBalance(state, rt.balance()) // what is left after the debt
    const feeToBurn = repayDebtsOrAbort(rt, state)
    const info = state.info.get()
    acceptControlling(rt, info)
    require(!consensusFaultActive(
      info,
      rt.epoch,
    ), ExitCode.Forbidden, 'pre-commit not allowed during active consensus fault')
    for (const [i, sector] of sectors.entries())
      checkAgainstMiner(rt, info, sector, unsealedCids[i] ?? null)
    const deposit = preCommitDepositForPower(network, qaPowerMax(info.sectorSize))
    store(rt, state, sectors, numbers, deposit, available)
    const needsCron = !state.deadlineCronActive
    state.deadlineCronActive = true
    return { feeToBurn, needsCron }
  })
  burnFunds(rt, feeToBurn)
  checkBalanceInvariants(rt, rt.state())
  if (needsCron) startDeadlineCron(rt)
}

/** What can be said without the state. @returns the sector numbers. */
function checkSectors(rt: Runtime, sectors: readonly SectorPreCommitInfo[]): Bitfield {
  require(sectors.length > 0, ExitCode.IllegalArgument, 'batch empty')
  const numbers = new Set<SectorNumber>()
  for (const sector of sectors) {
    const { sectorNumber, sealProof } = sector
    illegal(!numbers.has(sectorNumber), `duplicate sector number ${sectorNumber}`)
    numbers.add(setSectorNumber(sectorNumber))
    illegal(canPreCommitSealProof(rt.policy, sealProof), `unsupported seal proof type ${sealProof}`)
    illegal(
      sectorNumber <= MAX_SECTOR_NUMBER,
      `sector number ${sectorNumber} out of range 0..(2^63-1)`,
    )
    illegal(isSealedSector(sector.sealedCid), 'sealed CID had wrong prefix')
    checkSealRandomness(rt, sector.sealRandEpoch)
    const { unsealedCid } = sector
    illegal(unsealedCid === null || isUnsealedSector(unsealedCid), 'unsealed CID had wrong prefix')
    // As if it were proven at the last moment: the shortest life it can have.
    const lastActivation = rt.epoch + (maxProveCommitDuration(rt.policy, sealProof) ?? 0)
    validateExpiration(rt, lastActivation, sector.expiration, sealProof)
  }
  return Bitfield.of(numbers)
}

function checkSealRandomness({ policy, epoch }: Runtime, sealRandEpoch: ChainEpoch): void {
  illegal(
    sealRandEpoch < epoch,
    `seal challenge epoch ${sealRandEpoch} must be before now ${epoch}`,
  )
  const earliest = epoch - policy.maxPreCommitRandomnessLookback
  illegal(
    sealRandEpoch >= earliest,
    `seal challenge epoch ${sealRandEpoch} too old, must be after ${earliest}`,
  )
}

/** CommDs of the sectors' deals, as the market computes them. */
function verifyDeals(rt: Runtime, sectors: readonly SectorPreCommitInfo[]): UnsealedCids {
  if (sectors.every(({ dealIds }) => dealIds.length === 0)) return sectors.map(() => null)
  const params = Payload.of(VerifyDealsForActivationParams, {
    sectors: sectors.map(({ sectorNumber, sealProof, expiration, dealIds }) => ({
      sectorNumber,
      sectorType: sealProof,
      sectorExpiry: expiration,
      dealIds,
    })),
  })
  const result = rt.send(MARKET_ACTOR, MarketMethod.VerifyDealsForActivation, params, 0n)
  return returned(result, VerifyDealsForActivationReturn).unsealedCids
}

function checkAgainstMiner(
  { policy }: Runtime,
  info: MinerInfo,
  sector: SectorPreCommitInfo,
  computed: UnsealedCids[number],
): void {
  const { sealProof, dealIds, unsealedCid } = sector
  const windowPoStProof = sealProofInfo(sealProof)?.windowPoStProof
  illegal(
    windowPoStProof === info.windowPoStProofType,
    `sector Window PoSt proof type ${windowPoStProof} must match miner Window PoSt proof type ${info.windowPoStProofType} (seal proof type ${sealProof})`,
  )
  const maxDeals = sectorDealsMax(policy, info.sectorSize)
  illegal(
    BigInt(dealIds.length) <= maxDeals,
    `too many deals for sector ${dealIds.length} > ${maxDeals}`,
  )
  if (computed === null) return
  illegal(
    fullCommD(unsealedCid, sealProof).equals(computed),
    `computed ${computed} and passed ${unsealedCid} CommDs not equal`,
  )
}

function store(
  rt: Runtime<MinerState>,
  state: Draft<MinerState>,
  sectors: readonly SectorPreCommitInfo[],
  numbers: Bitfield,
  deposit: TokenAmount,
  available: TokenAmount,
): void {
  const cleanUps = sectors.map(({ sealProof, sectorNumber }) => {
    const duration = maxProveCommitDuration(rt.policy, sealProof)
    if (duration === undefined)
      throw new ActorError(
        ExitCode.IllegalArgument,
        `no max seal duration set for proof type: ${sealProof}`,
      )
    const bound = rt.epoch + duration + rt.policy.expiredPreCommitCleanUpDelay
    return [bound, sectorNumber] as const
  })
  const deposits = deposit * BigInt(sectors.length)
  require(available >=
    deposits, ExitCode.InsufficientFunds, `insufficient funds ${available} for pre-commit deposit: ${deposits}`)
  addPreCommitDeposit(state, deposits)
  allocateSectorNumbers(state, numbers, 'deny')
  putPreCommittedSectors(
    state,
    sectors.map((info) => ({ info, preCommitDeposit: deposit, preCommitEpoch: rt.epoch })),
  )
  addPreCommitCleanUps(rt.policy, state, cleanUps)
  for (const number of numbers.values()) emitSectorPrecommitted(rt, number)
}

function illegal(condition: boolean, message: string): void {
  require(condition, ExitCode.IllegalArgument, message)
}
