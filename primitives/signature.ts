/**
 * Signatures as the chain stores them: one byte for the kind, then the bytes. Headers, messages, deal proposals
 * and payment vouchers share this form. Reference: go-state-types `crypto/signature.go`, ref-fvm `shared/src/crypto/signature.rs`.
 */
import { concatBytes } from './bytes.ts'
import { DecodeError } from './cbor.ts'
import { byteString, type Codec } from './codec.ts'

export type SignatureType = 'secp256k1' | 'bls' | 'delegated'

export interface Signature {
  readonly type: SignatureType
  /** 65 bytes r‖s‖v for secp256k1, 96 for BLS; for delegated ones see engine/chain/eth-transaction.ts. */
  readonly data: Uint8Array
}

/** Number of each kind on the wire and in Lotus' JSON. */
export const SIGNATURE_TYPE = { secp256k1: 1, bls: 2, delegated: 3 } as const

const MAX_SIGNATURE_LENGTH = 200

/** The kind that has this number, if any. */
export function signatureTypeOf(n: number): SignatureType | undefined {
  return n === 1 ? 'secp256k1' : n === 2 ? 'bls' : n === 3 ? 'delegated' : undefined
}

/** Kind byte and data in one string. */
export function signatureBytes({ type, data }: Signature): Uint8Array {
  return concatBytes(Uint8Array.of(SIGNATURE_TYPE[type]), data)
}

/** @throws DecodeError when it is empty, longer than 200 bytes, or of an unknown kind. */
export function signatureFromBytes(bytes: Uint8Array): Signature {
  if (bytes.length === 0) throw new DecodeError('signature: no bytes')
  if (bytes.length > MAX_SIGNATURE_LENGTH)
    throw new DecodeError(`signature: ${bytes.length} bytes, at most ${MAX_SIGNATURE_LENGTH}`)
  const type = signatureTypeOf(bytes[0]!)
  if (type === undefined) throw new DecodeError(`signature: unknown type ${bytes[0]}`)
  return { type, data: bytes.slice(1) }
}

export const signature: Codec<Signature> = {
  name: 'signature',
  encode: (value, out) => out.bytes(signatureBytes(value)),
  decode: (input) => signatureFromBytes(byteString.decode(input)),
}
