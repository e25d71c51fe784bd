/**
 * A link to a block, as a value: it holds the decoded value, or the CID and where to read it, or both.
 * Reading decodes once; the CID is computed once, and only when someone asks for it.
 */
import { assert } from './assert.ts'
import { finishBlock, isWritten } from './block.ts'
import { type BlockSink, type BlockSource, CborWriter } from './cbor.ts'
import type { Cid } from './cid.ts'
import { type Codec, decode, difference } from './codec.ts'

export class Link<T> {
  readonly codec: Codec<T>
  #value: T | undefined
  #cid: Cid | undefined
  #source: BlockSource | undefined

  private constructor(codec: Codec<T>, value?: T, cid?: Cid, source?: BlockSource) {
    this.codec = codec
    this.#value = value
    this.#cid = cid
    this.#source = source
  }

  /** A link to a live value that has no block yet. */
  static to<T>(codec: Codec<T>, value: T): Link<T> {
    return new Link(codec, value)
  }

  /** A link to a block that is read and decoded on first use. */
  static at<T>(codec: Codec<T>, cid: Cid, source: BlockSource | undefined): Link<T> {
    return new Link<T>(codec, undefined, cid, source)
  }

  get(): T {
    if (this.#value === undefined) {
      assert(
        this.#source !== undefined && this.#cid !== undefined,
        `no source for ${this.codec.name}`,
      )
      this.#value = decode(this.codec, this.#source.get(this.#cid), this.#source)
      this.#source = undefined
    }
    return this.#value
  }

  /** CID of the block; with `sink`, also writes the block and all it reaches. */
  cid(sink?: BlockSink): Cid {
    if (isWritten(this.#cid, sink)) return this.#cid
    const out = new CborWriter(sink)
    this.codec.encode(this.get(), out)
    return (this.#cid = finishBlock(out, this.#cid))
  }
}

/** Codec of a field that is a CID link to a block of type `codec`. */
export function link<T>(codec: Codec<T>): Codec<Link<T>> {
  return {
    name: `link to ${codec.name}`,
    encode: (value, out) => out.cid(value.cid(out.sink)),
    decode: (input) => Link.at(codec, input.cid(`a link to ${codec.name}`), input.source),
    diff(expected, got, path) {
      if (expected.cid().equals(got.cid())) return undefined
      return difference(codec, expected.get(), got.get(), path)
    },
  }
}
