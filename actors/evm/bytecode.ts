/**
 * Code of a contract: a raw block of its own, as a live value. It is what states, calls and frames hold; its CID is computed,
 * its block read, and its instructions made ready to run, at most once, and when somebody needs them.
 */
import { assert } from '../../primitives/assert.ts'
import { fromHex } from '../../primitives/bytes.ts'
import type { BlockSink, BlockSource } from '../../primitives/cbor.ts'
import { type Cid, CODEC, cidOf } from '../../primitives/cid.ts'
import type { Codec } from '../../primitives/codec.ts'
import { countBlock } from '../../primitives/cost.ts'

/** Keccak-256 of no bytes. */
export const EMPTY_HASH = fromHex(
  'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
)
/** Keccak-256 of the byte fe, which stands for the code of actors that are no contracts. */
export const NATIVE_HASH = fromHex(
  'bcc90f2d6dada5b18e155c17a1c0a55920aae94f39857d39d0d8ed07ae8f228b',
)

export class Bytecode {
  #code: Uint8Array | undefined
  #cid: Cid | undefined
  #source: BlockSource | undefined
  #prepared: unknown

  private constructor(code?: Uint8Array, cid?: Cid, source?: BlockSource) {
    this.#code = code
    this.#cid = cid
    this.#source = source
  }

  /** Code that has no block yet. */
  static of(code: Uint8Array): Bytecode {
    return new Bytecode(code)
  }

  /** Code in a block that is read on first use. */
  static at(cid: Cid, source: BlockSource | undefined): Bytecode {
    return new Bytecode(undefined, cid, source)
  }

  /** Not to be changed. */
  get code(): Uint8Array {
    if (this.#code === undefined) {
      assert(this.#source !== undefined && this.#cid !== undefined, 'no source for bytecode')
      this.#code = this.#source.get(this.#cid)
      this.#source = undefined
    }
    return this.#code
  }

  /** What `prepare` makes of the code; it is always called with the same function, once. */
  prepared<T>(prepare: (code: Uint8Array) => T): T {
    return (this.#prepared ??= prepare(this.code)) as T
  }

  /** CID of the block; with `sink`, also writes it. */
  cid(sink?: BlockSink): Cid {
    if (this.#cid === undefined) {
      countBlock(this.code.length)
      this.#cid = cidOf(this.code, CODEC.raw)
    }
    sink?.put(this.#cid, this.code)
    return this.#cid
  }
}

/** On the wire a link. */
export const bytecode: Codec<Bytecode> = {
  name: 'bytecode',
  encode: (value, out) => out.cid(value.cid(out.sink)),
  decode: (input) => Bytecode.at(input.cid('a link to bytecode'), input.source),
}
