/** The storage power actor (f04): who proves how much, how much is pledged, and when miners are called. */
import { defineActor, method } from '../actor.ts'
import { storagePower } from '../../primitives/codec.ts'
import type { TokenAmount } from '../../primitives/units.ts'
import { abort, ActorError, ExitCode, type Runtime } from '../runtime.ts'
import { SYSTEM_ACTOR } from '../singletons.ts'
import { addToClaim } from './claims.ts'
import { createMiner } from './create-miner.ts'
import { enrollCronEvent, onEpochTickEnd } from './cron.ts'
import * as params from './params.ts'
import * as queries from './queries.ts'
import { initialPowerState, PowerState } from './state.ts'

const M = params.PowerMethod
const { CreateMinerParams, CreateMinerReturn, MinerId, MinerCountReturn } = params

export const powerActor = defineActor<PowerState>({
  type: 'storagepower',
  state: PowerState,
  methods: {
    [M.Constructor]: method('Constructor', null, null, constructor),
    [M.CreateMiner]: method('CreateMiner', CreateMinerParams, CreateMinerReturn, createMiner),
    [M.UpdateClaimedPower]: method(
      'UpdateClaimedPower',
      params.UpdateClaimedPowerParams,
      null,
      updateClaimedPower,
    ),
    [M.EnrollCronEvent]: method(
      'EnrollCronEvent',
      params.EnrollCronEventParams,
      null,
      enrollCronEvent,
    ),
    [M.OnEpochTickEnd]: method('OnEpochTickEnd', null, null, onEpochTickEnd),
    [M.UpdatePledgeTotal]: method(
      'UpdatePledgeTotal',
      params.UpdatePledgeTotalParams,
      null,
      updatePledgeTotal,
    ),
    [M.CurrentTotalPower]: method(
      'CurrentTotalPower',
      null,
      params.CurrentTotalPowerReturn,
      queries.currentTotalPowerFrozen,
    ),
    [M.CreateMinerExported]: method(
      'CreateMiner',
      CreateMinerParams,
      CreateMinerReturn,
      createMiner,
    ),
    [M.NetworkRawPowerExported]: method(
      'NetworkRawPower',
      null,
      storagePower,
      queries.networkRawPower,
    ),
    [M.MinerRawPowerExported]: method(
      'MinerRawPower',
      MinerId,
      params.MinerRawPowerReturn,
      queries.minerRawPower,
    ),
    [M.MinerCountExported]: method('MinerCount', null, MinerCountReturn, queries.minerCount),
    [M.MinerConsensusCountExported]: method(
      'MinerConsensusCount',
      null,
      MinerCountReturn,
      queries.minerConsensusCount,
    ),
    [M.MinerPowerExported]: method(
      'MinerPower',
      MinerId,
      params.MinerPowerReturn,
      queries.minerPower,
    ),
  },
})

function constructor(rt: Runtime<PowerState>): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  rt.create(initialPowerState())
}

/** Adds to the claim of the calling miner. */
function updateClaimedPower(
  rt: Runtime<PowerState>,
  { rawByteDelta, qualityAdjustedDelta }: params.UpdateClaimedPowerParams,
): void {
  rt.acceptCallerType('storageminer')
  rt.transaction((state) =>
    addToClaim(state, rt.policy, rt.caller, rawByteDelta, qualityAdjustedDelta),
  )
}

/**
 * Adds what the calling miner pledged or released to the network's total.
 * @throws ActorError `Forbidden` for a miner without a claim, `IllegalState` when the total would be negative: it is
 *   where the deposits of new miners vest on a network that pledged little.
 */
function updatePledgeTotal(rt: Runtime<PowerState>, pledgeDelta: TokenAmount): void {
  rt.acceptCallerType('storageminer')
  rt.transaction((state) => {
    if (!state.claims.has(rt.caller))
      abort(
        ExitCode.Forbidden,
        `unknown miner f0${rt.caller} forbidden to interact with power actor`,
      )
    const total = state.totalPledgeCollateral + pledgeDelta
    if (total < 0n)
      throw new ActorError(ExitCode.IllegalState, `negative total pledge collateral ${total}`)
    state.totalPledgeCollateral = total
  })
}
