/**
 * Replays a recorded trace of the real actors through ours, record by record, and stops at the first difference:
 * exit codes, returns, events, nested calls, every changed actor, and the state root where one is known.
 */
import { InvalidInput } from '../../primitives/invalid-input.ts'
import type { StateTree } from '../vm/state-tree.ts'
import type { CallTrace } from '../vm/trace.ts'
import type { Mismatch } from './compare.ts'
import { Replayer } from './replayer.ts'
import type { HeaderRecord, TraceRecord } from './trace-format.ts'

/** Roots of the state tree at the ends of a trace, where they were recorded beside it. */
export interface RecordedRoots {
  readonly genesis?: { readonly stateRoot: string }
  readonly end?: { readonly stateRoot: string }
}

export interface ReplayOptions {
  /**
   * When states are compared: after every record (default), or only at the end of the trace. At the end only, nested calls
   * are not compared either; exit codes, returns and events still are, record by record.
   */
  readonly heads?: 'every-record' | 'at-end'
  /** Told of the calls of every record that replayed equal, with the type of an actor. */
  readonly observe?: (call: CallTrace, typeOf: (id: number) => string | undefined) => void
  /** Given the state after the genesis and after every record that replayed equal, to be read only. */
  readonly watch?: (tree: StateTree, record: TraceRecord) => void
}

export interface ReplayDifference extends Mismatch {
  /** Number of the record, and what it was. */
  readonly record: number
  readonly label: string
}

export interface ReplayResult {
  readonly scenario: string
  /** Records replayed: messages, rewards and cron ticks. */
  readonly messages: number
  /** How many of them were cron ticks. */
  readonly ticks: number
  readonly equal: number
  readonly difference: ReplayDifference | undefined
}

/** Replays records in order. @throws InvalidInput when they are not a whole trace. */
export function replay(
  records: Iterable<TraceRecord>,
  roots: RecordedRoots = {},
  options: ReplayOptions = {},
): ReplayResult {
  let replayer: Replayer | undefined
  let header: HeaderRecord | undefined
  let ended = false
  for (const record of records) {
    if (record.t === 'header') {
      header = record
      continue
    }
    if (record.t === 'genesis' && header) {
      replayer = new Replayer(header, record, roots, options)
      options.watch?.(replayer.tree, record)
      continue
    }
    if (!replayer) throw new InvalidInput('trace', 'does not start with a header and a genesis')
    if (replayer.difference) break
    if (record.t === 'end') {
      replayer.end(record)
      ended = true
    } else if (record.t === 'c') replayer.compact(record)
    else if (record.t === 'msg') replayer.message(record)
    else throw new InvalidInput('trace', `a second ${record.t}`)
    if (!replayer.difference) options.watch?.(replayer.tree, record)
  }
  if (!replayer) throw new InvalidInput('trace', 'has no genesis')
  if (!ended && !replayer.difference)
    throw new InvalidInput('trace', 'is cut short: it has no end record')
  const { messages, ticks, equal, difference } = replayer
  return { scenario: header!.scenario, messages, ticks, equal, difference }
}
