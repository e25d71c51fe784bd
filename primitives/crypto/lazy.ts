/**
 * Libraries that few runs need and that take long to load. They are loaded when first asked for, in place: what runs a chain
 * cannot wait.
 */
import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** A module by its name, loaded once; `T` is `typeof import` of the same name. */
export function lazily<T>(name: string): () => T {
  let loaded: T | undefined
  return () => (loaded ??= load(name) as T)
}
