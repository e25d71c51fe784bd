import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Amt, amt, amtV0 } from '../../primitives/amt.ts'
import { Blockstore } from '../../primitives/blockstore.ts'
import { fromHex, toHex, utf8 } from '../../primitives/bytes.ts'
import { DecodeError } from '../../primitives/cbor.ts'
import { type Cid, cidOf } from '../../primitives/cid.ts'
import { byteString, cidLink, decode, encode, tuple, uint } from '../../primitives/codec.ts'
import { costOf } from '../../primitives/cost.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { Link, link } from '../../primitives/link.ts'
import { seed } from '../support/seed.ts'

const run = { seed, numRuns: 150 }

const MAX_INDEX = 2n ** 64n - 2n
const indices = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: 0n, max: 70n }) },
  { weight: 2, arbitrary: fc.bigInt({ min: 0n, max: 100_000n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 31n - 3n, max: 2n ** 31n + 3n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: MAX_INDEX }) },
)
const steps = fc.array(fc.record({ index: indices, value: fc.nat(3), remove: fc.boolean() }), {
  maxLength: 80,
})
const widths = fc.integer({ min: 1, max: 8 })

type Model = Map<bigint, number>

const ascending = <V>(entries: Iterable<[bigint, V]>): [bigint, V][] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

function stored(array: { cid(sink?: Blockstore): Cid }): Blockstore {
  const store = new Blockstore()
  array.cid(store)
  return store
}

/** The index as a caller may give it: a number where that is exact. */
const given = (i: bigint): number | bigint => (i < 2n ** 53n && i % 2n === 0n ? Number(i) : i)

test('an array does what a Map does, in order, and every earlier version stays as it was', () => {
  fc.assert(
    fc.property(widths, steps, indices, (bitWidth, changes, start) => {
      let array = Amt.empty(uint, bitWidth)
      const model: Model = new Map()
      const versions = [{ array, model: new Map(model) }]
      for (const { index, value, remove } of changes) {
        const before = array
        if (remove) {
          array = array.delete(given(index))
          assert.is(array === before, !model.delete(index))
        } else {
          array = array.set(given(index), value)
          assert.is(array === before, model.get(index) === value)
          model.set(index, value)
        }
        versions.push({ array, model: new Map(model) })
      }
      for (const { array, model } of versions) {
        const entries = ascending(model)
        assert.equal([...array.entries()], entries)
        assert.equal(
          [...array.values()],
          entries.map(([, value]) => value),
        )
        assert.equal(
          [...array.entriesFrom(start)],
          entries.filter(([i]) => i >= start),
        )
        assert.is(array.count, model.size)
        assert.is(array.isEmpty, model.size === 0)
        assert.is(array.firstIndex(), entries[0]?.[0])
        const first = entries[0]?.[0] ?? 1n << 64n
        for (const at of [0n, first - 1n, first, first + 1n])
          assert.is(array.isEmptyUpTo(at), entries.length === 0 || at < first)
        for (const { index } of changes) {
          assert.is(array.get(index), model.get(index))
          assert.is(array.has(given(index)), model.has(index))
        }
      }
    }),
    run,
  )
})

test('the root depends on the entries alone, and the root is as low as they allow', () => {
  fc.assert(
    fc.property(widths, steps, (bitWidth, changes) => {
      let array = Amt.empty(uint, bitWidth)
      for (const { index, value, remove } of changes)
        array = remove ? array.delete(index) : array.set(index, value)
      const entries = [...array.entries()]
      let fresh = Amt.empty(uint, bitWidth)
      for (const [i, value] of [...entries].reverse()) fresh = fresh.set(i, value)
      assert.is(String(array.cid()), String(fresh.cid()))
      const last = entries.at(-1)?.[0] ?? 0n
      const digits = last.toString(2).length
      assert.is(array.height, Math.max(0, Math.ceil(digits / bitWidth) - 1))
    }),
    run,
  )
})

test('changes in bulk give the same array as one by one', () => {
  const pairs = fc.array(fc.tuple(indices, fc.nat(1000)), { maxLength: 80 })
  fc.assert(
    fc.property(widths, pairs, pairs, fc.array(indices), (bitWidth, first, second, gone) => {
      let single = Amt.empty(uint, bitWidth)
      for (const [i, value] of [...first, ...second]) single = single.set(i, value)
      const bulk = Amt.from(uint, bitWidth, first).setAll(second)
      assert.is(String(bulk.cid()), String(single.cid()))
      assert.is(bulk.count, single.count)
      const removed = [...gone, ...first.slice(0, 30).map(([i]) => i), ...gone]
      for (const i of removed) single = single.delete(i)
      const rest = bulk.deleteAll(removed)
      assert.is(String(rest.cid()), String(single.cid()))
      assert.is(rest.count, single.count)
      assert.ok(rest.deleteAll(removed) === rest)
      assert.ok(rest.setAll([]) === rest)
      assert.is(
        String(rest.deleteAll([...rest.entries()].map(([i]) => i)).cid()),
        emptyRoot(bitWidth),
      )
    }),
    run,
  )
})

const emptyRoot = (bitWidth: number): string => String(Amt.empty(uint, bitWidth).cid())

test('an array read back from blocks has the same content, and changes to the same roots', () => {
  fc.assert(
    fc.property(widths, steps, steps, (bitWidth, changes, more) => {
      const codec = amt(uint, bitWidth)
      let array = Amt.empty(uint, bitWidth)
      for (const { index, value, remove } of changes)
        array = remove ? array.delete(index) : array.set(index, value)
      const store = new Blockstore()
      const block = encode(codec, array, store)
      assert.equal([...decode(codec, block, store).entries()], [...array.entries()])
      let read = decode(codec, block, store)
      for (const { index, value, remove } of more) {
        array = remove ? array.delete(index) : array.set(index, value)
        read = remove ? read.delete(index) : read.set(index, value)
        assert.is(read.get(index), array.get(index))
      }
      assert.is(String(read.cid()), String(array.cid()))
      assert.is(read.count, array.count)
      assert.is(stored(read).size, stored(array).size)
    }),
    run,
  )
})

test('reading one index reads the blocks of its path only', () => {
  const array = Amt.from(
    uint,
    3,
    Array.from({ length: 5000 }, (_, i) => [i, i]),
  )
  const store = stored(array)
  let reads = 0
  const source = { get: (cid: Cid) => (reads++, store.get(cid)) }
  const read = Amt.at(array.spec, array.cid(), source)
  assert.is(String(read.cid()), String(array.cid()))
  assert.is(reads, 0)
  assert.is(read.count, 5000)
  assert.is(reads, 1)
  assert.is(read.get(4321), 4321)
  assert.is(read.get(4322), 4322)
  assert.is(read.get(10 ** 9), undefined)
  assert.is(reads, 5, 'root, three levels of links, leaf')
  assert.is([...read.entriesFrom(4990)].length, 10)
  assert.ok(reads <= 10, `${reads} blocks read`)
  assert.is(costOf(() => void read.set(4321, 1).cid()).blocksHashed, 5)
})

// Roots and counts of blocks from the tests of fvm_ipld_amt, beside those of the vector files.
test('roots and what they cost are those of the reference', () => {
  const text = (array: Amt<Uint8Array>, at: number[], value: string): Amt<Uint8Array> =>
    array.setAll(at.map((i) => [i, utf8(value)]))
  const empty = Amt.empty(byteString, 3)
  const cases: [Amt<Uint8Array>, string][] = [
    [
      text(Amt.empty(byteString, 3, 0), [2], 'foo'),
      'bafy2bzaceansvim5z2rzifilsbzsjuoul2adx7iad7x3b4paj3qsexqf6ovxk',
    ],
    [
      text(text(empty, [1], 'thing'), [37], 'other').delete(37),
      'bafy2bzacebmkyah6kppbszluix3g332hntzx6wfdcqcr5hjdsaxri5jhgrdmo',
    ],
    [
      text(empty, [100_000], 'foo').delete(100_000),
      'bafy2bzacedijw74yui7otvo63nfl3hdq2vdzuy7wx2tnptwed6zml4vvz7wee',
    ],
  ]
  for (const [array, root] of cases) assert.is(String(array.cid()), root)
  const bulk = text(
    empty,
    Array.from({ length: 5000 }, (_, i) => i),
    'foo foo bar',
  )
  const cost = costOf(() => void bulk.cid())
  assert.equal(cost, { blocksHashed: 717, bytesEncoded: 94379 })
  assert.is(String(bulk.cid()), 'bafy2bzacecfquuqzqzlox25aynodzw2qhxijdzfvno6tibyes3kb6nd3f7uxa')
})

test('indices are integers from 0 to 2^64 - 2', () => {
  const array = Amt.empty(uint, 5).set(MAX_INDEX, 1).set(0, 2)
  assert.is(array.get(MAX_INDEX), 1)
  assert.is(array.get(0n), 2)
  assert.equal([...array.entriesFrom(1)], [[MAX_INDEX, 1]])
  assert.equal([...array.delete(MAX_INDEX).numberEntries()], [[0, 2]])
  assert.throws(() => [...array.numberEntries()], /does not fit a number/)
  for (const i of [-1, 0.5, NaN, 2 ** 53, -1n, MAX_INDEX + 1n, Infinity])
    for (const use of [
      () => array.get(i),
      () => array.set(i, 1),
      () => array.delete(i),
      () => array.setAll([[i, 1]]),
      () => array.deleteAll([i]),
      () => [...array.entriesFrom(i)],
    ])
      assert.throws(use, (error: unknown) => error instanceof RangeError, String(i))
})

test('a message list has the older form of root', () => {
  const messages = [1, 2, 3].map((n) => cidOf(Uint8Array.of(n)))
  const array = Amt.from(
    cidLink,
    3,
    messages.map((cid, i) => [i, cid]),
    0,
  )
  const store = stored(array)
  assert.is(toHex(store.get(array.cid())).slice(0, 6), '830003')
  const codec = amtV0(cidLink)
  assert.equal(
    [...decode(codec, encode(codec, array), store).values()].map(String),
    messages.map(String),
  )
  assert.throws(() => encode(amt(cidLink, 3), array), /version/)
  assert.throws(() => encode(amtV0(cidLink), Amt.empty(cidLink, 3)), /version/)
})

test('a sink gets every block, also those behind the values', () => {
  const value = tuple({ inner: amt(uint, 2), note: link(uint) })
  const inner = Amt.from(
    uint,
    2,
    Array.from({ length: 30 }, (_, i) => [i * 7, i]),
  )
  const array = Amt.from(
    value,
    3,
    Array.from({ length: 40 }, (_, i) => [i, { inner: inner.set(3, i), note: Link.to(uint, i) }]),
  )
  array.cid()
  const store = stored(array)
  const read = Amt.at(array.spec, array.cid(), store)
  for (const [i, { inner, note }] of read.numberEntries()) {
    assert.is(inner.get(3), i)
    assert.is(inner.count, 31)
    assert.is(note.get(), i)
  }
  assert.is(stored(Amt.at(array.spec, array.cid(), store)).size, store.size)
})

const LINK = 'd82a5827000171a0e40220' + '11'.repeat(32)

test('blocks that no library writes are refused', () => {
  const roots: Record<string, string> = {
    'three fields': '830001' + '834101808101',
    'another bit width': '84050001' + '834101808101',
    'a height beyond 64': '8403184101' + '834101808101',
    'a byte behind the root': '84030001' + '834101808101' + '00',
    'a bitmap of another length': '84030001' + '83420100808101',
    'fewer values than bits': '84030001' + '834103808101',
    'more values than bits': '84030001' + '83410180820102',
    'bits and nothing behind them': '84030001' + '8341018080',
    'links in a leaf': '84030001' + `83410181${LINK}80`,
    'values above the leaves': '84030101' + '834101808101',
    'links and values': '84030101' + `83410381${LINK}8101`,
    'a count that is no integer': '8403004100' + '834101808101',
  }
  for (const [what, hex] of Object.entries(roots)) {
    const block = fromHex(hex)
    const read = Amt.at(Amt.empty(uint, 3).spec, cidOf(block), { get: () => block })
    assert.throws(
      () => read.get(0),
      (error: unknown) => error instanceof DecodeError,
      what,
    )
  }
})

test('a difference names the index and the field', () => {
  const sector = tuple({ activation: uint, deals: uint })
  const codec = tuple({ sectors: amt(sector, 5) })
  const sectors = Amt.from(
    sector,
    5,
    Array.from({ length: 100 }, (_, i) => [i, { activation: i, deals: 0 }]),
  )
  const different = (changed: typeof sectors): unknown =>
    codec.diff!({ sectors }, { sectors: changed }, '')
  assert.is(different(sectors.set(12, { activation: 12, deals: 0 })), undefined)
  assert.equal(different(sectors.set(12, { activation: 13, deals: 0 })), {
    path: 'sectors[12].activation',
    expected: '12',
    got: '13',
  })
  assert.equal(different(sectors.delete(70)), {
    path: 'sectors[70]',
    expected: '{"activation":70,"deals":0}',
    got: 'nothing',
  })
  assert.equal(different(sectors.set(2n ** 60n, { activation: 1, deals: 2 })), {
    path: `sectors[${2n ** 60n}]`,
    expected: 'nothing',
    got: '{"activation":1,"deals":2}',
  })
})

test('one changed entry is found wherever it is, also in blocks', () => {
  fc.assert(
    fc.property(widths, indices, fc.boolean(), (bitWidth, i, remove) => {
      const array = Amt.from(
        uint,
        bitWidth,
        Array.from({ length: 100 }, (_, k) => [k * 9, k]),
      ).set(i, 5000)
      const other = remove ? array.delete(i) : array.set(i, 1)
      const read = Amt.at(other.spec, other.cid(), stored(other))
      assert.is(array.difference(read, 'a')?.path, `a[${i}]`)
      assert.is(read.difference(array, 'a')?.path, `a[${i}]`)
    }),
    { ...run, numRuns: 60 },
  )
})

await initCrypto()
test.run()
