/** The storage miner: sectors that a provider has promised, the proofs it owes for them, and its money. */
import { address, bool, epoch, tokenAmount, uint64 } from '../../primitives/codec.ts'
import { type ActorDefinition, defineActor, type Method, method } from '../actor.ts'
import { BatchReturn } from '../batch-return.ts'
import { changeBeneficiary, getBeneficiary } from './beneficiary.ts'
import { compactPartitions, compactSectorNumbers } from './compaction.ts'
import { reportConsensusFault } from './consensus-fault.ts'
import { constructor } from './constructor.ts'
import {
  changeMultiaddresses,
  changeOwnerAddress,
  changePeerId,
  changeWorkerAddress,
  confirmChangeWorkerAddress,
} from './control.ts'
import { onDeferredCronEvent } from './cron.ts'
import { disputeWindowedPoSt } from './dispute.ts'
import { extendSectorExpiration2 } from './extension.ts'
import { declareFaults, declareFaultsRecovered } from './faults.ts'
import * as getters from './getters.ts'
import {
  ApplyRewardParams,
  ChangeBeneficiaryParams,
  ChangeMultiaddrsParams,
  ChangePeerIDParams,
  ChangeWorkerAddressParams,
  CheckSectorProvenParams,
  DeferredCronEventParams,
  GenerateSectorLocationParams,
  GenerateSectorLocationReturn,
  GetBeneficiaryReturn,
  GetControlAddressesReturn,
  GetMultiaddrsReturn,
  GetOwnerReturn,
  GetPeerIDReturn,
  GetVestingFundsReturn,
  MaxTerminationFeeParams,
  MinerConstructorParams,
  MinerMethod as M,
  ReportConsensusFaultParams,
  ValidateSectorStatusParams,
  WithdrawBalanceParams,
} from './params.ts'
import { preCommitSectorBatch2 } from './precommit.ts'
import { internalSectorSetupForPreseal } from './preseal.ts'
import { proveCommitSectorsNI } from './prove-commit-ni.ts'
import { proveCommitSectors3 } from './prove-commit.ts'
import { proveReplicaUpdates3 } from './replica-update.ts'
import { applyRewards } from './rewards.ts'
import * as params from './sector-params.ts'
import { MinerState } from './state.ts'
import { terminateSectors } from './termination.ts'
import { submitWindowedPoSt } from './window-post.ts'
import { repayDebt, withdrawBalance } from './withdrawal.ts'
import { SectorNumber } from './wire.ts'

type Methods = Readonly<Record<number, Method<MinerState>>>

/** Methods that also go by an exported number, so that contracts may call them. */
const control: Methods = both({
  ChangeWorkerAddress: method(
    'ChangeWorkerAddress',
    ChangeWorkerAddressParams,
    null,
    changeWorkerAddress,
  ),
  ConfirmChangeWorkerAddress: method(
    'ConfirmChangeWorkerAddress',
    null,
    null,
    confirmChangeWorkerAddress,
  ),
  ChangeOwnerAddress: method('ChangeOwnerAddress', address, null, changeOwnerAddress),
  ChangePeerID: method('ChangePeerID', ChangePeerIDParams, null, changePeerId),
  ChangeMultiaddrs: method('ChangeMultiaddrs', ChangeMultiaddrsParams, null, changeMultiaddresses),
  ChangeBeneficiary: method('ChangeBeneficiary', ChangeBeneficiaryParams, null, changeBeneficiary),
  GetBeneficiary: method('GetBeneficiary', null, GetBeneficiaryReturn, getBeneficiary),
  WithdrawBalance: method('WithdrawBalance', WithdrawBalanceParams, tokenAmount, withdrawBalance),
  RepayDebt: method('RepayDebt', null, null, repayDebt),
})

const internal: Methods = {
  [M.Constructor]: method('Constructor', MinerConstructorParams, null, constructor),
  [M.ControlAddresses]: method(
    'ControlAddresses',
    null,
    GetControlAddressesReturn,
    getters.controlAddresses,
  ),
  [M.OnDeferredCronEvent]: method(
    'OnDeferredCronEvent',
    DeferredCronEventParams,
    null,
    onDeferredCronEvent,
  ),
  [M.CheckSectorProven]: method(
    'CheckSectorProven',
    CheckSectorProvenParams,
    null,
    getters.checkSectorProven,
  ),
  [M.ApplyRewards]: method('ApplyRewards', ApplyRewardParams, null, applyRewards),
}

const sealing: Methods = {
  [M.PreCommitSectorBatch2]: method(
    'PreCommitSectorBatch2',
    params.PreCommitSectorBatchParams2,
    null,
    preCommitSectorBatch2,
  ),
  [M.ProveCommitSectors3]: method(
    'ProveCommitSectors3',
    params.ProveCommitSectors3Params,
    BatchReturn,
    proveCommitSectors3,
  ),
  [M.ProveCommitSectorsNI]: method(
    'ProveCommitSectorsNI',
    params.ProveCommitSectorsNIParams,
    BatchReturn,
    proveCommitSectorsNI,
  ),
  [M.ProveReplicaUpdates3]: method(
    'ProveReplicaUpdates3',
    params.ProveReplicaUpdates3Params,
    BatchReturn,
    proveReplicaUpdates3,
  ),
  [M.InternalSectorSetupForPreseal]: method(
    'InternalSectorSetupForPreseal',
    params.InternalSectorSetupForPresealParams,
    null,
    internalSectorSetupForPreseal,
  ),
}

const proving: Methods = {
  [M.SubmitWindowedPoSt]: method(
    'SubmitWindowedPoSt',
    params.SubmitWindowedPoStParams,
    null,
    submitWindowedPoSt,
  ),
  [M.DisputeWindowedPoSt]: method(
    'DisputeWindowedPoSt',
    params.DisputeWindowedPoStParams,
    null,
    disputeWindowedPoSt,
  ),
  [M.DeclareFaults]: method('DeclareFaults', params.DeclareFaultsParams, null, declareFaults),
  [M.DeclareFaultsRecovered]: method(
    'DeclareFaultsRecovered',
    params.DeclareFaultsRecoveredParams,
    null,
    declareFaultsRecovered,
  ),
  [M.TerminateSectors]: method(
    'TerminateSectors',
    params.TerminateSectorsParams,
    params.TerminateSectorsReturn,
    terminateSectors,
  ),
  [M.ExtendSectorExpiration2]: method(
    'ExtendSectorExpiration2',
    params.ExtendSectorExpiration2Params,
    null,
    extendSectorExpiration2,
  ),
  [M.CompactPartitions]: method(
    'CompactPartitions',
    params.CompactPartitionsParams,
    null,
    compactPartitions,
  ),
  [M.CompactSectorNumbers]: method(
    'CompactSectorNumbers',
    params.CompactSectorNumbersParams,
    null,
    compactSectorNumbers,
  ),
  [M.ReportConsensusFault]: method(
    'ReportConsensusFault',
    ReportConsensusFaultParams,
    null,
    reportConsensusFault,
  ),
}

const queries: Methods = {
  [M.GetOwnerExported]: method('GetOwner', null, GetOwnerReturn, getters.getOwner),
  [M.IsControllingAddressExported]: method(
    'IsControllingAddress',
    address,
    bool,
    getters.isControllingAddress,
  ),
  [M.GetSectorSizeExported]: method('GetSectorSize', null, uint64, getters.getSectorSize),
  [M.GetAvailableBalanceExported]: method(
    'GetAvailableBalance',
    null,
    tokenAmount,
    getters.getAvailableBalance,
  ),
  [M.GetVestingFundsExported]: method(
    'GetVestingFunds',
    null,
    GetVestingFundsReturn,
    getters.getVestingFunds,
  ),
  [M.GetPeerIDExported]: method('GetPeerID', null, GetPeerIDReturn, getters.getPeerId),
  [M.GetMultiaddrsExported]: method(
    'GetMultiaddrs',
    null,
    GetMultiaddrsReturn,
    getters.getMultiaddresses,
  ),
  [M.MaxTerminationFeeExported]: method(
    'MaxTerminationFee',
    MaxTerminationFeeParams,
    tokenAmount,
    getters.maxTerminationFee,
  ),
  [M.InitialPledgeExported]: method('InitialPledge', null, tokenAmount, getters.initialPledge),
  [M.GenerateSectorLocationExported]: method(
    'GenerateSectorLocation',
    GenerateSectorLocationParams,
    GenerateSectorLocationReturn,
    getters.generateSectorLocation,
  ),
  [M.ValidateSectorStatusExported]: method(
    'ValidateSectorStatus',
    ValidateSectorStatusParams,
    bool,
    getters.validateSectorStatus,
  ),
  [M.GetNominalSectorExpirationExported]: method(
    'GetNominalSectorExpiration',
    SectorNumber,
    epoch,
    getters.getNominalSectorExpiration,
  ),
}

export const minerActor: ActorDefinition<MinerState> = defineActor<MinerState>({
  type: 'storageminer',
  state: MinerState,
  methods: { ...internal, ...sealing, ...proving, ...control, ...queries },
})

type Exported = {
  [K in keyof typeof M]: `${K}Exported` extends keyof typeof M ? K : never
}[keyof typeof M]

/** Each method under its internal and its exported number. */
function both(methods: Readonly<Record<Exported, Method<MinerState>>>): Methods {
  return Object.fromEntries(
    (Object.keys(methods) as Exported[]).flatMap((name) => [
      [M[name], methods[name]],
      [M[`${name}Exported`], methods[name]],
    ]),
  )
}
