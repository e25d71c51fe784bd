/** Maps of maps, as states keep claims by provider and then by id. An inner map that becomes empty goes. */
import type { Codec } from '../primitives/codec.ts'
import type { KeyCodec } from '../primitives/hamt-keys.ts'
import { hamt, Hamt } from '../primitives/hamt.ts'

export type NestedMap<A, B, V> = Hamt<A, Hamt<B, V>>

/** How values are kept under two keys (builtin-actors `MapMap`). */
export interface NestedMapKind<A, B, V> {
  readonly codec: Codec<NestedMap<A, B, V>>
  readonly empty: NestedMap<A, B, V>
  set(map: NestedMap<A, B, V>, outer: A, inner: B, value: V): NestedMap<A, B, V>
  /** Sets many under one outer key. */
  setAll(map: NestedMap<A, B, V>, outer: A, entries: Iterable<readonly [B, V]>): NestedMap<A, B, V>
  delete(map: NestedMap<A, B, V>, outer: A, inner: B): NestedMap<A, B, V>
}

export function nestedMap<A, B, V>(
  outerKey: KeyCodec<A>,
  innerKey: KeyCodec<B>,
  value: Codec<V>,
): NestedMapKind<A, B, V> {
  const innerCodec = hamt(innerKey, value)
  const emptyInner = Hamt.empty(innerKey, value)
  const put = (map: NestedMap<A, B, V>, outer: A, inner: Hamt<B, V>) =>
    inner.isEmpty ? map.delete(outer) : map.set(outer, inner)
  return {
    codec: hamt(outerKey, innerCodec),
    empty: Hamt.empty(outerKey, innerCodec),
    set: (map, outer, inner, v) => put(map, outer, (map.get(outer) ?? emptyInner).set(inner, v)),
    setAll(map, outer, entries) {
      let inner = map.get(outer) ?? emptyInner
      for (const [key, v] of entries) inner = inner.set(key, v)
      return put(map, outer, inner)
    },
    delete(map, outer, inner) {
      const before = map.get(outer)
      return before ? put(map, outer, before.delete(inner)) : map
    },
  }
}
