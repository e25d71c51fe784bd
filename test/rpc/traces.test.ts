// Goal: what a transaction did is told call by call. Method: a contract that calls itself, makes contracts, reverts and asks native
// actors; its traces against what it is known to do, in Ethereum's words and in Lotus'.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeFunctionResult } from 'viem'
import { encodeBase64 } from '../../primitives/base64.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { byteString, encode } from '../../primitives/codec.ts'
import { filecoinAddressOf, maskedIdAddress } from '../../primitives/eth-address.ts'
import { LEDGER } from '../support/contract.ts'
import { callData, ledgerDevnet } from '../support/drive.ts'
import { eth, int, type Json, NOBODY, rpcDevnet, signedOf } from '../support/rpc.ts'

const { abi } = LEDGER
type Traces = Json[]
const idOf = (
  devnet: { node: { state: { resolve(a: unknown): number | undefined } } },
  a: unknown,
) => `f0${devnet.node.state.resolve(a)}`

test('nested calls of a contract are traces below each other', async () => {
  const { ask, call, ledger, devnet } = await ledgerDevnet()
  const receipt = await call('nest', [2n])
  const hash = receipt['transactionHash']
  const traces = await ask<Traces>('trace_transaction', hash)
  assert.equal(
    traces.map((trace) => [trace['type'], trace['subtraces'], trace['traceAddress']]),
    [
      ['call', 1, []],
      ['call', 1, [0]],
      ['call', 0, [0, 0]],
    ],
  )
  const { gas, ...action } = traces[0]!['action']!
  assert.equal(action, {
    callType: 'call',
    from: eth(devnet.accounts[0]!),
    to: ledger,
    value: '0x0',
    input: callData('nest', [2n]),
  })
  assert.ok(int(gas) <= 2_000_000_000)
  assert.is(traces[1]!['action']!['from'], ledger)
  const output = encodeFunctionResult({ abi, functionName: 'nest', result: 2n })
  assert.is(traces[0]!['result']!['output'], output)
  assert.ok(int(traces[0]!['result']!['gasUsed']) > int(traces[1]!['result']!['gasUsed']))
  const where = {
    blockHash: receipt['blockHash'],
    blockNumber: int(receipt['blockNumber']),
    transactionHash: hash,
    transactionPosition: 0,
  }
  for (const [key, value] of Object.entries(where)) assert.is(traces[2]![key], value)
  assert.equal(await ask('trace_block', receipt['blockNumber']), traces)
  assert.equal(await ask('Filecoin.EthTraceBlock', receipt['blockNumber']), traces)
  const replay = await ask<Traces>('trace_replayBlockTransactions', receipt['blockNumber'], [
    'trace',
  ])
  assert.is(replay.length, 1)
  assert.equal(
    [replay[0]!['output'], replay[0]!['stateDiff'], replay[0]!['vmTrace']],
    [output, null, null],
  )
  assert.is((replay[0]!['trace'] as unknown as Traces).length, 3)
})

test('deployments and creations are traces of their own kind', async () => {
  const { ask, call, ledger, devnet } = await ledgerDevnet()
  const [deployment] = await ask<Traces>('trace_block', `0x${devnet.node.head.height.toString(16)}`)
  assert.is(deployment!['type'], 'create')
  assert.equal(deployment!['result']!['address'], ledger)
  assert.ok(LEDGER.bytecode.length < String(deployment!['action']!['init']).length)
  const [top, made] = await ask<Traces>(
    'trace_transaction',
    (await call('spawn'))['transactionHash'],
  )
  assert.equal([top!['type'], top!['subtraces'], made!['type']], ['call', 1, 'create'])
  const child = await ask('eth_call', { to: ledger, data: callData('lastChild') }, 'latest')
  assert.is(made!['result']!['address'], `0x${String(child).slice(-40)}`)
  assert.is(made!['action']!['from'], ledger)
})

test('what reverts says so, and why', async () => {
  const { ask, call } = await ledgerDevnet()
  const [trace] = await ask<Traces>('trace_transaction', (await call('refuse'))['transactionHash'])
  assert.is(trace!['error'], 'Reverted')
  assert.match(String(trace!['result']!['output']), /^0x08c379a0/)
  const spun = await call('swallow', [2n ** 40n])
  assert.is(spun['status'], '0x0')
})

test('native messages are calls of handle_filecoin_method', async () => {
  const { ask, devnet } = await rpcDevnet()
  const cid = devnet.push(signedOf(devnet, { value: 7n }))
  const [trace] = await ask<Traces>('trace_transaction', `0x${toHex(cid.digest)}`)
  const [from, to] = devnet.accounts.map(
    ({ native }) => `0x${toHex(maskedIdAddress(devnet.node.state.resolve(native)!))}`,
  )
  const action = trace!['action']!
  assert.equal([action['from'], action['to'], action['value']], [from, to, '0x7'])
  assert.match(String(action['input']), /^0x868e10c4/)
  const failed = devnet.push(signedOf(devnet, { to: NOBODY, nonce: 1n }))
  assert.equal(await ask('trace_transaction', `0x${toHex(failed.digest)}`), [])
})

test('traces are filtered by who calls whom, in pages', async () => {
  const { ask, refusal, call, ledger, devnet } = await ledgerDevnet()
  const fromBlock = `0x${(devnet.node.head.height + 1).toString(16)}`
  await call('nest', [2n])
  await call('spawn')
  const count = async (filter: object) =>
    (await ask<Traces>('trace_filter', { fromBlock, toBlock: 'latest', ...filter })).length
  assert.is(await count({}), 5)
  assert.is(await count({ fromAddress: ledger }), 3)
  assert.is(await count({ fromAddress: [eth(devnet.accounts[0]!)], toAddress: [ledger] }), 2)
  assert.is(await count({ after: '0x1' }), 4)
  assert.is(await count({ after: '0x1', count: '0x2' }), 2)
  assert.is(await count({ count: '0x0' }), 0)
  const says = async (filter: object) => (await refusal('trace_filter', filter)).message
  assert.match(await says({ count: '0x1f5' }), /requested 501, maximum supported is 500/)
  assert.match(await says({ fromBlock: 'earliest' }), /"earliest" is not supported/)
  assert.match(await says({ fromAddress: '0x1' }), /fromAddress: expected an Ethereum address/)
})

test('what cannot be traced is refused', async () => {
  const { ask, refusal, devnet } = await rpcDevnet()
  const nobody = `0x${'ab'.repeat(32)}`
  assert.is((await refusal('trace_transaction', nobody)).message, 'transaction not found')
  assert.match(
    (await refusal('trace_replayBlockTransactions', 'latest', ['vmTrace'])).message,
    /only 'trace'/,
  )
  assert.match((await refusal('trace_block', '0xffff')).message, /future epoch/)
  devnet.increaseTime(300)
  devnet.mine()
  const empty = `0x${(devnet.node.head.height - 1).toString(16)}`
  assert.is((await refusal('trace_block', empty)).code, 12)
  assert.equal(await ask('trace_block', 'latest'), [])
  devnet.automine = false
  const pending = devnet.push(signedOf(devnet))
  const hash = `0x${toHex(pending.digest)}`
  assert.match((await refusal('trace_transaction', hash)).message, /no trace for pending/)
})

test('StateCall runs a message from any actor, with its calls', async () => {
  const { ask, refusal, ledger, devnet } = await ledgerDevnet()
  const To = String(filecoinAddressOf(fromHex(ledger)))
  const Params = encodeBase64(encode(byteString, fromHex(callData('nest', [1n]))))
  const owner = devnet.providers[0]!.owner
  const message = { From: String(owner), To, Method: 3844450837, Params }
  const done = await ask('Filecoin.StateCall', message, null)
  assert.is(done['MsgRct']!['ExitCode'], 0)
  assert.is(done['Error'], '')
  const trace = done['ExecutionTrace']!
  assert.equal(
    [trace['Msg']!['From'], trace['Msg']!['Method']],
    [idOf(devnet as never, owner), 3844450837],
  )
  assert.is((trace['Subcalls'] as unknown as Json[]).length, 1)
  assert.is(trace['InvokedActor']!['State']!['DelegatedAddress'], To)
  const fromMiner = { ...message, From: `f0${devnet.providers[0]!.id}` }
  assert.is((await ask('Filecoin.StateCall', fromMiner, null))['MsgRct']!['ExitCode'], 0)
  const refuse = encodeBase64(encode(byteString, fromHex(callData('refuse'))))
  const failed = await ask('Filecoin.StateCall', { ...message, Params: refuse }, null)
  assert.is(failed['MsgRct']!['ExitCode'], 33)
  assert.match(String(failed['Error']), /evm\.InvokeEVM\) -- contract reverted \(33\)/)
  assert.is(
    (await refusal('Filecoin.StateCall', { ...message, From: NOBODY.toString() }, null)).code,
    11,
  )
})

test('executed messages are replayed with the receipts they had', async () => {
  const { ask, refusal, devnet, call } = await ledgerDevnet()
  const receipt = await call('nest', [3n])
  const cid = await ask('Filecoin.EthGetMessageCidByTransactionHash', receipt['transactionHash'])
  const lookup = await ask('Filecoin.StateWaitMsg', cid, 0, -1, true)
  const replay = await ask('Filecoin.StateReplay', null, cid)
  assert.equal(replay['MsgRct'], lookup['Receipt'])
  assert.is(int(replay['GasCost']!['GasUsed']), int(receipt['gasUsed']))
  const height = int(receipt['blockNumber'])
  const computed = await ask('Filecoin.StateCompute', height, null, null)
  assert.equal(computed['Trace']![0 as never], replay)
  const { store } = devnet.node
  assert.equal(computed['Root'], store.execution(store.at(height)!).stateRoot.toJSON())
  const unknown = { '/': devnet.node.head.cids[0]!.toString() }
  assert.match((await refusal('Filecoin.StateReplay', null, unknown)).message, /didn't find msg/)
})

test.run()
