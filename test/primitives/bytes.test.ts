// Goal: hexadecimal is read, written and compared as it should be, whatever the text. Method: every character in every place
// of a byte, and random bytes.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, isHexOf, toHex } from '../../primitives/bytes.ts'
import { seed } from '../support/seed.ts'

test('bytes and their text are each other', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const text = toHex(bytes)
      assert.is(text, Buffer.from(bytes).toString('hex'))
      for (const form of [text, text.toUpperCase(), `0x${text}`])
        assert.is(Buffer.compare(fromHex(form), bytes), 0)
      assert.ok(isHexOf(text, bytes))
    }),
    { seed },
  )
})

test('only hexadecimal digits are taken, in pairs', () => {
  for (let code = 0; code < 1024; code++) {
    const character = String.fromCharCode(code)
    const isDigit = /^[0-9a-fA-F]$/.test(character)
    for (const text of [`${character}0`, `0${character}`, `00${character}f`, `0x${character}a`])
      if (isDigit) assert.is(toHex(fromHex(text)), text.replace('0x', '').toLowerCase())
      else if (text !== '0x') assert.throws(() => fromHex(text), TypeError, JSON.stringify(text))
  }
  for (const text of ['0', '0x0', 'abc', '0X00']) assert.throws(() => fromHex(text), TypeError)
  assert.is(fromHex('').length, 0)
  assert.is(fromHex('0x').length, 0)
})

test('text that differs in one digit, in case or in length is not that of the bytes', () => {
  const bytes = Uint8Array.from([0x00, 0x9a, 0xff])
  assert.ok(isHexOf('009aff', bytes))
  for (const text of ['009afe', '109aff', '008aff', '009AFF', '009aff0', '009a', '', '0x009aff'])
    assert.not.ok(isHexOf(text, bytes), text)
})

test.run()
