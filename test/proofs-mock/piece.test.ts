// Goal: CommP, fr32 and CommD are the protocol's. Method: random data of random sizes against a library written by others;
// a sector's layer against the tree over all of its bytes; inclusion proofs against both.
import { Fr32, Piece } from '@web3-storage/data-segment'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  commitmentCid,
  commitmentOfCid,
  unsealedCid,
  zeroDataCid,
} from '../../primitives/data-commitment.ts'
import { toHex } from '../../primitives/bytes.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { Prng } from '../../primitives/prng.ts'
import { fr32Pad, fr32Unpad } from '../../proofs-mock/fr32.ts'
import { buildTree, rootOf, shaNode } from '../../proofs-mock/merkle.ts'
import { fillerPiece, paddedPieceSize, pieceLayer, pieceOf } from '../../proofs-mock/piece.ts'
import {
  provePieceInclusion,
  sectorData,
  verifyPieceInclusion,
} from '../../proofs-mock/sector-data.ts'
import { seed } from '../support/seed.ts'

/** CommP as the library computes it, hex. It takes no less than 65 bytes. */
const oracle = (data: Uint8Array): { root: string; size: bigint } => {
  const piece = Piece.fromPayload(data)
  return { root: toHex(piece.root), size: BigInt(32) << BigInt(piece.height) }
}

function assertCommP(data: Uint8Array): void {
  const piece = pieceOf(data)
  const expected = oracle(data)
  assert.is(toHex(commitmentOfCid(piece.cid)), expected.root, `${data.length} bytes`)
  assert.is(piece.size, expected.size)
}

test('CommP of data of any size is what an independent library says', () => {
  const prng = new Prng(`pieces ${seed}`)
  for (const length of [65, 127, 128, 254, 255, 1016, 1017, 2032, 130_048])
    assertCommP(prng.bytes(length))
  for (let exponent = 7; exponent < 23; exponent++)
    assertCommP(prng.bytes(2 ** exponent + prng.below(2 ** exponent)))
})

test('CommP of 8 MiB is what an independent library says', () => {
  assertCommP(new Prng(`large piece ${seed}`).bytes((8 << 20) - 65_536))
})

test('fr32 pads as an independent library does, and gives the data back', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 4, 8, 16), fc.nat(), (chunks, chance) => {
      const data = new Prng(`fr32 ${chance}`).bytes(chunks * 127)
      const padded = fr32Pad(data)
      const expected = new Uint8Array(padded.length)
      Fr32.pad(data, expected)
      assert.is(toHex(padded), toHex(expected))
      assert.is(toHex(fr32Unpad(padded)), toHex(data))
    }),
    { seed, numRuns: 100 },
  )
})

test('filler of any size is a block again and again', () => {
  const block = new Prng('filler').bytes(127)
  for (const size of [128n, 256n, 4096n, 1n << 20n]) {
    const data = new Uint8Array(Number((size / 128n) * 127n))
    for (let at = 0; at < data.length; at += 127) data.set(block, at)
    const filler = fillerPiece(new Prng('filler'), size)
    assert.is(toHex(commitmentOfCid(filler.cid)), oracle(data).root)
    assert.is(filler.size, size)
    const whole = pieceOf(data)
    const height = Math.log2(Number(size)) - 7
    assert.equal(pieceLayer(filler, height), pieceLayer(whole, height))
  }
  assert.is(fillerPiece(new Prng('filler'), 32n << 30n).size, 32n << 30n)
})

test('a sector of pieces has their CommD, and its layer is one of the tree over all bytes', () => {
  const layout = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(layout, fc.constantFrom(8, 64, 512), fc.nat(), (lengths, nodes, chance) => {
      const prng = new Prng(`sector ${chance}`)
      const sizes = lengths.map(paddedPieceSize)
      const sector = new Uint8Array(16_384)
      let filled = 0
      const pieces = []
      for (const [i, length] of lengths.entries()) {
        const size = Number(sizes[i]!)
        const offset = Math.ceil(filled / size) * size
        if (offset + size > sector.length) break
        const data = prng.bytes(length)
        const unpadded = new Uint8Array((size / 128) * 127)
        unpadded.set(data)
        sector.set(fr32Pad(unpadded), offset)
        pieces.push(pieceOf(data))
        filled = offset + size
      }
      let layer: Uint8Array = sector
      while (layer.length > nodes * 32) layer = shaNode.layer(layer)
      const made = sectorData(16_384n, nodes, pieces)
      assert.equal(made.tree.subarray(0, nodes * 32), layer)
      assert.equal(commitmentOfCid(made.commD), rootOf(made.tree))
      assert.equal(rootOf(made.tree), rootOf(buildTree(sector, shaNode)))
    }),
    { seed, numRuns: 60 },
  )
})

test('a sector without pieces is zeros, whatever its size', () => {
  for (const size of [2048n, 8n << 20n, 32n << 30n, 64n << 30n]) {
    const { commD, tree } = sectorData(size, 64, [])
    assert.ok(commD.equals(zeroDataCid(size)))
    assert.equal(commitmentOfCid(commD), rootOf(tree))
  }
})

test('a 32 GiB sector takes a small piece and filler', () => {
  const size = 32n << 30n
  const prng = new Prng('deal')
  const pieces = [pieceOf(prng.bytes(100_000)), fillerPiece(prng, 16n << 30n)]
  const { commD, tree } = sectorData(size, 128, pieces)
  assert.ok(commD.equals(unsealedCid(size, pieces)))
  assert.equal(commitmentOfCid(commD), rootOf(tree))
})

test('inclusion of a piece in a sector is proven for that piece, place and sector only', () => {
  const prng = new Prng(`inclusion ${seed}`)
  const pieces = [300, 2000, 100, 120, 900].map((length) => pieceOf(prng.bytes(length)))
  const commD = unsealedCid(16_384n, pieces)
  for (const [i, piece] of pieces.entries()) {
    const proof = provePieceInclusion(16_384n, pieces, i)
    assert.ok(verifyPieceInclusion(16_384n, commD, piece, proof), `piece ${i}`)
    const refused = [
      verifyPieceInclusion(16_384n, zeroDataCid(16_384n), piece, proof),
      verifyPieceInclusion(32_768n, commD, piece, proof),
      verifyPieceInclusion(16_384n, commD, { ...piece, size: piece.size * 2n }, proof),
      verifyPieceInclusion(16_384n, commD, pieces[(i + 1) % 5]!, proof),
      verifyPieceInclusion(16_384n, commD, piece, { ...proof, index: proof.index ^ 1 }),
      verifyPieceInclusion(16_384n, commD, piece, { ...proof, path: proof.path.slice(1) }),
    ]
    assert.not.ok(refused.includes(true), `piece ${i}: ${refused.join()}`)
  }
})

test('bad pieces are refused by name', () => {
  const piece = pieceOf(new Uint8Array(1000))
  const cases: [() => unknown, string][] = [
    [() => pieceOf(new Uint8Array(0)), 'data'],
    [() => fr32Pad(new Uint8Array(128)), 'data'],
    [() => fr32Unpad(new Uint8Array(127)), 'padded'],
    [() => fillerPiece(new Prng('x'), 96n), 'size'],
    [() => fillerPiece(new Prng('x'), 384n), 'size'],
    [() => sectorData(2048n, 64, [piece, piece, piece]), 'pieces[2]'],
    [() => provePieceInclusion(2048n, [piece], 1), 'index'],
    [() => provePieceInclusion(512n, [piece], 0), 'pieces[0]'],
    [() => pieceLayer(pieceOf(new Uint8Array(1 << 20)), 0), 'height'],
    [
      () => sectorData(1024n, 32, [{ ...piece, cid: commitmentCid(new Uint8Array(31)) }]),
      'commitment',
    ],
  ]
  for (const [refused, field] of cases)
    assert.throws(
      refused,
      (error: unknown) => error instanceof InvalidInput && error.field === field,
      field,
    )
})

test.run()
