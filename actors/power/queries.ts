/** What the power actor tells others: totals as of the last cron, claims as they are. */
import { actorId, type StoragePower } from '../../primitives/units.ts'
import { ActorError, ExitCode, type Runtime } from '../runtime.ts'
import { minPower } from './claims.ts'
import type { CurrentTotalPowerReturn, MinerPowerReturn, MinerRawPowerReturn } from './params.ts'
import { meetsConsensusMinimum } from './policy.ts'
import type { Claim, PowerState } from './state.ts'

export function currentTotalPowerFrozen(rt: Runtime<PowerState>): CurrentTotalPowerReturn {
  rt.acceptAnyCaller()
  const state = rt.state()
  return {
    rawBytePower: state.thisEpochRawBytePower,
    qualityAdjPower: state.thisEpochQualityAdjPower,
    pledgeCollateral: state.thisEpochPledgeCollateral,
    qualityAdjPowerSmoothed: state.thisEpochQaPowerSmoothed,
    rampStartEpoch: state.rampStartEpoch,
    rampDurationEpochs: state.rampDurationEpochs,
  }
}

export function networkRawPower(rt: Runtime<PowerState>): StoragePower {
  rt.acceptAnyCaller()
  return rt.state().thisEpochRawBytePower
}

/** @throws ActorError `IllegalArgument` for an actor without a claim. */
export function minerRawPower(rt: Runtime<PowerState>, miner: bigint): MinerRawPowerReturn {
  rt.acceptAnyCaller()
  const state = rt.state()
  const claim = claimOf(state, miner)
  if (!claim) throw new ActorError(ExitCode.IllegalArgument, `no claim for actor: ${miner}`)
  const minimum = minPower(rt.policy, claim.windowPoStProofType)
  return {
    rawBytePower: claim.rawBytePower,
    meetsConsensusMinimum: meetsConsensusMinimum(
      claim.rawBytePower,
      minimum,
      state.minerAboveMinPowerCount,
    ),
  }
}

/** @throws ActorError `NotFound` for an actor without a claim. */
export function minerPower(rt: Runtime<PowerState>, miner: bigint): MinerPowerReturn {
  rt.acceptAnyCaller()
  const claim = claimOf(rt.state(), miner)
  if (!claim) throw new ActorError(ExitCode.NotFound, 'miner not found')
  return { rawBytePower: claim.rawBytePower, qualityAdjPower: claim.qualityAdjPower }
}

/** Miners ever made, less those whose claim was taken away. */
export function minerCount(rt: Runtime<PowerState>): number {
  rt.acceptAnyCaller()
  return rt.state().minerCount
}

/** Miners at the consensus minimum or above. */
export function minerConsensusCount(rt: Runtime<PowerState>): number {
  rt.acceptAnyCaller()
  return rt.state().minerAboveMinPowerCount
}

function claimOf(state: PowerState, miner: bigint): Claim | undefined {
  return miner <= Number.MAX_SAFE_INTEGER ? state.claims.get(actorId(Number(miner))) : undefined
}
