// Goal: work on threads comes back in order, whatever happens to the threads; nothing is lost and nothing waits for ever.
import { getPriority } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import type { Deaths } from '../support/pool-work.ts'
import { type Work, WorkerPool } from '../../primitives/worker-pool.ts'

const FILE = 'test/support/pool-work'
const DOUBLE: Work<number, number> = { file: FILE, name: 'double' }
const REVERSED: Work<{ n: number; of: number }, number> = { file: FILE, name: 'reversed' }
const ON_MAIN: Work<null, boolean> = { file: FILE, name: 'onMain' }
const NICENESS: Work<null, number> = { file: FILE, name: 'niceness' }
const THROWN: Work<string, never> = { file: FILE, name: 'thrown' }
const EXITS: Work<Deaths, string> = { file: FILE, name: 'exits' }
const CRASHES: Work<Deaths, string> = { file: FILE, name: 'crashes' }
const LINGERS: Work<Deaths, string> = { file: FILE, name: 'lingers' }

const numbers = Array.from({ length: 20 }, (_, i) => i)
const doubled = numbers.map((n) => 2 * n)
const deaths = (times: number): Deaths => ({ begun: new SharedArrayBuffer(4), times })
const begun = ({ begun }: Deaths): number => new Int32Array(begun)[0]!

async function withPool(threads: number, use: (pool: WorkerPool) => Promise<void>): Promise<void> {
  const pool = new WorkerPool(threads)
  try {
    await use(pool)
  } finally {
    await pool.close()
  }
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}

for (const threads of [0, 1, 3])
  test(`${threads} threads: results come in the order of the requests`, () =>
    withPool(threads, async (pool) => {
      assert.equal(await pool.map(DOUBLE, numbers), doubled)
      const last = numbers.slice(0, 6).map((n) => ({ n, of: 6 }))
      assert.equal(await pool.map(REVERSED, last), [0, 1, 2, 3, 4, 5])
      assert.is(await pool.run(ON_MAIN, null), threads === 0)
      assert.equal(await pool.map(DOUBLE, []), [])
    }))

for (const threads of [0, 2])
  test(`${threads} threads: an error of the work is its own, and the pool goes on`, () =>
    withPool(threads, async (pool) => {
      const error = await failure(pool.run(THROWN, 'no such thing'))
      assert.is(`${error.name}: ${error.message}`, 'TypeError: no such thing')
      const missing = await failure(pool.run({ file: FILE, name: 'nothing' }, 1))
      assert.match(missing.message, `nothing of ${FILE}`)
      assert.ok(await failure(pool.run({ file: 'test/support/no-such-file', name: 'x' }, 1)))
      assert.is(await pool.run(DOUBLE, 4), 8)
    }))

test('threads in the background stand back, others and this one do not', async () => {
  const before = getPriority()
  const inBackground = new WorkerPool(1, { inBackground: true })
  try {
    const niceness = await inBackground.run(NICENESS, null)
    if (process.platform === 'linux') assert.is(niceness, Math.min(before + 10, 19))
    await withPool(1, async (pool) => assert.is(await pool.run(NICENESS, null), before))
    assert.is(getPriority(), before)
  } finally {
    await inBackground.close()
  }
})

for (const work of [EXITS, CRASHES])
  test(`a thread that dies (${work.name}) is replaced and its work done again`, () =>
    withPool(2, async (pool) => {
      const fatal = deaths(2)
      const results = Promise.all([
        pool.map(DOUBLE, numbers),
        pool.run(work, fatal),
        pool.map(DOUBLE, numbers),
      ])
      assert.equal(await results, [doubled, 'done', doubled])
      assert.is(begun(fatal), 3)
    }))

/** Tells of every thread that is started meanwhile. */
async function watching(told: (thread: Worker) => void, use: () => Promise<void>): Promise<void> {
  process.on('worker', told)
  try {
    await use()
  } finally {
    process.off('worker', told)
  }
}

for (const threads of [1, 2])
  test(`${threads} threads that are ended from outside in the middle of a batch: it is done again`, async () => {
    const started: Worker[] = []
    await watching(
      (thread) => started.push(thread),
      () =>
        withPool(threads, async (pool) => {
          const fatal = deaths(threads)
          const batch = Array.from({ length: threads }, () => fatal)
          const results = Promise.all([pool.map(LINGERS, batch), pool.map(DOUBLE, numbers)])
          while (begun(fatal) < threads) await new Promise((resolve) => setTimeout(resolve, 5))
          for (const thread of started.slice()) void thread.terminate()
          assert.equal(await results, [batch.map(() => 'done'), doubled])
          assert.is(begun(fatal), 2 * threads)
          assert.is(started.length, 2 * threads)
        }),
    )
  })

test('threads that are ended while they have nothing to do, or start, are missed by nobody', async () => {
  const started: Worker[] = []
  let isDeadly = false
  await watching(
    (thread) => {
      started.push(thread)
      if (isDeadly) void thread.terminate()
    },
    () =>
      withPool(2, async (pool) => {
        assert.equal(await pool.map(DOUBLE, numbers), doubled)
        await Promise.all(started.map((thread) => thread.terminate()))
        assert.equal(await pool.map(DOUBLE, numbers), doubled)
        isDeadly = true
        await Promise.all(started.map((thread) => thread.terminate()))
        const results = pool.map(DOUBLE, numbers)
        isDeadly = false
        assert.equal(await results, doubled)
      }),
  )
})

test('work that kills every thread fails by name, and nothing else with it', () =>
  withPool(1, async (pool) => {
    const fatal = deaths(Infinity)
    const others = pool.map(DOUBLE, numbers)
    const error = await failure(pool.run(EXITS, fatal))
    assert.match(error.message, `exits of ${FILE}: given up after 3 threads`)
    assert.is(begun(fatal), 3)
    assert.equal(await others, doubled)
    assert.equal(await pool.map(DOUBLE, numbers), doubled)
  }))

test('an input that cannot be copied is refused, and the pool goes on', () =>
  withPool(1, async (pool) => {
    const error = await failure(pool.run({ file: FILE, name: 'double' }, () => 1))
    assert.ok(error instanceof InvalidInput, String(error))
    assert.is(await pool.run(DOUBLE, 4), 8)
  }))

test('closing ends what waits, and a closed pool takes nothing', async () => {
  const pool = new WorkerPool(1)
  const waiting = numbers.map((n) => failure(pool.run(REVERSED, { n, of: 1000 })))
  await pool.close()
  for (const error of await Promise.all(waiting)) assert.match(error.message, 'the pool is closed')
  assert.match((await failure(pool.run(DOUBLE, 1))).message, 'the pool is closed')
  await pool.close()
})

test('a number of threads that is none is refused', () => {
  for (const threads of [-1, 1.5, NaN, 257])
    assert.throws(
      () => new WorkerPool(threads),
      (error: unknown) => error instanceof InvalidInput && error.field === 'threads',
    )
})

test.run()
