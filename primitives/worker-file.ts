/** Where a worker's code is: TypeScript beside the source, JavaScript in a build, however this file was bundled. */

export interface WorkerOptions {
  readonly filename: string
  readonly execArgv: string[]
}

/** Options of a thread pool for a file, named from the project's root and without its ending. */
export function workerOptions(file: string): WorkerOptions {
  const built = import.meta.url.endsWith('.js')
  const { href } = new URL(`../${file}${built ? '.js' : '.ts'}`, import.meta.url)
  return { filename: href, execArgv: built ? [] : ['--import', 'tsx'] }
}
