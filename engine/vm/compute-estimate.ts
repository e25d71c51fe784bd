/**
 * What actors' own computation and state access cost, as an estimate: the median over recorded messages of the
 * released actors, by method, of all gas that the price list does not give. It is charged at the top of a message
 * and includes what the calls below it compute. See docs/decisions/gas-estimate.md.
 */
import type { ActorType } from '../../actors/manifest.ts'
import type { MethodNum } from '../../actors/runtime.ts'

/** Gas of a method that is not listed: reading or changing a small state. */
const DEFAULT_GAS = 1_200_000

/** Milligas for one top-level call of a method. */
export function computeEstimate(type: ActorType, method: MethodNum): number {
  // Contracts say themselves what their code costs.
  if (type === 'evm') return 0
  return (MEDIAN_GAS[type]?.[Number(method)] ?? DEFAULT_GAS) * 1000
}

/** Median gas beyond inclusion, sends and actor access, by actor and method number. */
const MEDIAN_GAS: Partial<Record<ActorType, Readonly<Record<number, number>>>> = {
  account: {
    33554432: 547_000, // any exported method
    3844450837: 547_000, // InvokeEVM
  },
  datacap: {
    48890204: 534_000, // Name
    80475954: 10_833_000, // Transfer
  },
  eam: {
    4: 7_000_000, // CreateExternal, without the contract's constructor
  },
  ethaccount: {
    3844450837: 517_000, // InvokeEVM
  },
  init: {
    2: 5_901_000, // Exec
  },
  multisig: {
    2: 8_553_000, // Propose
    3: 8_869_000, // Approve
    4: 2_907_000, // Cancel
  },
  paymentchannel: {
    2: 3_761_000, // UpdateChannelState
  },
  placeholder: {
    3844450837: 419_000, // InvokeEVM
  },
  storagemarket: {
    2: 3_762_000, // AddBalance
    3: 5_006_000, // WithdrawBalance
    4: 21_690_000, // PublishStorageDeals
    1900091594: 10_368_000, // SettleDealPayments
  },
  storageminer: {
    3: 3_821_000, // ChangeWorkerAddress
    4: 3_687_000, // ChangePeerID
    5: 18_488_000, // SubmitWindowedPoSt
    9: 47_595_000, // TerminateSectors
    10: 15_240_000, // DeclareFaults
    11: 15_471_000, // DeclareFaultsRecovered
    15: 18_269_000, // ReportConsensusFault
    16: 3_187_000, // WithdrawBalance
    18: 3_640_000, // ChangeMultiaddrs
    19: 28_599_000, // CompactPartitions
    20: 3_542_000, // CompactSectorNumbers
    21: 3_300_000, // ConfirmChangeWorkerAddress
    22: 3_072_000, // RepayDebt
    23: 3_745_000, // ChangeOwnerAddress
    24: 48_565_000, // DisputeWindowedPoSt
    28: 21_316_000, // PreCommitSectorBatch2
    30: 3_790_000, // ChangeBeneficiary
    32: 19_926_000, // ExtendSectorExpiration2
    34: 68_444_000, // ProveCommitSectors3
    35: 34_667_000, // ProveReplicaUpdates3
    36: 35_920_000, // ProveCommitSectorsNI
    1321604665: 3_816_000, // GenerateSectorLocation
    1726876304: 3_484_000, // GetVestingFunds
    4127382196: 2_984_000, // MaxTerminationFee
  },
  storagepower: {
    2: 40_148_000, // CreateMiner
  },
  verifiedregistry: {
    4: 9_938_000, // AddVerifiedClient
    8: 6_210_000, // RemoveExpiredAllocations
    12: 2_816_000, // RemoveExpiredClaims
    1752273514: 5_441_000, // ExtendClaimTerms
    2199871187: 1_731_000, // GetClaims
  },
}
