/** What goes in and out of the reward actor. */
import {
  address,
  type Infer,
  int64,
  nullable,
  storagePower,
  tokenAmount,
  tuple,
} from '../../primitives/codec.ts'
import { FilterEstimate } from '../filter-estimate.ts'

export const RewardMethod = {
  Constructor: 1,
  AwardBlockReward: 2,
  ThisEpochReward: 3,
  UpdateNetworkKPI: 4,
} as const

/** Raw bytes proven by the network; the method refuses null. */
export const RealizedPower = nullable(storagePower)

export const AwardBlockRewardParams = tuple(
  {
    miner: address,
    /** Gas penalty, before it is multiplied. */
    penalty: tokenAmount,
    /** Arrived with the message, or before it. */
    gasReward: tokenAmount,
    winCount: int64,
  },
  'AwardBlockRewardParams',
)
export type AwardBlockRewardParams = Infer<typeof AwardBlockRewardParams>

export const ThisEpochRewardReturn = tuple(
  { thisEpochRewardSmoothed: FilterEstimate, thisEpochBaselinePower: storagePower },
  'ThisEpochRewardReturn',
)
export type ThisEpochRewardReturn = Infer<typeof ThisEpochRewardReturn>
