/**
 * What goes in and out of a storage miner: its money, its control and its queries. Parameters of sectors are in
 * sector-params.ts. Wire order of builtin-actors `actors/miner/src/types.rs`.
 */
import {
  address,
  bigInt,
  byteString,
  type Codec,
  int64,
  list,
  mapped,
  nullable,
  tokenAmount,
  tuple,
  type Infer,
  uint64,
} from '../../primitives/codec.ts'
import { DecodeError } from '../../primitives/cbor.ts'
import { FilterEstimate } from '../filter-estimate.ts'
import { ActiveBeneficiary, PendingBeneficiaryChange } from './info.ts'
import { VestingFund } from './vesting-table.ts'
import { ProofType, SectorNumber } from './wire.ts'

export const MinerMethod = {
  Constructor: 1,
  ControlAddresses: 2,
  ChangeWorkerAddress: 3,
  ChangePeerID: 4,
  SubmitWindowedPoSt: 5,
  TerminateSectors: 9,
  DeclareFaults: 10,
  DeclareFaultsRecovered: 11,
  OnDeferredCronEvent: 12,
  CheckSectorProven: 13,
  ApplyRewards: 14,
  ReportConsensusFault: 15,
  WithdrawBalance: 16,
  InternalSectorSetupForPreseal: 17,
  ChangeMultiaddrs: 18,
  CompactPartitions: 19,
  CompactSectorNumbers: 20,
  ConfirmChangeWorkerAddress: 21,
  RepayDebt: 22,
  ChangeOwnerAddress: 23,
  DisputeWindowedPoSt: 24,
  PreCommitSectorBatch2: 28,
  ChangeBeneficiary: 30,
  GetBeneficiary: 31,
  ExtendSectorExpiration2: 32,
  ProveCommitSectors3: 34,
  ProveReplicaUpdates3: 35,
  ProveCommitSectorsNI: 36,
  ChangeWorkerAddressExported: 3302309124,
  ChangePeerIDExported: 1236548004,
  WithdrawBalanceExported: 2280458852,
  ChangeMultiaddrsExported: 1063480576,
  ConfirmChangeWorkerAddressExported: 2354970453,
  RepayDebtExported: 3665352697,
  ChangeOwnerAddressExported: 1010589339,
  ChangeBeneficiaryExported: 1570634796,
  GetBeneficiaryExported: 4158972569,
  GetOwnerExported: 3275365574,
  IsControllingAddressExported: 348244887,
  GetSectorSizeExported: 3858292296,
  GetAvailableBalanceExported: 4026106874,
  GetVestingFundsExported: 1726876304,
  GetPeerIDExported: 2812875329,
  GetMultiaddrsExported: 1332909407,
  MaxTerminationFeeExported: 4127382196,
  InitialPledgeExported: 3180523767,
  GenerateSectorLocationExported: 1321604665,
  ValidateSectorStatusExported: 3092458564,
  GetNominalSectorExpirationExported: 3010055991,
} as const

/** Exit codes of the miner alone. */
export const MinerExitCode = {
  BalanceInvariantsBroken: 1000,
  NotificationSendFailed: 1001,
  NotificationReceiverAborted: 1002,
  NotificationResponseInvalid: 1003,
  NotificationRejected: 1004,
} as const

export const MinerConstructorParams = tuple(
  {
    owner: address,
    worker: address,
    controlAddresses: list(address),
    windowPoStProofType: ProofType,
    peerId: byteString,
    multiaddrs: list(byteString),
  },
  'MinerConstructorParams',
)
export type MinerConstructorParams = Infer<typeof MinerConstructorParams>

export const GetControlAddressesReturn = tuple(
  { owner: address, worker: address, controlAddresses: list(address) },
  'GetControlAddressesReturn',
)
export type GetControlAddressesReturn = Infer<typeof GetControlAddressesReturn>

export const ChangeWorkerAddressParams = tuple(
  { newWorker: address, newControlAddresses: list(address) },
  'ChangeWorkerAddressParams',
)
export type ChangeWorkerAddressParams = Infer<typeof ChangeWorkerAddressParams>

export const ChangePeerIDParams = tuple({ newId: byteString }, 'ChangePeerIDParams')
export type ChangePeerIDParams = Infer<typeof ChangePeerIDParams>

export const ChangeMultiaddrsParams = tuple(
  { newMultiaddrs: list(byteString) },
  'ChangeMultiaddrsParams',
)
export type ChangeMultiaddrsParams = Infer<typeof ChangeMultiaddrsParams>

export const ChangeBeneficiaryParams = tuple(
  { newBeneficiary: address, newQuota: tokenAmount, newExpiration: int64 },
  'ChangeBeneficiaryParams',
)
export type ChangeBeneficiaryParams = Infer<typeof ChangeBeneficiaryParams>

export const GetBeneficiaryReturn = tuple(
  { active: ActiveBeneficiary, proposed: nullable(PendingBeneficiaryChange) },
  'GetBeneficiaryReturn',
)
export type GetBeneficiaryReturn = Infer<typeof GetBeneficiaryReturn>

export const GetOwnerReturn = tuple(
  { owner: address, proposed: nullable(address) },
  'GetOwnerReturn',
)
export type GetOwnerReturn = Infer<typeof GetOwnerReturn>

export const GetVestingFundsReturn = tuple(
  { vestingFunds: list(VestingFund) },
  'GetVestingFundsReturn',
)
export type GetVestingFundsReturn = Infer<typeof GetVestingFundsReturn>

export const GetPeerIDReturn = tuple({ peerId: byteString }, 'GetPeerIDReturn')
export type GetPeerIDReturn = Infer<typeof GetPeerIDReturn>

export const GetMultiaddrsReturn = tuple({ multiaddrs: list(byteString) }, 'GetMultiaddrsReturn')
export type GetMultiaddrsReturn = Infer<typeof GetMultiaddrsReturn>

export const ApplyRewardParams = tuple(
  { reward: tokenAmount, penalty: tokenAmount },
  'ApplyRewardParams',
)
export type ApplyRewardParams = Infer<typeof ApplyRewardParams>

export const WithdrawBalanceParams = tuple(
  { amountRequested: tokenAmount },
  'WithdrawBalanceParams',
)
export type WithdrawBalanceParams = Infer<typeof WithdrawBalanceParams>

export const ReportConsensusFaultParams = tuple(
  { header1: byteString, header2: byteString, headerExtra: byteString },
  'ReportConsensusFaultParams',
)
export type ReportConsensusFaultParams = Infer<typeof ReportConsensusFaultParams>

/** What a miner's cron events are about. Other numbers are passed over. */
export const CronEventType = { ProvingDeadline: 1n, ProcessEarlyTerminations: 2n } as const

export const CronEventPayload = tuple({ eventType: int64 }, 'CronEventPayload')
export type CronEventPayload = Infer<typeof CronEventPayload>

export const DeferredCronEventParams = tuple(
  {
    /** `CronEventPayload` as CBOR, as the miner enrolled it. */
    eventPayload: byteString,
    rewardSmoothed: FilterEstimate,
    qualityAdjPowerSmoothed: FilterEstimate,
  },
  'DeferredCronEventParams',
)
export type DeferredCronEventParams = Infer<typeof DeferredCronEventParams>

export const MaxTerminationFeeParams = tuple(
  { power: bigInt, initialPledge: tokenAmount },
  'MaxTerminationFeeParams',
)
export type MaxTerminationFeeParams = Infer<typeof MaxTerminationFeeParams>

export const CheckSectorProvenParams = tuple(
  { sectorNumber: SectorNumber },
  'CheckSectorProvenParams',
)
export type CheckSectorProvenParams = Infer<typeof CheckSectorProvenParams>

/** 0 dead, 1 active (also before its first proof), 2 faulty. */
export const SectorStatus = { Dead: 0, Active: 1, Faulty: 2 } as const
export type SectorStatus = (typeof SectorStatus)[keyof typeof SectorStatus]

const SectorStatusCode: Codec<SectorStatus> = mapped(
  uint64,
  'SectorStatusCode',
  (n) => {
    if (n > 2n) throw new DecodeError(`SectorStatusCode ${n}`)
    return Number(n) as SectorStatus
  },
  BigInt,
)

/** Deadline and partition; both -1 for a sector that is nowhere. */
export const SectorLocation = tuple({ deadline: int64, partition: int64 }, 'SectorLocation')
export type SectorLocation = Infer<typeof SectorLocation>

export const GenerateSectorLocationParams = tuple(
  { sectorNumber: SectorNumber },
  'GenerateSectorLocationParams',
)
export type GenerateSectorLocationParams = Infer<typeof GenerateSectorLocationParams>

export const GenerateSectorLocationReturn = tuple(
  {
    status: SectorStatusCode,
    /** `SectorLocation` as CBOR. */
    auxData: byteString,
  },
  'GenerateSectorLocationReturn',
)
export type GenerateSectorLocationReturn = Infer<typeof GenerateSectorLocationReturn>

export const ValidateSectorStatusParams = tuple(
  { sectorNumber: SectorNumber, status: SectorStatusCode, auxData: byteString },
  'ValidateSectorStatusParams',
)
export type ValidateSectorStatusParams = Infer<typeof ValidateSectorStatusParams>
