// Goal: what fails says why, in the words of whoever wrote the contract. Method: artifacts as Hardhat and Foundry write them, contracts
// that print, messages that fail on the chain, and some that no block has room for; encodings made by viem.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeAbiParameters, encodeErrorResult, encodeFunctionData, parseAbi } from 'viem'
import { loadArtifacts } from '../../cli/artifacts-folder.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { Artifacts } from '../../rpc/artifacts.ts'
import { consoleLine } from '../../rpc/console-log.ts'
import { createRpc } from '../../rpc/index.ts'
import { artifact, LEDGER } from '../support/contract.ts'
import { callData, ledgerDevnet } from '../support/drive.ts'
import { eth, type Json } from '../support/rpc.ts'

const NATIVE = artifact('Native')

/** A devnet with the contract, asked by somebody who knows its ABI and reads what is logged. */
async function withArtifacts() {
  const world = await ledgerDevnet()
  const lines: string[] = []
  const artifacts = new Artifacts()
  assert.ok(artifacts.add(LEDGER))
  const rpc = createRpc(world.devnet, { artifacts, log: (line) => lines.push(line) })
  const refusal = async (method: string, ...params: unknown[]) => {
    const error: unknown = await rpc.request({ method, params }).catch((thrown: unknown) => thrown)
    return error as { code: number; message: string; data: string }
  }
  const ask = (method: string, ...params: unknown[]) =>
    rpc.request({ method, params }) as Promise<Json>
  return { ...world, ask, refusal, lines }
}

test('errors of contracts are shown by name where their ABI is known', async () => {
  const { refusal, ledger, ask } = await withArtifacts()
  const asked = { to: ledger, data: callData('move', [2000n, '']) }
  for (const method of ['eth_call', 'eth_estimateGas']) {
    const { message, data } = await refusal(method, asked, 'latest')
    assert.match(message, /revert reason=\[TooMuch\(asked: 2000, limit: 1000\)\]/)
    assert.match(data, /^0x6073b21f/)
  }
  const tree = await ask('debug_traceCall', asked, 'latest', { tracer: 'callTracer' })
  assert.is(tree['revertReason'], 'TooMuch(asked: 2000, limit: 1000)')
})

test('arguments of every kind are read, and what is cut off is not', () => {
  const types =
    'uint256 a, int8 b, bool c, bytes3 d, string e, bytes f, uint8[] g, int16[2] h, (address i, string j) k'
  const abi = parseAbi([`error Every(${types})`] as never) as readonly Json[]
  const owner = `0x${'Ab'.repeat(20)}`.toLowerCase() as `0x${string}`
  const args = [7n, -3, true, '0x010203', 'text', '0x0405', [1, 2], [-1, 5], { i: owner, j: 'x' }]
  const artifacts = new Artifacts()
  artifacts.add({ abi })
  const data = encodeErrorResult({ abi, errorName: 'Every', args } as never)
  const shown = artifacts.describeError(fromHex(data))!
  assert.match(
    shown,
    /^Every\(a: 7, b: -3, c: true, d: 0x010203, e: text, f: 0x0405, g: \[1, 2\], h: \[-1, 5\], k: \{i: 0x\w{40}, j: x\}\)$/,
  )
  for (const length of [4, 5, 40, data.length / 2 - 40])
    assert.is(artifacts.describeError(fromHex(data).subarray(0, length)), undefined)
  const huge = `${data.slice(0, 10)}${'ff'.repeat(32 * 12)}`
  assert.is(artifacts.describeError(fromHex(huge)), undefined)
  assert.is(artifacts.describeError(fromHex('0x12345678')), undefined)
})

test('artifacts of Hardhat and Foundry are found in folders', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pithead-artifacts-'))
  assert.throws(() => loadArtifacts(folder), /there are none in/)
  assert.throws(() => loadArtifacts(join(folder, 'nowhere')), /is no folder/)
  for (const path of ['contracts/Ledger.sol', 'build-info'])
    mkdirSync(join(folder, path), { recursive: true })
  const hardhat = { contractName: 'Ledger', abi: LEDGER.abi, bytecode: LEDGER.bytecode }
  writeFileSync(join(folder, 'contracts/Ledger.sol/Ledger.json'), JSON.stringify(hardhat))
  writeFileSync(join(folder, 'contracts/Ledger.sol/Ledger.dbg.json'), '{"abi": []}')
  writeFileSync(join(folder, 'broken.json'), '{')
  writeFileSync(join(folder, 'other.json'), '{"abi": 7}')
  const data = encodeErrorResult({ abi: LEDGER.abi, errorName: 'TooMuch', args: [1n, 2n] })
  assert.is(loadArtifacts(folder).describeError(fromHex(data)), 'TooMuch(asked: 1, limit: 2)')
})

test('what contracts print is logged, by calls and by transactions, reverted ones too', async () => {
  const { deploy, send, ask, refusal, lines, devnet } = await withArtifacts()
  const contract = await deploy(NATIVE)
  const say = (n: bigint, loudly: boolean) =>
    encodeFunctionData({ abi: NATIVE.abi, functionName: 'say', args: [n, loudly] })
  const from = eth(devnet.accounts[0]!)
  await ask('eth_call', { from, to: contract, data: say(7n, false) }, 'latest')
  assert.is(lines.length, 2)
  assert.is(lines[0], 'n is 7')
  assert.match(lines[1]!, new RegExp(`^${from} false$`, 'i'))
  await ask('eth_estimateGas', { from, to: contract, data: say(8n, false) })
  assert.is(lines.length, 2)
  const hash = await send(contract, say(9n, true))
  assert.is(lines[2], 'n is 9')
  assert.match(lines[4]!, new RegExp(`^${hash} failed at epoch \\d+: message execution failed`))
  assert.match(lines[4]!, /Error\(too loud\)/)
  await refusal('eth_call', { from, to: contract, data: say(1n, true) }, 'latest')
  assert.is(lines[5], 'n is 1')
  await ask('debug_traceTransaction', hash, {})
  assert.is(lines.length, 7)
  await ask('hardhat_setLoggingEnabled', false)
  await send(contract, say(9n, true))
  assert.is(lines.length, 7)
})

test('every form of console.log is read', () => {
  const log = (types: string[], values: unknown[]) => {
    const abi = parseAbi([`function log(${types.join(', ')})`] as never) as readonly Json[]
    return consoleLine(
      fromHex(encodeFunctionData({ abi, functionName: 'log', args: values } as never)),
    )
  }
  assert.is(log([], []), '')
  assert.is(log(['int256'], [-5n]), '-5')
  assert.is(log(['bytes4'], ['0x01020304']), '0x01020304')
  assert.is(log(['bytes'], ['0x0102']), '0x0102')
  assert.is(log(['bool', 'string', 'uint256', 'string'], [true, 'a', 1n, 'b']), 'true a 1 b')
  const unknown = encodeAbiParameters([{ type: 'uint256' }], [1n])
  assert.match(consoleLine(fromHex(unknown)), /something unknown/)
})

test('failures of native actors say which, in which method, and how', async () => {
  const { devnet, lines, ask } = await withArtifacts()
  const message = {
    From: String(devnet.accounts[1]!.native),
    To: `f0${devnet.providers[0]!.id}`,
    Method: 16,
    Params: 'gUMAAGQ=',
    GasLimit: 50_000_000,
  }
  await ask('Filecoin.MpoolPushMessage', message)
  assert.match(lines[0]!, /failed at epoch \d+: .*exit=\[ErrForbidden\(18\)\]/s)
  assert.match(
    lines[0]!,
    /00: f01000 \(method 16 storageminer\.WithdrawBalance\) -- caller \d+ is not one of supported \(ErrForbidden\(18\)\)/,
  )
})

test('a message that no block has room for is warned of', async () => {
  const { refusal, ledger, lines } = await withArtifacts()
  const { code, message } = await refusal('eth_estimateGas', { to: ledger, data: callData('spin') })
  assert.equal([code, message], [2, 'call ran out of gas'])
  assert.is(lines.length, 1)
  assert.match(
    lines[0]!,
    /^a message of f4\w+ to f4\w+, method 3844450837, would not fit in a block: it runs out of the 10000000000 gas/,
  )
})

test.run()
