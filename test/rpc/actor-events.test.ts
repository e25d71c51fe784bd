// Goal: events of contracts and of native actors are found by what is in them, and told as they happen. Method: a provider that publishes
// a deal and claims an allocation, and a contract that logs; what is found is compared with what the chain's own receipts lead to.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import WebSocket from 'ws'
import { encodeBase64 } from '../../primitives/base64.ts'
import { encode, text, uint } from '../../primitives/codec.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { Prng } from '../../primitives/prng.ts'
import { fillerPiece, pieceOf } from '../../proofs-mock/piece.ts'
import { createRpc } from '../../rpc/index.ts'
import { serve } from '../../rpc/server.ts'
import { startProviders } from '../../scenarios/agents/provider.ts'
import { ledgerDevnet } from '../support/drive.ts'
import { accountSigner, allocate, giveDatacap, idOf, publishDeal } from '../support/onboarding.ts'
import { int, type Json, rpcDevnet } from '../support/rpc.ts'

const CBOR = 0x51
const cborValue = (bytes: Uint8Array) => [{ codec: CBOR, value: encodeBase64(bytes) }]
const named = (name: string) => ({ $type: cborValue(encode(text, name)) })

test('events of native actors are found by type, actor and value', async () => {
  const rpc = await rpcDevnet({ preset: '2k', sectors: 1, power: [2048n], accounts: 4 })
  const { ask, devnet } = rpc
  const provider = startProviders(devnet)[0]!
  const [client, verifier] = [accountSigner(devnet, 0), accountSigner(devnet, 1)]
  const prng = new Prng('events')
  giveDatacap(devnet, verifier, client, 2048n)
  const { dealId } = publishDeal(devnet, client, devnet.providers[0]!, pieceOf(prng.bytes(900)))
  const published = devnet.node.head
  const order = allocate(devnet, client, provider.miner, fillerPiece(prng, 1024n))
  const find = (filter: object) =>
    ask<Json[]>('Filecoin.GetActorEventsRaw', { fromHeight: 0, ...filter })
  const [deal] = await find({ fields: named('deal-published') })
  assert.equal(
    [deal!['emitter'], deal!['height'], deal!['reverted']],
    ['t05', published.height, false],
  )
  assert.equal(
    deal!['tipsetKey'],
    published.cids.map((cid) => cid.toJSON()),
  )
  const [done] = devnet.node.store.execution(published).outcomes
  assert.equal(deal!['msgCid'], done!.cid.toJSON())
  const root = devnet.node.store.execution(published).receipts[0]!.eventsRoot!.toJSON()
  const [stamped] = await ask<Json[]>('Filecoin.ChainGetEvents', root)
  assert.equal(deal!['entries'], stamped!['Entries'])
  const ofDeal = { ...named('deal-published'), id: cborValue(encode(uint, Number(dealId))) }
  assert.equal(await find({ fields: ofDeal }), [deal])
  assert.equal(await find({ fields: { ...ofDeal, id: cborValue(encode(uint, 999)) } }), [])
  const [allocation] = await find({ fields: named('allocation'), addresses: ['t06'] })
  const ids = allocation!['entries'] as unknown as Json[]
  const id = ids.find(({ Key }) => String(Key) === 'id')!
  const allocated = Number(order.verifiedAllocationKey!.id)
  assert.is(id['Value'], encodeBase64(encode(uint, allocated)) as never)
  assert.equal(await find({ fields: named('allocation'), addresses: ['t05'] }), [])
  // Any of several types, a key with whatever value, and a range.
  const types = [...named('allocation').$type, ...named('deal-published').$type]
  assert.equal(await find({ fields: { $type: types } }), [deal, allocation])
  const owner = cborValue(encode(uint, idOf(devnet, client)))
  assert.equal(await find({ fields: { client: owner, 'piece-cid': [] } }), [allocation])
  const to = published.height
  assert.equal(await find({ fields: { $type: types }, toHeight: to }), [deal])
  const key = deal!['tipsetKey']
  assert.equal(await ask('Filecoin.GetActorEventsRaw', { tipsetKey: key }), [deal])
})

test('events of contracts are told as they happen, and again when they are undone', async () => {
  const { devnet, ledger, call, refusal, ask } = await ledgerDevnet()
  const f4 = String(await ask('Filecoin.EthAddressToFilecoinAddress', ledger))
  await call('move', [1n, 'before'])
  const server = await serve(createRpc(devnet), { port: 0, host: '127.0.0.1' })
  const socket = new WebSocket(server.url)
  const got: Json[] = []
  socket.on('message', (data: Buffer) => got.push(JSON.parse(data.toString()) as Json))
  await new Promise((resolve) => socket.on('open', resolve))
  const filter = { addresses: [f4], fromHeight: 0, fields: { t1: [] } }
  const method = 'Filecoin.SubscribeActorEventsRaw'
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 5, method, params: [filter] }))
  const until = async (count: number) => {
    while (got.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await until(3)
  await call('move', [2n, 'after'])
  await until(5)
  const height = devnet.node.head.height
  await ask('anvil_rollback', 1)
  devnet.mine()
  await until(7)
  const events = got.slice(1).map(({ params }) => params![1 as never] as unknown as Json)
  assert.equal(events.slice(0, 2), await ask('Filecoin.GetActorEventsRaw', filter))
  assert.ok(events.every(({ emitter }) => String(emitter) === f4))
  assert.equal(
    events.slice(2, 4).map((event) => int(event['height'])),
    [height, height],
  )
  const undone = events.slice(2, 4).map((event) => ({ ...event, reverted: true }))
  assert.equal(events.slice(4), undone)
  const logged = events[0]!['entries'] as unknown as Json[]
  const receipt = await ask<Json[]>('eth_getLogs', { fromBlock: 'earliest', address: ledger })
  const topic = fromHex(String(receipt[0]!['topics']![0 as never]).slice(2))
  assert.is(logged[0]!['Value'], encodeBase64(topic) as never)
  socket.terminate()
  await server.close()
  const says = async (asked: object) => (await refusal('Filecoin.GetActorEventsRaw', asked)).message
  assert.match(await says({ fromHeight: 9, toHeight: 3 }), /must be after 'from' height \(9\)/)
  const { cids } = devnet.node.head
  assert.match(await says({ tipsetKey: cids.map((cid) => cid.toJSON()), toHeight: 1 }), /both/)
  assert.match(await says({ fields: { t1: [{ codec: 85, value: 7 }] } }), /t1: .*base64/)
  assert.match(await says({ fromHeight: -1 }), /fromHeight/)
  assert.match((await refusal(method, {})).message, /use WebSocket/)
})

test.run()
