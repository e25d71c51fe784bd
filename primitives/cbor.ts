/**
 * Deterministic CBOR, the part of it that Filecoin's chain uses: a writer and a reader of heads, byte strings,
 * arrays and links. Types are put together from it in codec.ts.
 */
import { concatBytes } from './bytes.ts'
import { type Cid, cidFromBytes } from './cid.ts'

/** Where the blocks behind links are read from. */
export interface BlockSource {
  /** The block of a CID. @throws Error when it is not there. */
  get(cid: Cid): Uint8Array
}

/** Where the blocks behind links are written to. */
export interface BlockSink {
  put(cid: Cid, block: Uint8Array): void
  /** Whether a block and all it reaches were written already, so that it need not be written again. */
  holds?(cid: Cid): boolean
}

/** Bytes that are not what a codec expects: cut short, another type, out of range, left over. */
export class DecodeError extends Error {
  override name = 'DecodeError'
}

export const MAJOR = {
  unsigned: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  array: 4,
  map: 5,
  tag: 6,
  simple: 7,
} as const

/** Head of a byte string whose length is not said, and what ends it. */
const INDEFINITE_BYTES = 0x5f
const BREAK = 0xff

/** Buffers of writers that have finished; writers are nested as blocks are, so a few of them serve all. */
const spareBuffers: Uint8Array[] = []
const SPARE_BUFFERS = 16
const MAX_UINT64 = (1n << 64n) - 1n
/** Words of a magnitude, right-aligned; 128 bytes are the longest that is written. */
const magnitude = new Uint8Array(136)
const magnitudeView = new DataView(magnitude.buffer)

/** Up to this many bytes a loop is faster than `set`. */
const SHORT = 48
/** What a writer that has finished holds, so that it cannot write into a buffer that another one has. */
const FINISHED = new Uint8Array(0)

const textEncoder = new TextEncoder()
// A byte order mark is kept: what was read must encode to the same bytes.
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export class CborWriter {
  #buffer = spareBuffers.pop() ?? new Uint8Array(1024)
  #length = 0
  /** When given, every block that is reached is written to it; else links use the CIDs already known. */
  readonly sink: BlockSink | undefined

  constructor(sink?: BlockSink) {
    this.sink = sink
  }

  /** The bytes written, copied. Nothing can be written afterwards. */
  finish(): Uint8Array {
    const out = this.#buffer.slice(0, this.#length)
    this.discard()
    return out
  }

  /** The bytes written so far, where they are: good until the writer is used again. */
  get written(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Gives up what was written. Nothing can be written afterwards. */
  discard(): void {
    if (spareBuffers.length < SPARE_BUFFERS) spareBuffers.push(this.#buffer)
    this.#buffer = FINISHED
  }

  head(major: number, n: number | bigint): void {
    this.#reserve(9)
    const top = major << 5
    const buffer = this.#buffer
    if (n < 24) buffer[this.#length++] = top | Number(n)
    else if (n < 0x100) {
      buffer[this.#length++] = top | 24
      buffer[this.#length++] = Number(n)
    } else if (n < 0x10000) {
      const small = Number(n)
      buffer[this.#length++] = top | 25
      buffer[this.#length++] = small >> 8
      buffer[this.#length++] = small
    } else this.#wideHead(top, n)
  }

  #wideHead(top: number, n: number | bigint): void {
    if (n < 0x100000000) {
      this.#buffer[this.#length++] = top | 26
      this.#uint32(Number(n))
    } else {
      this.#buffer[this.#length++] = top | 27
      this.#uint32(typeof n === 'bigint' ? Number(n >> 32n) : Math.floor(n / 0x100000000))
      this.#uint32(typeof n === 'bigint' ? Number(n & 0xffffffffn) : n % 0x100000000)
    }
  }

  #uint32(n: number): void {
    const buffer = this.#buffer
    buffer[this.#length++] = n >>> 24
    buffer[this.#length++] = n >>> 16
    buffer[this.#length++] = n >>> 8
    buffer[this.#length++] = n
  }

  int(n: number | bigint): void {
    if (n >= 0) this.head(MAJOR.unsigned, n)
    else this.head(MAJOR.negative, typeof n === 'bigint' ? -1n - n : -1 - n)
  }

  bytes(bytes: Uint8Array): void {
    this.head(MAJOR.bytes, bytes.length)
    this.raw(bytes)
  }

  /** Big integer: no bytes for zero, else a sign byte and the big-endian magnitude below 2^1024. */
  bigInt(value: bigint): void {
    let rest = value < 0n ? -value : value
    let at = magnitude.length
    for (; rest > MAX_UINT64; rest >>= 64n) {
      if (at === 16) throw new DecodeError('bigInt: longer than 128 bytes')
      magnitudeView.setBigUint64((at -= 8), BigInt.asUintN(64, rest))
    }
    magnitudeView.setBigUint64((at -= 8), rest)
    while (at < magnitude.length && magnitude[at] === 0) at++
    const length = magnitude.length - at
    if (length > 127) throw new DecodeError('bigInt: longer than 128 bytes')
    this.head(MAJOR.bytes, length === 0 ? 0 : length + 1)
    if (length === 0) return
    this.#reserve(length + 1)
    this.#buffer[this.#length++] = value < 0n ? 1 : 0
    for (; at < magnitude.length; at++) this.#buffer[this.#length++] = magnitude[at]!
  }

  text(text: string): void {
    const bytes = textEncoder.encode(text)
    this.head(MAJOR.text, bytes.length)
    this.raw(bytes)
  }

  bool(value: boolean): void {
    this.#reserve(1)
    this.#buffer[this.#length++] = value ? 0xf5 : 0xf4
  }

  null(): void {
    this.#reserve(1)
    this.#buffer[this.#length++] = 0xf6
  }

  /** A link: tag 42 around the CID with the multibase prefix 0x00. */
  cid(cid: Cid): void {
    const length = cid.bytes.length
    this.#reserve(length + 8)
    this.#buffer[this.#length++] = 0xd8
    this.#buffer[this.#length++] = 42
    this.head(MAJOR.bytes, length + 1)
    this.#buffer[this.#length++] = 0
    this.raw(cid.bytes)
  }

  /** Bytes that are CBOR already. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    const buffer = this.#buffer
    if (bytes.length > SHORT) {
      buffer.set(bytes, this.#length)
      this.#length += bytes.length
    } else for (let i = 0; i < bytes.length; i++) buffer[this.#length++] = bytes[i]!
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#buffer.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.length))
    grown.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = grown
  }
}

export class CborReader {
  readonly #bytes: Uint8Array
  #at = 0
  readonly source: BlockSource | undefined

  constructor(bytes: Uint8Array, source?: BlockSource) {
    this.#bytes = bytes
    this.source = source
  }

  get done(): boolean {
    return this.#at === this.#bytes.length
  }

  get offset(): number {
    return this.#at
  }

  /** Bytes not read yet: a bound on how many items can follow. */
  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  /** The major type of the next item. */
  peekMajor(): number {
    return this.#byte(this.#at) >> 5
  }

  /** Reads a head of the given major type: its argument, a bigint only beyond 2⁵³. */
  head(major: number, what: string): number | bigint {
    const first = this.#byte(this.#at)
    if (first >> 5 !== major)
      throw new DecodeError(`expected ${what}, got CBOR major type ${first >> 5}`)
    this.#at++
    const low = first & 31
    if (low < 24) return low
    if (low > 27) throw new DecodeError(`${what}: indefinite or reserved CBOR length`)
    const size = 1 << (low - 24)
    let n = 0
    for (let i = 0; i < size && i < 4; i++) n = n * 256 + this.#byte(this.#at + i)
    if (size < 8) {
      this.#at += size
      return n
    }
    let bottom = 0
    for (let i = 4; i < 8; i++) bottom = bottom * 256 + this.#byte(this.#at + i)
    this.#at += 8
    return n < 0x200000 ? n * 0x100000000 + bottom : (BigInt(n) << 32n) | BigInt(bottom)
  }

  /** An integer of either sign; a bigint only beyond ±2⁵³. */
  int(what: string): number | bigint {
    if (this.peekMajor() !== MAJOR.negative) return this.head(MAJOR.unsigned, what)
    const n = this.head(MAJOR.negative, what)
    return typeof n === 'number' && n < Number.MAX_SAFE_INTEGER ? -1 - n : -1n - BigInt(n)
  }

  length(major: number, what: string): number {
    const n = this.head(major, what)
    if (n > this.remaining)
      throw new DecodeError(`${what}: ${n} items or bytes announced, ${this.remaining} bytes left`)
    return Number(n)
  }

  bytes(what: string): Uint8Array {
    if (this.#bytes[this.#at] === INDEFINITE_BYTES) return this.#chunks(what)
    const length = this.length(MAJOR.bytes, what)
    return this.#bytes.subarray(this.#at, (this.#at += length))
  }

  /** A byte string in pieces, which the reference reads as one. */
  #chunks(what: string): Uint8Array {
    const chunks: Uint8Array[] = []
    for (this.#at++; this.#byte(this.#at) !== BREAK;) {
      const length = this.length(MAJOR.bytes, what)
      chunks.push(this.#bytes.subarray(this.#at, (this.#at += length)))
    }
    this.#at++
    return concatBytes(...chunks)
  }

  text(what: string): string {
    const length = this.length(MAJOR.text, what)
    try {
      return textDecoder.decode(this.#bytes.subarray(this.#at, (this.#at += length)))
    } catch {
      throw new DecodeError(`${what}: not UTF-8`)
    }
  }

  bool(what: string): boolean {
    const byte = this.#byte(this.#at)
    if (byte !== 0xf4 && byte !== 0xf5) throw new DecodeError(`expected ${what}, a boolean`)
    this.#at++
    return byte === 0xf5
  }

  /** Takes a null if one is next. */
  takeNull(): boolean {
    if (this.#byte(this.#at) !== 0xf6) return false
    this.#at++
    return true
  }

  cid(what: string): Cid {
    if (this.head(MAJOR.tag, what) !== 42) throw new DecodeError(`expected ${what}, a CID link`)
    const bytes = this.bytes(what)
    if (bytes[0] !== 0) throw new DecodeError(`${what}: a link starts with the byte 0`)
    try {
      return cidFromBytes(bytes.slice(1))
    } catch (error) {
      throw new DecodeError(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** The bytes of the next item, whatever it is, unread inside. */
  rawItem(what: string): Uint8Array {
    const start = this.#at
    this.#skip(what)
    return this.#bytes.subarray(start, this.#at)
  }

  #skip(what: string): void {
    for (let pending = 1; pending > 0; pending--) {
      const major = this.peekMajor()
      if (major === MAJOR.simple) this.#skipSimple(what)
      else if (major === MAJOR.bytes || major === MAJOR.text) {
        const length = this.length(major, what)
        this.#at += length
      } else {
        const n = this.head(major, what)
        if (major === MAJOR.array || major === MAJOR.map) {
          if (n > this.remaining)
            throw new DecodeError(`${what}: ${n} items announced, ${this.remaining} bytes left`)
          pending += Number(n) * (major === MAJOR.map ? 2 : 1)
        } else if (major === MAJOR.tag) pending++
      }
    }
  }

  #skipSimple(what: string): void {
    const low = this.#byte(this.#at) & 31
    const size = low < 24 ? 1 : low === 27 ? 9 : 0
    if (size === 0 || this.remaining < size)
      throw new DecodeError(`${what}: unsupported simple value`)
    this.#at += size
  }

  #byte(at: number): number {
    const byte = this.#bytes[at]
    if (byte === undefined) throw new DecodeError('CBOR is cut short')
    return byte
  }
}
