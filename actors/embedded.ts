/**
 * CBOR that a message carries for somebody further on: a byte string on the wire, a live value on the way. What one actor
 * wraps and another unwraps is neither encoded nor decoded, unless somebody asks for the bytes.
 */
import { CODEC } from '../primitives/cid.ts'
import { byteString, type Codec } from '../primitives/codec.ts'
import { Payload } from './payload.ts'

/** `RawBytes` of the reference. Foreign bytes are not looked at until the payload is read as something. */
export const embedded: Codec<Payload> = {
  name: 'embedded CBOR',
  encode: (value, out) => out.bytes(value.bytes),
  decode: (input) => Payload.raw(byteString.decode(input)),
}

/** No bytes at all. */
export const NO_BYTES = Payload.raw(new Uint8Array())

/** Return data of a call as a payload to embed, whichever codec the callee named for it. */
export function embeddedReturn(ret: Payload | null): Payload {
  if (ret === null) return NO_BYTES
  return ret.ipldCodec === CODEC.cbor ? ret : Payload.raw(ret.bytes)
}
