// Goal: messages are on the wire, by CID and in JSON what other implementations make of them. Method: iso-filecoin as the
// oracle; round trips over the whole range; hostile bytes; JSON with one field wrong.
import fc from 'fast-check'
import { Message as IsoMessage } from 'iso-filecoin/message'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { idAddress, parseAddress } from '../../../primitives/address.ts'
import { concatBytes, fromHex, toHex } from '../../../primitives/bytes.ts'
import { DecodeError } from '../../../primitives/cbor.ts'
import { cidOf } from '../../../primitives/cid.ts'
import { decode, encode } from '../../../primitives/codec.ts'
import { InvalidInput } from '../../../primitives/invalid-input.ts'
import { signature } from '../../../primitives/signature.ts'
import {
  chainLength,
  makeMessage,
  type Message,
  messageCid,
  messageCodec,
  messageFromJson,
  messageToJson,
  signedMessageCid,
  signedMessageCodec,
  signedMessageFromJson,
  signedMessageToJson,
} from '../../../engine/chain/message.ts'
import { address, message, signedMessage } from './arbitraries.ts'
import { seed } from '../../support/seed.ts'

const isDecodeError = (error: unknown): boolean => error instanceof DecodeError

const sample: Message = makeMessage({
  to: idAddress(1000),
  from: parseAddress('f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy'),
  nonce: 7n,
  value: 10n ** 18n,
  gasLimit: 1_000_000n,
  gasFeeCap: 200_000n,
  gasPremium: 100_000n,
  method: 16n,
  params: fromHex('814a00989680'),
})

test('bytes and CIDs are those of iso-filecoin', () => {
  const safe = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
  const known = address.filter((a) => a.id !== undefined || a.protocol !== 0)
  const money = fc.bigInt({ min: 0n, max: 1n << 120n })
  const data = fc.uint8Array({ maxLength: 100 })
  fc.assert(
    fc.property(
      fc.record({ to: known, from: known, nonce: safe, gasLimit: safe, method: safe }),
      fc.record({ value: money, gasFeeCap: money, gasPremium: money, params: data }),
      (ends, rest) => {
        const ours = makeMessage({
          ...rest,
          to: ends.to,
          from: ends.from,
          nonce: BigInt(ends.nonce),
          gasLimit: BigInt(ends.gasLimit),
          method: BigInt(ends.method),
        })
        const json = messageToJson(ours)
        const theirs = IsoMessage.fromLotus({ ...json, Params: json.Params ?? '' } as never)
        assert.is(toHex(theirs.serialize()), toHex(encode(messageCodec, ours)))
        assert.is(toHex(theirs.cidBytes()), toHex(messageCid(ours).bytes))
        assert.equal(messageFromJson(theirs.toLotus()), ours)
      },
    ),
    { seed, numRuns: 50 },
  )
})

test('a message comes back from its bytes and from JSON', () => {
  fc.assert(
    fc.property(signedMessage, (signed) => {
      assert.equal(decode(signedMessageCodec, encode(signedMessageCodec, signed)), signed)
      assert.equal(signedMessageFromJson(signedMessageToJson(signed, 't')), signed)
    }),
    { seed },
  )
})

test('the chain knows a BLS message without, any other with its signature', () => {
  fc.assert(
    fc.property(signedMessage, (signed) => {
      const unsigned = encode(messageCodec, signed.message)
      const whole = encode(signedMessageCodec, signed)
      const stored = signed.signature.type === 'bls' ? unsigned : whole
      assert.ok(signedMessageCid(signed).equals(cidOf(stored)))
      assert.is(chainLength(signed), stored.length)
      assert.ok(messageCid(signed.message).equals(cidOf(unsigned)))
    }),
    { seed },
  )
})

test('bytes cut short or made longer are refused', () => {
  fc.assert(
    fc.property(signedMessage, fc.nat(), (signed, n) => {
      const block = encode(signedMessageCodec, signed)
      const cut = block.subarray(0, n % block.length)
      assert.throws(() => decode(signedMessageCodec, cut), isDecodeError)
      const longer = concatBytes(block, Uint8Array.of(n & 0xff))
      assert.throws(() => decode(signedMessageCodec, longer), isDecodeError)
    }),
    { seed },
  )
})

test('a changed byte is refused or gives another CID', () => {
  const block = encode(messageCodec, sample)
  for (let i = 0; i < block.length; i++)
    for (const bit of [1, 0x20, 0x80]) {
      const changed = block.slice()
      changed[i]! ^= bit
      let read: Message
      try {
        read = decode(messageCodec, changed)
      } catch (error) {
        assert.ok(isDecodeError(error), String(error))
        continue
      }
      assert.not.ok(messageCid(read).equals(messageCid(sample)), `byte ${i}, bit ${bit}`)
    }
})

test('fields of another type are refused', () => {
  const head = '8a'
  const good = ['00', '4200e9', '420001', '00', '40', '00', '40', '40', '00', '40']
  decode(messageCodec, fromHex(head + '004300e907420001' + good.slice(3).join('')))
  const wrong: [number, string][] = [
    [0, '20'], // version -1
    [1, '40'], // no address
    [1, 'f6'], // null for an address
    [1, '6466303130'], // text for an address
    [1, '420500'], // unknown protocol
    [3, '20'], // nonce -1
    [3, '40'],
    [4, '00'], // number for an amount
    [4, '4102'], // sign byte 2
    [4, '5881' + '00'.repeat(129)], // more than 128 bytes
    [5, '1b8000000000000000'], // gas limit 2^63
    [5, '3b8000000000000000'], // gas limit -2^63-1
    [8, '3a00000000'],
    [9, '80'], // list for bytes
    [9, 'f6'],
  ]
  const fields = good.with(1, '4300e907')
  for (const [i, hex] of wrong)
    assert.throws(
      () => decode(messageCodec, fromHex(head + fields.with(i, hex).join(''))),
      isDecodeError,
      `${i} ${hex}`,
    )
  for (const other of ['89', '8b', '80', 'a0', 'f6'])
    assert.throws(() => decode(messageCodec, fromHex(other + fields.join(''))), isDecodeError)
})

test('signatures of an unknown type, of no or of too many bytes are refused', () => {
  for (const hex of ['40', '4100', '4104', '41ff', `58c9${'01'.repeat(201)}`, '80', 'f6', '00'])
    assert.throws(() => decode(signature, fromHex(hex)), isDecodeError, hex)
  for (const [type, hex] of [
    ['secp256k1', '4201aa'],
    ['bls', '4202aa'],
    ['delegated', '4203aa'],
  ] as const) {
    assert.equal(decode(signature, fromHex(hex)), { type, data: fromHex('aa') })
    assert.is(toHex(encode(signature, { type, data: fromHex('aa') })), hex)
  }
})

test('JSON is what Lotus writes', () => {
  assert.equal(messageToJson(sample, 't'), {
    Version: 0,
    To: 't01000',
    From: 't17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy',
    Nonce: 7,
    Value: '1000000000000000000',
    GasLimit: 1000000,
    GasFeeCap: '200000',
    GasPremium: '100000',
    Method: 16,
    Params: 'gUoAmJaA',
    CID: { '/': messageCid(sample).toString() },
  })
  assert.is(messageToJson({ ...sample, params: new Uint8Array() }).Params, null)
  const signed = { message: sample, signature: { type: 'bls', data: fromHex('ab') } } as const
  assert.equal(signedMessageToJson(signed).Signature, { Type: 2, Data: 'qw==' })
  assert.equal(signedMessageToJson(signed).CID, { '/': messageCid(sample).toString() })
})

test('integers beyond 2^53 stay exact', () => {
  const big = { ...sample, nonce: (1n << 64n) - 1n, method: 1n << 60n }
  const json = messageToJson(big)
  assert.is(json.Nonce, (1n << 64n) - 1n)
  assert.is(json.Method, 1n << 60n)
  assert.equal(messageFromJson(json), big)
})

test('absent fields count as zero, except the addresses', () => {
  const read = messageFromJson({ To: 'f01', From: 'f02' })
  assert.equal(read, makeMessage({ to: idAddress(1), from: idAddress(2) }))
  assert.throws(() => messageFromJson({ To: 'f01' }), /^From: expected an address/)
})

test('JSON with one field wrong names the field', () => {
  const json = messageToJson(sample)
  const cases: [string, unknown][] = [
    ['Version', -1],
    ['Version', '0'],
    ['To', undefined],
    ['To', 5],
    ['To', 'f5abc'],
    ['To', ''],
    ['From', 'f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryz'],
    ['Nonce', -1],
    ['Nonce', 1.5],
    ['Nonce', 2 ** 53],
    ['Nonce', 1n << 64n],
    ['Nonce', '7'],
    ['Nonce', NaN],
    ['Value', 1],
    ['Value', '1.5'],
    ['Value', '0x10'],
    ['Value', ''],
    ['Value', (1n << 1016n).toString()],
    ['Value', '9'.repeat(400)],
    ['GasLimit', 1n << 63n],
    ['GasLimit', {}],
    ['GasFeeCap', true],
    ['GasPremium', []],
    ['Method', -1],
    ['Params', 'not base64!'],
    ['Params', 'gUo'],
    ['Params', [1, 2]],
  ]
  for (const [field, value] of cases)
    assert.throws(
      () => messageFromJson({ ...json, [field]: value }),
      (error: unknown) => error instanceof InvalidInput && error.field === field,
      `${field} ${String(value)}`,
    )
  for (const other of [null, [], 'x', 5, undefined])
    assert.throws(() => messageFromJson(other), /Message: expected an object/)
})

test('JSON of a signed message names the part that is wrong', () => {
  const json = signedMessageToJson({
    message: sample,
    signature: { type: 'bls', data: fromHex('') },
  })
  const cases: [unknown, string][] = [
    [{ ...json, Message: { ...json.Message, GasLimit: 'x' } }, 'Message.GasLimit'],
    [{ ...json, Message: null }, 'Message'],
    [{ ...json, Signature: { Type: 9, Data: '' } }, 'Signature.Type'],
    [{ ...json, Signature: { Type: 1, Data: '?' } }, 'Signature.Data'],
    [{ ...json, Signature: undefined }, 'Signature'],
    [null, 'SignedMessage'],
  ]
  for (const [value, field] of cases)
    assert.throws(
      () => signedMessageFromJson(value),
      (error: unknown) => error instanceof InvalidInput && error.field === field,
      field,
    )
})

test('different messages have different CIDs', () => {
  fc.assert(
    fc.property(message, message, (a, b) => {
      const same = toHex(encode(messageCodec, a)) === toHex(encode(messageCodec, b))
      assert.is(messageCid(a).equals(messageCid(b)), same)
    }),
    { seed },
  )
})

test.run()
