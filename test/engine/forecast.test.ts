/** Signatures made ahead of time, here or on threads, change nothing but who waits for them. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  ConsensusPool,
  keepForecasting,
  mineChecked,
} from '../../engine/consensus/consensus-pool.ts'
import { forecast } from '../../engine/consensus/forecast.ts'
import { headerSigningBytes } from '../../engine/chain/block.ts'
import { Devnet } from '../../engine/devnet.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'

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
    const pool = new ConsensusPool(threads)
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

test('mining with every signature checked on threads gives the same chain', async () => {
  const pool = new ConsensusPool(2)
  const net = devnet()
  await mineChecked(net.node, pool, EPOCHS)
  assert.is(net.node.head.cids.join(), plain())
  await pool.close()
})

test('threads check batches of signatures, and one bad one fails its batch', async () => {
  const net = devnet()
  net.mine()
  const [block] = net.node.head.blocks
  const { worker } = net.providers.find(({ id }) => id === block!.miner.id)!
  const message = headerSigningBytes(block!)
  const item = { publicKey: worker.payload, message, signature: block!.blockSig!.data }
  const pool = new ConsensusPool(1)
  assert.is(await pool.verify([item, item]), true)
  assert.is(await pool.verify([item, { ...item, message: message.subarray(1) }]), false)
  await pool.close()
})

test.run()
