// Recoverable signatures: what is signed is recovered, with known values, and nothing malformed crashes.
import fc from 'fast-check'
import { test as uvuTest } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../../primitives/bytes.ts'
import { keccak256, sha256 } from '../../../primitives/crypto/hash.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { secp256k1SecretFromSeed } from '../../../primitives/crypto/keys.ts'
import {
  installSecp256k1,
  loadSecp256k1,
  publicKeyFromSecret,
  recover,
  secp256k1,
  type Secp256k1Library,
  sign,
} from '../../../primitives/crypto/secp256k1.ts'
import { InvalidInput } from '../../../primitives/invalid-input.ts'
import { seed } from '../../support/seed.ts'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

await initCrypto()
const inUse = secp256k1().name

/** A test of each library that loads here. */
function test(what: string, run: () => void): void {
  for (const name of ['secp256k1', 'tiny-secp256k1'] as const) {
    const library = loadSecp256k1(name)
    if (library)
      uvuTest(`${name}: ${what}`, () => {
        installSecp256k1(library)
        run()
      })
  }
}

const bigOf = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`)
const bytesOf = (n: bigint) => fromHex(n.toString(16).padStart(64, '0'))

uvuTest(
  'the native library is the default where it loads, and either can be asked for',
  async () => {
    assert.is(inUse, loadSecp256k1('secp256k1') ? 'secp256k1' : 'tiny-secp256k1')
    await initCrypto({ secp256k1: 'tiny-secp256k1' })
    assert.is(secp256k1().name, 'tiny-secp256k1')
    await initCrypto()
    assert.is(secp256k1().name, 'tiny-secp256k1')
  },
)

test('secret 1 has the generator as key, and a well-known account has its address', () => {
  assert.is(
    toHex(publicKeyFromSecret(bytesOf(1n))),
    '0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798' +
      '483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8',
  )
  // The first account of Hardhat and Anvil.
  const secret = fromHex('ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
  const address = keccak256(publicKeyFromSecret(secret).subarray(1)).subarray(12)
  assert.is(toHex(address), 'f39fd6e51aad88f6f4ce6ab8827279cfffb92266')
})

test('what is signed is recovered, with s in the lower half and the same bytes each time', () => {
  const secrets = fc.bigInt({ min: 1n, max: ORDER - 1n })
  const digests = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(secrets, digests, (n, digest) => {
      const signature = sign(bytesOf(n), digest)
      assert.is(signature.length, 65)
      assert.ok(signature[64]! <= 3)
      assert.ok(bigOf(signature.subarray(32, 64)) <= ORDER / 2n)
      assert.is(toHex(recover(digest, signature)!), toHex(publicKeyFromSecret(bytesOf(n))))
      assert.equal(sign(bytesOf(n), digest), signature)
    }),
    { seed, numRuns: 60 },
  )
})

test('the same signature with s in the upper half recovers the same key', () => {
  const digest = sha256(Uint8Array.of(1))
  const signature = sign(bytesOf(77n), digest)
  const high = signature.slice()
  high.set(bytesOf(ORDER - bigOf(signature.subarray(32, 64))), 32)
  high[64]! ^= 1
  assert.is(toHex(recover(digest, high)!), toHex(publicKeyFromSecret(bytesOf(77n))))
})

test('another digest, or a flipped bit, recovers another key or none', () => {
  const digest = sha256(Uint8Array.of(2))
  const signature = sign(bytesOf(78n), digest)
  const key = toHex(publicKeyFromSecret(bytesOf(78n)))
  const recovered = (d: Uint8Array, s: Uint8Array) => toHex(recover(d, s) ?? new Uint8Array(0))
  assert.is.not(recovered(sha256(digest), signature), key)
  for (let bit = 0; bit < 8 * 65; bit += 5) {
    const bent = signature.slice()
    bent[bit >> 3]! ^= 1 << (bit & 7)
    assert.is.not(recovered(digest, bent), key, `bit ${bit}`)
  }
})

test('what is no signature recovers nothing', () => {
  const digest = sha256(Uint8Array.of(3))
  const good = sign(bytesOf(79n), digest)
  const edited = (edit: (s: Uint8Array) => void) => {
    const s = good.slice()
    edit(s)
    return s
  }
  const cases: [what: string, digest: Uint8Array, signature: Uint8Array][] = [
    ['nothing', digest, new Uint8Array(0)],
    ['64 bytes', digest, good.subarray(0, 64)],
    ['66 bytes', digest, new Uint8Array(66)],
    ['a short digest', digest.subarray(1), good],
    ['a long digest', new Uint8Array(33), good],
    ['v of 4', digest, edited((s) => (s[64] = 4))],
    ['v of 27, as Ethereum writes it', digest, edited((s) => (s[64] = 27 + s[64]!))],
    ['r of zero', digest, edited((s) => s.fill(0, 0, 32))],
    ['s of zero', digest, edited((s) => s.fill(0, 32, 64))],
    ['r of the order', digest, edited((s) => s.set(bytesOf(ORDER)))],
    ['s of the order', digest, edited((s) => s.set(bytesOf(ORDER), 32))],
    ['r + order beyond the field', digest, edited((s) => (s[64] = 2))],
    ['zeros', digest, new Uint8Array(65)],
    ['ones', digest, new Uint8Array(65).fill(255)],
  ]
  for (const [what, d, s] of cases) assert.is(recover(d, s), undefined, what)
})

test('secrets and digests of other lengths, and secrets out of range, are refused', () => {
  const digest = sha256(Uint8Array.of(4))
  const refused = (use: () => unknown) =>
    assert.throws(use, (error: unknown) => error instanceof InvalidInput)
  for (const secret of [new Uint8Array(31), new Uint8Array(33), bytesOf(0n), bytesOf(ORDER)]) {
    refused(() => publicKeyFromSecret(secret))
    refused(() => sign(secret, digest))
  }
  refused(() => sign(bytesOf(1n), digest.subarray(1)))
})

uvuTest('both libraries give the same keys, signatures and refusals', () => {
  const native = loadSecp256k1('secp256k1')
  const wasm = loadSecp256k1('tiny-secp256k1')!
  const bytes = (n: number) => fc.uint8Array({ minLength: n, maxLength: n })
  const by = (library: Secp256k1Library, of: () => Uint8Array | undefined) => {
    installSecp256k1(library)
    const out = of()
    return out && toHex(out)
  }
  fc.assert(
    fc.property(bytes(32), bytes(32), bytes(64), fc.nat({ max: 4 }), (seed, digest, rs, v) => {
      const secret = secp256k1SecretFromSeed(seed)
      const arbitrary = Uint8Array.of(...rs, v)
      for (const make of [
        () => publicKeyFromSecret(secret),
        () => sign(secret, digest),
        () => recover(digest, sign(secret, digest)),
        () => recover(digest, arbitrary),
      ])
        assert.is(by(wasm, make), by(native ?? wasm, make))
    }),
    { seed, numRuns: 60 },
  )
})

uvuTest.run()
