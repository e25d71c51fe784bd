/** When a devnet's next tipset comes. There is no other time than epochs; seconds are rounded up to whole ones. */
import { InvalidInput } from '../primitives/invalid-input.ts'
import type { ChainEpoch } from '../primitives/units.ts'
import type { NetworkParams } from './network-params.ts'

/** Ten years of mainnet: cron runs in every epoch that is skipped, so that more would look like a hang. */
const MAX_SKIP = 10 * 365 * 2880

export class Clock {
  readonly #params: Pick<NetworkParams, 'blockDelay' | 'genesisTime'>
  /** Epochs that the next tipset is later by. */
  #skip = 0
  /** Epochs from one tipset to the next; as the elections have it where undefined. */
  #spacing: number | undefined

  constructor(params: Pick<NetworkParams, 'blockDelay' | 'genesisTime'>) {
    this.#params = params
  }

  /** Epoch that the next tipset is to be at; what was skipped for it is used up. */
  next(head: ChainEpoch): ChainEpoch {
    const epoch = head + (this.#spacing ?? 1) + this.#skip
    this.#skip = 0
    return epoch
  }

  /**
   * Makes the next tipset later.
   * @returns seconds it is later by.
   * @throws InvalidInput for what is no time, or too long.
   */
  increase(seconds: number): number {
    if (!Number.isSafeInteger(seconds) || seconds < 0)
      throw new InvalidInput('seconds', `expected a non-negative integer, got ${seconds}`)
    return this.#setSkip(this.#skip + this.#epochs(seconds))
  }

  /**
   * Has the next tipset at a Unix time, or at the first epoch after it.
   * @returns seconds it is later by.
   * @throws InvalidInput for a time before the next epoch.
   */
  setNext(time: number, head: ChainEpoch): number {
    const { genesisTime, blockDelay } = this.#params
    const earliest = genesisTime + (head + 1) * blockDelay
    if (!Number.isSafeInteger(time) || time <= earliest - blockDelay)
      throw new InvalidInput(
        'timestamp',
        `${time} is before the next tipset's earliest, ${earliest}`,
      )
    return this.#setSkip(Math.max(0, this.#epochs(time - genesisTime) - head - 1))
  }

  /** @param seconds - from one tipset to the next; undefined for what is usual. */
  space(seconds: number | undefined): void {
    this.#spacing = seconds === undefined ? undefined : Math.max(1, this.#epochs(seconds))
  }

  /** Seconds from one tipset to the next, where they were set. */
  get spacing(): number | undefined {
    return this.#spacing === undefined ? undefined : this.#spacing * this.#params.blockDelay
  }

  clear(): void {
    this.#skip = 0
    this.#spacing = undefined
  }

  /** Remembers how the clock stands; the function that is returned goes back to it. */
  save(): () => void {
    const [skip, spacing] = [this.#skip, this.#spacing]
    return () => {
      this.#skip = skip
      this.#spacing = spacing
    }
  }

  #setSkip(skip: number): number {
    if (skip > MAX_SKIP)
      throw new InvalidInput('seconds', `at most ${MAX_SKIP} epochs at a time, got ${skip}`)
    this.#skip = skip
    return skip * this.#params.blockDelay
  }

  #epochs(seconds: number): number {
    return Math.ceil(seconds / this.#params.blockDelay)
  }
}
