// Goal: what is sent at the same time is taken in whatever order it arrives. Method: signed transactions of one sender and of many
// are sent at once, in order, backwards and with one missing, and looked for on the chain.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { privateKeyToAccount } from 'viem/accounts'
import { createDevnet, type DevnetHandle, handleOf } from '../../cli/library.ts'
import { Devnet } from '../../engine/devnet.ts'

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

test('without automine what is taken waits', async () => {
  const made = new Devnet({ crypto: 'modelled' })
  made.automine = false
  const devnet = handleOf(made)
  for (const tx of await signed(devnet, 0, [0, 1])) await send(devnet, tx)
  assert.is(await received(devnet), '0x0')
  devnet.mine()
  assert.is(await received(devnet), '0x2')
})

test.run()
