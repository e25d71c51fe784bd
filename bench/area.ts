/** What a benchmark area is, and how numbers of several runs become one. */

export interface BenchResult {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The peer that `value` is a ratio to; absent where it stands for itself. */
  readonly against?: string
}

export interface BenchOptions {
  /** Root of the project. */
  readonly root: string
  /** Tells somebody who waits what is going on. */
  readonly log: (line: string) => void
}

/** A file in `areas/` exports one as its default. Order of results is order of the report. */
export type Area = (options: BenchOptions) => Promise<readonly BenchResult[]>

/** The middle value; the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/**
 * Runs each contender in turn, `rounds` times after one round that does not count, so that whatever disturbs the machine
 * disturbs all of them.
 * @param restMs - between two turns, where a contender goes on with something after its own.
 * @returns the medians, in the same order.
 */
export async function interleaved(
  rounds: number,
  contenders: readonly (() => Promise<number>)[],
  restMs = 0,
): Promise<number[]> {
  const values = contenders.map((): number[] => [])
  for (let round = 0; round <= rounds; round++)
    for (const [i, run] of contenders.entries()) {
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs))
      const value = await run()
      if (round > 0) values[i]!.push(value)
    }
  return values.map(median)
}
