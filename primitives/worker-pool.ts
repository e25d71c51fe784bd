/**
 * Threads for work that is asked for at an edge before the step that needs it. Results are values and come in the order of
 * the requests, so a run is the same on any number of threads. A thread that dies is replaced and what it was doing is done
 * again. With no threads the work is done in this one.
 */
import { Piscina } from 'piscina'
import { InvalidInput } from './invalid-input.ts'
import type { Answer } from './on-thread.ts'
import { workerOptions } from './worker-file.ts'

/**
 * A function that threads run: made by `onThread` and exported by a file, which is named from the project's root without its
 * ending. What goes in and comes out is copied, so it is plain data: bytes best, classes not at all.
 */
export interface Work<In, Out> {
  readonly file: string
  readonly name: string
  /** For the compiler alone. */
  readonly type?: (input: In) => Promise<Answer<Out>>
}

export interface WorkerPoolOptions {
  /** Whether the threads stand back for whatever else wants to run: for work that can wait. */
  readonly inBackground?: boolean
}

export class WorkerPool {
  readonly threads: number
  readonly #inBackground: boolean
  #piscina: Piscina | undefined
  #closed = false
  /** Ends, with an error, what waits for a thread that never comes. */
  readonly #waiting = new Set<(error: Error) => void>()

  /** @throws InvalidInput unless `threads` is a whole number up to 256. */
  constructor(threads: number, { inBackground = false }: WorkerPoolOptions = {}) {
    if (!Number.isInteger(threads) || threads < 0 || threads > MOST_THREADS)
      throw new InvalidInput('threads', `${threads}: not a whole number up to ${MOST_THREADS}`)
    this.threads = threads
    this.#inBackground = inBackground && CAN_STAND_BACK
  }

  /**
   * @throws Error what the work threw, as a plain Error; or, naming the work, when three threads ended over it, it could not be
   *   loaded, or the pool was closed.
   */
  async run<In, Out>(work: Work<In, Out>, input: In): Promise<Out> {
    const answer = this.threads === 0 ? await here(work, input) : await this.#onThread(work, input)
    if ('error' in answer) throw answer.error
    return answer.value
  }

  /** Each of `inputs`, up to `threads` at a time; results in their order. */
  map<In, Out>(work: Work<In, Out>, inputs: readonly In[]): Promise<Out[]> {
    return Promise.all(inputs.map((input) => this.run(work, input)))
  }

  /** Ends the threads, whatever they are doing. */
  async close(): Promise<void> {
    this.#closed = true
    const piscina = this.#piscina
    this.#piscina = undefined
    await piscina?.destroy()
  }

  async #onThread<In, Out>(work: Work<In, Out>, input: In): Promise<Answer<Out>> {
    const what = `${work.name} of ${work.file}`
    for (let attempt = 1; ; attempt++) {
      if (this.#closed) throw new Error(`${what}: the pool is closed`)
      try {
        return await this.#attempt(work, input)
      } catch (error) {
        // The work's own errors come as answers: this is a thread that is gone, or an input that cannot be copied.
        const { name, message } = error as Error
        if (name === 'DataCloneError') throw new InvalidInput('input', `${what}: ${message}`)
        if (attempt === ATTEMPTS && !this.#closed)
          throw new Error(`${what}: given up after ${ATTEMPTS} threads: ${message}`)
      }
    }
  }

  #attempt<In, Out>({ file, name }: Work<In, Out>, input: In): Promise<Answer<Out>> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject)
      const { filename } = workerOptions(file)
      const done = this.#threads().run(input, { filename, name }) as Promise<Answer<Out>>
      done.then(resolve, reject).finally(() => this.#waiting.delete(reject))
    })
  }

  #threads(): Piscina {
    if (this.#piscina) return this.#piscina
    const piscina = new Piscina({
      execArgv: workerOptions('').execArgv,
      minThreads: this.threads,
      maxThreads: this.threads,
      idleTimeout: Infinity,
      niceIncrement: this.#inBackground ? BACKGROUND : 0,
    })
    // A thread that does not even start is not replaced by piscina, and what waits for it would wait for ever. Then all
    // threads are started anew.
    const check = (): void => {
      if (piscina.threads.length >= this.threads || this.#piscina !== piscina) return
      this.#piscina = undefined
      for (const end of this.#waiting) end(new Error('no thread starts'))
      void piscina.destroy()
    }
    piscina.on('workerDestroy', () => queueMicrotask(check))
    piscina.on('error', check)
    return (this.#piscina = piscina)
  }
}

const MOST_THREADS = 256
/** As `nice` counts: a tenth of the processor where others want all of it. */
const BACKGROUND = 10
/** macOS knows priorities of whole processes only. */
const CAN_STAND_BACK = process.platform !== 'darwin'
const ATTEMPTS = 3

async function here<In, Out>({ file, name }: Work<In, Out>, input: In): Promise<Answer<Out>> {
  const module = (await import(workerOptions(file).filename)) as Record<string, unknown>
  const work = module[name] as ((input: In) => Promise<Answer<Out>>) | undefined
  if (!work) throw new Error(`${name} of ${file}: no such function`)
  return work(input)
}
