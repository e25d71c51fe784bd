/** Sets in a state: HAMTs whose values are null. */
import type { Codec } from '../primitives/codec.ts'
import { DecodeError } from '../primitives/cbor.ts'
import type { KeyCodec } from '../primitives/hamt-keys.ts'
import { hamt, Hamt } from '../primitives/hamt.ts'

/** `add` is `set(key, null)`. */
export type HamtSet<K> = Hamt<K, null>

const nothing: Codec<null> = {
  name: 'null',
  encode: (_, out) => out.null(),
  decode(input) {
    if (!input.takeNull()) throw new DecodeError('expected null')
    return null
  },
}

export function hamtSet<K>(key: KeyCodec<K>): Codec<HamtSet<K>> {
  return hamt(key, nothing)
}

export function emptySet<K>(key: KeyCodec<K>): HamtSet<K> {
  return Hamt.empty(key, nothing)
}
