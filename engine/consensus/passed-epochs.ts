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

/** Epochs whose wins are paid together: a deadline's. A payment of its own for each would be most of what a jump costs. */
const PAID_TOGETHER = 60

/**
 * Wins to be paid in the epochs after `parent`, to be asked for one after the other while `tree` passes through them. A function
 * of the parent's ticket, so that the same jump gives the same wins.
 * @param last - the last epoch that pays: nothing is owed after it.
 */
export function passedWins(
  { params, keys }: Pick<Election, 'params' | 'keys'>,
  tree: StateTree,
  parent: Tipset,
  last: ChainEpoch,
): (epoch: ChainEpoch) => Wins {
  const prng = new Prng(minTicket(parent).vrfProof)
  const minimum = params.policy.minimumConsensusPower
  const owed = new Map<ActorId, number>()
  let claims: PowerState['claims'] | undefined
  let shares: Shares = sharesOf([])
  const mayWin = (miner: ActorId, epoch: ChainEpoch): boolean => {
    const { claims, minerAboveMinPowerCount } = stateOf<PowerState>(tree, POWER_ACTOR)
    const claim = claims.get(miner)
    const { feeDebt, info } = stateOf<MinerState>(tree, miner)
    const worker = workerKey(tree, miner)
    return (
      claim !== undefined &&
      meetsConsensusMinimum(claim.rawBytePower, minimum, minerAboveMinPowerCount) &&
      feeDebt === 0n &&
      epoch > info.get().consensusFaultElapsed &&
      worker !== undefined &&
      keys.secretOf(worker) !== undefined
    )
  }
  return (epoch) => {
    if (epoch > last) return []
    const power = stateOf<PowerState>(tree, POWER_ACTOR)
    if (power.claims !== claims) {
      claims = power.claims
      shares = sharesOf(
        [...claims.entries()].map(([id, claim]) => [id, claim.qualityAdjPower] as const),
      )
    }
    drawWins(prng, shares, owed)
    if (epoch % PAID_TOGETHER !== 0 && epoch !== last) return []
    const paid = [...owed].filter(([miner]) => mayWin(miner, epoch))
    owed.clear()
    return paid
  }
}

function stateOf<S>(tree: StateTree, id: ActorId): S {
  return defined(tree.get(id), 'an actor').state.get() as S
}
