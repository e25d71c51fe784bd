/**
 * The sparse array of Filecoin's state: an array mapped trie as go-amt-ipld v4 (here version 3, its root has four
 * fields) and fvm_ipld_amt write it, and the older form of message lists (version 0). Here it is a value: updates
 * give a new array that shares what they do not touch, and nothing is hashed until someone asks for the CID.
 */
import { diffNodes } from './amt-diff.ts'
import { type Index, isBelow, toIndex, toNumber } from './amt-index.ts'
import { AmtNode, type AmtSpec, type Batch, type Growth } from './amt-node.ts'
import { assert, defined } from './assert.ts'
import { finishBlock, isWritten } from './block.ts'
import {
  type BlockSink,
  type BlockSource,
  CborReader,
  CborWriter,
  DecodeError,
  MAJOR,
} from './cbor.ts'
import type { Cid } from './cid.ts'
import type { Codec, Difference } from './codec.ts'

const MAX_HEIGHT = 64

interface Root<T> {
  readonly height: number
  readonly count: number
  readonly node: AmtNode<T>
}

export class Amt<T> {
  readonly spec: AmtSpec<T>
  #root: Root<T> | undefined
  #cid: Cid | undefined
  #source: BlockSource | undefined
  /** Looked up once; null in an empty array. */
  #least: Index | null | undefined

  private constructor(
    spec: AmtSpec<T>,
    root: Root<T> | undefined,
    cid?: Cid,
    source?: BlockSource,
  ) {
    this.spec = spec
    this.#root = root
    this.#cid = cid
    this.#source = source
  }

  static empty<T>(value: Codec<T>, bitWidth: number, version: 0 | 3 = 3): Amt<T> {
    const spec = makeSpec(value, bitWidth, version)
    return new Amt(spec, emptyRoot(spec))
  }

  /** Later entries win over earlier ones with the same index. */
  static from<T>(
    value: Codec<T>,
    bitWidth: number,
    entries: Iterable<readonly [Index, T]>,
    version: 0 | 3 = 3,
  ): Amt<T> {
    return Amt.empty(value, bitWidth, version).setAll(entries)
  }

  /** The array whose root block is `cid`; blocks are read when they are needed. */
  static at<T>(spec: AmtSpec<T>, cid: Cid, source: BlockSource | undefined): Amt<T> {
    return new Amt<T>(spec, undefined, cid, source)
  }

  /**
   * Value at an index; undefined where there is none.
   * @throws RangeError unless the index is an integer from 0 to 2⁶⁴ − 2; so do all methods that take one.
   * @throws DecodeError when a block on the way cannot be read; so do all methods but `from` and `empty`.
   */
  get(i: Index): T | undefined {
    const { height, node } = this.#load()
    const index = toIndex(i)
    return isBelow(index, this.#bits(height)) ? node.get(this.spec, height, index) : undefined
  }

  has(i: Index): boolean {
    return this.get(i) !== undefined
  }

  /** The array with a value set; this array if that very value is there already. */
  set(i: Index, value: T): Amt<T> {
    const index = toIndex(i)
    const { height, count, node } = this.#raisedFor(index)
    const growth: Growth = { values: 0 }
    const changed = node.set(this.spec, height, index, value, growth)
    return changed === node
      ? this
      : new Amt(this.spec, { height, count: count + growth.values, node: changed })
  }

  /** Sets many values at once, each node copied once. Later entries win over earlier ones with the same index. */
  setAll(entries: Iterable<readonly [Index, T]>): Amt<T> {
    const list = Array.from(entries, ([i, value]): [Index, T] => [toIndex(i), value])
    if (!list.every(([i], k) => k === 0 || list[k - 1]![0] <= i))
      list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    const last = list.at(-1)
    if (!last) return this
    const batch = { indices: list.map(([i]) => i), values: list.map(([, value]) => value) }
    return this.#update(this.#raisedFor(last[0]), batch)
  }

  /** The array without an index; this array when nothing is there. */
  delete(i: Index): Amt<T> {
    const root = this.#load()
    const index = toIndex(i)
    return isBelow(index, this.#bits(root.height)) ? this.#update(root, { indices: [index] }) : this
  }

  /** Deletes many at once; indices where nothing is are passed over. */
  deleteAll(indices: Iterable<Index>): Amt<T> {
    const root = this.#load()
    const list = Array.from(indices, toIndex).filter((i) => isBelow(i, this.#bits(root.height)))
    return this.#update(root, { indices: list.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)) })
  }

  get count(): number {
    return this.#load().count
  }

  get isEmpty(): boolean {
    return this.count === 0
  }

  /** Levels of links above the values. */
  get height(): number {
    return this.#load().height
  }

  /** Entries in ascending order of index. */
  entries(): Generator<[bigint, T], void, undefined> {
    return this.entriesFrom(0)
  }

  /** Entries from `start` on, in ascending order of index. */
  *entriesFrom(start: Index): Generator<[bigint, T], void, undefined> {
    for (const [i, value] of this.#walk(toIndex(start))) yield [BigInt(i), value]
  }

  /** Entries with their indices as numbers. @throws RangeError when it meets an index from 2⁵³ on. */
  *numberEntries(start = 0): Generator<[number, T], void, undefined> {
    for (const entry of this.#walk(start)) {
      toNumber(entry[0])
      yield entry as [number, T]
    }
  }

  /** Values in ascending order of index. */
  *values(): Generator<T, void, undefined> {
    const { height, node } = this.#load()
    if (height === 0) yield* node.valuesOfLeaf(this.spec)
    else
      for (const [, leaf] of node.leaves(this.spec, height, 0, 0))
        for (const value of leaf.values) yield value
  }

  firstIndex(): bigint | undefined {
    const first = this.#first()
    return first === undefined ? undefined : BigInt(first)
  }

  /** Whether nothing is at `index` or before it: what a queue asks most of the time. */
  isEmptyUpTo(index: Index): boolean {
    const first = this.#first()
    return first === undefined || first > index
  }

  #first(): Index | undefined {
    if (this.#least === undefined) {
      const { height, node, count } = this.#load()
      this.#least = count === 0 ? null : node.firstIndex(this.spec, height)
    }
    return this.#least ?? undefined
  }

  /** CID of the root block; with `sink`, also writes every block of the array and what its values link to. */
  cid(sink?: BlockSink): Cid {
    if (isWritten(this.#cid, sink)) return this.#cid
    const out = new CborWriter(sink)
    writeRoot(this.spec, this.#load(), out)
    return (this.#cid = finishBlock(out, this.#cid))
  }

  /** Entry where two arrays differ first, found without visiting what they share. */
  difference(got: Amt<T>, path: string): Difference | undefined {
    if (this.cid().equals(got.cid())) return undefined
    const height = Math.max(this.height, got.height)
    const [a, b] = [raise(this.spec, this.#load(), height), raise(this.spec, got.#load(), height)]
    return diffNodes(this.spec, a.node, b.node, height, 0, path)
  }

  *#walk(start: Index): Generator<[Index, T]> {
    const { height, node } = this.#load()
    for (const [base, leaf] of node.leaves(this.spec, height, 0, start)) {
      const { slots, values } = leaf
      for (let k = 0; k < slots.length; k++) {
        const i = typeof base === 'number' ? base + slots[k]! : base + BigInt(slots[k]!)
        if (i >= start) yield [i, values[k]!]
      }
    }
  }

  #update(root: Root<T>, batch: Batch<T>): Amt<T> {
    const growth: Growth = { values: 0 }
    const { height, count, node } = root
    const changed = node.update(this.spec, height, batch, 0, batch.indices.length, growth)
    if (changed === node) return this
    return new Amt(
      this.spec,
      shrink(this.spec, { height, count: count + growth.values, node: changed }),
    )
  }

  #raisedFor(index: Index): Root<T> {
    const root = this.#load()
    let height = root.height
    while (!isBelow(index, this.#bits(height))) height++
    return raise(this.spec, root, height)
  }

  /** How many bits the indices below a root of this height have. */
  #bits(height: number): number {
    return (height + 1) * this.spec.bitWidth
  }

  #load(): Root<T> {
    if (this.#root) return this.#root
    const source = defined(this.#source, 'source of an AMT')
    const input = new CborReader(source.get(defined(this.#cid, 'CID of an AMT')), source)
    this.#root = readRoot(this.spec, input)
    this.#source = undefined
    return this.#root
  }
}

/** Codec of a field that holds an array: on the wire the CID of its root block. */
export function amt<T>(value: Codec<T>, bitWidth: number): Codec<Amt<T>> {
  return amtCodec(makeSpec(value, bitWidth, 3))
}

/** As `amt`, in the form message lists of blocks have: bit width 3, not written in the root. */
export function amtV0<T>(value: Codec<T>): Codec<Amt<T>> {
  return amtCodec(makeSpec(value, 3, 0))
}

function amtCodec<T>(spec: AmtSpec<T>): Codec<Amt<T>> {
  const name = `AMT of ${spec.value.name}`
  return {
    name,
    encode(array, out) {
      const { bitWidth, version } = array.spec
      assert(
        bitWidth === spec.bitWidth && version === spec.version,
        'bit width or version of an AMT differs from what is declared',
      )
      out.cid(array.cid(out.sink))
    },
    decode: (input) => Amt.at(spec, input.cid(name), input.source),
    diff: (expected, got, path) => expected.difference(got, path),
  }
}

function makeSpec<T>(value: Codec<T>, bitWidth: number, version: 0 | 3): AmtSpec<T> {
  assert(Number.isInteger(bitWidth) && bitWidth >= 1 && bitWidth <= 18, `AMT bit width ${bitWidth}`)
  return { value, bitWidth, version }
}

function emptyRoot<T>(spec: AmtSpec<T>): Root<T> {
  return { height: 0, count: 0, node: AmtNode.empty(spec) }
}

function raise<T>(spec: AmtSpec<T>, root: Root<T>, to: number): Root<T> {
  let { height, node } = root
  for (; height < to; height++) node = node.raised(spec, height)
  return { height, count: root.count, node }
}

/** Takes away levels that only hold what is below their first slot, as the reference does after a deletion. */
function shrink<T>(spec: AmtSpec<T>, root: Root<T>): Root<T> {
  let { height, node } = root
  if (node.isEmpty(spec, height)) return emptyRoot(spec)
  for (; height > 0; height--) {
    const child = node.onlyFirst(spec, height)
    if (!child) break
    node = child
  }
  return { height, count: root.count, node }
}

function writeRoot<T>(spec: AmtSpec<T>, { height, count, node }: Root<T>, out: CborWriter): void {
  out.head(MAJOR.array, spec.version === 0 ? 3 : 4)
  if (spec.version !== 0) out.head(MAJOR.unsigned, spec.bitWidth)
  out.head(MAJOR.unsigned, height)
  out.head(MAJOR.unsigned, count)
  node.write(spec, height, out)
}

function readRoot<T>(spec: AmtSpec<T>, input: CborReader): Root<T> {
  const fields = spec.version === 0 ? 3 : 4
  if (input.length(MAJOR.array, 'an AMT') !== fields)
    throw new DecodeError(`the root of an AMT has ${fields} fields`)
  const bitWidth =
    spec.version === 0 ? spec.bitWidth : input.head(MAJOR.unsigned, 'the bit width of an AMT')
  if (bitWidth !== spec.bitWidth)
    throw new DecodeError(`AMT of bit width ${bitWidth} where ${spec.bitWidth} is declared`)
  const height = Number(input.head(MAJOR.unsigned, 'the height of an AMT'))
  if (height > MAX_HEIGHT) throw new DecodeError(`AMT of height ${height}`)
  const count = Number(input.head(MAJOR.unsigned, 'the count of an AMT'))
  if (!Number.isSafeInteger(count)) throw new DecodeError(`AMT with ${count} values`)
  const root = { height, count, node: AmtNode.read(spec, height, input) }
  if (!input.done) throw new DecodeError(`AMT: ${input.remaining} bytes left over`)
  return root
}
