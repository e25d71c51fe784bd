/** The state a trace ends with, and what is known of its network besides: enough to check it. */
import { factsOfGenesis, type NetworkFacts } from '../../actors/invariants.ts'
import { type Manifest, manifestOf } from '../../actors/manifest.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { DEVNET_2K_POLICY, MAINNET_POLICY } from '../../actors/policy.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { type ActorId, actorId, type TokenAmount } from '../../primitives/units.ts'
import type { Actor, Actors, StateTree } from '../vm/state-tree.ts'
import { type RecordedRoots, replay } from './replay.ts'
import type { TraceRecord } from './trace-format.ts'

export interface EndState {
  readonly actors: Actors
  readonly manifest: Manifest
  readonly facts: NetworkFacts
}

/**
 * Replays a trace to its end, comparing states there only.
 * @throws InvalidInput when it is not whole, or ours differ from it.
 */
export function endState(records: Iterable<TraceRecord>, roots: RecordedRoots = {}): EndState {
  const observer = new Observer()
  const watch = (tree: StateTree, record: TraceRecord): void => observer.note(tree, record)
  const { difference } = replay(noting(records, observer), roots, { heads: 'at-end', watch })
  if (difference)
    throw new InvalidInput(
      'trace',
      `our actors differ from it at record ${difference.record}, ${difference.label}: ${difference.path}`,
    )
  return observer.end()
}

function* noting(records: Iterable<TraceRecord>, observer: Observer): Generator<TraceRecord> {
  for (const record of records) {
    if (record.t === 'header') observer.bundle = record.bundle.network
    yield record
  }
}

/** Follows the money that appears from nowhere: rewards of gas, and the deposits that the total pledge leaves out. */
class Observer {
  bundle: 'mainnet' | 'devnet' = 'mainnet'
  #tree: StateTree | undefined
  #facts: NetworkFacts | undefined
  #supply: TokenAmount = 0n
  #uncountedPledge: TokenAmount = 0n
  #epoch = 0
  readonly #miners = new Set<ActorId>()

  note(tree: StateTree, record: TraceRecord): void {
    if (record.t === 'genesis') this.#genesis(tree)
    if (record.t === 'msg' || record.t === 'c' || record.t === 'end') this.#epoch = record.epoch
    if (record.t !== 'msg') return
    if (record.kind === 'reward') this.#supply += BigInt(record.value)
    for (const { id, code } of record.changed)
      if (code === 'storageminer' && !this.#miners.has(actorId(id))) {
        this.#miners.add(actorId(id))
        this.#uncountedPledge -= (tree.get(actorId(id))!.state.get() as MinerState).lockedFunds
      }
  }

  #genesis(tree: StateTree): void {
    const policy = this.bundle === 'mainnet' ? MAINNET_POLICY : DEVNET_2K_POLICY
    const actors = actorMap(tree.snapshot())
    const known = { policy, manifest: manifestOf(this.bundle) }
    const given = factsOfGenesis(actors, known)
    this.#tree = tree
    this.#facts = { ...known, endowment: given.endowment }
    this.#supply = given.supply
    this.#uncountedPledge = given.uncountedPledge
    for (const [id, { type }] of actors) if (type === 'storageminer') this.#miners.add(id)
  }

  end(): EndState {
    const facts = {
      ...this.#facts!,
      epoch: this.#epoch,
      supply: this.#supply,
      uncountedPledge: this.#uncountedPledge,
    }
    return { actors: this.#tree!.snapshot(), manifest: facts.manifest, facts }
  }
}

/** Actors in ascending order of id. */
export function actorMap(actors: Actors): Map<ActorId, Actor> {
  return new Map([...actors.entries()].sort(([a], [b]) => a - b))
}
