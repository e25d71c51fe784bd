// CAR files: what is written reads back, in chunks of any size; anything cut, changed or of another version is refused.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Amt } from '../../primitives/amt.ts'
import { Blockstore } from '../../primitives/blockstore.ts'
import { concatBytes, fromHex, toHex } from '../../primitives/bytes.ts'
import { CarError, carChunks, openCar, readCar, writeCar } from '../../primitives/car.ts'
import { type Cid, CODEC, cidOf, HASH, makeCid } from '../../primitives/cid.ts'
import { amt } from '../../primitives/amt.ts'
import { decode, encode, uint64 } from '../../primitives/codec.ts'
import { sha256 } from '../../primitives/crypto/hash.ts'
import { encodeUvarint } from '../../primitives/varint.ts'
import { seed } from '../support/seed.ts'

const block = fc.uint8Array({ maxLength: 200 })
const entry = (bytes: Uint8Array) => ({ cid: cidOf(bytes), block: bytes })
const isCarError = (error: unknown): boolean => error instanceof CarError

test('an empty file is the header that the specification shows', () => {
  // {"roots": [], "version": 1}
  assert.is(toHex(writeCar([], [])), '11a265726f6f7473806776657273696f6e01')
})

test('what is written reads back, cut in chunks anywhere', () => {
  fc.assert(
    fc.property(fc.array(block), fc.integer({ min: 1, max: 300 }), (blocks, chunk) => {
      const entries = blocks.map(entry)
      const roots = entries.slice(0, 2).map(({ cid }) => cid)
      const file = writeCar(roots, entries)
      const pieces: Uint8Array[] = []
      for (let at = 0; at < file.length; at += chunk) pieces.push(file.subarray(at, at + chunk))
      for (const read of [readCar(file), readCar(pieces)]) {
        assert.equal(read.roots.map(String), roots.map(String))
        assert.equal(
          read.blocks.map((b) => [b.cid.toString(), toHex(b.block)]),
          entries.map((b) => [b.cid.toString(), toHex(b.block)]),
        )
      }
    }),
    { seed },
  )
})

test('state that went through a file is the same state', () => {
  const store = new Blockstore()
  const array = Amt.from(
    uint64,
    3,
    Array.from({ length: 500 }, (_, i) => [3 * i, BigInt(i)] as const),
  )
  const root = array.cid(store)
  const restored = new Blockstore()
  const car = readCar([...carChunks([root], store.entries())])
  for (const { cid, block } of car.blocks) restored.put(cid, block)
  assert.is(restored.size, store.size)
  const type = amt(uint64, 3)
  const read = decode(type, encode(type, array), restored)
  assert.equal([...read.entries()], [...array.entries()])
})

test('many blocks do not overflow the stack', () => {
  const one = entry(Uint8Array.of(1))
  assert.is(readCar(writeCar([], Array<typeof one>(200_000).fill(one))).blocks.length, 200_000)
})

test('SHA-256 and identity CIDs are checked too', () => {
  const data = Uint8Array.of(1, 2, 3)
  const cids = [
    makeCid(CODEC.raw, HASH.sha256, sha256(data)),
    makeCid(CODEC.raw, HASH.identity, data),
  ]
  assert.is(
    readCar(
      writeCar(
        [],
        cids.map((cid) => ({ cid, block: data })),
      ),
    ).blocks.length,
    2,
  )
  for (const cid of cids) refused(writeCar([], [{ cid, block: Uint8Array.of(9) }]), /not that of/)
  const unknown = makeCid(CODEC.raw, 0x1b, new Uint8Array(32))
  refused(writeCar([], [{ cid: unknown, block: data }]), /unknown hash/)
})

test('a file that is cut short anywhere inside a section is refused', () => {
  const entries = [entry(Uint8Array.of(1, 2, 3)), entry(new Uint8Array(200))]
  const whole = writeCar([entries[0]!.cid], entries)
  const ends = new Set<number>()
  let end = 0
  for (const chunk of carChunks([entries[0]!.cid], entries)) ends.add((end += chunk.length))
  for (let length = 0; length < whole.length; length++)
    if (!ends.has(length)) refused(whole.subarray(0, length), /./)
})

test('a changed bit in a section is refused', () => {
  const entries = [entry(Uint8Array.of(1, 2, 3)), entry(new Uint8Array(40))]
  const whole = writeCar([], entries)
  // A block has the same hash under any codec, so that one byte of each section (length, version, codec) may differ.
  const codecs = new Set<number>()
  let at = 0
  for (const chunk of carChunks([], entries)) {
    codecs.add(at + 2)
    at += chunk.length
  }
  const [header] = [...carChunks([], [])]
  for (let i = header!.length; i < whole.length; i++) {
    if (codecs.has(i)) continue
    const changed = whole.slice()
    changed[i]! ^= 0x10
    refused(changed, /./)
  }
})

test('other headers are refused by what is wrong with them', () => {
  const file = (hex: string) => concatBytes(encodeUvarint(hex.length / 2), fromHex(hex))
  const version = '6776657273696f6e'
  const roots = '65726f6f7473'
  const cases: [Uint8Array, RegExp][] = [
    [new Uint8Array(), /no header/],
    [file(`a1${version}02`), /version 2, expected 1/],
    [file(`a2${roots}80${version}02`), /version 2/],
    [file(`a2${roots}80${version}00`), /version 0/],
    [file(`a1${version}01`), /roots missing/],
    [file(`a1${roots}80`), /version missing/],
    [file(`a2${roots}80${version}0100`), /1 bytes left over/],
    [file(`a3${roots}80${version}01616100`), /unexpected "a"/],
    [file(`a2${roots}80${roots}80`), /unexpected "roots"/],
    [file(`a2${roots}8101${version}01`), /a root/],
    [file('80'), /a map/],
    [Uint8Array.of(0), /no bytes/],
    [fromHex('ffffffffffffffffffff01'), /64 bits/],
    [fromHex('8100'), /not minimal/],
    [fromHex('ffffffff0f'), /at most/],
  ]
  for (const [bytes, why] of cases) refused(bytes, why)
})

test('blocks are read as they are asked for', () => {
  let given = 0
  function* chunks(): Generator<Uint8Array> {
    for (const chunk of carChunks(
      [],
      [1, 2, 3].map((n) => entry(Uint8Array.of(n))),
    )) {
      given++
      yield chunk
    }
  }
  const { blocks } = openCar(chunks())
  assert.is(given, 1)
  const first: { cid: Cid } | undefined = blocks[Symbol.iterator]().next().value
  assert.ok(first?.cid.equals(cidOf(Uint8Array.of(1))))
  assert.is(given, 2)
})

function refused(file: Uint8Array, why: RegExp): void {
  assert.throws(
    () => readCar(file),
    (error: unknown) => isCarError(error) && why.test(String(error)),
  )
}

test.run()
