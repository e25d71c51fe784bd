/** What the power actor calls of a miner. */
import { address, byteString, type Infer, list, tuple } from '../../primitives/codec.ts'
import { FilterEstimate } from '../filter-estimate.ts'
import { ProofType } from '../miner/wire.ts'

export const ON_DEFERRED_CRON_EVENT = 12

export const MinerConstructorParams = tuple(
  {
    owner: address,
    worker: address,
    controlAddresses: list(address),
    windowPoStProofType: ProofType,
    peerId: byteString,
    multiAddresses: list(byteString),
  },
  'MinerConstructorParams',
)
export type MinerConstructorParams = Infer<typeof MinerConstructorParams>

export const DeferredCronEventParams = tuple(
  {
    /** As the miner enrolled it. */
    eventPayload: byteString,
    rewardSmoothed: FilterEstimate,
    qualityAdjPowerSmoothed: FilterEstimate,
  },
  'DeferredCronEventParams',
)
export type DeferredCronEventParams = Infer<typeof DeferredCronEventParams>
