// Goal: functions made for a struct do what a loop over its fields would. Method: random structs against that loop.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { CborReader, CborWriter } from '../../primitives/cbor.ts'
import { bigInt, decode, encode, text, tuple, uint } from '../../primitives/codec.ts'
import { structFunctions } from '../../primitives/struct-functions.ts'
import { seed } from '../support/seed.ts'

const CODECS = { n: uint, t: text, b: bigInt } as const
type Kind = keyof typeof CODECS

const fieldName = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/).filter((s) => s !== '__proto__')
const kind = fc.constantFrom<Kind>('n', 't', 'b')
const valueOf = (k: Kind) =>
  k === 'n' ? fc.nat() : k === 't' ? fc.string({ maxLength: 5 }) : fc.bigInt()
const struct = fc
  .uniqueArray(fc.tuple(fieldName, kind), { selector: ([name]) => name, maxLength: 20 })
  .chain((fields) => fc.tuple(fc.constant(fields), fc.tuple(...fields.map(([, k]) => valueOf(k)))))

test('copying, comparing, encoding and decoding go through the fields in order', () => {
  fc.assert(
    fc.property(struct, (drawn) => {
      const [fields, values] = drawn
      const names = fields.map(([name]) => name)
      const codecs = fields.map(([, k]) => CODECS[k])
      const made = structFunctions<Record<string, unknown>>(names, codecs as never)
      const value = Object.fromEntries(names.map((name, i) => [name, values[i]]))
      const copy = made.copy(value)
      assert.equal(copy, value)
      assert.is.not(copy, value)
      assert.equal(Object.keys(copy), names)
      assert.ok(made.same(value, copy))
      for (const name of names) assert.not.ok(made.same(value, { ...value, [name]: {} }))
      const out = new CborWriter()
      made.encode(value, out)
      const bytes = out.finish()
      const parts = codecs.map((codec, i) => Buffer.from(encode(codec as never, values[i])))
      assert.is(Buffer.compare(Buffer.from(bytes), Buffer.concat(parts)), 0)
      assert.equal(made.decode(new CborReader(bytes)), value)
    }),
    { seed },
  )
})

test('a field that is not an identifier is a bug of ours', () => {
  for (const name of ['', '1a', 'a-b', 'a b', 'a:1,b'])
    assert.throws(() => structFunctions([name], [uint as never]), /field name/)
})

test('fields that older blocks lack take their place and order', () => {
  const old = tuple({ a: uint, b: text })
  const now = tuple({ a: uint, b: text, c: bigInt }, 'now', { c: 7n })
  const read = decode(now, encode(old, { a: 1, b: 'x' }))
  assert.equal(read, { a: 1, b: 'x', c: 7n })
  assert.equal(Object.keys(read), ['a', 'b', 'c'])
})

test.run()
