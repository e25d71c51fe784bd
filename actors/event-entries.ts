/** Entries of the events that builtin actors emit (FIP-0083): a type, then fields, all values CBOR. */
import { type Codec, encode, text } from '../primitives/codec.ts'
import type { EventEntry } from './runtime.ts'

const CBOR = 0x51
const INDEXED_KEY = 1
const INDEXED_ALL = 3

/** What kind of event it is; the first entry of each. */
export const eventType = (name: string): EventEntry => indexed('$type', text, name)

/** A field that listeners may search by. */
export function indexed<T>(key: string, codec: Codec<T>, value: T): EventEntry {
  return { flags: INDEXED_ALL, key, codec: CBOR, value: encode(codec, value) }
}

/** A field of which only the name is indexed. */
export function field<T>(key: string, codec: Codec<T>, value: T): EventEntry {
  return { flags: INDEXED_KEY, key, codec: CBOR, value: encode(codec, value) }
}
