// Goal: each kind of account signs what its kind signs, and nobody else's signature passes. Method: iso-filecoin and viem
// sign and check the same messages; every part of a signed message is changed once.
import fc from 'fast-check'
import { Message as IsoMessage } from 'iso-filecoin/message'
import { Signature as IsoSignature } from 'iso-filecoin/signature'
import * as wallet from 'iso-filecoin/wallet'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { privateKeyToAccount } from 'viem/accounts'
import {
  type Address,
  blsAddress,
  idAddress,
  parseAddress,
  secp256k1Address,
} from '../../../primitives/address.ts'
import { concatBytes, toHex, utf8 } from '../../../primitives/bytes.ts'
import { bls } from '../../../primitives/crypto/bls.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { publicKeyFromSecret } from '../../../primitives/crypto/secp256k1.ts'
import { ethAddressOfPublicKey, filecoinAddressOf } from '../../../primitives/eth-address.ts'
import { InvalidInput } from '../../../primitives/invalid-input.ts'
import { signBytes, verifySignature } from '../../../primitives/signing.ts'
import { METHOD_INVOKE_EVM } from '../../../engine/chain/eth-message.ts'
import { makeMessage, type Message, messageToJson } from '../../../engine/chain/message.ts'
import {
  messageSignatureError,
  signMessage,
  verifyMessageSignature,
} from '../../../engine/chain/message-signature.ts'
import { bytes } from './arbitraries.ts'
import { seed } from '../../support/seed.ts'

const CHAIN_ID = 31415926n

await initCrypto()

const SECRET = new Uint8Array(32).fill(7)
const OTHER = new Uint8Array(32).fill(9)
const KINDS = ['secp256k1', 'bls', 'delegated'] as const
type Kind = (typeof KINDS)[number]

function accountOf(kind: Kind, secret: Uint8Array): Address {
  if (kind === 'bls') return blsAddress(bls().publicKey(secret))
  const publicKey = publicKeyFromSecret(secret)
  return kind === 'secp256k1'
    ? secp256k1Address(publicKey)
    : filecoinAddressOf(ethAddressOfPublicKey(publicKey))
}

function messageFrom(from: Address): Message {
  return makeMessage({
    from,
    to: parseAddress('f410f2tc7wfsirksibajjmkm5ksymmsgjgm62hjnomwa'),
    nonce: 3n,
    value: 5n,
    gasLimit: 10_000_000n,
    gasFeeCap: 300n,
    gasPremium: 200n,
    method: METHOD_INVOKE_EVM,
    params: Uint8Array.of(0x42, 0xbe, 0xef),
  })
}

for (const kind of KINDS)
  test(`a ${kind} account's message verifies as its own, and as nobody else's`, () => {
    const from = accountOf(kind, SECRET)
    const signed = signMessage(messageFrom(from), SECRET, CHAIN_ID)
    assert.is(signed.signature.type, kind)
    assert.is(messageSignatureError(signed, from, CHAIN_ID), undefined)
    const others = [...KINDS.map((other) => accountOf(other, OTHER)), idAddress(1000)]
    for (const other of others) {
      assert.not.ok(verifyMessageSignature(signed, other, CHAIN_ID), other.toString())
      assert.type(messageSignatureError(signed, other, CHAIN_ID), 'string')
    }
  })

for (const kind of KINDS)
  test(`a ${kind} signature does not hold for a changed message or a changed signature`, () => {
    const from = accountOf(kind, SECRET)
    const signed = signMessage(messageFrom(from), SECRET, CHAIN_ID)
    const changes: Partial<Message>[] = [
      { version: 1n },
      { to: idAddress(5) },
      // An Ethereum transaction does not name its sender; `signer` stands for it.
      ...(kind === 'delegated' ? [{ from: accountOf('bls', SECRET) }] : [{ from: idAddress(5) }]),
      { nonce: 4n },
      { value: 6n },
      { gasLimit: 10_000_001n },
      { gasFeeCap: 301n },
      { gasPremium: 201n },
      { method: 0n },
      { params: Uint8Array.of(0x42, 0xbe, 0xee) },
      { params: Uint8Array.of(0x58, 0x02, 0xbe, 0xef) },
      { params: new Uint8Array() },
    ]
    for (const change of changes) {
      const changed = { ...signed, message: { ...signed.message, ...change } }
      assert.not.ok(verifyMessageSignature(changed, from, CHAIN_ID), Object.keys(change)[0])
    }
    const { type, data } = signed.signature
    for (let i = 0; i < data.length; i++) {
      const wrong = data.slice()
      wrong[i]! ^= 1
      const changed = { ...signed, signature: { type, data: wrong } }
      assert.not.ok(verifyMessageSignature(changed, from, CHAIN_ID), `byte ${i}`)
    }
    for (const wrong of [
      new Uint8Array(),
      data.subarray(0, -1),
      concatBytes(data, Uint8Array.of(0)),
    ])
      assert.not.ok(
        verifyMessageSignature({ ...signed, signature: { type, data: wrong } }, from, CHAIN_ID),
      )
    for (const other of KINDS)
      if (other !== type)
        assert.not.ok(
          verifyMessageSignature({ ...signed, signature: { type: other, data } }, from, CHAIN_ID),
        )
  })

test('native signatures are those of iso-filecoin', () => {
  fc.assert(
    fc.property(bytes(32), (random) => {
      // Below the order of BLS12-381, the smaller of the two; iso-filecoin has BLS keys big-endian.
      const secret = random.with(31, (random[31]! & 0x3f) | 1).with(0, random[0]! & 0x3f)
      for (const [kind, theirKind] of [
        ['secp256k1', 'SECP256K1'],
        ['bls', 'BLS'],
      ] as const) {
        const key = kind === 'bls' ? secret.toReversed() : secret
        const message = messageFrom(accountOf(kind, key))
        const json = messageToJson(message)
        const theirs = IsoMessage.fromLotus({ ...json, Params: json.Params ?? '' } as never)
        const account = wallet.accountFromPrivateKey(secret, theirKind, 'mainnet')
        assert.is(account.address.toString(), message.from.toString())
        const ours = signMessage(message, key, CHAIN_ID)
        assert.is(
          toHex(ours.signature.data),
          toHex(wallet.signMessage(secret, theirKind, theirs).data),
        )
        assert.ok(
          wallet.verify(
            new IsoSignature({ type: theirKind, data: ours.signature.data }),
            theirs.cidBytes(),
            account.publicKey!,
          ),
        )
      }
    }),
    { seed, numRuns: 3 },
  )
})

test('an Ethereum account is that of viem, and signs an EIP-1559 transaction', () => {
  const account = privateKeyToAccount(`0x${toHex(SECRET)}`)
  const from = accountOf('delegated', SECRET)
  const eth = ethAddressOfPublicKey(publicKeyFromSecret(SECRET))
  assert.is(`0x${toHex(eth)}`, account.address.toLowerCase())
  assert.is(signMessage(messageFrom(from), SECRET, CHAIN_ID).signature.data.length, 65)
})

test('an Ethereum transaction is for one chain', () => {
  const from = accountOf('delegated', SECRET)
  const signed = signMessage(messageFrom(from), SECRET, CHAIN_ID)
  assert.not.ok(verifyMessageSignature(signed, from, 314n))
  assert.match(messageSignatureError(signed, from, 314n) ?? '', 'was signed by')
})

test('a message that names no key, or that no Ethereum transaction gives, is not signed', () => {
  const from = accountOf('delegated', SECRET)
  const cases: [Message, string][] = [
    [messageFrom(idAddress(100)), 'Message.From'],
    [messageFrom(parseAddress('f2nuqrg7vuysaue2pistjjnt3fadsdzvyuatqtfei')), 'Message.From'],
    [{ ...messageFrom(from), method: 0n }, 'Message.Method'],
    [{ ...messageFrom(from), to: accountOf('bls', SECRET) }, 'Message.To'],
    [{ ...messageFrom(from), params: Uint8Array.of(0x80) }, 'Message.Params'],
    [{ ...messageFrom(from), params: Uint8Array.of(0x40) }, 'Message.Params'],
    [{ ...messageFrom(from), value: -1n }, 'Message.Value'],
    [{ ...messageFrom(from), version: 1n }, 'Message.Version'],
  ]
  for (const [message, field] of cases)
    assert.throws(
      () => signMessage(message, SECRET, CHAIN_ID),
      (error: unknown) => error instanceof InvalidInput && error.field === field,
      field,
    )
})

test('bytes are signed as each kind hashes them', () => {
  const text = utf8('hello')
  for (const kind of KINDS) {
    const signer = accountOf(kind, SECRET)
    const signature = signBytes(kind, SECRET, text)
    assert.ok(verifySignature(signature, signer, text))
    assert.not.ok(verifySignature(signature, signer, utf8('hullo')))
    assert.not.ok(verifySignature(signature, accountOf(kind, OTHER), text))
    for (const other of KINDS)
      if (other !== kind) assert.not.ok(verifySignature(signature, accountOf(other, SECRET), text))
  }
})

test.run()
