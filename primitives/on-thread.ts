/** What makes a function one that threads of a `WorkerPool` can run. */
import { initCrypto } from './crypto/init.ts'

/** What came of it. What the work throws is an answer too, so that it is not taken for the thread's end. */
export type Answer<Out> = { readonly value: Out } | { readonly error: Error }

/** The function with everything loaded that it needs, its result or error as an answer. */
export function onThread<In, Out>(
  work: (input: In) => Out | Promise<Out>,
): (input: In) => Promise<Answer<Out>> {
  return async (input) => {
    try {
      await initCrypto()
      return { value: await work(input) }
    } catch (error) {
      return { error: error instanceof Error ? error : new Error(String(error)) }
    }
  }
}
