/** Where a worker's code is: TypeScript beside the source, JavaScript in a build. */

export interface WorkerOptions {
  readonly filename: string
  readonly execArgv: string[]
}

/** Options of a thread pool for `url`, given without an ending. */
export function workerOptions(url: URL): WorkerOptions {
  const built = import.meta.url.endsWith('.js')
  return {
    filename: `${url.href}${built ? '.js' : '.ts'}`,
    execArgv: built ? [] : ['--import', 'tsx'],
  }
}
