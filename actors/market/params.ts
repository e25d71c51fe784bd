/** What goes in and out of the storage market. */
import { bitfield } from '../../primitives/bitfield.ts'
import {
  address,
  bool,
  byteString,
  cidLink,
  type Infer,
  int64,
  list,
  tokenAmount,
  tuple,
  uint,
  uint64,
} from '../../primitives/codec.ts'
import { BatchReturn } from '../batch-return.ts'
import { ClientDealProposal } from './deal.ts'

export {
  type ActivatedDeal,
  BatchActivateDealsParams,
  BatchActivateDealsResult,
  OnMinerSectorsTerminateParams,
  type PieceChange,
  type SectorChanges,
  SectorContentChangedParams,
  SectorContentChangedReturn,
  type SectorDeals,
  VerifyDealsForActivationParams,
  VerifyDealsForActivationReturn,
} from '../miner/ext.ts'

export const MarketMethod = {
  Constructor: 1,
  AddBalance: 2,
  WithdrawBalance: 3,
  PublishStorageDeals: 4,
  VerifyDealsForActivation: 5,
  BatchActivateDeals: 6,
  OnMinerSectorsTerminate: 7,
  CronTick: 9,
  AddBalanceExported: 822473126,
  WithdrawBalanceExported: 2280458852,
  PublishStorageDealsExported: 2236929350,
  GetBalanceExported: 726108461,
  GetDealDataCommitmentExported: 1157985802,
  GetDealClientExported: 128053329,
  GetDealProviderExported: 935081690,
  GetDealLabelExported: 46363526,
  GetDealTermExported: 163777312,
  GetDealTotalPriceExported: 4287162428,
  GetDealClientCollateralExported: 200567895,
  GetDealProviderCollateralExported: 2986712137,
  GetDealVerifiedExported: 2627389465,
  GetDealActivationExported: 2567238399,
  GetDealSectorExported: 2611213344,
  SettleDealPaymentsExported: 1900091594,
  SectorContentChangedExported: 2034386435,
} as const

/** FRC-42 number of `MarketNotifyDeal`, which the market calls on the client of every deal it publishes. */
export const MARKET_NOTIFY_DEAL = 4186741094

/** Exit codes of the market alone. */
export const MarketExitCode = {
  /** What is asked about a deal has been cleared away. */
  DealExpired: 32,
  DealNotActivated: 33,
} as const

export const WithdrawBalanceParams = tuple(
  { providerOrClient: address, amount: tokenAmount },
  'WithdrawBalanceParams',
)
export type WithdrawBalanceParams = Infer<typeof WithdrawBalanceParams>

export const GetBalanceReturn = tuple(
  {
    /** All that is held, and the part of it that deals bind. */
    balance: tokenAmount,
    locked: tokenAmount,
  },
  'GetBalanceReturn',
)
export type GetBalanceReturn = Infer<typeof GetBalanceReturn>

export const PublishStorageDealsParams = tuple(
  { deals: list(ClientDealProposal) },
  'PublishStorageDealsParams',
)
export type PublishStorageDealsParams = Infer<typeof PublishStorageDealsParams>

export const PublishStorageDealsReturn = tuple(
  {
    ids: list(uint),
    /** Which of the proposals they are of, by their place in the list. */
    validDeals: bitfield,
  },
  'PublishStorageDealsReturn',
)
export type PublishStorageDealsReturn = Infer<typeof PublishStorageDealsReturn>

export const MarketNotifyDealParams = tuple(
  {
    /** The proposal with ID addresses, as it stands in the state. */
    proposal: byteString,
    dealId: uint,
  },
  'MarketNotifyDealParams',
)

/** A deal that is asked about; it need not exist. */
export const DealQuery = uint64

export const GetDealDataCommitmentReturn = tuple(
  {
    /** CommP. */
    data: cidLink,
    /** Padded bytes. */
    size: uint64,
  },
  'GetDealDataCommitmentReturn',
)
export type GetDealDataCommitmentReturn = Infer<typeof GetDealDataCommitmentReturn>

export const GetDealTermReturn = tuple({ start: int64, duration: int64 }, 'GetDealTermReturn')
export type GetDealTermReturn = Infer<typeof GetDealTermReturn>

export const GetDealActivationReturn = tuple(
  {
    /** Epochs; -1 where it has not come to that. */
    activated: int64,
    terminated: int64,
  },
  'GetDealActivationReturn',
)
export type GetDealActivationReturn = Infer<typeof GetDealActivationReturn>

export const DealSettlementSummary = tuple(
  {
    /** What the client paid the provider just now. */
    payment: tokenAmount,
    /** Whether it was for the last time. */
    completed: bool,
  },
  'DealSettlementSummary',
)
export type DealSettlementSummary = Infer<typeof DealSettlementSummary>

export const SettleDealPaymentsReturn = tuple(
  {
    results: BatchReturn,
    /** Of the deals that could be settled. */
    settlements: list(DealSettlementSummary),
  },
  'SettleDealPaymentsReturn',
)
export type SettleDealPaymentsReturn = Infer<typeof SettleDealPaymentsReturn>
