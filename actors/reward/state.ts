/** State of the reward actor. What the fields mean is said at `RewardProgress`, over which the mathematics runs. */
import {
  bigInt,
  epoch,
  type Infer,
  storagePower,
  tokenAmount,
  tuple,
} from '../../primitives/codec.ts'
import { FilterEstimate } from '../filter-estimate.ts'

export const RewardState = tuple(
  {
    cumsumBaseline: bigInt,
    cumsumRealized: bigInt,
    effectiveNetworkTime: epoch,
    effectiveBaselinePower: storagePower,
    thisEpochReward: tokenAmount,
    thisEpochRewardSmoothed: FilterEstimate,
    thisEpochBaselinePower: storagePower,
    epoch,
    totalStoragePowerReward: tokenAmount,
    simpleTotal: tokenAmount,
    baselineTotal: tokenAmount,
  },
  'RewardState',
)
export type RewardState = Infer<typeof RewardState>
