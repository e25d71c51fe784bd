/** The storage market (f05): what clients and providers have agreed on, and the money they put up for it. */
import { bitfield } from '../../primitives/bitfield.ts'
import {
  actorIdUint,
  address,
  bool,
  type Codec,
  tokenAmount,
  uint64,
} from '../../primitives/codec.ts'
import { defineActor, type Method, method } from '../actor.ts'
import type { Runtime } from '../runtime.ts'
import { SYSTEM_ACTOR } from '../singletons.ts'
import { batchActivateDeals, verifyDealsForActivation } from './activation.ts'
import { sectorContentChanged } from './content-changed.ts'
import { cronTick } from './cron.ts'
import {
  clientOf,
  dealDuration,
  type DealProposal,
  Label,
  providerOf,
  totalStorageFee,
} from './deal.ts'
import { addBalance, getBalance, withdrawBalance } from './escrow.ts'
import * as p from './params.ts'
import { publishStorageDeals } from './publish.ts'
import { getDealActivation, getDealSector, ofProposal } from './queries.ts'
import { settleDealPayments } from './settle.ts'
import { initialMarketState, MarketState } from './state.ts'
import { onMinerSectorsTerminate } from './termination.ts'

const M = p.MarketMethod
type Methods = Readonly<Record<number, Method<MarketState>>>

const AddBalance = method('AddBalance', address, null, addBalance)
const WithdrawBalance = method(
  'WithdrawBalance',
  p.WithdrawBalanceParams,
  tokenAmount,
  withdrawBalance,
)
const PublishStorageDeals = method(
  'PublishStorageDeals',
  p.PublishStorageDealsParams,
  p.PublishStorageDealsReturn,
  publishStorageDeals,
)

const money: Methods = {
  [M.AddBalance]: AddBalance,
  [M.WithdrawBalance]: WithdrawBalance,
  [M.AddBalanceExported]: AddBalance,
  [M.WithdrawBalanceExported]: WithdrawBalance,
  [M.GetBalanceExported]: method('GetBalance', address, p.GetBalanceReturn, getBalance),
}

const deals: Methods = {
  [M.PublishStorageDeals]: PublishStorageDeals,
  [M.VerifyDealsForActivation]: method(
    'VerifyDealsForActivation',
    p.VerifyDealsForActivationParams,
    p.VerifyDealsForActivationReturn,
    verifyDealsForActivation,
  ),
  [M.BatchActivateDeals]: method(
    'BatchActivateDeals',
    p.BatchActivateDealsParams,
    p.BatchActivateDealsResult,
    batchActivateDeals,
  ),
  [M.OnMinerSectorsTerminate]: method(
    'OnMinerSectorsTerminate',
    p.OnMinerSectorsTerminateParams,
    null,
    onMinerSectorsTerminate,
  ),
  [M.PublishStorageDealsExported]: PublishStorageDeals,
  [M.SettleDealPaymentsExported]: method(
    'SettleDealPayments',
    bitfield,
    p.SettleDealPaymentsReturn,
    settleDealPayments,
  ),
  [M.SectorContentChangedExported]: method(
    'SectorContentChanged',
    p.SectorContentChangedParams,
    p.SectorContentChangedReturn,
    sectorContentChanged,
  ),
}

const queries: Methods = {
  [M.GetDealDataCommitmentExported]: query(
    'GetDealDataCommitment',
    p.GetDealDataCommitmentReturn,
    (deal) => ({ data: deal.pieceCid, size: deal.pieceSize }),
  ),
  [M.GetDealClientExported]: query('GetDealClient', actorIdUint, clientOf),
  [M.GetDealProviderExported]: query('GetDealProvider', actorIdUint, providerOf),
  [M.GetDealLabelExported]: query('GetDealLabel', Label, (deal) => deal.label),
  [M.GetDealTermExported]: query('GetDealTerm', p.GetDealTermReturn, (deal) => ({
    start: deal.startEpoch,
    duration: dealDuration(deal),
  })),
  [M.GetDealTotalPriceExported]: query('GetDealTotalPrice', tokenAmount, totalStorageFee),
  [M.GetDealClientCollateralExported]: query(
    'GetDealClientCollateral',
    tokenAmount,
    (deal) => deal.clientCollateral,
  ),
  [M.GetDealProviderCollateralExported]: query(
    'GetDealProviderCollateral',
    tokenAmount,
    (deal) => deal.providerCollateral,
  ),
  [M.GetDealVerifiedExported]: query('GetDealVerified', bool, (deal) => deal.verifiedDeal),
  [M.GetDealActivationExported]: method(
    'GetDealActivation',
    p.DealQuery,
    p.GetDealActivationReturn,
    getDealActivation,
  ),
  [M.GetDealSectorExported]: method('GetDealSector', p.DealQuery, uint64, getDealSector),
}

export const marketActor = defineActor<MarketState>({
  type: 'storagemarket',
  state: MarketState,
  methods: {
    [M.Constructor]: method('Constructor', null, null, constructor),
    [M.CronTick]: method('CronTick', null, null, cronTick),
    ...money,
    ...deals,
    ...queries,
  },
})

function constructor(rt: Runtime<MarketState>): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  rt.create(initialMarketState())
}

function query<T>(
  name: string,
  returns: Codec<T>,
  read: (deal: DealProposal) => T,
): Method<MarketState> {
  return method(name, p.DealQuery, returns, ofProposal(read))
}
