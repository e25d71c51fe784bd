/** Work that behaves well or badly on a thread, for tests of the pool. */
import { getPriority } from 'node:os'
import { isMainThread } from 'node:worker_threads'
import { onThread } from '../../primitives/on-thread.ts'

export const double = onThread((n: number) => 2 * n)

/** The more, the sooner it is done. */
export const reversed = onThread(async ({ n, of }: { n: number; of: number }) => {
  await new Promise((resolve) => setTimeout(resolve, (of - n) * 10))
  return n
})

export const onMain = onThread((_: null) => isMainThread)

/** On Linux that of the thread. */
export const niceness = onThread((_: null) => getPriority())

export const thrown = onThread((message: string): never => {
  throw new TypeError(message)
})

export interface Deaths {
  /** Counts how often the work was begun. */
  readonly begun: SharedArrayBuffer
  /** How many of these times the thread dies. */
  readonly times: number
}

/** Ends its thread in the middle of the work, as a kill does. */
export const exits = onThread(({ begun, times }: Deaths): string => {
  if (Atomics.add(new Int32Array(begun), 0, 1) < times) process.exit(9)
  return 'done'
})

/** Keeps its thread busy until somebody ends it. */
export const lingers = onThread(({ begun, times }: Deaths): string => {
  const count = new Int32Array(begun)
  if (Atomics.add(count, 0, 1) >= times) return 'done'
  for (;;) Atomics.wait(count, 0, Atomics.load(count, 0))
})

/** Ends its thread by an error that nobody catches. */
export const crashes = onThread(({ begun, times }: Deaths): string | Promise<string> => {
  if (Atomics.add(new Int32Array(begun), 0, 1) >= times) return 'done'
  setTimeout(() => {
    throw new Error('out of the blue')
  })
  return new Promise(() => {})
})
