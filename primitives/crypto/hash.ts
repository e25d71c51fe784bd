/**
 * The hash functions of the protocol, synchronous and one-shot: parts given one after another hash as their
 * concatenation. BLAKE2b and SHA-256 run on the kernels in `wasm/`, since state roots and HAMT keys are millions of short
 * inputs and there a library costs more in calls than in hashing (200 bytes, one core: kernel 0.6 µs, hash-wasm 1.0,
 * blake2b-wasm 1.2). blake2b-wasm is the oracle that `initCrypto` holds the kernel against before anything trusts it, and
 * again in the tests. It is reached only through `blake2bReference`, which never has two of its hashers alive and never
 * leaves one unfinished: such hashers lose memory or write into a buffer that another one's growth has detached.
 */
import { createHash } from 'node:crypto'
import Blake2b from 'blake2b-wasm'
import type { IHasher } from 'hash-wasm'
import { BLAKE2B_CHUNK, blake2bParameter, createBlake2bKernel } from '../../wasm/blake2b-kernel.ts'
import { createSha256Kernel, SHA256_CHUNK } from '../../wasm/sha256-kernel.ts'
import { assert, defined } from '../assert.ts'

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
 * with the top two bits of the last byte cleared. `nodes` holds an even number of nodes, one behind the other.
 */
export function sha256TruncatedLayer(nodes: Uint8Array): Uint8Array {
  assert(nodes.length % 64 === 0, `${nodes.length} bytes are no pairs of nodes`)
  sha256Kernel ??= createSha256Kernel()
  const { bytes, input } = sha256Kernel
  const parents = new Uint8Array(nodes.length / 2)
  for (let at = 0; at < nodes.length; at += SHA256_CHUNK) {
    const chunk = nodes.subarray(at, at + SHA256_CHUNK)
    bytes.set(chunk, input)
    sha256Kernel.layer(chunk.length / 64)
    parents.set(bytes.subarray(input, input + chunk.length / 2), at / 2)
  }
  return parents
}

/** Keccak-256 as Ethereum uses it (the padding before SHA-3 was fixed). 32 bytes. Needs `initCrypto`. */
export function keccak256(...parts: readonly Uint8Array[]): Uint8Array {
  const hasher = defined(keccak, 'hash functions: initCrypto() was not awaited')
  hasher.init()
  for (const part of parts) hasher.update(part)
  return hasher.digest('binary')
}

/**
 * BLAKE2b by blake2b-wasm, for checking the kernel: created, fed and finished in one go, in pieces that stay below the
 * growth its memory can take. Needs `initCrypto`. The digest is 16 to 64 bytes.
 */
export function blake2bReference(length: number, data: Uint8Array): Uint8Array {
  const hasher = Blake2b(length)
  for (let at = 0; at < data.length; at += REFERENCE_CHUNK)
    hasher.update(data.subarray(at, at + REFERENCE_CHUNK))
  return hasher.digest()
}

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

/** Longer than this the native implementation of Node wins over the kernel. */
const SHA256_NATIVE = 1024
const REFERENCE_CHUNK = 32 << 20
const PARAMETER_256 = blake2bParameter(32)

const kernel = createBlake2bKernel()
const { bytes: memory, input: INPUT } = kernel
let sha256Kernel: ReturnType<typeof createSha256Kernel> | undefined
let keccak: IHasher | undefined

function blake2bOf(parameter: number, length: number, parts: readonly Uint8Array[]): Uint8Array {
  const total = totalLength(parts)
  if (total <= BLAKE2B_CHUNK) {
    writeParts(memory, INPUT, parts)
    kernel.hash(parameter, total)
  } else hashLong(parameter, parts)
  return memory.slice(0, length)
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
