// Ethereum addresses: published checksums and contract addresses, masked ids, and what is no address.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { getContractAddress, getAddress } from 'viem'
import { delegatedAddress, idAddress, parseAddress } from '../../primitives/address.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import {
  checksumEthAddress,
  create2Address,
  createAddress,
  delegatedEthAddress,
  ethAddressOf,
  filecoinAddressOf,
  formatEthAddress,
  maskedId,
  maskedIdAddress,
  parseEthAddress,
} from '../../primitives/eth-address.ts'
import { actorId } from '../../primitives/units.ts'
import { seed } from '../support/seed.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const id = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })

await initCrypto()

test('checksums are those of EIP-55', () => {
  // From the EIP.
  for (const text of [
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
    '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
    '0x52908400098527886E0F7030069857D2E4169EE7',
  ])
    assert.is(checksumEthAddress(parseEthAddress(text)), text)
})

test('checksums and contract addresses are those of viem', () => {
  const nonces = fc.bigInt({ min: 0n, max: (1n << 64n) - 2n })
  fc.assert(
    fc.property(bytes(20), nonces, bytes(32), fc.uint8Array(), (from, nonce, salt, code) => {
      const hex = (b: Uint8Array) => `0x${toHex(b)}` as const
      assert.is(checksumEthAddress(from), getAddress(hex(from)))
      assert.is(
        checksumEthAddress(createAddress(from, nonce)),
        getContractAddress({ from: hex(from), nonce }),
      )
      assert.is(
        checksumEthAddress(create2Address(from, salt, code)),
        getContractAddress({
          opcode: 'CREATE2',
          from: hex(from),
          salt: hex(salt),
          bytecode: hex(code),
        }),
      )
    }),
    { seed, numRuns: 50 },
  )
})

test('an actor number goes into a masked address and comes back', () => {
  fc.assert(
    fc.property(id, (n) => {
      const masked = maskedIdAddress(n)
      assert.is(masked.length, 20)
      assert.is(maskedId(masked), n)
      assert.is(filecoinAddressOf(masked).toString(), `f0${n}`)
      assert.equal(ethAddressOf(idAddress(n)), masked)
    }),
    { seed },
  )
})

test('every other address is an f410 and comes back', () => {
  fc.assert(
    fc.property(bytes(20), (address) => {
      fc.pre(maskedId(address) === undefined)
      const f410 = filecoinAddressOf(address)
      assert.ok(f410.toString().startsWith('f410f'))
      assert.equal(ethAddressOf(f410), address)
      assert.equal(delegatedEthAddress(f410), address)
    }),
    { seed },
  )
})

test('one bit off the mask is not a masked address', () => {
  for (let i = 0; i < 12; i++) {
    const address = maskedIdAddress(7)
    address[i]! ^= 1
    assert.is(maskedId(address), undefined)
    assert.is(filecoinAddressOf(address).protocol, 4)
  }
})

test('an f410 that carries a masked address is refused', () => {
  const bad = delegatedAddress(10, maskedIdAddress(1))
  assert.throws(() => ethAddressOf(bad), /carries the masked address 0xff0+1/)
  assert.throws(() => delegatedEthAddress(bad), isTypeError)
})

test('addresses without 20 bytes of their own stand as their actor number, where it is known', () => {
  const native = parseAddress('f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy')
  assert.is(ethAddressOf(native), undefined)
  assert.equal(ethAddressOf(native, actorId(5)), maskedIdAddress(5))
  const otherNamespace = delegatedAddress(11, new Uint8Array(20))
  assert.is(ethAddressOf(otherNamespace), undefined)
  assert.equal(ethAddressOf(otherNamespace, actorId(5)), maskedIdAddress(5))
  const short = delegatedAddress(10, new Uint8Array(19))
  assert.is(ethAddressOf(short), undefined)
})

test('reads any case, with or without 0x, and nothing else', () => {
  const address = fromHex('5aaeb6053f3e94c9b9a09f33669435e7ef1beaed')
  for (const text of [
    '5aaeb6053f3e94c9b9a09f33669435e7ef1beaed',
    '0X5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED',
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  ])
    assert.equal(parseEthAddress(text), address)
  assert.is(formatEthAddress(address), '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed')
  for (const text of [
    '',
    '0x',
    '0x5aaeb6053f3e94c9b9a09f33669435e7ef1bea',
    '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaedff',
    '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg',
    ' 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed',
    'f01',
  ])
    assert.throws(() => parseEthAddress(text), isTypeError, text)
})

function isTypeError(error: unknown): boolean {
  return error instanceof TypeError
}

test.run()
