/**
 * Runs of sectors in ascending order, as a value: a list of short lists, so that a change copies one short list and the
 * references to the others. What it costs is the number of runs, whatever they hold.
 */
import type { Bound } from '../../primitives/bitfield-runs.ts'
import { endOf, joinRuns, partOfRun, type SectorRun } from './sector-run.ts'

type Runs = readonly SectorRun[]

/** Runs of a short list at most. */
const LONGEST = 64
/** A list that is rewritten takes its neighbour along when it would be shorter. */
const SHORTEST = 16

export class RunList {
  static readonly empty = new RunList([], 0)

  readonly #lists: readonly Runs[]
  /** Sectors in all runs. */
  readonly count: number

  private constructor(lists: readonly Runs[], count: number) {
    this.#lists = lists
    this.count = count
  }

  get runCount(): number {
    return this.#lists.reduce((sum, { length }) => sum + length, 0)
  }

  /** All runs, in order; neighbours that could be one are, as far as commitments that were given allow. */
  *[Symbol.iterator](): Generator<SectorRun, void, undefined> {
    for (const list of this.#lists) yield* list
  }

  /** The run that holds a number. */
  at(number: Bound): SectorRun | undefined {
    const list = this.#lists[lastBelow(this.#lists, number, firstOfList)]
    const run = list?.[lastBelow(list, number, firstOfRun)]
    return run !== undefined && number < endOf(run) ? run : undefined
  }

  /** The parts of runs from `start` up to `end`, in order. */
  *within(start: Bound, end: Bound): Generator<SectorRun, void, undefined> {
    for (let k = Math.max(0, lastBelow(this.#lists, start, firstOfList)); ; k++) {
      const list = this.#lists[k]
      if (list === undefined || list[0]!.first >= end) return
      for (let i = Math.max(0, lastBelow(list, start, firstOfRun)); i < list.length; i++) {
        const run = list[i]!
        if (run.first >= end) return
        const part = cut(run, start, end)
        if (part) yield part
      }
    }
  }

  /** The list with all from `start` up to `end` replaced by `runs`, which are in order and within these bounds. */
  replace(start: Bound, end: Bound, runs: Runs): RunList {
    let from = Math.max(0, lastBelow(this.#lists, start, firstOfList))
    if (this.#lists[from]?.[0]!.first === start && from > 0) from-- // its last run may touch the first new one
    let to = from
    while (to < this.#lists.length && this.#lists[to]![0]!.first <= end) to++
    if (from > 0 && lengthOf(this.#lists, from, to) < SHORTEST) from--
    const changed: SectorRun[] = []
    let count = this.count
    let placed = false
    const place = (): void => {
      for (const run of runs) push(changed, run)
      placed = true
    }
    for (let k = from; k < to; k++)
      for (const run of this.#lists[k]!) {
        if (!placed && run.first >= start) place()
        const inside = cut(run, start, end)
        if (inside === undefined) {
          push(changed, run)
          continue
        }
        count -= inside.count
        if (run.first < start) push(changed, partOfRun(run, run.first, start))
        if (!placed) place()
        if (end < endOf(run)) push(changed, partOfRun(run, end, endOf(run)))
      }
    if (!placed) place()
    for (const run of runs) count += run.count
    const lists = [...this.#lists.slice(0, from), ...split(changed), ...this.#lists.slice(to)]
    return new RunList(lists, count)
  }
}

const firstOfRun = (run: SectorRun): Bound => run.first
const firstOfList = (list: Runs): Bound => list[0]!.first

/** Index of the last item that begins at `number` or before; -1 when there is none. */
function lastBelow<T>(items: readonly T[], number: Bound, first: (item: T) => Bound): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (first(items[middle]!) <= number) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The part of a run that is within bounds. */
function cut(run: SectorRun, start: Bound, end: Bound): SectorRun | undefined {
  const from = run.first > start ? run.first : start
  const last = endOf(run)
  const to = last < end ? last : end
  return from < to ? partOfRun(run, from, to) : undefined
}

/** Adds a run behind the last one, and makes one of the two where that is possible. */
function push(runs: SectorRun[], run: SectorRun): void {
  const last = runs[runs.length - 1]
  const joined = last && joinRuns(last, run)
  if (joined) runs[runs.length - 1] = joined
  else runs.push(run)
}

function lengthOf(lists: readonly Runs[], from: number, to: number): number {
  let length = 0
  for (let k = from; k < to; k++) length += lists[k]!.length
  return length
}

/** Short lists of about the same length. */
function split(runs: Runs): Runs[] {
  if (runs.length === 0) return []
  const parts = Math.ceil(runs.length / LONGEST)
  const size = Math.ceil(runs.length / parts)
  return Array.from({ length: Math.ceil(runs.length / size) }, (_, k) =>
    runs.slice(k * size, (k + 1) * size),
  )
}
