/** Reads a state for its circulating supply. */
import { defined } from '../../primitives/assert.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import type { RewardState } from '../../actors/reward/state.ts'
import { BURNT_FUNDS_ACTOR, RESERVE_ACTOR, REWARD_ACTOR } from '../../actors/singletons.ts'
import { powerStateOf } from '../consensus/lookback.ts'
import type { NetworkParams } from '../network-params.ts'
import type { Actors } from '../vm/state-tree.ts'
import { circulatingSupply, type CirculatingSupply } from './circulating-supply.ts'

/**
 * Circulating supply at `epoch`, by its parts.
 * @param genesisSupply - attoFIL handed out at genesis; it counts as vested from the start.
 */
export function supplyOf(
  state: Actors,
  epoch: ChainEpoch,
  params: NetworkParams,
  genesisSupply: TokenAmount,
): CirculatingSupply {
  const reward = defined(state.get(REWARD_ACTOR), 'reward actor').state.get() as RewardState
  return circulatingSupply({
    vesting: { startEpoch: 0, rows: [{ duration: 0, amount: genesisSupply }] },
    epoch,
    networkVersion: params.networkVersion,
    mined: reward.totalStoragePowerReward,
    initialFilReserved: params.initialFilReserved,
    reserveBalance: defined(state.get(RESERVE_ACTOR), 'reserve').balance,
    burnt: defined(state.get(BURNT_FUNDS_ACTOR), 'burnt funds').balance,
    pledgeCollateral: powerStateOf(state).totalPledgeCollateral,
    marketLocked: 0n,
  })
}
