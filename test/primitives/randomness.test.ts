// Randomness is the hash of exactly what the protocol says, for every epoch and tag.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { InvariantError } from '../../primitives/assert.ts'
import { concatBytes, int64be, toHex } from '../../primitives/bytes.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import {
  DomainSeparationTag,
  drawRandomness,
  randomnessDigest,
} from '../../primitives/randomness.ts'
import { seed } from '../support/seed.ts'

test('a draw hashes tag, digest, epoch and entropy', () => {
  const epochs = fc.oneof(
    fc.maxSafeInteger(),
    fc.constantFrom(0, -1, 2 ** 31, 2 ** 32, 2 ** 32 - 1, -(2 ** 32), -(2 ** 32) - 1),
  )
  const digests = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(epochs, digests, fc.uint8Array(), fc.nat(20), (epoch, digest, entropy, tag) => {
      const whole = concatBytes(int64be(tag), digest, int64be(epoch), entropy)
      assert.is(toHex(drawRandomness(digest, tag, epoch, entropy)), toHex(blake2b256(whole)))
    }),
    { seed, numRuns: 300 },
  )
})

test('the tags are the protocol’s', () => {
  assert.equal(Object.values(DomainSeparationTag), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  assert.is(DomainSeparationTag.WindowedPoStDeadlineAssignment, 7)
  assert.is(DomainSeparationTag.EvmPrevRandao, 10)
})

test('only a digest of 32 bytes and whole epochs are drawn from', () => {
  const digest = randomnessDigest(Uint8Array.of(1))
  for (const use of [
    () => drawRandomness(digest.subarray(1), 1, 1, digest),
    () => drawRandomness(digest, 1, 0.5, digest),
    () => drawRandomness(digest, NaN, 1, digest),
  ])
    assert.throws(use, (error: unknown) => error instanceof InvariantError)
})

test.run()
