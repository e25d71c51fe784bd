// Receipts and events: wire, JSON, and the roots that commit to them.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Amt, amt } from '../../../primitives/amt.ts'
import { Blockstore } from '../../../primitives/blockstore.ts'
import { fromHex, toHex } from '../../../primitives/bytes.ts'
import { CborWriter, DecodeError } from '../../../primitives/cbor.ts'
import { CODEC, cidOf } from '../../../primitives/cid.ts'
import { decode, encode } from '../../../primitives/codec.ts'
import { InvalidInput } from '../../../primitives/invalid-input.ts'
import { actorId } from '../../../primitives/units.ts'
import {
  EVENTS_AMT_BIT_WIDTH,
  eventsRoot,
  eventToJson,
  type StampedEvent,
  stampedEventCodec,
} from '../../../engine/chain/event.ts'
import {
  type Receipt,
  receiptCodec,
  receiptFromJson,
  receiptsCodec,
  receiptsRoot,
  receiptToJson,
} from '../../../engine/chain/receipt.ts'
import { seed } from '../../support/seed.ts'

const isDecodeError = (error: unknown): boolean => error instanceof DecodeError

const receipt: fc.Arbitrary<Receipt> = fc
  .tuple(
    fc.nat(0xffffffff),
    fc.uint8Array({ maxLength: 50 }),
    fc.nat(10 ** 10),
    fc.option(fc.uint8Array({ maxLength: 4 })),
  )
  .map(([exitCode, returnValue, gasUsed, events]) => ({
    exitCode,
    returnValue,
    gasUsed,
    eventsRoot: events && cidOf(events),
  }))

const event: fc.Arbitrary<StampedEvent> = fc
  .tuple(fc.nat(), fc.array(fc.tuple(fc.nat(3), fc.string(), fc.uint8Array()), { maxLength: 4 }))
  .map(([id, entries]) => ({
    emitter: actorId(id),
    entries: entries.map(([flags, key, value]) => ({ flags, key, codec: CODEC.raw, value })),
  }))

test('a receipt is an array of four', () => {
  const plain = { exitCode: 0, returnValue: new Uint8Array(), gasUsed: 1000, eventsRoot: null }
  assert.is(toHex(encode(receiptCodec, plain)), '840040' + '1903e8' + 'f6')
  const failed = { ...plain, exitCode: 33, returnValue: fromHex('41ff') }
  assert.is(toHex(encode(receiptCodec, failed)), '841821' + '4241ff' + '1903e8' + 'f6')
  for (const hex of [
    '83004000',
    '850040 00f6f6',
    '84f64000f6',
    '840040f6f6',
    '84004000',
    '84004000f4',
  ])
    assert.throws(() => decode(receiptCodec, fromHex(hex.replace(' ', ''))), isDecodeError, hex)
})

test('receipts come back from their bytes, from JSON and from their root', () => {
  fc.assert(
    fc.property(fc.array(receipt, { maxLength: 20 }), (receipts) => {
      for (const one of receipts) {
        assert.equal(decode(receiptCodec, encode(receiptCodec, one)), one)
        assert.equal(receiptFromJson(receiptToJson(one)), one)
      }
      const store = new Blockstore()
      const root = receiptsRoot(receipts, store)
      assert.ok(receiptsRoot(receipts).equals(root))
      const link = new CborWriter()
      link.cid(root)
      const read = decode(receiptsCodec, link.finish(), store)
      assert.equal([...read.values()], receipts)
    }),
    { seed, numRuns: 50 },
  )
})

test('JSON is what Lotus writes', () => {
  const root = cidOf(Uint8Array.of(1))
  assert.equal(
    receiptToJson({ exitCode: 0, returnValue: fromHex('80'), gasUsed: 5, eventsRoot: root }),
    { ExitCode: 0, Return: 'gA==', GasUsed: 5, EventsRoot: { '/': root.toString() } },
  )
  assert.equal(
    receiptToJson({ exitCode: 7, returnValue: new Uint8Array(), gasUsed: 0, eventsRoot: null }),
    { ExitCode: 7, Return: null, GasUsed: 0, EventsRoot: null },
  )
  const cases: [object, string][] = [
    [{ ExitCode: 'x' }, 'ExitCode'],
    [{ Return: 5 }, 'Return'],
    [{ GasUsed: 1.5 }, 'GasUsed'],
    [{ EventsRoot: 'bafy' }, 'EventsRoot'],
  ]
  for (const [change, field] of cases)
    assert.throws(
      () => receiptFromJson({ ExitCode: 0, Return: null, GasUsed: 0, EventsRoot: null, ...change }),
      (error: unknown) => error instanceof InvalidInput && error.field === field,
      field,
    )
})

test('an event is its emitter and a list of entries', () => {
  const one: StampedEvent = {
    emitter: actorId(1000),
    entries: [{ flags: 3, key: 't1', codec: CODEC.raw, value: fromHex('beef') }],
  }
  assert.is(
    toHex(encode(stampedEventCodec, one)),
    '82' + '1903e8' + '81' + '84036274311855' + '42beef',
  )
  assert.equal(eventToJson(one), {
    Emitter: 1000,
    Entries: [{ Flags: 3, Key: 't1', Codec: 0x55, Value: 'vu8=' }],
  })
  for (const hex of ['8100', '82008100', '820081840361ff185540', '82f680', '8200f6'])
    assert.throws(() => decode(stampedEventCodec, fromHex(hex)), isDecodeError, hex)
})

test('a key that starts with a byte order mark keeps it', () => {
  const marked = '820081840363efbbbf185540'
  assert.is(toHex(encode(stampedEventCodec, decode(stampedEventCodec, fromHex(marked)))), marked)
})

test('events come back from their root, which is null for none', () => {
  assert.is(eventsRoot([]), null)
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 40 }), (events) => {
      const store = new Blockstore()
      const root = eventsRoot(events, store)!
      assert.ok(eventsRoot(events)!.equals(root))
      const link = new CborWriter()
      link.cid(root)
      const read: Amt<StampedEvent> = decode(
        amt(stampedEventCodec, EVENTS_AMT_BIT_WIDTH),
        link.finish(),
        store,
      )
      assert.equal([...read.values()], events)
    }),
    { seed, numRuns: 50 },
  )
})

test.run()
