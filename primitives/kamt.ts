/**
 * The map of contracts' storage: a trie over keys of 256 bits that are not hashed, as fvm_ipld_kamt writes it with the
 * EVM actor's settings (five bits a level, one entry in a slot, data from the root on). Links skip the levels on which
 * nothing branches. It is a value as `Hamt` is: an update shares all but a path, and nothing is hashed before it is asked for.
 */
import type { BlockSink, BlockSource } from './cbor.ts'
import type { Cid } from './cid.ts'
import { type Codec, type Difference, difference, show } from './codec.ts'
import { findLeaf, type KamtLeaf, KamtNode, leavesIn } from './kamt-node.ts'
import { pathOf } from './kamt-path.ts'

export class Kamt<V> {
  readonly value: Codec<V>
  readonly #root: KamtNode<V>

  private constructor(value: Codec<V>, root: KamtNode<V>) {
    this.value = value
    this.#root = root
  }

  static empty<V>(value: Codec<V>): Kamt<V> {
    return new Kamt(value, KamtNode.empty(value))
  }

  /** Later entries win over earlier ones with the same key. */
  static from<V>(value: Codec<V>, entries: Iterable<readonly [bigint, V]>): Kamt<V> {
    let map = Kamt.empty(value)
    for (const [key, v] of entries) map = map.set(key, v)
    return map
  }

  /** The map whose root node is `cid`; nodes are read when they are needed. */
  static at<V>(value: Codec<V>, cid: Cid, source: BlockSource | undefined): Kamt<V> {
    return new Kamt(value, KamtNode.at(value, cid, source))
  }

  /**
   * Value of a key.
   * @throws RangeError unless the key fits 256 bits without a sign; so do all methods that take one.
   * @throws DecodeError when a node on the way cannot be read; so do all methods below.
   */
  get(key: bigint): V | undefined {
    return findLeaf(this.#root, pathOf(key))?.value
  }

  has(key: bigint): boolean {
    return findLeaf(this.#root, pathOf(key)) !== undefined
  }

  /** The map with `value` at `key`; this map if it is there already (the same object, or an equal primitive). */
  set(key: bigint, value: V): Kamt<V> {
    return this.#next(this.#root.set({ path: pathOf(key), key, value }, 0))
  }

  /** The map without `key`; this map when it is absent. */
  delete(key: bigint): Kamt<V> {
    return this.#next(this.#root.delete(pathOf(key), 0))
  }

  /** Entries in the order of their keys. */
  *entries(): Generator<[bigint, V], void, undefined> {
    for (const slot of this.#root.slots())
      for (const { key, value } of leavesIn(slot)) yield [key, value]
  }

  get isEmpty(): boolean {
    return this.#root.slots().length === 0
  }

  /** CID of the root node; with `sink`, also writes every block of the map. */
  cid(sink?: BlockSink): Cid {
    return this.#root.cid(sink)
  }

  /** Entry where two maps differ first, found without visiting what they share. */
  difference(got: Kamt<V>, path: string): Difference | undefined {
    if (this.cid().equals(got.cid())) return undefined
    return diffNodes(this.value, this.#root, got.#root, path)
  }

  #next(root: KamtNode<V>): Kamt<V> {
    return root === this.#root ? this : new Kamt(this.value, root)
  }
}

/** Codec of a field that holds a map: on the wire the CID of its root node. */
export function kamt<V>(value: Codec<V>): Codec<Kamt<V>> {
  const name = `KAMT of ${value.name}`
  return {
    name,
    encode: (map, out) => out.cid(map.cid(out.sink)),
    decode: (input) => Kamt.at(value, input.cid(name), input.source),
    diff: (expected, got, path) => expected.difference(got, path),
  }
}

function diffNodes<V>(
  codec: Codec<V>,
  expected: KamtNode<V>,
  got: KamtNode<V>,
  path: string,
): Difference | undefined {
  if (expected.same(got)) return undefined
  const others = got.numbered()
  for (const [i, a] of expected.numbered().entries()) {
    const b = others[i]
    const found =
      a && b && 'node' in a && 'node' in b && a.skip === b.skip
        ? diffNodes(codec, a.node, b.node, path)
        : diffLeaves(codec, leavesIn(a), leavesIn(b), path)
    if (found) return found
  }
  return undefined
}

function diffLeaves<V>(
  codec: Codec<V>,
  expected: Iterable<KamtLeaf<V>>,
  got: Iterable<KamtLeaf<V>>,
  path: string,
): Difference | undefined {
  const rest = new Map(Array.from(got, (leaf) => [leaf.key, leaf]))
  for (const { key, value } of expected) {
    const at = placeOf(path, key)
    const other = rest.get(key)
    if (!other) return { path: at, expected: show(value), got: 'nothing' }
    rest.delete(key)
    const found = difference(codec, value, other.value, at)
    if (found) return found
  }
  for (const { key, value } of rest.values())
    return { path: placeOf(path, key), expected: 'nothing', got: show(value) }
  return undefined
}

const placeOf = (path: string, key: bigint): string => `${path}[0x${key.toString(16)}]`
