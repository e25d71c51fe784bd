// Goal: integers of every width are written in their shortest form and read back. Method: both sides of each width's limits,
// and random ones, against bytes put together by hand; a block's CID does not depend on who keeps its bytes.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { finishBlock } from '../../primitives/block.ts'
import { Blockstore } from '../../primitives/blockstore.ts'
import { CborReader, CborWriter, MAJOR } from '../../primitives/cbor.ts'
import { cidOf } from '../../primitives/cid.ts'
import { bigInt, bigIntBytes, byteString, decode, encode } from '../../primitives/codec.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { seed } from '../support/seed.ts'

test.before(() => initCrypto())

/** The head of an unsigned integer, as RFC 8949 has it. */
function headByHand(n: bigint): string {
  const hex = (width: number) => n.toString(16).padStart(2 * width, '0')
  if (n < 24n) return hex(1)
  if (n < 1n << 8n) return `18${hex(1)}`
  if (n < 1n << 16n) return `19${hex(2)}`
  return n < 1n << 32n ? `1a${hex(4)}` : `1b${hex(8)}`
}

function written(write: (out: CborWriter) => void): Uint8Array {
  const out = new CborWriter()
  write(out)
  return out.finish()
}

function checkHead(n: bigint): void {
  const bytes = written((out) => out.head(MAJOR.unsigned, n))
  assert.is(Buffer.from(bytes).toString('hex'), headByHand(n))
  if (n <= BigInt(Number.MAX_SAFE_INTEGER))
    assert.equal(
      written((out) => out.head(MAJOR.unsigned, Number(n))),
      bytes,
    )
  assert.is(BigInt(new CborReader(bytes).head(MAJOR.unsigned, 'it')), n)
}

test('heads have the shortest form, from a number and from a bigint', () => {
  for (const bits of [5n, 8n, 16n, 31n, 32n, 53n, 63n])
    for (const off of [-2n, -1n, 0n, 1n, 2n]) checkHead((1n << bits) + off)
  for (const n of [0n, 23n, 24n, (1n << 64n) - 1n]) checkHead(n)
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), checkHead), { seed })
})

test('big integers are a sign and a magnitude without leading zeros, up to 127 bytes of it', () => {
  const check = (n: bigint) => {
    const bytes = encode(bigInt, n)
    assert.equal(bytes, encode(byteString, bigIntBytes(n)))
    assert.is(decode(bigInt, bytes), n)
  }
  for (let bits = 0n; bits < 1016n; bits += 4n)
    for (const off of [-1n, 0n, 1n])
      for (const sign of [1n, -1n]) check(sign * ((1n << bits) + off))
  fc.assert(fc.property(fc.bigInt({ min: -(1n << 300n), max: 1n << 300n }), check), { seed })
  for (const bits of [1016n, 1023n, 1024n, 1080n, 2000n])
    assert.throws(() => encode(bigInt, 1n << bits), /128 bytes/)
})

test('the CID of a block is the same with and without a place for its bytes', () => {
  const write = (out: CborWriter) => out.bytes(Uint8Array.from({ length: 3000 }, (_, i) => i))
  const block = written(write)
  const [plain, store] = [new CborWriter(), new Blockstore()]
  const kept = new CborWriter(store)
  write(plain)
  write(kept)
  assert.ok(finishBlock(plain).equals(cidOf(block)))
  assert.ok(finishBlock(kept).equals(cidOf(block)))
  assert.equal(store.get(cidOf(block)), block)
})

test.run()
