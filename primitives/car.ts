/**
 * CAR, version 1: a file of blocks under a header that names the roots. Chain exports and state snapshots are CARs.
 * Reference: https://ipld.io/specs/transport/car/carv1/
 */
import { concatBytes, equalBytes } from './bytes.ts'
import { CborReader, CborWriter, MAJOR } from './cbor.ts'
import { type Cid, cidFromBytes, HASH } from './cid.ts'
import { blake2b256, sha256 } from './crypto/hash.ts'
import { decodeUvarint, encodeUvarint } from './varint.ts'

export interface CarBlock {
  readonly cid: Cid
  readonly block: Uint8Array
}

export interface Car {
  readonly roots: readonly Cid[]
  readonly blocks: readonly CarBlock[]
}

/** Longest header or section that is read, so that a wrong length cannot ask for memory. */
const MAX_SECTION = 32 << 20
const MAX_VARINT = 10

/** The file as one string. */
export function writeCar(roots: readonly Cid[], blocks: Iterable<CarBlock>): Uint8Array {
  const chunks = [...carChunks(roots, blocks)]
  const out = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    out.set(chunk, at)
    at += chunk.length
  }
  return out
}

/** The file in pieces, the header first, then a piece for each block. */
export function* carChunks(
  roots: readonly Cid[],
  blocks: Iterable<CarBlock>,
): Generator<Uint8Array> {
  const header = encodeHeader(roots)
  yield concatBytes(encodeUvarint(header.length), header)
  for (const { cid, block } of blocks)
    yield concatBytes(encodeUvarint(cid.bytes.length + block.length), cid.bytes, block)
}

/** Reads a whole file. @throws CarError */
export function readCar(source: Uint8Array | Iterable<Uint8Array>): Car {
  const { roots, blocks } = openCar(source)
  return { roots, blocks: [...blocks] }
}

/**
 * Reads the header, then blocks as they are asked for, once. Every block's hash is checked against its CID.
 *
 * @param source - the file, whole or in chunks of any length.
 * @throws CarError for another version, a file that is cut short, or a block that does not match its CID; also
 *   while blocks are read.
 */
export function openCar(source: Uint8Array | Iterable<Uint8Array>): {
  readonly roots: readonly Cid[]
  readonly blocks: Iterable<CarBlock>
} {
  const input = new ChunkReader(source instanceof Uint8Array ? [source] : source)
  const header = section(input, 'header')
  if (header === undefined) throw new CarError('no header')
  return { roots: decodeHeader(header), blocks: readBlocks(input) }
}

function* readBlocks(input: ChunkReader): Generator<CarBlock> {
  for (let n = 0; ; n++) {
    const bytes = section(input, `section ${n}`)
    if (bytes === undefined) return
    const length = cidLength(bytes, n)
    const cid = cidFromBytes(bytes.slice(0, length))
    const block = bytes.slice(length)
    checkHash(cid, block, n)
    yield { cid, block }
  }
}

/** Length of the CID that the section starts with. */
function cidLength(bytes: Uint8Array, n: number): number {
  try {
    const [version, afterVersion] = decodeUvarint(bytes)
    if (version !== 1n) throw new RangeError(`CID version ${version}`)
    const [, afterCodec] = decodeUvarint(bytes, afterVersion)
    const [, afterHash] = decodeUvarint(bytes, afterCodec)
    const [length, start] = decodeUvarint(bytes, afterHash)
    if (length > BigInt(bytes.length - start)) throw new RangeError('CID is cut short')
    return start + Number(length)
  } catch (error) {
    throw new CarError(`section ${n}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function checkHash(cid: Cid, block: Uint8Array, n: number): void {
  const hash = Number(decodeUvarint(cid.bytes, decodeUvarint(cid.bytes, 1)[1])[0])
  const digest = digestOf(hash, block)
  if (digest === undefined) throw new CarError(`section ${n}: ${cid} has an unknown hash function`)
  if (!equalBytes(digest, cid.digest))
    throw new CarError(`section ${n}: block is not that of ${cid}`)
}

function digestOf(hash: number, block: Uint8Array): Uint8Array | undefined {
  if (hash === HASH.blake2b256) return blake2b256(block)
  if (hash === HASH.sha256) return sha256(block)
  return hash === HASH.identity ? block : undefined
}

/** `{roots, version: 1}` as dag-cbor orders its keys. */
function encodeHeader(roots: readonly Cid[]): Uint8Array {
  const out = new CborWriter()
  out.head(MAJOR.map, 2)
  out.text('roots')
  out.head(MAJOR.array, roots.length)
  for (const root of roots) out.cid(root)
  out.text('version')
  out.int(1)
  return out.finish()
}

function decodeHeader(bytes: Uint8Array): Cid[] {
  try {
    const input = new CborReader(bytes)
    let roots: Cid[] | undefined
    let version: number | bigint | undefined
    for (let left = input.length(MAJOR.map, 'a map'); left > 0; left--) {
      const key = input.text('a key')
      if (key === 'version' && version === undefined) version = input.int('a version')
      else if (key === 'roots' && roots === undefined) roots = readRoots(input)
      else throw new CarError(`header: unexpected ${JSON.stringify(key.slice(0, 20))}`)
    }
    if (version !== 1) throw new CarError(`header: version ${version ?? 'missing'}, expected 1`)
    if (roots === undefined) throw new CarError('header: roots missing')
    if (!input.done) throw new CarError(`header: ${input.remaining} bytes left over`)
    return roots
  } catch (error) {
    if (error instanceof CarError) throw error
    throw new CarError(`header: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function readRoots(input: CborReader): Cid[] {
  const length = input.length(MAJOR.array, 'roots')
  return Array.from({ length }, () => input.cid('a root'))
}

/** The next length-prefixed piece; undefined at the end of the file. */
function section(input: ChunkReader, what: string): Uint8Array | undefined {
  const prefix: number[] = []
  for (;;) {
    const byte = input.byte()
    if (byte === undefined) {
      if (prefix.length === 0) return undefined
      throw new CarError(`${what}: cut short in its length`)
    }
    prefix.push(byte)
    if (byte < 0x80 || prefix.length === MAX_VARINT) break
  }
  const length = sectionLength(prefix, what)
  const bytes = input.take(length)
  if (bytes === undefined) throw new CarError(`${what}: cut short, ${length} bytes announced`)
  return bytes
}

function sectionLength(prefix: readonly number[], what: string): number {
  let length: bigint
  try {
    ;[length] = decodeUvarint(Uint8Array.from(prefix))
  } catch (error) {
    throw new CarError(`${what}: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (length === 0n) throw new CarError(`${what}: no bytes`)
  if (length > MAX_SECTION) throw new CarError(`${what}: ${length} bytes, at most ${MAX_SECTION}`)
  return Number(length)
}

/** Bytes of a sequence of chunks, taken one after another. */
class ChunkReader {
  readonly #chunks: Iterator<Uint8Array>
  #chunk: Uint8Array = new Uint8Array()
  #at = 0

  constructor(chunks: Iterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.iterator]()
  }

  byte(): number | undefined {
    return this.#fill() ? this.#chunk[this.#at++] : undefined
  }

  /** The next `length` bytes, or undefined when fewer are left. */
  take(length: number): Uint8Array | undefined {
    if (this.#at + length <= this.#chunk.length)
      return this.#chunk.subarray(this.#at, (this.#at += length))
    const parts: Uint8Array[] = []
    for (let missing = length; missing > 0;) {
      if (!this.#fill()) return undefined
      const part = this.#chunk.subarray(this.#at, this.#at + missing)
      this.#at += part.length
      missing -= part.length
      parts.push(part)
    }
    return concatBytes(...parts)
  }

  /** Whether a byte is left; goes on to the next chunk when one is used up. */
  #fill(): boolean {
    while (this.#at === this.#chunk.length) {
      const { done, value } = this.#chunks.next()
      if (done) return false
      this.#chunk = value
      this.#at = 0
    }
    return true
  }
}

/** A file that is not a CAR, version 1, or is damaged. */
export class CarError extends Error {
  override name = 'CarError'
}
