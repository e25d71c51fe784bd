/**
 * The map of Filecoin's state: a hash array mapped trie as go-hamt-ipld v3 and fvm_ipld_hamt write it. Here it is a
 * value: `set` and `delete` give a new map that shares all but a path with the old one, and nothing is encoded or
 * hashed until someone asks for the CID.
 */
import { assert } from './assert.ts'
import { bytesKey } from './bytes.ts'
import type { BlockSink, BlockSource } from './cbor.ts'
import type { Cid } from './cid.ts'
import { type Codec, type Difference, difference, show } from './codec.ts'
import { type KeyCodec, keyHashes, showKey } from './hamt-keys.ts'
import {
  type Entry,
  entriesBelow,
  entriesIn,
  findEntry,
  type Growth,
  HamtNode,
  type HamtSpec,
} from './hamt-node.ts'

/** Bits of the hash a level takes, in all of Filecoin's state. */
export const HAMT_BIT_WIDTH = 5

export class Hamt<K, V> {
  readonly spec: HamtSpec<K, V>
  readonly #root: HamtNode<K, V>
  #count: number | undefined

  private constructor(spec: HamtSpec<K, V>, root: HamtNode<K, V>, count?: number) {
    this.spec = spec
    this.#root = root
    this.#count = count
  }

  static empty<K, V>(key: KeyCodec<K>, value: Codec<V>, bitWidth = HAMT_BIT_WIDTH): Hamt<K, V> {
    const spec = makeSpec(key, value, bitWidth)
    return new Hamt(spec, HamtNode.empty(spec), 0)
  }

  /** Later entries win over earlier ones with the same key. */
  static from<K, V>(
    key: KeyCodec<K>,
    value: Codec<V>,
    entries: Iterable<readonly [K, V]>,
    bitWidth = HAMT_BIT_WIDTH,
  ): Hamt<K, V> {
    let map = Hamt.empty(key, value, bitWidth)
    for (const [k, v] of entries) map = map.set(k, v)
    return map
  }

  /** The map whose root node is `cid`; nodes are read when they are needed. */
  static at<K, V>(spec: HamtSpec<K, V>, cid: Cid, source: BlockSource | undefined): Hamt<K, V> {
    return new Hamt(spec, HamtNode.at(spec, cid, source))
  }

  /** @throws DecodeError when a node on the way cannot be read; so do all methods below. */
  get(key: K): V | undefined {
    return findEntry(this.#root, this.spec.hashes.of(key))?.value
  }

  has(key: K): boolean {
    return findEntry(this.#root, this.spec.hashes.of(key)) !== undefined
  }

  /** The map with `value` at `key`; this map if it is there already (the same object, or an equal primitive). */
  set(key: K, value: V): Hamt<K, V> {
    const { bytes, hash } = this.spec.hashes.of(key)
    const growth: Growth = { entries: 0 }
    return this.#next(this.#root.set({ key, bytes, value }, hash, 0, growth), growth)
  }

  /** The map without `key`; this map when it is absent. */
  delete(key: K): Hamt<K, V> {
    const growth: Growth = { entries: 0 }
    return this.#next(this.#root.delete(this.spec.hashes.of(key), 0, growth), growth)
  }

  /** Entries in the order of the trie, as `ForEach` of the Go and Rust libraries visits them. */
  *entries(): Generator<[K, V], void, undefined> {
    for (const { key, value } of entriesBelow(this.#root)) yield [key, value]
  }

  /** Keys in the order of the trie. */
  *keys(): Generator<K, void, undefined> {
    for (const { key } of entriesBelow(this.#root)) yield key
  }

  /** Values in the order of the trie. */
  *values(): Generator<V, void, undefined> {
    for (const { value } of entriesBelow(this.#root)) yield value
  }

  get isEmpty(): boolean {
    return this.#root.slots(0).length === 0
  }

  /** Number of entries. Visits all of a map that was read from blocks, once. */
  count(): number {
    if (this.#count === undefined) {
      this.#count = 0
      for (const _ of entriesBelow(this.#root)) this.#count++
    }
    return this.#count
  }

  /** CID of the root node; with `sink`, also writes every block of the map and what its values link to. */
  cid(sink?: BlockSink): Cid {
    return this.#root.cid(0, sink)
  }

  /** Entry where two maps differ first, found without visiting what they share. */
  difference(got: Hamt<K, V>, path: string): Difference | undefined {
    return this.cid().equals(got.cid())
      ? undefined
      : diffNodes(this.spec, this.#root, got.#root, 0, path)
  }

  #next(root: HamtNode<K, V>, growth: Growth): Hamt<K, V> {
    if (root === this.#root) return this
    return new Hamt(
      this.spec,
      root,
      this.#count === undefined ? undefined : this.#count + growth.entries,
    )
  }
}

/** Codec of a field that holds a map: on the wire the CID of its root node. */
export function hamt<K, V>(
  key: KeyCodec<K>,
  value: Codec<V>,
  bitWidth = HAMT_BIT_WIDTH,
): Codec<Hamt<K, V>> {
  const spec = makeSpec(key, value, bitWidth)
  const name = `HAMT of ${value.name} by ${key.name}`
  return {
    name,
    encode(map, out) {
      assert(map.spec.bitWidth === bitWidth, 'bit width of a HAMT differs from what is declared')
      out.cid(map.cid(out.sink))
    },
    decode: (input) => Hamt.at(spec, input.cid(name), input.source),
    diff: (expected, got, path) => expected.difference(got, path),
  }
}

function makeSpec<K, V>(key: KeyCodec<K>, value: Codec<V>, bitWidth: number): HamtSpec<K, V> {
  assert(Number.isInteger(bitWidth) && bitWidth >= 1 && bitWidth <= 8, `HAMT bit width ${bitWidth}`)
  return { key, value, bitWidth, hashes: keyHashes(key) }
}

function diffNodes<K, V>(
  spec: HamtSpec<K, V>,
  expected: HamtNode<K, V>,
  got: HamtNode<K, V>,
  depth: number,
  path: string,
): Difference | undefined {
  if (expected.same(got)) return undefined
  const others = got.numbered(depth)
  for (const [i, a] of expected.numbered(depth).entries()) {
    const b = others[i]
    const found =
      a instanceof HamtNode && b instanceof HamtNode
        ? diffNodes(spec, a, b, depth + 1, path)
        : diffEntries(spec, entriesIn(a, depth + 1), entriesIn(b, depth + 1), path)
    if (found) return found
  }
  return undefined
}

function diffEntries<K, V>(
  spec: HamtSpec<K, V>,
  expected: Iterable<Entry<K, V>>,
  got: Iterable<Entry<K, V>>,
  path: string,
): Difference | undefined {
  const rest = new Map(Array.from(got, (entry) => [bytesKey(entry.bytes), entry]))
  for (const { key, bytes, value } of expected) {
    const at = `${path}[${showKey(spec.key, key)}]`
    const other = rest.get(bytesKey(bytes))
    if (!other) return { path: at, expected: show(value), got: 'nothing' }
    rest.delete(bytesKey(bytes))
    const found = difference(spec.value, value, other.value, at)
    if (found) return found
  }
  for (const { key, value } of rest.values())
    return { path: `${path}[${showKey(spec.key, key)}]`, expected: 'nothing', got: show(value) }
  return undefined
}
