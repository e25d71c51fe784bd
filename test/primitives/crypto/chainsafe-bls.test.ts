// Goal: @chainsafe/bls, native or not, and our own libraries are the same scheme in its domain: the same keys and signatures, and
// the same verdict on anything, so that it does not matter who judged.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../../primitives/bytes.ts'
import { type BlsBackend, DST_POP, type SignedItem } from '../../../primitives/crypto/bls.ts'
import { type ChainsafeBls, invalidByChainsafe } from '../../../primitives/crypto/chainsafe-bls.ts'
import { initCrypto, loadBls, loadChainsafeBls } from '../../../primitives/crypto/init.ts'
import { blsSecretFromSeed } from '../../../primitives/crypto/keys.ts'
import { seed } from '../../support/seed.ts'

await initCrypto()
const native = await loadBls('blst')
const ours: BlsBackend[] = [...(native ? [native] : []), (await loadBls('herumi'))!]
const one = ours[0]!
const theirs: ChainsafeBls[] = [await loadChainsafeBls(), await loadChainsafeBls('herumi')]

const secret = (n: number) => blsSecretFromSeed(Uint8Array.of(n))
const item = (n: number): SignedItem => {
  const message = new Uint8Array(32).fill(n)
  const own = secret(n % 3)
  return {
    publicKey: one.publicKey(own),
    message,
    signature: one.sign(own, message, DST_POP),
    dst: DST_POP,
  }
}
const items = Array.from({ length: 12 }, (_, i) => item(i))

test('native is the default where it loads', () => {
  assert.is(theirs[0]!.implementation, native ? 'blst-native' : 'herumi')
  assert.is(theirs[1]!.implementation, 'herumi')
})

test('the same keys and signatures', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 255 }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (n, text) => {
        for (const { SecretKey } of theirs) {
          // It takes secrets the other way round.
          const key = SecretKey.fromBytes(secret(n).slice().reverse())
          assert.is(toHex(key.toPublicKey().toBytes()), toHex(one.publicKey(secret(n))))
          for (const b of ours)
            assert.is(toHex(key.sign(text).toBytes()), toHex(b.sign(secret(n), text, DST_POP)))
        }
      },
    ),
    { seed, numRuns: 10 },
  )
})

const flags = (bytes: Uint8Array, first: number, fill?: number): Uint8Array => {
  const out = fill === undefined ? bytes.slice() : new Uint8Array(bytes.length).fill(fill)
  out[0] = first
  return out
}

test('the same verdict on hostile items', () => {
  const [good] = items as [SignedItem]
  const { publicKey, signature, message } = good
  const small = Array.from({ length: 20 }, (_, n) => {
    // Some are no points, most of the others lie outside the subgroup.
    const point = new Uint8Array(96)
    point.set([0x80])
    point[95] = n
    return point
  })
  const hostile: Partial<SignedItem>[] = [
    { message: new Uint8Array(32).fill(200) },
    { signature: items[1]!.signature },
    { publicKey: items[1]!.publicKey },
    { signature: one.sign(secret(0), message) },
    { signature: flags(signature, 0xc0, 0) },
    { publicKey: flags(publicKey, 0xc0, 0) },
    { signature: new Uint8Array(96) },
    { publicKey: new Uint8Array(48) },
    { signature: flags(signature, signature[0]! & 0x7f) },
    { signature: flags(signature, signature[0]! ^ 0x20) },
    { publicKey: flags(publicKey, publicKey[0]! ^ 0x20) },
    { signature: signature.subarray(1) },
    { signature: new Uint8Array(192) },
    { publicKey: new Uint8Array(96) },
    { signature: new Uint8Array(0), publicKey: new Uint8Array(0) },
    { signature: new Uint8Array(96).fill(255) },
    ...small.map((point) => ({ signature: point })),
    ...small.map((point) => ({ publicKey: flags(point.subarray(48), 0x80) })),
  ]
  const mixed = hostile.flatMap((change) => [good, { ...good, ...change }])
  const expected = hostile.map((_, i) => 2 * i + 1)
  for (const b of ours) assert.equal(b.invalid(mixed), expected, b.name)
  for (const library of theirs)
    assert.equal(invalidByChainsafe(library, mixed), expected, library.implementation)
})

test('the same verdict on random damage', () => {
  const damage = fc.record({
    at: fc.nat({ max: items.length - 1 }),
    part: fc.constantFrom('publicKey' as const, 'message' as const, 'signature' as const),
    bit: fc.nat({ max: 255 }),
  })
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 4 }), (damages) => {
      const batch = [...items]
      for (const { at, part, bit } of damages) {
        const bent = batch[at]![part].slice()
        bent[bit >> 3]! ^= 1 << (bit & 7)
        batch[at] = { ...batch[at]!, [part]: bent }
      }
      const expected = one.invalid(batch)
      for (const library of theirs)
        assert.equal(invalidByChainsafe(library, batch), expected, library.implementation)
    }),
    { seed, numRuns: 15 },
  )
})

test('no items hold', () => {
  for (const library of theirs) assert.equal(invalidByChainsafe(library, []), [])
})

test.run()
