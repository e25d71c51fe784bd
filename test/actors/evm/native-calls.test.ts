// A contract as an actor among others: methods of its own, numbers it answers as a contract, and parameters on the wire.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeNativeAbi, encodeNativeCall } from '../../../actors/evm/native-abi.ts'
import { BytecodeReturn, EvmMethod, GetStorageAtParams } from '../../../actors/evm/params.ts'
import { ExitCode } from '../../../actors/exit-codes.ts'
import { Payload } from '../../../actors/payload.ts'
import { applyImplicit, systemMessage } from '../../../engine/vm/executor.ts'
import { idAddress } from '../../../primitives/address.ts'
import { concatBytes, fromHex, toHex } from '../../../primitives/bytes.ts'
import { CODEC, cidOf } from '../../../primitives/cid.ts'
import { byteString } from '../../../primitives/codec.ts'
import { keccak256 } from '../../../primitives/crypto/hash.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { u256 } from '../../../primitives/u256.ts'
import { assemble, word } from '../../support/evm-assembler.ts'
import { EvmWorld } from '../../support/evm-world.ts'

const ECHO = 'CALLDATASIZE 0x0 0x0 CALLDATACOPY CALLDATASIZE 0x0 RETURN'
/** Answers with these bytes, whatever it is asked. */
const answering = (bytes: Uint8Array): Uint8Array => {
  const head = (at: number) =>
    assemble(`${bytes.length} ${at} 0x0 CODECOPY ${bytes.length} 0x0 RETURN`)
  const length = head(100).length
  return concatBytes(head(length), bytes)
}
const cbor = (hex: string) => Payload.raw(fromHex(hex))

test('code and its hash can be asked for', () => {
  const world = new EvmWorld()
  const { id } = world.install(ECHO)
  const code = assemble(ECHO)
  const got = world.send(idAddress(id), EvmMethod.GetBytecode).ret!
  assert.is(got.ipldCodec, CODEC.dagCbor)
  assert.is(String(got.as(BytecodeReturn)!.cid()), String(cidOf(code, CODEC.raw)))
  const hash = world.send(idAddress(id), EvmMethod.GetBytecodeHash).ret!
  assert.is(toHex(hash.as(byteString)), toHex(keccak256(code)))
  const asked = world.send(idAddress(id), EvmMethod.GetBytecode, cbor('80'))
  assert.is(asked.exitCode, ExitCode.IllegalArgument)
})

test('storage is told to the system only', () => {
  const world = new EvmWorld()
  const { id, address } = world.install('0x1234 7 SSTORE STOP')
  world.call(address)
  const params = Payload.of(GetStorageAtParams, { storageKey: 7n })
  const { ret } = applyImplicit(world.tree, world.context, systemMessage(id, 5, params))
  assert.is(ret!.as(u256), 0x1234n)
  assert.is(toHex(ret!.bytes), '421234')
  assert.is(world.send(idAddress(id), EvmMethod.GetStorageAt, params).exitCode, ExitCode.Forbidden)
})

test('methods that are not for everybody, and numbers that are none', () => {
  const world = new EvmWorld()
  const { id } = world.install(ECHO)
  const exit = (method: number | bigint, params: Payload | null = null) =>
    world.send(idAddress(id), method, params).exitCode
  const deploy = Payload.raw(concatBytes(fromHex('8254'), new Uint8Array(20), fromHex('40')))
  assert.is(exit(EvmMethod.Constructor, deploy), ExitCode.Forbidden)
  assert.is(exit(EvmMethod.Resurrect, deploy), ExitCode.Forbidden)
  assert.is(exit(EvmMethod.Resurrect), ExitCode.IllegalArgument)
  // The parameters of this one have links in them, so they must be DAG-CBOR.
  assert.is(exit(EvmMethod.InvokeContractDelegate, cbor('80')), ExitCode.IllegalArgument)
  for (const method of [7, 100, 1023]) assert.is(exit(method), ExitCode.UnhandledMessage)
  assert.is(exit(0), ExitCode.Ok)
})

test('calldata is a CBOR byte string, in any form of one', () => {
  const world = new EvmWorld()
  const { id } = world.install(ECHO)
  const echo = (hex: string) => {
    const { exitCode, ret } = world.send(idAddress(id), EvmMethod.InvokeContract, cbor(hex))
    return exitCode === 0 ? toHex(ret!.as(byteString)) : exitCode
  }
  assert.is(echo('43010203'), '010203')
  assert.is(echo('5803010203'), '010203')
  assert.is(echo('590003010203'), '010203')
  assert.is(echo('5f41014202034040ff'), '010203')
  assert.is(echo('5fff'), '')
  for (const bad of [
    'f6',
    '01',
    '80',
    '63616263',
    '4301020304',
    '4301',
    '5f4101',
    '5f6161ff',
    '5f5f4101ffff',
  ])
    assert.is(echo(bad), ExitCode.Serialization, bad)
  const absent = world.send(idAddress(id), EvmMethod.InvokeContract)
  assert.is(toHex(absent.ret!.bytes), '40')
})

test('any other number asks the contract', () => {
  const world = new EvmWorld()
  const seen = world.install(`CALLDATASIZE 0x0 0x20 CALLDATACOPY
    ; an answer of exit 0, CBOR, the calldata as a byte string is left to the caller: store its hash
    CALLDATASIZE 0x20 KECCAK256 1 SSTORE STOP`)
  for (const method of [1024n, 3726118371n, (1n << 63n) + 5n]) {
    const { exitCode, ret } = world.send(idAddress(seen.id), method, cbor('8101'))
    assert.is(exitCode, 0)
    assert.is(ret, null)
    const call = encodeNativeCall(method, BigInt(CODEC.cbor), fromHex('8101'))
    const hash = world.stateOf(seen.id).contractState.get(1n)!
    assert.is(hash, BigInt(`0x${toHex(keccak256(call))}`))
  }
  world.send(idAddress(seen.id), 1024)
  const bare = keccak256(encodeNativeCall(1024n, 0n, new Uint8Array()))
  assert.is(world.stateOf(seen.id).contractState.get(1n), BigInt(`0x${toHex(bare)}`))
})

const ANSWERS: readonly [why: string, answer: Uint8Array, exitCode: number, ret: string | null][] =
  [
    ['nothing', new Uint8Array(), 0, null],
    ['success without data', encodeNativeAbi({ first: 0n, codec: 0n, data: fromHex('') }), 0, null],
    [
      'success with data',
      encodeNativeAbi({ first: 0n, codec: 0x51n, data: fromHex('8102') }),
      0,
      '8102',
    ],
    ['empty CBOR', encodeNativeAbi({ first: 0n, codec: 0x51n, data: fromHex('') }), 0, ''],
    [
      'failure with data',
      encodeNativeAbi({ first: 40n, codec: 0x51n, data: fromHex('05') }),
      40,
      '05',
    ],
    ['failure without', encodeNativeAbi({ first: 16n, codec: 0n, data: fromHex('') }), 16, null],
    [
      'a code only the system has',
      encodeNativeAbi({ first: 6n, codec: 0x51n, data: fromHex('05') }),
      9,
      null,
    ],
    [
      'data without a codec',
      encodeNativeAbi({ first: 0n, codec: 0n, data: fromHex('05') }),
      21,
      null,
    ],
    ['another codec', encodeNativeAbi({ first: 0n, codec: 0x55n, data: fromHex('05') }), 21, null],
    ['a code too large', concatBytes(word(1n << 32n), word(0), word(96), word(0)), 21, null],
    ['a codec too large', concatBytes(word(0), word(1n << 64n), word(96), word(0)), 21, null],
    ['one word of zeros', word(0), 0, null],
    // Offset and length are read where bytes ended: the length is the first word, without a codec.
    ['one word that is no zero', word(16), 21, null],
  ]

for (const [why, answer, exitCode, ret] of ANSWERS)
  test(`an answer of ${why} is exit ${exitCode}`, () => {
    const world = new EvmWorld()
    const { id } = world.install(answering(answer))
    const result = world.send(idAddress(id), 5000)
    assert.is(result.exitCode, exitCode)
    assert.is(result.ret === null ? null : toHex(result.ret.bytes), ret)
  })

test('a contract that reverts fails a native call with 33 and the reason', () => {
  const world = new EvmWorld()
  const { id } = world.install('0xabcd 0x0 MSTORE 2 30 REVERT')
  const { exitCode, ret } = world.send(idAddress(id), 5000)
  assert.is(exitCode, 33)
  assert.is(toHex(ret!.bytes), '42abcd')
})

await initCrypto()
test.run()
