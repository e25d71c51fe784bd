/** State of the power actor: what each miner proves, their totals, and the calls they asked for. */
import { amt, Amt } from '../../primitives/amt.ts'
import {
  actorIdAddress,
  byteString,
  epoch,
  type Infer,
  int,
  nullable,
  cidLink,
  storagePower,
  tokenAmount,
  tuple,
  uint,
} from '../../primitives/codec.ts'
import { actorIdKey, varintKey } from '../../primitives/hamt-keys.ts'
import { hamt, Hamt } from '../../primitives/hamt.ts'
import { FilterEstimate } from '../filter-estimate.ts'
import { INITIAL_QA_POWER_ESTIMATE } from './policy.ts'

const CRON_QUEUE_HAMT_BITWIDTH = 6
const CRON_QUEUE_AMT_BITWIDTH = 6

/** Power of one miner, without its faulty sectors. */
export const Claim = tuple(
  {
    windowPoStProofType: int,
    rawBytePower: storagePower,
    qualityAdjPower: storagePower,
  },
  'Claim',
)
export type Claim = Infer<typeof Claim>

/** A miner's wish to be called at the end of an epoch. */
export const CronEvent = tuple(
  {
    minerAddr: actorIdAddress,
    /** For the miner to read. */
    callbackPayload: byteString,
  },
  'CronEvent',
)
export type CronEvent = Infer<typeof CronEvent>

const cronEvents = amt(CronEvent, CRON_QUEUE_AMT_BITWIDTH)

export const PowerState = tuple(
  {
    /** Of the miners above the consensus minimum; `…Committed` are of all miners. */
    totalRawBytePower: storagePower,
    totalBytesCommitted: storagePower,
    totalQualityAdjPower: storagePower,
    totalQaBytesCommitted: storagePower,
    totalPledgeCollateral: tokenAmount,
    /** As of the last cron, the same for all messages of an epoch. */
    thisEpochRawBytePower: storagePower,
    thisEpochQualityAdjPower: storagePower,
    thisEpochPledgeCollateral: tokenAmount,
    thisEpochQaPowerSmoothed: FilterEstimate,
    minerCount: int,
    minerAboveMinPowerCount: int,
    /** FIP-0081: pledge moves to its new rule from here on, over as many epochs as the next field says. */
    rampStartEpoch: epoch,
    rampDurationEpochs: uint,
    /** By epoch, in the order they were enrolled. */
    cronEventQueue: hamt(varintKey, cronEvents, CRON_QUEUE_HAMT_BITWIDTH),
    /** No event is queued before it. */
    firstCronEpoch: epoch,
    claims: hamt(actorIdKey, Claim),
    /** Unused since FIP-0084, and null. */
    proofValidationBatch: nullable(cidLink),
  },
  'PowerState',
)
export type PowerState = Infer<typeof PowerState>

export const NO_CRON_EVENTS = Amt.empty(CronEvent, CRON_QUEUE_AMT_BITWIDTH)

/** State of a network without miners. */
export function initialPowerState(): PowerState {
  return {
    totalRawBytePower: 0n,
    totalBytesCommitted: 0n,
    totalQualityAdjPower: 0n,
    totalQaBytesCommitted: 0n,
    totalPledgeCollateral: 0n,
    thisEpochRawBytePower: 0n,
    thisEpochQualityAdjPower: 0n,
    thisEpochPledgeCollateral: 0n,
    thisEpochQaPowerSmoothed: INITIAL_QA_POWER_ESTIMATE,
    minerCount: 0,
    minerAboveMinPowerCount: 0,
    rampStartEpoch: 0,
    rampDurationEpochs: 0,
    cronEventQueue: Hamt.empty(varintKey, cronEvents, CRON_QUEUE_HAMT_BITWIDTH),
    firstCronEpoch: 0,
    claims: Hamt.empty(actorIdKey, Claim),
    proofValidationBatch: null,
  }
}
