/**
 * Signing and checking bytes as accounts do it, by kind: secp256k1 over their BLAKE2b-256, BLS over the bytes as they are,
 * delegated (Ethereum) over their Keccak-256. Reference: Lotus `lib/sigs`, ref-fvm `shared/src/crypto/signature.rs`.
 */
import { type Address, PROTOCOL, secp256k1Address } from './address.ts'
import { bls } from './crypto/bls.ts'
import { blake2b256, keccak256 } from './crypto/hash.ts'
import { recover, sign } from './crypto/secp256k1.ts'
import { ethAddressOfPublicKey, filecoinAddressOf } from './eth-address.ts'
import type { Signature, SignatureType } from './signature.ts'

const BLS_LENGTH = 96
const SECP256K1_LENGTH = 65

/** The kind of signature that accounts with this address make; undefined for f0 and f2, whose key is not in the address. */
export function signatureTypeOfAddress({ protocol }: Address): SignatureType | undefined {
  if (protocol === PROTOCOL.secp256k1) return 'secp256k1'
  if (protocol === PROTOCOL.bls) return 'bls'
  return protocol === PROTOCOL.delegated ? 'delegated' : undefined
}

/** Signs `plaintext` with a 32-byte secret key; a BLS one is little-endian, as Lotus keeps it. */
export function signBytes(
  type: SignatureType,
  secret: Uint8Array,
  plaintext: Uint8Array,
): Signature {
  if (type === 'bls') return { type, data: bls().sign(secret, plaintext) }
  return { type, data: sign(secret, digestOf(type, plaintext)) }
}

/** Whether `signature` is that of `signer`, an f1, f3 or f410 address, over `plaintext`. */
export function verifySignature(
  { type, data }: Signature,
  signer: Address,
  plaintext: Uint8Array,
): boolean {
  if (signatureTypeOfAddress(signer) !== type) return false
  if (type === 'bls')
    return data.length === BLS_LENGTH && bls().verify(signer.payload, plaintext, data)
  if (data.length !== SECP256K1_LENGTH) return false
  const publicKey = recover(digestOf(type, plaintext), data)
  if (!publicKey) return false
  const account =
    type === 'secp256k1'
      ? secp256k1Address(publicKey)
      : filecoinAddressOf(ethAddressOfPublicKey(publicKey))
  return account.equals(signer)
}

function digestOf(type: 'secp256k1' | 'delegated', plaintext: Uint8Array): Uint8Array {
  return type === 'secp256k1' ? blake2b256(plaintext) : keccak256(plaintext)
}
