/**
 * Who earns in epochs that the clock jumps over. No blocks are made there, but the providers whose keys are here are paid as
 * if they had won them: wins are drawn by power as it stands, with the distribution of the elections.
 */
import type { MinerState } from '../../actors/miner/state.ts'
import { meetsConsensusMinimum } from '../../actors/power/policy.ts'
import type { PowerState } from '../../actors/power/state.ts'
import { POWER_ACTOR } from '../../actors/singletons.ts'
import { defined } from '../../primitives/assert.ts'
import { Prng } from '../../primitives/prng.ts'
import type { ActorId, ChainEpoch } from '../../primitives/units.ts'
import { minTicket, type Tipset } from '../chain/tipset.ts'
import type { StateTree } from '../vm/state-tree.ts'
import { workerKey } from './lookback.ts'
import type { Election } from './producer.ts'
import { drawWins, type Shares, sharesOf } from './win-draw.ts'

/** Wins by provider. */
export type Wins = Iterable<readonly [ActorId, number]>

/**
 * Wins of the epochs after `parent`, to be asked for one after the other while `tree` passes through them. A function of
 * the parent's ticket, so that the same jump gives the same wins.
 */
export function passedWins(
  { params, keys }: Pick<Election, 'params' | 'keys'>,
  tree: StateTree,
  parent: Tipset,
): (epoch: ChainEpoch) => Wins {
  const prng = new Prng(minTicket(parent).vrfProof)
  const minimum = params.policy.minimumConsensusPower
  let claims: PowerState['claims'] | undefined
  let shares: Shares = sharesOf([])
  const mayWin = (miner: ActorId, epoch: ChainEpoch): boolean => {
    const power = stateOf<PowerState>(tree, POWER_ACTOR)
    const { feeDebt, info } = stateOf<MinerState>(tree, miner)
    const worker = workerKey(tree, miner)
    return (
      meetsConsensusMinimum(
        power.claims.get(miner)!.rawBytePower,
        minimum,
        power.minerAboveMinPowerCount,
      ) &&
      feeDebt === 0n &&
      epoch > info.get().consensusFaultElapsed &&
      worker !== undefined &&
      keys.secretOf(worker) !== undefined
    )
  }
  return (epoch) => {
    const power = stateOf<PowerState>(tree, POWER_ACTOR)
    if (power.claims !== claims) {
      claims = power.claims
      shares = sharesOf(
        [...claims.entries()].map(([id, claim]) => [id, claim.qualityAdjPower] as const),
      )
    }
    return [...drawWins(prng, shares)].filter(([miner]) => mayWin(miner, epoch))
  }
}

function stateOf<S>(tree: StateTree, id: ActorId): S {
  return defined(tree.get(id), 'an actor').state.get() as S
}
