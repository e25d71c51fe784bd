/** The reward actor (f02): holds what is not minted yet, and pays it out block by block. */
import type { StoragePower } from '../../primitives/units.ts'
import { defineActor, method } from '../actor.ts'
import { ActorError, ExitCode, type Runtime } from '../runtime.ts'
import { POWER_ACTOR, SYSTEM_ACTOR } from '../singletons.ts'
import { awardBlockReward } from './award.ts'
import { initialRewardState, networkKpi } from './logic.ts'
import {
  AwardBlockRewardParams,
  RealizedPower,
  RewardMethod,
  ThisEpochRewardReturn,
} from './params.ts'
import { RewardState } from './state.ts'

export const rewardActor = defineActor<RewardState>({
  type: 'reward',
  state: RewardState,
  methods: {
    [RewardMethod.Constructor]: method('Constructor', RealizedPower, null, constructor),
    [RewardMethod.AwardBlockReward]: method(
      'AwardBlockReward',
      AwardBlockRewardParams,
      null,
      awardBlockReward,
    ),
    [RewardMethod.ThisEpochReward]: method(
      'ThisEpochReward',
      null,
      ThisEpochRewardReturn,
      thisEpochReward,
    ),
    [RewardMethod.UpdateNetworkKPI]: method(
      'UpdateNetworkKPI',
      RealizedPower,
      null,
      updateNetworkKPI,
    ),
  },
})

function constructor(rt: Runtime<RewardState>, power: StoragePower | null): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  if (power === null) throw new ActorError(ExitCode.IllegalArgument, 'argument should not be nil')
  rt.create(initialRewardState(power))
}

/** The estimates that miners project their rewards from, as of the last cron. */
function thisEpochReward(rt: Runtime<RewardState>): ThisEpochRewardReturn {
  rt.acceptAnyCaller()
  const { thisEpochRewardSmoothed, thisEpochBaselinePower } = rt.state()
  return { thisEpochRewardSmoothed, thisEpochBaselinePower }
}

/** Ends an epoch: the power actor says what was proven in it, and the next epoch's reward follows. */
function updateNetworkKPI(rt: Runtime<RewardState>, realizedPower: StoragePower | null): void {
  rt.acceptCaller(POWER_ACTOR)
  if (realizedPower === null)
    throw new ActorError(ExitCode.IllegalArgument, 'argument cannot be None')
  rt.transaction((state) => {
    const kpi = networkKpi(state, rt.epoch, realizedPower)
    state.cumsumBaseline = kpi.cumsumBaseline
    state.cumsumRealized = kpi.cumsumRealized
    state.effectiveNetworkTime = kpi.effectiveNetworkTime
    state.effectiveBaselinePower = kpi.effectiveBaselinePower
    state.thisEpochReward = kpi.thisEpochReward
    state.thisEpochRewardSmoothed = kpi.thisEpochRewardSmoothed
    state.thisEpochBaselinePower = kpi.thisEpochBaselinePower
    state.epoch = kpi.epoch
  })
}
