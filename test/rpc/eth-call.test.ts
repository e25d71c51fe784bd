// Goal: calls nobody signs answer as Lotus' do, and no contract stops the node. Method: a contract that solc compiled, asked over
// the methods themselves; loops, memory and data that are too much.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeFunctionResult, encodeDeployData, type Hex } from 'viem'
import { filecoinAddressOf, maskedIdAddress } from '../../primitives/eth-address.ts'
import { keccak256 } from '../../primitives/crypto/hash.ts'
import { fromHex, toHex, utf8 } from '../../primitives/bytes.ts'
import { bloomOf } from '../../rpc/eth-logs.ts'
import { LEDGER } from '../support/contract.ts'
import { callData, ledgerDevnet } from '../support/drive.ts'
import { eth, type Json } from '../support/rpc.ts'

const { abi } = LEDGER
const NOBODY = `0x${'12'.repeat(20)}`
const result = (functionName: string, answer: unknown) =>
  decodeFunctionResult({ abi, functionName, data: answer as Hex })

test('a call answers with what the contract returns, as of any block', async () => {
  const { ask, ledger, call, devnet } = await ledgerDevnet()
  const before = devnet.node.head.height
  await call('move', [7n, 'x'])
  const asked = { to: ledger, data: callData('total') }
  assert.is(result('total', await ask('eth_call', asked, 'latest')), 12n)
  assert.is(result('total', await ask('eth_call', asked, `0x${before.toString(16)}`)), 5n)
  assert.is(result('total', await ask('Filecoin.EthCall', asked, 'pending')), 12n)
})

test('a call runs in the epoch and at the time of its block', async () => {
  const { ask, ledger, devnet } = await ledgerDevnet()
  devnet.mine(3)
  const block = await ask('eth_getBlockByNumber', 'latest', false)
  const [number, timestamp] = result(
    'where',
    await ask('eth_call', { to: ledger, data: callData('where') }, 'latest'),
  ) as bigint[]
  assert.equal(
    [number, timestamp],
    [block['number'], block['timestamp']].map((n) => BigInt(String(n))),
  )
})

test('anybody may be the sender, but for a masked id', async () => {
  const { ask, refusal, ledger } = await ledgerDevnet()
  const where = { to: ledger, data: callData('where') }
  for (const from of [ledger, NOBODY, `0x${'00'.repeat(20)}`]) {
    const [, , sender] = result(
      'where',
      await ask('eth_call', { ...where, from }, 'latest'),
    ) as string[]
    assert.is(sender!.toLowerCase(), from)
    assert.match(await ask<string>('eth_estimateGas', { ...where, from }), /^0x/)
  }
  const from = `0x${toHex(maskedIdAddress(1000))}`
  for (const method of ['eth_call', 'eth_estimateGas'])
    assert.match((await refusal(method, { ...where, from }, 'latest')).message, /class 4 address/)
})

test('a revert is error 3 with its data and its reason', async () => {
  const { refusal, ledger, devnet } = await ledgerDevnet()
  const refuse = await refusal('eth_call', { to: ledger, data: callData('refuse') }, 'latest')
  assert.is(refuse.code, 3)
  assert.match(
    refuse.message,
    /^message execution failed \(exit=\[33\], revert reason=\[Error\(not today\)\], vm error=\[/,
  )
  const id = devnet.node.state.resolve(filecoinAddressOf(fromHex(ledger)))
  assert.match(
    refuse.message,
    new RegExp(`00: f0${id} \\(method 3844450837 evm.InvokeEVM\\) -- contract reverted \\(33\\)`),
  )
  const nothing = await refusal('eth_call', { to: ledger, data: callData('reverts') }, 'latest')
  assert.match(nothing.message, /revert reason=\[none\]/)
  assert.is((nothing as unknown as Json)['data'], '0x')
  const panic = await refusal('eth_estimateGas', { to: ledger, data: callData('panics', [0n]) })
  assert.match(panic.message, /revert reason=\[DivideByZero\(\)\]/)
  const native = `0x${toHex(maskedIdAddress(1000))}`
  const miner = await refusal('eth_call', { to: native, data: '0x' }, 'latest')
  assert.match(miner.message, /exit=\[ErrUnhandledMessage\(22\)\], vm error/)
})

test('a deployment and a bare precompile answer with nothing', async () => {
  const { ask, ledger } = await ledgerDevnet()
  const deploy = { data: encodeDeployData({ ...LEDGER, args: [1n] }) }
  assert.is(await ask('eth_call', deploy, 'latest'), '0x')
  assert.is(
    await ask('eth_call', { to: `0xfe${'00'.repeat(18)}01`, data: '0x0441' }, 'latest'),
    '0x',
  )
  assert.is(await ask('eth_call', { to: NOBODY, data: '0x1234' }, 'latest'), '0x')
  assert.is(await ask('eth_getCode', NOBODY, 'latest'), '0x')
  assert.is(await ask('eth_getCode', ledger, '0x0'), '0x')
})

test('loops without end, memory without bounds and too much data leave the node serving', async () => {
  const { ask, refusal, ledger, send } = await ledgerDevnet()
  const spin = await refusal('eth_call', { to: ledger, data: callData('spin') }, 'latest')
  assert.equal([spin.code, /SysErrOutOfGas\(7\)/.test(spin.message)], [3, true])
  assert.is((await refusal('eth_estimateGas', { to: ledger, data: callData('spin') })).code, 2)
  for (const size of [2n ** 31n, 2n ** 40n, 2n ** 255n]) {
    const asked = { to: ledger, data: callData('swallow', [size]) }
    assert.is((await refusal('eth_call', asked, 'latest')).code, 3)
  }
  const large: Hex = `0x${'11'.repeat(70_000)}`
  const raw = send(ledger, large)
  assert.match(
    String(await raw.catch((error: Error) => error.message)),
    /message too large: 7\d+ bytes/,
  )
  assert.is(await ask('eth_call', { to: NOBODY, data: large }, 'latest'), '0x')
  assert.is(
    result('total', await ask('eth_call', { to: ledger, data: callData('total') }, 'latest')),
    5n,
  )
})

test('receipts and blocks have logs and their bloom', async () => {
  const { ask, ledger, call, devnet } = await ledgerDevnet()
  const receipt = await call('move', [7n, 'hello'])
  const logs = receipt['logs'] as unknown as Json[]
  const moved = `0x${toHex(keccak256(utf8('Moved(address,uint256,string)')))}`
  const where = {
    blockHash: receipt['blockHash'],
    blockNumber: receipt['blockNumber'],
    transactionHash: receipt['transactionHash'],
    transactionIndex: '0x0',
    removed: false,
  }
  const word = (digits: string) => `0x${digits.padStart(64, '0')}`
  const { data: note, ...first } = logs[0]!
  assert.equal(first, {
    ...where,
    address: ledger,
    topics: [moved, word(eth(devnet.accounts[0]!).slice(2)), word('7')],
    logIndex: '0x0',
  })
  assert.ok(String(note).includes(toHex(utf8('hello'))))
  assert.is(logs[1]!['logIndex'], '0x1')
  const block = await ask('eth_getBlockByHash', receipt['blockHash'], false)
  assert.is(block['logsBloom'], receipt['logsBloom'])
  assert.is(String(receipt['logsBloom']).length, 2 + 512)
  const bits = [...String(receipt['logsBloom']).slice(2)].map((digit) => parseInt(digit, 16))
  const set = bits.reduce((sum, nibble) => sum + nibble.toString(2).replaceAll('0', '').length, 0)
  assert.ok(set > 6 && set <= 15, `${set} bits`)
  const failed = await call('move', [2000n, ''])
  assert.equal([failed['status'], failed['logs'], failed['contractAddress']], ['0x0', [], null])
})

test('the bloom filter is that of go-ethereum', () => {
  // From its own tests (core/types/bloom9_test.go): a hundred items, and the hash of the filter.
  const items = Array.from({ length: 100 }, (_, i) => utf8(`xxxxxxxxxx data ${i} yyyyyyyyyyyyyy`))
  const logs = items.map((address) => ({
    address,
    topics: [],
    data: new Uint8Array(),
    logIndex: 0,
    transactionIndex: 0,
  }))
  const expected = 'c8d3ca65cdb4874300a9e39475508f23ed6da09fdbc487f89a2dcf50b09eb263'
  assert.is(toHex(keccak256(bloomOf(logs))), expected)
})

test('storage is read by keys of any length up to 32 bytes', async () => {
  const { ask, refusal, ledger } = await ledgerDevnet()
  const five = `0x${'5'.padStart(64, '0')}`
  for (const key of ['0x', '0x0', '0x00', `0x${'00'.repeat(32)}`])
    assert.is(await ask('eth_getStorageAt', ledger, key, 'latest'), five)
  const { code, message } = await refusal(
    'eth_getStorageAt',
    ledger,
    `0x${'00'.repeat(33)}`,
    'latest',
  )
  assert.equal([code, /storage key/.test(message)], [-32602, true])
  assert.is(await ask('eth_getStorageAt', NOBODY, '0x0', 'latest'), `0x${'00'.repeat(32)}`)
})

test.run()
