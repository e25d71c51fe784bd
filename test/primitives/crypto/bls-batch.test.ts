// Goal: a batch of signatures is judged as its items are one by one, on both libraries, whichever of them are bad and however.
import herumiModule from 'bls-eth-wasm'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concatBytes, toHex, utf8 } from '../../../primitives/bytes.ts'
import { type BlsBackend, DST_POP, type SignedItem } from '../../../primitives/crypto/bls.ts'
import { type BlstBinding, blstCurve } from '../../../primitives/crypto/bls-blst.ts'
import type { BlsCurve } from '../../../primitives/crypto/bls-curve.ts'
import { herumiCurve, type MclModule } from '../../../primitives/crypto/bls-herumi.ts'
import { initCrypto, loadBls } from '../../../primitives/crypto/init.ts'
import { blsSecretFromSeed } from '../../../primitives/crypto/keys.ts'
import { seed } from '../../support/seed.ts'

await initCrypto()
const herumi = (await loadBls('herumi'))!
const native = await loadBls('blst')
const backends: BlsBackend[] = native ? [native, herumi] : [herumi]
const one = backends[0]!

const secret = (n: number) => blsSecretFromSeed(Uint8Array.of(n))
/** Three of four have keys of their own, the rest share one. */
const item = (n: number, dst?: string): SignedItem => {
  const own = secret(n % 4 === 3 ? 255 : n)
  const message = new Uint8Array(n % 50).fill(n)
  return { publicKey: one.publicKey(own), message, signature: one.sign(own, message, dst) }
}
const items = Array.from({ length: 24 }, (_, i) => item(i))

const flipped = (bytes: Uint8Array, bit: number): Uint8Array => {
  const out = bytes.slice()
  out[(bit >> 3) % out.length]! ^= 1 << (bit & 7)
  return out
}
const damages: ((good: SignedItem, bit: number) => SignedItem)[] = [
  (good, bit) => ({ ...good, message: flipped(concatBytes(good.message, utf8('x')), bit) }),
  (good, bit) => ({ ...good, signature: flipped(good.signature, bit) }),
  (good, bit) => ({ ...good, publicKey: flipped(good.publicKey, bit) }),
  (good, bit) => ({ ...good, signature: good.signature.subarray(0, bit % 96) }),
  (good, bit) => ({ ...good, publicKey: new Uint8Array(49 + bit) }),
  (good) => ({ ...good, publicKey: new Uint8Array(48).fill(0xc0, 0, 1) }),
  (good) => ({ ...good, signature: new Uint8Array(96).fill(0xc0, 0, 1) }),
  (good) => ({ ...good, signature: one.sign(secret(254), good.message) }),
  (good) => ({ ...good, signature: one.sign(secret(253), good.message, DST_POP) }),
]

test('bisection names exactly the bad items', () => {
  const places = fc.uniqueArray(fc.nat({ max: items.length - 1 }), { maxLength: 6 })
  const damage = fc.tuple(fc.nat({ max: damages.length - 1 }), fc.nat({ max: 300 }))
  fc.assert(
    fc.property(places, fc.array(damage, { minLength: 6, maxLength: 6 }), (bad, how) => {
      const batch = [...items]
      bad.forEach((at, i) => (batch[at] = damages[how[i]![0]]!(batch[at]!, how[i]![1])))
      const expected = batch.flatMap(({ publicKey, message, signature }, i) =>
        one.verify(publicKey, message, signature) ? [] : [i],
      )
      assert.equal(
        expected,
        [...bad].sort((a, b) => a - b),
      )
      for (const b of backends) {
        assert.equal(b.invalid(batch), expected, b.name)
        assert.is(b.multiVerify(batch), expected.length === 0, b.name)
      }
    }),
    { seed, numRuns: 12 },
  )
})

test('all items good, all bad, one, and none', () => {
  const all = items.map((_, i) => i)
  const bad = items.map((good, i) => ({ ...good, message: utf8(`other ${i}`) }))
  for (const b of backends) {
    assert.equal(b.invalid([]), [])
    assert.equal(b.invalid(items), [])
    assert.equal(b.invalid(items.slice(0, 1)), [])
    assert.equal(b.invalid(bad.slice(0, 1)), [0])
    assert.equal(b.invalid(bad), all)
    assert.equal(b.invalid([...items, ...items]), [], 'equal items twice')
  }
})

test('signatures that cancel each other out are found, though their sum is right', () => {
  const traded = [...items]
  traded[4] = { ...items[4]!, signature: items[18]!.signature }
  traded[18] = { ...items[18]!, signature: items[4]!.signature }
  for (const b of backends) assert.equal(b.invalid(traded), [4, 18])
})

test('a combination of many points is the same on both libraries, with hostile scalars too', async () => {
  if (!native) return
  const curves = [
    blstCurve((await import('@chainsafe/blst/dist/bindings.js')).blst as unknown as BlstBinding),
    herumiCurve((herumiModule as unknown as { readonly mod: MclModule }).mod),
  ] as BlsCurve<unknown, unknown, unknown>[]
  const scalar = fc.uint8Array({ minLength: 8, maxLength: 8 })
  const edge = fc.constantFrom(1, 15, 16, 255).map((n) => new Uint8Array(8).fill(n))
  const one = new Uint8Array(8).fill(1, 0, 1)
  fc.assert(
    fc.property(
      fc.array(fc.oneof(scalar, edge), { minLength: 30, maxLength: 50 }),
      fc.nat({ max: 23 }),
      (given, first) => {
        const scalars = given.map((s) => (s.every((byte) => byte === 0) ? one : s))
        const sums = curves.map((curve) => {
          // Some points several times, so that equal ones meet.
          const points = scalars.map((_, i) => items[(first + i * i) % items.length]!.signature)
          const sum = curve.combineG2(
            points.map((bytes) => curve.decodeG2(bytes)!),
            scalars,
          )
          return sum === undefined ? 'infinity' : toHex(curve.encodeG2(sum))
        })
        assert.is(sums[0], sums[1])
      },
    ),
    { seed, numRuns: 20 },
  )
})

test('a signature of another domain does not hold in this one, alone or in a batch', () => {
  const other = Array.from({ length: 5 }, (_, i) => item(i, DST_POP))
  for (const b of backends) {
    assert.ok(b.multiVerify([...items, ...other.map((it) => ({ ...it, dst: DST_POP }))]))
    assert.not(b.multiVerify(items.map((it) => ({ ...it, dst: DST_POP }))))
    assert.not(b.multiVerify(other))
    assert.equal(b.invalid([...items.slice(0, 3), ...other]), [3, 4, 5, 6, 7])
    const { publicKey, message, signature } = other[0]!
    assert.ok(b.verify(publicKey, message, signature, DST_POP))
    assert.not(b.verify(publicKey, message, signature))
    assert.is(toHex(b.sign(secret(0), message, DST_POP)), toHex(signature))
  }
})

test('a batch does not change the bytes it is given', () => {
  const before = items.map(({ publicKey, message, signature }) =>
    toHex(concatBytes(publicKey, message, signature)),
  )
  for (const b of backends) b.invalid(items)
  assert.equal(
    items.map(({ publicKey, message, signature }) =>
      toHex(concatBytes(publicKey, message, signature)),
    ),
    before,
  )
})

test.run()
