// Goal: addresses are what other implementations make of them, and nothing else passes for one. Method: iso-filecoin as
// the oracle for random payloads; then hostile bytes and texts.
import fc from 'fast-check'
import * as iso from 'iso-filecoin/address'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  addressFromBytes,
  type Address,
  actorAddress,
  blsAddress,
  delegatedAddress,
  delegatedParts,
  formatAddress,
  idAddress,
  parseAddress,
  secp256k1Address,
} from '../../primitives/address.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { DecodeError } from '../../primitives/cbor.ts'
import { address, decode } from '../../primitives/codec.ts'
import { seed } from '../support/seed.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const subaddress = fc.uint8Array({ maxLength: 54 })
const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })

const anyAddress: fc.Arbitrary<Address> = fc.oneof(
  uint64.map(idAddress),
  bytes(65).map(secp256k1Address),
  bytes(30).map(actorAddress),
  bytes(48).map(blsAddress),
  fc.tuple(uint64, subaddress).map(([namespace, sub]) => delegatedAddress(namespace, sub)),
)

test('texts and bytes are those of iso-filecoin', () => {
  const knownToBoth = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 40 }).map(idAddress),
    bytes(65).map(secp256k1Address),
    bytes(30).map(actorAddress),
    bytes(48).map(blsAddress),
    bytes(20).map((sub) => delegatedAddress(10, sub)),
  )
  fc.assert(
    fc.property(knownToBoth, fc.boolean(), (ours, mainnet) => {
      const text = formatAddress(ours, mainnet ? 'f' : 't')
      const theirs = iso.fromString(text)
      assert.is(toHex(theirs.toBytes()), toHex(ours.bytes))
      assert.is(theirs.toString(), text)
      const network = mainnet ? 'mainnet' : 'testnet'
      assert.is(iso.fromBytes(ours.bytes, network).toString(), text)
    }),
    { seed, numRuns: 60 },
  )
})

test('an address of a public key is that of iso-filecoin', () => {
  const secpKey = fromHex(`04${'11'.repeat(64)}`)
  assert.is(
    secp256k1Address(secpKey).toString(),
    iso.fromPublicKey(secpKey, 'mainnet', 'SECP256K1').toString(),
  )
  const blsKey = fromHex('ab'.repeat(48))
  assert.is(blsAddress(blsKey).toString(), iso.fromPublicKey(blsKey, 'mainnet', 'BLS').toString())
})

test('every address comes back from its bytes and from either text', () => {
  fc.assert(
    fc.property(anyAddress, (a) => {
      assert.ok(addressFromBytes(a.bytes).equals(a))
      for (const letter of ['f', 't'] as const)
        assert.is(parseAddress(formatAddress(a, letter)).key, a.key)
    }),
    { seed },
  )
})

test('a delegated address gives its parts', () => {
  const { namespace, subaddress: sub } = delegatedParts(
    delegatedAddress(1n << 63n, fromHex('beef')),
  )
  assert.is(namespace, 1n << 63n)
  assert.is(toHex(sub), 'beef')
})

test('one wrong letter is noticed', () => {
  const text = 'f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy'
  for (let i = 2; i < text.length; i++) {
    const other = text[i] === 'a' ? 'b' : 'a'
    const wrong = text.slice(0, i) + other + text.slice(i + 1)
    assert.throws(() => parseAddress(wrong), /not an address/, wrong)
  }
})

test('texts that are no address are refused', () => {
  const texts = [
    '',
    'f',
    'f0',
    'f5abc',
    'F01',
    'x01',
    'f00x',
    'f001',
    'f0-1',
    'f0+1',
    'f0 1',
    'f018446744073709551616',
    'f410f',
    'f4f2tc7wf',
    'f401f2tc7wfsirksibajjmkm5ksymmsgjgm62hjnomwa',
    'f418446744073709551616ftnkyfaq',
    'f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy ',
    'f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryyaaaa',
    'f17UOQ6TP427UZV7FZTKBSNN64IWOTFRRISTWPRYY',
  ]
  for (const text of texts) assert.throws(() => parseAddress(text), /^not an address/, text)
})

test('bytes that are no address are refused', () => {
  const cases = [
    '',
    '00',
    '0080', // cut short
    '008000', // not minimal
    '000000', // left over
    '00ffffffffffffffffff02', // beyond 64 bits
    '01',
    `01${'00'.repeat(19)}`,
    `01${'00'.repeat(21)}`,
    `02${'00'.repeat(19)}`,
    `03${'00'.repeat(47)}`,
    `03${'00'.repeat(49)}`,
    '04',
    `040a${'00'.repeat(55)}`,
    '0500',
    'ff00',
  ]
  for (const hex of cases) {
    assert.throws(
      () => addressFromBytes(fromHex(hex)),
      (e: unknown) => e instanceof TypeError,
      hex,
    )
    const cbor = Uint8Array.of(0x58, fromHex(hex).length, ...fromHex(hex))
    assert.throws(
      () => decode(address, cbor),
      (e: unknown) => e instanceof DecodeError,
      hex,
    )
  }
})

test('random bytes are refused or come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (random) => {
      let read: Address
      try {
        read = addressFromBytes(random)
      } catch (error) {
        return error instanceof TypeError
      }
      return toHex(read.bytes) === toHex(random) && parseAddress(read.toString()).equals(read)
    }),
    { seed, numRuns: 500 },
  )
})

test('an id beyond what a state tree holds is an address without an actor number', () => {
  assert.is(idAddress(1n << 53n).id, undefined)
  assert.is(idAddress((1n << 53n) - 1n).id, Number.MAX_SAFE_INTEGER)
  assert.is(parseAddress('f2nuqrg7vuysaue2pistjjnt3fadsdzvyuatqtfei').id, undefined)
})

test.run()
