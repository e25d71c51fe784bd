// Goal: what tools expect of a devnet and Lotus lacks: accounts that the node signs for, and calls on a state that is not there.
// Method: unmodified clients send and sign without keys of their own; signatures are verified by viem; with strictLotus all of it is gone.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { JsonRpcProvider } from 'ethers'
import {
  createWalletClient,
  custom,
  decodeFunctionResult,
  encodeDeployData,
  type Hex,
  parseTransaction,
  recoverTransactionAddress,
  verifyMessage,
  verifyTypedData,
} from 'viem'
import { toHex } from '../../primitives/bytes.ts'
import { maskedIdAddress } from '../../primitives/eth-address.ts'
import { fil } from '../../primitives/units.ts'
import { createRpc } from '../../rpc/index.ts'
import { METHODS } from '../../rpc/methods/index.ts'
import { LEDGER, quickDevnet } from '../support/contract.ts'
import { callData, ledgerDevnet } from '../support/drive.ts'
import { eth, type Json, rpcDevnet } from '../support/rpc.ts'

const { abi } = LEDGER
const NOBODY = `0x${'12'.repeat(20)}`
const read = (functionName: string, data: unknown) =>
  decodeFunctionResult({ abi, functionName, data: data as Hex })

test('the accounts are those with keys, and send transactions', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const [from, to] = devnet.accounts
  assert.equal(await ask('eth_accounts'), devnet.accounts.map(eth))
  const request = { from: eth(from!), to: eth(to!), value: '0x5' }
  const receipt = async (hash: unknown) => ask('eth_getTransactionReceipt', hash)
  const first = await receipt(await ask('eth_sendTransaction', request))
  assert.equal([first['status'], first['from'], first['to']], ['0x1', eth(from!), eth(to!)])
  const deployed = await receipt(
    await ask('eth_sendTransaction', {
      from: eth(from!),
      data: encodeDeployData({ ...LEDGER, args: [5n] }),
      gasPrice: '0x3b9aca00',
    }),
  )
  assert.is(deployed['status'], '0x1')
  assert.is(await ask('eth_getTransactionCount', eth(from!), 'latest'), '0x2')
  const stranger = await refusal('eth_sendTransaction', { ...request, from: NOBODY })
  assert.match(stranger.message, /does not exist|key not found/)
  const wrong = await refusal('eth_sendTransaction', { ...request, nonce: '0x0' })
  assert.match(wrong.message, /nonce too low: expected 2, got 0/)
  assert.match(
    (await refusal('eth_sendTransaction', { ...request, value: '-1' })).message,
    /param 0: value/,
  )
})

test('an impersonated account sends too', async () => {
  const { devnet, ask } = await rpcDevnet()
  const miner = `0x${toHex(maskedIdAddress(devnet.providers[0]!.id))}`
  await ask('hardhat_impersonateAccount', miner)
  const request = { from: miner, to: eth(devnet.accounts[0]!), value: '0x7' }
  const receipt = await ask('eth_getTransactionReceipt', await ask('eth_sendTransaction', request))
  assert.equal([receipt['status'], receipt['from']], ['0x1', miner])
})

test('ethers and viem send and sign with keys of the node', async () => {
  const devnet = await quickDevnet()
  const server = await devnet.listen()
  const [one, two] = devnet.accounts
  const provider = new JsonRpcProvider(server.url, undefined, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 20,
  })
  try {
    const signer = await provider.getSigner(0)
    const sent = await signer.sendTransaction({ to: two!.eth, value: 3n })
    assert.is((await sent.wait())!.status, 1)
    const signature = (await signer.signMessage('hello')) as Hex
    assert.ok(await verifyMessage({ address: one!.eth, message: 'hello', signature }))
  } finally {
    provider.destroy()
    await server.close()
  }
  const wallet = createWalletClient({ account: one!.eth, transport: custom(devnet) })
  const hash = await wallet.sendTransaction({ to: two!.eth, value: 3n, chain: null })
  assert.match(hash, /^0x[\da-f]{64}$/)
  const signature = await wallet.signMessage({ message: 'hi' })
  assert.ok(await verifyMessage({ address: one!.eth, message: 'hi', signature }))
})

const TYPED = {
  domain: {
    name: 'Pithead',
    version: '1',
    chainId: 314,
    verifyingContract: `0x${'cc'.repeat(20)}`,
  },
  types: {
    Person: [
      { name: 'name', type: 'string' },
      { name: 'wallets', type: 'address[]' },
    ],
    Mail: [
      { name: 'from', type: 'Person' },
      { name: 'to', type: 'Person[2]' },
      { name: 'amount', type: 'int64' },
      { name: 'tag', type: 'bytes4' },
      { name: 'body', type: 'bytes' },
      { name: 'urgent', type: 'bool' },
    ],
  },
  primaryType: 'Mail',
  message: {
    from: { name: 'a', wallets: [`0x${'01'.repeat(20)}`] },
    to: [
      { name: 'b', wallets: [] },
      { name: 'c', wallets: [`0x${'02'.repeat(20)}`, `0x${'03'.repeat(20)}`] },
    ],
    amount: -5,
    tag: '0x01020304',
    body: '0x1234',
    urgent: true,
  },
} as const

test('typed data is signed as viem verifies it', async () => {
  const devnet = await quickDevnet()
  const [one] = devnet.accounts
  const wallet = createWalletClient({ account: one!.eth, transport: custom(devnet) })
  const typed = TYPED as unknown as Parameters<typeof wallet.signTypedData>[0]
  const signature = await wallet.signTypedData(typed)
  assert.ok(await verifyTypedData({ ...(typed as object), address: one!.eth, signature } as never))
  const { refusal } = await rpcDevnet()
  const says = async (message: object) => {
    const types = { ...TYPED.types, EIP712Domain: [] }
    const data = { ...TYPED, types, message: { ...TYPED.message, ...message } }
    return (await refusal('eth_signTypedData_v4', one!.eth, data)).message
  }
  assert.match(await says({ tag: '0x01' }), /Mail.tag: expected 4 bytes/)
  assert.match(await says({ amount: '9223372036854775808' }), /Mail.amount: expected int64/)
  assert.match(await says({ to: [] }), /Mail.to: expected Person\[2\]/)
  assert.match(await says({ from: { name: 1, wallets: [] } }), /Person.name: expected a string/)
})

test('a transaction is signed without being sent', async () => {
  const { devnet, ask } = await rpcDevnet()
  const [from, to] = devnet.accounts
  const raw = await ask<Hex>('eth_signTransaction', {
    from: eth(from!),
    to: eth(to!),
    value: '0x9',
  })
  assert.is(parseTransaction(raw).value, 9n)
  const sender = await recoverTransactionAddress({ serializedTransaction: raw as `0x02${string}` })
  assert.is(sender.toLowerCase(), eth(from!))
  assert.is(devnet.node.head.height, 0)
})

test('calls run on state and blocks that are not there', async () => {
  const { ask, ledger, refusal } = await ledgerDevnet()
  const call = (name: string, args: unknown[], ...overrides: unknown[]) =>
    ask('eth_call', { to: ledger, data: callData(name, args) }, 'latest', ...overrides)
  const word = (n: bigint) => `0x${n.toString(16).padStart(64, '0')}`
  const diff = { [ledger]: { stateDiff: { [word(0n)]: word(77n) } } }
  assert.is(read('total', await call('total', [], diff)), 77n)
  assert.is(read('total', await call('total', [], { [ledger]: { state: {} } })), 0n)
  assert.is(read('total', await call('total', [])), 5n)
  const block = { number: '0x3e8', time: '0x7fffffff', baseFeePerGas: '0x7' }
  const [number, time] = read('where', await call('where', [], null, block)) as bigint[]
  assert.equal([number, time], [1000n, 0x7fffffffn])
  const code = await ask('eth_getCode', ledger, 'latest')
  const moved = { [NOBODY]: { code, stateDiff: { '0x0': '0x9' } } }
  const at = await ask('eth_call', { to: NOBODY, data: callData('total') }, 'latest', moved)
  assert.is(read('total', at), 9n)
  const rich = { [NOBODY]: { balance: `0x${fil('5').toString(16)}` } }
  const pay = { from: NOBODY, to: ledger, data: callData('move', [1n, '']), value: '0x5' }
  assert.is((await refusal('eth_call', pay, 'latest')).code, 3)
  assert.is(read('move', await ask('eth_call', pay, 'latest', rich)), 6n)
  assert.match(await ask<string>('eth_estimateGas', pay, 'latest', rich), /^0x/)
  assert.is(await ask('eth_getBalance', NOBODY, 'latest'), '0x0')
  const says = async (...overrides: unknown[]) =>
    (await refusal('eth_call', pay, 'latest', ...overrides)).message
  assert.match(await says({ '0x1': {} }), /param 2: expected an Ethereum address/)
  assert.match(
    await says({ [NOBODY]: { movePrecompileToAddress: NOBODY } }),
    /param 2: expected one of/,
  )
  assert.match(await says({ [NOBODY]: { state: {}, stateDiff: {} } }), /either state or stateDiff/)
  assert.match(await says(null, { hash: '0x1' }), /param 3: expected one of number, time/)
})

test('there are no proofs, and it says why', async () => {
  const { refusal } = await rpcDevnet()
  const { code, message } = await refusal('eth_getProof', NOBODY, [], 'latest')
  assert.equal([code, /no Merkle-Patricia trie/.test(message)], [-32601, true])
})

test('with strictLotus there is nothing that Lotus has not', async () => {
  const { devnet, ledger } = await ledgerDevnet()
  const { request } = createRpc(devnet, { strictLotus: true })
  const ask = (method: string, ...params: unknown[]) => request({ method, params })
  const codeOf = (method: string, ...params: unknown[]) =>
    ask(method, ...params).then(
      () => 0,
      (error: { code: number }) => error.code,
    )
  const names = METHODS.map(({ name }) => name)
  const absent: string[] = []
  for (const name of names) if ((await codeOf(name, ...Array(9))) === -32601) absent.push(name)
  for (const name of [
    'evm_mine',
    'anvil_setBalance',
    'eth_sendTransaction',
    'eth_getProof',
    'eth_sign',
  ])
    assert.ok(absent.includes(name), name)
  const left = names.filter((name) => !absent.includes(name) && !/^(Filecoin|xrpc)\./.test(name))
  assert.is(left.length, 41, left.join())
  assert.equal(await ask('eth_accounts'), [])
  const call = { to: ledger, data: callData('total') }
  assert.is(read('total', await ask('eth_call', call, 'latest')), 5n)
  assert.is(await codeOf('eth_call', call, 'latest', {}), -32602)
  assert.ok((await ask('Filecoin.WalletList')) as Json)
})

test.run()
