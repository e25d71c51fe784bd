/** What acts by itself as epochs pass: the software of a storage provider, say, that proves its deadlines. */
import type { ChainEpoch } from '../primitives/units.ts'
import type { Devnet } from './devnet.ts'

export interface Agent {
  /**
   * The first epoch, `from` or later, that must not be passed over without a tipset, because the agent has to act in it;
   * undefined where there is none. Asked after every tipset and before time passes, so it should be cheap.
   */
  nextEpoch(from: ChainEpoch): ChainEpoch | undefined
  /**
   * Pushes messages for the tipset that is about to be made, at `epoch` or, where nobody wins that, a little later. Called
   * before every tipset: an agent that does early what it can saves the network tipsets when the clock jumps.
   */
  act(devnet: Devnet, epoch: ChainEpoch): void
  /** Remembers what the agent knows; the function that is returned goes back to it. For agents that know something. */
  save?(): () => void
}

/** The first epoch, `from` or later, in which one of the agents must act. */
export function nextDue(agents: readonly Agent[], from: ChainEpoch): ChainEpoch | undefined {
  let first: ChainEpoch | undefined
  for (const agent of agents) {
    const epoch = agent.nextEpoch(from)
    if (epoch !== undefined && (first === undefined || epoch < first)) first = Math.max(epoch, from)
  }
  return first
}
