/** HAMT and AMT roots, and RLE+ bitfields. */
import * as assert from 'uvu/assert'
import { Amt } from '../../primitives/amt.ts'
import { Bitfield, bitfield } from '../../primitives/bitfield.ts'
import { Blockstore } from '../../primitives/blockstore.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { DecodeError } from '../../primitives/cbor.ts'
import type { Cid } from '../../primitives/cid.ts'
import { byteString, decode, encode } from '../../primitives/codec.ts'
import { bytesKey, type KeyCodec } from '../../primitives/hamt-keys.ts'
import { Hamt } from '../../primitives/hamt.ts'
import { type Entries, entriesOf, type Scalar, scalar } from './entries.ts'
import type { Case, Handlers } from './handler.ts'

export const handlers: Handlers = {
  hamt_roots(c) {
    let map = Hamt.empty(keysHashedWith(c.str('hash')), scalar, c.num('bit_width'))
    const entries = entriesOf(c.raw('entries'), false)
    for (const [key, value] of entries) map = map.set(fromHex(key), value)
    checkRoot(c, map)
    const reloaded = Hamt.at(map.spec, map.cid(), stored(map))
    const found = Array.from(
      reloaded.entries(),
      ([key, value]) => [toHex(key), shown(value)] as const,
    )
    assert.equal(new Map(found), shownEntries(entries))
  },

  amt_roots(c) {
    const entries = entriesOf(c.raw('entries'), true)
    const pairs = Array.from(entries, ([i, value]): [bigint, Scalar] => [BigInt(i), value])
    const version = /^v?0/.test(c.str('version')) ? 0 : 3
    const bitWidth = version === 0 ? (c.optNum('bit_width') ?? 3) : c.num('bit_width')
    const array = Amt.from(scalar, bitWidth, pairs, version)
    checkRoot(c, array)
    let single = Amt.empty(scalar, bitWidth, version)
    for (const [i, value] of pairs) single = single.set(i, value)
    assert.is(String(single.cid()), String(array.cid()), 'set one by one')
    const reloaded = Amt.at(array.spec, array.cid(), stored(array))
    const found = Array.from(reloaded.entries(), ([i, value]) => [String(i), shown(value)] as const)
    assert.equal(new Map(found), shownEntries(entries))
  },

  bitfield_rleplus(c) {
    const field = Bitfield.fromRanges(c.list('set_ranges').map(readRange))
    const rle = c.hex('rle_hex')
    assert.is(toHex(field.toBytes()), toHex(rle))
    assert.ok(Bitfield.fromBytes(rle).equals(field), 'read back')
    const cbor = c.optHex('cbor_hex')
    if (cbor) {
      assert.is(toHex(encode(bitfield, field)), toHex(cbor))
      assert.ok(decode(bitfield, cbor).equals(field), 'read back from CBOR')
    }
    if (c.has('first_run_set')) assert.is(field.has(0), c.bool('first_run_set'))
    if (c.has('count')) assert.is(field.count(), c.big('count'))
    if (c.has('runs')) {
      const lengths = field.toJSON().map(BigInt)
      assert.equal(lengths[0] === 0n ? lengths.slice(1) : lengths, c.bigs('runs'))
    }
  },

  bitfield_rleplus_invalid(c) {
    const bytes = c.hex('bytes_hex')
    const refused = (error: unknown): boolean => error instanceof DecodeError
    assert.throws(() => Bitfield.fromBytes(bytes), refused)
    assert.throws(() => decode(bitfield, encode(byteString, bytes)), refused)
  },
}

type Collection = { cid(sink?: Blockstore): Cid }

function checkRoot(c: Case, collection: Collection): void {
  assert.is(String(collection.cid()), c.str('root_cid'))
  const block = c.optHex('root_block_hex')
  if (block) assert.is(toHex(stored(collection).get(collection.cid())), toHex(block))
}

function stored(collection: Collection): Blockstore {
  const store = new Blockstore()
  collection.cid(store)
  return store
}

/** `identity` is what tests of the reference use: the key itself, filled up with zeros. */
function keysHashedWith(hash: string): KeyCodec<Uint8Array> {
  if (hash === 'sha256') return bytesKey
  if (hash !== 'identity') throw new Error(`no hash ${hash}`)
  return {
    ...bytesKey,
    hash(bytes) {
      const out = new Uint8Array(32)
      out.set(bytes.subarray(0, 32))
      return out
    },
  }
}

const shown = (value: Scalar): string =>
  typeof value === 'bigint' ? String(value) : `0x${toHex(value)}`

const shownEntries = (entries: Entries): Map<string, string> =>
  new Map(Array.from(entries, ([key, value]) => [key, shown(value)]))

function readRange(range: unknown): [bigint, bigint] {
  const [start, end] = range as (number | string)[]
  return [BigInt(start!), BigInt(end!)]
}
