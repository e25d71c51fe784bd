// Arithmetic on words, against the same on BigInts modulo 2²⁵⁶. A word is a number exactly where it is below 2⁵³.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as arithmetic from '../../../actors/evm/interpreter/arithmetic.ts'
import * as bitwise from '../../../actors/evm/interpreter/bitwise.ts'
import { isLess, isLessSigned } from '../../../actors/evm/interpreter/comparison.ts'
import {
  addressBytes,
  MAX_U256,
  readWord,
  small,
  type Word,
  wordBytes,
  wordOf,
  writeWord,
} from '../../../actors/evm/interpreter/word.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { seed } from '../../support/seed.ts'

const run = { seed, numRuns: 400 }

const BITS = [0n, 1n, 5n, 7n, 8n, 31n, 32n, 52n, 53n, 54n, 63n, 64n, 127n, 160n, 248n, 255n]
const EDGES = BITS.flatMap((bit) => [(1n << bit) - 1n, 1n << bit, (1n << bit) + 1n])
  .flatMap((n) => [n, MAX_U256 - n])
  .concat(MAX_U256)

const value = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.bigInt({ min: 0n, max: 300n }),
  fc.bigInt({ min: 0n, max: MAX_U256 }),
)

const signedOf = (n: bigint): bigint => BigInt.asIntN(256, n)
const mod = (n: bigint): bigint => BigInt.asUintN(256, n)

function pow(base: bigint, power: bigint): bigint {
  let result = 1n
  for (const bit of power.toString(2)) {
    result = mod(result * result)
    if (bit === '1') result = mod(result * base)
  }
  return result
}

const shift = (a: bigint, f: (n: bigint) => bigint, beyond: bigint): bigint =>
  a < 256n ? f(a) : beyond

type Binary = readonly [
  name: string,
  ours: (a: Word, b: Word) => Word,
  model: (a: bigint, b: bigint) => bigint,
]

const BINARY: readonly Binary[] = [
  ['ADD', arithmetic.sumOf, (a, b) => mod(a + b)],
  ['SUB', arithmetic.differenceOf, (a, b) => mod(a - b)],
  ['MUL', arithmetic.productOf, (a, b) => mod(a * b)],
  ['DIV', arithmetic.quotientOf, (a, b) => (b === 0n ? 0n : a / b)],
  ['MOD', arithmetic.remainderOf, (a, b) => (b === 0n ? 0n : a % b)],
  ['EXP', arithmetic.powerOf, pow],
  [
    'SIGNEXTEND',
    arithmetic.signExtended,
    (a, b) => (a < 31n ? mod(BigInt.asIntN(Number(8n * a) + 8, b)) : b),
  ],
  ['AND', bitwise.conjunction, (a, b) => a & b],
  ['OR', bitwise.disjunction, (a, b) => a | b],
  ['XOR', bitwise.exclusive, (a, b) => a ^ b],
  ['BYTE', bitwise.byteOf, (a, b) => (a < 32n ? (b >> (248n - 8n * a)) & 0xffn : 0n)],
  ['SHL', bitwise.shiftedLeft, (a, b) => shift(a, (n) => mod(b << n), 0n)],
  ['SHR', bitwise.shiftedRight, (a, b) => shift(a, (n) => b >> n, 0n)],
  [
    'SAR',
    bitwise.shiftedSigned,
    (a, b) => shift(a, (n) => mod(signedOf(b) >> n), signedOf(b) < 0n ? MAX_U256 : 0n),
  ],
]

const isCanonical = (word: Word): boolean =>
  typeof word === 'number'
    ? Number.isSafeInteger(word) && word >= 0 && !Object.is(word, -0)
    : word > BigInt(Number.MAX_SAFE_INTEGER) && word <= MAX_U256

for (const [name, ours, model] of BINARY)
  test(`${name} is what it is modulo 2²⁵⁶`, () => {
    const check = (a: bigint, b: bigint): void => {
      const got = ours(small(a), small(b))
      assert.is(BigInt(got), model(a, b), `${a} ${name} ${b}`)
      assert.ok(isCanonical(got), `${a} ${name} ${b} gives ${typeof got} ${got}`)
    }
    for (const a of EDGES) for (const b of EDGES) check(a, b)
    fc.assert(fc.property(value, value, check), run)
  })

test('NOT and CLZ', () => {
  fc.assert(
    fc.property(value, (a) => {
      const not = bitwise.complement(small(a))
      assert.is(BigInt(not), MAX_U256 ^ a)
      assert.ok(isCanonical(not))
      const digits = a === 0n ? 0 : a.toString(2).length
      assert.is(bitwise.leadingZeros(small(a)), 256 - digits)
    }),
    run,
  )
})

test('words are ordered as integers, and as signed integers', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      assert.is(isLess(small(a), small(b)), a < b)
      assert.is(isLessSigned(small(a), small(b)), signedOf(a) < signedOf(b))
      assert.is(small(a) === small(b), a === b)
    }),
    run,
  )
})

test('words are written and read as 32 bytes', () => {
  const view = new DataView(new ArrayBuffer(40))
  fc.assert(
    fc.property(value, (a) => {
      const hex = a.toString(16).padStart(64, '0')
      writeWord(view, 5, small(a))
      assert.is(toHex(new Uint8Array(view.buffer, 5, 32)), hex)
      assert.is(readWord(view, 5), small(a))
      assert.is(toHex(wordBytes(small(a))), hex)
      assert.is(toHex(addressBytes(small(a))), hex.slice(24))
      assert.is(wordOf(wordBytes(small(a))), small(a))
    }),
    run,
  )
  assert.is(wordOf(new Uint8Array()), 0)
  assert.is(wordOf(Uint8Array.of(1, 2)), 258)
})

test.run()
