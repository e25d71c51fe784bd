// Goal: whoever judges a block believes of its messages only what their senders signed, here as on threads. Method: blocks of one
// message each, signed by the winner as they should be, with messages that are good and that are bad in one way.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { messagesRoot, sealHeader } from '../../engine/chain/block.ts'
import type { BlockMessages } from '../../engine/chain/chain-store.ts'
import { makeMessage, type SignedMessage, signedMessageCid } from '../../engine/chain/message.ts'
import { messageSigningBytes, signMessage } from '../../engine/chain/message-signature.ts'
import {
  forgedPositions,
  packedMessage,
  type SentMessage,
} from '../../engine/chain/sent-messages.ts'
import { unsigned } from '../../engine/chain/unsigned.ts'
import { mineChecked } from '../../engine/consensus/consensus-pool.ts'
import { aggregate } from '../../engine/consensus/producer.ts'
import { InvalidBlock, validateBlock } from '../../engine/consensus/validator.ts'
import { Devnet } from '../../engine/devnet.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { packSignedItems, unpackSignedItems } from '../../primitives/crypto/signed-items.ts'
import type { Signature } from '../../primitives/signature.ts'
import { signBytes } from '../../primitives/signing.ts'
import { actorId } from '../../primitives/units.ts'
import { WorkerPool } from '../../primitives/worker-pool.ts'

await initCrypto()

const devnet = (): Devnet => new Devnet({ seed: 'block messages', sps: 1, accounts: 2 })

const net = devnet()
const { params, node } = net
const { chainId } = params
const [alice, bob] = net.accounts as [(typeof net.accounts)[0], (typeof net.accounts)[0]]
const [provider] = net.providers as [(typeof net.providers)[0]]
const parent = node.parentOf(node.head)
const [header] = net.mine().blocks as [ReturnType<typeof net.mine>['blocks'][0]]

const transfer = (from: Address, nonce = 0n) =>
  makeMessage({
    ...{ from, to: idAddress(actorId(99)), nonce, value: 7n, method: 0n },
    ...{ gasLimit: 10_000_000n, gasFeeCap: 10n ** 9n, gasPremium: 10n ** 5n },
  })
/** An Ethereum account calls, also where it only sends money. */
const call = (nonce = 0n) => ({ ...transfer(alice.delegated, nonce), method: 3_844_450_837n })

const native = signMessage(transfer(alice.native), alice.secret, chainId)
const eth = signMessage(call(), alice.secret, chainId)
const byBls = signMessage(transfer(provider.owner), provider.ownerSecret, chainId)
const native0 = transfer(idAddress(node.state.resolve(alice.native)!))
const byId: SignedMessage = {
  message: native0,
  signature: signBytes('secp256k1', alice.secret, messageSigningBytes(native0)),
}
const bls0 = transfer(idAddress(node.state.resolve(provider.owner)!))
const byBlsId: SignedMessage = {
  message: bls0,
  signature: signBytes('bls', provider.ownerSecret, messageSigningBytes(bls0)),
}

/** Judges the winner's block with other messages in it. */
function judge({ bls = [], secp = [] }: Partial<BlockMessages>): void {
  const messages = messagesRoot(bls.map(signedMessageCid), secp.map(signedMessageCid))
  const blsAggregate = aggregate(bls.filter(({ signature }) => signature.type === 'bls'))
  const changed = { ...header, messages, blsAggregate, blockSig: null }
  const sealed = sealHeader(changed, (bytes) => ({
    type: 'bls',
    data: node.crypto.sign(provider.workerSecret, bytes),
  }))
  validateBlock(node.election, parent, sealed, { bls, secp })
}

const withData = ({ message, signature }: SignedMessage, data: Uint8Array): SignedMessage => ({
  message,
  signature: { ...signature, data },
})
const bent = (signed: SignedMessage): SignedMessage =>
  withData(
    signed,
    signed.signature.data.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
  )
const as = (type: Signature['type'], { message, signature }: SignedMessage): SignedMessage => ({
  message,
  signature: { type, data: signature.data },
})

const BY_ANOTHER = /the transaction was signed by f410/
const NOT_THEIRS = /the secp256k1 signature is not that of/
const BAD: readonly (readonly [string, SignedMessage, RegExp])[] = [
  ['forged with another key', signMessageBy(bob.secret), NOT_THEIRS],
  ['for another message', { ...native, message: transfer(alice.native, 1n) }, NOT_THEIRS],
  ['with a bit flipped', bent(native), NOT_THEIRS],
  ['of no bytes', withData(native, new Uint8Array()), NOT_THEIRS],
  ['of 64 bytes', withData(native, native.signature.data.slice(0, 64)), NOT_THEIRS],
  ['of 66 bytes', withData(native, Uint8Array.of(...native.signature.data, 0)), NOT_THEIRS],
  ['of 200 bytes', withData(native, new Uint8Array(200).fill(1)), NOT_THEIRS],
  ['by nobody', unsigned(native.message), NOT_THEIRS],
  ['by nobody for an Ethereum account', unsigned(eth.message), BY_ANOTHER],
  ['of an Ethereum account, bent', bent(eth), BY_ANOTHER],
  ['of an Ethereum account, for another message', { ...eth, message: call(1n) }, BY_ANOTHER],
  [
    'of an Ethereum account, for another network',
    signMessage(call(), alice.secret, chainId + 1n),
    BY_ANOTHER,
  ],
  [
    'of an Ethereum account, of 64 bytes',
    withData(eth, eth.signature.data.slice(0, 64)),
    /unsupported length 64/,
  ],
  [
    'of the other kind of key',
    as('delegated', native),
    /f1\w+ does not sign with delegated signatures/,
  ],
  [
    'by an actor without a key',
    { ...native, message: transfer(idAddress(actorId(99))) },
    /f099 does not sign with secp256k1 signatures/,
  ],
  ['with the others that is BLS', byBls, /a bls signature among those of the other kind/],
]

function signMessageBy(secret: Uint8Array): SignedMessage {
  const message = transfer(alice.native)
  return { message, signature: signBytes('secp256k1', secret, messageSigningBytes(message)) }
}

test('messages that their senders signed are good, by whichever address they are from', () => {
  judge({})
  judge({ bls: [byBls], secp: [native, eth] })
  judge({ bls: [byBlsId], secp: [byId] })
})

for (const [what, signed, why] of BAD)
  test(`a signature ${what} is refused, and the message named`, () => {
    assert.throws(
      () => judge({ secp: [native, signed] }),
      (error: unknown) => {
        assert.instance(error, InvalidBlock)
        const { code, message } = error as InvalidBlock
        assert.is(code, 'message-signature')
        assert.ok(message.startsWith(`message ${signedMessageCid(signed)}: `), message)
        assert.match(message, why)
        return true
      },
    )
  })

test("a BLS message is its sender's key's, and of no other kind", () => {
  const refused = (signed: SignedMessage, code: string) =>
    assert.throws(
      () => judge({ bls: [signed] }),
      (error: unknown) => error instanceof InvalidBlock && error.code === code,
    )
  refused({ ...byBls, message: transfer(provider.owner, 1n) }, 'aggregate')
  refused({ ...byBls, message: transfer(alice.native) }, 'aggregate')
  refused(native, 'message-signature')
})

test('a thread finds the same messages bad', () => {
  const item = (signed: SignedMessage): SentMessage => {
    const { from } = signed.message
    return { signed, signer: from, chainId }
  }
  const bad = BAD.slice(0, -1).map(([, signed]) => signed)
  const mixed = bad.flatMap((signed) => [native, signed, eth]).map(item)
  const packed = unpackSignedItems(packSignedItems(mixed.map(packedMessage)))
  assert.equal(
    forgedPositions(packed),
    bad.map((_, i) => 3 * i + 1),
  )
})

for (const threads of [0, 2])
  test(`${threads} threads: blocks are mined and checked, and a forged message is named`, async () => {
    const pool = new WorkerPool(threads)
    for (const forged of [false, true]) {
      const { node } = devnet()
      for (let nonce = 0n; nonce < 5n; nonce++) {
        const message = transfer(alice.native, nonce)
        const secret = forged && nonce === 3n ? bob.secret : alice.secret
        const signature = signBytes('secp256k1', secret, messageSigningBytes(message))
        node.push({ message, signature }, true)
        node.push(signMessage(call(nonce), alice.secret, chainId))
      }
      const named = node.pool.pending().find(({ message }) => message.nonce === 3n)!
      let error: unknown
      await mineChecked(node, pool, 3).catch((e: unknown) => (error = e))
      assert.is(node.pool.size, 0, 'the messages are on the chain')
      if (!forged) assert.is(error, undefined)
      else
        assert.match(
          String(error),
          new RegExp(
            `block of f0\\d+ at epoch \\d .* message ${signedMessageCid(named)}: the secp256k1`,
          ),
        )
    }
    await pool.close()
  })

test.run()
