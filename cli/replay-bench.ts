/**
 * How fast traces replay: messages and cron ticks a second, with the heads of all that changed computed and compared after
 * every record, and with states compared at the end only. Reading and parsing a trace is not timed.
 */
import { replay, type ReplayResult } from '../engine/replay/replay.ts'
import { recordedRoots, traceRecords } from './trace-file.ts'

/** Records of traces, and the seconds they took: for each trace the median of the rounds. */
export interface ReplayRate {
  readonly messages: number
  readonly ticks: number
  readonly seconds: number
}

export interface ReplayRates {
  readonly roots: ReplayRate
  readonly deferred: ReplayRate
  /** Files that did not replay equal; they are not in the rates. */
  readonly failed: readonly string[]
}

const NOTHING: ReplayRate = { messages: 0, ticks: 0, seconds: 0 }
const HEADS = ['every-record', 'at-end'] as const

/** Replays each file `rounds` times each way, in turn, so that both see the same machine. */
export function benchReplay(files: readonly string[], rounds = 3): ReplayRates {
  let [roots, deferred] = [NOTHING, NOTHING]
  const failed: string[] = []
  for (const file of files) {
    const [a, b] = timeFile(file, rounds)
    if (!a || !b) failed.push(file)
    else [roots, deferred] = [sum(roots, a), sum(deferred, b)]
  }
  return { roots, deferred, failed }
}

export const recordsPerSecond = ({ messages, seconds }: ReplayRate): number => messages / seconds

/** `replay_roots  1234 a second: 5 messages and 6 cron ticks in 0.01 s`. */
export function formatRate(name: string, rate: ReplayRate): string {
  const { messages, ticks, seconds } = rate
  const each = Math.round(recordsPerSecond(rate))
  return `${name}  ${each} a second: ${messages - ticks} messages and ${ticks} cron ticks in ${seconds.toFixed(2)} s`
}

function timeFile(file: string, rounds: number): [ReplayRate?, ReplayRate?] {
  const records = [...traceRecords(file)]
  const roots = recordedRoots(file)
  const times: number[][] = HEADS.map(() => [])
  let result: ReplayResult | undefined
  for (let round = 0; round < rounds; round++)
    for (const [i, heads] of HEADS.entries()) {
      const start = performance.now()
      result = replay(records, roots, { heads })
      times[i]!.push((performance.now() - start) / 1000)
      if (result.difference) return []
    }
  const { messages, ticks } = result!
  return times.map((all) => ({ messages, ticks, seconds: median(all) })) as [ReplayRate, ReplayRate]
}

const sum = (a: ReplayRate, b: ReplayRate): ReplayRate => ({
  messages: a.messages + b.messages,
  ticks: a.ticks + b.ticks,
  seconds: a.seconds + b.seconds,
})

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1]!
