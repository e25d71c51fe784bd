// The native ABI tuple: against viem's encoder, and read as loosely as the EVM actor reads it.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeAbiParameters, parseAbi, encodeFunctionData } from 'viem'
import {
  decodeNativeAbi,
  decodeNativeAbiStrict,
  encodeNativeAbi,
  encodeNativeCall,
  NativeAbiError,
} from '../../../actors/evm/native-abi.ts'
import { concatBytes, fromHex, toHex } from '../../../primitives/bytes.ts'
import { seed } from '../../support/seed.ts'

const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
const data = fc.uint8Array({ maxLength: 100 })
const hex = (bytes: Uint8Array): `0x${string}` => `0x${toHex(bytes)}`
const isAbiError = (error: unknown): boolean => error instanceof NativeAbiError
const word = (n: bigint): Uint8Array => fromHex(n.toString(16).padStart(64, '0'))

test('encodes as viem does, and reads it back', () => {
  const abi = parseAbi(['function handle_filecoin_method(uint64,uint64,bytes)'])
  fc.assert(
    fc.property(uint64, uint64, data, (first, codec, bytes) => {
      const ours = encodeNativeAbi({ first, codec, data: bytes })
      const types = [{ type: 'uint64' }, { type: 'uint64' }, { type: 'bytes' }] as const
      assert.is(hex(ours), encodeAbiParameters(types, [first, codec, hex(bytes)]))
      assert.is(
        hex(encodeNativeCall(first, codec, bytes)),
        encodeFunctionData({ abi, args: [first, codec, hex(bytes)] }),
      )
      assert.equal(decodeNativeAbiStrict(ours), { first, codec, data: bytes })
    }),
    { seed },
  )
})

test('a negative first number is an int256', () => {
  const ours = encodeNativeAbi({ first: -5n, codec: 0n, data: new Uint8Array() })
  const types = [{ type: 'int256' }, { type: 'uint64' }, { type: 'bytes' }] as const
  assert.is(hex(ours), encodeAbiParameters(types, [-5n, 0n, '0x']))
})

test('what lies beyond the end is zero', () => {
  const nothing = { first: 0n, codec: 0n, data: new Uint8Array() }
  assert.equal(decodeNativeAbi(new Uint8Array()), nothing)
  // Offset 0: the length of the data is the first word.
  assert.equal(decodeNativeAbi(word(7n)), { first: 7n, codec: 0n, data: new Uint8Array(7) })
  const cut = concatBytes(word(0n), word(0x51n), word(96n), word(4n), fromHex('aabb'))
  assert.equal(decodeNativeAbi(cut), { first: 0n, codec: 0x51n, data: fromHex('aabb0000') })
  const farAway = concatBytes(word(1n), word(0n), word(0xffffffffn))
  assert.equal(decodeNativeAbi(farAway), { ...nothing, first: 1n })
})

test('data may stand anywhere, and overlap', () => {
  const early = concatBytes(word(0n), word(0n), word(0n))
  assert.equal(decodeNativeAbi(early).data, new Uint8Array())
  const unaligned = concatBytes(
    word(0n),
    word(0n),
    word(97n),
    Uint8Array.of(9),
    word(1n),
    fromHex('cc'),
  )
  assert.equal(decodeNativeAbi(unaligned).data, fromHex('cc'))
  assert.throws(() => decodeNativeAbiStrict(unaligned), isAbiError)
})

test('words that are too large are refused, strict reading refuses any other form', () => {
  const loose: Uint8Array[] = [
    concatBytes(word(1n << 32n), word(0n), word(96n), word(0n)),
    concatBytes(word(0n), word(1n << 64n), word(96n), word(0n)),
    concatBytes(word(0n), word(0n), word(1n << 32n), word(0n)),
    concatBytes(word(0n), word(0n), word(96n), word(1n << 32n)),
    concatBytes(word(0n), word(0n), word(96n), word(0xffffffffn)),
  ]
  for (const bytes of loose) assert.throws(() => decodeNativeAbi(bytes), isAbiError)
  const good = encodeNativeAbi({ first: 1n, codec: 0x51n, data: fromHex('aa') })
  for (const bytes of [
    new Uint8Array(),
    good.subarray(0, -1),
    concatBytes(good, word(0n)),
    concatBytes(good.subarray(0, -1), fromHex('01')),
  ])
    assert.throws(() => decodeNativeAbiStrict(bytes), isAbiError)
})

test.run()
