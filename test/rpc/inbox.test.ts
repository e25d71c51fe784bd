// Goal: what is sent at the same time is taken in whatever order it arrives, and who is answered finds its transaction mined.
// Method: signed transactions of one sender and of many are sent at once, in order, backwards and with one missing, and looked
// for on the chain; single ones as over a network, where the answer comes before the tipset.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { privateKeyToAccount } from 'viem/accounts'
import { createDevnet, type DevnetHandle, handleOf } from '../../cli/library.ts'
import { Devnet } from '../../engine/devnet.ts'
import { actorId } from '../../primitives/units.ts'
import type { Tipset } from '../../engine/chain/tipset.ts'
import { createRpc } from '../../rpc/index.ts'
import { serve } from '../../rpc/server.ts'
import { eth, rpcDevnet, signedJson, transferOf } from '../support/rpc.ts'

const TO = '0x00000000000000000000000000000000000000aa'

async function signed(devnet: DevnetHandle, sender: number, nonces: readonly number[]) {
  const account = privateKeyToAccount(devnet.accounts[sender]!.privateKey)
  const fees = { gas: 8_000_000n, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 6n }
  const chainId = Number(devnet.node.params.chainId)
  const call = { type: 'eip1559', chainId, to: TO, value: 1n, ...fees } as const
  return Promise.all(nonces.map((nonce) => account.signTransaction({ ...call, nonce })))
}

const send = (devnet: DevnetHandle, raw: string): Promise<unknown> =>
  devnet.request({ method: 'eth_sendRawTransaction', params: [raw] })

const received = (devnet: DevnetHandle): Promise<unknown> =>
  devnet.request({ method: 'eth_getBalance', params: [TO, 'latest'] })

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

test('transactions of many senders share a tipset', async () => {
  const devnet = await createDevnet({ crypto: 'modelled' })
  const raw = await Promise.all(upTo(10).map((sender) => signed(devnet, sender, [0])))
  const { height } = devnet.node.head
  const hashes = await Promise.all(raw.flat().map((tx) => send(devnet, tx)))
  assert.is(await received(devnet), '0xa')
  const blocks = await Promise.all(
    hashes.map(async (hash) => {
      const params = [hash]
      const receipt = await devnet.request({ method: 'eth_getTransactionReceipt', params })
      return (receipt as { blockHash: string }).blockHash
    }),
  )
  assert.is(new Set(blocks).size, 1)
  assert.ok(devnet.node.head.height > height)
})

test('transactions of one sender are taken backwards', async () => {
  const devnet = await createDevnet({ crypto: 'modelled' })
  const raw = await signed(devnet, 0, upTo(20).reverse())
  await Promise.all(raw.map((tx) => send(devnet, tx)))
  assert.is(await received(devnet), '0x14')
})

test('many at once over HTTP are all taken', async () => {
  const devnet = await createDevnet({ crypto: 'modelled' })
  const server = await devnet.listen()
  try {
    const raw = await signed(devnet, 0, upTo(300))
    const answers = await Promise.all(
      raw.map(async (tx, id) => {
        const body = { jsonrpc: '2.0', id, method: 'eth_sendRawTransaction', params: [tx] }
        const headers = { 'content-type': 'application/json' }
        const init = { method: 'POST', headers, body: JSON.stringify(body) }
        return (await (await fetch(server.url, init)).json()) as { error?: unknown }
      }),
    )
    assert.equal(
      answers.filter(({ error }) => error),
      [],
    )
    assert.is(await received(devnet), '0x12c')
  } finally {
    await server.close()
  }
})

test('one that nothing leads up to is refused, those before it are taken', async () => {
  const devnet = await createDevnet({ crypto: 'modelled' })
  const raw = await signed(devnet, 0, [0, 1, 3])
  const done = await Promise.allSettled(raw.map((tx) => send(devnet, tx)))
  assert.equal(
    done.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  )
  assert.match(String((done[2] as PromiseRejectedResult).reason), /nonce gap: expected 2, got 3/)
  assert.is(await received(devnet), '0x2')
})

/** Tipsets that hold messages of one sender, of those made after a height. */
function tipsetsWith(devnet: Devnet, from: string, after: number): number[] {
  const { store, head } = devnet.node
  const counts: number[] = []
  for (let at: Tipset | undefined = head; at && at.height > after; at = store.parent(at)) {
    const { outcomes } = store.execution(at)
    const count = outcomes.filter(({ message }) => String(message.message.from) === from).length
    if (count > 0) counts.push(count)
  }
  return counts
}

test('messages pushed at once share a tipset, signed or not, in any order', async () => {
  const { devnet, ask } = await rpcDevnet()
  const [first, second] = devnet.accounts
  const from = String(first!.native)
  const unsigned = { From: from, To: String(second!.native), Value: '1' }
  const ways: [string, () => Promise<unknown>[]][] = [
    [
      'MpoolPushMessage',
      () => upTo(12).map(() => ask('Filecoin.MpoolPushMessage', unsigned, null)),
    ],
    [
      'MpoolPush',
      () => {
        const nonce = devnet.node.nextNonce(first!.native)
        const signed = upTo(12).map((i) =>
          signedJson(
            devnet,
            first!,
            transferOf(first!, second!.native, { nonce: nonce + BigInt(i) }),
          ),
        )
        return signed.reverse().map((message) => ask('Filecoin.MpoolPush', message))
      },
    ],
    [
      'MpoolBatchPushMessage',
      () => [ask('Filecoin.MpoolBatchPushMessage', Array(12).fill(unsigned), null)],
    ],
  ]
  for (const [name, push] of ways) {
    const { height } = devnet.node.head
    await Promise.all(push())
    assert.equal(tipsetsWith(devnet, from, height), [12], name)
  }
  const { height } = devnet.node.head
  const request = { from: eth(first!), to: eth(second!), value: '0x1' }
  await Promise.all(upTo(5).map(() => ask('eth_sendTransaction', request)))
  assert.equal(tipsetsWith(devnet, String(first!.delegated), height), [5])
})

test('of a batch, what comes before a message that is refused is mined', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const [first, second] = devnet.accounts
  const good = { From: String(first!.native), To: String(second!.native), Value: '1' }
  const says = await refusal('Filecoin.MpoolBatchPushMessage', [good, { ...good, Nonce: 7 }], null)
  assert.match(says.message, /nonce to be 0, was 7/)
  assert.equal(tipsetsWith(devnet, good.From, 0), [1])
  assert.equal(await ask('Filecoin.MpoolPending', null), [])
})

test('a message that is ahead of its turn is refused once nothing leads up to it', async () => {
  const { devnet, refusal } = await rpcDevnet()
  const [first, second] = devnet.accounts
  const early = transferOf(first!, second!.native, { nonce: 3n })
  const says = await refusal('Filecoin.MpoolPush', signedJson(devnet, first!, early))
  assert.match(says.message, /nonce/)
  assert.is(devnet.node.pool.size, 0)
})

test('without automine what is taken waits', async () => {
  const made = new Devnet({ crypto: 'modelled' })
  made.automine = false
  const devnet = handleOf(made)
  for (const tx of await signed(devnet, 0, [0, 1])) await send(devnet, tx)
  assert.is(await received(devnet), '0x0')
  devnet.mine()
  assert.is(await received(devnet), '0x2')
})

/** A devnet behind an RPC, and what is asked of it as over a network. */
async function remote(count: number) {
  const lines: string[] = []
  const devnet = new Devnet({ crypto: 'modelled' })
  const rpc = createRpc(devnet, { log: (line) => lines.push(line), isRemote: true })
  const ask = (method: string, ...params: unknown[]): Promise<unknown> =>
    rpc.request({ method, params })
  return { devnet, ask, lines, raw: await signed(handleOf(devnet), 0, upTo(count)) }
}

test('a transaction that is alone is answered first, and there for whoever asks next', async () => {
  const { devnet, ask, raw } = await remote(5)
  for (const [i, tx] of raw.entries()) {
    const { height } = devnet.node.head
    const hash = await ask('eth_sendRawTransaction', tx)
    assert.is(devnet.node.head.height, height)
    const [number, receipt, balance] = await Promise.all([
      ask('eth_blockNumber'),
      ask('eth_getTransactionReceipt', hash),
      ask('eth_getBalance', TO, 'latest'),
    ])
    assert.is((receipt as { status: string }).status, '0x1')
    assert.is((receipt as { blockNumber: string }).blockNumber, number)
    assert.is(balance, `0x${(i + 1).toString(16)}`)
  }
})

test('what comes while the tipset is due waits for it, other transactions too', async () => {
  const { devnet, ask, raw } = await remote(3)
  const heights: unknown[] = []
  for (const tx of raw) {
    await ask('eth_sendRawTransaction', tx)
    heights.push(devnet.node.head.height)
  }
  assert.is(await ask('eth_getBalance', TO, 'latest'), '0x3')
  assert.is(new Set(heights).size, 3)
  await ask('evm_setAutomine', false)
  assert.is(devnet.automine, false)
})

test('in this process a transaction is mined when it is answered', async () => {
  const { devnet, raw } = await remote(1)
  const handle = handleOf(devnet)
  const { height } = devnet.node.head
  await send(handle, raw[0]!)
  assert.ok(devnet.node.head.height > height)
})

test('over HTTP every receipt is there at once, on connections old and new', async () => {
  const devnet = new Devnet({ crypto: 'modelled' })
  const rpc = createRpc(devnet, { isRemote: true })
  const server = await serve(rpc, { port: 0, host: '127.0.0.1' })
  const ask = async (connection: string, method: string, ...params: unknown[]) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const headers = { 'content-type': 'application/json', connection }
    const response = await fetch(server.url, { method: 'POST', headers, body })
    return ((await response.json()) as { result: { status: string } }).result
  }
  try {
    for (const [i, tx] of (await signed(handleOf(devnet), 0, upTo(40))).entries()) {
      const hash = await ask('keep-alive', 'eth_sendRawTransaction', tx)
      const connection = i % 2 === 0 ? 'keep-alive' : 'close'
      const receipt = await ask(connection, 'eth_getTransactionReceipt', hash)
      assert.is(receipt?.status, '0x1', `transaction ${i}`)
    }
  } finally {
    await server.close()
  }
})

test('where no tipset can be made the receipt says why, and so does the next transaction', async () => {
  const { devnet, ask, lines, raw } = await remote(2)
  const { node } = devnet
  const { overrides } = node
  node.overrides = { ...overrides, producer: actorId(1) } // has no power
  const hash = await ask('eth_sendRawTransaction', raw[0])
  const why = /nobody won a block in 1000 epochs/
  const refusal = (asked: Promise<unknown>): Promise<string> =>
    asked.then(
      () => 'none',
      (error: unknown) => String(error),
    )
  for (let i = 0; i < 2; i++)
    assert.match(await refusal(ask('eth_getTransactionReceipt', hash)), why)
  assert.is(lines.filter((line) => why.test(line)).length, 1)
  assert.match(await refusal(ask('eth_sendRawTransaction', raw[1])), why)
  assert.is(lines.filter((line) => why.test(line)).length, 1)
  const other = `0x${'12'.repeat(32)}`
  assert.is(await ask('eth_getTransactionReceipt', other), null)
  node.overrides = overrides
  await ask('evm_mine')
  const receipt = await ask('eth_getTransactionReceipt', hash)
  assert.is((receipt as { status: string }).status, '0x1')
})

test('the head is the same whether the answer comes before the tipset or after', async () => {
  const { devnet, ask, raw } = await remote(4)
  const other = await createDevnet({ crypto: 'modelled', sectors: 0 })
  for (const tx of raw) {
    await ask('eth_sendRawTransaction', tx)
    await send(other, tx)
  }
  await ask('eth_blockNumber')
  assert.is(devnet.node.head.key, other.node.head.key)
  const roots = [devnet, other].map(({ node }) => node.store.execution(node.head).stateRoot)
  assert.ok(roots[0]!.equals(roots[1]!))
})

test.run()
