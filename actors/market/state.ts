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
  type KeyCodec,
  uvarintKey,
  uvarintNumberKey,
} from '../../primitives/hamt-keys.ts'
import { hamt, Hamt } from '../../primitives/hamt.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { decodeVarint, encodeVarint } from '../../primitives/varint.ts'
import { actorNumberKey } from '../actor-number-key.ts'
import { emptySet, hamtSet } from '../hamt-set.ts'
import { nestedMap } from '../nested-map.ts'
import { EPOCH_UNDEFINED } from '../policy.ts'
import { DealProposal, DealState } from './deal.ts'

const PROPOSALS_AMT_BITWIDTH = 5
const STATES_AMT_BITWIDTH = 6
const BALANCE_TABLE_BITWIDTH = 6

/** Number of a deal. */
export type DealId = number

/**
 * Epoch of the market's schedule: a number, and a bigint only beyond 2⁵³, where nothing stops a deal from starting and
 * nobody will see it.
 */
export type ScheduledEpoch = ChainEpoch | bigint

const scheduleKey: KeyCodec<ScheduledEpoch> = {
  name: 'epoch',
  toBytes: encodeVarint,
  fromBytes(bytes) {
    const [epoch, end] = decodeVarint(bytes)
    if (end !== bytes.length) throw new RangeError('bytes left after the varint')
    return Number.isSafeInteger(Number(epoch)) ? Number(epoch) : epoch
  },
  show: String,
}

const dealIds = hamtSet(uvarintNumberKey)
/** No deals at an epoch. */
export const NO_DEALS = emptySet(uvarintNumberKey)
/** Ids of deals by provider, then by sector; in ascending order. */
export const PROVIDER_SECTORS = nestedMap(actorNumberKey, uvarintKey, list(uint))

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
    dealOpsByEpoch: hamt(scheduleKey, dealIds),
    /** Epoch of the last cron. */
    lastCron: epoch,
    totalClientLockedCollateral: tokenAmount,
    totalProviderLockedCollateral: tokenAmount,
    totalClientStorageFee: tokenAmount,
    /** Allocation of a verified deal that is not active yet, by deal id. */
    pendingDealAllocationIds: hamt(uvarintNumberKey, uint64),
    /** Active deals; those that expired may still be here until they are settled. */
    providerSectors: PROVIDER_SECTORS.codec,
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
    dealOpsByEpoch: Hamt.empty(scheduleKey, dealIds),
    lastCron: EPOCH_UNDEFINED,
    totalClientLockedCollateral: 0n,
    totalProviderLockedCollateral: 0n,
    totalClientStorageFee: 0n,
    pendingDealAllocationIds: Hamt.empty(uvarintNumberKey, uint64),
    providerSectors: PROVIDER_SECTORS.empty,
  }
}
