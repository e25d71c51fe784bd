// Goal: integers of any size survive both ways, and nothing else changes. Method: cases, and values of every kind.
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { formatJson, parseJson } from '../../rpc/json.ts'
import { seed } from '../support/seed.ts'

test('integers beyond 2^53 become bigints, all others numbers', () => {
  const text =
    '{"a":18446744073709551615,"b":[-9007199254740993,9007199254740991],"c": 12345678901234567 }'
  assert.equal(parseJson(text), {
    a: 18446744073709551615n,
    b: [-9007199254740993n, 9007199254740991],
    c: 12345678901234567n,
  })
})

test('digits in strings stay strings', () => {
  const text = '{"to":"a, 123456789012345678 ]","x":123456789012345678}'
  assert.equal(parseJson(text), { to: 'a, 123456789012345678 ]', x: 123456789012345678n })
  assert.equal(parseJson('["#1 \\" ,12345678901234567890]", 12345678901234567890]'), [
    '#1 " ,12345678901234567890]',
    12345678901234567890n,
  ])
})

test('fractions and exponents stay numbers', () => {
  assert.equal(parseJson('[1234567890123456789.5,1234567890123456789e2,12345678901234567890]'), [
    1234567890123456789.5,
    1234567890123456789e2,
    12345678901234567890n,
  ])
})

test('what is not JSON is refused', () => {
  for (const text of ['', '{', '{"a":12345678901234567890', '{a:1}'])
    assert.throws(
      () => parseJson(text),
      (error: unknown) => error instanceof SyntaxError,
    )
})

test('what is written is read back', () => {
  // A key named as these would say what class an object is, to JavaScript or to the comparison here.
  const key = fc
    .string({ minLength: 1 })
    .filter((name) => name !== '__proto__' && name !== 'constructor')
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      fc.bigInt().filter((n) => !Number.isSafeInteger(Number(n))),
    ),
    tree: fc.oneof(
      { depthSize: 'small' },
      tie('leaf'),
      fc.array(tie('tree')),
      fc.dictionary(key, tie('tree'), { noNullPrototype: true }),
    ),
  }))
  fc.assert(
    fc.property(tree, (value) => {
      assert.equal(parseJson(formatJson(value)), value)
    }),
    { seed, numRuns: 300 },
  )
})

test.run()
