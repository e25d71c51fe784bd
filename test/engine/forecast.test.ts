/** Signatures made ahead of time, here or on threads, change nothing but who waits for them. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { keepForecasting, mineChecked } from '../../engine/consensus/consensus-pool.ts'
import { forecast } from '../../engine/consensus/forecast.ts'
import { headerSigningBytes } from '../../engine/chain/block.ts'
import type { Message } from '../../engine/chain/message.ts'
import { signMessage } from '../../engine/chain/message-signature.ts'
import { Devnet } from '../../engine/devnet.ts'
import { idAddress } from '../../primitives/address.ts'
import type { SignedItem } from '../../primitives/crypto/bls.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { invalidOnThreads } from '../../primitives/crypto/signature-pool.ts'
import { actorId } from '../../primitives/units.ts'
import { WorkerPool } from '../../primitives/worker-pool.ts'

test.before(() => initCrypto())

const EPOCHS = 12
const devnet = (): Devnet => new Devnet({ seed: 'forecast', sps: 3, accounts: 0 })

function headAfter(net: Devnet): string {
  for (let epoch = 1; epoch <= EPOCHS; epoch++) net.node.mineAt(epoch)
  return net.node.head.cids.join()
}

const plain = (): string => headAfter(devnet())

test('a node that is given a forecast makes the same chain, and signs only its blocks', () => {
  const net = devnet()
  const { node } = net
  const made = forecast(node.forecastRequest(node.forecastStart(), EPOCHS))
  node.crypto.provide(made.signatures, made.entries)
  const known = new Set(made.signatures.map(({ message }) => message.join()))
  assert.is(headAfter(net), plain())
  let blocks = 0
  for (let epoch = 1; epoch <= EPOCHS; epoch++)
    for (const block of node.store.at(epoch)?.blocks ?? []) {
      blocks++
      const used = made.signatures.some(({ signature }) =>
        Buffer.from(signature).equals(block.ticket!.vrfProof),
      )
      assert.ok(used, 'the ticket was forecast')
      assert.not.ok(known.has(headerSigningBytes(block).join()))
    }
  assert.ok(blocks > 10)
})

test('a forecast for other power is not used and does no harm', () => {
  const net = devnet()
  const { node } = net
  const request = node.forecastRequest(node.forecastStart(), EPOCHS)
  const parentTicket = new Uint8Array(96)
  const made = forecast({ ...request, parentTicket, candidates: request.candidates.slice(1) })
  node.crypto.provide(made.signatures, made.entries)
  assert.is(headAfter(net), plain())
})

test('the chain is the same with one thread, two, or none', async () => {
  const expected = plain()
  for (const threads of [1, 2]) {
    const pool = new WorkerPool(threads)
    const net = devnet()
    const stop = keepForecasting(net.node, pool)
    for (let epoch = 1; epoch <= EPOCHS; epoch++) {
      net.node.mineAt(epoch)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    stop()
    assert.is(net.node.head.cids.join(), expected)
    await pool.close()
  }
})

/** Five transfers by each provider's BLS key wait in the pool; what is signed may be another message. */
function sendSome(net: Devnet, signed: (message: Message) => Message = (message) => message): void {
  net.automine = false
  const { chainId } = net.params
  for (const { owner: from, ownerSecret } of net.providers)
    for (let nonce = 0n; nonce < 5n; nonce++) {
      const message: Message = {
        ...{ version: 0n, to: idAddress(actorId(99)), from, nonce, value: 7n, method: 0n },
        ...{ params: new Uint8Array(), gasLimit: 3_000_000n, gasFeeCap: 10n ** 9n },
        gasPremium: 100_000n,
      }
      const { signature } = signMessage(signed(message), ownerSecret, chainId)
      net.push({ message, signature }, true)
    }
}

for (const threads of [0, 1, 2, 8])
  test(`mining with every signature checked on ${threads} threads gives the same chain`, async () => {
    const pool = new WorkerPool(threads)
    const [net, expected] = [devnet(), devnet()]
    for (const each of [net, expected]) sendSome(each)
    await mineChecked(net.node, pool, EPOCHS)
    assert.is(net.node.head.cids.join(), headAfter(expected))
    assert.is(net.node.pool.size, 0, 'the messages are on the chain')
    await pool.close()
  })

test('an aggregate that does not hold is named by miner and epoch', async () => {
  for (const threads of [0, 2]) {
    const pool = new WorkerPool(threads)
    const net = devnet()
    sendSome(net, (message) => (message.nonce === 3n ? { ...message, value: 8n } : message))
    let error: unknown
    await mineChecked(net.node, pool, EPOCHS).catch((e: unknown) => (error = e))
    assert.match(String(error), /aggregate of f0\d+ at epoch \d+ does not verify/)
    await pool.close()
  }
})

test('a signature that does not hold is named by miner and epoch', async () => {
  const pool = new WorkerPool(1)
  const net = devnet()
  const { election } = net.node
  // A producer that signs its third block with another key.
  let blocks = 0
  const { sign } = election.crypto
  election.crypto.sign = (secret, message) => {
    const isBlock = message.length > 96 && ++blocks === 3
    return sign(isBlock ? secret.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) : secret, message)
  }
  let error: unknown
  await mineChecked(net.node, pool, EPOCHS).catch((e: unknown) => (error = e))
  assert.match(String(error), /signature of f0\d+ at epoch \d+ does not verify/)
  await pool.close()
})

test('threads name the bad signatures of a batch, in order', async () => {
  const net = devnet()
  net.mine()
  const [block] = net.node.head.blocks
  const { worker } = net.providers.find(({ id }) => id === block!.miner.id)!
  const message = headerSigningBytes(block!)
  const item = { publicKey: worker.payload, message, signature: block!.blockSig!.data }
  const hostile: SignedItem[] = [
    { ...item, message: message.subarray(1) },
    { ...item, signature: new Uint8Array(0) },
    { ...item, publicKey: new Uint8Array(1000) },
    { ...item, signature: item.signature.slice().fill(0, 50) },
  ]
  for (const threads of [0, 1, 3]) {
    const pool = new WorkerPool(threads)
    assert.equal(await invalidOnThreads(pool, []), [])
    assert.equal(await invalidOnThreads(pool, [item, item]), [])
    const mixed = hostile.flatMap((bad) => [item, bad, item])
    assert.equal(await invalidOnThreads(pool, mixed), [1, 4, 7, 10])
    await pool.close()
  }
})

test.run()
