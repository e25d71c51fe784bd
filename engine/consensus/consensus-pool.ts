/**
 * Threads that hold elections ahead of time and check blocks afterwards. Results are handed to a node as values, so that a run
 * is the same with any number of threads, or none.
 */
import { Piscina } from 'piscina'
import type { SignedItem } from '../../primitives/crypto/bls.ts'
import { workerOptions } from '../../primitives/worker-file.ts'
import type { Node } from '../node.ts'
import type { Forecast } from './forecast.ts'
import { validateBlock } from './validator.ts'
import type { ConsensusTask } from './worker.ts'

export class ConsensusPool {
  readonly #pool: Piscina

  constructor(threads: number) {
    this.#pool = new Piscina({
      ...workerOptions('engine/consensus/worker'),
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Infinity,
    })
  }

  forecast(request: Extract<ConsensusTask, { kind: 'forecast' }>['request']): Promise<Forecast> {
    return this.#run({ kind: 'forecast', request }) as Promise<Forecast>
  }

  /** Whether every signature holds. */
  verify(items: readonly SignedItem[]): Promise<boolean> {
    return this.#run({ kind: 'verify', items }) as Promise<boolean>
  }

  #run(task: ConsensusTask): Promise<Forecast | boolean> {
    return this.#pool.run(task) as Promise<Forecast | boolean>
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }
}

/**
 * Keeps a node's elections forecast a while ahead of its head, for as long as the pool lives. Elections that nothing
 * forecast yet are held by the node when it gets there.
 * @returns a function that ends it.
 */
export function keepForecasting(node: Node, pool: ConsensusPool, ahead = 256): () => void {
  const chunk = 32
  let running = false
  let ended = false
  let next = node.forecastStart()
  const step = (): void => {
    if (running || ended) return
    if (next.from <= node.head.height) next = node.forecastStart()
    if (next.from > node.head.height + ahead) return
    running = true
    pool.forecast(node.forecastRequest(next, chunk)).then(
      (made) => {
        node.crypto.provide(made.signatures, made.entries)
        next = made.next
        running = false
        step()
      },
      // A thread that is gone costs time, not correctness: the node holds its elections itself.
      () => (running = false),
    )
  }
  const unsubscribe = node.subscribe(step)
  step()
  return () => {
    ended = true
    unsubscribe()
  }
}

/**
 * Mines `epochs` epochs on a node with all of its cryptography real and all of it checked: elections are held on the pool's
 * threads ahead of the node, and every block is judged by the node's rules, its signatures in batches on the same threads.
 * @throws Error when a batch does not hold, with the epochs it was of.
 */
export async function mineChecked(node: Node, pool: ConsensusPool, epochs: number): Promise<void> {
  const end = node.head.height + epochs
  const checks: Promise<void>[] = []
  let coming = pool.forecast(node.forecastRequest(node.forecastStart(), CHUNK))
  for (let from = node.head.height + 1; from <= end; from += CHUNK) {
    const made = await coming
    node.crypto.provide(made.signatures, made.entries)
    coming = pool.forecast(node.forecastRequest(made.next, CHUNK))
    const items: SignedItem[] = []
    const to = Math.min(from + CHUNK - 1, end)
    for (let epoch = from; epoch <= to; epoch++) mineAndJudge(node, epoch, items)
    const check = pool.verify(items).then((hold) => {
      if (!hold) throw new Error(`signatures of epochs ${from} to ${to} do not hold`)
    })
    // Whoever fails is heard of at the end, with the others.
    check.catch(() => {})
    checks.push(check)
  }
  await Promise.all([...checks, coming])
}

const CHUNK = 32

/** Mines one epoch, judges its blocks, and collects their signatures. */
function mineAndJudge(node: Node, epoch: number, items: SignedItem[]): void {
  const parent = node.parentOf(node.head)
  const made = node.mineAt(epoch)
  for (const [i, header] of (made?.blocks ?? []).entries()) {
    const messages = node.store.messagesOf(made!.cids[i]!)
    validateBlock(node.election, parent, header, messages, (item) => items.push(item))
  }
}
