/** States that tests begin from: made once, come back to by snapshot. */
import type { Devnet, DevnetMoment } from '../engine/devnet.ts'

interface Made {
  readonly moment: DevnetMoment
  readonly value: unknown
}

export class Fixtures {
  readonly #devnet: Devnet
  readonly #start: DevnetMoment
  readonly #made = new Map<() => unknown, Made>()

  /** What the devnet is like now is what every fixture begins with. */
  constructor(devnet: Devnet) {
    this.#devnet = devnet
    this.#start = devnet.save()
  }

  /**
   * Brings the devnet to where `setup` left it, and gives what `setup` gave. It runs once, on the devnet as it was at the
   * start, and again only where the chain has been taken to another fixture since.
   */
  async load<T>(setup: () => T | Promise<T>): Promise<T> {
    const made = this.#made.get(setup)
    if (made && this.#devnet.node.holds(made.moment.node)) {
      this.#devnet.restore(made.moment)
      return made.value as T
    }
    this.#devnet.restore(this.#start)
    const value = await setup()
    this.#made.set(setup, { moment: this.#devnet.save(), value })
    return value
  }
}
