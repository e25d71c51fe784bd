/**
 * The verifiable random function behind tickets and elections. Real: a BLS signature by the miner's worker key, which nobody
 * can foresee and everybody can check. Modelled: a keyed hash of the public key and the input, with the same distribution
 * and a thousandth of the cost, for runs over years; it is unforeseeable only to those who do not compute it.
 */
import { boundedCache } from '../../primitives/bounded-cache.ts'
import { bytesKey, equalBytes, utf8 } from '../../primitives/bytes.ts'
import { bls } from '../../primitives/crypto/bls.ts'
import { blake2b512, blake2bKeyed } from '../../primitives/crypto/hash.ts'

export interface Vrf {
  readonly name: 'real' | 'modelled'
  /** 48 bytes, the payload of the worker's f3 address. `secret` has 32 bytes. */
  publicKey(secret: Uint8Array): Uint8Array
  /** The proof, 96 bytes: the same for the same secret and input. */
  prove(secret: Uint8Array, input: Uint8Array): Uint8Array
  /** Whether `proof` is the one proof for this key and input. */
  verify(publicKey: Uint8Array, input: Uint8Array, proof: Uint8Array): boolean
}

export const realVrf: Vrf = {
  name: 'real',
  publicKey: (secret) => bls().publicKey(secret),
  prove: (secret, input) => bls().sign(secret, input),
  verify: (publicKey, input, proof) => bls().verify(publicKey, input, proof),
}

export const modelledVrf: Vrf = {
  name: 'modelled',
  publicKey: modelledPublicKey,
  prove: (secret, input) => modelledProof(modelledPublicKey(secret), input),
  verify: (publicKey, input, proof) =>
    publicKey.length === 48 && equalBytes(modelledProof(publicKey, input), proof),
}

const PUBLIC_KEY = utf8('pithead modelled public key')
const publicKeys = boundedCache<string, Uint8Array>(16_384)

function modelledPublicKey(secret: Uint8Array): Uint8Array {
  const id = bytesKey(secret)
  return publicKeys.get(id) ?? publicKeys.set(id, blake2bKeyed(48, PUBLIC_KEY, secret))
}

function modelledProof(publicKey: Uint8Array, input: Uint8Array): Uint8Array {
  const proof = new Uint8Array(96)
  const digest = blake2b512(publicKey, input)
  proof.set(digest)
  // All of its chance is in the first 64 bytes; the rest is there for the length.
  proof.set(digest.subarray(32), 64)
  return proof
}
