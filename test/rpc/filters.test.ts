// Goal: clients are told of logs, tipsets and transactions, once each, and find old ones. Method: a contract that logs, filters
// polled between its calls, and real clients over WebSocket.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { WebSocketProvider } from 'ethers'
import { createPublicClient, keccak256, toHex, webSocket } from 'viem'
import WebSocket from 'ws'
import { signedMessageToJson } from '../../engine/chain/message.ts'
import { followHeads } from '../../rpc/head-changes.ts'
import { createRpc, type Rpc } from '../../rpc/index.ts'
import { serve, type RpcServer } from '../../rpc/server.ts'
import { maskedIdAddress } from '../../primitives/eth-address.ts'
import { filecoinAddressOf } from '../../primitives/eth-address.ts'
import { fromHex, toHex as digits } from '../../primitives/bytes.ts'
import { LEDGER } from '../support/contract.ts'
import { ledgerDevnet } from '../support/drive.ts'
import { eth, int, type Json, rawTransfer, rpcDevnet, signedOf } from '../support/rpc.ts'

const topic = (signature: string) => keccak256(toHex(signature))
const MOVED = topic('Moved(address,uint256,string)')
const PLAIN = topic('Plain(uint256)')
const word = (n: number) => `0x${n.toString(16).padStart(64, '0')}`
const hex = (n: number) => `0x${n.toString(16)}`

test('logs are found by range, block, address and topics', async () => {
  const { ask, call, ledger, devnet } = await ledgerDevnet()
  const first = devnet.node.head.height + 1
  const receipt = await call('move', [1n, 'a'])
  await call('move', [2n, 'b'])
  const count = async (filter: object) => (await ask<Json[]>('eth_getLogs', filter)).length
  const all = { fromBlock: hex(first), toBlock: 'latest' }
  assert.is(await count(all), 4)
  assert.is(await count({ fromBlock: 'earliest' }), 4)
  assert.is(await count({}), 2)
  assert.is(await count({ ...all, toBlock: receipt['blockNumber'] }), 2)
  assert.is(await count({ blockHash: receipt['blockHash'] }), 2)
  assert.is(await count({ ...all, address: ledger }), 4)
  const id = devnet.node.state.resolve(filecoinAddressOf(fromHex(ledger)))!
  assert.is(await count({ ...all, address: [`0x${digits(maskedIdAddress(id))}`] }), 4)
  assert.is(await count({ ...all, address: [eth(devnet.accounts[0]!)] }), 0)
  assert.is(await count({ ...all, topics: [MOVED] }), 2)
  assert.is(await count({ ...all, topics: [[MOVED, PLAIN]] }), 4)
  assert.is(await count({ ...all, topics: [null, null, word(2)] }), 1)
  assert.is(await count({ ...all, topics: [MOVED, [], [word(1), word(2)]] }), 2)
  const logs = await ask<Json[]>('eth_getLogs', { blockHash: receipt['blockHash'] })
  assert.equal(logs, receipt['logs'])
})

test('a filter that is wrong is refused, with what is wrong', async () => {
  const { refusal, devnet } = await rpcDevnet()
  const says = async (filter: unknown) => (await refusal('eth_getLogs', filter)).message
  assert.match(await says({ address: '0x12' }), /param 0: address: expected an Ethereum address/)
  assert.match(await says({ topics: ['0x12'] }), /param 0: topics: expected a 32-byte hash/)
  assert.match(await says({ topics: [null, null, null, null, null] }), /too many topics/)
  assert.match(await says({ blockHash: word(1), fromBlock: '0x1' }), /either blockHash/)
  assert.match(await says(undefined), /expected a filter object, got nothing/)
  assert.match(await says({ blockHash: word(1) }), /failed to find tipset/)
  devnet.mine(3)
  assert.match(await says({ fromBlock: '0x2', toBlock: '0x1' }), /invalid epoch range/)
  const future = hex(devnet.node.head.height + 1)
  assert.match(await says({ fromBlock: '0x1', toBlock: future }), /not yet available/)
})

test('a range is as long as one likes, unless the node is to be as strict as Lotus', async () => {
  const wide = { fromBlock: '0x0', toBlock: hex(2881) }
  const { ask, devnet } = await rpcDevnet()
  devnet.passTo(2881)
  assert.equal(await ask('eth_getLogs', wide), [])
  const strict = await rpcDevnet({}, { strictLotus: true })
  const message = 'block range exceeds maximum of 2880 (got 2881)'
  assert.equal(await strict.refusal('eth_getLogs', wide), { code: -32005, message })
})

test('at most 10,000 logs are found at once', async () => {
  const { call, ask, refusal } = await ledgerDevnet()
  for (let i = 0; i < 5; i++) await call('logMany', [2000n])
  assert.is((await ask<Json[]>('eth_getLogs', { fromBlock: '0x0' })).length, 10_000)
  await call('move', [1n, ''])
  assert.match((await refusal('eth_getLogs', { fromBlock: '0x0' })).message, /too many events/)
})

test('a filter of logs tells each once', async () => {
  const { ask, call, refusal } = await ledgerDevnet()
  await call('move', [1n, 'before'])
  const id = await ask('eth_newFilter', { topics: [MOVED] })
  const old = await ask('eth_newFilter', { fromBlock: '0x0', topics: [MOVED] })
  assert.match(String(id), /^0x[\da-f]{64}$/)
  const changes = async (which: unknown) =>
    (await ask<Json[]>('eth_getFilterChanges', which)).map((log) => int(log['topics']![2]))
  assert.equal(await changes(id), [])
  await call('move', [2n, ''])
  await call('move', [3n, ''])
  assert.equal(await changes(id), [2, 3])
  assert.equal(await changes(id), [])
  assert.equal(await changes(old), [1, 2, 3])
  await call('move', [4n, ''])
  assert.equal(await changes(old), [4])
  const all = await ask<Json[]>('eth_getFilterLogs', old)
  assert.equal(
    all.map((log) => int(log['topics']![2])),
    [1, 2, 3, 4],
  )
  assert.is(await ask('eth_uninstallFilter', id), true)
  assert.is(await ask('eth_uninstallFilter', id), false)
  assert.is((await refusal('eth_getFilterChanges', id)).message, 'filter not found')
})

test('what leaves the chain is told as removed', async () => {
  const { ask, call, devnet } = await ledgerDevnet()
  const { head, store } = devnet.node
  const id = await ask('eth_newFilter', {})
  const blocks = await ask('eth_newBlockFilter')
  const receipt = await call('move', [1n, ''])
  assert.is((await ask<Json[]>('eth_getFilterChanges', id)).length, 2)
  assert.equal(await ask('eth_getFilterChanges', blocks), [receipt['blockHash']])
  store.setHead(head)
  const changes = await ask<Json[]>('eth_getFilterChanges', id)
  assert.equal(
    changes.map((log) => log['removed']),
    [true, true],
  )
  assert.equal(await ask('eth_getFilterChanges', blocks), [])
})

test('a filter outlives a revert of the chain', async () => {
  const { ask, call } = await ledgerDevnet()
  const id = await ask('eth_newFilter', { topics: [MOVED] })
  const snapshot = await ask('evm_snapshot')
  await call('move', [1n, ''])
  assert.is((await ask<Json[]>('eth_getFilterChanges', id)).length, 1)
  assert.is(await ask('evm_revert', snapshot), true)
  assert.equal(await ask('eth_getFilterChanges', id), [])
})

test('filters of tipsets and of waiting transactions', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const [blocks, pending] = [
    await ask('eth_newBlockFilter'),
    await ask('eth_newPendingTransactionFilter'),
  ]
  const { accounts } = devnet
  const hash = await ask(
    'eth_sendRawTransaction',
    rawTransfer(devnet, accounts[0]!, accounts[1]!.delegated),
  )
  const native = devnet.push(signedOf(devnet))
  assert.equal(await ask('eth_getFilterChanges', pending), [hash, `0x${digits(native.digest)}`])
  assert.equal(await ask('eth_getFilterChanges', pending), [])
  const head = await ask('eth_getBlockByNumber', 'latest', false)
  assert.equal(await ask('eth_getFilterChanges', blocks), [head['parentHash'], head['hash']])
  assert.is((await refusal('eth_getFilterLogs', blocks)).message, 'wrong filter type')
  assert.match(
    (await refusal('eth_getFilterChanges', 7)).message,
    /param 0: expected a filter id, got 7/,
  )
})

test('filters that nobody asks for make room', async () => {
  const { ask, refusal } = await rpcDevnet()
  const [old, kept] = [
    await ask('eth_newPendingTransactionFilter'),
    await ask('eth_newBlockFilter'),
  ]
  for (let i = 0; i < 999; i++) {
    if (i === 500) await ask('eth_getFilterChanges', kept)
    await ask('eth_newBlockFilter')
  }
  assert.is((await refusal('eth_getFilterChanges', old)).message, 'filter not found')
  assert.equal(await ask('eth_getFilterChanges', kept), [])
})

type Devnet = Awaited<ReturnType<typeof ledgerDevnet>>

async function served(
  run: (devnet: Devnet, url: string, subscribed: () => number) => Promise<void>,
): Promise<void> {
  const devnet = await ledgerDevnet()
  const bugs: unknown[] = []
  const rpc = createRpc(devnet.devnet)
  let subscribed = 0
  const counting: Rpc = {
    async request(asked, caller) {
      const answer = await rpc.request(asked, caller)
      if (asked.method === 'eth_subscribe') subscribed++
      return answer
    },
  }
  const server: RpcServer = await serve(counting, {
    port: 0,
    host: '127.0.0.1',
    onBug: (error) => bugs.push(error),
  })
  try {
    await run(devnet, server.url.replace('http', 'ws'), () => subscribed)
  } finally {
    await server.close()
  }
  assert.equal(bugs, [])
}

/** Resolves once it is true. */
async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.ok(isSo())
}

test('viem watches blocks, events and transactions over WebSocket', () =>
  served(async ({ call, devnet }, url, subscribed) => {
    const socket = webSocket(url)
    const client = createPublicClient({ transport: socket })
    const [blocks, events, pending]: [bigint[], string[], string[]] = [[], [], []]
    const ends = [
      client.watchBlockNumber({ onBlockNumber: (n) => blocks.push(n) }),
      client.watchContractEvent({
        abi: LEDGER.abi,
        eventName: 'Moved',
        onLogs: (logs) => {
          for (const log of logs)
            events.push(String((log as unknown as { args: { note: string } }).args.note))
        },
      }),
      client.watchPendingTransactions({ onTransactions: (hashes) => pending.push(...hashes) }),
    ]
    await until(() => subscribed() === 3)
    const receipt = await call('move', [1n, 'one'])
    await call('move', [2n, 'two'])
    await until(() => blocks.length >= 2 && events.length >= 2 && pending.length >= 2)
    assert.is(blocks.at(-1), BigInt(devnet.node.head.height))
    assert.equal(events, ['one', 'two'])
    assert.is(pending[0], String(receipt['transactionHash']))
    for (const end of ends) end()
    const { getRpcClient } = socket({}).value as { getRpcClient(): Promise<{ close(): void }> }
    ;(await getRpcClient()).close()
  }))

test('ethers listens over WebSocket', () =>
  served(async ({ call, ledger }, url, subscribed) => {
    const provider = new WebSocketProvider(url)
    const [blocks, logs]: [number[], string[]] = [[], []]
    await provider.on('block', (n: number) => blocks.push(n))
    await provider.on({ address: ledger, topics: [PLAIN] }, (log: { data: string }) =>
      logs.push(log.data),
    )
    await until(() => subscribed() === 2)
    await call('move', [9n, ''])
    await until(() => blocks.length > 0 && logs.length > 0)
    assert.equal(logs, [word(9)])
    await provider.destroy()
  }))

test('subscriptions end when asked, or when the client goes away', () =>
  served(async ({ call }, url) => {
    const socket = new WebSocket(url)
    const got: Json[] = []
    socket.on('message', (data: Buffer) => got.push(JSON.parse(data.toString()) as Json))
    await new Promise((resolve) => socket.on('open', resolve))
    const ask = async (method: string, ...params: unknown[]) => {
      const before = got.length
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
      await until(() => got.length > before)
      return got.at(-1)!
    }
    const id = (await ask('eth_subscribe', 'logs'))['result']
    assert.match(
      String((await ask('eth_subscribe', 'syncing'))['error']!['message']),
      /unsupported event type: syncing/,
    )
    await call('move', [1n, ''])
    const told = () => got.filter((item) => String(item['method']) === 'eth_subscription')
    await until(() => told().length === 2)
    assert.is(told()[0]!['params']!['subscription'], id)
    assert.is((await ask('eth_unsubscribe', id))['result'], true)
    assert.is((await ask('eth_unsubscribe', id))['result'], false)
    await call('move', [1n, ''])
    await ask('eth_subscribe', 'newHeads')
    assert.is(told().length, 2)
    socket.send('no json')
    await until(() => got.at(-1)!['error'] !== undefined)
    socket.terminate()
    await call('move', [1n, ''])
  }))

test('ChainNotify is a channel of heads, until it is cancelled', () =>
  served(async ({ call, devnet }, url) => {
    const socket = new WebSocket(url)
    const got: Json[] = []
    socket.on('message', (data: Buffer) => got.push(JSON.parse(data.toString()) as Json))
    await new Promise((resolve) => socket.on('open', resolve))
    const send = (message: object) => socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }))
    send({ id: 7, method: 'Filecoin.ChainNotify', params: [] })
    await until(() => got.length === 2)
    const { height } = devnet.node.head
    const channel = got[0]!['result']
    const changes = (message: Json) =>
      (message['params']![1 as never] as unknown as Json[]).map((change) => [
        change['Type'],
        change['Val']!['Height'],
      ])
    assert.equal([got[1]!['method'], got[1]!['params']![0 as never]], ['xrpc.ch.val', channel])
    assert.equal(changes(got[1]!), [['current', height]])
    await call('move', [1n, ''])
    await until(() => got.length === 3)
    assert.equal(changes(got[2]!), [['apply', devnet.node.head.height]])
    send({ method: 'xrpc.cancel', params: [7] })
    send({ id: 8, method: 'eth_chainId', params: [] })
    await until(() => got.length === 4)
    await call('move', [1n, ''])
    send({ id: 9, method: 'eth_chainId', params: [] })
    await until(() => got.length === 5)
    assert.equal(
      got.slice(3).map((message) => message['id']),
      [8, 9],
    )
    socket.terminate()
  }))

test('ChainNotify tells of all that a rollback takes away', async () => {
  const { devnet } = await rpcDevnet()
  const told: string[] = []
  devnet.mine(4)
  const before = devnet.node.head
  const end = followHeads(devnet.node, ({ reverted, applied }) => {
    for (const { key } of reverted) told.push(`-${key}`)
    for (const { key } of applied) told.push(`+${key}`)
  })
  const [first, second] = [devnet.mine(), devnet.mine()]
  devnet.node.rollback(3)
  devnet.increaseTime(3600)
  const third = devnet.mine()
  end()
  devnet.mine()
  const [a, b, c, d] = [before, first, second, third].map(({ key }) => key)
  assert.equal(told, [`+${b}`, `+${c}`, `-${c}`, `-${b}`, `-${a}`, `+${d}`])
})

test('MpoolSub is a channel of messages that begin and cease to wait', () =>
  served(async ({ devnet }, url) => {
    const socket = new WebSocket(url)
    const got: Json[] = []
    socket.on('message', (data: Buffer) => got.push(JSON.parse(data.toString()) as Json))
    await new Promise((resolve) => socket.on('open', resolve))
    const ask = { jsonrpc: '2.0', id: 3, method: 'Filecoin.MpoolSub', params: [] }
    socket.send(JSON.stringify(ask))
    await until(() => got.length === 1)
    const signed = signedOf(devnet)
    devnet.node.push(signed)
    await until(() => got.length === 2)
    devnet.mine()
    await until(() => got.length === 3)
    const message = signedMessageToJson(signed, devnet.params.letter)
    assert.equal(
      got.slice(1).map(({ params }) => params),
      [0, 1].map((type) => [got[0]!['result'], { Type: type, Message: message }]),
    )
    socket.terminate()
  }))

test('over HTTP there is nobody to tell', async () => {
  const { refusal } = await rpcDevnet()
  for (const [method, param] of [
    ['eth_subscribe', 'newHeads'],
    ['eth_unsubscribe', word(1)],
  ])
    assert.match((await refusal(method!, param)).message, /connection doesn't support callbacks/)
  for (const name of ['ChainNotify', 'MpoolSub'])
    assert.match((await refusal(`Filecoin.${name}`)).message, /use WebSocket/)
})

test('a WebSocket is refused where there is nothing, and closed for a request that is too long', () =>
  served(async (_, url) => {
    const elsewhere = new WebSocket(url.replace('/rpc/v1', '/nothing'))
    const error = await new Promise<Error>((resolve) => elsewhere.on('error', resolve))
    assert.match(error.message, /404/)
    const socket = new WebSocket(url)
    await new Promise((resolve) => socket.on('open', resolve))
    const closed = new Promise<number>((resolve) => socket.on('close', resolve))
    socket.send('x'.repeat(17 * 1024 * 1024))
    assert.is(await closed, 1009)
  }))

test.run()
