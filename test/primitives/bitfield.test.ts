import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Bitfield, bitfield } from '../../primitives/bitfield.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { DecodeError } from '../../primitives/cbor.ts'
import { byteString, decode, difference, encode } from '../../primitives/codec.ts'
import { seed } from '../support/seed.ts'

const run = { seed, numRuns: 400 }

const MAX = 2n ** 64n - 2n
const refused = (error: unknown): boolean => error instanceof DecodeError

/** Small sets around zero, or around 2^53 where numbers give way to bigints, or near the end. */
const bases = fc.constantFrom(0n, 0n, 0n, 2n ** 53n - 30n, MAX - 60n)
const members = fc.tuple(bases, bases, fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }))
const sets = members.map(([low, high, list]) =>
  list.map((n) => (n % 2 === 0 ? low : high) + BigInt(n)),
)
const big = fc.bigInt({ min: 0n, max: MAX + 1n })
const runs = fc
  .array(fc.tuple(big, big), { maxLength: 6 })
  .map((pairs) => Bitfield.fromRanges(pairs.map(([a, b]) => (a < b ? [a, b] : [b, a]))))

const given = (n: bigint): bigint | number => (n < 2n ** 53n && n % 2n === 1n ? Number(n) : n)
const ascending = (set: Iterable<bigint>): bigint[] =>
  [...new Set(set)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
const equal = (field: Bitfield, set: Iterable<bigint>): void =>
  assert.equal([...field.values()], ascending(set))

test('set operations are those of sets', () => {
  fc.assert(
    fc.property(sets, sets, (one, other) => {
      const [a, b] = [Bitfield.of(one.map(given)), Bitfield.of(other)]
      const [x, y] = [new Set(one), new Set(other)]
      equal(a, x)
      equal(a.union(b), [...x, ...y])
      equal(
        a.intersect(b),
        one.filter((n) => y.has(n)),
      )
      equal(
        a.subtract(b),
        one.filter((n) => !y.has(n)),
      )
      assert.is(a.count(), BigInt(x.size))
      assert.is(a.isEmpty, x.size === 0)
      assert.is(
        a.containsAll(b),
        other.every((n) => x.has(n)),
      )
      assert.is(
        a.containsAny(b),
        other.some((n) => x.has(n)),
      )
      assert.is(a.equals(b), a.containsAll(b) && b.containsAll(a))
      assert.is(a.first(), ascending(x)[0])
      assert.is(a.last(), ascending(x).at(-1))
      for (const n of [...one, ...other]) {
        assert.is(a.has(given(n)), x.has(n))
        equal(a.set(given(n)), [...x, n])
        equal(
          a.unset(given(n)),
          one.filter((m) => m !== n),
        )
      }
    }),
    run,
  )
})

test('cutting closes the gaps, and slices count members', () => {
  fc.assert(
    fc.property(sets, sets, fc.nat(50), fc.nat(50), (one, other, skip, count) => {
      const [a, b] = [Bitfield.of(one), Bitfield.of(other)]
      const removed = ascending(other)
      const kept = one.filter((n) => !removed.includes(n))
      equal(
        a.cut(b),
        kept.map((n) => n - BigInt(removed.filter((m) => m < n).length)),
      )
      const part = ascending(one).slice(skip, skip + count)
      if (part.length === count) equal(a.slice(skip, count)!, part)
      else assert.is(a.slice(skip, count), undefined)
    }),
    run,
  )
})

test('operations on long runs hold to the laws of sets', () => {
  fc.assert(
    fc.property(runs, runs, runs, (a, b, c) => {
      const same = (x: Bitfield, y: Bitfield): void => assert.ok(x.equals(y), `${x} and ${y}`)
      same(a.union(b), b.union(a))
      same(a.intersect(b.union(c)), a.intersect(b).union(a.intersect(c)))
      same(a.subtract(b.union(c)), a.subtract(b).subtract(c))
      same(a.subtract(b).union(a.intersect(b)), a)
      same(Bitfield.union(a, b, c), a.union(b).union(c))
      same(a.cut(a), Bitfield.empty)
      assert.is(a.cut(b).count(), a.subtract(b).count())
      assert.is(a.union(b).count() + a.intersect(b).count(), a.count() + b.count())
      const half = a.count() / 2n
      same(a.slice(0, half)!.union(a.slice(half, a.count() - half)!), a)
      same(Bitfield.fromRanges(a.ranges()), a)
      same(Bitfield.fromBytes(a.toBytes()), a)
      same(decode(bitfield, encode(bitfield, a)), a)
    }),
    run,
  )
})

test('runs of 2^63 members take no more than short ones', () => {
  const all = Bitfield.fromRanges([[0n, MAX + 1n]])
  const upper = Bitfield.fromRanges([[2n ** 63n, MAX + 1n]])
  assert.is(all.count(), MAX + 1n)
  assert.is(all.last(), MAX)
  assert.is(all.subtract(upper).count(), 2n ** 63n)
  assert.is(all.cut(upper).last(), 2n ** 63n - 1n)
  assert.is(upper.cut(all.subtract(upper)).first(), 0n)
  assert.is(all.unset(2n ** 62n).runCount, 2)
  assert.is(all.slice(2n ** 62n, 5)!.first(), 2n ** 62n)
  assert.is(all.boundedCount(1000), undefined)
  assert.is(all.boundedValues(1000), undefined)
  assert.throws(() => all.countNumber(), RangeError)
  assert.throws(() => [...upper.numbers()], RangeError)
  assert.throws(() => upper.numberRanges(), RangeError)
  assert.is(toHex(all.toBytes()), 'e4ffffffffffffffff3f')
  for (const n of all.values()) if (n === 3n) break
})

test('members are integers from 0 to 2^64 - 2', () => {
  assert.is(Bitfield.of([MAX]).last(), MAX)
  for (const n of [-1, 0.5, 2 ** 53, -1n, MAX + 1n, NaN])
    assert.throws(() => Bitfield.of([n]), RangeError)
  assert.throws(() => Bitfield.fromRanges([[0n, MAX + 2n]]), RangeError)
})

test('runs given in any order, empty or overlapping, become ascending runs that do not touch', () => {
  const field = Bitfield.fromRanges([
    [9, 12],
    [0, 3],
    [5, 5],
    [3, 4],
    [10, 11],
    [8, 9],
  ])
  assert.equal(
    [...field.ranges()],
    [
      [0n, 4n],
      [8n, 12n],
    ],
  )
  assert.equal(field.numberRanges(), [
    [0, 4],
    [8, 12],
  ])
  assert.equal([...field.numbers()], [0, 1, 2, 3, 8, 9, 10, 11])
  assert.is(String(field), '{0-3,8-11}')
  assert.is(field.boundedCount(8), 8)
  assert.is(field.boundedCount(7), undefined)
  assert.equal([...field.boundedValues(8)!].length, 8)
  assert.ok(Bitfield.fromRanges([[4, 2]]).equals(Bitfield.empty))
})

// Cases of the combinators' tests in ref-fvm's bitfield, drawn: from what, what is cut, and what is left.
const CUTS = [
  ['--xxx', '', '--xxx'],
  ['xxx-------xxx', '-----xxx', 'xxx----xxx'],
  ['xxx-----xxx', '--xxx', 'xx---xxx'],
  ['xxx-xxx-xxx', '--xxx-xxx-xxx', 'xxxx'],
  ['xxxxxx', '-xx--xx--xx', 'xxx'],
  ['---xxx', 'xx--x---xx', '-xx'],
  ['---xxx--xx-', '--xxxxx-xxx', ''],
  ['---xxx--xx', '--xx', '--xx--xx'],
] as const

test('cuts are those of the reference', () => {
  const drawn = (picture: string): Bitfield =>
    Bitfield.of([...picture].flatMap((mark, i) => (mark === 'x' ? [i] : [])))
  for (const [from, what, left] of CUTS)
    assert.is(String(drawn(from).cut(drawn(what))), String(drawn(left)), from)
})

// Bits as the tests of ref-fvm's `rleplus` write them, first bit first.
test('only the shortest encoding is read', () => {
  const ones = '1'.repeat(7)
  const invalid: Record<string, string> = {
    'another version': '10 1 01 0001',
    'a block of 6 bits for no zeros': '00 1 1 01 0000 1',
    'a long block for no zeros': '00 1 1 00 00000000 1',
    'a zero byte at the end': '00 1 01 101 00000000',
    'a varint longer than needed': '00 1 00 11000001 00000000 111',
    'a varint beyond 64 bits': `00 1 00 ${'00000001'.repeat(9)} 01000000`,
    'runs beyond 64 bits': `00 1 00 ${'11111111'.repeat(8)} 11111110 00 ${'11111111'.repeat(8)} 11111110 01 0100`,
    'a long block that fits 6 bits': '00 1 00 11000000 111',
    'a long block that fits one bit': '00 1 00 10000000 111',
    'a block of 6 bits that fits one bit': '00 1 01 1000 1111111',
    'one zero at the end': '00 0 1',
    'zeros at the end': '00 0 01 0010',
    'zeros behind ones': '00 1 01 0010 1',
    'more zeros behind ones': '00 0 1 01 0010 01 0010',
    'a first bit and no run': '00 1',
    'eleven bytes of varint': `00 1 00 ${`1${ones}`.repeat(11)}`,
  }
  for (const [what, bits] of Object.entries(invalid))
    assert.throws(() => Bitfield.fromBytes(packed(bits)), refused, what)
  const valid: [string, string][] = [
    ['', '{}'],
    ['00 1 01 0001', '{0-7}'],
    ['00 1 01 0010 1 01 1100', '{0-3,5-7}'],
    ['00 1 00 10011000', '{0-24}'],
    [`00 1 00 ${'11111111'.repeat(9)} 1`, `{0-${MAX}}`],
  ]
  for (const [bits, text] of valid) assert.is(String(Bitfield.fromBytes(packed(bits))), text)
  const last = 'e4ffffffffffffffff2fffffffffffffffff7f'
  assert.is(Bitfield.fromBytes(fromHex(last)).last(), MAX)
})

/** Bits to bytes, first bit lowest. */
function packed(bits: string): Uint8Array {
  const digits = bits.replaceAll(' ', '')
  return Uint8Array.from({ length: Math.ceil(digits.length / 8) }, (_, i) =>
    Number.parseInt([...digits.slice(8 * i, 8 * i + 8)].reverse().join(''), 2),
  )
}

test('any bytes are refused or are the encoding of what is read', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 24 }),
    fc.uint8Array({ maxLength: 24 }).map((tail) => Uint8Array.of(tail.length % 2 ? 4 : 0, ...tail)),
  )
  let read = 0
  fc.assert(
    fc.property(bytes, (bytes) => {
      try {
        assert.is(toHex(Bitfield.fromBytes(bytes).toBytes()), toHex(bytes))
        read++
      } catch (error) {
        if (!refused(error)) throw error
      }
    }),
    { ...run, numRuns: 5000 },
  )
  assert.ok(read > 50, `${read} read`)
})

test('encodings beyond 32 KiB are neither written nor read', () => {
  const scattered = (count: number): Bitfield =>
    Bitfield.of(Array.from({ length: count }, (_, i) => i * 200))
  assert.is(decode(bitfield, encode(bitfield, scattered(10_000))).countNumber(), 10_000)
  const large = scattered(16_000).toBytes()
  assert.ok(large.length > 32 << 10)
  assert.throws(() => encode(bitfield, scattered(16_000)), refused)
  assert.throws(() => decode(bitfield, encode(byteString, large)), refused)
})

test('the JSON form is the lengths of the runs', () => {
  assert.is(
    JSON.stringify(
      Bitfield.fromRanges([
        [2, 6],
        [9, 11],
      ]),
    ),
    '[2,4,3,2]',
  )
  assert.is(
    JSON.stringify(
      Bitfield.fromRanges([
        [0, 6],
        [9, 11],
      ]),
    ),
    '[0,6,3,2]',
  )
  assert.is(JSON.stringify(Bitfield.empty), '[0]')
})

test('a difference names the first bit', () => {
  const [a, b] = [Bitfield.of([1, 2, 3, 9]), Bitfield.of([1, 2, 3, 7, 9])]
  assert.is(difference(bitfield, a, Bitfield.of([9, 3, 2, 1]), 'faults'), undefined)
  assert.equal(difference(bitfield, a, b, 'faults'), {
    path: 'faults[7]',
    expected: 'not set in {1-3,9}',
    got: 'set in {1-3,7,9}',
  })
})

test.run()
