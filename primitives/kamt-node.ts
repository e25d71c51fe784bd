/**
 * Nodes of a KAMT: in each slot one entry, or a link to a deeper node with the digits that are skipped on the way to it.
 * A node is never changed: setting and deleting copy the path. Its block is read, and its CID computed, at most once.
 */
import { assert } from './assert.ts'
import {
  type Bitmap,
  bitmapFromBigEndian,
  bitmapToBigEndian,
  countBits,
  hasBit,
  rankOf,
  slotsOf,
  withBit,
  withoutBit,
} from './bitmap.ts'
import { finishBlock, isWritten } from './block.ts'
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
import {
  digitAt,
  KAMT_BIT_WIDTH,
  type KamtPath,
  matchedDigits,
  packDigits,
  pathOf,
  sharedDigits,
  slotAt,
  unpackDigits,
} from './kamt-path.ts'
import { u256 } from './u256.ts'

/** An entry of the map. */
export interface KamtLeaf<V> {
  readonly path: KamtPath
  readonly key: bigint
  readonly value: V
}

/** A deeper node, and the digits between the slot it stands in and the node. */
export interface KamtBranch<V> {
  readonly skip: KamtPath
  readonly node: KamtNode<V>
}

export type KamtSlot<V> = KamtLeaf<V> | KamtBranch<V>

export class KamtNode<V> {
  readonly #codec: Codec<V>
  #bitmap: Bitmap
  #slots: readonly KamtSlot<V>[] | undefined
  #cid: Cid | undefined
  #source: BlockSource | undefined

  private constructor(codec: Codec<V>, bitmap: Bitmap, slots?: readonly KamtSlot<V>[]) {
    this.#codec = codec
    this.#bitmap = bitmap
    this.#slots = slots
  }

  static empty<V>(codec: Codec<V>): KamtNode<V> {
    return new KamtNode(codec, 0, [])
  }

  /** A node at `depth` with an older slot, which stands at `i`, and a new entry. */
  static ofTwo<V>(
    codec: Codec<V>,
    older: KamtSlot<V>,
    i: number,
    leaf: KamtLeaf<V>,
    depth: number,
  ): KamtNode<V> {
    const j = slotAt(leaf.path, depth)
    const bitmap = withBit(withBit(0, i), j)
    return new KamtNode(codec, bitmap, i < j ? [older, leaf] : [leaf, older])
  }

  /** A node that is read from `source` when first needed. */
  static at<V>(codec: Codec<V>, cid: Cid, source: BlockSource | undefined): KamtNode<V> {
    const node = new KamtNode(codec, 0)
    node.#cid = cid
    node.#source = source
    return node
  }

  /** Taken slots in ascending order, read when not here yet. @throws DecodeError */
  slots(): readonly KamtSlot<V>[] {
    return this.#slots ?? this.#read()
  }

  /** The slot that a path leads to. */
  slot(path: KamtPath, depth: number): KamtSlot<V> | undefined {
    const slots = this.slots()
    const i = slotAt(path, depth)
    return hasBit(this.#bitmap, i) ? slots[rankOf(this.#bitmap, i)] : undefined
  }

  /** Slots by their number in the node. */
  numbered(): (KamtSlot<V> | undefined)[] {
    const slots = this.slots()
    const out = new Array<KamtSlot<V> | undefined>(1 << KAMT_BIT_WIDTH).fill(undefined)
    for (const [at, i] of slotsOf(this.#bitmap).entries()) out[i] = slots[at]
    return out
  }

  /** The node with the entry in it; the same node if it has that very value already. */
  set(leaf: KamtLeaf<V>, depth: number): KamtNode<V> {
    const slots = this.slots()
    const i = slotAt(leaf.path, depth)
    const at = rankOf(this.#bitmap, i)
    if (!hasBit(this.#bitmap, i)) return this.#with(withBit(this.#bitmap, i), slots, at, 0, leaf)
    const old = slots[at]!
    const slot =
      'node' in old
        ? setInBranch(this.#codec, old, leaf, depth + 1)
        : setBesideLeaf(this.#codec, old, leaf, depth + 1)
    return slot === old ? this : this.#with(this.#bitmap, slots, at, 1, slot)
  }

  /**
   * The node without the key, the same node if it was not there. A child left with one slot is merged into the link to
   * it, so that the shape depends on the entries alone.
   */
  delete(path: KamtPath, depth: number): KamtNode<V> {
    const slots = this.slots()
    const i = slotAt(path, depth)
    if (!hasBit(this.#bitmap, i)) return this
    const at = rankOf(this.#bitmap, i)
    const old = slots[at]!
    if (!('node' in old))
      return old.path === path ? this.#with(withoutBit(this.#bitmap, i), slots, at, 1) : this
    const { skip, node } = old
    if (matchedDigits(skip, path, depth + 1) < skip.length) return this
    const after = node.delete(path, depth + 1 + skip.length)
    return after === node ? this : this.#with(this.#bitmap, slots, at, 1, after.#linked(skip))
  }

  /** CID of the node's block; with `sink`, also writes the block and all it reaches. */
  cid(sink?: BlockSink): Cid {
    if (isWritten(this.#cid, sink)) return this.#cid
    const out = new CborWriter(sink)
    this.#write(out)
    return (this.#cid = finishBlock(out, this.#cid))
  }

  /** True when both are known to be the same without hashing anything. */
  same(other: KamtNode<V>): boolean {
    if (this === other) return true
    return this.#cid !== undefined && other.#cid !== undefined && this.#cid.equals(other.#cid)
  }

  /** What stands in the slot above: a link, or where there is but one slot, that one. */
  #linked(skip: KamtPath): KamtSlot<V> {
    const [only, ...others] = this.slots()
    assert(only !== undefined, 'a KAMT node below the root is not empty')
    if (others.length > 0) return { skip, node: this }
    if (!('node' in only)) return only
    const digit = digitAt(slotsOf(this.#bitmap)[0]!)
    return { skip: skip + digit + only.skip, node: only.node }
  }

  #with(
    bitmap: Bitmap,
    slots: readonly KamtSlot<V>[],
    at: number,
    remove: number,
    ...insert: KamtSlot<V>[]
  ): KamtNode<V> {
    const copy = slots.slice()
    copy.splice(at, remove, ...insert)
    return new KamtNode(this.#codec, bitmap, copy)
  }

  #write(out: CborWriter): void {
    const slots = this.slots()
    out.head(MAJOR.array, 2)
    out.bytes(bitmapToBigEndian(this.#bitmap, KAMT_BIT_WIDTH))
    out.head(MAJOR.array, slots.length)
    for (const slot of slots) {
      out.head(MAJOR.map, 1)
      if ('node' in slot) {
        out.text('l')
        out.head(MAJOR.array, 3)
        out.cid(slot.node.cid(out.sink))
        out.head(MAJOR.unsigned, slot.skip.length * KAMT_BIT_WIDTH)
        out.bytes(packDigits(slot.skip))
      } else {
        out.text('v')
        out.head(MAJOR.array, 1)
        out.head(MAJOR.array, 2)
        u256.encode(slot.key, out)
        this.#codec.encode(slot.value, out)
      }
    }
  }

  #read(): readonly KamtSlot<V>[] {
    assert(this.#source !== undefined && this.#cid !== undefined, 'no source for a KAMT node')
    const input = new CborReader(this.#source.get(this.#cid), this.#source)
    exactly(input, MAJOR.array, 2, 'a KAMT node')
    const bitmap = bitmapFromBigEndian(input.bytes('the bitmap of a KAMT node'), KAMT_BIT_WIDTH)
    if (bitmap === undefined) throw new DecodeError('KAMT bitmap wider than 32 slots')
    const count = input.length(MAJOR.array, 'slots of a KAMT node')
    if (count !== countBits(bitmap))
      throw new DecodeError(`${count} KAMT slots, bitmap has ${countBits(bitmap)}`)
    const slots = Array.from({ length: count }, () => readSlot(this.#codec, input))
    if (!input.done) throw new DecodeError(`KAMT node: ${input.remaining} bytes left over`)
    this.#bitmap = bitmap
    this.#source = undefined
    return (this.#slots = slots)
  }
}

/** The entry of a path below a root. */
export function findLeaf<V>(root: KamtNode<V>, path: KamtPath): KamtLeaf<V> | undefined {
  let node = root
  for (let depth = 0; ;) {
    const slot = node.slot(path, depth)
    if (slot === undefined) return undefined
    if (!('node' in slot)) return slot.path === path ? slot : undefined
    const { skip } = slot
    if (matchedDigits(skip, path, depth + 1) < skip.length) return undefined
    depth += 1 + skip.length
    node = slot.node
  }
}

/** Entries below a slot in the order of their keys. */
export function* leavesIn<V>(slot: KamtSlot<V> | undefined): Generator<KamtLeaf<V>> {
  if (slot === undefined) return
  if ('node' in slot) for (const below of slot.node.slots()) yield* leavesIn(below)
  else yield slot
}

function setInBranch<V>(
  codec: Codec<V>,
  old: KamtBranch<V>,
  leaf: KamtLeaf<V>,
  depth: number,
): KamtSlot<V> {
  const { skip, node } = old
  const matched = matchedDigits(skip, leaf.path, depth)
  if (matched === skip.length) {
    const after = node.set(leaf, depth + matched)
    return after === node ? old : { skip, node: after }
  }
  const rest = { skip: skip.slice(matched + 1), node }
  const midway = KamtNode.ofTwo(codec, rest, slotAt(skip, matched), leaf, depth + matched)
  return { skip: skip.slice(0, matched), node: midway }
}

function setBesideLeaf<V>(
  codec: Codec<V>,
  old: KamtLeaf<V>,
  leaf: KamtLeaf<V>,
  depth: number,
): KamtSlot<V> {
  if (old.path === leaf.path) return old.value === leaf.value ? old : leaf
  const end = depth + sharedDigits(old.path, leaf.path, depth)
  const node = KamtNode.ofTwo(codec, old, slotAt(old.path, end), leaf, end)
  return { skip: leaf.path.slice(depth, end), node }
}

function readSlot<V>(codec: Codec<V>, input: CborReader): KamtSlot<V> {
  exactly(input, MAJOR.map, 1, 'a KAMT slot')
  const kind = input.text('the kind of a KAMT slot')
  if (kind === 'l') return readBranch(codec, input)
  if (kind !== 'v') throw new DecodeError(`KAMT slot of kind ${JSON.stringify(kind)}`)
  exactly(input, MAJOR.array, 1, 'a KAMT bucket')
  exactly(input, MAJOR.array, 2, 'a KAMT entry')
  const key = u256.decode(input)
  return { path: pathOf(key), key, value: codec.decode(input) }
}

function readBranch<V>(codec: Codec<V>, input: CborReader): KamtBranch<V> {
  exactly(input, MAJOR.array, 3, 'a KAMT link')
  const cid = input.cid('a link to a KAMT node')
  if (cid.codec !== CODEC.dagCbor) throw new DecodeError(`KAMT node with codec ${cid.codec}`)
  const bits = Number(input.head(MAJOR.unsigned, 'the length of a KAMT extension'))
  const skip = unpackDigits(input.bytes('a KAMT extension'), bits)
  return { skip, node: KamtNode.at(codec, cid, input.source) }
}

function exactly(input: CborReader, major: number, length: number, what: string): void {
  const got = input.length(major, what)
  if (got !== length) throw new DecodeError(`${what} has length ${length}, got ${got}`)
}
