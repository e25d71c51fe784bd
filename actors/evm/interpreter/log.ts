/** LOG0 to LOG4, which are events with topics t1 to t4 and data d. */
import type { EventEntry } from '../../runtime.ts'
import { CODEC } from '../../../primitives/cid.ts'
import { readOnlyError } from '../exit-codes.ts'
import type { Machine } from './machine.ts'
import { type Word, wordBytes } from './word.ts'

/** Key and value are indexed. */
const INDEXED = 3
const TOPIC_KEYS = ['t1', 't2', 't3', 't4'] as const
const DATA_KEY = 'd'

/** Data of no bytes has no entry: LOG0 without data is an event without entries. */
export function log(m: Machine, topics: Word): void {
  const { stack, system } = m
  const count = topics as number
  const top = (m.sp -= 2 + count)
  if (system.readOnly) throw readOnlyError('log')
  const data = m.memory.read(stack[top + count + 1]!, stack[top + count]!)
  const entries: EventEntry[] = []
  for (let i = 0; i < count; i++)
    entries.push(entry(TOPIC_KEYS[i]!, wordBytes(stack[top + count - 1 - i]!)))
  if (data.length > 0) entries.push(entry(DATA_KEY, data))
  system.rt.emit(entries)
}

const entry = (key: string, value: Uint8Array): EventEntry => ({
  flags: INDEXED,
  key,
  codec: CODEC.raw,
  value,
})
