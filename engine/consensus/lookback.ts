/**
 * Which state a winner is judged by: power and keys as they were a finality ago, so that nobody can buy power after
 * seeing the randomness (Lotus `stmgr/actors.go`, GetLookbackTipSetForRound, MinerEligibleToMine).
 */
import { meetsConsensusMinimum } from '../../actors/power/policy.ts'
import type { Claim, PowerState } from '../../actors/power/state.ts'
import type { AccountState } from '../../actors/account/state.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { POWER_ACTOR } from '../../actors/singletons.ts'
import type { Address } from '../../primitives/address.ts'
import { defined } from '../../primitives/assert.ts'
import type { ActorId, ChainEpoch, StoragePower } from '../../primitives/units.ts'
import type { ChainStore } from '../chain/chain-store.ts'
import type { Tipset } from '../chain/tipset.ts'
import type { Actors } from '../vm/state-tree.ts'

export interface Lookback {
  /** The tipset a finality below the round. */
  readonly tipset: Tipset
  /** State after it: power, keys and sectors are read from here. */
  readonly state: Actors
}

/** Lookback of a block at `round` on top of `base`. */
export function lookbackFor(
  store: ChainStore,
  base: Tipset,
  round: ChainEpoch,
  finality: ChainEpoch,
): Lookback {
  const height = Math.max(round - finality, 0)
  if (height >= base.height) return { tipset: base, state: store.execution(base).state }
  const next = defined(store.atOrAfter(height + 1), `tipset after ${height}`)
  const tipset = defined(store.parent(next), `parent of tipset ${next.height}`)
  return { tipset, state: store.execution(tipset).state }
}

/** State before a tipset; a genesis tipset changes nothing. */
export function stateBefore(store: ChainStore, tipset: Tipset): Actors {
  const parent = store.parent(tipset)
  return store.execution(parent ?? tipset).state
}

export const powerStateOf = (state: Pick<Actors, 'get'>): PowerState =>
  defined(state.get(POWER_ACTOR), 'power actor').state.get() as PowerState

function minerStateOf(state: Pick<Actors, 'get'>, miner: ActorId): MinerState | undefined {
  const actor = state.get(miner)
  return actor?.type === 'storageminer' ? (actor.state.get() as MinerState) : undefined
}

/** Key address of a miner's worker. */
export function workerKey(state: Pick<Actors, 'get'>, miner: ActorId): Address | undefined {
  const worker = minerStateOf(state, miner)?.info.get().worker.id
  const account = worker === undefined ? undefined : state.get(worker)
  return (account?.state.get() as AccountState | undefined)?.address
}

/** Whether a miner may mine on `base`: enough power then, a claim, no debt and no fault now. */
export function isEligible(
  store: ChainStore,
  base: Tipset,
  lookback: Lookback,
  miner: ActorId,
  minimum: StoragePower,
): boolean {
  const before = powerStateOf(stateBefore(store, lookback.tipset))
  const claim: Claim | undefined = before.claims.get(miner)
  if (!claim || !meetsConsensusMinimum(claim.rawBytePower, minimum, before.minerAboveMinPowerCount))
    return false
  const state = stateBefore(store, base)
  const now = powerStateOf(state).claims.get(miner)
  if (!now || now.qualityAdjPower <= 0n) return false
  const actor = minerStateOf(state, miner)
  if (!actor || actor.feeDebt !== 0n) return false
  return base.height > actor.info.get().consensusFaultElapsed
}
