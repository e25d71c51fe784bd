/**
 * Nodes of a HAMT: buckets of up to three entries, and links to deeper nodes. A node is never changed: setting and
 * deleting copy the path, so every earlier root stays whole. Its block is read, and its CID computed, at most once.
 */
import { assert } from './assert.ts'
import { finishBlock, isWritten } from './block.ts'
import {
  type Bitmap,
  bitmapFromBigEndian,
  bitmapToBigEndian,
  countBits,
  emptyBitmap,
  hasBit,
  rankOf,
  withBit,
  withoutBit,
} from './bitmap.ts'
import { compareBytes, equalBytes } from './bytes.ts'
import {
  type BlockSink,
  type BlockSource,
  CborReader,
  CborWriter,
  DecodeError,
  MAJOR,
} from './cbor.ts'
import { type Cid, CODEC } from './cid.ts'
import type { Codec } from './codec.ts'
import type { HashedKey, KeyCodec, KeyHashes } from './hamt-keys.ts'

/** What all nodes of a HAMT share. */
export interface HamtSpec<K, V> {
  readonly key: KeyCodec<K>
  readonly value: Codec<V>
  readonly bitWidth: number
  readonly hashes: KeyHashes<K>
}

export interface Entry<K, V> {
  readonly key: K
  readonly bytes: Uint8Array
  readonly value: V
}

/** Entries sorted by the bytes of their keys. */
type Bucket<K, V> = readonly Entry<K, V>[]
type Slot<K, V> = Bucket<K, V> | HamtNode<K, V>

/** By how many entries an update changes the map. */
export interface Growth {
  entries: number
}

const BUCKET_SIZE = 3
const HASH_BITS = 256

export class HamtNode<K, V> {
  readonly #spec: HamtSpec<K, V>
  #bitmap: Bitmap
  #slots: readonly Slot<K, V>[] | undefined
  #cid: Cid | undefined
  #source: BlockSource | undefined

  private constructor(spec: HamtSpec<K, V>, bitmap: Bitmap, slots?: readonly Slot<K, V>[]) {
    this.#spec = spec
    this.#bitmap = bitmap
    this.#slots = slots
  }

  static empty<K, V>(spec: HamtSpec<K, V>): HamtNode<K, V> {
    return new HamtNode(spec, emptyBitmap(spec.bitWidth), [])
  }

  /** A node that is read from `source` when first needed. */
  static at<K, V>(spec: HamtSpec<K, V>, cid: Cid, source: BlockSource | undefined): HamtNode<K, V> {
    const node = new HamtNode(spec, 0)
    node.#cid = cid
    node.#source = source
    return node
  }

  /** Slots of the node at `depth`, read when not here yet. @throws DecodeError */
  slots(depth: number): readonly Slot<K, V>[] {
    return this.#slots ?? this.#read(depth)
  }

  /** The slot that the hash leads to. */
  slot(hash: Uint8Array, depth: number): Slot<K, V> | undefined {
    const slots = this.slots(depth)
    const i = slotAt(hash, depth, this.#spec.bitWidth)
    return hasBit(this.#bitmap, i) ? slots[rankOf(this.#bitmap, i)] : undefined
  }

  /** Slots by their number in the node. */
  numbered(depth: number): (Slot<K, V> | undefined)[] {
    const slots = this.slots(depth)
    return Array.from({ length: 1 << this.#spec.bitWidth }, (_, i) =>
      hasBit(this.#bitmap, i) ? slots[rankOf(this.#bitmap, i)] : undefined,
    )
  }

  /** The node with the entry in it; the same node if it has that very value already. */
  set(entry: Entry<K, V>, hash: Uint8Array, depth: number, growth: Growth): HamtNode<K, V> {
    const slots = this.slots(depth)
    const i = slotAt(hash, depth, this.#spec.bitWidth)
    const at = rankOf(this.#bitmap, i)
    if (!hasBit(this.#bitmap, i)) {
      growth.entries++
      return new HamtNode(this.#spec, withBit(this.#bitmap, i), inserted(slots, at, [entry]))
    }
    const old = slots[at]!
    const slot =
      old instanceof HamtNode
        ? old.set(entry, hash, depth + 1, growth)
        : this.#setInBucket(old, entry, hash, depth, growth)
    return slot === old ? this : new HamtNode(this.#spec, this.#bitmap, replaced(slots, at, slot))
  }

  #setInBucket(
    bucket: Bucket<K, V>,
    entry: Entry<K, V>,
    hash: Uint8Array,
    depth: number,
    growth: Growth,
  ): Slot<K, V> {
    let at = 0
    for (; at < bucket.length; at++) {
      const order = compareBytes(bucket[at]!.bytes, entry.bytes)
      if (order === 0)
        return bucket[at]!.value === entry.value ? bucket : replaced(bucket, at, entry)
      if (order > 0) break
    }
    growth.entries++
    if (bucket.length < BUCKET_SIZE) return inserted(bucket, at, entry)
    const moved: Growth = { entries: 0 }
    let node = HamtNode.empty(this.#spec).set(entry, hash, depth + 1, moved)
    for (const other of bucket)
      node = node.set(other, this.#spec.hashes.of(other.key).hash, depth + 1, moved)
    return node
  }

  /**
   * The node without the key, the same node if it was not there. A child left with no more entries than a
   * bucket holds and no links becomes a bucket, so that the shape depends on the entries alone.
   */
  delete(key: HashedKey, depth: number, growth: Growth): HamtNode<K, V> {
    const slots = this.slots(depth)
    const i = slotAt(key.hash, depth, this.#spec.bitWidth)
    if (!hasBit(this.#bitmap, i)) return this
    const at = rankOf(this.#bitmap, i)
    const old = slots[at]!
    const slot =
      old instanceof HamtNode ? deletedBelow(old, key, depth, growth) : without(old, key, growth)
    if (slot === old) return this
    return slot instanceof HamtNode || slot.length > 0
      ? new HamtNode(this.#spec, this.#bitmap, replaced(slots, at, slot))
      : new HamtNode(this.#spec, withoutBit(this.#bitmap, i), removed(slots, at))
  }

  /** CID of the node's block; with `sink`, also writes the block and all it reaches. */
  cid(depth: number, sink?: BlockSink): Cid {
    if (isWritten(this.#cid, sink)) return this.#cid
    const out = new CborWriter(sink)
    this.#write(out, depth)
    return (this.#cid = finishBlock(out, this.#cid))
  }

  /** True when both are known to be the same without hashing anything. */
  same(other: HamtNode<K, V>): boolean {
    if (this === other) return true
    return this.#cid !== undefined && other.#cid !== undefined && this.#cid.equals(other.#cid)
  }

  #write(out: CborWriter, depth: number): void {
    const slots = this.slots(depth)
    const { value } = this.#spec
    out.head(MAJOR.array, 2)
    out.bytes(bitmapToBigEndian(this.#bitmap, this.#spec.bitWidth))
    out.head(MAJOR.array, slots.length)
    for (const slot of slots) {
      if (slot instanceof HamtNode) {
        out.cid(slot.cid(depth + 1, out.sink))
        continue
      }
      out.head(MAJOR.array, slot.length)
      for (const entry of slot) {
        out.head(MAJOR.array, 2)
        out.bytes(entry.bytes)
        value.encode(entry.value, out)
      }
    }
  }

  #read(depth: number): readonly Slot<K, V>[] {
    const { bitWidth } = this.#spec
    assert(this.#source !== undefined && this.#cid !== undefined, 'no source for a HAMT node')
    const input = new CborReader(this.#source.get(this.#cid), this.#source)
    if (input.length(MAJOR.array, 'a HAMT node') !== 2)
      throw new DecodeError('a HAMT node has two fields')
    const bitmap = bitmapFromBigEndian(input.bytes('the bitmap of a HAMT node'), bitWidth)
    if (bitmap === undefined) throw new DecodeError(`HAMT bitmap wider than ${1 << bitWidth} slots`)
    const count = input.length(MAJOR.array, 'slots of a HAMT node')
    if (count !== countBits(bitmap))
      throw new DecodeError(`${count} HAMT slots, bitmap has ${countBits(bitmap)}`)
    if (count === 0 && depth > 0) throw new DecodeError('empty HAMT node below the root')
    const slots = Array.from({ length: count }, () => readSlot(this.#spec, input))
    if (!input.done) throw new DecodeError(`HAMT node: ${input.remaining} bytes left over`)
    this.#bitmap = bitmap
    this.#source = undefined
    return (this.#slots = slots)
  }
}

/** The entry of a key below a root. */
export function findEntry<K, V>(root: HamtNode<K, V>, key: HashedKey): Entry<K, V> | undefined {
  let node = root
  for (let depth = 0; ; depth++) {
    const slot = node.slot(key.hash, depth)
    if (slot === undefined) return undefined
    if (isBucket(slot)) return entryOf(slot, key.bytes)
    node = slot
  }
}

/** Cheaper than asking whether it is a node. */
const isBucket = <K, V>(slot: Slot<K, V>): slot is Bucket<K, V> => Array.isArray(slot)

/** Bytes of a key that was set here are mostly those kept with its hash. */
function entryOf<K, V>(bucket: Bucket<K, V>, key: Uint8Array): Entry<K, V> | undefined {
  for (let i = 0; i < bucket.length; i++) {
    const entry = bucket[i]!
    if (entry.bytes === key || equalBytes(entry.bytes, key)) return entry
  }
  return undefined
}

/** Entries below a node in the order of the trie. */
export function* entriesBelow<K, V>(node: HamtNode<K, V>, depth = 0): Generator<Entry<K, V>> {
  const path = [{ slots: node.slots(depth), next: 0 }]
  while (path.length > 0) {
    const level = path[path.length - 1]!
    const slot = level.slots[level.next++]
    if (slot === undefined) path.pop()
    else if (slot instanceof HamtNode)
      path.push({ slots: slot.slots(depth + path.length), next: 0 })
    else for (const entry of slot) yield entry
  }
}

/** Entries in a slot: none, a bucket, or a whole subtree at `depth`. */
export function entriesIn<K, V>(
  slot: Slot<K, V> | undefined,
  depth: number,
): Iterable<Entry<K, V>> {
  return slot instanceof HamtNode ? entriesBelow(slot, depth) : (slot ?? [])
}

function readSlot<K, V>(spec: HamtSpec<K, V>, input: CborReader): Slot<K, V> {
  if (input.peekMajor() === MAJOR.tag) {
    const cid = input.cid('a link to a HAMT node')
    if (cid.codec !== CODEC.dagCbor) throw new DecodeError(`HAMT node with codec ${cid.codec}`)
    return HamtNode.at(spec, cid, input.source)
  }
  const length = input.length(MAJOR.array, 'a HAMT bucket')
  if (length === 0 || length > BUCKET_SIZE)
    throw new DecodeError(`HAMT bucket of ${length} entries`)
  const bucket = Array.from({ length }, () => readEntry(spec, input))
  for (let i = 1; i < length; i++)
    if (compareBytes(bucket[i - 1]!.bytes, bucket[i]!.bytes) >= 0)
      throw new DecodeError('HAMT bucket with keys out of order')
  return bucket
}

function readEntry<K, V>(spec: HamtSpec<K, V>, input: CborReader): Entry<K, V> {
  if (input.length(MAJOR.array, 'a HAMT entry') !== 2)
    throw new DecodeError('a HAMT entry has two fields')
  const bytes = input.bytes('a HAMT key').slice()
  return { key: readKey(spec.key, bytes), bytes, value: spec.value.decode(input) }
}

function readKey<K>(codec: KeyCodec<K>, bytes: Uint8Array): K {
  try {
    return codec.fromBytes(bytes)
  } catch (error) {
    throw new DecodeError(
      `HAMT key, ${codec.name}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** Bits of the hash that name the slot at `depth`, highest first; at the bottom what is left of them. */
function slotAt(hash: Uint8Array, depth: number, bitWidth: number): number {
  const start = depth * bitWidth
  const width = Math.min(bitWidth, HASH_BITS - start)
  if (width <= 0) throw new HamtDepthError(`HAMT deeper than the ${HASH_BITS} bits of a hash`)
  const at = start >>> 3
  const window = (hash[at]! << 8) | (hash[at + 1] ?? 0)
  return (window >>> (16 - (start & 7) - width)) & ((1 << width) - 1)
}

function deletedBelow<K, V>(
  child: HamtNode<K, V>,
  key: HashedKey,
  depth: number,
  growth: Growth,
): Slot<K, V> {
  const after = child.delete(key, depth + 1, growth)
  if (after === child) return child
  const entries: Entry<K, V>[] = []
  for (const slot of after.slots(depth + 1)) {
    if (slot instanceof HamtNode || entries.length + slot.length > BUCKET_SIZE) return after
    entries.push(...slot)
  }
  return entries.sort((a, b) => compareBytes(a.bytes, b.bytes))
}

function without<K, V>(bucket: Bucket<K, V>, key: HashedKey, growth: Growth): Bucket<K, V> {
  const at = bucket.findIndex(({ bytes }) => equalBytes(bytes, key.bytes))
  if (at < 0) return bucket
  growth.entries--
  return removed(bucket, at)
}

function inserted<T>(items: readonly T[], at: number, item: T): T[] {
  const out = items.slice()
  out.splice(at, 0, item)
  return out
}

function replaced<T>(items: readonly T[], at: number, item: T): T[] {
  const out = items.slice()
  out[at] = item
  return out
}

function removed<T>(items: readonly T[], at: number): T[] {
  const out = items.slice()
  out.splice(at, 1)
  return out
}

/** Keys whose hashes collide in every bit. */
export class HamtDepthError extends Error {
  override name = 'HamtDepthError'
}
