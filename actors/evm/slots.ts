/** Storage as a frame works on it: words that have been read are kept, and what is written reaches the map when it is asked for. */
import type { Kamt } from '../../primitives/kamt.ts'
import { small, type Word } from './interpreter/word.ts'

export class Slots {
  #map: Kamt<bigint>
  readonly #known = new Map<Word, Word>()
  readonly #written = new Set<Word>()

  constructor(map: Kamt<bigint>) {
    this.#map = map
  }

  /** Words that were written and the map does not have. */
  get written(): number {
    return this.#written.size
  }

  /** 0 where nothing was stored. */
  get(key: Word): Word {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const value = small(this.#map.get(BigInt(key)) ?? 0n)
    this.#known.set(key, value)
    return value
  }

  set(key: Word, value: Word): void {
    if (this.get(key) === value) return
    this.#known.set(key, value)
    this.#written.add(key)
  }

  /** The map with all that was written. */
  flushed(): Kamt<bigint> {
    for (const key of this.#written) {
      const value = this.#known.get(key)!
      const at = BigInt(key)
      this.#map = value === 0 ? this.#map.delete(at) : this.#map.set(at, BigInt(value))
    }
    this.#written.clear()
    return this.#map
  }

  /** Goes on with another map. */
  load(map: Kamt<bigint>): void {
    if (map === this.#map) return
    this.#map = map
    this.#known.clear()
    this.#written.clear()
  }
}
