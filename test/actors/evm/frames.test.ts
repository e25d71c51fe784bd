// What a frame does by itself: how it ends, its stack and memory, and what it is told of itself and the chain.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex, utf8 } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/crypto/hash.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { maskedIdAddress } from '../../../primitives/eth-address.ts'
import { DomainSeparationTag, drawRandomness } from '../../../primitives/randomness.ts'
import { assemble, OPCODE, word, wordValue } from '../../support/evm-assembler.ts'
import { EvmWorld } from '../../support/evm-world.ts'

const RETURN_TOP = '0x0 MSTORE 32 0x0 RETURN'
const pushes = (count: number): string => 'PUSH0 '.repeat(count)

/** The word a program leaves on top. */
function topOf(program: string, data?: Uint8Array, world = new EvmWorld()): bigint {
  const { exitCode, data: output } = world.run(`${program} ${RETURN_TOP}`, data)
  assert.is(exitCode, 0, program)
  return wordValue(output)
}

const EXITS: readonly [program: string, exitCode: number, why: string][] = [
  ['STOP', 0, 'a stop'],
  ['', 0, 'no code at all'],
  ['PUSH0', 0, 'the end of the code'],
  ['#61ff', 0, 'a push whose word is cut off'],
  ['PUSH0 PUSH0 REVERT', 33, 'a revert'],
  ['INVALID', 34, 'the invalid instruction'],
  ['#0c', 35, 'no instruction'],
  ['0x0 0x0 0x0 0x0 0x0 0x0 0x0 CALLCODE', 35, 'CALLCODE'],
  ['0x0 #49', 35, 'BLOBHASH'],
  ['#4a', 35, 'BLOBBASEFEE'],
  ['POP', 36, 'nothing to pop'],
  ['PUSH0 ADD', 36, 'one word where two are needed'],
  ['PUSH0 PUSH0 DUP3', 36, 'a duplicate of nothing'],
  ['PUSH0 SWAP1', 36, 'an exchange with nothing'],
  [`${pushes(1024)} STOP`, 0, 'a full stack'],
  [`${pushes(1025)}`, 37, 'a word too many'],
  [`${pushes(1024)} DUP1`, 37, 'a duplicate too many'],
  [`${pushes(1024)} PC`, 37, 'a place too many'],
  [`${pushes(1024)} CALLER`, 37, 'a caller too many'],
  [`${pushes(1024)} SWAP16 POP CALLER STOP`, 0, 'a full stack that is used'],
  ['0x0 JUMP', 39, 'a jump to no jump destination'],
  ['4 JUMP #605b JUMPDEST', 39, 'a jump into a word that is pushed'],
  ['6 JUMP #605b JUMPDEST', 39, 'a jump past a destination'],
  ['5 JUMP #605b JUMPDEST', 0, 'a jump to a destination'],
  ['0xffffffffffffffffffff JUMP', 39, 'a jump out of the world'],
  ['0x1 0x0 JUMPI', 39, 'a branch to no jump destination'],
  ['0x0 0x0 JUMPI', 0, 'a branch not taken'],
  ['0x0 ISZERO 0x0 JUMPI', 39, 'a branch on what is not'],
  ['0x1 ISZERO 0x0 JUMPI', 0, 'a branch on what is'],
  ['0x100000000 MLOAD', 38, 'an offset of 2^32'],
  ['0x0 0x0 0x100000000 RETURN', 0, 'an offset of 2^32 to no bytes'],
  ['0x100000000 0x0 RETURN', 38, 'a size of 2^32'],
  ['0xffffffff MLOAD', 38, 'an end beyond 2^32 - 1'],
  ['0x7fffffff MLOAD', 24, 'an end beyond 2^31 - 1'],
  ['0x80000000 0x0 RETURN', 24, 'a size of 2^31'],
  ['0x0 0x1 0x0 RETURNDATACOPY', 38, 'return data where there is none'],
  ['0x1 0x0 0x0 RETURNDATACOPY', 38, 'a byte of no return data'],
  ['0x0 0x0 0x0 RETURNDATACOPY', 0, 'no byte of no return data'],
  ['0x2001 0x0 LOG0', 24, 'a log of more than 8 KiB'],
  ['0x2000 0x0 LOG0', 0, 'a log of 8 KiB'],
  ['0x0 0x1fe1 0x0 LOG1', 24, 'data and topics of more than 8 KiB'],
  ['0x0 0x1fe0 0x0 LOG1', 0, 'data and topics of 8 KiB'],
]

for (const [program, exitCode, why] of EXITS)
  test(`${why}: exit ${exitCode}`, () => {
    assert.is(new EvmWorld().run(program).exitCode, exitCode)
  })

test('all instructions are those of the released actor', () => {
  const world = new EvmWorld()
  const known = new Set([...OPCODE.values()].filter((op) => op !== OPCODE.get('CALLCODE')))
  for (let op = 0; op < 256; op++) {
    const isPush = op >= 0x60 && op <= 0x7f
    const { exitCode } = world.run(Uint8Array.of(0x5f, op))
    if (known.has(op) || isPush) assert.is.not(exitCode, 35, op.toString(16))
    else assert.is(exitCode, 35, op.toString(16))
  }
})

test('a block that cannot be run to its end has run up to there', () => {
  // The first word is stored before the stack is found empty, and forgotten with the frame.
  const world = new EvmWorld()
  const { id, address } = world.install('1 0x0 SSTORE POP')
  assert.is(world.call(address).exitCode, 36)
  assert.ok(world.stateOf(id).contractState.isEmpty)
  // What fails first counts: the memory, not the stack.
  assert.is(world.run('0x100000000 MLOAD POP POP').exitCode, 38)
  assert.is(world.run('PUSH0 PUSH0 REVERT POP POP').exitCode, 33)
})

test('reverting and returning hand over a piece of memory', () => {
  const store = '0x1122334455 0x0 MSTORE'
  const back = new EvmWorld().run(`${store} 5 27 RETURN`)
  assert.is(toHex(back.data), '1122334455')
  const undone = new EvmWorld().run(`${store} 5 27 REVERT`)
  assert.is(undone.exitCode, 33)
  assert.is(toHex(undone.data), '1122334455')
  assert.is(new EvmWorld().run(`${store} 0x0 0x1000 RETURN`).data.length, 0)
})

test('memory grows by words, and MSIZE says how far', () => {
  for (const [touch, size] of [
    ['', 0n],
    ['0x0 MLOAD POP', 32n],
    ['0x1 MLOAD POP', 64n],
    ['0x0 0x1f MSTORE8', 32n],
    ['0x0 0x20 MSTORE8', 64n],
    ['0x0 0xffff RETURNDATASIZE POP POP POP', 0n],
    ['0x1 0x0 0x64 CALLDATACOPY', 128n],
    ['0x0 0x0 0x64 CALLDATACOPY', 0n],
    ['0x1 0x0 0x1000 MCOPY', 4128n],
    ['0x1 0x1000 0x0 MCOPY', 4128n],
    ['0x20 0x40 KECCAK256 POP', 96n],
    ['0x4000 MLOAD POP', 16_416n],
  ] as const)
    assert.is(topOf(`${touch} MSIZE`), size, touch)
})

test('copies fill up with zeros, and overlap as if there were a copy between', () => {
  const data = fromHex('0102030405')
  assert.is(topOf('0x0 NOT 0x0 MSTORE 32 2 0x0 CALLDATACOPY 0x0 MLOAD', data), 0x030405n << 232n)
  assert.is(topOf('32 0xffffffffffffffffff 0x0 CALLDATACOPY 0x0 MLOAD', data), 0n)
  assert.is(topOf('3 CALLDATALOAD', data), 0x0405n << 240n)
  assert.is(topOf('5 CALLDATALOAD', data), 0n)
  assert.is(topOf('0x10000000000000000 CALLDATALOAD', data), 0n)
  assert.is(topOf('CALLDATASIZE', data), 5n)
  assert.is(topOf('4 0x0 28 CODECOPY 0x0 MLOAD'), 0x60046000n)
  const shifted = '0x0102030405060708 0x0 MSTORE 8 24 25 MCOPY 25 0x0 MCOPY'
  assert.is(topOf('0x0102030405060708 0x0 MSTORE 7 24 25 MCOPY 0x0 MLOAD'), 0x0101020304050607n)
  assert.is(topOf('0x0102030405060708 0x0 MSTORE 7 25 24 MCOPY 0x0 MLOAD'), 0x0203040506070808n)
  assert.is(new EvmWorld().run(`${shifted}`).exitCode, 36)
})

test('MSTORE8 takes the lowest byte', () => {
  assert.is(topOf('0x1234 0x1f MSTORE8 0x0 MLOAD'), 0x34n)
  assert.is(topOf(`0x${'ab'.repeat(32)} 0x1f MSTORE8 0x0 MLOAD`), 0xabn)
})

test('KECCAK256 hashes memory', () => {
  const hash = wordValue(keccak256(utf8('abc')))
  assert.is(topOf('0x616263 0x0 MSTORE 3 29 KECCAK256'), hash)
  assert.is(topOf('0x0 0xffffffffffffffffffff KECCAK256'), wordValue(keccak256(new Uint8Array())))
})

test('a frame is told who it is, who calls, and with what', () => {
  const world = new EvmWorld()
  const ask = (program: string) => {
    const { address } = world.install(`${program} ${RETURN_TOP}`)
    const { data } = world.call(address, new Uint8Array(), 77n)
    return { address: wordValue(address), answer: wordValue(data) }
  }
  const self = ask('ADDRESS')
  assert.is(self.answer, self.address)
  assert.is(ask('CALLER').answer, wordValue(world.sender))
  assert.is(ask('ORIGIN').answer, wordValue(world.sender))
  assert.is(ask('CALLVALUE').answer, 77n)
  assert.is(ask('SELFBALANCE').answer, 77n)
  assert.is(ask('ADDRESS BALANCE').answer, 77n)
  assert.is(
    ask(`0x${toHex(maskedIdAddress(world.senderId))} BALANCE`).answer,
    10n ** 24n - 7n * 77n,
  )
  assert.is(ask('0xdead BALANCE').answer, 0n)
  assert.is(ask('CODESIZE').answer, BigInt(assemble(`CODESIZE ${RETURN_TOP}`).length))
  assert.is(ask('PUSH0 POP PC').answer, 2n)
})

test('a frame is told of the chain', () => {
  const world = new EvmWorld()
  const { context } = world
  const ask = (program: string) => topOf(program, undefined, world)
  assert.is(ask('NUMBER'), BigInt(context.epoch))
  assert.is(ask('TIMESTAMP'), BigInt(context.timestamp))
  assert.is(ask('CHAINID'), 314n)
  assert.is(ask('BASEFEE'), 100n)
  assert.is(ask('GASPRICE'), 100n)
  assert.is(ask('GASLIMIT'), 10_000_000_000n)
  assert.is(ask('COINBASE'), 0n)
  assert.is(ask('GAS'), 10_000_000_000n)
  const { beaconDigest } = context.randomness
  const seed = beaconDigest(context.epoch)
  const random = drawRandomness(
    seed,
    DomainSeparationTag.EvmPrevRandao,
    context.epoch,
    utf8('prevrandao'),
  )
  assert.is(ask('PREVRANDAO'), wordValue(random))
})

test('hashes of the last 256 tipsets are known', () => {
  const world = new EvmWorld()
  const hashAt = (epoch: number) => topOf(`${epoch} BLOCKHASH`, undefined, world)
  const digest = (epoch: number) => wordValue(world.context.randomness.tipsetCid(epoch).digest)
  assert.is(hashAt(999), digest(999))
  assert.is(hashAt(744), digest(744))
  assert.is(hashAt(743), 0n)
  assert.is(hashAt(1000), 0n)
  assert.is(topOf('0x0 NOT BLOCKHASH', undefined, world), 0n)
})

test('logs are events of the contract', () => {
  const world = new EvmWorld()
  const { id, address } = world.install(
    '0xaabb 0x0 MSTORE 4 3 2 1 2 30 LOG4 0x0 0x0 LOG0 7 0x0 0x0 LOG1 0x0 0x0 RETURN',
  )
  const { result } = world.call(address)
  const entry = (key: string, value: Uint8Array) => ({ flags: 3, key, codec: 0x55, value })
  assert.equal(result.events, [
    {
      emitter: id,
      entries: [...[1, 2, 3, 4].map((n) => entry(`t${n}`, word(n))), entry('d', fromHex('aabb'))],
    },
    { emitter: id, entries: [] },
    { emitter: id, entries: [entry('t1', word(7))] },
  ])
})

test('a frame that fails leaves no logs', () => {
  assert.is(new EvmWorld().run('0x0 0x0 LOG0 INVALID').result.events.length, 0)
})

await initCrypto()
test.run()
