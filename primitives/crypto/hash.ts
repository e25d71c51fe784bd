/**
 * The hash functions of the protocol, synchronous and one-shot: parts given one after another hash as their
 * concatenation. BLAKE2b and SHA-256 run on the kernels in `wasm/`, since state roots and HAMT keys are millions of short
 * inputs and there a library costs more in calls than in hashing (200 bytes, one core: kernel 0.6 µs, hash-wasm 1.0,
 * blake2b-wasm 1.2). blake2b-wasm is the oracle that `initCrypto` holds the kernel against before anything trusts it, and
 * again in the tests.
 */
import { createHash } from 'node:crypto'
import type { IHasher } from 'hash-wasm'
import {
  BLAKE2B_BATCH,
  BLAKE2B_CHUNK,
  blake2bParameter,
  createBlake2bKernel,
} from '../../wasm/blake2b-kernel.ts'
import {
  createSha256Kernel,
  FR32_BATCH,
  SHA256_CHUNK,
  type Sha256Kernel,
} from '../../wasm/sha256-kernel.ts'
import { assert, defined } from '../assert.ts'
import { Blake2bStream } from './blake2b-stream.ts'
import { nativeLayer } from './sha256-layers.ts'

export { blake2bCompress } from '../../wasm/blake2b-twin.ts'

/** BLAKE2b-256: CIDs, tickets, randomness. 32 bytes. */
export function blake2b256(...parts: readonly Uint8Array[]): Uint8Array {
  return blake2bOf(PARAMETER_256, 32, parts)
}

/** BLAKE2b-160: payload of secp256k1 and actor addresses. 20 bytes. */
export function blake2b160(...parts: readonly Uint8Array[]): Uint8Array {
  return blake2bOf(blake2bParameter(20), 20, parts)
}

/** BLAKE2b-512: FRC-42 method numbers. 64 bytes. */
export function blake2b512(...parts: readonly Uint8Array[]): Uint8Array {
  return blake2bOf(blake2bParameter(64), 64, parts)
}

/** BLAKE2b with a digest of 1 to 64 bytes. */
export function blake2b(length: number, ...parts: readonly Uint8Array[]): Uint8Array {
  assert(Number.isInteger(length) && length >= 1 && length <= 64, `digest length ${length}`)
  return blake2bOf(blake2bParameter(length), length, parts)
}

/** Keyed BLAKE2b (RFC 7693, section 2.9): key of 1 to 64 bytes, digest of 1 to 64 bytes. */
export function blake2bKeyed(
  length: number,
  key: Uint8Array,
  ...parts: readonly Uint8Array[]
): Uint8Array {
  assert(Number.isInteger(length) && length >= 1 && length <= 64, `digest length ${length}`)
  assert(key.length >= 1 && key.length <= 64, `key length ${key.length}`)
  const keyBlock = new Uint8Array(128)
  keyBlock.set(key)
  return blake2bOf(blake2bParameter(length, key.length), length, [keyBlock, ...parts])
}

/** BLAKE2b-256 of each block, 32 bytes each, in few calls of the kernel. */
export function blake2b256Many(blocks: readonly Uint8Array[]): Uint8Array[] {
  const digests: Uint8Array[] = []
  for (let first = 0; first < blocks.length;) {
    const count = writeBatch(blocks, first)
    if (count === 0) digests.push(blake2b256(blocks[first++]!))
    for (let i = 0, at = kernel.digests; i < count; i++, at += 32)
      digests.push(memory.slice(at, at + 32))
    first += count
  }
  return digests
}

/**
 * One layer of a Merkle tree by BLAKE2b-256: the parent of each pair of 32-byte nodes. `nodes` holds an even number of
 * nodes, one behind the other. `truncated` clears the top two bits of each parent, which makes it an element of the proof
 * system's field. Gives `parents`, which is filled.
 */
export function blake2bLayer(
  nodes: Uint8Array,
  truncated = false,
  parents: Uint8Array = new Uint8Array(nodes.length / 2),
): Uint8Array {
  const lastByte = truncated ? 0x3f : 0xff
  return layerInto(parents, nodes, memory, INPUT, (count) => kernel.layer(count, lastByte))
}

/** SHA-256. 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const length = totalLength(parts)
  if (length > SHA256_NATIVE) return sha256Native(parts)
  sha256Kernel ??= createSha256Kernel()
  const { bytes, input, output } = sha256Kernel
  writeParts(bytes, input, parts)
  sha256Kernel.hash(length)
  return bytes.slice(output, output + 32)
}

/**
 * One layer of a piece commitment tree (CommP, CommD): for each pair of 32-byte nodes their parent, the SHA-256 of the pair
 * with the top two bits of the last byte cleared. `nodes` holds an even number of nodes, one behind the other. Gives
 * `parents`, which is filled.
 */
export function sha256TruncatedLayer(
  nodes: Uint8Array,
  parents: Uint8Array = new Uint8Array(nodes.length / 2),
): Uint8Array {
  const native = parents.length >= NATIVE_FROM ? nativeLayer() : undefined
  if (native) {
    checkLayer(nodes, parents)
    native(nodes, parents)
    return parents
  }
  sha256Kernel ??= createSha256Kernel()
  const { bytes, input, layer } = sha256Kernel
  return layerInto(parents, nodes, bytes, input, layer)
}

/**
 * Fr32 padding: two zero bits after every 254 bits of data, so that each 32 bytes are an element of the proof system's field.
 * `data` has a multiple of 127 bytes, each 127 of which become 128. Reference: rust-fil-proofs `fr32`.
 */
export function fr32Pad(data: Uint8Array): Uint8Array {
  assert(data.length % 127 === 0, `${data.length} bytes are not a multiple of 127`)
  sha256Kernel ??= createSha256Kernel()
  const { bytes, input } = sha256Kernel
  const padded = new Uint8Array((data.length / 127) * 128)
  for (let at = 0, to = 0; at < data.length; at += FR32_SPAN, to += FR32_BATCH * 128) {
    const chunk = data.subarray(at, at + FR32_SPAN)
    bytes.set(chunk, sha256Kernel.data)
    sha256Kernel.fr32(chunk.length / 127)
    padded.set(bytes.subarray(input, input + (chunk.length / 127) * 128), to)
  }
  return padded
}

/** Bytes of data under one node of `fr32Roots` where there is more than that. */
export const FR32_SPAN = FR32_BATCH * 127

/**
 * The roots of the commitment tree over each `span` of data, padded: `span` is 127 times a power of two, at most `FR32_SPAN`.
 * Zeros follow the data up to a whole span. 32 bytes a root; none for no data.
 */
export function fr32Roots(data: Uint8Array, span = FR32_SPAN): Uint8Array {
  const chunks = span / 127
  assert(chunks >= 1 && chunks <= FR32_BATCH && Number.isInteger(Math.log2(chunks)), `span ${span}`)
  sha256Kernel ??= createSha256Kernel()
  const { bytes, input } = sha256Kernel
  const roots = new Uint8Array(32 * Math.ceil(data.length / span))
  for (let at = 0, to = 0; at < data.length; at += span, to += 32) {
    const chunk = data.subarray(at, at + span)
    bytes.set(chunk, sha256Kernel.data)
    bytes.fill(0, sha256Kernel.data + chunk.length, sha256Kernel.data + span)
    subtree(sha256Kernel, chunks)
    roots.set(bytes.subarray(input, input + 32), to)
  }
  return roots
}

/** Keccak-256 as Ethereum uses it (the padding before SHA-3 was fixed). 32 bytes. Needs `initCrypto`. */
export function keccak256(...parts: readonly Uint8Array[]): Uint8Array {
  const hasher = defined(keccak, 'hash functions: initCrypto() was not awaited')
  hasher.init()
  for (const part of parts) hasher.update(part)
  return hasher.digest('binary')
}

/** BLAKE2b by blake2b-wasm, for checking the kernel. Needs `initCrypto`. The digest is 16 to 64 bytes. */
export const blake2bReference = (length: number, data: Uint8Array): Uint8Array =>
  new Blake2bStream(length).update(data).digest()

/** Called by `initCrypto` with what had to be awaited. @throws InvariantError if the kernel and blake2b-wasm differ. */
export function installHashers(hashers: { readonly keccak256: IHasher }): void {
  keccak = hashers.keccak256
  for (const length of [0, 1, 127, 128, 129, 256, 1000]) {
    const data = Uint8Array.from({ length }, (_, i) => 31 * i + length)
    const [ours, theirs] = [blake2b256(data), blake2bReference(32, data)]
    assert(
      ours.every((byte, i) => byte === theirs[i]),
      `BLAKE2b of ${length} bytes differs from blake2b-wasm`,
    )
  }
}

/** Bytes of parents from which on a call of the native addon costs less than it saves. */
const NATIVE_LAYER = 1024
/** Bytes of parents from which on it pays to load the addon for them. */
const NATIVE_FROM = 16_384
/** Where layers on the way to a root lie in turn. */
const sides = [new Uint8Array(FR32_BATCH * 64), new Uint8Array(FR32_BATCH * 32)] as const
/** Bytes of nodes that either kernel takes at once. */
const LAYER_CHUNK = Math.min(BLAKE2B_CHUNK, SHA256_CHUNK)
/** Longer than this the native implementation of Node wins over the kernel. */
const SHA256_NATIVE = 1024
const PARAMETER_256 = blake2bParameter(32)

const kernel = createBlake2bKernel()
const { bytes: memory, input: INPUT } = kernel
const lengths = new Uint32Array(memory.buffer, kernel.lengths, BLAKE2B_BATCH)
let sha256Kernel: Sha256Kernel | undefined
let keccak: IHasher | undefined

function blake2bOf(parameter: number, length: number, parts: readonly Uint8Array[]): Uint8Array {
  const total = totalLength(parts)
  if (total <= BLAKE2B_CHUNK) {
    writeParts(memory, INPUT, parts)
    kernel.hash(parameter, total)
  } else hashLong(parameter, parts)
  return memory.slice(0, length)
}

/** Writes blocks from `first` on, as many as fit, and hashes them. @returns how many. */
function writeBatch(blocks: readonly Uint8Array[], first: number): number {
  let [count, end] = [0, 0]
  for (; count < BLAKE2B_BATCH && first + count < blocks.length; count++) {
    const block = blocks[first + count]!
    if (end + block.length > BLAKE2B_CHUNK) break
    memory.set(block, INPUT + end)
    end += block.length
    lengths[count] = block.length
  }
  if (count > 0) kernel.hashMany(PARAMETER_256, count, end)
  return count
}

/** The kernel's `subtree`, its large layers by the addon where there is one. */
function subtree(kernel: Sha256Kernel, chunks: number): void {
  const native = 64 * chunks >= NATIVE_FROM ? nativeLayer() : undefined
  if (!native) return kernel.subtree(chunks)
  const { bytes, input } = kernel
  kernel.fr32(chunks)
  let length = 128 * chunks
  let nodes = bytes.subarray(input, input + length)
  for (let side = 0; length / 2 >= NATIVE_LAYER; side = 1 - side) {
    length /= 2
    const parents = sides[side]!.subarray(0, length)
    native(nodes, parents)
    nodes = parents
  }
  bytes.set(nodes, input)
  for (let count = length / 64; count >= 1; count /= 2) kernel.layer(count)
}

/** A layer, a chunk at a time. */
function layerInto(
  parents: Uint8Array,
  nodes: Uint8Array,
  bytes: Uint8Array,
  input: number,
  layer: (count: number) => void,
): Uint8Array {
  checkLayer(nodes, parents)
  for (let at = 0; at < nodes.length; at += LAYER_CHUNK) {
    const chunk = nodes.subarray(at, at + LAYER_CHUNK)
    bytes.set(chunk, input)
    layer(chunk.length / 64)
    parents.set(bytes.subarray(input, input + chunk.length / 2), at / 2)
  }
  return parents
}

function checkLayer(nodes: Uint8Array, parents: Uint8Array): void {
  assert(nodes.length % 64 === 0, `${nodes.length} bytes are no pairs of nodes`)
  assert(parents.length === nodes.length / 2, `${parents.length} bytes for parents`)
}

/** Through the input area a chunk at a time; the last chunk is kept back until it is known to be the last. */
function hashLong(parameter: number, parts: readonly Uint8Array[]): void {
  kernel.reset(parameter)
  let filled = 0
  for (const part of parts)
    for (let at = 0; at < part.length;) {
      if (filled === BLAKE2B_CHUNK) {
        kernel.absorb(filled, 0)
        filled = 0
      }
      const piece = part.subarray(at, at + BLAKE2B_CHUNK - filled)
      memory.set(piece, INPUT + filled)
      filled += piece.length
      at += piece.length
    }
  kernel.absorb(filled, 1)
}

function sha256Native(parts: readonly Uint8Array[]): Uint8Array {
  const hasher = createHash('sha256')
  for (const part of parts) hasher.update(part)
  const digest = hasher.digest()
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length)
}

function totalLength(parts: readonly Uint8Array[]): number {
  let total = 0
  for (let i = 0; i < parts.length; i++) total += parts[i]!.length
  return total
}

function writeParts(target: Uint8Array, at: number, parts: readonly Uint8Array[]): void {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!
    target.set(part, at)
    at += part.length
  }
}
