/** State of the storage market: deals, what is held and locked for them, and when they are looked at. */
import { amt, Amt } from '../../primitives/amt.ts'
import {
  epoch,
  type Infer,
  list,
  tokenAmount,
  tuple,
  uint,
  uint64,
} from '../../primitives/codec.ts'
import {
  actorIdKey,
  cidKey,
  uvarintKey,
  uvarintNumberKey,
  varintKey,
} from '../../primitives/hamt-keys.ts'
import { hamt, Hamt } from '../../primitives/hamt.ts'
import { actorNumberKey } from '../actor-number-key.ts'
import { emptySet, hamtSet } from '../hamt-set.ts'
import { EPOCH_UNDEFINED } from '../policy.ts'
import { DealProposal, DealState } from './deal.ts'

const PROPOSALS_AMT_BITWIDTH = 5
const STATES_AMT_BITWIDTH = 6
const BALANCE_TABLE_BITWIDTH = 6

const dealIds = hamtSet(uvarintNumberKey)
const dealIdsOfSector = hamt(uvarintKey, list(uint))

export const MarketState = tuple(
  {
    /** By deal id, from publication to the end. */
    proposals: amt(DealProposal, PROPOSALS_AMT_BITWIDTH),
    /** By deal id, from activation to the end. */
    states: amt(DealState, STATES_AMT_BITWIDTH),
    /** CIDs of proposals that have not started: the same one cannot be published twice. */
    pendingProposals: hamtSet(cidKey),
    /** All that is held for a client or provider. */
    escrowTable: hamt(actorIdKey, tokenAmount, BALANCE_TABLE_BITWIDTH),
    /** The part of it that deals bind. */
    lockedTable: hamt(actorIdKey, tokenAmount, BALANCE_TABLE_BITWIDTH),
    /** Id of the next deal. */
    nextId: uint,
    /** Deals that cron looks at, by epoch. */
    dealOpsByEpoch: hamt(varintKey, dealIds),
    /** Epoch of the last cron. */
    lastCron: epoch,
    totalClientLockedCollateral: tokenAmount,
    totalProviderLockedCollateral: tokenAmount,
    totalClientStorageFee: tokenAmount,
    /** Allocation of a verified deal that is not active yet, by deal id. */
    pendingDealAllocationIds: hamt(uvarintNumberKey, uint64),
    /** Deals by provider, then by sector. */
    providerSectors: hamt(actorNumberKey, dealIdsOfSector),
  },
  'MarketState',
)
export type MarketState = Infer<typeof MarketState>

/** State before anything is held or published. */
export function initialMarketState(): MarketState {
  const noBalances = Hamt.empty(actorIdKey, tokenAmount, BALANCE_TABLE_BITWIDTH)
  return {
    proposals: Amt.empty(DealProposal, PROPOSALS_AMT_BITWIDTH),
    states: Amt.empty(DealState, STATES_AMT_BITWIDTH),
    pendingProposals: emptySet(cidKey),
    escrowTable: noBalances,
    lockedTable: noBalances,
    nextId: 0,
    dealOpsByEpoch: Hamt.empty(varintKey, dealIds),
    lastCron: EPOCH_UNDEFINED,
    totalClientLockedCollateral: 0n,
    totalProviderLockedCollateral: 0n,
    totalClientStorageFee: 0n,
    pendingDealAllocationIds: Hamt.empty(uvarintNumberKey, uint64),
    providerSectors: Hamt.empty(actorNumberKey, dealIdsOfSector),
  }
}
