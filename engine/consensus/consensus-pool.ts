/**
 * Elections held ahead of time and blocks checked afterwards, on threads. Results are handed to a node as values, so that a run
 * is the same with any number of threads, or none.
 */
import type { Syscalls } from '../../actors/ports.ts'
import type { AggregateItem } from '../../primitives/crypto/bls.ts'
import {
  aggregatesHoldOnThreads,
  invalidOnThreads,
  type SignatureJudge,
} from '../../primitives/crypto/signature-pool.ts'
import type { Work, WorkerPool } from '../../primitives/worker-pool.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { verifyOnThreads } from '../../proofs-mock/pool.ts'
import type { ProofRequest } from '../../proofs-mock/verifier.ts'
import { packedMessage, type SentMessage, sentMessageError } from '../chain/sent-messages.ts'
import type { Node } from '../node.ts'
import type { Forecast, ForecastRequest } from './forecast.ts'
import { type BlockSignature, validateBlock } from './validator.ts'

/** Elections held on a thread. */
export const FORECAST: Work<ForecastRequest, Forecast> = {
  file: 'engine/consensus/worker',
  name: 'forecast',
}

/** Tells on a thread which messages, packed, their senders did not sign. */
const FORGED: SignatureJudge = { file: 'engine/consensus/worker', name: 'forgedMessages' }

/**
 * Keeps a node's elections forecast a while ahead of its head, for as long as the pool lives. Elections that nothing
 * forecast yet are held by the node when it gets there.
 * @returns a function that ends it.
 */
export function keepForecasting(node: Node, pool: WorkerPool, ahead = 1024): () => void {
  const chunk = 32
  let running = false
  let ended = false
  let next = node.forecastStart()
  const step = (): void => {
    if (running || ended) return
    if (next.from <= node.head.height) next = node.forecastStart()
    if (next.from > node.head.height + ahead) return
    running = true
    pool.run(FORECAST, node.forecastRequest(next, chunk)).then(
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
 * Checks the storage proofs of all waiting messages on threads, and tells the node's verifier which are good. To learn what
 * they prove, each message is run by itself on the head's state with a verifier that only writes down what it is asked. What a
 * message proves only after another has run is checked by the node when it gets there.
 * @returns how many proofs were checked.
 */
export async function checkProofsAhead(node: Node, pool: WorkerPool): Promise<number> {
  const verifier = node.election.proofs?.verifier
  if (!verifier) return 0
  const asked: ProofRequest[] = []
  const syscalls = recorder(asked)
  for (const { message } of node.pool.pending())
    if (message.method !== SEND) node.call(message, { syscalls })
  return (await verifyOnThreads(pool, verifier, asked)).length
}

const SEND = 0n

/** Answers yes and writes down the question. */
function recorder(asked: ProofRequest[]): Partial<Syscalls> {
  const note = (request: ProofRequest): true => {
    asked.push(request)
    return true
  }
  return {
    verifyPost: (info) => note({ kind: 'window-post', info }),
    batchVerifySeals: (seals) => seals.map((info) => note({ kind: 'seal', info })),
    verifyAggregateSeals: (info) => note({ kind: 'aggregate', info }),
    verifyReplicaUpdate: (info) => note({ kind: 'update', info }),
  }
}

/**
 * Mines `epochs` epochs on a node with all of its cryptography real and all of it checked: elections are held on the pool's
 * threads ahead of the node, and every block is judged by the node's rules, its signatures in batches on the same threads.
 * @throws Error when a signature does not hold, with the miner and epoch it was of.
 */
export async function mineChecked(node: Node, pool: WorkerPool, epochs: number): Promise<void> {
  const end = node.head.height + epochs
  const checks: Promise<void>[] = []
  let coming = pool.run(FORECAST, node.forecastRequest(node.forecastStart(), CHUNK))
  for (let from = node.head.height + 1; from <= end; from += CHUNK) {
    const [made] = await Promise.all([coming, checkProofsAhead(node, pool)])
    node.crypto.provide(made.signatures, made.entries)
    coming = pool.run(FORECAST, node.forecastRequest(made.next, CHUNK))
    const found: Found = { signatures: [], aggregates: [], sent: [] }
    const to = Math.min(from + CHUNK - 1, end)
    for (let epoch = from; epoch <= to; epoch++) mineAndJudge(node, epoch, found)
    const check = checkFound(pool, found)
    // Whoever fails is heard of at the end, with the others.
    check.catch(() => {})
    checks.push(check)
  }
  await Promise.all([...checks, coming])
}

const CHUNK = 32

/** Where a signature was found. */
interface Place {
  readonly miner: string
  readonly epoch: ChainEpoch
}

/** What is left to check of blocks. */
interface Found {
  readonly signatures: (BlockSignature & Place)[]
  readonly aggregates: (AggregateItem & Place)[]
  readonly sent: (SentMessage & Place)[]
}

async function checkFound(pool: WorkerPool, found: Found): Promise<void> {
  const { signatures, aggregates, sent } = found
  const [bad, hold, forged] = await Promise.all([
    invalidOnThreads(pool, signatures),
    aggregatesHoldOnThreads(pool, aggregates),
    invalidOnThreads(pool, sent.map(packedMessage), FORGED),
  ])
  const refuse = (what: string, { miner, epoch }: Place, why = 'does not verify'): never => {
    throw new Error(`${what} of ${miner} at epoch ${epoch} ${why}`)
  }
  for (const position of bad) refuse(signatures[position]!.code, signatures[position]!)
  hold.forEach((holds, i) => holds || refuse('aggregate', aggregates[i]!))
  for (const position of forged) {
    const item = sent[position]!
    refuse('block', item, `is not valid: ${sentMessageError(item)}`)
  }
}

/** Mines one epoch, judges its blocks, and collects their signatures. */
function mineAndJudge(node: Node, epoch: ChainEpoch, found: Found): void {
  const parent = node.parentOf(node.head)
  const made = node.mineAt(epoch)
  for (const [i, header] of (made?.blocks ?? []).entries()) {
    const messages = node.store.messagesOf(made!.cids[i]!)
    const place = { miner: header.miner.toString(), epoch }
    validateBlock(node.election, parent, header, messages, {
      signed: (item) => found.signatures.push({ ...item, ...place }),
      aggregated: (item) => found.aggregates.push({ ...item, ...place }),
      sent: (item) => found.sent.push({ ...item, ...place }),
    })
  }
}
