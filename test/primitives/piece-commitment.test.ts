// Goal: CommP of data of any length, in any parts. Method: the kernel's twin bit by bit and node by node for small data; for
// large, the sector that the piece fills.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../primitives/bytes.ts'
import { FR32_SPAN } from '../../primitives/crypto/hash.ts'
import { commitmentCid, unsealedCid, zeroCommitment } from '../../primitives/data-commitment.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import {
  commitmentOfRoots,
  pieceCommitment,
  PieceHasher,
} from '../../primitives/piece-commitment.ts'
import { fr32Twin, truncatedLayerTwin } from '../../wasm/sha256-twin.ts'
import { seed } from '../support/seed.ts'

const arbitrary = (length: number, salt = 0) =>
  Uint8Array.from({ length }, (_, i) => Math.imul(i + salt, 0x9e3779b1) >>> 13)

function twin(data: Uint8Array): Uint8Array {
  const chunks = 2 ** Math.ceil(Math.log2(Math.ceil(data.length / 127)))
  const whole = new Uint8Array(127 * chunks)
  whole.set(data)
  let layer = fr32Twin(whole)
  while (layer.length > 32) layer = truncatedLayerTwin(layer)
  return layer
}

test('small data, of every kind of length', () => {
  const edges = [1, 126, 127, 128, 254, 255, 381, 508, 509, 1016, 1017]
  for (const length of edges) {
    const { size, commitment } = pieceCommitment(arbitrary(length))
    assert.is(toHex(commitment), toHex(twin(arbitrary(length))), `${length} bytes`)
    assert.is(size, BigInt(128 * 2 ** Math.ceil(Math.log2(Math.ceil(length / 127)))))
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.nat(), (length, salt) => {
      const data = arbitrary(length, salt)
      assert.equal(pieceCommitment(data).commitment, twin(data))
    }),
    { seed, numRuns: 30 },
  )
})

test('a piece of several spans is the sector of its halves', () => {
  for (const spans of [2, 3, 4, 5, 8]) {
    const data = arbitrary(spans * FR32_SPAN - 77, spans)
    const whole = pieceCommitment(data)
    const half = Number(whole.size / 2n / 128n) * 127
    const left = pieceCommitment(data.subarray(0, half))
    const right = new Uint8Array(half)
    right.set(data.subarray(half))
    const pieces = [left, pieceCommitment(right)].map(({ size, commitment }) => ({
      size,
      cid: commitmentCid(commitment),
    }))
    assert.is(
      commitmentCid(whole.commitment).toString(),
      unsealedCid(whole.size, pieces).toString(),
      `${spans} spans`,
    )
  }
})

test('zeros have the commitment of zeros', () => {
  for (const length of [1, 127, 5000, FR32_SPAN, 3 * FR32_SPAN + 1]) {
    const { size, commitment } = pieceCommitment(new Uint8Array(length))
    assert.equal(commitment, zeroCommitment(size), `${length} bytes`)
  }
})

test('data in parts is the same data', () => {
  const cuts = fc.array(fc.nat({ max: 4 * FR32_SPAN }), { maxLength: 6 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 * FR32_SPAN }), cuts, (length, cuts) => {
      const data = arbitrary(length)
      const hasher = new PieceHasher()
      const ends = [...cuts.map((cut) => Math.min(cut, length)), length].sort((a, b) => a - b)
      ends.forEach((end, i) => hasher.update(data.subarray(ends[i - 1] ?? 0, end)))
      assert.equal(hasher.finish(), pieceCommitment(data))
    }),
    { seed, numRuns: 20 },
  )
})

test('one root is its own commitment, and no data has none', () => {
  const root = arbitrary(32)
  assert.equal(commitmentOfRoots([root]), { size: 65_536n, commitment: root })
  for (const hasher of [new PieceHasher(), new PieceHasher().update(new Uint8Array(0))])
    assert.throws(
      () => hasher.finish(),
      (error: unknown) => error instanceof InvalidInput && error.field === 'data',
    )
})

test.run()
