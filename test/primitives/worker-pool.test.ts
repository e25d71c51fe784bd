// Goal: work on threads comes back in order, whatever happens to the threads; nothing is lost and nothing waits for ever.
import { getPriority } from 'node:os'
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
