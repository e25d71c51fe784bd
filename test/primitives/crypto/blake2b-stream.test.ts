// Goal: what goes wrong with blake2b-wasm's own hashers cannot be reached through streams. Method: each defect is first shown
// on the package, where that is cheap, and then not met by streams.
import Blake2b from 'blake2b-wasm'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concatBytes, toHex, utf8 } from '../../../primitives/bytes.ts'
import { Blake2bStream } from '../../../primitives/crypto/blake2b-stream.ts'
import { blake2b } from '../../../primitives/crypto/hash.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { InvariantError } from '../../../primitives/assert.ts'
import { seed } from '../../support/seed.ts'

await initCrypto()

const filled = (length: number, by: number) => new Uint8Array(length).fill(by)

test('interleaved streams, one of them fed so much that memory grows', () => {
  const [a, b] = [Blake2b(32), Blake2b(32)]
  a.update(utf8('a'))
  b.update(filled(3 << 20, 1))
  assert.throws(() => a.digest(), 'the package fails here')
  b.digest()
  const [c, d] = [new Blake2bStream(), new Blake2bStream(64)]
  c.update(utf8('a'))
  d.update(filled(5 << 20, 1))
  c.update(filled(9 << 20, 2))
  d.update(utf8('b'))
  const first = concatBytes(utf8('a'), filled(9 << 20, 2))
  assert.is(toHex(c.digest()), toHex(blake2b(32, first)))
  assert.is(toHex(d.digest()), toHex(blake2b(64, filled(5 << 20, 1), utf8('b'))))
})

test('any parts, in any order of streams', () => {
  const feeds = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.uint8Array({ maxLength: 300 })), {
    maxLength: 20,
  })
  fc.assert(
    fc.property(feeds, fc.integer({ min: 16, max: 64 }), (feeds, length) => {
      const streams = Array.from({ length: 4 }, () => new Blake2bStream(length))
      for (const [to, part] of feeds) streams[to]!.update(part)
      streams.forEach((stream, i) => {
        const parts = feeds.flatMap(([to, part]) => (to === i ? [part] : []))
        assert.equal(stream.digest(), blake2b(length, ...parts))
      })
    }),
    { seed, numRuns: 100 },
  )
})

test('one part of more than 62 MiB', () => {
  const large = filled(70 << 20, 3)
  assert.throws(() => Blake2b(32).update(large), 'the package fails here')
  assert.is(toHex(new Blake2bStream().update(large).digest()), toHex(blake2b(32, large)))
})

test('streams that are never finished hold no memory of the package', () => {
  // 216 bytes each would be 63 MiB, more than the package's memory can be.
  for (let i = 0; i < 310_000; i++) new Blake2bStream().update(Uint8Array.of(i))
  assert.is(toHex(new Blake2bStream().digest()), toHex(blake2b(32)))
})

test('a digest is taken once, of a length that exists', () => {
  const stream = new Blake2bStream()
  stream.digest()
  const refused = (use: () => unknown) =>
    assert.throws(use, (error: unknown) => error instanceof InvariantError)
  refused(() => stream.digest())
  refused(() => stream.update(utf8('x')))
  for (const length of [15, 65, 0, 16.5]) refused(() => new Blake2bStream(length))
})

test.run()
