// Goal: debug_ traces tell all that a transaction did, across the precompile into native actors. Method: contracts that compute,
// store, borrow code and call a miner; traces against what is known, and limits that keep the node serving.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeFunctionData, type Hex } from 'viem'
import { artifact } from '../support/contract.ts'
import { callData, ledgerDevnet } from '../support/drive.ts'
import { eth, int, type Json } from '../support/rpc.ts'

const NATIVE = artifact('Native')
const native = (functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: NATIVE.abi, functionName, args })
const GET_OWNER = 3275365574n
const WITHDRAW = 2280458852n
const word = (n: bigint | number) => n.toString(16).padStart(64, '0')

test('instructions are told one by one, with stack and storage', async () => {
  const { ask, call } = await ledgerDevnet()
  const receipt = await call('move', [7n, 'x'])
  const trace = await ask('debug_traceTransaction', receipt['transactionHash'])
  assert.equal([trace['failed'], trace['gas']], [false, int(receipt['gasUsed'])])
  assert.is(trace['returnValue'], `0x${word(12)}`)
  const logs = trace['structLogs'] as unknown as Json[]
  assert.equal([logs[0]!['pc'], logs[0]!['op'], logs[0]!['depth']], [0, 'PUSH1', 1])
  assert.equal([logs[1]!['op'], logs[1]!['stack']], ['PUSH1', ['0x80']])
  const stores = logs.filter(({ op }) => String(op) === 'SSTORE')
  assert.is(stores.length, 2)
  assert.is(stores[0]!['storage']![word(0)], word(12))
  const loads = logs.filter(({ op }) => String(op) === 'SLOAD')
  assert.is(loads[0]!['storage']![word(0)], word(5))
  assert.is(logs.at(-1)!['op'], 'RETURN')
  for (const [i, log] of logs.slice(1).entries())
    assert.ok(int(log['gas']) <= int(logs[i]!['gas']), 'gas falls')
  const bare = { disableStack: true, disableStorage: true, enableMemory: true, limit: 3 }
  const short = await ask('debug_traceTransaction', receipt['transactionHash'], bare)
  const few = short['structLogs'] as unknown as Json[]
  assert.equal([few.length, short['truncated']], [3, true])
  assert.equal(Object.keys(few[2]!), ['pc', 'op', 'gas', 'gasCost', 'depth', 'memory'])
})

test('a watched contract does the same as one that is not', async () => {
  const { ask, call, devnet } = await ledgerDevnet()
  for (const [name, args] of [
    ['nest', [5n]],
    ['spawn', []],
    ['logMany', [700n]],
    ['refuse', []],
  ] as const) {
    const receipt = await call(name, args)
    const before = devnet.node.head.key
    const trace = await ask('debug_traceTransaction', receipt['transactionHash'], {
      disableStack: true,
    })
    assert.is(trace['gas'], int(receipt['gasUsed']), name)
    assert.is(trace['failed'], receipt['status'] !== ('0x1' as never))
    assert.is(devnet.node.head.key, before)
  }
})

test('the call tree goes through the precompile into native actors, and decodes them', async () => {
  const { ask, send, deploy, devnet } = await ledgerDevnet()
  const contract = await deploy(NATIVE)
  const { id, owner } = devnet.providers[0]!
  const params = '0x8144000186a0'
  const hashes = [
    await send(contract, native('callActor', [BigInt(id), GET_OWNER, 0n, '0x'])),
    await send(contract, native('callActor', [BigInt(id), WITHDRAW, 0n, params])),
  ]
  const trees = []
  for (const hash of hashes)
    trees.push(await ask('debug_traceTransaction', hash, { tracer: 'callTracer' }))
  const [top, refused] = trees as [Json, Json]
  assert.equal([top['type'], top['from'], top['to']], ['CALL', eth(devnet.accounts[0]!), contract])
  const [inner] = top['calls'] as unknown as Json[]
  assert.is(inner!['type'], 'CALL')
  const { params: none, returns, ...called } = inner!['filecoin']!
  assert.equal(called, {
    actor: `f0${id}`,
    type: 'storageminer',
    method: GET_OWNER.toString(),
    name: `storageminer.${String(called['name']).split('.')[1]}`,
    exitCode: 0,
    exit: 'Ok(0)',
  })
  assert.is(none, undefined)
  assert.match(String(called['name']), /GetOwner/)
  assert.is(returns!['owner'], `f0${devnet.node.state.resolve(owner)!}`)
  const [withdrawal] = refused['calls'] as unknown as Json[]
  assert.equal(
    [withdrawal!['filecoin']!['exit'], withdrawal!['filecoin']!['params'], withdrawal!['error']],
    ['ErrForbidden(18)', { amountRequested: '100000' }, 'actor error: ErrForbidden(18)'],
  )
})

test('creations, delegate calls, reverts and logs are in the call tree', async () => {
  const { ask, call, send, deploy, ledger } = await ledgerDevnet()
  const tracer = { tracer: 'callTracer', tracerConfig: { withLog: true } }
  const traceOf = (hash: unknown, options: object = tracer) =>
    ask('debug_traceTransaction', hash, options)
  const spawned = await traceOf((await call('spawn'))['transactionHash'])
  assert.is(spawned['calls']![0 as never]!['type'], 'CREATE')
  const refused = await traceOf((await call('refuse'))['transactionHash'])
  assert.equal(
    [refused['error'], refused['revertReason']],
    ['execution reverted', 'Error(not today)'],
  )
  const moved = await traceOf((await call('move', [1n, 'x']))['transactionHash'])
  const logs = moved['logs'] as unknown as Json[]
  assert.equal(
    logs.map(({ address, position }) => [address, position]),
    [
      [ledger, '0x0'],
      [ledger, '0x1'],
    ],
  )
  const contract = await deploy(NATIVE)
  const hash = await send(contract, native('borrowCode', [ledger, callData('total')]))
  const borrowed = await traceOf(hash)
  const [inner] = borrowed['calls'] as unknown as Json[]
  assert.equal([inner!['type'], inner!['from'], inner!['to']], ['DELEGATECALL', contract, ledger])
  const only = await traceOf(hash, { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } })
  assert.is(only['calls'], undefined)
  assert.equal(await traceOf(hash, { tracer: 'noopTracer' }), {})
})

test('the state before a transaction, and what it changed', async () => {
  const { ask, call, ledger, devnet } = await ledgerDevnet()
  const { transactionHash } = await call('move', [7n, 'x'], 9n)
  const sender = eth(devnet.accounts[0]!)
  const pre = await ask('debug_traceTransaction', transactionHash, { tracer: 'prestateTracer' })
  assert.is(pre[ledger]!['balance'], '0x0')
  assert.is(pre[ledger]!['storage']![`0x${word(0)}`], `0x${word(5)}`)
  assert.is(pre[sender]!['nonce'], 1)
  const options = { tracer: 'prestateTracer', tracerConfig: { diffMode: true } }
  const diff = await ask('debug_traceTransaction', transactionHash, options)
  assert.equal(diff['pre'], pre)
  assert.equal(
    [diff['post']![ledger]!['balance'], diff['post']![ledger]!['storage']![`0x${word(0)}`]],
    ['0x9', `0x${word(12)}`],
  )
  assert.is(diff['post']![sender]!['nonce'], 2)
})

test('calls that nobody sent are traced, on overridden state too', async () => {
  const { ask, ledger } = await ledgerDevnet()
  const asked = { to: ledger, data: callData('total') }
  const overrides = { [ledger]: { stateDiff: { '0x0': '0x4d' } } }
  const trace = await ask('debug_traceCall', asked, 'latest', { stateOverrides: overrides })
  assert.is(trace['returnValue'], `0x${word(0x4d)}`)
  const tree = await ask('debug_traceCall', asked, 'latest', { tracer: 'callTracer' })
  assert.is(tree['output'], `0x${word(5)}`)
  const state = await ask('debug_traceCall', asked, 'latest', { tracer: 'prestateTracer' })
  assert.is(state[ledger]!['storage']![`0x${word(0)}`], `0x${word(5)}`)
  const parity = await ask('trace_call', asked, ['trace'], 'latest')
  assert.is(parity['output'], `0x${word(5)}`)
  assert.is((parity['trace'] as unknown as Json[]).length, 1)
})

test('blocks are traced whole', async () => {
  const { ask, call } = await ledgerDevnet()
  const receipt = await call('nest', [1n])
  const tracer = { tracer: 'callTracer' }
  const whole = await ask<Json[]>('debug_traceBlockByNumber', receipt['blockNumber'], tracer)
  const one = await ask('debug_traceTransaction', receipt['transactionHash'], tracer)
  assert.equal(whole, [{ txHash: receipt['transactionHash'], result: one }])
  assert.equal(await ask('debug_traceBlockByHash', receipt['blockHash'], tracer), whole)
})

test('long runs are cut off, and the node goes on', async () => {
  const { ask, ledger } = await ledgerDevnet()
  const spin = { to: ledger, data: callData('spin') }
  const trace = await ask('debug_traceCall', spin, 'latest', { limit: 150_000 })
  assert.equal([trace['failed'], trace['truncated']], [true, true])
  assert.is((trace['structLogs'] as unknown as Json[]).length, 150_000)
  const memory = { to: ledger, data: callData('swallow', [2n ** 22n]) }
  const large = await ask('debug_traceCall', memory, 'latest', { enableMemory: true })
  assert.ok((large['structLogs'] as unknown as Json[]).length > 0)
  assert.ok(await ask('eth_blockNumber'))
})

test('what cannot be traced is refused', async () => {
  const { refusal, ledger } = await ledgerDevnet()
  const unknown = await refusal('debug_traceTransaction', `0x${'ab'.repeat(32)}`)
  assert.is(unknown.message, 'transaction not found')
  const asked = { to: ledger, data: '0x' }
  const says = async (options: unknown) =>
    (await refusal('debug_traceCall', asked, 'latest', options)).message
  assert.match(await says({ tracer: '{js}' }), /tracer \{js\} is not known: there are callTracer/)
  assert.match(await says({ disableStack: 1 }), /param 2: disableStack: expected true or false/)
  assert.match((await refusal('trace_call', asked, ['vmTrace'])).message, /only 'trace'/)
})

test.run()
