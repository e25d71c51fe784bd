/**
 * Moments of a devnet to come back to. State is a value, so taking one keeps references only, and going back lets go of the
 * tipsets made since; what either costs does not depend on how much there is in the state.
 */
import { InvalidInput } from '../primitives/invalid-input.ts'
import type { Devnet, DevnetMoment } from './devnet.ts'

export class Snapshots {
  readonly #devnet: Devnet
  /** In the order they were taken. */
  #taken: { readonly id: number; readonly moment: DevnetMoment }[] = []
  #next = 1

  constructor(devnet: Devnet) {
    this.#devnet = devnet
  }

  /** @returns the snapshot's id. */
  take(): number {
    this.#taken.push({ id: this.#next, moment: this.#devnet.save() })
    return this.#next++
  }

  /**
   * Goes back to a snapshot. It and all later ones are used up.
   * @returns false where there is no such snapshot any more.
   * @throws InvalidInput where its tipset is gone: rolled back, or older than the history that is kept.
   */
  revert(id: number): boolean {
    const at = this.#taken.findIndex((taken) => taken.id === id)
    if (at < 0) return false
    const { moment } = this.#taken[at]!
    if (!this.#devnet.node.holds(moment.node))
      throw new InvalidInput('id', `the tipset of snapshot ${id} is not on the chain any more`)
    this.#devnet.restore(moment)
    this.#taken.length = at
    return true
  }

  clear(): void {
    this.#taken = []
  }
}
