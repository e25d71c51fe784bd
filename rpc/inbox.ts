/**
 * Messages on their way into the pool. What is sent at the same time over several connections arrives in any order and
 * together: a message that is ahead of its turn waits for those before it, and all that came in shares a tipset.
 */
import { InvalidMessage } from '../engine/mempool/invalid-message.ts'
import type { Devnet } from '../engine/devnet.ts'
import type { SignedMessage } from '../engine/chain/message.ts'
import type { Cid } from '../primitives/cid.ts'

/** How long a message waits for its turn while nothing comes in from its sender. */
const PATIENCE_MS = 1000

interface Waiting {
  readonly nonce: bigint
  readonly wake: () => void
}

export class Inbox {
  readonly #devnet: Devnet
  /** By sender. */
  readonly #early = new Map<string, Set<Waiting>>()
  /** Messages taken so far, by sender, while somebody waits. */
  readonly #taken = new Map<string, number>()
  #mining: Promise<void> | undefined
  /** Taken since the last tipset was made. */
  readonly #due: Cid[] = []

  constructor(devnet: Devnet) {
    this.#devnet = devnet
  }

  /**
   * Queues a message once it is its turn.
   * @param verified - whether the signature is known to be good: the sender was recovered from it.
   * @throws InvalidMessage saying why not; for a nonce that is too high, once nothing came that leads up to it.
   */
  async take(signed: SignedMessage, verified: boolean): Promise<Cid> {
    const { from, nonce } = signed.message
    for (;;) {
      try {
        const cid = this.#devnet.node.push(signed, verified)
        this.#wakeNext(from.key, nonce + 1n)
        this.#due.push(cid)
        return cid
      } catch (error) {
        const early = error instanceof InvalidMessage && error.reason.code === 'nonce-gap'
        if (!early || !(await this.#turn(from.key, nonce))) throw error
      }
    }
  }

  /** Where the devnet makes tipsets by itself, waits for the one that holds what was taken. */
  async mined(): Promise<void> {
    if (this.#devnet.automine) await (this.#mining ??= this.#mineSoon())
  }

  /** Waits for the message before `nonce`; false when nothing came from its sender for a while. */
  async #turn(sender: string, nonce: bigint): Promise<boolean> {
    const early = this.#early.get(sender) ?? new Set()
    this.#early.set(sender, early)
    let waiting: Waiting | undefined
    let timer: NodeJS.Timeout | undefined
    const cameUp = await new Promise<boolean>((resolve) => {
      waiting = { nonce, wake: () => resolve(true) }
      early.add(waiting)
      let seen = this.#taken.get(sender) ?? 0
      const look = (): void => {
        const taken = this.#taken.get(sender) ?? 0
        if (taken === seen) return resolve(false)
        seen = taken
        timer = setTimeout(look, PATIENCE_MS)
      }
      timer = setTimeout(look, PATIENCE_MS)
    })
    clearTimeout(timer)
    early.delete(waiting!)
    if (early.size === 0) {
      this.#early.delete(sender)
      this.#taken.delete(sender)
    }
    return cameUp
  }

  #wakeNext(sender: string, nonce: bigint): void {
    const early = this.#early.get(sender)
    if (!early) return
    this.#taken.set(sender, (this.#taken.get(sender) ?? 0) + 1)
    for (const waiting of early) if (waiting.nonce === nonce) waiting.wake()
  }

  /** Makes a tipset of what has come in once everything that has arrived is read; another one where it is full. */
  async #mineSoon(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#mining = undefined
    const due = this.#due.splice(0)
    const { pool } = this.#devnet.node
    for (let left = Infinity; left > 0 && pool.size < left;) {
      left = pool.size
      this.#devnet.mine()
      if (!due.some((cid) => pool.find(cid))) return
    }
  }
}
