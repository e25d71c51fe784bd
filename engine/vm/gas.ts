/**
 * The gas meter of a message: charges, nested limits, and which actors have been looked up or written already
 * (ref-fvm `gas/mod.rs`, `state_access_tracker.rs`). Amounts are milligas.
 */
import type { ActorId } from '../../primitives/units.ts'
import { PRICES, UNLIMITED } from './price-list.ts'

/** The limit of the innermost call is used up. */
export class OutOfGas extends Error {
  override name = 'OutOfGas'
}

/** Actors that every message touches free of charge. */
const PRELOADED: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 10, 99]

const READ = 1
const UPDATED = 2

export class GasMeter {
  #limit: number
  #used = 0
  readonly #outerLimits: number[] = []
  readonly #access = new Map<number, number>(PRELOADED.map((id) => [id, UPDATED]))
  readonly #accessUndo: [id: number, before: number][] = []

  /** A limit in whole gas. */
  constructor(limit: number) {
    this.#limit = Math.min(limit * 1000, UNLIMITED)
  }

  /** Whole gas used, rounded up. */
  get used(): number {
    return Math.ceil(this.#used / 1000)
  }

  /** Milligas left for the innermost call. */
  get available(): number {
    return this.#limit - this.#used
  }

  /** @throws OutOfGas, with all of the limit used, when `milligas` is more than is left. */
  charge(milligas: number): void {
    if (milligas > this.available) {
      this.#used = this.#limit
      throw new OutOfGas('out of gas')
    }
    this.#used += milligas
  }

  /** Narrows the limit to `gas` more than is used now. */
  pushLimit(gas: number): void {
    this.#outerLimits.push(this.#limit)
    this.#limit = Math.min(this.#limit, this.#used + gas * 1000)
  }

  popLimit(): void {
    this.#limit = this.#outerLimits.pop()!
  }

  /** Charges the first look at an actor in this message. */
  onRead(id: ActorId): void {
    if (this.#state(id) >= READ) return
    this.charge(PRICES.actorLookup)
    this.#note(id, READ)
  }

  /** Charges the first write to an actor in this message. */
  onUpdate(id: ActorId): void {
    if (this.#state(id) < READ) this.charge(PRICES.actorLookup)
    if (this.#state(id) < UPDATED) this.charge(PRICES.actorUpdate)
    this.#note(id, UPDATED)
  }

  /** Sender and receiver are paid for by the inclusion charge. */
  preload(id: ActorId, updated: boolean): void {
    this.#access.set(id, Math.max(this.#state(id), updated ? UPDATED : READ))
  }

  get mark(): number {
    return this.#accessUndo.length
  }

  /** Forgets accesses since `mark`: they were undone, and are paid for again when repeated. */
  rollback(mark: number): void {
    while (this.#accessUndo.length > mark) {
      const [id, before] = this.#accessUndo.pop()!
      this.#access.set(id, before)
    }
  }

  #state(id: number): number {
    return this.#access.get(id) ?? 0
  }

  #note(id: number, state: number): void {
    const before = this.#state(id)
    if (before >= state) return
    this.#accessUndo.push([id, before])
    this.#access.set(id, state)
  }
}
