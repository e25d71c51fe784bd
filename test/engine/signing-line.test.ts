// Goal: blocks signed on a thread are the same as blocks signed in place, whatever the thread does. Method: chains with and without
// a signer are compared by their heads; a line's other end is played by nobody, by a thread, and by one that is stopped.
import { Worker } from 'node:worker_threads'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Devnet } from '../../engine/devnet.ts'
import { signOnThread } from '../../engine/consensus/consensus-pool.ts'
import { consensusCrypto } from '../../engine/consensus/crypto.ts'
import { newLine, signerOver } from '../../engine/consensus/signing-line.ts'
import { bls } from '../../primitives/crypto/bls.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { WorkerPool } from '../../primitives/worker-pool.ts'

test.before(() => initCrypto())

const EPOCHS = 12
/** On a machine that is busy the thread may not come to it. */
const MOST_EPOCHS = 300
const devnet = (): Devnet => new Devnet({ seed: 'signing line', sps: 3, accounts: 0 })
const SECRET = Uint8Array.from({ length: 32 }, (_, i) => (i < 31 ? i + 1 : 0))
const message = (n: number): Uint8Array => new Uint8Array(600).fill(n)

/** Until the thread answers, as it does once it is loaded. */
async function answered(begin: () => (() => Uint8Array | undefined) | undefined) {
  for (let i = 0; i < 1000; i++) {
    const result = begin()
    await new Promise((done) => setTimeout(done, 20))
    const signature = result?.()
    if (signature) return signature
  }
  throw new Error('no answer')
}

test('a chain whose blocks a thread signs is the one that is signed in place', async () => {
  const pool = new WorkerPool(1)
  const [here, there] = [devnet(), devnet()]
  const end = signOnThread(there.node, pool)
  const { signer } = there.node.crypto
  let made = 0
  there.node.crypto.signer = {
    begin(secret, bytes) {
      const result = signer!.begin(secret, bytes)
      return (
        result &&
        (() => {
          const signature = result()
          if (signature) made++
          return signature
        })
      )
    },
  }
  await answered(() => signer!.begin(SECRET, message(0)))
  for (let i = 0; i < EPOCHS || (made === 0 && i < MOST_EPOCHS); i++) {
    here.mine()
    there.mine()
    assert.is(there.node.head.key, here.node.head.key)
    // As where a client has to be answered in between.
    await new Promise((done) => setTimeout(done, 2))
  }
  assert.ok(made > 0, 'the thread made some')
  end()
  assert.is(there.node.crypto.signer, undefined)
  await pool.close()
  assert.is(there.mine().key, here.mine().key)
})

test('what nobody takes from the line is signed in place, and the line is free again', () => {
  const crypto = consensusCrypto({
    kind: 'real',
    beaconSeed: 'x',
    times: { genesisTime: 0, period: 30 },
  })
  crypto.signer = signerOver(newLine())
  for (let n = 0; n < 3; n++)
    assert.equal(crypto.beginSign(SECRET, message(n))(), bls().sign(SECRET, message(n)))
})

test('two at the same time each have their own signature', async () => {
  const pool = new WorkerPool(1)
  const net = devnet()
  signOnThread(net.node, pool)
  const { signer } = net.node.crypto
  await answered(() => signer!.begin(SECRET, message(0)))
  for (let n = 1; n < 10; n++) {
    const first = net.node.crypto.beginSign(SECRET, message(n))
    if (n % 2 === 0) await new Promise((done) => setTimeout(done, 5)) // the thread is done with the first
    const second = net.node.crypto.beginSign(SECRET, message(n + 100))
    assert.equal(second(), bls().sign(SECRET, message(n + 100)))
    assert.equal(first(), bls().sign(SECRET, message(n)))
  }
  await pool.close()
})

test('what is too long for the line, or cannot be signed, is left to whoever asks', async () => {
  const pool = new WorkerPool(1)
  const net = devnet()
  signOnThread(net.node, pool)
  const { crypto } = net.node
  await answered(() => crypto.signer!.begin(SECRET, message(0)))
  const long = new Uint8Array(10_000).fill(1)
  assert.is(crypto.signer!.begin(SECRET, long), undefined)
  assert.equal(crypto.beginSign(SECRET, long)(), bls().sign(SECRET, long))
  const bad = new Uint8Array(32).fill(0xff)
  assert.throws(crypto.beginSign(bad, message(1)), /secret/)
  const again = await answered(() => crypto.signer!.begin(SECRET, message(2)))
  assert.equal(again, bls().sign(SECRET, message(2)))
  await pool.close()
})

test('a thread that is stopped in the middle is not waited for for ever', async () => {
  const line = newLine()
  const signer = signerOver(line)
  const result = signer.begin(SECRET, message(1))!
  // Takes the request, as the thread does, and never answers.
  const takes = `const { workerData } = require('node:worker_threads')
    Atomics.store(new Int32Array(workerData, 0, 2), 0, 2)`
  const worker = new Worker(takes, { eval: true, workerData: line })
  await new Promise((done) => worker.once('exit', done))
  assert.is(result(), undefined)
  assert.is(signer.begin(SECRET, message(2)), undefined, 'the thread may still write')
})

test.run()
