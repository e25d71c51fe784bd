/** Real states with one thing changed, for tests of what notices it. */
import type { CheckedActor, CheckedActors } from '../../actors/invariants.ts'
import type { Deadline } from '../../actors/miner/deadline-state.ts'
import { Deadline as DeadlineCodec, Deadlines } from '../../actors/miner/deadline-state.ts'
import { MinerInfo } from '../../actors/miner/info.ts'
import type { Partition } from '../../actors/miner/partition-state.ts'
import type { SectorOnChainInfo } from '../../actors/miner/sectors.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { defined } from '../../primitives/assert.ts'
import { Link } from '../../primitives/link.ts'
import type { ActorId } from '../../primitives/units.ts'

export const stateOf = <S>(actors: CheckedActors, id: ActorId): S =>
  defined(actors.get(id), `f0${id}`).state.get() as S

/** Actors with one of them replaced. */
export function withActor(
  actors: CheckedActors,
  id: ActorId,
  change: Partial<CheckedActor>,
): CheckedActors {
  return new Map(actors).set(id, { ...defined(actors.get(id), `f0${id}`), ...change })
}

/** Actors with fields of one's state changed. */
export function withState<S>(
  actors: CheckedActors,
  id: ActorId,
  change: (state: S) => Partial<S>,
): CheckedActors {
  const state = stateOf<S>(actors, id)
  const changed = { ...state, ...change(state) }
  return withActor(actors, id, { state: { get: () => changed } })
}

/** A place in a miner. */
export interface Spot {
  readonly miner: ActorId
  readonly deadline: number
  readonly partition: number
}

/** The first actor of a type whose state is as wanted. */
export function findActor<S>(
  actors: CheckedActors,
  type: CheckedActor['type'],
  wanted: (state: S, id: ActorId) => boolean,
): ActorId {
  for (const [id, actor] of actors)
    if (actor.type === type && wanted(actor.state.get() as S, id)) return id
  throw new NothingFound(`no such ${type} in this state`)
}

/** The first that is as wanted. */
export function findOne<T>(all: Iterable<T>, wanted: (one: T) => boolean): T {
  for (const one of all) if (wanted(one)) return one
  throw new NothingFound('nothing like it in this state')
}

/** The first partition that is as wanted. */
export function findPartition(
  actors: CheckedActors,
  wanted: (partition: Partition, deadline: Deadline) => boolean,
): Spot {
  for (const [miner, { type, state }] of actors) {
    if (type !== 'storageminer') continue
    for (const [deadline, link] of (state.get() as MinerState).deadlines.get().due.entries())
      for (const [partition, value] of link.get().partitions.numberEntries())
        if (wanted(value, link.get())) return { miner, deadline, partition }
  }
  throw new NothingFound('no such partition in this state')
}

export function withInfo(
  actors: CheckedActors,
  miner: ActorId,
  change: (info: MinerInfo) => Partial<MinerInfo>,
): CheckedActors {
  return withState<MinerState>(actors, miner, ({ info }) => ({
    info: Link.to(MinerInfo, { ...info.get(), ...change(info.get()) }),
  }))
}

export function withDeadline(
  actors: CheckedActors,
  { miner, deadline }: Spot,
  change: (deadline: Deadline) => Partial<Deadline>,
): CheckedActors {
  return withState<MinerState>(actors, miner, ({ deadlines }) => {
    const due = [...deadlines.get().due]
    const before = due[deadline]!.get()
    due[deadline] = Link.to(DeadlineCodec, { ...before, ...change(before) })
    return { deadlines: Link.to(Deadlines, { due }) }
  })
}

export function withPartition(
  actors: CheckedActors,
  spot: Spot,
  change: (partition: Partition) => Partial<Partition>,
): CheckedActors {
  return withDeadline(actors, spot, ({ partitions }) => {
    const before = partitions.get(spot.partition)!
    return { partitions: partitions.set(spot.partition, { ...before, ...change(before) }) }
  })
}

/** Actors with one live sector of a miner changed, in the collection of its sectors only. */
export function withSector(
  actors: CheckedActors,
  { miner, deadline, partition }: Spot,
  change: (info: SectorOnChainInfo) => Partial<SectorOnChainInfo>,
): CheckedActors {
  return withState<MinerState>(actors, miner, ({ sectors, deadlines }) => {
    const { sectors: all, terminated } = deadlines
      .get()
      .due[deadline]!.get()
      .partitions.get(partition)!
    const number = defined(all.subtract(terminated).first(), 'a live sector')
    const info = defined(sectors.get(number), `sector ${number}`)
    return { sectors: sectors.store([{ ...info, ...change(info) }]) }
  })
}

/** A state does not have what a test wants to change. */
export class NothingFound extends Error {
  override name = 'NothingFound'
}
