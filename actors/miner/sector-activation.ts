/** Turning pre-committed sectors that are proven into sectors. */
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import {
  addInitialPledge,
  addPreCommitDeposit,
  checkBalanceInvariants,
  unlockedBalance,
} from './balances.ts'
import type { ActivatedData } from './data-activation.ts'
import { dailyProofFee, initialPledgeForPower, type PledgeInputs } from './monies.ts'
import { qaPowerForWeight, type SectorSize } from './policy.ts'
import type { SectorPreCommitOnChainInfo } from './precommit-info.ts'
import { deletePreCommittedSectors } from './precommits.ts'
import { notifyPledgeChanged } from './requests.ts'
import { assignSectorsToDeadlines } from './sector-assignment.ts'
import { type SectorOnChainInfo, SIMPLE_QA_POWER } from './sectors.ts'
import type { MinerState } from './state.ts'
import type { SectorNumber } from './wire.ts'

/**
 * Makes sectors of pre-commitments: the deposits are free again, the pledge is locked. They have no power before their
 * first window PoSt.
 *
 * @param data - of each of them.
 * @throws ActorError `IllegalArgument` for a life below 180 days from now, `InsufficientFunds` for pledge that is not there.
 * @see builtin-actors `actors/miner/src/lib.rs`, `activate_new_sector_infos`
 */
export function activateNewSectors(
  rt: Runtime<MinerState>,
  preCommits: readonly SectorPreCommitOnChainInfo[],
  data: readonly ActivatedData[],
  pledgeInputs: PledgeInputs,
): void {
  const totalPledge = rt.transaction((state) => {
    const { sectorSize } = state.info.get()
    const sectors = preCommits.map((preCommit, i) =>
      newSectorOf(rt, preCommit, data[i]!, pledgeInputs, sectorSize),
    )
    state.sectors = state.sectors.store(sectors)
    deletePreCommittedSectors(
      state,
      sectors.map(({ sectorNumber }) => sectorNumber),
    )
    assignSectorsToDeadlines(rt, state, sectors)
    addPreCommitDeposit(state, -sumOf(preCommits, ({ preCommitDeposit }) => preCommitDeposit))
    const totalPledge = sumOf(sectors, ({ initialPledge }) => initialPledge)
    lockPledge(rt, state, totalPledge)
    checkBalanceInvariants(rt, state)
    return totalPledge
  })
  notifyPledgeChanged(rt, totalPledge)
}

/** Pledges for sectors. @throws ActorError `InsufficientFunds` when the unlocked balance does not cover it. */
export function lockPledge(
  rt: Runtime<MinerState>,
  state: Draft<MinerState>,
  pledge: TokenAmount,
): void {
  const available = unlockedBalance(state, rt.balance())
  require(available >=
    pledge, ExitCode.InsufficientFunds, `insufficient funds for aggregate initial pledge requirement ${pledge}, available: ${available}`)
  addInitialPledge(state, pledge)
}

export interface NewSectorTerms {
  readonly sectorNumber: SectorNumber
  readonly sealProof: number
  readonly sealedCid: Cid
  readonly activation: ChainEpoch
  readonly expiration: ChainEpoch
  readonly dealWeight: bigint
  readonly verifiedDealWeight: bigint
  readonly initialPledge: TokenAmount
  readonly dailyFee: TokenAmount
}

/** A sector that starts its life. */
export function newSector(terms: NewSectorTerms): SectorOnChainInfo {
  // Field by field: a network has hundreds of millions of these.
  return {
    sectorNumber: terms.sectorNumber,
    sealProof: terms.sealProof,
    sealedCid: terms.sealedCid,
    deprecatedDealIds: NO_DEALS,
    activation: terms.activation,
    expiration: terms.expiration,
    dealWeight: terms.dealWeight,
    verifiedDealWeight: terms.verifiedDealWeight,
    initialPledge: terms.initialPledge,
    expectedDayReward: null,
    expectedStoragePledge: null,
    powerBaseEpoch: terms.activation,
    replacedDayReward: null,
    sectorKeyCid: null,
    flags: SIMPLE_QA_POWER,
    dailyFee: terms.dailyFee,
  }
}

const NO_DEALS: readonly bigint[] = Object.freeze([])

function newSectorOf(
  rt: Runtime,
  { info }: SectorPreCommitOnChainInfo,
  { unverifiedSpace, verifiedSpace }: ActivatedData,
  pledgeInputs: PledgeInputs,
  sectorSize: SectorSize,
): SectorOnChainInfo {
  const { sectorNumber, sealProof, sealedCid, expiration } = info
  const activation = rt.epoch
  const duration = expiration - activation
  require(duration >=
    rt.policy
      .minSectorExpiration, ExitCode.IllegalArgument, `precommit ${sectorNumber} has lifetime ${duration} less than minimum ${rt.policy.minSectorExpiration}. ignoring`)
  const verifiedDealWeight = verifiedSpace * BigInt(duration)
  const qaPower = qaPowerForWeight(sectorSize, duration, verifiedDealWeight)
  return newSector({
    sectorNumber,
    sealProof,
    sealedCid,
    activation,
    expiration,
    dealWeight: unverifiedSpace * BigInt(duration),
    verifiedDealWeight,
    initialPledge: initialPledgeForPower(qaPower, pledgeInputs),
    dailyFee: dailyProofFee(rt.policy, pledgeInputs.circulatingSupply, qaPower),
  })
}

function sumOf<T>(items: readonly T[], amount: (item: T) => TokenAmount): TokenAmount {
  let sum = 0n
  for (const item of items) sum += amount(item)
  return sum
}
