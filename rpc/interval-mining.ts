/** Tipsets by the wall clock: one every so many milliseconds. The only cheat that is not a function of the calls made. */
import type { Devnet } from '../engine/devnet.ts'

export class IntervalMining {
  readonly #devnet: Devnet
  #timer: NodeJS.Timeout | undefined
  /** Milliseconds; 0 where it is off. */
  #interval = 0

  constructor(devnet: Devnet) {
    this.#devnet = devnet
  }

  get interval(): number {
    return this.#interval
  }

  /** @param interval - milliseconds; 0 turns it off. The process does not stay alive for it. */
  set(interval: number): void {
    clearInterval(this.#timer)
    this.#interval = interval
    this.#timer = interval > 0 ? setInterval(() => this.#mine(), interval).unref() : undefined
  }

  /** Where no tipset can be made, as when nobody has power any more, it says so once and is off. */
  #mine(): void {
    try {
      this.#devnet.mine()
    } catch (error) {
      this.set(0)
      process.emitWarning(`no more tipsets by the clock: ${String(error)}`)
    }
  }
}
