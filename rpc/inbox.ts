/**
 * Messages on their way into the pool. What is sent at the same time over several connections arrives in any order and
 * together: a message that is ahead of its turn waits for those before it, and all that came in shares a tipset. Who sends one
 * alone is answered first and the tipset made while the answer travels; nobody else is served in between.
 */
import { InvalidMessage } from '../engine/mempool/invalid-message.ts'
import type { Devnet } from '../engine/devnet.ts'
import type { SignedMessage } from '../engine/chain/message.ts'
import type { Tipset } from '../engine/chain/tipset.ts'
import type { Cid } from '../primitives/cid.ts'

/** How long a message waits for its turn while nothing comes in from its sender. */
const PATIENCE_MS = 1000

interface Waiting {
  readonly nonce: bigint
  readonly wake: () => void
}

/** A tipset that is about to be made. */
interface Coming {
  /** Whoever is on the other side of a connection may be answered. */
  readonly told: Promise<void>
  readonly made: Promise<void>
}

export interface InboxOptions {
  /** Whether callers see no more than answers, so that those may come before the tipset. */
  readonly isRemote: boolean
  /** Given a line where a sender that was answered cannot be told of a failure. */
  readonly log: (line: string) => void
}

export class Inbox {
  readonly #devnet: Devnet
  readonly #isRemote: boolean
  readonly #log: (line: string) => void
  /** By sender. */
  readonly #early = new Map<string, Set<Waiting>>()
  /** Messages taken so far, by sender, while somebody waits. */
  readonly #taken = new Map<string, number>()
  #coming: Coming | undefined
  #isTold = false
  /** Taken since the last tipset was made. */
  readonly #due: Cid[] = []
  /** Why there is no tipset on a head for what had been answered already. */
  #failed: { readonly head: Tipset; readonly error: unknown } | undefined

  constructor(devnet: Devnet, { isRemote, log }: InboxOptions) {
    this.#devnet = devnet
    this.#isRemote = isRemote
    this.#log = log
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
        if (this.#devnet.automine) this.#due.push(cid)
        return cid
      } catch (error) {
        const early = error instanceof InvalidMessage && error.reason.code === 'nonce-gap'
        if (!early || !(await this.#turn(from.key, nonce))) throw error
      }
    }
  }

  /** Where the devnet makes tipsets by itself, waits until the sender of what was taken may be answered. */
  async mined(): Promise<void> {
    if (!this.#devnet.automine) return
    this.#coming ??= this.#mineSoon()
    await (this.#isRemote ? this.#coming.told : this.#coming.made)
  }

  /** While somebody was told of a tipset that is not made yet: resolves once it is, or could not be. */
  get settled(): Promise<void> | undefined {
    return this.#isTold ? this.#coming?.made.catch(() => {}) : undefined
  }

  /** @throws Error for a message that waits because its tipset could not be made, and whose sender heard nothing of that. */
  checkWaiting(cid: Cid): void {
    if (!this.#failure || !this.#devnet.node.pool.find(cid)) return
    throw new Error(`the transaction waits: ${reasonOf(this.#failure)}`, { cause: this.#failure })
  }

  /** Over with the next head. */
  get #failure(): unknown {
    return this.#failed?.head === this.#devnet.node.head ? this.#failed.error : undefined
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

  #mineSoon(): Coming {
    let tell = (): void => {}
    const early = new Promise<void>((resolve) => (tell = resolve))
    const made = this.#mineDue(tell)
    const told = Promise.race([early, made])
    // Whoever waits for them hears of an error, and there need not be anybody.
    told.catch(() => {})
    return { told, made }
  }

  /** Makes a tipset of what has come in once everything that has arrived is read; another one where it is full. */
  async #mineDue(tell: () => void): Promise<void> {
    await nextTurn()
    if (this.#due.length === 1 && this.#isRemote && this.#failure === undefined) {
      this.#isTold = true
      tell()
      await nextTurn()
    }
    const isTold = this.#isTold
    const due = this.#due.splice(0)
    this.#isTold = false
    this.#coming = undefined
    try {
      this.#mine(due)
    } catch (error) {
      if (isTold) this.#fail(error)
      throw error
    }
  }

  #mine(due: readonly Cid[]): void {
    const { pool } = this.#devnet.node
    for (let left = Infinity; pool.size < left && due.some((cid) => pool.find(cid));) {
      left = pool.size
      this.#devnet.mine()
    }
  }

  #fail(error: unknown): void {
    this.#failed = { head: this.#devnet.node.head, error }
    this.#log(`no tipset could be made of what was sent: ${reasonOf(error)}`)
  }
}

/** Once what has arrived is read, and what is to be sent is sent. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`)
