/**
 * The actors of a network by id: live values in front, the persistent HAMT behind, an undo list for call frames.
 * The root is computed when somebody asks; a snapshot is a reference (ref-fvm `state_tree`).
 */
import { type ActorType, type Manifest } from '../../actors/manifest.ts'
import { actorDefinition } from '../../actors/registry.ts'
import { INIT_ACTOR } from '../../actors/singletons.ts'
import type { InitState } from '../../actors/init/state.ts'
import { type Address, PROTOCOL } from '../../primitives/address.ts'
import { assert } from '../../primitives/assert.ts'
import type { BlockSink } from '../../primitives/cbor.ts'
import { type Cid } from '../../primitives/cid.ts'
import {
  address,
  cidLink,
  type Codec,
  difference,
  type Infer,
  nullable,
  tokenAmount,
  tuple,
  uint,
  uint64,
} from '../../primitives/codec.ts'
import { actorIdKey } from '../../primitives/hamt-keys.ts'
import { Hamt, hamt } from '../../primitives/hamt.ts'
import { Link, link } from '../../primitives/link.ts'
import type { StructFunctions } from '../../primitives/struct-functions.ts'
import type { ActorId, TokenAmount } from '../../primitives/units.ts'

/** An actor as the state tree holds it; a value, replaced and never changed. */
export interface Actor {
  readonly type: ActorType
  /** The actor's state, live; its CID is the actor's head. */
  readonly state: Link<unknown>
  /** Messages sent, for accounts. */
  readonly sequence: bigint
  readonly balance: TokenAmount
  readonly delegated: Address | null
}

const emptyState = tuple({}, 'no state') as Codec<unknown>

/** State of an actor that has none, and of one that is being made: the empty array. */
export const EMPTY_STATE: Link<unknown> = Link.to(emptyState, {})

/** Type of the state of an actor. */
export const stateCodec = (type: ActorType): Codec<unknown> =>
  (actorDefinition(type).state as Codec<unknown> | null) ?? emptyState

/** What copies and compares the state of an actor. */
export function stateFields({
  codec,
}: Link<unknown>): Pick<StructFunctions<unknown>, 'copy' | 'same'> {
  const fields = codec.fields?.()
  assert(fields !== undefined, 'the state of an actor is not a struct')
  return fields
}

/** The actor with another state. Written out, here and below: a spread is slow on what every message does. */
export function withState(actor: Actor, state: unknown): Actor {
  const { type, state: before, sequence, balance, delegated } = actor
  const codec = before === EMPTY_STATE ? stateCodec(type) : before.codec
  return { type, state: Link.to(codec, state), sequence, balance, delegated }
}

/** The actor with another balance. */
export function withBalance(actor: Actor, balance: TokenAmount): Actor {
  const { type, state, sequence, delegated } = actor
  return { type, state, sequence, balance, delegated }
}

const ActorWire = tuple(
  {
    code: cidLink,
    head: cidLink,
    sequence: uint64,
    balance: tokenAmount,
    delegated: nullable(address),
  },
  'actor',
)

/** Wire form of an actor: code and head as CIDs (StateTree version 5). */
export function actorCodec(manifest: Manifest): Codec<Actor> {
  return {
    name: 'actor',
    encode(actor, out) {
      const { sequence, balance, delegated } = actor
      const head = actor.state.cid(out.sink)
      ActorWire.encode(
        { code: manifest.codeOf(actor.type), head, sequence, balance, delegated },
        out,
      )
    },
    decode(input) {
      const { code, head, ...rest } = ActorWire.decode(input)
      const type = manifest.typeOf(code)
      if (type === undefined)
        throw new Error(`no actor with code ${code} in the ${manifest.bundle} bundle`)
      return { ...rest, type, state: actorState(type, head, input.source) }
    },
    diff(expected, got, path) {
      if (expected.type !== got.type)
        return { path: `${path}.code`, expected: expected.type, got: got.type }
      const found = difference(
        stateCodec(expected.type),
        expected.state.get(),
        got.state.get(),
        `${path}.state`,
      )
      return found ?? difference(ActorWire, wire(manifest, expected), wire(manifest, got), path)
    },
  }
}

/** A link to a stored state; the empty array is no state yet, whatever the type. */
function actorState(
  type: ActorType,
  head: Cid,
  source: Parameters<typeof Link.at>[2],
): Link<unknown> {
  return head.equals(EMPTY_STATE.cid()) ? EMPTY_STATE : Link.at(stateCodec(type), head, source)
}

const wire = (manifest: Manifest, actor: Actor): Infer<typeof ActorWire> => ({
  code: manifest.codeOf(actor.type),
  head: actor.state.cid(),
  sequence: actor.sequence,
  balance: actor.balance,
  delegated: actor.delegated,
})

export type Actors = Hamt<ActorId, Actor>

const STATE_TREE_VERSION = 5

/** The block a state root points to: version, actors, and an info block that is empty. */
export function stateRootCodec(manifest: Manifest) {
  return tuple(
    { version: uint, actors: hamt(actorIdKey, actorCodec(manifest), 5), info: link(emptyState) },
    'state root',
  )
}

/** Longest list of replaced actors that is kept for the next message. */
const MAX_UNDO_KEPT = 256

/** Where an actor stands, for who looks often: what it is now. A tree has one place for each id, for as long as it lives. */
export interface ActorPlace {
  readonly actor: Actor | undefined
}

/** What is known of an id: the actor it has now, and whether the stored map has that too. */
interface Place extends ActorPlace {
  readonly id: ActorId
  actor: Actor | undefined
  isDirty: boolean
}

export class StateTree {
  readonly manifest: Manifest
  #stored: Actors
  readonly #places = new Map<ActorId, Place>()
  #dirty: Place[] = []
  /** What was replaced in the frames that are open, where and by what; lists that are used again and again. */
  #undoPlaces: Place[] = []
  #undoActors: (Actor | undefined)[] = []
  #undoCount = 0
  #open = 0

  constructor(manifest: Manifest, stored: Actors = emptyActors(manifest)) {
    this.manifest = manifest
    this.#stored = stored
  }

  get(id: ActorId): Actor | undefined {
    return this.#place(id).actor
  }

  place(id: ActorId): ActorPlace {
    return this.#place(id)
  }

  #place(id: ActorId): Place {
    let place = this.#places.get(id)
    if (!place) {
      place = { id, actor: this.#stored.get(id), isDirty: false }
      this.#places.set(id, place)
    }
    return place
  }

  /** Replaces an actor, or removes it. Undone with the frame it happens in. */
  set(id: ActorId, actor: Actor | undefined): void {
    const place = this.#place(id)
    if (this.#open > 0) {
      this.#undoPlaces[this.#undoCount] = place
      this.#undoActors[this.#undoCount++] = place.actor
    }
    place.actor = actor
    if (place.isDirty) return
    place.isDirty = true
    this.#dirty.push(place)
  }

  /** Changes some fields of an actor that exists. */
  update(id: ActorId, change: Partial<Actor>): void {
    const actor = this.get(id)
    assert(actor !== undefined, `no actor ${id} to update`)
    this.set(id, { ...actor, ...change })
  }

  /** Adds to a balance outside of any call: gas settlement and minting. */
  deposit(id: ActorId, amount: TokenAmount): void {
    if (amount === 0n) return
    const actor = this.get(id)
    const balance = (actor?.balance ?? 0n) + amount
    assert(actor !== undefined && balance >= 0n, 'cannot add to the balance of an actor')
    this.set(id, withBalance(actor, balance))
  }

  /** Id of an address: what it says for f0, else what the init actor's map says. */
  resolve(target: Address): ActorId | undefined {
    if (target.id !== undefined) return target.id
    if (target.protocol === PROTOCOL.id) return undefined
    const init = this.get(INIT_ACTOR)
    return init && (init.state.get() as InitState).addressMap.get(target)
  }

  /** Opens a call frame and gives its mark. */
  begin(): number {
    this.#open++
    return this.#undoCount
  }

  /** Closes the frame opened at `mark`; without `keep`, undoes all that happened in it. */
  end(mark: number, keep: boolean): void {
    assert(this.#open > 0, 'end of a frame that was not opened')
    while (!keep && this.#undoCount > mark) {
      const last = --this.#undoCount
      this.#undoPlaces[last]!.actor = this.#undoActors[last]
    }
    if (--this.#open === 0) this.#forgetUndo()
  }

  #forgetUndo(): void {
    this.#undoCount = 0
    if (this.#undoPlaces.length <= MAX_UNDO_KEPT) return
    this.#undoPlaces = []
    this.#undoActors = []
  }

  /** All actors as one persistent value: a snapshot, from which another tree can go on. Hashes nothing. */
  snapshot(): Actors {
    assert(this.#open === 0, 'snapshot inside a call frame')
    for (const place of this.#dirty) {
      const { id, actor } = place
      this.#stored = actor ? this.#stored.set(id, actor) : this.#stored.delete(id)
      place.isDirty = false
    }
    this.#dirty = []
    return this.#stored
  }

  /** CID of the state root; costs what changed since it was last asked for. With `sink`, writes every block. */
  root(sink?: BlockSink): Cid {
    return rootOf(this.manifest, this.snapshot(), sink)
  }

  /** Ids written since the last snapshot, for whoever watches a message. */
  get dirty(): readonly ActorId[] {
    return this.#dirty.map(({ id }) => id)
  }

  entries(): Iterable<[ActorId, Actor]> {
    return this.snapshot().entries()
  }
}

/** CID of the state root over a snapshot. */
export function rootOf(manifest: Manifest, actors: Actors, sink?: BlockSink): Cid {
  const root = { version: STATE_TREE_VERSION, actors, info: EMPTY_STATE }
  return Link.to(stateRootCodec(manifest), root).cid(sink)
}

export function emptyActors(manifest: Manifest): Actors {
  return Hamt.empty(actorIdKey, actorCodec(manifest), 5)
}
