import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Blockstore } from '../../primitives/blockstore.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { DecodeError } from '../../primitives/cbor.ts'
import { type Cid, cidOf } from '../../primitives/cid.ts'
import { decode, encode, tuple, uint } from '../../primitives/codec.ts'
import { costOf } from '../../primitives/cost.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { kamt, Kamt } from '../../primitives/kamt.ts'
import { packDigits, pathOf, slotAt, unpackDigits } from '../../primitives/kamt-path.ts'
import { MAX_U256, u256 } from '../../primitives/u256.ts'
import { seed } from '../support/seed.ts'

const run = { seed, numRuns: 150 }

/** Keys that share much, little or all but their last bit. */
const key = fc.oneof(
  fc.bigInt({ min: 0n, max: 40n }),
  fc.bigInt({ min: 0n, max: 40n }).map((n) => n << 128n),
  fc.bigInt({ min: 0n, max: 5n }).map((n) => MAX_U256 - n),
  fc.bigInt({ min: 0n, max: 3n }).map((n) => (1n << 255n) + (n << 1n)),
  fc.bigInt({ min: 0n, max: MAX_U256 }),
)
const steps = fc.array(fc.record({ key, value: fc.nat(3), remove: fc.boolean() }), {
  maxLength: 120,
})

const applied = (changes: readonly { key: bigint; value: number; remove: boolean }[]) => {
  let map = Kamt.empty(uint)
  for (const { key: k, value, remove } of changes) map = remove ? map.delete(k) : map.set(k, value)
  return map
}

function stored(map: { cid(sink?: Blockstore): Cid }): Blockstore {
  const store = new Blockstore()
  map.cid(store)
  return store
}

test('a map does what a Map does, and every earlier version stays as it was', () => {
  fc.assert(
    fc.property(steps, (changes) => {
      let map = Kamt.empty(uint)
      const model = new Map<bigint, number>()
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
      const keys = [...new Set([0n, 41n, MAX_U256, ...changes.map((change) => change.key)])]
      for (const version of versions) {
        const sorted = [...version.model].sort(([a], [b]) => (a < b ? -1 : 1))
        assert.equal([...version.map.entries()], sorted)
        assert.is(version.map.isEmpty, version.model.size === 0)
        for (const k of keys) {
          assert.is(version.map.get(k), version.model.get(k))
          assert.is(version.map.has(k), version.model.has(k))
        }
      }
    }),
    run,
  )
})

test('the root depends on the entries alone', () => {
  fc.assert(
    fc.property(steps, fc.infiniteStream(fc.nat()), (changes, random) => {
      const map = applied(changes)
      const shuffled = [...map.entries()]
        .map((entry) => ({ entry, place: random.next().value as number }))
        .sort((a, b) => a.place - b.place)
      const fresh = Kamt.from(
        uint,
        shuffled.map(({ entry }) => entry),
      )
      assert.is(String(map.cid()), String(fresh.cid()))
    }),
    run,
  )
})

test('what was written is read again, and hashed again only where it changed', () => {
  fc.assert(
    fc.property(steps, key, (changes, other) => {
      const map = applied(changes)
      const read = Kamt.at(uint, map.cid(), stored(map))
      assert.equal([...read.entries()], [...map.entries()])
      const more = read.set(other, 77)
      assert.is(String(more.cid()), String(map.set(other, 77).cid()))
      assert.is(costOf(() => void more.cid()).blocksHashed, 0)
      assert.is(String(more.delete(other).cid()), String(map.delete(other).cid()))
    }),
    run,
  )
})

test('a difference names the entry', () => {
  fc.assert(
    fc.property(steps, steps, (first, second) => {
      const [a, b] = [applied(first), applied(second)]
      const found = a.difference(b, 'slots')
      assert.is(found === undefined, String(a.cid()) === String(b.cid()))
      if (!found) return
      const at = BigInt(/\[(.*)\]/.exec(found.path)![1]!)
      assert.is.not(a.get(at), b.get(at))
      assert.is(found.expected, a.has(at) ? String(a.get(at)) : 'nothing')
    }),
    run,
  )
})

// Roots of the released actor: storage of contracts in recordings of it.
test('roots are those of the reference', () => {
  const roots: [[bigint, bigint][], string][] = ROOTS.map(({ entries, root }) => [
    entries.map(([k, v]) => [BigInt(k), BigInt(v)]),
    root,
  ])
  for (const [entries, root] of roots) assert.is(Kamt.from(u256, entries).cid().hex, root)
})

test('paths are the bits of a key, five by five, and one', () => {
  fc.assert(
    fc.property(key, (k) => {
      const path = pathOf(k)
      const bits = k.toString(2).padStart(256, '0')
      for (let depth = 0; depth < 52; depth++)
        assert.is(slotAt(path, depth), parseInt(bits.slice(5 * depth, 5 * depth + 5), 2))
      const part = path.slice(3, 20)
      assert.is(toHex(packDigits(part)), bitsToHex(bits.slice(15, 100)))
      assert.is(unpackDigits(packDigits(part), 85), part)
    }),
    run,
  )
  assert.throws(() => pathOf(-1n), RangeError)
  assert.throws(() => pathOf(MAX_U256 + 1n), RangeError)
})

test('blocks that are no nodes are refused', () => {
  const leaf = 'a1617681824101 05'.replace(/ /g, '')
  const bad = [
    '80', // no fields
    '824100 80 00'.replace(/ /g, ''), // left over
    '82410180', // a bit without a slot
    `82410181${leaf}00`, // left over
    '824101 81 a16178 8182410105'.replace(/ /g, ''), // a kind that does not exist
    '824101 81 a16176 80'.replace(/ /g, ''), // an empty bucket
    `82 45 0100000000 81 ${leaf}`.replace(/ /g, ''), // wider than 32 slots
    '824101 81 a16176 8182 5821 00'.replace(/ /g, '') + '00'.repeat(32) + '05', // 33 bytes
  ]
  for (const hex of bad) {
    const store = new Blockstore()
    const block = fromHex(hex)
    store.put(cidOf(block), block)
    const map = Kamt.at(uint, cidOf(block), store)
    assert.throws(
      () => [...map.entries()],
      (error: unknown) => error instanceof DecodeError,
      hex,
    )
  }
  for (const bits of [3, 255, 260])
    assert.throws(
      () => unpackDigits(new Uint8Array(40), bits),
      (error: unknown) => error instanceof DecodeError,
    )
  assert.throws(
    () => unpackDigits(new Uint8Array(1), 10),
    (error: unknown) => error instanceof DecodeError,
  )
})

test('a field holds the CID of the root', () => {
  const type = tuple({ slots: kamt(u256) })
  const map = Kamt.from(u256, [[1n, 2n]])
  const block = encode(type, { slots: map })
  assert.equal([...decode(type, block, stored(map)).slots.entries()], [[1n, 2n]])
})

const bitsToHex = (bits: string): string =>
  toHex(
    Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
      parseInt(bits.slice(8 * i, 8 * i + 8).padEnd(8, '0'), 2),
    ),
  )

const ROOTS: { entries: [string, string][]; root: string }[] = [
  {
    entries: [],
    root: '0171a0e4022018fe6acc61a3a36b0c373c4a3a8ea64b812bf2ca9b528050909c78d408558a0c',
  },
  {
    entries: [['0x5', '0x636b05c7de1a6e6e18accab6afaefbae94c0649']],
    root: '0171a0e40220f69fb1204ffdcb808899cd06681ccb06a57c3c71efa7440ffb20c855860eae0b',
  },
  {
    entries: [
      ['0x0', '0xf'],
      ['0x1', '0x6e'],
      ['0x2', '0xafa14852496d9b1f97a8d901bf066898ce837e4b'],
      ['0x3', '0x8c'],
    ],
    root: '0171a0e40220ecfc4901e095e95ec378e8261b3974adb8f8bd641de7403a3ae1bec90c72a706',
  },
  {
    entries: [
      ['0x0', '0x411e7a7b1522a98115'],
      ['0x55c0032230cc407eb9aa978ef79a37027699b6a33c5ee6e22a2c7bd3262a4ef4', '0x9be933f907d18115'],
      ['0x75d3861dbb6be1a196329087a36336ffc40126cc5e099645f3f6b3fb6876826c', '0xad78ebc5ac6200000'],
      [
        '0x9e10d2ff0ee53cf61f8501f26234088434e287ed1833e03a3c1077a8bc124f4d',
        '0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
      ],
      [
        '0xbb2fb58b26a4814714ba8d078dbe44c783574d277aaf4bf602b5b61de4db85f5',
        '0x35ab028ac154b80000',
      ],
    ],
    root: '0171a0e402201b04e25e5e2a3f80c8639f6d51c4a4ed7c05ad9bf0924d5305d4a3cee289ecd6',
  },
]

await initCrypto()
test.run()
