// Goal: wrong input is answered by one line that names what was wrong, the server goes on and the chain is as before.
// Method: each kind of it over HTTP, with head, waiting messages and nonce compared around every request.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { signMessage } from '../../engine/chain/message-signature.ts'
import { signedMessageToJson } from '../../engine/chain/message.ts'
import { secp256k1Address } from '../../primitives/address.ts'
import { publicKeyFromSecret } from '../../primitives/crypto/secp256k1.ts'
import { fil } from '../../primitives/units.ts'
import { createRpc } from '../../rpc/index.ts'
import { type RpcServer, serve } from '../../rpc/server.ts'
import {
  eth,
  NOBODY,
  rawTransfer,
  type RpcDevnet,
  rpcDevnet,
  signedJson,
  signedOf,
  transferOf,
} from '../support/rpc.ts'

let net: RpcDevnet
let server: RpcServer
const bugs: unknown[] = []

test.before(async () => {
  net = await rpcDevnet()
  const onBug = (error: unknown) => bugs.push(error)
  server = await serve(createRpc(net.devnet), { port: 0, host: '127.0.0.1', onBug })
})
test.after(() => server.close())

interface Answer {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
}

async function post(body: string): Promise<Answer> {
  const response = await fetch(server.url, { method: 'POST', body })
  assert.is(response.status, 200)
  return (await response.json()) as Answer
}

/** The error of a request, after which everything is as before. */
async function refusal(method: string, ...params: unknown[]) {
  const before = shownState()
  const { error } = await post(JSON.stringify({ jsonrpc: '2.0', method, params, id: 1 }))
  assert.ok(error, `${method} answered`)
  assert.not(error.message.includes('\n'), error.message)
  assert.not.match(error.message, / at .*\.(ts|js):\d+/)
  assert.equal(shownState(), before)
  assert.ok((await post('{"jsonrpc":"2.0","method":"eth_chainId","id":1}')).result)
  return [error.code, error.message]
}

function shownState() {
  const { node, accounts } = net.devnet
  const nonces = accounts.map(({ native, delegated }) => [
    node.nextNonce(native),
    node.nextNonce(delegated),
  ])
  return { head: node.head.key, waiting: node.pool.size, nonces }
}

test('malformed JSON', async () => {
  for (const body of ['{', '', 'hello', '{"jsonrpc":"2.0","method":"eth_chainId",}']) {
    const { error } = await post(body)
    assert.is(error?.code, -32700, body)
    assert.not(error!.message.includes('\n'))
  }
})

test('unknown methods', async () => {
  for (const method of ['eth_nope', 'Filecoin.Nope', '', 'toString', '__proto__', 'eth_simulateV1'])
    assert.equal(await refusal(method), [-32601, `method '${method}' not found`])
})

/** Each with what is said after the method's name. */
const WRONG: [method: string, params: unknown[], message: string][] = [
  ['Filecoin.WalletBalance', [42], 'param 0: expected an address, got 42'],
  ['Filecoin.WalletBalance', [], 'param 0: expected an address, got nothing'],
  ['Filecoin.WalletBalance', [null], 'param 0: expected an address, got null'],
  [
    'Filecoin.WalletBalance',
    ['hello'],
    'param 0: expected an address, got "hello": expected f or t, a protocol 0 to 4, and a payload',
  ],
  ['Filecoin.WalletBalance', ['f01', 1], ': expected at most 1 parameter, got 2'],
  ['Filecoin.ChainHead', [1], ': expected no parameters, got 1'],
  [
    'Filecoin.ChainGetTipSet',
    ['x'],
    'param 0: expected a tipset key: an array of CIDs or null, got "x"',
  ],
  ['Filecoin.ChainGetTipSet', [['x']], 'param 0: expected {"/": "<CID>"}, got "x"'],
  ['Filecoin.ChainGetBlock', [{ '/': 'x' }], 'param 0: expected a CID, got {"/":"x"}: "x"'],
  ['Filecoin.ChainGetTipSetByHeight', [-1, null], 'param 0: expected an epoch, got -1'],
  ['Filecoin.ChainGetTipSetByHeight', ['1', null], 'param 0: expected an epoch, got "1"'],
  ['Filecoin.StateWaitMsg', [{ '/': 'x' }, 'a'], 'param 0: expected a CID, got {"/":"x"}: "x"'],
  ['eth_getBalance', ['0x12', 'latest'], 'param 0: expected an Ethereum address, got "0x12"'],
  [
    'eth_getBalance',
    [`0x${'1'.repeat(40)}`, 'newest'],
    'param 1: expected a block tag, number or hash, got "newest"',
  ],
  [
    'eth_getBalance',
    [`0x${'1'.repeat(40)}`, {}],
    'param 1: expected either blockNumber or blockHash, got {}',
  ],
  ['eth_getBlockByNumber', [5, false], 'param 0: expected a block tag or number, got 5'],
  ['eth_getBlockByNumber', ['latest', 'yes'], 'param 1: expected true or false, got "yes"'],
  ['eth_getBlockByHash', ['0x12', false], 'param 0: expected a 32-byte hash, got "0x12"'],
  ['eth_getTransactionReceipt', [null], 'param 0: expected a 32-byte hash, got null'],
  ['eth_sendRawTransaction', ['12'], 'param 0: expected 0x-prefixed bytes, got "12"'],
  ['eth_sendRawTransaction', ['0x123'], 'param 0: expected 0x-prefixed bytes, got "0x123"'],
  ['eth_estimateGas', ['0x'], 'param 0: expected a transaction object, got "0x"'],
  ['eth_estimateGas', [{ to: 5 }], 'param 0: to: expected an Ethereum address, got 5'],
  ['eth_call', [{ value: 'x' }, 'latest'], 'param 0: value: expected an integer, got "x"'],
  [
    'eth_feeHistory',
    ['0x1', 'latest', [101]],
    'param 2: expected percentiles from 0 to 100 in ascending order, got [101]',
  ],
  ['evm_increaseTime', [-5], 'param 0: expected a non-negative integer, got -5'],
  ['evm_increaseTime', [], 'param 0: expected an integer, got nothing'],
  [
    'Filecoin.GasEstimateMessageGas',
    [{ To: 'f01' }, null, null],
    'param 0: From: expected an address, got nothing',
  ],
  [
    'Filecoin.GasEstimateMessageGas',
    ['x', null, null],
    'param 0: Message: expected an object, got string x',
  ],
  ['Filecoin.MpoolPush', [{}], 'param 0: Message: expected an object, got nothing'],
  ['Filecoin.MpoolPush', [], 'param 0: SignedMessage: expected an object, got nothing'],
]

test('wrong parameters are named by their position', async () => {
  for (const [method, params, message] of WRONG) {
    const [code, got] = await refusal(method, ...params)
    assert.is(got, message.startsWith(':') ? `${method}${message}` : `${method} ${message}`)
    assert.is(code, -32602, method)
  }
  const named = await post('{"jsonrpc":"2.0","method":"eth_chainId","params":{"a":1},"id":1}')
  assert.equal(named.error, {
    code: -32602,
    message: 'eth_chainId: expected an array of parameters, got object',
  })
})

test('a long value is cut', async () => {
  const [, message] = await refusal('Filecoin.WalletBalance', 'f1'.padEnd(10_000, 'a'))
  assert.ok((message as string).length < 300)
})

test('values that are nested too deeply to show are still refused by name', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const request = `{"jsonrpc":"2.0","method":"Filecoin.WalletBalance","params":${deep},"id":1}`
  assert.equal((await post(request)).error, {
    code: -32602,
    message:
      'Filecoin.WalletBalance param 0: expected an address, got a value nested too deeply to show',
  })
})

test('amounts below zero and times beyond reason', async () => {
  const [from, to] = net.devnet.accounts.map(({ native }) => native.toString())
  assert.equal(
    await refusal(
      'Filecoin.GasEstimateMessageGas',
      { From: from, To: to, Value: '-1' },
      null,
      null,
    ),
    [-32602, 'value is negative: -1'],
  )
  const [code, message] = await refusal('evm_increaseTime', '0xffffffffffff')
  assert.is(code, -32602)
  assert.match(message as string, /^seconds: at most 10512000 epochs at a time, got \d+$/)
  assert.is(net.devnet.increaseTime(0), 0)
})

test('a parameter is named by the method as it was called', async () => {
  assert.equal(await refusal('Filecoin.EthGetBalance', 'x', 'latest'), [
    -32602,
    'Filecoin.EthGetBalance param 0: expected an Ethereum address, got "x"',
  ])
})

test('addresses nobody has', async () => {
  const stranger = 'f1abjxfbp274xpdqcpuaykwkfb43omjotacm2p3za'
  for (const method of ['StateGetActor', 'StateLookupID', 'StateMinerInfo', 'MpoolGetNonce'])
    assert.equal(
      await refusal(`Filecoin.${method}`, stranger),
      [11, `actor not found: ${stranger}`],
      method,
    )
})

test('tipsets and blocks nobody made', async () => {
  const cid = signedJson(
    net.devnet,
    net.devnet.accounts[0]!,
    transferOf(net.devnet.accounts[0]!, NOBODY),
  ).CID
  assert.equal(await refusal('Filecoin.ChainGetTipSet', [cid]), [
    1,
    `loading tipset {${cid['/']}}: not found`,
  ])
  assert.equal(await refusal('Filecoin.ChainGetBlock', cid), [1, `block not found: ${cid['/']}`])
  const hash = `0x${'00'.repeat(32)}`
  assert.equal(await refusal('eth_getBlockByHash', hash, false), [
    1,
    `failed to find tipset for block hash: ${hash}`,
  ])
})

test('messages the pool does not take', async () => {
  const { devnet } = net
  const [from, to] = devnet.accounts
  const nonce = devnet.node.nextNonce(from!.native)
  const sign = (change: Parameters<typeof signedOf>[1]) =>
    signedMessageToJson(signedOf(devnet, { nonce, ...change }))
  devnet.push(signedOf(devnet, { nonce }))
  const next = nonce + 1n
  const good = sign({ nonce: next })
  const other = signMessage(transferOf(to!, from!.native), to!.secret, devnet.params.chainId)
  const wrongKey = { ...good, Signature: signedMessageToJson(other).Signature }
  const native = from!.native.toString()
  const cases: [json: object, message: RegExp][] = [
    [{ ...good, Signature: null }, /param 0: Signature: expected an object, got null$/],
    [
      { ...good, Signature: { Type: 1, Data: '' } },
      new RegExp(`^invalid signature for ${native}$`),
    ],
    [wrongKey, new RegExp(`^invalid signature for ${native}$`)],
    [sign({ nonce: next + 2n }), new RegExp(`^nonce gap: expected ${next}, got ${next + 2n}$`)],
    [sign({ nonce: 0n }), new RegExp(`^nonce too low: expected ${next}, got 0$`)],
    [
      sign({ nonce: next, value: fil('100001') }),
      /^not enough funds: \d+ attoFIL needed, balance \d+$/,
    ],
    [sign({ nonce: next, gasLimit: 1000n }), /^invalid GasLimit: intrinsic gas too low/],
    [
      sign({ nonce: next, gasFeeCap: 1n, gasPremium: 0n }),
      /^invalid GasFeeCap: at least 100, got 1$/,
    ],
    [sign({ nonce: next, gasPremium: fil('1') }), /^invalid GasPremium: above the fee cap/],
  ]
  for (const [json, expected] of cases) {
    const [code, message] = await refusal('Filecoin.MpoolPush', json)
    assert.match(message as string, expected)
    assert.ok(code === 1 || code === -32602, `${code}`)
  }
  const secret = new Uint8Array(32).fill(7)
  const stranger = secp256k1Address(publicKeyFromSecret(secret))
  const unfunded = signMessage(
    transferOf(from!, NOBODY, { from: stranger }),
    secret,
    devnet.params.chainId,
  )
  assert.equal(await refusal('Filecoin.MpoolPush', signedMessageToJson(unfunded)), [
    1,
    `sender ${stranger} does not exist or cannot send`,
  ])
})

test('transactions that cannot be', async () => {
  const { devnet } = net
  const [from, to] = devnet.accounts
  const raw = (change = {}) => rawTransfer(devnet, from!, to!.delegated, change)
  const elsewhere = { ...devnet, params: { ...devnet.params, chainId: 1n } } as typeof devnet
  const cases: [raw: string, message: RegExp][] = [
    ['0x', /^invalid transaction: transaction: no bytes$/],
    ['0x01c0', /^invalid transaction: type: EIP-2930 transaction is not supported$/],
    ['0x02c0', /^invalid transaction: transaction: 0 fields, expected 12$/],
    [`${raw()}00`, /^invalid transaction: /],
    [
      rawTransfer(elsewhere, from!, to!.delegated),
      /^invalid transaction: chainId: invalid chain id 1, expected 314$/,
    ],
    [raw({ nonce: 5n }), /^nonce gap: expected 0, got 5$/],
    [raw({ value: fil('100001') }), /^not enough funds/],
  ]
  for (const [bytes, expected] of cases) {
    const [, message] = await refusal('eth_sendRawTransaction', bytes)
    assert.match(message as string, expected)
  }
  const tampered = raw().replace(/.{4}$/, 'abcd')
  const [, message] = await refusal('eth_sendRawTransaction', tampered)
  assert.match(
    message as string,
    /^(sender f410\w+ does not exist or cannot send|invalid transaction: )/,
  )
  await net.ask('eth_sendRawTransaction', raw())
  assert.match(
    (await refusal('eth_sendRawTransaction', raw()))[1] as string,
    /^nonce too low: expected 1, got 0$/,
  )
  assert.is(await net.ask('eth_getTransactionCount', eth(from!), 'latest'), '0x1')
})

test('none of it was a bug', () => assert.equal(bugs, []))

test.run()
