/** What acts by itself as epochs pass: the software of a storage provider, say, that proves its deadlines. */
import type { SectorNumber } from '../actors/miner/wire.ts'
import type { Address } from '../primitives/address.ts'
import type { ActorId, ChainEpoch } from '../primitives/units.ts'
import type { Damage, SealedSectors } from '../proofs-mock/faults.ts'
import type { Devnet } from './devnet.ts'

export interface Agent {
  /** The miner it proves for, where it is a provider's. */
  readonly miner?: ActorId
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

/** The software of a storage provider. */
export interface ProviderAgent extends Agent {
  readonly miner: ActorId
  /** What it holds. */
  readonly sectors: SealedSectors
  /** Takes over sectors that are sealed and on the chain already. */
  adopt(sectors: SealedSectors): void
  /** Something happens to a disk of its sectors. */
  damage(disk: readonly SectorNumber[], damage: Damage): void
}

/** A key that signs messages. */
export interface Signer {
  /** f1 or f3. */
  readonly address: Address
  /** 32 bytes. */
  readonly secret: Uint8Array
}

/** Whose software it is to be: who sends its messages, who pays when it runs out, and what it holds. */
export interface Employment {
  readonly miner: ActorId
  readonly worker: Signer
  readonly owner: Signer
  readonly sectors: SealedSectors
}

export const isProviderAgent = (agent: Agent): agent is ProviderAgent => 'adopt' in agent

/** Epochs in which agents of a miner are kept from acting: from `from` until before `to`. */
export interface Pause {
  readonly miner: ActorId
  readonly from: ChainEpoch
  readonly to: ChainEpoch
}

/** The first epoch, `from` or later, in which one of the agents must act. */
export function nextDue(
  agents: readonly Agent[],
  from: ChainEpoch,
  pauses: readonly Pause[] = [],
): ChainEpoch | undefined {
  let first: ChainEpoch | undefined
  for (const agent of agents) {
    const epoch = nextOf(agent, from, pauses)
    if (epoch !== undefined && (first === undefined || epoch < first)) first = epoch
  }
  return first
}

function nextOf(agent: Agent, from: ChainEpoch, pauses: readonly Pause[]): ChainEpoch | undefined {
  const wanted = agent.nextEpoch(from)
  if (wanted === undefined) return undefined
  const epoch = Math.max(wanted, from)
  const pause = pauseAt(agent, epoch, pauses)
  return pause ? nextOf(agent, pause.to, pauses) : epoch
}

/** The pause that keeps an agent from acting at an epoch, if any. */
export const pauseAt = (
  { miner }: Agent,
  epoch: ChainEpoch,
  pauses: readonly Pause[],
): Pause | undefined =>
  pauses.find((pause) => pause.miner === miner && pause.from <= epoch && epoch < pause.to)
