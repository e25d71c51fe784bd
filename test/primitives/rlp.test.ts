// RLP: viem as the oracle for random values; every other form of the same value is refused.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fromRlp, toRlp } from 'viem'
import { concatBytes, fromHex, toHex } from '../../primitives/bytes.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { decodeRlp, encodeRlp, type Rlp, rlpInteger } from '../../primitives/rlp.ts'
import { seed } from '../support/seed.ts'

const isInvalid = (error: unknown): boolean =>
  error instanceof InvalidInput && error.field === 'rlp'

type Hexes = `0x${string}` | readonly Hexes[]
const hexes = (value: Rlp): Hexes =>
  value instanceof Uint8Array ? `0x${toHex(value)}` : value.map(hexes)

const { value: rlp } = fc.letrec<{ value: Rlp }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 2 }),
    fc.array(tie('value'), { maxLength: 5 }),
  ),
}))

test('encodes and decodes as viem does', () => {
  fc.assert(
    fc.property(rlp, (value) => {
      const bytes = encodeRlp(value)
      assert.is(`0x${toHex(bytes)}`, toRlp(hexes(value)))
      assert.equal(decodeRlp(bytes), value)
      assert.equal(hexes(decodeRlp(bytes)), fromRlp(`0x${toHex(bytes)}`))
    }),
    { seed },
  )
})

test('a string as long as a contract has a three-byte length', () => {
  const code = new Uint8Array(100_000).fill(7)
  const bytes = encodeRlp(code)
  assert.is(toHex(bytes.subarray(0, 4)), 'ba0186a0')
  assert.equal(decodeRlp(bytes), code)
})

test('integers have no leading zeros', () => {
  assert.is(toHex(rlpInteger(0n)), '')
  assert.is(toHex(rlpInteger(1n)), '01')
  assert.is(toHex(rlpInteger(0x0fffn)), '0fff')
})

test('any other form is refused', () => {
  const cases = [
    '', // nothing
    '81', // cut short
    '8100', // a small byte with a head
    '817f',
    'b800', // long form of a short length
    `b837${'00'.repeat(55)}`,
    `b90038${'00'.repeat(56)}`, // leading zero in a length
    'b8', // cut short in a length
    'bf',
    'bfffffffffffffffff', // a length beyond the bytes
    'ffffffffffffffffff',
    'f800',
    `f837${'00'.repeat(55)}`,
    'c1', // a list cut short
    'c281', // an item that reaches beyond its list
    'c28100',
    'c18180',
    '0000', // left over
    'c000',
  ]
  for (const hex of cases) assert.throws(() => decodeRlp(fromHex(hex)), isInvalid, hex)
})

test('an encoding cut short or made longer is refused', () => {
  fc.assert(
    fc.property(rlp, (value) => {
      const bytes = encodeRlp(value)
      assert.throws(() => decodeRlp(bytes.subarray(0, -1)), isInvalid)
      assert.throws(() => decodeRlp(concatBytes(bytes, Uint8Array.of(1))), isInvalid)
    }),
    { seed },
  )
})

test('random bytes are refused or are the one encoding of what they decode to', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      let value: Rlp
      try {
        value = decodeRlp(bytes)
      } catch (error) {
        return isInvalid(error)
      }
      return toHex(encodeRlp(value)) === toHex(bytes)
    }),
    { seed, numRuns: 1000 },
  )
})

test('deep nesting and long input are refused before they cost anything', () => {
  assert.throws(() => decodeRlp(new Uint8Array(100_000).fill(0xc1)), isInvalid)
  assert.throws(() => decodeRlp(new Uint8Array((2 << 20) + 1)), isInvalid)
  const nested = (depth: number): Rlp => (depth === 0 ? new Uint8Array() : [nested(depth - 1)])
  assert.equal(decodeRlp(encodeRlp(nested(32))), nested(32))
  assert.throws(() => decodeRlp(encodeRlp(nested(33))), isInvalid)
})

test('errors name the field', () => {
  assert.throws(() => decodeRlp(fromHex('81'), 'transaction'), /^transaction: invalid RLP/)
})

test.run()
