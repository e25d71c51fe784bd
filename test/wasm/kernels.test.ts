// Goal: each kernel computes what its twin in plain TypeScript does, whatever the input, and leaves nothing behind that the
// next call could see. The twins are held to the libraries first.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concatBytes, toHex, utf8 } from '../../primitives/bytes.ts'
import {
  blake2b256Many,
  blake2bLayer,
  blake2bReference,
  FR32_SPAN,
  fr32Pad,
  fr32Roots,
  sha256TruncatedLayer,
} from '../../primitives/crypto/hash.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { type LayerEngine, nativeLayer } from '../../primitives/crypto/sha256-layers.ts'
import { InvariantError } from '../../primitives/assert.ts'
import { BLAKE2B_BATCH, blake2bParameter, createBlake2bKernel } from '../../wasm/blake2b-kernel.ts'
import { blake2bTwin } from '../../wasm/blake2b-twin.ts'
import { createSha256Kernel } from '../../wasm/sha256-kernel.ts'
import { fr32Twin, sha256Twin, truncatedLayerTwin } from '../../wasm/sha256-twin.ts'
import { seed } from '../support/seed.ts'

await initCrypto()

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
const run = (property: fc.IRawProperty<unknown>, numRuns: number) =>
  fc.assert(property, { seed, numRuns })
const arbitrary = (length: number, salt = 0) =>
  Uint8Array.from({ length }, (_, i) => Math.imul(i + salt, 0x9e3779b1) >>> 13)

test('the twins are BLAKE2b and SHA-256', () => {
  run(
    fc.property(bytes(400), fc.integer({ min: 16, max: 64 }), (data, length) => {
      assert.equal(blake2bTwin(length, data), blake2bReference(length, data))
      assert.is(toHex(sha256Twin(data)), createHash('sha256').update(data).digest('hex'))
    }),
    100,
  )
})

test('one-shot hashes, one after another in the same kernel', () => {
  const [blake2b, sha256] = [createBlake2bKernel(), createSha256Kernel()]
  run(
    fc.property(bytes(700), fc.integer({ min: 1, max: 64 }), (data, length) => {
      blake2b.bytes.set(data, blake2b.input)
      blake2b.hash(blake2bParameter(length), data.length)
      assert.equal(blake2b.bytes.slice(0, length), blake2bTwin(length, data))
      sha256.bytes.set(data, sha256.input)
      sha256.hash(data.length)
      assert.equal(sha256.bytes.slice(sha256.output, sha256.output + 32), sha256Twin(data))
    }),
    300,
  )
})

test('a hash in pieces', () => {
  const [blake2b, sha256] = [createBlake2bKernel(), createSha256Kernel()]
  const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 })
  run(
    fc.property(cuts, bytes(300), (blocks, last) => {
      const pieces = [...blocks.map((n, i) => arbitrary(128 * n, i)), last]
      // A BLAKE2b hash may not end with nothing, unless nothing was there before.
      if (last.length === 0 && blocks.length > 0) pieces.push(Uint8Array.of(1))
      blake2b.reset(blake2bParameter(32))
      sha256.reset()
      pieces.forEach((piece, i) => {
        const isLast = Number(i === pieces.length - 1)
        if (piece.length === 0 && !isLast) return
        blake2b.bytes.set(piece, blake2b.input)
        blake2b.absorb(piece.length, isLast)
        sha256.bytes.set(piece, sha256.input)
        sha256.absorb(piece.length, isLast)
      })
      const whole = concatBytes(...pieces)
      assert.equal(blake2b.bytes.slice(0, 32), blake2bTwin(32, whole))
      assert.equal(sha256.bytes.slice(sha256.output, sha256.output + 32), sha256Twin(whole))
    }),
    100,
  )
})

test('a batch of blocks hashes as each by itself, in its order', () => {
  run(
    fc.property(fc.array(bytes(400), { maxLength: 40 }), (blocks) => {
      assert.equal(
        blake2b256Many(blocks),
        blocks.map((block) => blake2bTwin(32, block)),
      )
    }),
    60,
  )
})

test('a batch larger than one call takes, with blocks that fill the input or do not fit', () => {
  const short = Array.from({ length: BLAKE2B_BATCH + 3 }, (_, i) => utf8(`block ${i}`))
  const long = [65_536, 65_535, 1, 0, 65_537, 200_000, 40_000, 40_000].map((n) => arbitrary(n))
  const blocks = [...short, ...long, ...short.slice(0, 2)]
  const digests = blake2b256Many(blocks)
  assert.is(digests.length, blocks.length)
  for (const [i, block] of blocks.entries())
    assert.is(toHex(digests[i]!), toHex(blake2bReference(32, block)), `block ${i}`)
})

test('the native addon for large layers gives what the kernel gives', async () => {
  const addon = nativeLayer()
  const by = async (sha256Layers: LayerEngine, use: () => Uint8Array) => {
    await initCrypto({ sha256Layers: addon ? sha256Layers : 'wasm' })
    return use()
  }
  const pairs = [1, 15, 16, 17, 31, 32, 33, 64, 500, 1024, 3000]
  for (const nodes of pairs.map((n) => arbitrary(64 * n, n)))
    assert.equal(
      await by('hashtree', () => sha256TruncatedLayer(nodes)),
      await by('wasm', () => sha256TruncatedLayer(nodes)),
    )
  for (let height = 0; height <= 9; height++) {
    const span = 127 * 2 ** height
    for (const length of [1, span - 1, span, span + 1, 3 * span]) {
      const data = arbitrary(length, height)
      assert.equal(
        await by('hashtree', () => fr32Roots(data, span)),
        await by('wasm', () => fr32Roots(data, span)),
        `${length} bytes in spans of ${span}`,
      )
    }
  }
  await initCrypto({ sha256Layers: addon ? 'hashtree' : 'wasm' })
})

test('Merkle layers of every small width, and of several chunks', () => {
  for (const pairs of [...Array(20).keys(), 1023, 1024, 1025, 2500]) {
    const nodes = arbitrary(64 * pairs, pairs)
    const pair = (i: number) => nodes.subarray(64 * i, 64 * i + 64)
    const parents = Array.from({ length: pairs }, (_, i) => blake2bTwin(32, pair(i)))
    assert.equal(blake2bLayer(nodes), concatBytes(...parents), `${pairs} pairs`)
    for (const parent of parents) parent[31]! &= 0x3f
    assert.equal(blake2bLayer(nodes, true), concatBytes(...parents), `${pairs} pairs, truncated`)
    if (pairs < 1024)
      assert.equal(sha256TruncatedLayer(nodes), truncatedLayerTwin(nodes), `${pairs} pairs`)
  }
})

test('Fr32 padding, and the root over it', () => {
  run(
    fc.property(fc.integer({ min: 0, max: 30 }), fc.nat(), (chunks, salt) => {
      const data = arbitrary(127 * chunks, salt)
      assert.equal(fr32Pad(data), fr32Twin(data))
    }),
    60,
  )
  for (let height = 0; height <= 6; height++) {
    const data = arbitrary(127 * 2 ** height, height)
    let layer = fr32Twin(data)
    while (layer.length > 32) layer = truncatedLayerTwin(layer)
    assert.equal(fr32Roots(data, data.length), layer, `${2 ** height} chunks`)
  }
  const spans = arbitrary(2 * FR32_SPAN + 1)
  const padded = new Uint8Array(3 * FR32_SPAN)
  padded.set(spans)
  assert.equal(fr32Pad(padded).subarray(0, 128), fr32Twin(spans.subarray(0, 127)))
  assert.equal(fr32Roots(spans), fr32Roots(padded))
  assert.is(fr32Roots(spans).length, 96)
})

test('inputs that are no whole nodes, chunks or spans are refused', () => {
  const refused = (use: () => unknown) =>
    assert.throws(use, (error: unknown) => error instanceof InvariantError)
  refused(() => blake2bLayer(new Uint8Array(96)))
  refused(() => fr32Pad(new Uint8Array(128)))
  for (const span of [0, 64, 127 * 3, 127 * 1024, 128])
    refused(() => fr32Roots(new Uint8Array(127), span))
})

test.run()
