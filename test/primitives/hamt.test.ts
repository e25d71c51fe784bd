import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Blockstore } from '../../primitives/blockstore.ts'
import { fromHex, toHex, utf8 } from '../../primitives/bytes.ts'
import { DecodeError } from '../../primitives/cbor.ts'
import { type Cid, cidOf } from '../../primitives/cid.ts'
import { byteString, decode, encode, int, tuple, uint } from '../../primitives/codec.ts'
import { costOf } from '../../primitives/cost.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import {
  actorIdKey,
  bytesKey,
  type KeyCodec,
  uvarintNumberKey,
  varintKey,
} from '../../primitives/hamt-keys.ts'
import { HamtDepthError } from '../../primitives/hamt-node.ts'
import { Hamt, hamt } from '../../primitives/hamt.ts'
import { Link, link } from '../../primitives/link.ts'
import { actorId } from '../../primitives/units.ts'
import { seed } from '../support/seed.ts'

const run = { seed, numRuns: 150 }

const steps = fc.array(fc.record({ key: fc.nat(40), value: fc.nat(3), remove: fc.boolean() }), {
  maxLength: 120,
})
const shapes = fc.record({
  bitWidth: fc.integer({ min: 1, max: 8 }),
  key: fc.constantFrom(uvarintNumberKey, uvarintNumberKey, shortHash(1), shortHash(3)),
})

/** The first bytes of the hash are the same for all keys, the next tells few of them apart. */
function shortHash(common: number): KeyCodec<number> {
  return {
    ...uvarintNumberKey,
    hash(bytes) {
      const out = new Uint8Array(32)
      out[common] = bytes[0]! & 0x3c
      out[common + 2] = bytes[0]!
      return out
    },
  }
}

const sorted = <V>(entries: Iterable<[number, V]>): [number, V][] =>
  [...entries].sort(([a], [b]) => a - b)

function stored(map: { cid(sink?: Blockstore): Cid }): Blockstore {
  const store = new Blockstore()
  map.cid(store)
  return store
}

test('a map does what a Map does, and every earlier version stays as it was', () => {
  fc.assert(
    fc.property(shapes, steps, ({ key, bitWidth }, changes) => {
      let map = Hamt.empty(key, uint, bitWidth)
      const model = new Map<number, number>()
      const versions = [{ map, model: new Map(model) }]
      for (const change of changes) {
        const before = map
        if (change.remove) {
          map = map.delete(change.key)
          assert.is(map === before, !model.delete(change.key))
        } else {
          map = map.set(change.key, change.value)
          assert.is(map === before, model.get(change.key) === change.value)
          model.set(change.key, change.value)
        }
        versions.push({ map, model: new Map(model) })
      }
      for (const { map, model } of versions) {
        assert.equal(sorted(map.entries()), sorted(model))
        assert.is(map.count(), model.size)
        assert.is(map.isEmpty, model.size === 0)
        for (let key = 0; key <= 41; key++) {
          assert.is(map.get(key), model.get(key))
          assert.is(map.has(key), model.has(key))
        }
      }
    }),
    run,
  )
})

test('the root depends on the entries alone', () => {
  fc.assert(
    fc.property(
      shapes,
      steps,
      fc.infiniteStream(fc.nat()),
      ({ key, bitWidth }, changes, random) => {
        let map = Hamt.empty(key, uint, bitWidth)
        for (const { key: k, value, remove } of changes)
          map = remove ? map.delete(k) : map.set(k, value)
        const shuffled = [...map.entries()]
          .map((entry) => ({ entry, place: random.next().value as number }))
          .sort((a, b) => a.place - b.place)
        const fresh = Hamt.from(
          key,
          uint,
          shuffled.map(({ entry }) => entry),
          bitWidth,
        )
        assert.is(String(map.cid()), String(fresh.cid()))
        assert.equal([...map.entries()], [...fresh.entries()])
      },
    ),
    run,
  )
})

test('deleting what was added gives the earlier root', () => {
  fc.assert(
    fc.property(shapes, steps, fc.array(fc.nat(40)), ({ key, bitWidth }, changes, added) => {
      let map = Hamt.empty(key, uint, bitWidth)
      for (const { key: k, value, remove } of changes)
        map = remove ? map.delete(k) : map.set(k, value)
      const root = String(map.cid())
      let changed = map
      for (const k of added) changed = changed.set(k + 50, k)
      for (const k of added.reverse()) changed = changed.delete(k + 50)
      assert.is(String(changed.cid()), root)
    }),
    run,
  )
})

test('a map read back from blocks has the same content, and changes to the same roots', () => {
  fc.assert(
    fc.property(shapes, steps, steps, ({ key, bitWidth }, changes, more) => {
      const codec = hamt(key, uint, bitWidth)
      let map = Hamt.empty(key, uint, bitWidth)
      for (const { key: k, value, remove } of changes)
        map = remove ? map.delete(k) : map.set(k, value)
      const store = new Blockstore()
      let read = decode(codec, encode(codec, map, store), store)
      assert.equal([...read.entries()], [...map.entries()])
      read = decode(codec, encode(codec, map), store)
      for (const { key: k, value, remove } of more) {
        map = remove ? map.delete(k) : map.set(k, value)
        read = remove ? read.delete(k) : read.set(k, value)
        assert.is(read.get(k), map.get(k))
      }
      assert.is(String(read.cid()), String(map.cid()))
      assert.is(read.count(), map.count())
      assert.equal([...stored(read).entries()].length, [...stored(map).entries()].length)
    }),
    run,
  )
})

test('reading one key reads the blocks of its path only, and a known root is not read at all', () => {
  const map = Hamt.from(
    uvarintNumberKey,
    uint,
    Array.from({ length: 2000 }, (_, i) => [i, i]),
  )
  const store = stored(map)
  let reads = 0
  const source = { get: (cid: Cid) => (reads++, store.get(cid)) }
  const read = Hamt.at(map.spec, map.cid(), source)
  assert.is(String(read.cid()), String(map.cid()))
  assert.is(reads, 0)
  assert.is(read.get(77), 77)
  assert.ok(reads >= 2 && reads <= 3, `${reads} blocks read`)
  assert.is(read.set(77, 1).get(77), 1)
  assert.ok(reads <= 3, `${reads} blocks read`)
  const cost = costOf(() => void read.set(77, 1).cid())
  assert.ok(cost.blocksHashed >= 2 && cost.blocksHashed <= 3, `${cost.blocksHashed} blocks hashed`)
})

test('a root is hashed once, and setting the same value again changes nothing', () => {
  const map = Hamt.from(
    uvarintNumberKey,
    uint,
    Array.from({ length: 200 }, (_, i) => [i, i]),
  )
  assert.ok(costOf(() => void map.cid()).blocksHashed > 1)
  assert.is(costOf(() => void map.cid()).blocksHashed, 0)
  assert.is(costOf(() => stored(map)).blocksHashed, 0)
  assert.ok(map.set(5, 5) === map)
})

// Roots from the tests of fvm_ipld_hamt (set_with_no_effect, delete, for_each_ranged) beside those of the vector files.
test('roots are those of the reference', () => {
  const ascii = (n: number | string): Uint8Array => utf8(String(n))
  const numbers = Array.from({ length: 200 }, (_, i): [Uint8Array, number] => [ascii(i), i])
  const ranged = Hamt.from(bytesKey, uint, numbers)
  const pairs = [
    ['bar', 'cat dog'],
    ['baz', 'cat'],
    ['foo', 'cat dog bear'],
  ].map(([k, v]): [Uint8Array, Uint8Array] => [ascii(k!), ascii(v!)])
  const filler = numbers.slice(0, 30).map(([k]): [Uint8Array, Uint8Array] => [k, ascii('filler')])
  const cases: [{ cid(): Cid }, string][] = [
    [ranged, 'bafy2bzacedy4ypl2vedhdqep3llnwko6vrtfiys5flciz2f3c55pl4whlhlqm'],
    [
      ranged.set(ascii(10), 210).delete(ascii(30)),
      'bafy2bzacecrxqeuuk34jsrol3azfpgy35ldw4bpgsa6pdxvzj262jzpvoekye',
    ],
    [
      Hamt.from(bytesKey, byteString, filler, 1),
      'bafy2bzacebjilcrsqa4uyxuh36gllup4rlgnvwgeywdm5yqq2ks4jrsj756qq',
    ],
    [
      Hamt.from(bytesKey, byteString, pairs, 8).delete(ascii('foo')),
      'bafy2bzaced7up7wkm7cirieh5bs4iyula5inrprihmjzozmku3ywvekzzmlyi',
    ],
  ]
  for (const [map, root] of cases) assert.is(String(map.cid()), root)
})

test('a sink gets every block, also those behind the values', () => {
  const inner = hamt(varintKey, int)
  const codec = hamt(actorIdKey, tuple({ queue: inner, note: link(uint) }))
  const queue = Hamt.from(
    varintKey,
    int,
    Array.from({ length: 50 }, (_, i) => [i - 25, -i]),
  )
  let map = Hamt.empty(actorIdKey, tuple({ queue: inner, note: link(uint) }))
  for (let i = 0; i < 40; i++)
    map = map.set(actorId(i), { queue: queue.set(100, i), note: Link.to(uint, i) })
  map.cid()
  const store = new Blockstore()
  const read = decode(codec, encode(codec, map, store), store)
  for (const [id, { queue, note }] of read.entries()) {
    assert.is(queue.get(100), id)
    assert.is(queue.count(), 51)
    assert.is(note.get(), id)
  }
  const copy = new Blockstore()
  decode(codec, encode(codec, map), store).cid(copy)
  assert.is(copy.size, store.size)
})

test('three keys whose hashes are equal share a bucket, a fourth is refused', () => {
  const key: KeyCodec<number> = { ...uvarintNumberKey, hash: () => new Uint8Array(32).fill(0x5a) }
  for (const bitWidth of [1, 5, 8]) {
    const three = Hamt.from(
      key,
      uint,
      [1, 2, 3].map((k) => [k, k]),
      bitWidth,
    )
    assert.equal([...three.keys()], [1, 2, 3])
    assert.throws(
      () => three.set(4, 4),
      (error: unknown) => error instanceof HamtDepthError,
    )
  }
})

test('keys that differ in the last bit of their hashes are told apart', () => {
  const lastBits: KeyCodec<number> = {
    ...uvarintNumberKey,
    hash: (bytes) => Uint8Array.from({ length: 32 }, (_, i) => (i === 31 ? bytes[0]! & 1 : 0)),
  }
  let map = Hamt.empty(lastBits, uint)
  for (const k of [2, 4, 6, 3]) map = map.set(k, k)
  assert.equal([...map.keys()], [2, 4, 6, 3])
  assert.is(map.get(3), 3)
  assert.is(
    map.delete(3).cid().hex,
    Hamt.from(
      lastBits,
      uint,
      [2, 4, 6].map((k) => [k, k]),
    ).cid().hex,
  )
})

const LINK = 'd82a5827000171a0e40220' + '11'.repeat(32)
const RAW_LINK = 'd82a5827000155a0e40220' + '11'.repeat(32)

test('nodes that no library writes are refused', () => {
  const nodes: Record<string, string> = {
    'one field': '8140',
    'a byte behind the node': '82408000',
    'a bitmap wider than the node': '824501000000008181824101' + '01',
    'fewer slots than bits': '8241038181824101' + '01',
    'more slots than bits': '82410182818241010181824102' + '01',
    'an empty bucket': '8241018180',
    'a bucket of four': '824101818482410101824102018241030182410401',
    'keys out of order': '8241018182' + '82410201' + '82410101',
    'a key twice': '8241018182' + '82410101' + '82410102',
    'an entry of one field': '8241018181' + '814101',
    'a key that is no varint': '8241018181' + '82428000' + '01',
    'a link to a raw block': '82410181' + RAW_LINK,
    'a slot that is an integer': '8241018101',
  }
  for (const [what, hex] of Object.entries(nodes)) {
    const block = fromHex(hex)
    const read = Hamt.at(Hamt.empty(uvarintNumberKey, uint).spec, cidOf(block), {
      get: () => block,
    })
    assert.throws(
      () => read.count(),
      (error: unknown) => error instanceof DecodeError,
      what,
    )
  }
})

test('an empty node is read as a root and refused below it', () => {
  const { spec } = Hamt.empty(uvarintNumberKey, uint)
  const [empty, parent] = [fromHex('824080'), fromHex('82410181' + LINK)]
  assert.is(Hamt.at(spec, cidOf(empty), { get: () => empty }).count(), 0)
  const source = { get: (cid: Cid) => (cid.equals(cidOf(parent)) ? parent : empty) }
  assert.throws(() => Hamt.at(spec, cidOf(parent), source).count(), /empty HAMT node/)
})

test('a difference names the key and the field', () => {
  const claim = tuple({ power: uint, faults: uint })
  const codec = tuple({ claims: hamt(actorIdKey, claim) })
  let claims = Hamt.empty(actorIdKey, claim)
  for (let i = 0; i < 300; i++) claims = claims.set(actorId(1000 + i), { power: i, faults: 0 })
  const state = { claims }
  const different = (changed: typeof claims): unknown => codec.diff!(state, { claims: changed }, '')
  assert.is(different(claims.set(actorId(1005), { power: 5, faults: 0 })), undefined)
  assert.equal(different(claims.set(actorId(1005), { power: 6, faults: 0 })), {
    path: 'claims[f01005].power',
    expected: '5',
    got: '6',
  })
  assert.equal(different(claims.delete(actorId(1005))), {
    path: 'claims[f01005]',
    expected: '{"power":5,"faults":0}',
    got: 'nothing',
  })
  assert.equal(different(claims.set(actorId(7), { power: 1, faults: 2 })), {
    path: 'claims[f07]',
    expected: 'nothing',
    got: '{"power":1,"faults":2}',
  })
})

test('one changed entry is found wherever it is', () => {
  fc.assert(
    fc.property(fc.nat(299), fc.boolean(), (changed, remove) => {
      const map = Hamt.from(
        uvarintNumberKey,
        uint,
        Array.from({ length: 300 }, (_, i) => [i, i]),
      )
      const other = remove ? map.delete(changed) : map.set(changed, 1000)
      const store = stored(other)
      const read = Hamt.at(map.spec, other.cid(), store)
      assert.is(map.difference(read, 'm')?.path, `m[${changed}]`)
      assert.is(read.difference(map, 'm')?.path, `m[${changed}]`)
    }),
    { ...run, numRuns: 30 },
  )
})

test('keys have the bytes that the chain gives them', () => {
  const hexOf = <K>(codec: KeyCodec<K>, key: K): string => toHex(codec.toBytes(key))
  assert.is(hexOf(actorIdKey, actorId(1000)), '00e807')
  assert.is(hexOf(uvarintNumberKey, 300), 'ac02')
  assert.is(hexOf(varintKey, -1), '01')
  assert.is(hexOf(varintKey, 2880), '802d')
  for (const n of [0, 1, -1, 63, -64, 2880, -(2 ** 40), Number.MAX_SAFE_INTEGER])
    assert.is(varintKey.fromBytes(varintKey.toBytes(n)), n)
  for (const bytes of ['ffffffffffffffffff01', '0100', '80'])
    assert.throws(() => uvarintNumberKey.fromBytes(fromHex(bytes)), bytes)
})

await initCrypto()
test.run()
