/** Secret keys that are a function of a seed, for accounts, workers and beacons of a run. */
import { utf8 } from '../bytes.ts'
import { blake2bKeyed } from './hash.ts'

/** A BLS secret, 32 bytes little-endian. */
export function blsSecretFromSeed(seed: Uint8Array): Uint8Array {
  const secret = blake2bKeyed(32, BLS_KEY, seed)
  // Below 2²⁵⁴, and so below the group order.
  secret[31] = secret[31]! & 0x3f
  return secret
}

/** A secp256k1 secret, 32 bytes big-endian. */
export function secp256k1SecretFromSeed(seed: Uint8Array): Uint8Array {
  const secret = blake2bKeyed(32, SECP256K1_KEY, seed)
  // Below 2²⁵⁵, and so below the group order.
  secret[0] = secret[0]! & 0x7f
  return secret
}

const BLS_KEY = utf8('pithead bls secret')
const SECP256K1_KEY = utf8('pithead secp256k1 secret')
