// Goal: whoever waits for a message gets its receipt, however tipsets are made. Method: a message under each way of making
// them, replaced, dropped or given up on.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { signedMessageCid } from '../../engine/chain/message.ts'
import { cidOf } from '../../primitives/cid.ts'
import { RpcError } from '../../rpc/errors.ts'
import { createRpc } from '../../rpc/index.ts'
import { GAS, int, type Json, type RpcDevnet, rpcDevnet, signedOf } from '../support/rpc.ts'

const later = () => new Promise<void>((done) => setTimeout(done, 5))

/** A devnet that makes no tipsets by itself, with a message that waits. */
async function withWaiting(change = {}): Promise<RpcDevnet & { cid: Json }> {
  const net = await rpcDevnet()
  net.devnet.automine = false
  const cid = net.devnet.push(signedOf(net.devnet, change)).toJSON() as unknown as Json
  return { ...net, cid }
}

test('confidence is that many epochs above the tipset with the receipt', async () => {
  const { devnet, ask } = await rpcDevnet()
  const cid = devnet.push(signedOf(devnet))
  const found = await ask('Filecoin.StateWaitMsg', cid.toJSON(), 5, 100, false)
  assert.ok(devnet.node.head.height - int(found['Height']) >= 5)
  const { height } = devnet.node.head
  assert.equal(await ask('Filecoin.StateWaitMsg', cid.toJSON(), 5, 100, false), found)
  assert.is(devnet.node.head.height, height, 'nothing is made for what is there')
})

test('a message in the head is searched for as it is waited for', async () => {
  const { devnet, ask } = await rpcDevnet()
  const cid = devnet.push(signedOf(devnet))
  const { head } = devnet.node
  const found = await ask('Filecoin.StateSearchMsg', null, cid.toJSON(), -1, true)
  assert.equal(devnet.node.head.parents, head.cids)
  assert.is(found['Height'], devnet.node.head.height)
  assert.equal(await ask('Filecoin.StateSearchMsg', null, cid.toJSON(), 0, true), found)
  devnet.mine(5)
  assert.is(await ask('Filecoin.StateSearchMsg', null, cid.toJSON(), 2, true), null)
})

test('without tipsets of its own the devnet waits for them', async () => {
  const { devnet, ask, cid } = await withWaiting()
  let found: Json | undefined
  const waiting = ask('Filecoin.StateWaitMsg', cid, 1, -1, true).then((lookup) => (found = lookup))
  for (let made = 0; made < 3; made++) {
    await later()
    assert.is(found, undefined, `after ${made} tipsets`)
    devnet.mine()
  }
  await waiting
  assert.is(found!['Receipt']!['ExitCode'], 0)
})

test('a message that was replaced is answered by the other, if that is wanted', async () => {
  const { devnet, ask, refusal, cid } = await withWaiting()
  const allowed = ask('Filecoin.StateWaitMsg', cid, 0, -1, true)
  const refused = refusal('Filecoin.StateWaitMsg', cid, 0, -1, false)
  await later()
  const other = devnet.push(signedOf(devnet, { gasPremium: 2n * GAS.gasPremium }))
  for (let i = 0; i < 3; i++) {
    devnet.mine()
    await later()
  }
  assert.equal((await allowed)['Message'], other.toJSON())
  assert.equal(await refused, { code: 1, message: `message was replaced by ${other}` })
})

test('a message that pays too little does not keep the devnet busy', async () => {
  const net = await rpcDevnet()
  const { devnet, ask } = net
  const cheap = signedOf(devnet, { gasFeeCap: 1000n, gasPremium: 0n })
  const cid = devnet.push(cheap).toJSON()
  const { height } = devnet.node.head
  const waiting = ask('Filecoin.StateWaitMsg', cid, 0, -1, true)
  const made = () => devnet.node.head.height - height
  while (made() < 10) await later()
  for (let i = 0; i < 20; i++) await later()
  assert.ok(made() < 40, `${made()} epochs`)
  while (!devnet.node.store.locate(signedMessageCid(cheap))) devnet.mine(10)
  assert.is((await waiting)['Receipt']!['ExitCode'], 0)
})

test('a client that goes away is forgotten', async () => {
  const { devnet, cid } = await withWaiting()
  const gone = new AbortController()
  const waiting = createRpc(devnet).request(
    { method: 'Filecoin.StateWaitMsg', params: [cid, 0, -1, true] },
    { gone: () => gone.signal },
  )
  gone.abort()
  const error: unknown = await waiting.catch((thrown: unknown) => thrown)
  assert.instance(error, RpcError)
  devnet.mine()
})

test('nobody waits for a message that does not exist, or for too long', async () => {
  const { devnet, refusal } = await rpcDevnet()
  const unknown = cidOf(new Uint8Array())
  for (const [method, ...params] of [
    ['Filecoin.StateWaitMsg', unknown.toJSON(), 0, -1, true],
    ['Filecoin.StateSearchMsg', null, unknown.toJSON(), -1, true],
    ['Filecoin.ChainGetMessage', unknown.toJSON()],
  ] as const)
    assert.equal(
      await refusal(method, ...params),
      { code: 1, message: `failed to load message: could not find ${unknown}` },
      method,
    )
  const cid = devnet.push(signedOf(devnet))
  assert.equal(await refusal('Filecoin.StateWaitMsg', cid.toJSON(), 901, -1, true), {
    code: 1,
    message: 'message confidence exceeds maximum: 901 > 900',
  })
})

test.run()
