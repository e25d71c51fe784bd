/**
 * Recoverable ECDSA over secp256k1, for f1 and f410 senders: 65-byte signatures r ‖ s ‖ v with v from 0 to 3, as Filecoin
 * carries them. The secp256k1 package is native where it has a binary and falls back to JavaScript by itself.
 */
import secp256k1 from 'secp256k1'
import { InvalidInput } from '../invalid-input.ts'

/** 65 bytes, uncompressed. @throws InvalidInput unless `secret` is 32 bytes between 1 and the group order. */
export function publicKeyFromSecret(secret: Uint8Array): Uint8Array {
  return Uint8Array.from(secp256k1.publicKeyCreate(checkedSecret(secret), false))
}

/**
 * Deterministic (RFC 6979), with s in the lower half.
 *
 * @throws InvalidInput for a bad secret or a digest that has not 32 bytes.
 */
export function sign(secret: Uint8Array, digest: Uint8Array): Uint8Array {
  if (digest.length !== 32) throw new InvalidInput('digest', `${digest.length} bytes, not 32`)
  const { signature, recid } = secp256k1.ecdsaSign(digest, checkedSecret(secret))
  const out = new Uint8Array(65)
  out.set(signature)
  out[64] = recid
  return out
}

/**
 * The uncompressed public key, 65 bytes, under which `signature` signs `digest`; undefined where there is none, or for other
 * lengths. An s in the upper half is accepted, as ref-fvm `recover_secp_public_key` does for Ethereum.
 */
export function recover(digest: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  const v = signature[64]
  if (digest.length !== 32 || signature.length !== 65 || v === undefined || v > 3) return undefined
  try {
    return Uint8Array.from(secp256k1.ecdsaRecover(signature.subarray(0, 64), v, digest, false))
  } catch {
    return undefined
  }
}

function checkedSecret(secret: Uint8Array): Uint8Array {
  if (secret.length !== 32) throw new InvalidInput('secret', `${secret.length} bytes, not 32`)
  if (!secp256k1.privateKeyVerify(secret)) throw new InvalidInput('secret', 'out of range')
  return secret
}
