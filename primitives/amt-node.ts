/**
 * Nodes of an AMT: values at height 0, links above. A node is never changed: updates copy the path, in bulk each node
 * once. Its block is read, and its CID computed, at most once.
 */
import { childBase, type Index, slotOf } from './amt-index.ts'
import { assert } from './assert.ts'
import { finishBlock, isWritten } from './block.ts'
import {
  type Bitmap,
  bitmapFromBytes,
  bitmapToBytes,
  countBits,
  emptyBitmap,
  firstSlot,
  hasBit,
  rankOf,
  slotsOf,
  withBit,
  withoutBit,
} from './bitmap.ts'
import {
  type BlockSink,
  type BlockSource,
  CborReader,
  CborWriter,
  DecodeError,
  MAJOR,
} from './cbor.ts'
import type { Cid } from './cid.ts'
import type { Codec } from './codec.ts'

/** What all nodes of an AMT share. */
export interface AmtSpec<T> {
  readonly value: Codec<T>
  readonly bitWidth: number
  /** Form of the root: 3 with the bit width in it, 0 as message lists of blocks have it. */
  readonly version: 0 | 3
}

/** By how many values an update changes the array. */
export interface Growth {
  values: number
}

/** Changes in ascending order of index; without `values`, deletions. */
export interface Batch<T> {
  readonly indices: readonly Index[]
  readonly values?: readonly T[]
}

type Items<T> = readonly T[]
const NOTHING: Items<never> = []

export class AmtNode<T> {
  #bitmap: Bitmap
  #links: Items<AmtNode<T>> | undefined
  #values: Items<T>
  #cid: Cid | undefined
  #source: BlockSource | undefined

  private constructor(bitmap: Bitmap, links: Items<AmtNode<T>> | undefined, values: Items<T>) {
    this.#bitmap = bitmap
    this.#links = links
    this.#values = values
  }

  static empty<T>(spec: AmtSpec<T>): AmtNode<T> {
    return new AmtNode<T>(emptyBitmap(spec.bitWidth), NOTHING, NOTHING)
  }

  /** A node that is read from `source` when first needed. */
  static at<T>(cid: Cid, source: BlockSource | undefined): AmtNode<T> {
    const node = new AmtNode<T>(0, undefined, NOTHING)
    node.#cid = cid
    node.#source = source
    return node
  }

  /** Reads a node of the given height. @throws DecodeError */
  static read<T>(spec: AmtSpec<T>, height: number, input: CborReader): AmtNode<T> {
    const node = AmtNode.empty(spec)
    node.#decode(spec, height, input)
    return node
  }

  isEmpty(spec: AmtSpec<T>, height: number): boolean {
    return countBits(this.#load(spec, height).#bitmap) === 0
  }

  /** The child that holds everything, if slot 0 is the only one taken. */
  onlyFirst(spec: AmtSpec<T>, height: number): AmtNode<T> | undefined {
    const { 0: first, length } = this.#load(spec, height).#links!
    return length === 1 && hasBit(this.#bitmap, 0) ? first : undefined
  }

  /** A node one higher with this one in slot 0. */
  raised(spec: AmtSpec<T>, height: number): AmtNode<T> {
    if (this.isEmpty(spec, height)) return this
    return new AmtNode<T>(withBit(emptyBitmap(spec.bitWidth), 0), [this], NOTHING)
  }

  /** Least index taken, in a node that holds something and begins at 0. */
  firstIndex(spec: AmtSpec<T>, height: number): Index {
    let node: AmtNode<T> = this
    let base: Index = 0
    for (let h = height; ; h--) {
      node.#load(spec, h)
      base = childBase(base, firstSlot(node.#bitmap), h * spec.bitWidth)
      if (h === 0) return base
      node = node.#links![0]!
    }
  }

  /** The value at an index that the node covers. */
  get(spec: AmtSpec<T>, height: number, i: Index): T | undefined {
    let node: AmtNode<T> = this
    for (let h = height; ; h--) {
      node.#load(spec, h)
      const slot = slotOf(i, h * spec.bitWidth, spec.bitWidth)
      if (!hasBit(node.#bitmap, slot)) return undefined
      const at = rankOf(node.#bitmap, slot)
      if (h === 0) return node.#values[at]
      node = node.#links![at]!
    }
  }

  /** The node with a value set; the same node if it holds that very value already. */
  set(spec: AmtSpec<T>, height: number, i: Index, value: T, growth: Growth): AmtNode<T> {
    this.#load(spec, height)
    const slot = slotOf(i, height * spec.bitWidth, spec.bitWidth)
    const at = rankOf(this.#bitmap, slot)
    const taken = hasBit(this.#bitmap, slot)
    const bitmap = taken ? this.#bitmap : withBit(this.#bitmap, slot)
    if (height === 0) {
      if (!taken) growth.values++
      else if (this.#values[at] === value) return this
      return new AmtNode<T>(bitmap, NOTHING, put(this.#values, at, value, taken))
    }
    const old = taken ? this.#links![at]! : AmtNode.empty(spec)
    const child = old.set(spec, height - 1, i, value, growth)
    return child === old
      ? this
      : new AmtNode<T>(bitmap, put(this.#links!, at, child, taken), NOTHING)
  }

  /** The node with changes `from` up to `to` of a batch made, each node copied once; the same node if none changes it. */
  update(
    spec: AmtSpec<T>,
    height: number,
    batch: Batch<T>,
    from: number,
    to: number,
    growth: Growth,
  ): AmtNode<T> {
    this.#load(spec, height)
    return height === 0
      ? this.#updateValues(spec, batch, from, to, growth)
      : this.#updateLinks(spec, height, batch, from, to, growth)
  }

  #updateValues(
    spec: AmtSpec<T>,
    batch: Batch<T>,
    from: number,
    to: number,
    growth: Growth,
  ): AmtNode<T> {
    const values = this.#values.slice()
    let bitmap = this.#bitmap
    let changed = false
    for (let k = from; k < to; k++) {
      const slot = slotOf(batch.indices[k]!, 0, spec.bitWidth)
      const at = rankOf(bitmap, slot)
      const taken = hasBit(bitmap, slot)
      if (!batch.values) {
        if (!taken) continue
        values.splice(at, 1)
        bitmap = withoutBit(bitmap, slot)
        growth.values--
      } else if (taken) values[at] = batch.values[k]!
      else {
        values.splice(at, 0, batch.values[k]!)
        bitmap = withBit(bitmap, slot)
        growth.values++
      }
      changed = true
    }
    return changed ? new AmtNode<T>(bitmap, NOTHING, values) : this
  }

  #updateLinks(
    spec: AmtSpec<T>,
    height: number,
    batch: Batch<T>,
    from: number,
    to: number,
    growth: Growth,
  ): AmtNode<T> {
    const shift = height * spec.bitWidth
    const links = this.#links!.slice()
    let bitmap = this.#bitmap
    let changed = false
    for (let k = from, end = from; k < to; k = end) {
      const slot = slotOf(batch.indices[k]!, shift, spec.bitWidth)
      while (end < to && slotOf(batch.indices[end]!, shift, spec.bitWidth) === slot) end++
      const at = rankOf(bitmap, slot)
      const taken = hasBit(bitmap, slot)
      if (!taken && !batch.values) continue
      const old = taken ? links[at]! : AmtNode.empty(spec)
      const child = old.update(spec, height - 1, batch, k, end, growth)
      if (child === old) continue
      changed = true
      const emptied = child.isEmpty(spec, height - 1)
      if (emptied) bitmap = withoutBit(bitmap, slot)
      else bitmap = withBit(bitmap, slot)
      if (emptied) links.splice(at, 1)
      else links.splice(at, taken ? 1 : 0, child)
    }
    return changed ? new AmtNode<T>(bitmap, links, NOTHING) : this
  }

  /** Leaves below this node that hold anything at `start` or behind it, in order, with the index each begins at. */
  *leaves(
    spec: AmtSpec<T>,
    height: number,
    base: Index,
    start: Index,
  ): Generator<[Index, AmtNode<T>]> {
    this.#load(spec, height)
    if (height === 0) {
      yield [base, this]
      return
    }
    const shift = height * spec.bitWidth
    for (const [k, slot] of slotsOf(this.#bitmap).entries()) {
      const first = childBase(base, slot, shift)
      if (childBase(first, 1, shift) > start)
        yield* this.#links![k]!.leaves(spec, height - 1, first, start)
    }
  }

  /** Values of a leaf, without their slots. */
  valuesOfLeaf(spec: AmtSpec<T>): Items<T> {
    return this.#load(spec, 0).#values
  }

  /** Values of a leaf that has been loaded. */
  get values(): Items<T> {
    return this.#values
  }

  /** Slots taken in a node that has been loaded, in ascending order. */
  get slots(): number[] {
    return slotsOf(this.#bitmap)
  }

  /** Values of a leaf by slot. */
  valuesBySlot(spec: AmtSpec<T>): Map<number, T> {
    const values = this.#load(spec, 0).#values
    return new Map(this.slots.map((slot, k) => [slot, values[k]!]))
  }

  /** Children of a node above the leaves by slot. */
  childrenBySlot(spec: AmtSpec<T>, height: number): Map<number, AmtNode<T>> {
    const links = this.#load(spec, height).#links!
    return new Map(this.slots.map((slot, k) => [slot, links[k]!]))
  }

  /** CID of the node's block; with `sink`, also writes the block and all it reaches. */
  cid(spec: AmtSpec<T>, height: number, sink?: BlockSink): Cid {
    if (isWritten(this.#cid, sink)) return this.#cid
    const out = new CborWriter(sink)
    this.write(spec, height, out)
    return (this.#cid = finishBlock(out, this.#cid))
  }

  /** True when both are known to be the same without hashing anything. */
  same(other: AmtNode<T>): boolean {
    if (this === other) return true
    return this.#cid !== undefined && other.#cid !== undefined && this.#cid.equals(other.#cid)
  }

  write(spec: AmtSpec<T>, height: number, out: CborWriter): void {
    const links = this.#load(spec, height).#links!
    out.head(MAJOR.array, 3)
    out.bytes(bitmapToBytes(this.#bitmap, spec.bitWidth))
    out.head(MAJOR.array, links.length)
    for (const link of links) out.cid(link.cid(spec, height - 1, out.sink))
    out.head(MAJOR.array, this.#values.length)
    for (const value of this.#values) spec.value.encode(value, out)
  }

  #load(spec: AmtSpec<T>, height: number): AmtNode<T> {
    if (this.#links !== undefined) return this
    assert(this.#source !== undefined && this.#cid !== undefined, 'no source for an AMT node')
    const input = new CborReader(this.#source.get(this.#cid), this.#source)
    this.#decode(spec, height, input)
    if (!input.done) throw new DecodeError(`AMT node: ${input.remaining} bytes left over`)
    this.#source = undefined
    return this
  }

  #decode(spec: AmtSpec<T>, height: number, input: CborReader): void {
    if (input.length(MAJOR.array, 'an AMT node') !== 3)
      throw new DecodeError('an AMT node has three fields')
    const bitmap = bitmapFromBytes(input.bytes('the bitmap of an AMT node'), spec.bitWidth)
    if (bitmap === undefined)
      throw new DecodeError(`AMT bitmap is not one of ${1 << spec.bitWidth} slots`)
    const linkCount = input.length(MAJOR.array, 'links of an AMT node')
    const links = Array.from({ length: linkCount }, () =>
      AmtNode.at<T>(input.cid('a link to an AMT node'), input.source),
    )
    const valueCount = input.length(MAJOR.array, 'values of an AMT node')
    const values = Array.from({ length: valueCount }, () => spec.value.decode(input))
    if ((height === 0 ? linkCount : valueCount) > 0)
      throw new DecodeError(
        `AMT node of height ${height} with ${linkCount} links and ${valueCount} values`,
      )
    if (linkCount + valueCount !== countBits(bitmap))
      throw new DecodeError(
        `AMT node with ${linkCount + valueCount} items, bitmap has ${countBits(bitmap)}`,
      )
    this.#bitmap = bitmap
    this.#links = links
    this.#values = values
  }
}

/** A list at whose end something is put is made as long as it is: most live long, and `splice` leaves room. */
function put<T>(items: Items<T>, at: number, item: T, taken: boolean): T[] {
  if (at === items.length) return at === 0 ? [item] : items.concat([item])
  const out = items.slice()
  if (taken) out[at] = item
  else out.splice(at, 0, item)
  return out
}
