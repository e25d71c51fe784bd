// Goal: Filecoin's precompiles answer real Solidity as on mainnet, for good input and bad. Method: a contract that reaches any address by
// every kind of call is asked on a devnet; what comes back is compared with what the released actor answers.
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concatHex, encodeAbiParameters, keccak256, numberToHex } from 'viem'
import { parseAddress } from '../../primitives/address.ts'
import { toHex } from '../../primitives/bytes.ts'
import { compileSolidity } from './compile.ts'
import { type Hex, type Leaf, openRig } from './rig.ts'

const source = readFileSync(new URL('sol/Probe.sol', import.meta.url), 'utf8')
const { abi, bytecode } = compileSolidity({ 'Probe.sol': source })['Probe']!
const rig = await openRig({ seed: 'probe' })
const probe = await rig.deploy(`0x${bytecode}`)
await rig.send(probe, '0x', 1000n)

const precompile = (n: number): Hex => `0xfe${n.toString(16).padStart(38, '0')}`
const [RESOLVE, LOOKUP, CALL_ACTOR, DISABLED, CALL_BY_ID, RANDOMNESS] = [1, 2, 3, 4, 5, 6].map(
  precompile,
) as [Hex, Hex, Hex, Hex, Hex, Hex]
const masked = (id: bigint): Hex => `0xff${id.toString(16).padStart(38, '0')}`
const word = (value: bigint): Hex => numberToHex(value, { size: 32 })
const NOTHING = keccak256('0x')
const FAILED = [false, '0x']
const MINER = BigInt(rig.devnet.providers[0]!.id)
const GET_OWNER = 3275365574n

async function ask(functionName: string, ...args: readonly unknown[]): Promise<readonly Leaf[]> {
  const outcome = await rig.call(probe, abi, functionName, args)
  assert.ok('values' in outcome, `${functionName} reverted`)
  return outcome.values
}

const staticCall = (to: Hex, data: Hex) => ask('byStaticCall', to, data)

interface ActorCall {
  readonly method: bigint
  readonly value?: bigint
  readonly flags?: bigint
  readonly codec?: bigint
  readonly params?: Hex
  readonly id?: bigint
}

const TYPES = ['uint64', 'uint256', 'uint64', 'uint64', 'bytes', 'uint64'].map((type) => ({ type }))
const callById = ({
  method,
  value = 0n,
  flags = 0n,
  codec,
  params = '0x',
  id = MINER,
}: ActorCall) =>
  encodeAbiParameters(TYPES, [
    method,
    value,
    flags,
    codec ?? (params === '0x' ? 0n : 0x51n),
    params,
    id,
  ])

/** Exit code, codec and data as the precompile packs them. */
const packed = (exitCode: bigint, codec = 0n, data: Hex = '0x'): Hex =>
  encodeAbiParameters(
    [{ type: 'int256' }, { type: 'uint64' }, { type: 'bytes' }],
    [exitCode, codec, data],
  )

const byId = (call: ActorCall) => ask('byDelegateCall', CALL_BY_ID, callById(call))

test('addresses resolve to ids, and ids to delegated addresses', async () => {
  const { native, eth } = rig.devnet.accounts[1]!
  const id = BigInt((await rig.ask<string>('Filecoin.StateLookupID', native, null)).slice(2))
  const bytes: Hex = `0x${toHex(parseAddress(native).bytes)}`
  const cases: [Hex, readonly Leaf[]][] = [
    [bytes, [true, word(id)]],
    ['0x00e807', [true, word(1000n)]],
    ['0x00ffffff7f', [true, word((1n << 28n) - 1n)]],
    [`0x040a${'11'.repeat(20)}`, [true, '0x']],
    ['0x', FAILED],
    ['0x09', FAILED],
    [`${bytes}00`, FAILED],
    ['0x0111', FAILED],
  ]
  for (const [input, wanted] of cases) assert.equal(await staticCall(RESOLVE, input), wanted, input)
  const delegated: Hex = `0x040a${eth.slice(2).toLowerCase()}`
  const [, owner] = await staticCall(RESOLVE, delegated)
  assert.equal(await staticCall(LOOKUP, owner as Hex), [true, delegated])
  assert.equal(await staticCall(LOOKUP, word(id)), [true, '0x'])
  assert.equal(await staticCall(LOOKUP, word(9_999_999n)), [true, '0x'])
  assert.equal(await staticCall(LOOKUP, word(1n << 64n)), FAILED)
})

test('randomness is of epochs that have been', async () => {
  const { height } = rig.devnet.node.head
  const [ok, digest] = await staticCall(RANDOMNESS, word(BigInt(height - 1)))
  assert.equal([ok, (digest as string).length], [true, 66])
  assert.equal(await staticCall(RANDOMNESS, word(1n << 64n)), FAILED)
  // A look into the future costs more gas than there is: it ends the message.
  const future = [RANDOMNESS, word(BigInt(height + 100))]
  const outcome = await rig.call(probe, abi, 'byStaticCall', future)
  assert.match('error' in outcome ? outcome.message : '', /out of gas/)
})

test('actors are called by DELEGATECALL alone', async () => {
  const call = callById({ method: GET_OWNER })
  const [ok, answer] = await ask('byDelegateCall', CALL_BY_ID, call)
  assert.is(ok, true)
  assert.match(answer as string, /824[2-4]00[0-9a-f]+f6/)
  assert.equal(await ask('byCall', CALL_BY_ID, 0n, call), FAILED)
  assert.equal(await staticCall(CALL_BY_ID, call), FAILED)
  assert.equal(await ask('readOnly', CALL_BY_ID, call), [true, answer])
  const byAddress = encodeAbiParameters(
    [...TYPES.slice(0, 5), { type: 'bytes' }],
    [GET_OWNER, 0n, 1n, 0n, '0x', '0x00e807'],
  )
  assert.equal(await ask('byDelegateCall', CALL_ACTOR, byAddress), [true, answer])
})

test('what an actor ends with comes back as a number', async () => {
  assert.equal(await byId({ method: 2280458852n, params: '0x814200ff' }), [true, packed(18n)])
  assert.equal(await byId({ method: GET_OWNER, id: 4n }), [true, packed(22n)])
  assert.equal(await byId({ method: GET_OWNER, id: 99_999n }), [true, packed(-6n)])
  assert.equal(await byId({ method: 0n, value: 1001n }), [true, packed(-5n)])
  assert.equal(await byId({ method: 0n, value: 1n, flags: 1n }), [true, packed(-13n)])
  assert.equal(await byId({ method: 0n, value: 7n }), [true, packed(0n)])
  const inStaticFrame = await ask('readOnly', CALL_BY_ID, callById({ method: 0n, value: 7n }))
  assert.equal(inStaticFrame, [true, packed(-13n)])
})

test('a call that is none fails the precompile', async () => {
  const bad: ActorCall[] = [
    { method: 2n },
    { method: 1023n },
    { method: GET_OWNER, flags: 2n },
    { method: GET_OWNER, codec: 0x71n },
    { method: GET_OWNER, codec: 0x55n },
    { method: GET_OWNER, codec: 0n, params: '0x80' },
  ]
  for (const call of bad) assert.equal(await byId(call), FAILED, JSON.stringify(call, String))
  // Parameters at offset 0: their length is the method's word. Offsets may point anywhere, what is missing is zero.
  const words = [0n, 5n, 0n, 0n, 0n, MINER].map(word)
  assert.equal(await ask('byDelegateCall', CALL_BY_ID, concatHex(words)), [true, packed(0n)])
  assert.equal(await ask('byDelegateCall', CALL_BY_ID, '0x'), [true, packed(0n)])
})

test('precompiles exist as empty code, and unknown ones not at all', async () => {
  for (const known of [RESOLVE, LOOKUP, CALL_ACTOR, CALL_BY_ID, RANDOMNESS])
    assert.equal(await ask('code', known), [0n, NOTHING, '0x'], known)
  for (const unknown of [DISABLED, precompile(7), precompile(0x99)]) {
    assert.equal(await ask('code', unknown), [0n, word(0n), '0x'], unknown)
    assert.equal(await ask('byCall', unknown, 0n, '0x1234'), [true, '0x'], unknown)
  }
  const native = keccak256('0xfe')
  assert.equal(await ask('code', masked(MINER)), [1n, native, '0xfe'])
  assert.equal(await ask('code', rig.devnet.accounts[1]!.eth), [0n, NOTHING, '0x'])
  assert.equal(await ask('code', masked(99_999n)), [0n, word(0n), '0x'])
})

test('a plain call reaches accounts and contracts, and no miner', async () => {
  assert.equal(await ask('byCall', masked(MINER), 1n, '0x'), FAILED)
  assert.equal(await ask('byCall', rig.devnet.accounts[2]!.eth, 1n, '0x'), [true, '0x'])
  assert.equal(await ask('byCall', masked(99_999n), 1n, '0x'), [true, '0x'])
})

test.run()
