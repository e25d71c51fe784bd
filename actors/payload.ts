/**
 * What travels between actors: parameters and return values. A payload made by an actor carries the live value,
 * which the receiver takes as it is; bytes are made only when somebody needs them (a receipt, a trace, gas).
 */
import { CODEC } from '../primitives/cid.ts'
import { DecodeError } from '../primitives/cbor.ts'
import { byteString, type Codec, decode, encode } from '../primitives/codec.ts'
import { ActorError } from './errors.ts'
import { ExitCode } from './exit-codes.ts'

export class Payload {
  /** IPLD codec of the bytes: CBOR, or raw. */
  readonly ipldCodec: number
  #bytes: Uint8Array | undefined
  readonly #codec: Codec<unknown> | undefined
  readonly #value: unknown

  private constructor(
    ipldCodec: number,
    bytes?: Uint8Array,
    codec?: Codec<unknown>,
    value?: unknown,
  ) {
    this.ipldCodec = ipldCodec
    this.#bytes = bytes
    this.#codec = codec
    this.#value = value
  }

  /** A live value; it must not be changed afterwards. */
  static of<T>(codec: Codec<T>, value: T): Payload {
    return new Payload(CODEC.cbor, undefined, codec as Codec<unknown>, value)
  }

  /** A live value whose links lead to blocks the receiver may read (DAG-CBOR). */
  static linked<T>(codec: Codec<T>, value: T): Payload {
    return new Payload(CODEC.dagCbor, undefined, codec as Codec<unknown>, value)
  }

  /** Bytes as they came in a message. */
  static raw(bytes: Uint8Array, ipldCodec: number = CODEC.cbor): Payload {
    return new Payload(ipldCodec, bytes)
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= encode(this.#codec!, this.#value))
  }

  /** The value as `codec` reads it. @throws ActorError `Serialization` when the bytes are something else. */
  as<T>(codec: Codec<T>): T {
    if (this.#codec === (codec as Codec<unknown>)) return this.#value as T
    // Raw bytes are a byte string that stands by itself.
    if (this.ipldCodec === CODEC.raw && codec === (byteString as unknown)) return this.bytes as T
    if (this.ipldCodec !== CODEC.cbor && this.ipldCodec !== CODEC.dagCbor)
      throw new ActorError(
        ExitCode.Serialization,
        `cannot decode codec 0x${this.ipldCodec.toString(16)}`,
      )
    try {
      return decode(codec, this.bytes)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      throw new ActorError(
        ExitCode.Serialization,
        `failed to deserialize ${codec.name}: ${error.message}`,
      )
    }
  }
}
