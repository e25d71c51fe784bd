// Goal: commitments over pieces are roots of one binary tree over the whole sector. Method: the tree over all its leaves,
// built the slow way, for random layouts; then sizes and CIDs that cannot be.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../primitives/bytes.ts'
import { cidOf } from '../../primitives/cid.ts'
import {
  commitmentCid,
  commitmentOfCid,
  commitmentOfReplicaCid,
  nodeHash,
  replicaCid,
  unsealedCid,
  zeroCommitment,
  zeroDataCid,
} from '../../primitives/data-commitment.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { seed } from '../support/seed.ts'

const LEAF = 32

/** Root over whole data, leaf by leaf. */
function rootOf(data: Uint8Array): Uint8Array {
  let layer = Array.from({ length: data.length / LEAF }, (_, i) =>
    data.subarray(i * LEAF, (i + 1) * LEAF),
  )
  while (layer.length > 1)
    layer = Array.from({ length: layer.length / 2 }, (_, i) =>
      nodeHash(layer[2 * i]!, layer[2 * i + 1]!),
    )
  return layer[0]!
}

test('a sector of pieces has the root of the tree over all its bytes', () => {
  const piece = fc.record({ exponent: fc.integer({ min: 7, max: 10 }), fill: fc.nat(255) })
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (layout) => {
      const sector = new Uint8Array(8192)
      let at = 0
      const pieces = layout.map(({ exponent, fill }) => {
        const data = Uint8Array.from({ length: 2 ** exponent }, (_, i) => (fill + i * 7) & 0x3f)
        at = Math.ceil(at / data.length) * data.length
        sector.set(data, at)
        at += data.length
        return { size: BigInt(data.length), cid: commitmentCid(rootOf(data)) }
      })
      assert.is(unsealedCid(8192n, pieces).toString(), commitmentCid(rootOf(sector)).toString())
    }),
    { seed, numRuns: 60 },
  )
})

test('a sector without pieces is all zero', () => {
  assert.equal(zeroCommitment(8192n), rootOf(new Uint8Array(8192)))
  assert.ok(unsealedCid(8192n, []).equals(zeroDataCid(8192n)))
  assert.is(toHex(zeroCommitment(32n)), '00'.repeat(32))
})

test('a piece that fills the sector is its commitment', () => {
  const cid = commitmentCid(new Uint8Array(32).fill(9))
  assert.ok(unsealedCid(2048n, [{ size: 2048n, cid }]).equals(cid))
})

test('the order of pieces matters', () => {
  const [a, b] = [1, 2].map((n) => ({
    size: 1024n,
    cid: commitmentCid(new Uint8Array(32).fill(n)),
  }))
  assert.not.ok(unsealedCid(2048n, [a!, b!]).equals(unsealedCid(2048n, [b!, a!])))
})

test('pieces that do not fit are refused by name', () => {
  const cid = commitmentCid(new Uint8Array(32))
  const cases: [bigint, bigint[], string][] = [
    [2048n, [1024n, 1024n, 128n], 'pieces[2]'],
    [2048n, [128n, 2048n], 'pieces[1]'],
    [2048n, [4096n], 'pieces[0]'],
    [2048n, [1000n], 'pieces[0].size'],
    [2048n, [1024n, 64n], 'pieces[1].size'],
    [2048n, [0n], 'pieces[0].size'],
    [2048n, [-128n], 'pieces[0].size'],
    [2000n, [128n], 'sectorSize'],
    [0n, [], 'sectorSize'],
  ]
  for (const [sector, sizes, field] of cases)
    assert.throws(
      () =>
        unsealedCid(
          sector,
          sizes.map((size) => ({ size, cid })),
        ),
      (error: unknown) => error instanceof InvalidInput && error.field === field,
      `${sector} ${sizes}`,
    )
})

test('commitments come back from their CIDs, and other CIDs are refused', () => {
  const commitment = new Uint8Array(32).fill(3)
  assert.equal(commitmentOfCid(commitmentCid(commitment)), commitment)
  assert.equal(commitmentOfReplicaCid(replicaCid(commitment)), commitment)
  const block = cidOf(new Uint8Array(1))
  for (const refused of [
    () => commitmentOfCid(replicaCid(commitment)),
    () => commitmentOfReplicaCid(commitmentCid(commitment)),
    () => commitmentOfCid(block),
    () => commitmentCid(new Uint8Array(31)),
    () => unsealedCid(2048n, [{ size: 128n, cid: block }]),
  ])
    assert.throws(refused, (error: unknown) => error instanceof InvalidInput)
})

test.run()
