// Goal: calls see the block they are given. Method: a contract, put there by an override, that answers with all it is told of its block;
// asked by viem and by hand, with and without overrides.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createPublicClient, custom } from 'viem'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { assemble } from '../support/evm-assembler.ts'
import { int, type Json, rpcDevnet } from '../support/rpc.ts'

const PROBE = `0x${'00'.repeat(17)}c0ffee` as const
/** NUMBER to BLOCKHASH of the block whose number is asked for: a word each. */
const CODE = assemble(`
  NUMBER 0x0 MSTORE  TIMESTAMP 0x20 MSTORE  GASLIMIT 0x40 MSTORE  COINBASE 0x60 MSTORE
  PREVRANDAO 0x80 MSTORE  BASEFEE 0xa0 MSTORE  0x0 CALLDATALOAD BLOCKHASH 0xc0 MSTORE
  0xe0 0x0 RETURN`)
const code = `0x${toHex(CODE)}` as const
const there = { [PROBE]: { code } }
const word = (n: number | bigint) => n.toString(16).padStart(64, '0')
const words = (data: string): bigint[] =>
  (data.slice(2).match(/.{64}/g) ?? []).map((digits) => BigInt(`0x${digits}`))

async function probed() {
  const rpc = await rpcDevnet()
  rpc.devnet.mine(3)
  const { height } = rpc.devnet.node.head
  const seen = async (block: object, asked = 0): Promise<bigint[]> => {
    const call = { to: PROBE, data: `0x${word(asked)}` }
    return words(await rpc.ask<string>('eth_call', call, 'latest', there, block))
  }
  return { ...rpc, height, seen }
}

test('what is given is seen, and the rest is as ever', async () => {
  const { seen, height, devnet } = await probed()
  const parent = devnet.node.store.atOrBefore(height - 1)
  const real = await seen({}, parent.height)
  assert.equal([real[0], real[2], real[3]], [BigInt(height), 10_000_000_000n, 0n])
  assert.ok(real[4]! > 0n && real[6]! > 0n)
  const [who, hash] = [`0x${'ab'.repeat(20)}`, `0x${'cd'.repeat(32)}`]
  for (const [block, index, expected] of [
    [{ number: '0x3e8' }, 0, 1000n],
    [{ time: '0x7fffffff' }, 1, 0x7fffffffn],
    [{ gasLimit: '0x1c9c380' }, 2, 30_000_000n],
    [{ feeRecipient: who }, 3, BigInt(who)],
    [{ coinbase: who }, 3, BigInt(who)],
    [{ prevRandao: hash }, 4, BigInt(hash)],
    [{ random: '0x7' }, 4, 7n],
    [{ baseFeePerGas: '0x9' }, 5, 9n],
    [{ baseFee: 9 }, 5, 9n],
    [{ blockHash: { [parent.height]: hash } }, 6, BigInt(hash)],
    [{ blockHash: { [`0x${parent.height.toString(16)}`]: hash } }, 6, BigInt(hash)],
    [{ blockHash: { [parent.height + 1000]: hash } }, 6, real[6]],
  ] as const) {
    const got = await seen(block, parent.height)
    const others = (all: readonly bigint[]) => all.filter((_, i) => i !== index && i !== 4)
    assert.is(got[index], expected, JSON.stringify(block))
    // With another number, a hash is one of another distance, and randomness another.
    if (index > 0) assert.equal(others(got), others(real), JSON.stringify(block))
    if (index > 0 && index !== 4) assert.is(got[4], real[4])
  }
  assert.equal(await seen({}, parent.height), real)
})

test('viem asks for a block of its own', async () => {
  const { devnet, ask } = await probed()
  const request = ({ method, params = [] }: { method: string; params?: unknown[] }) =>
    ask(method, ...params)
  const client = createPublicClient({ transport: custom({ request }) })
  const { data } = await client.call({
    to: PROBE,
    data: `0x${word(0)}`,
    stateOverride: [{ address: PROBE, code }],
    blockOverrides: {
      ...{ number: 77n, time: 88n, gasLimit: 99n, baseFeePerGas: 5n, prevRandao: 6n },
      feeRecipient: PROBE,
    },
  })
  assert.equal(words(data!).slice(0, 6), [77n, 88n, 99n, BigInt(PROBE), 6n, 5n])
  assert.ok(devnet.node.head.height > 0)
})

test('traces of calls see it too', async () => {
  const { ask } = await probed()
  const blockOverrides = { gasLimit: '0x5', blockHash: {}, coinbase: PROBE }
  const options = { stateOverrides: there, blockOverrides }
  const trace = await ask('debug_traceCall', { to: PROBE, data: '0x' }, 'latest', options)
  const [, , limit, coinbase] = words(String(trace['returnValue']))
  assert.equal([limit, coinbase], [5n, BigInt(PROBE)])
  const steps = trace['structLogs'] as unknown as Json[]
  assert.ok(steps.some(({ op }) => String(op) === 'COINBASE') && int(trace['gas']) > 0)
  assert.equal(fromHex(String(trace['returnValue']).slice(2)).length, 7 * 32)
})

test('what Filecoin has not is refused by name', async () => {
  const { refusal } = await probed()
  const says = async (block: object) =>
    (await refusal('eth_call', { to: PROBE }, 'latest', null, block)).message
  for (const [block, why] of [
    [{ difficulty: '0x1' }, /param 3: expected no difficulty, got "0x1": .*prevRandao/],
    [{ blobBaseFee: '0x1' }, /expected no blobBaseFee.*there are no blobs/],
    [{ beaconRoot: `0x${'00'.repeat(32)}` }, /there is no beacon chain/],
    [{ withdrawals: [] }, /there are no withdrawals/],
    [{ hash: '0x1' }, /expected one of number, time, gasLimit, feeRecipient, coinbase/],
    [{ coinbase: PROBE, feeRecipient: PROBE }, /expected either feeRecipient or coinbase/],
    [{ coinbase: '0x1' }, /feeRecipient|coinbase: expected an Ethereum address/],
    [{ blockHash: { x: '0x1' } }, /blockHash: expected an integer/],
    [{ blockHash: { 1: '0x1' } }, /blockHash: expected a 32-byte hash/],
    [{ gasLimit: -1 }, /gasLimit: expected a non-negative integer/],
  ] as const)
    assert.match(await says(block), why)
})

test.run()
