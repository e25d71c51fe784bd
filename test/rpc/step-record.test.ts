// Goal: what is recorded small is told whole, however long the run. Method: traces of contracts that nest, create, borrow code and
// call native actors, against copies of all that was there; a run of 140,003 instructions over HTTP and WebSocket.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeFunctionData } from 'viem'
import WebSocket from 'ws'
import type { EvmStep } from '../../actors/evm/interpreter/observe.ts'
import type { Devnet } from '../../engine/devnet.ts'
import { toHex } from '../../primitives/bytes.ts'
import { createRpc } from '../../rpc/index.ts'
import { serve } from '../../rpc/server.ts'
import { ROOM, StepRecord } from '../../rpc/tracers/step-record.ts'
import { artifact } from '../support/contract.ts'
import { callData, ledgerDevnet } from '../support/drive.ts'
import { assemble } from '../support/evm-assembler.ts'
import { int, type Json } from '../support/rpc.ts'

const NATIVE = artifact('Native')
const ALL = { withStack: true, withMemory: true, withStorage: true }
const word = (n: number | bigint) => n.toString(16).padStart(64, '0')

/** All there is to see of an instruction, copied. */
function copied({ pc, op, gas, gasCost, stack, height, memory }: EvmStep) {
  return {
    ...{ pc, op, gas, gasCost },
    stack: stack.slice(0, height).map((n) => `0x${n.toString(16)}`),
    memory: toHex(memory).match(/.{64}/g) ?? [],
  }
}

/** Runs the head's messages again: what a record tells of them, what there was, and the words of storage by instruction. */
function traced({ node }: Devnet, record: StepRecord) {
  const seen: ReturnType<typeof copied>[] = []
  const depths: number[] = []
  node.retrace(node.head, undefined, (step, calls) => {
    record.finishRead(step, calls)
    if (!record.hasRoom) return false
    record.add(step, calls)
    seen.push(copied(step))
    depths.push(calls)
    return true
  })
  return { seen, depths, told: [...record.steps()] }
}

test('what is told is what there was', async () => {
  const { call, deploy, send, ledger, devnet } = await ledgerDevnet()
  const native = await deploy(NATIVE)
  const borrowed = encodeFunctionData({
    ...{ abi: NATIVE.abi, functionName: 'borrowCode' },
    args: [ledger, callData('total')],
  })
  const runs: [string, () => Promise<unknown>][] = [
    ['move', () => call('move', [7n, 'some text that is longer than a word of memory'])],
    ['nest', () => call('nest', [5n])],
    ['spawn', () => call('spawn')],
    ['logMany', () => call('logMany', [700n])],
    ['refuse', () => call('refuse')],
    ['swallow', () => call('swallow', [3000n])],
    ['borrowCode', () => send(native, borrowed)],
  ]
  let frames = 0
  for (const [name, run] of runs) {
    await run()
    const { seen, depths, told } = traced(devnet, new StepRecord(ALL))
    assert.ok(seen.length > 10, name)
    assert.equal(
      told.map(({ depth: _, storage: __, ...rest }) => rest),
      seen,
      name,
    )
    // Depths rise and fall with the calls that are open, and count contracts alone.
    const ranks = [...new Set(depths)].sort((a, b) => a - b)
    assert.equal(
      told.map(({ depth }) => depth),
      depths.map((n) => ranks.indexOf(n) + 1),
      name,
    )
    frames = Math.max(frames, ranks.length)
  }
  assert.ok(frames > 2)
})

test('storage is what was read and written so far, of each contract', async () => {
  const { call, devnet } = await ledgerDevnet()
  await call('move', [7n, 'x'])
  const { told, seen } = traced(devnet, new StepRecord(ALL))
  const known: Record<string, string> = {}
  for (const [i, { op, stack, storage }] of told.entries()) {
    if (op !== 0x54 && op !== 0x55) {
      assert.is(storage, undefined)
      continue
    }
    const value = op === 0x54 ? seen[i + 1]!.stack.at(-1) : stack!.at(-2)
    known[word(BigInt(stack!.at(-1)!))] = word(BigInt(value!))
    assert.equal(storage, known)
  }
  assert.ok(Object.keys(known).length > 0)
})

test('a record without stacks or memory has the rest, and one that is full stops', async () => {
  const { call, devnet } = await ledgerDevnet()
  await call('move', [7n, 'x'])
  const whole = traced(devnet, new StepRecord(ALL)).told
  const bare = new StepRecord({ withStack: false, withMemory: false, withStorage: true })
  assert.equal(
    traced(devnet, bare).told,
    whole.map((step) => ({ ...step, stack: undefined, memory: undefined })),
  )
  const read = whole.findIndex(({ op }) => op === 0x54)
  const bounds = { steps: read + 1, words: 40, patches: 3, patchedBytes: 3 } as const
  for (const [bound, most] of Object.entries(bounds)) {
    const full = new StepRecord(ALL, { ...ROOM, [bound]: most })
    const { told } = traced(devnet, full)
    assert.ok(told.length < whole.length, bound)
    assert.equal(told, whole.slice(0, told.length), bound)
  }
})

/** Counts down from what is asked for: 7 instructions a round. */
const LOOP = `0x${toHex(assemble('0x0 CALLDATALOAD again: 1 SWAP1 SUB DUP1 @again JUMPI STOP'))}`

test('a long run is told whole over HTTP, while others are served', async () => {
  const { devnet, ledger } = await ledgerDevnet()
  const server = await serve(createRpc(devnet), { port: 0, host: '127.0.0.1' })
  const post = (method: string, ...params: unknown[]) =>
    fetch(server.url, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
  try {
    const rounds = 20_000
    const options = { stateOverrides: { [ledger]: { code: LOOP } } }
    const asked = [{ to: ledger, data: `0x${word(rounds)}` }, 'latest', options] as const
    const response = await post('debug_traceCall', ...asked)
    // The rest of the answer waits until it is read.
    const head = (await (await post('eth_blockNumber')).json()) as Json
    assert.is(int(head['result']), devnet.node.head.height)
    const { result } = (await response.json()) as { result: Json }
    const logs = result['structLogs'] as unknown as Json[]
    assert.is(logs.length, 2 + rounds * 7 + 1)
    assert.equal([result['failed'], result['truncated']], [false, undefined])
    assert.equal(logs.at(-1)!['stack'], ['0x0'])
    assert.equal(logs[9]!['stack'], [`0x${(rounds - 1).toString(16)}`])
    const message = await overWebSocket(server.url, asked)
    assert.ok(JSON.stringify(message['result']) === JSON.stringify(result))
  } finally {
    await server.close()
  }
})

async function overWebSocket(url: string, params: readonly unknown[]): Promise<Json> {
  const socket = new WebSocket(url, { maxPayload: 2 ** 30 })
  await new Promise((resolve) => socket.on('open', resolve))
  const answer = new Promise<string>((resolve) =>
    socket.on('message', (data) => resolve(`${data}`)),
  )
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'debug_traceCall', params }))
  const text = await answer
  socket.terminate()
  return JSON.parse(text) as Json
}

test.run()
