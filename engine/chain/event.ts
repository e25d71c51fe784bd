/**
 * Events of actors as receipts commit to them, FIP-0049. Reference: ref-fvm `shared/src/event`, Lotus `chain/types/event.go`.
 */
import type { EventEntry } from '../../actors/runtime.ts'
import { Amt } from '../../primitives/amt.ts'
import { encodeBase64 } from '../../primitives/base64.ts'
import type { BlockSink } from '../../primitives/cbor.ts'
import type { Cid } from '../../primitives/cid.ts'
import {
  actorIdUint,
  byteString,
  type Codec,
  list,
  text,
  tuple,
  uint,
} from '../../primitives/codec.ts'
import type { StampedEvent } from '../vm/trace.ts'

export type { EventEntry, StampedEvent }

/** Bit width of the AMT that a receipt's `eventsRoot` points to. */
export const EVENTS_AMT_BIT_WIDTH = 5

export const eventEntryCodec: Codec<EventEntry> = tuple(
  { flags: uint, key: text, codec: uint, value: byteString },
  'event entry',
)

export const stampedEventCodec: Codec<StampedEvent> = tuple(
  { emitter: actorIdUint, entries: list(eventEntryCodec) },
  'event',
)

/** Root over the events of a message, in order; null when there are none. With `sink`, writes the blocks. */
export function eventsRoot(events: readonly StampedEvent[], sink?: BlockSink): Cid | null {
  if (events.length === 0) return null
  return Amt.from(stampedEventCodec, EVENTS_AMT_BIT_WIDTH, events.entries()).cid(sink)
}

export interface LotusEvent {
  Emitter: number
  Entries: { Flags: number; Key: string; Codec: number; Value: string }[]
}

export function eventToJson({ emitter, entries }: StampedEvent): LotusEvent {
  return {
    Emitter: emitter,
    Entries: entries.map(({ flags, key, codec, value }) => ({
      Flags: flags,
      Key: key,
      Codec: codec,
      Value: encodeBase64(value),
    })),
  }
}
