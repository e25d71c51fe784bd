// Goal: tipsets come by the clock while they are asked to, and a network in which nobody can make one keeps answering.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Devnet } from '../../engine/devnet.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { createRpc } from '../../rpc/index.ts'

const later = (ms: number) => new Promise((done) => setTimeout(done, ms))

test('tipsets come by the clock until it is turned off', async () => {
  await initCrypto()
  const devnet = new Devnet({ crypto: 'modelled' })
  const { request, intervals } = createRpc(devnet)
  await request({ method: 'hardhat_setIntervalMining', params: [100] })
  assert.is(intervals.interval, 100)
  for (let i = 0; devnet.node.head.height < 2 && i < 1000; i++) await later(50)
  assert.ok(devnet.node.head.height >= 2)
  await request({ method: 'evm_setIntervalMining', params: [0] })
  const { height } = devnet.node.head
  await later(250)
  assert.is(devnet.node.head.height, height)
})

test('anvil gives seconds, Hardhat milliseconds or a range of them', async () => {
  await initCrypto()
  const { request, intervals } = createRpc(new Devnet({ crypto: 'modelled' }))
  const cases: [string, unknown, number][] = [
    ['anvil_setIntervalMining', 5, 5000],
    ['hardhat_setIntervalMining', 50, 50],
    ['evm_setIntervalMining', 5000, 5000],
    ['evm_setIntervalMining', 5, 5000],
    ['evm_setIntervalMining', [3000, 6000], 4500],
  ]
  for (const [method, given, milliseconds] of cases) {
    await request({ method, params: [given] })
    assert.is(intervals.interval, milliseconds, `${method}(${String(given)})`)
  }
  intervals.set(0)
})

test('where nobody can make a tipset the clock stops, and says why', async () => {
  await initCrypto()
  const devnet = new Devnet({ crypto: 'modelled', power: [0n] })
  const { request, intervals } = createRpc(devnet)
  const alive = setInterval(() => undefined, 1000)
  const warned = new Promise<Error>((done) => process.once('warning', done))
  intervals.set(1)
  assert.match((await warned).message, /no more tipsets by the clock: .*nobody won/)
  assert.is(intervals.interval, 0)
  assert.is(await request({ method: 'eth_chainId' }), '0x13a')
  clearInterval(alive)
})

test.run()
