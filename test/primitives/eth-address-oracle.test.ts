/** Contract addresses and checksums against @ethereumjs/util, which computes them its own way. */
import {
  bytesToHex,
  generateAddress,
  generateAddress2,
  pubToAddress,
  toChecksumAddress,
} from '@ethereumjs/util'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { publicKeyFromSecret } from '../../primitives/crypto/secp256k1.ts'
import {
  checksumEthAddress,
  create2Address,
  createAddress,
  ethAddressOfPublicKey,
} from '../../primitives/eth-address.ts'
import { seed } from '../support/seed.ts'

test.before(() => initCrypto())

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const params = { seed, numRuns: 100 }

test('addresses of contracts made by CREATE and CREATE2', () => {
  const nonce = fc.bigInt(0n, (1n << 64n) - 1n)
  const check = (creator: Uint8Array, n: bigint, salt: Uint8Array, code: Uint8Array): void => {
    // RLP has no leading zeros: a nonce of zero is no bytes at all.
    const digits = n === 0n ? '' : n.toString(16)
    const nonceBytes = fromHex(digits.padStart(digits.length + (digits.length % 2), '0'))
    assert.equal(createAddress(creator, n), generateAddress(creator, nonceBytes))
    assert.equal(create2Address(creator, salt, code), generateAddress2(creator, salt, code))
  }
  fc.assert(
    fc.property(bytes(20), nonce, bytes(32), fc.uint8Array({ maxLength: 80 }), check),
    params,
  )
})

test('letter case of a checksummed address, and the address of a key', () => {
  fc.assert(
    fc.property(bytes(20), (address) => {
      assert.is(checksumEthAddress(address), toChecksumAddress(`0x${toHex(address)}`))
    }),
    params,
  )
  const publicKey = publicKeyFromSecret(new Uint8Array(32).fill(9))
  const expected = pubToAddress(publicKey.subarray(1))
  assert.is(`0x${toHex(ethAddressOfPublicKey(publicKey))}`, bytesToHex(expected))
})

test.run()
