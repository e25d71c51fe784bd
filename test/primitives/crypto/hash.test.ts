// The hash functions against published digests, and the kernels against independent implementations on random inputs.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concatBytes, fromHex, toHex, utf8 } from '../../../primitives/bytes.ts'
import {
  blake2b,
  blake2b160,
  blake2b256,
  blake2b512,
  blake2bKeyed,
  blake2bReference,
  keccak256,
  sha256,
  sha256TruncatedLayer,
} from '../../../primitives/crypto/hash.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { InvariantError } from '../../../primitives/assert.ts'
import { seed } from '../../support/seed.ts'

await initCrypto()
await initCrypto()

test('published digests', () => {
  const abc = utf8('abc')
  const cases: [Uint8Array, string][] = [
    // RFC 7693, appendix A
    [
      blake2b512(abc),
      'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
    ],
    [blake2b256(), '0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8'],
    [blake2b256(abc), 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319'],
    // FIPS 180-4 examples
    [sha256(), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [sha256(abc), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    // Ethereum's hash of nothing and of "abc"
    [keccak256(), 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'],
    [keccak256(abc), '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
  ]
  for (const [digest, hex] of cases) assert.is(toHex(digest), hex)
})

test('keyed BLAKE2b gives the digests of the reference test vectors', () => {
  const key = Uint8Array.from({ length: 64 }, (_, i) => i)
  const cases: [length: number, hex: string][] = [
    [
      0,
      '10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568',
    ],
    [
      1,
      '961f6dd1e4dd30f63901690c512e78e4b45e4742ed197c3c5e45c549fd25f2e4187b0bc9fe30492b16b0d0bc4ef9b0f34c7003fac09a5ef1532e69430234cebd',
    ],
    [
      255,
      '142709d62e28fcccd0af97fad0f8465b971e82201dc51070faa0372aa43e92484be1c1e73ba10906d5d1853db6a4106e0a7bf9800d373d6dee2d46d62ef2a461',
    ],
  ]
  for (const [length, hex] of cases)
    assert.is(toHex(blake2bKeyed(64, key, counting(length))), hex, String(length))
})

const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i)

test('every length around the block sizes hashes as the other implementations say', () => {
  for (let length = 0; length < 400; length++) {
    const data = Uint8Array.from({ length }, (_, i) => i * 7 + length)
    assert.is(toHex(blake2b256(data)), toHex(blake2bReference(32, data)), `blake2b ${length}`)
    assert.is(toHex(sha256(data)), nodeSha256(data), `sha256 ${length}`)
  }
})

test('an input longer than the kernels take at once hashes as one', () => {
  const chunk = 1 << 16
  for (const length of [chunk - 1, chunk, chunk + 1, chunk + 128, 2 * chunk, 3 * chunk + 77]) {
    const data = Uint8Array.from({ length }, (_, i) => (i * i) >> 5)
    assert.is(toHex(blake2b256(data)), toHex(blake2bReference(32, data)), String(length))
    assert.is(toHex(blake2b256(data.subarray(0, 5), data.subarray(5))), toHex(blake2b256(data)))
    assert.is(toHex(sha256(data)), nodeSha256(data), String(length))
  }
})

test('parts hash as their concatenation, at every digest length', () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 })
  fc.assert(
    fc.property(parts, fc.integer({ min: 16, max: 64 }), (given, length) => {
      const whole = concatBytes(...given)
      assert.equal(blake2b(length, ...given), blake2bReference(length, whole))
      assert.equal(blake2b256(...given), blake2b(32, whole))
      assert.equal(blake2b160(...given), blake2b(20, whole))
      assert.equal(sha256(...given), sha256(whole))
      assert.equal(keccak256(...given), keccak256(whole))
    }),
    { seed, numRuns: 200 },
  )
})

test('short digests, which address checksums use, differ from cut long ones', () => {
  // Four bytes over 0x01 and twenty zeros: the checksum of f1 over the zero payload.
  assert.is(blake2b(4, fromHex(`01${'00'.repeat(20)}`)).length, 4)
  assert.not.equal(blake2b(4, utf8('abc')), blake2b256(utf8('abc')).subarray(0, 4))
})

test('a digest is the caller’s own', () => {
  const first = blake2b256(utf8('a'))
  const second = sha256(utf8('a'))
  const before = [toHex(first), toHex(second)]
  blake2b256(utf8('b'))
  sha256(utf8('b'))
  assert.equal([toHex(first), toHex(second)], before)
  first.fill(0)
  assert.is(toHex(blake2b256(utf8('a'))), before[0])
})

test('a tree layer hashes pairs and clears two bits, over several chunks', () => {
  const nodes = Uint8Array.from({ length: 64 * 2500 }, (_, i) => i + (i >> 8))
  const parents = sha256TruncatedLayer(nodes)
  assert.is(parents.length, 32 * 2500)
  for (let i = 0; i < 2500; i++) {
    const expected = createHash('sha256')
      .update(nodes.subarray(64 * i, 64 * i + 64))
      .digest()
    expected[31]! &= 0x3f
    assert.is(toHex(parents.subarray(32 * i, 32 * i + 32)), expected.toString('hex'), `node ${i}`)
  }
  assert.throws(() => sha256TruncatedLayer(new Uint8Array(96)), isInvariantError)
  assert.is(sha256TruncatedLayer(new Uint8Array(0)).length, 0)
})

test('refuses digest and key lengths that do not exist', () => {
  for (const length of [0, 65, 1.5, -1])
    assert.throws(() => blake2b(length, utf8('x')), isInvariantError)
  for (const length of [0, 65])
    assert.throws(() => blake2bKeyed(32, new Uint8Array(length), utf8('x')), isInvariantError)
})

const isInvariantError = (error: unknown) => error instanceof InvariantError
const nodeSha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

test.run()
