/** Who is paid when a miner's balance is withdrawn, if not the owner (FIP-0029): a lender, up to a quota and an epoch. */
import type { Address } from '../../primitives/address.ts'
import { ActorError, ExitCode, require, type Runtime } from '../runtime.ts'
import { isCaller, resolveAddress } from './access.ts'
import { availableQuota, type MinerInfo, type PendingBeneficiaryChange } from './info.ts'
import type { ChangeBeneficiaryParams, GetBeneficiaryReturn } from './params.ts'
import { type MinerState, saveInfo } from './state.ts'

/**
 * Proposes a beneficiary, sent by the owner; or approves the proposal, sent by the present or the proposed beneficiary
 * with the same terms. It takes effect when both have approved. A beneficiary with nothing left counts as approving.
 *
 * @throws ActorError `IllegalArgument` for terms that are not allowed or not the proposed ones, `Forbidden` for others.
 * @see builtin-actors `actors/miner/src/lib.rs`, `change_beneficiary`
 */
export function changeBeneficiary(rt: Runtime<MinerState>, params: ChangeBeneficiaryParams): void {
  rt.acceptAnyCaller()
  const nominee = resolveAddress(rt, params.newBeneficiary)
  require(nominee !==
    undefined, ExitCode.IllegalArgument, `unable to resolve address: ${params.newBeneficiary}`)
  rt.transaction((state) => {
    const info = state.info.get()
    const pending = isCaller(rt, info.owner)
      ? proposal(rt, info, nominee, params)
      : expectedProposal(rt, info, nominee, params)
    saveInfo(state, settle(info, approve(rt, info, pending)))
  })
}

export function getBeneficiary(rt: Runtime<MinerState>): GetBeneficiaryReturn {
  rt.acceptAnyCaller()
  const { beneficiary, beneficiaryTerm, pendingBeneficiaryTerm } = rt.state().info.get()
  return { active: { beneficiary, term: beneficiaryTerm }, proposed: pendingBeneficiaryTerm }
}

function proposal(
  rt: Runtime,
  info: MinerInfo,
  nominee: Address,
  { newQuota, newExpiration }: ChangeBeneficiaryParams,
): PendingBeneficiaryChange {
  const illegal = (condition: boolean, message: string): void =>
    require(condition, ExitCode.IllegalArgument, message)
  if (nominee.equals(info.owner)) {
    illegal(newQuota === 0n, `owner beneficial quota ${newQuota} must be zero`)
    illegal(newExpiration === 0n, `owner beneficial expiration ${newExpiration} must be zero`)
  } else illegal(newQuota > 0n, `beneficial quota ${newQuota} must bigger than zero`)
  return {
    newBeneficiary: nominee,
    newQuota,
    newExpiration,
    approvedByBeneficiary: availableQuota(info.beneficiaryTerm, rt.epoch) === 0n,
    approvedByNominee: false,
  }
}

function expectedProposal(
  rt: Runtime,
  { pendingBeneficiaryTerm: pending, beneficiary }: MinerInfo,
  nominee: Address,
  { newQuota, newExpiration }: ChangeBeneficiaryParams,
): PendingBeneficiaryChange {
  if (pending === null)
    throw new ActorError(ExitCode.Forbidden, 'No changeBeneficiary proposal exists')
  require(isCaller(rt, beneficiary) ||
    isCaller(
      rt,
      pending.newBeneficiary,
    ), ExitCode.Forbidden, `message caller ${rt.caller} is neither proposal beneficiary ${pending.newBeneficiary} nor current beneficiary ${beneficiary}`)
  const expect = (same: boolean, what: string, expected: unknown, got: unknown): void =>
    require(same, ExitCode.IllegalArgument, `new beneficiary ${what} must be equal expect ${expected}, but got ${got}`)
  const { newBeneficiary } = pending
  expect(newBeneficiary.equals(nominee), 'address', newBeneficiary, nominee)
  expect(pending.newQuota === newQuota, 'quota', pending.newQuota, newQuota)
  expect(
    pending.newExpiration === newExpiration,
    'expire date',
    pending.newExpiration,
    newExpiration,
  )
  return pending
}

function approve(
  rt: Runtime,
  info: MinerInfo,
  pending: PendingBeneficiaryChange,
): PendingBeneficiaryChange {
  return {
    ...pending,
    approvedByBeneficiary: pending.approvedByBeneficiary || isCaller(rt, info.beneficiary),
    approvedByNominee: pending.approvedByNominee || isCaller(rt, pending.newBeneficiary),
  }
}

/** A new beneficiary starts with its whole quota; one that only gets new terms keeps what it used. */
function settle(info: MinerInfo, pending: PendingBeneficiaryChange): MinerInfo {
  if (!pending.approvedByBeneficiary || !pending.approvedByNominee)
    return { ...info, pendingBeneficiaryTerm: pending }
  const same = pending.newBeneficiary.equals(info.beneficiary)
  return {
    ...info,
    beneficiary: pending.newBeneficiary,
    beneficiaryTerm: {
      quota: pending.newQuota,
      usedQuota: same ? info.beneficiaryTerm.usedQuota : 0n,
      expiration: pending.newExpiration,
    },
    pendingBeneficiaryTerm: null,
  }
}
