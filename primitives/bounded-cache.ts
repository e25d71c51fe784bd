/** A map that forgets its oldest entries: for values that can be computed again. */

export interface BoundedCache<K, V> {
  get(key: K): V | undefined
  /** Remembers `value`, which it returns, and forgets the oldest entry if the cache is full. */
  set(key: K, value: V): V
  readonly size: number
}

export function boundedCache<K, V>(limit: number): BoundedCache<K, V> {
  const entries = new Map<K, V>()
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      if (entries.size >= limit && !entries.has(key)) {
        const oldest = entries.keys().next()
        if (!oldest.done) entries.delete(oldest.value)
      }
      entries.set(key, value)
      return value
    },
    get size() {
      return entries.size
    },
  }
}
