// Goal: JSON-RPC 2.0 to the letter. Method: the specification's own cases against a handler that adds and fails.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dispatch, type Handler } from '../../rpc/dispatch.ts'
import { JsonPieces } from '../../rpc/json-pieces.ts'
import { refused, RPC_CODE, RpcError } from '../../rpc/errors.ts'

const called: string[] = []
const LONG = 'x'.repeat(100_000)
const handle: Handler = async ({ method, params }) => {
  called.push(method)
  if (method === 'subtract') {
    const [a, b] = params as [number, number]
    return a - b
  }
  if (method === 'nothing') return undefined
  if (method === 'pieces') return new JsonPieces(() => JsonPieces.list([1, LONG, { a: 2n ** 70n }]))
  if (method === 'refuse') throw refused('no')
  if (method === 'break') throw new TypeError('first line\nsecond line')
  throw new RpcError(RPC_CODE.methodNotFound, `method '${method}' not found`)
}

const answer = async (text: string) => {
  const response = await dispatch(text, handle)
  if (response === undefined) return undefined
  return JSON.parse(typeof response === 'string' ? response : [...response].join('')) as unknown
}
const failure = (code: number, message: string, id: unknown = null) => ({
  jsonrpc: '2.0',
  error: { code, message },
  id,
})

test('a call is answered under its id', async () => {
  for (const id of [1, '1', null, 0]) {
    const request = { jsonrpc: '2.0', method: 'subtract', params: [42, 23], id }
    assert.equal(await answer(JSON.stringify(request)), { jsonrpc: '2.0', result: 19, id })
  }
})

test('no result is null', async () => {
  const request = '{"jsonrpc":"2.0","method":"nothing","id":1}'
  assert.equal(await answer(request), { jsonrpc: '2.0', result: null, id: 1 })
})

test('a notification runs and is not answered, not even by an error', async () => {
  called.length = 0
  assert.is(await answer('{"jsonrpc":"2.0","method":"subtract","params":[1,2]}'), undefined)
  assert.is(await answer('{"jsonrpc":"2.0","method":"refuse"}'), undefined)
  assert.is(
    await answer('[{"jsonrpc":"2.0","method":"nothing"},{"jsonrpc":"2.0","method":"nope"}]'),
    undefined,
  )
  assert.equal(called, ['subtract', 'refuse', 'nothing', 'nope'])
})

test('a batch is answered call by call, notifications left out', async () => {
  const batch = [
    { jsonrpc: '2.0', method: 'subtract', params: [3, 1], id: 'a' },
    { jsonrpc: '2.0', method: 'subtract', params: [3, 1] },
    1,
    { foo: 'bar' },
    { jsonrpc: '2.0', method: 'refuse', id: 'b' },
  ]
  assert.equal(await answer(JSON.stringify(batch)), [
    { jsonrpc: '2.0', result: 2, id: 'a' },
    failure(-32600, 'invalid request: expected an object'),
    failure(-32600, 'invalid request: jsonrpc must be "2.0"'),
    failure(1, 'no', 'b'),
  ])
})

test('what is not JSON is a parse error', async () => {
  for (const text of ['{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', '', '[1,']) {
    const { error, id } = (await answer(text)) as {
      error: { code: number; message: string }
      id: unknown
    }
    assert.is(error.code, -32700)
    assert.ok(error.message.startsWith('parse error: '), error.message)
    assert.not(error.message.includes('\n'))
    assert.is(id, null)
  }
})

test('what is no request is an invalid one, and says why', async () => {
  const cases: [unknown, string, unknown][] = [
    [[], 'an empty batch', null],
    ['subtract', 'expected an object', null],
    [null, 'expected an object', null],
    [{ method: 'subtract', id: 7 }, 'jsonrpc must be "2.0"', 7],
    [{ jsonrpc: '1.0', method: 'subtract', id: 7 }, 'jsonrpc must be "2.0"', 7],
    [{ jsonrpc: '2.0', id: 'x' }, 'method must be a string', 'x'],
    [{ jsonrpc: '2.0', method: 1 }, 'method must be a string', null],
    [{ jsonrpc: '2.0', method: 'subtract', id: {} }, 'id must be a string, a number or null', null],
  ]
  for (const [request, why, id] of cases)
    assert.equal(
      await answer(JSON.stringify(request)),
      failure(-32600, `invalid request: ${why}`, id),
      why,
    )
})

test('an error nobody foresaw is one line', async () => {
  assert.equal(
    await answer('{"jsonrpc":"2.0","method":"break","id":1}'),
    failure(-32603, 'internal error: TypeError: first line', 1),
  )
})

test('large ids come back as they were', async () => {
  const response = await dispatch(
    '{"jsonrpc":"2.0","method":"nothing","id":18446744073709551615}',
    handle,
  )
  assert.is(response, '{"jsonrpc":"2.0","result":null,"id":18446744073709551615}')
})

test('a result in pieces is the same text, alone and in a batch', async () => {
  const call = (method: string, id: number) =>
    JSON.stringify({ jsonrpc: '2.0', method, params: [2, 1], id })
  const alone = await dispatch(call('pieces', 7), handle)
  assert.instance(alone, JsonPieces)
  const pieces = [...(alone as JsonPieces)]
  assert.ok(pieces.length > 1)
  const list = `[1,"${LONG}",{"a":${2n ** 70n}}]`
  assert.is(pieces.join(''), `{"jsonrpc":"2.0","result":${list},"id":7}`)
  const batch = await dispatch(`[${call('subtract', 1)},${call('pieces', 2)}]`, handle)
  const first = '{"jsonrpc":"2.0","result":1,"id":1}'
  const text = [...(batch as JsonPieces)].join('')
  assert.is(text, `[${first},{"jsonrpc":"2.0","result":${list},"id":2}]`)
  assert.is([...new JsonPieces(() => JsonPieces.list([]))].join(''), '[]')
  assert.is([...JsonPieces.object({})].join(''), '{}')
})

test.run()
