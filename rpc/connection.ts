/** A connection that stays open, so that a client can be told of what it subscribed to. */
import { formatJson } from './json.ts'

/** What a client that does not read is allowed to have waiting. */
const MAX_WAITING = 100_000

export class Connection {
  readonly #send: (text: string) => void
  readonly #ends = new Map<string, () => void>()
  /** Told after the answer to the request that brought them about. */
  #waiting: string[] = []
  #made = 0
  #closed = false

  constructor(send: (text: string) => void) {
    this.#send = send
  }

  /**
   * Begins a subscription.
   * @param begin - given its id, starts it and gives what ends it.
   */
  subscribe(begin: (id: string) => () => void): string {
    const id = `0x${(++this.#made).toString(16).padStart(64, '0')}`
    this.#ends.set(id, begin(id))
    return id
  }

  /** Whether there was such a subscription. */
  unsubscribe(id: string): boolean {
    this.#ends.get(id)?.()
    return this.#ends.delete(id)
  }

  /**
   * Opens a channel as go-jsonrpc has them: values are told under its number until the request that opened it is cancelled.
   * @param begin - given what tells a value, starts and gives what ends it.
   */
  openChannel(request: unknown, begin: (tell: (value: unknown) => void) => () => void): number {
    const channel = ++this.#made
    this.#ends.set(
      channelKey(request),
      begin((value) => this.notify('xrpc.ch.val', [channel, value])),
    )
    return channel
  }

  /** Ends the channel that a request opened. */
  cancel(request: unknown): void {
    this.unsubscribe(channelKey(request))
  }

  /** Sends a notification once what runs now is answered. */
  notify(method: string, params: unknown): void {
    if (this.#closed) return
    if (this.#waiting.length === 0) setImmediate(() => this.#flush())
    this.#waiting.push(formatJson({ jsonrpc: '2.0', method, params }))
    if (this.#waiting.length > MAX_WAITING) this.close()
  }

  #flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const text of waiting) this.#send(text)
  }

  /** Ends all subscriptions. */
  close(): void {
    this.#closed = true
    this.#waiting = []
    for (const end of this.#ends.values()) end()
    this.#ends.clear()
  }
}

/** Ids of subscriptions begin with `0x`; those of requests are the client's. */
const channelKey = (request: unknown): string => `request ${String(request)}`
