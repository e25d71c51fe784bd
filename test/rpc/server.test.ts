// Goal: the server speaks HTTP as browsers and clients expect, whatever is sent. Method: requests to a server on a free
// port over an RPC that echoes.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import type { Rpc } from '../../rpc/index.ts'
import { serve, type RpcServer } from '../../rpc/server.ts'

const bugs: unknown[] = []
let aborted = 0
let onWaiting: () => void
/** Resolves when the next request that is never answered has come. */
const nextWaiting = () => new Promise<void>((done) => (onWaiting = done))
const rpc: Rpc = {
  async request({ method, params }, caller) {
    if (method === 'break') throw new TypeError('broken')
    if (method === 'wait')
      return new Promise(() => {
        caller!.gone!().addEventListener('abort', () => aborted++)
        onWaiting()
      })
    return { method, params }
  },
}

let server: RpcServer
let origin: string
test.before(async () => {
  const onBug = (error: unknown) => bugs.push(error)
  server = await serve(rpc, { port: 0, host: '127.0.0.1', onBug })
  origin = new URL(server.url).origin
})
test.after(() => server.close())

const post = (path: string, body: string) => fetch(`${origin}${path}`, { method: 'POST', body })
const call = (method: string) => JSON.stringify({ jsonrpc: '2.0', method, params: [1], id: 1 })

test('answers at / and /rpc/v1, with or without a slash at the end', async () => {
  assert.is(server.url, `${origin}/rpc/v1`)
  for (const path of ['/', '', '/rpc/v1', '/rpc/v1/', '/rpc/v1?token=x']) {
    const response = await post(path, call('echo'))
    assert.is(response.status, 200, path)
    assert.is(response.headers.get('content-type'), 'application/json')
    assert.equal(await response.json(), {
      jsonrpc: '2.0',
      result: { method: 'echo', params: [1] },
      id: 1,
    })
  }
})

test('the old API is refused by name', async () => {
  const response = await post('/rpc/v0', call('Filecoin.ChainHead'))
  assert.is(response.status, 200)
  assert.equal(await response.json(), {
    jsonrpc: '2.0',
    error: {
      code: -32601,
      message: `method 'Filecoin.ChainHead' not found: the v0 API is not served here, use /rpc/v1`,
    },
    id: 1,
  })
})

test('other paths and methods are told where to go', async () => {
  const missing = await post('/rpc/v3', call('echo'))
  assert.is(missing.status, 404)
  assert.is(await missing.text(), 'there is nothing at /rpc/v3: POST to /rpc/v1\n')
  const got = await fetch(`${origin}/rpc/v1`)
  assert.is(got.status, 405)
  assert.is(got.headers.get('allow'), 'POST, OPTIONS')
})

test('a page from anywhere may ask', async () => {
  const preflight = await fetch(server.url, { method: 'OPTIONS' })
  assert.is(preflight.status, 204)
  for (const response of [preflight, await post('/', call('echo')), await fetch(server.url)]) {
    assert.is(response.headers.get('access-control-allow-origin'), '*')
    assert.is(response.headers.get('access-control-allow-headers'), '*')
  }
})

test('malformed JSON is an answer, a notification has none', async () => {
  const malformed = await post('/', '{"jsonrpc":')
  assert.is(malformed.status, 200)
  assert.is(((await malformed.json()) as { error: { code: number } }).error.code, -32700)
  const notified = await post('/', '{"jsonrpc":"2.0","method":"echo"}')
  assert.is(notified.status, 204)
  assert.is(await notified.text(), '')
})

test('a body that is too long is refused, and the server goes on', async () => {
  const response = await post('/', 'x'.repeat(17 * 1024 * 1024))
  assert.is(response.status, 413)
  assert.is(await response.text(), 'the body is longer than 16777216 bytes\n')
  assert.is((await post('/', call('echo'))).status, 200)
})

test('a bug is one line to the client and whole to whoever runs the server', async () => {
  const response = await post('/', call('break'))
  assert.equal(await response.json(), {
    jsonrpc: '2.0',
    error: { code: -32603, message: 'internal error: TypeError: broken' },
    id: 1,
  })
  assert.equal(
    bugs.map((bug) => (bug as Error).message),
    ['broken'],
  )
})

test('connections are kept between requests', async () => {
  const response = await post('/', call('echo'))
  assert.is(response.headers.get('connection'), 'keep-alive')
  await response.text()
})

test('a client that goes away is no longer waited for', async () => {
  const gone = new AbortController()
  void nextWaiting().then(() => gone.abort())
  const waiting = fetch(server.url, { method: 'POST', body: call('wait'), signal: gone.signal })
  await waiting.then(
    () => assert.unreachable('answered'),
    () => undefined,
  )
  for (let i = 0; i < 1000 && aborted === 0; i++) await new Promise((done) => setTimeout(done, 10))
  assert.is(aborted, 1)
})

test('a port that is taken is named', async () => {
  const other = createServer()
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  const { port } = other.address() as AddressInfo
  try {
    await serve(rpc, { port, host: '127.0.0.1' })
    assert.unreachable('it listens')
  } catch (error) {
    assert.instance(error, InvalidInput)
    assert.is((error as Error).message, `port: ${port} is already in use on 127.0.0.1`)
  } finally {
    other.close()
  }
})

test('closing ends requests that wait', async () => {
  const closing = await serve(rpc, { port: 0, host: '127.0.0.1' })
  void nextWaiting().then(() => closing.close())
  const waiting = fetch(closing.url, { method: 'POST', body: call('wait') })
  await waiting.then(
    () => assert.unreachable('answered'),
    () => undefined,
  )
})

test.run()
