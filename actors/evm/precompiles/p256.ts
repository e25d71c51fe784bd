/** P256VERIFY: whether a signature by an ECDSA key on the curve P-256 holds (EIP-7951). */
import { lazily } from '../../../primitives/crypto/lazy.ts'
import { integerOf } from './input.ts'
import { type Charge, computed, truth } from './precompile.ts'

const library = lazily<typeof import('@noble/curves/nist.js')>('@noble/curves/nist')

const LENGTH = 160
const NOTHING = new Uint8Array()

/** Hash, r, s, x and y of 32 bytes each; anything else, and what does not hold, gives nothing. */
export const p256verify = computed('p256Verify', (input, charge) =>
  input.length === LENGTH && verifies(input, charge) ? truth(true) : NOTHING,
)

/** Estimate of what the released actor's library costs. */
const GAS = 105_000_000

function verifies(input: Uint8Array, charge: Charge): boolean {
  const { p256 } = library()
  const [hash, signature] = [input.slice(0, 32), input.slice(32, 96)]
  const key = new Uint8Array(65)
  key[0] = 4
  key.set(input.subarray(96), 1)
  if (!isSignature(signature) || !isKey(key)) return false
  charge(GAS)
  try {
    return p256.verify(signature, hash, key, {
      prehash: false,
      lowS: false,
      format: 'compact',
    })
  } catch {
    return false
  }
}

/** Whether both numbers are from 1 to the order of the curve. */
function isSignature(signature: Uint8Array): boolean {
  const { ORDER } = library().p256.Point.Fn
  const [r, s] = [integerOf(signature.subarray(0, 32)), integerOf(signature.subarray(32))]
  return r > 0n && r < ORDER && s > 0n && s < ORDER
}

/** Whether a key is a point of the curve. */
function isKey(key: Uint8Array): boolean {
  try {
    library().p256.Point.fromBytes(key)
    return true
  } catch {
    return false
  }
}
