/**
 * RLE+ version 0, the bytes of a bitfield: two bits of version, one for the value of the first run, then the lengths
 * of alternating runs in blocks of 1, 6 or more bits. A set has one encoding, and only that one is read.
 * Reference: ref-fvm `ipld/bitfield/src/rleplus`.
 */
import { type Bound, type Bounds, minus, plus } from './bitfield-runs.ts'
import { DecodeError } from './cbor.ts'
import { encodeUvarint } from './varint.ts'

const MAX_END = (1n << 64n) - 1n
const MAX_VARINT_LENGTH = 10

/** Encodes boundaries; no bytes for the empty set. */
export function encodeRlePlus(bounds: Bounds): Uint8Array {
  if (bounds.length === 0) return new Uint8Array()
  const out = new BitWriter()
  const startsSet = bounds[0] === 0
  out.write(startsSet ? 0b100 : 0, 3)
  for (let k = startsSet ? 1 : 0; k < bounds.length; k++)
    writeLength(out, k === 0 ? bounds[0]! : minus(bounds[k]!, bounds[k - 1]!))
  return out.finish()
}

/** @throws DecodeError for another version, a longer encoding than needed, or runs that reach beyond 64 bits. */
export function decodeRlePlus(bytes: Uint8Array): Bounds {
  if (bytes[bytes.length - 1] === 0) throw new DecodeError('RLE+: a zero byte at the end')
  const input = new BitReader(bytes)
  if (input.read(2) !== 0) throw new DecodeError('RLE+: unsupported version')
  const bounds: Bound[] = []
  if (input.read(1) === 1) bounds.push(0)
  let end: Bound = 0
  while (input.more) {
    end = plus(end, readLength(input))
    if (end > MAX_END) throw new DecodeError('RLE+: runs reach beyond 64 bits')
    bounds.push(end)
  }
  if (bounds.length % 2 === 1) throw new DecodeError('RLE+: zeros at the end')
  return bounds
}

function writeLength(out: BitWriter, length: Bound): void {
  if (length === 1) out.write(1, 1)
  else if (length < 16) out.write((Number(length) << 2) | 0b10, 6)
  else {
    out.write(0, 2)
    for (const byte of encodeUvarint(length)) out.write(byte, 8)
  }
}

function readLength(input: BitReader): Bound {
  if (input.read(1) === 1) return 1
  if (input.read(1) === 1) {
    const length = input.read(4)
    if (length < 2) throw new DecodeError(`RLE+: a block of 6 bits for a run of ${length}`)
    return length
  }
  const length = readVarint(input)
  if (length < 16) throw new DecodeError(`RLE+: a long block for a run of ${length}`)
  return length
}

function readVarint(input: BitReader): Bound {
  let [low, high] = [0, 0n]
  for (let i = 0; i < MAX_VARINT_LENGTH; i++) {
    const byte = input.read(8)
    if (i < 7) low += (byte & 0x7f) * 2 ** (7 * i)
    else high |= BigInt(byte & 0x7f) << BigInt(7 * i)
    if (byte >= 0x80) continue
    if (byte === 0 && i > 0) break
    return plus(low, high)
  }
  throw new DecodeError('RLE+: not a varint')
}

class BitWriter {
  readonly #bytes: number[] = []
  #bits = 0
  #count = 0

  /** Lowest bit first; at most 8 of them. */
  write(bits: number, count: number): void {
    this.#bits |= bits << this.#count
    this.#count += count
    if (this.#count < 8) return
    this.#bytes.push(this.#bits & 0xff)
    this.#bits >>>= 8
    this.#count -= 8
  }

  /** The bytes without zeros at the end, which a reader supplies. */
  finish(): Uint8Array {
    if (this.#bits !== 0) this.#bytes.push(this.#bits)
    while (this.#bytes[this.#bytes.length - 1] === 0) this.#bytes.pop()
    return Uint8Array.from(this.#bytes)
  }
}

class BitReader {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#end =
      bytes.length * 8 - (bytes.length > 0 ? Math.clz32(bytes[bytes.length - 1]!) - 24 : 0)
  }

  /** True while a bit that is set follows. */
  get more(): boolean {
    return this.#at < this.#end
  }

  /** Next bits, lowest first, at most 8; zeros behind the end. */
  read(count: number): number {
    const byte = this.#at >>> 3
    const window = (this.#bytes[byte] ?? 0) | ((this.#bytes[byte + 1] ?? 0) << 8)
    const bits = (window >>> (this.#at & 7)) & ((1 << count) - 1)
    this.#at += count
    return bits
  }
}
