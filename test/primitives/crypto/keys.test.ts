// Secrets from seeds are valid, differ, and stay what they are.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../../primitives/bytes.ts'
import { bls } from '../../../primitives/crypto/bls.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { blsSecretFromSeed, secp256k1SecretFromSeed } from '../../../primitives/crypto/keys.ts'
import { publicKeyFromSecret } from '../../../primitives/crypto/secp256k1.ts'
import { seed } from '../../support/seed.ts'

await initCrypto()

test('every seed gives keys that can sign, its own for each kind', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const secrets = [blsSecretFromSeed(bytes), secp256k1SecretFromSeed(bytes)]
      assert.is(bls().publicKey(secrets[0]!).length, 48)
      assert.is(publicKeyFromSecret(secrets[1]!).length, 65)
      assert.equal(blsSecretFromSeed(bytes), secrets[0])
      const before = seen.size
      if (seen.has(toHex(bytes))) return
      seen.add(toHex(bytes))
      for (const secret of secrets) seen.add(toHex(secret))
      assert.is(seen.size, before + 3)
    }),
    { seed, numRuns: 100 },
  )
})

test.run()
