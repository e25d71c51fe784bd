/** P256VERIFY: whether a signature by an ECDSA key on the curve P-256 holds (EIP-7951). */
import { lazily } from '../../../primitives/crypto/lazy.ts'
import { computed, truth } from './precompile.ts'

const library = lazily<typeof import('@noble/curves/nist.js')>('@noble/curves/nist')

const LENGTH = 160
const NOTHING = new Uint8Array()

/** Hash, r, s, x and y of 32 bytes each; anything else, and what does not hold, gives nothing. */
export const p256verify = computed(
  'p256Verify',
  ({ length }) => (length === LENGTH ? 105_000_000 : 0),
  (input) => (input.length === LENGTH && verifies(input) ? truth(true) : NOTHING),
)

function verifies(input: Uint8Array): boolean {
  const key = new Uint8Array(65)
  key[0] = 4
  key.set(input.subarray(96), 1)
  try {
    return library().p256.verify(input.slice(32, 96), input.slice(0, 32), key, {
      prehash: false,
      lowS: false,
      format: 'compact',
    })
  } catch {
    // No point of the curve, or a number out of range.
    return false
  }
}
