// Goal: both BLS libraries give the same signatures and refuse the same forgeries, whatever the bytes.
// Method: each property runs on each backend; hostile points are made with the native binding, below our own code, and
// left out where there is none.
import type { Blst } from '@chainsafe/blst/dist/bindings.js'
import herumiModule from 'bls-eth-wasm'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concatBytes, fromHex, toHex, utf8 } from '../../../primitives/bytes.ts'
import { bls, type BlsBackend, DST_G2, type SignedItem } from '../../../primitives/crypto/bls.ts'
import { type BlstBinding, blstCurve } from '../../../primitives/crypto/bls-blst.ts'
import { herumiCurve, type MclModule } from '../../../primitives/crypto/bls-herumi.ts'
import { initCrypto, loadBls } from '../../../primitives/crypto/init.ts'
import { InvalidInput } from '../../../primitives/invalid-input.ts'
import { seed } from '../../support/seed.ts'

const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n
const FIELD =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn

await initCrypto()
const herumi = (await loadBls('herumi'))!
const native = await loadBls('blst')
const blst = native ?? herumi
const backends: BlsBackend[] = native ? [native, herumi] : [herumi]
const binding = (native && (await import('@chainsafe/blst/dist/bindings.js')).blst) as Blst
const testNative = native ? test : () => {}

const secretOf = (n: bigint): Uint8Array => littleEndian(n, 32)
const key = (n: number) => secretOf(BigInt(n) * 7919n + 1n)
const message = (n: number) => Uint8Array.from({ length: n % 50 }, (_, i) => i ^ n)
const item = (n: number, secret = key(n)): SignedItem => ({
  publicKey: blst.publicKey(secret),
  message: message(n),
  signature: blst.sign(secret, message(n)),
})
const items = Array.from({ length: 12 }, (_, i) => item(i))

testNative('the backend can be chosen, and blst is the default', async () => {
  assert.is(bls().name, 'blst')
  await initCrypto({ bls: 'herumi' })
  assert.is(bls().name, 'herumi')
  await initCrypto()
  assert.is(bls().name, 'herumi')
  await initCrypto({ bls: 'blst' })
  assert.is(bls().name, 'blst')
})

test('both give the same keys and signatures', () => {
  const secrets = fc.bigInt({ min: 1n, max: ORDER - 1n })
  fc.assert(
    fc.property(secrets, fc.uint8Array({ maxLength: 300 }), (n, text) => {
      const secret = secretOf(n)
      for (const make of [
        (b: BlsBackend) => b.publicKey(secret),
        (b: BlsBackend) => b.publicKeyG2(secret),
        (b: BlsBackend) => b.sign(secret, text),
        (b: BlsBackend) => b.signG1(secret, text),
      ])
        assert.is(toHex(make(blst)), toHex(make(herumi)))
      for (const b of backends) {
        assert.ok(b.verify(b.publicKey(secret), text, b.sign(secret, text)))
        assert.ok(b.verifyG1(b.publicKeyG2(secret), text, b.signG1(secret, text)))
      }
    }),
    { seed, numRuns: 8 },
  )
})

test('a message of a megabyte, and one that is part of a larger buffer, are signed as they are', () => {
  const large = new Uint8Array(1 << 20).fill(9)
  const part = large.subarray(77, 200)
  for (const text of [large, part]) {
    const signature = blst.sign(key(1), text)
    assert.is(toHex(herumi.sign(key(1), text)), toHex(signature))
    for (const b of backends) assert.ok(b.verify(b.publicKey(key(1)), text, signature))
  }
  assert.is(toHex(blst.sign(key(1), part)), toHex(blst.sign(key(1), part.slice())))
})

test('a secret of the wrong length, zero, or not below the group order is refused', () => {
  const bad = [new Uint8Array(31), new Uint8Array(33), ...[0n, ORDER, ORDER + 1n].map(secretOf)]
  for (const secret of [...bad, new Uint8Array(32).fill(255)])
    for (const b of backends)
      for (const use of [
        () => b.publicKey(secret),
        () => b.publicKeyG2(secret),
        () => b.sign(secret, utf8('x')),
        () => b.signG1(secret, utf8('x')),
      ])
        assert.throws(use, (error: unknown) => error instanceof InvalidInput)
})

test('a cached secret does not change when the caller’s bytes do', () => {
  const secret = key(3)
  for (const b of backends) {
    const before = toHex(b.publicKey(secret))
    const own = secret.slice()
    b.publicKey(own)
    own.fill(1)
    assert.is(toHex(b.publicKey(secret)), before)
    assert.is.not(toHex(b.publicKey(own)), before)
  }
})

test('one flipped bit anywhere does not verify', () => {
  const { publicKey, message: text, signature } = item(20)
  const whole = concatBytes(publicKey, text, signature)
  fc.assert(
    fc.property(fc.nat({ max: 8 * whole.length - 1 }), (bit) => {
      const bent = whole.slice()
      bent[bit >> 3]! ^= 1 << (bit & 7)
      const [k, m, s] = [bent.slice(0, 48), bent.slice(48, -96), bent.slice(-96)]
      for (const b of backends) {
        assert.not(b.verify(k, m, s), `${b.name} bit ${bit}`)
        assert.not(b.multiVerify([items[0]!, { publicKey: k, message: m, signature: s }]))
      }
    }),
    { seed, numRuns: 60 },
  )
})

testNative('other lengths, uncompressed points and infinity do not verify', () => {
  const { publicKey, message: text, signature } = item(21)
  const native = new binding.P2(signature)
  const infinity = (length: number, flags = 0xc0) =>
    Uint8Array.of(flags, ...new Uint8Array(length - 1))
  const cases: [what: string, key: Uint8Array, signature: Uint8Array][] = [
    ['nothing', new Uint8Array(0), new Uint8Array(0)],
    ['an empty signature', publicKey, new Uint8Array(0)],
    ['an empty key', new Uint8Array(0), signature],
    ['a cut signature', publicKey, signature.subarray(0, 95)],
    ['a longer signature', publicKey, concatBytes(signature, Uint8Array.of(0))],
    ['a cut key', publicKey.subarray(1), signature],
    ['a longer key', concatBytes(publicKey, Uint8Array.of(0)), signature],
    ['the signature uncompressed', publicKey, Uint8Array.from(native.serialize())],
    ['the key uncompressed', Uint8Array.from(new binding.P1(publicKey).serialize()), signature],
    ['swapped', signature, publicKey],
    ['a key at infinity', infinity(48), signature],
    ['a signature at infinity', publicKey, infinity(96)],
    ['both at infinity', infinity(48), infinity(96)],
    ['infinity with a sign', infinity(48, 0xe0), infinity(96, 0xe0)],
    ['infinity with the wrong flag', infinity(48, 0x40), infinity(96, 0x40)],
    ['zeros', new Uint8Array(48), new Uint8Array(96)],
    ['zeros, compressed', infinity(48, 0x80), infinity(96, 0x80)],
    ['all ones', new Uint8Array(48).fill(255), new Uint8Array(96).fill(255)],
    ['the largest x', new Uint8Array(48).fill(255).fill(0x9f, 0, 1), signature],
  ]
  for (const [what, k, s] of cases)
    for (const b of backends) {
      assert.is(b.verify(k, text, s), false, `${b.name}: ${what}`)
      assert.is(b.verifyG1(s, text, k), false, `${b.name} on G1: ${what}`)
      assert.is(b.aggregateVerify([k], [text], s), false, `${b.name} aggregate: ${what}`)
      const bad = { publicKey: k, message: text, signature: s }
      assert.is(b.multiVerify([items[0]!, bad, items[1]!]), false, `${b.name} batch: ${what}`)
    }
})

testNative(
  'a point outside the subgroup does not verify, though the pairing alone would accept it',
  () => {
    const secret = key(22)
    const text = message(22)
    const [publicKey, signature] = [blst.publicKey(secret), blst.sign(secret, text)]
    // r·Q for a Q outside the subgroup has an order that divides the cofactor: paired with anything it gives one.
    const small1 = outside(binding.P1, 48).mult(littleEndian(ORDER, 32))
    const small2 = outside(binding.P2, 96).mult(littleEndian(ORDER, 32))
    const bentKey = Uint8Array.from(new binding.P1(publicKey).add(small1).compress())
    const bentSignature = Uint8Array.from(new binding.P2(signature).add(small2).compress())
    const onG1 = Uint8Array.from(new binding.P1(blst.signG1(secret, text)).add(small1).compress())
    const keyG2 = blst.publicKeyG2(secret)
    const bentG2 = Uint8Array.from(new binding.P2(keyG2).add(small2).compress())

    const unchecked = new binding.Pairing(true, DST_G2) as unknown as Unchecked
    unchecked.raw_aggregate(new binding.P2().hash_to(text, DST_G2).to_affine(), affine1(bentKey))
    unchecked.raw_aggregate(new binding.P2(signature).to_affine(), binding.BLS12_381_NEG_G1)
    unchecked.commit()
    assert.ok(unchecked.finalverify(), 'the forgery is one')

    for (const b of backends) {
      assert.not(b.verify(bentKey, text, signature), b.name)
      assert.not(b.verify(publicKey, text, bentSignature), b.name)
      assert.not(b.verifyG1(keyG2, text, onG1), b.name)
      assert.not(b.verifyG1(bentG2, text, blst.signG1(secret, text)), b.name)
      const bad = { publicKey, message: text, signature: bentSignature }
      assert.not(b.multiVerify([items[0]!, bad]), b.name)
      assert.not(b.aggregateVerify([publicKey], [text], bentSignature), b.name)
      const sum = b.aggregate([bentSignature, items[1]!.signature])
      assert.not(
        b.aggregateVerify([publicKey, items[1]!.publicKey], [text, items[1]!.message], sum),
      )
    }
  },
)

testNative(
  'neither library decodes a point outside the subgroup, unless only the curve is asked for',
  () => {
    const mcl = (herumiModule as unknown as { readonly mod: MclModule }).mod
    const small1 = Uint8Array.from(outside(binding.P1, 48).compress())
    const small2 = Uint8Array.from(outside(binding.P2, 96).compress())
    for (const curve of [blstCurve(binding as unknown as BlstBinding), herumiCurve(mcl)]) {
      assert.is(curve.decodeG1(small1), undefined, curve.name)
      assert.is(curve.decodeG2(small2), undefined, curve.name)
      assert.ok(curve.decodeG2OnCurve(small2), curve.name)
      assert.ok(curve.decodeG1(items[0]!.publicKey), curve.name)
      assert.ok(curve.decodeG2(items[0]!.signature), curve.name)
    }
  },
)

test('the same point with an x of its field plus p does not verify', () => {
  // x + p has 381 bits for about a quarter of all points.
  const found = Array.from({ length: 100 }, (_, i) => item(i + 30)).find(
    ({ publicKey }) => x(publicKey) + FIELD < 1n << 381n,
  )!
  const larger = littleEndian(x(found.publicKey) + FIELD, 48).reverse()
  larger[0]! |= found.publicKey[0]! & 0xe0
  for (const b of backends) {
    assert.ok(b.verify(found.publicKey, found.message, found.signature))
    assert.not(b.verify(larger, found.message, found.signature), b.name)
  }
})

test('both decode the same arbitrary bytes, and neither crashes', () => {
  const bytes = fc.uint8Array({ minLength: 96, maxLength: 96 })
  fc.assert(
    fc.property(bytes, fc.nat({ max: 7 }), (bytes, flags) => {
      const arbitrary = Uint8Array.from(bytes)
      arbitrary[0] = (arbitrary[0]! & 0x1f) | (flags << 5)
      const sums = backends.map((b) => attempt(() => toHex(b.aggregate([arbitrary]))))
      assert.is(new Set(sums).size, 1, sums.join(' and '))
      if (sums[0] !== 'refused') assert.is(sums[0], toHex(arbitrary))
      for (const b of backends)
        assert.not(b.verify(arbitrary.subarray(0, 48), utf8('x'), arbitrary))
    }),
    { seed, numRuns: 150 },
  )
})

test('a batch holds exactly when each of its items does', () => {
  for (const b of backends) {
    for (const n of [0, 1, 2, 9, 12]) assert.ok(b.multiVerify(items.slice(0, n)), `${b.name} ${n}`)
    for (let i = 0; i < items.length; i++) {
      const bad = items.map((it, j) => (i === j ? { ...it, message: utf8('other') } : it))
      assert.not(b.multiVerify(bad), `${b.name} item ${i}`)
    }
  }
})

test('signatures whose sum is right but which belong to each other’s items do not hold', () => {
  const [first, second, ...rest] = items
  const swapped = [
    { ...first!, signature: second!.signature },
    { ...second!, signature: first!.signature },
    ...rest,
  ]
  for (const b of backends) {
    assert.not(b.multiVerify(swapped))
    // The plain sum, which an aggregate is, cannot tell.
    assert.ok(aggregateOf(b, swapped))
  }
})

test('many items by one key, and equal items, hold in a batch', () => {
  const byOne = Array.from({ length: 9 }, (_, i) => item(i, key(5)))
  const mixed = [...byOne, ...items, ...byOne, item(40, key(6))]
  for (const b of backends) {
    assert.ok(b.multiVerify(byOne))
    assert.ok(b.multiVerify(mixed))
    const bad = mixed.map((it, i) => (i === 3 ? { ...it, signature: byOne[4]!.signature } : it))
    assert.not(b.multiVerify(bad))
    const traded = byOne.map((it, i) =>
      i < 2 ? { ...it, signature: byOne[1 - i]!.signature } : it,
    )
    assert.not(b.multiVerify(traded), 'the sum over one key is right, the items are not')
  }
})

test('an aggregate holds for its keys and messages in any order, and for no others', () => {
  const reversed = [...items].reverse()
  const byOne = Array.from({ length: 5 }, (_, i) => item(i + 20, key(5)))
  for (const b of backends) {
    assert.ok(aggregateOf(b, items))
    assert.ok(aggregateOf(b, [...byOne, ...items]))
    const sum = b.aggregate(reversed.map(({ signature }) => signature))
    assert.is(toHex(sum), toHex(blst.aggregate(items.map(({ signature }) => signature))))
    const keys = items.map(({ publicKey }) => publicKey)
    const texts = items.map((it) => it.message)
    assert.ok(b.aggregateVerify(keys, texts, sum))
    assert.not(b.aggregateVerify(keys.slice(1), texts.slice(1), sum))
    assert.not(b.aggregateVerify(keys.slice(1), texts, sum))
    assert.not(b.aggregateVerify([...keys].reverse(), texts, sum))
    assert.not(b.aggregateVerify(keys, [...texts.slice(1), utf8('other')], sum))
  }
})

test('an aggregate over two equal messages does not hold, even when the sum is right', () => {
  const twice = [item(7), { ...item(7, key(8)), message: message(7) }].map((it, i) => ({
    ...it,
    signature: blst.sign(key(7 + i), message(7)),
  }))
  for (const b of backends) {
    assert.ok(b.multiVerify(twice))
    assert.not(aggregateOf(b, twice))
  }
})

test('the aggregate of nothing is infinity and holds for no messages', () => {
  for (const b of backends) {
    const none = b.aggregate([])
    assert.is(toHex(none), `c0${'00'.repeat(95)}`)
    assert.ok(b.aggregateVerify([], [], none))
    assert.not(b.aggregateVerify([], [], none.subarray(1)))
    assert.not(b.aggregateVerify([items[0]!.publicKey], [items[0]!.message], none))
  }
})

testNative('signatures that cancel out sum to infinity', () => {
  const { signature } = items[0]!
  const negated = signature.slice()
  negated[0]! ^= 0x20
  for (const b of backends) {
    assert.is(toHex(b.aggregate([signature, negated])), `c0${'00'.repeat(95)}`)
    assert.is(toHex(b.aggregate([signature, signature])), toHex(doubled(signature)))
    assert.is(toHex(b.aggregate([signature, negated, signature])), toHex(signature))
  }
})

test('aggregating names the signature that is no point', () => {
  const bad = [new Uint8Array(96), fromHex('80'.repeat(96)), items[0]!.signature.subarray(1)]
  for (const b of backends)
    for (const signature of bad)
      assert.throws(
        () => b.aggregate([items[0]!.signature, signature]),
        (error: unknown) => error instanceof InvalidInput && error.field === 'signatures[1]',
      )
})

const aggregateOf = (b: BlsBackend, of: readonly SignedItem[]) =>
  b.aggregateVerify(
    of.map(({ publicKey }) => publicKey),
    of.map((it) => it.message),
    b.aggregate(of.map(({ signature }) => signature)),
  )

type Unchecked = {
  raw_aggregate(q: unknown, p: unknown): void
  commit(): void
  finalverify(): boolean
}

const affine1 = (bytes: Uint8Array) => new binding.P1(bytes).to_affine()

const doubled = (signature: Uint8Array) =>
  Uint8Array.from(new binding.P2(signature).dbl().compress())

/** A point of the curve that is not in the subgroup, by trying small x. */
function outside<P extends { in_group(): boolean; compress(): Uint8Array }>(
  Point: new (bytes: Uint8Array) => P,
  length: number,
): P {
  for (let n = 1; n < 100; n++) {
    const bytes = new Uint8Array(length)
    bytes[0] = 0x80
    bytes[length - 1] = n
    try {
      const point = new Point(bytes)
      if (!point.in_group()) return point
    } catch {
      // no point has this x
    }
  }
  throw new Error('no point found')
}

function x(publicKey: Uint8Array): bigint {
  const bytes = publicKey.slice()
  bytes[0]! &= 0x1f
  return BigInt(`0x${toHex(bytes)}`)
}

function littleEndian(n: bigint, length: number): Uint8Array {
  return fromHex(n.toString(16).padStart(2 * length, '0')).reverse()
}

function attempt(f: () => string): string {
  try {
    return f()
  } catch (error) {
    if (error instanceof InvalidInput) return 'refused'
    throw error
  }
}

test.run()
