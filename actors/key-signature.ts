/** Signatures that messages carry for an account to judge. */
import { DecodeError } from '../primitives/cbor.ts'
import { byteString, type Codec } from '../primitives/codec.ts'
import { signature, type Signature, signatureTypeOf } from '../primitives/signature.ts'

/**
 * A signature by a secp256k1 or BLS key, of any length. Other kinds do not decode, as in ref-fvm
 * `shared/src/crypto/signature.rs`.
 */
export const keySignature: Codec<Signature> = {
  ...signature,
  name: 'key signature',
  decode(input) {
    const bytes = byteString.decode(input)
    const type = signatureTypeOf(bytes[0] ?? 0)
    if (type === undefined || type === 'delegated')
      throw new DecodeError('signature: type byte must be 1 or 2')
    return { type, data: bytes.subarray(1) }
  },
}
