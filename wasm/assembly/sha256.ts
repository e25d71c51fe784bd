// SHA-256 (FIPS 180-4) in AssemblyScript, and the tree over padded data that it makes. The rounds, written out, are in
// `sha256-rounds`, which `npm run build:wasm` generates.
import { compress, parents } from './sha256-rounds.ts'

// Memory: state words at 0, bytes hashed so far at COUNT, digest at OUTPUT, data to pad at DATA, input and padded nodes at
// INPUT, each with room behind.
const COUNT: usize = 32
const OUTPUT: usize = 64
const DATA: usize = 256
const INPUT: usize = 65536
const BLOCK: usize = 64

export function reset(): void {
  store<u32>(0, 0x6a09e667)
  store<u32>(4, 0xbb67ae85)
  store<u32>(8, 0x3c6ef372)
  store<u32>(12, 0xa54ff53a)
  store<u32>(16, 0x510e527f)
  store<u32>(20, 0x9b05688c)
  store<u32>(24, 0x1f83d9ab)
  store<u32>(28, 0x5be0cd19)
  store<u32>(COUNT, 0)
}

export function hash(length: u32): void {
  reset()
  absorb(length, true)
}

export function absorb(length: u32, last: bool): void {
  const count = load<u32>(COUNT) + length
  store<u32>(COUNT, count)
  let end: usize = INPUT + length
  if (last) end = pad(end, count)
  for (let at: usize = INPUT; at < end; at += BLOCK) compress(at)
  if (last) for (let i: usize = 0; i < 32; i += 4) store<u32>(OUTPUT + i, bswap(load<u32>(i)))
}

export function layer(count: u32): void {
  const end: usize = INPUT + 32 * count
  let from: usize = INPUT
  for (let to: usize = INPUT; to < end; to += 128) {
    parents(from, to)
    from += 256
  }
}

export function fr32(chunks: u32): void {
  let to: usize = INPUT
  for (let i: usize = 0; i < chunks; i++) {
    const from = DATA + 127 * i
    element(from, to, 0)
    element(from + 31, to + 32, 6)
    element(from + 63, to + 64, 4)
    element(from + 95, to + 96, 2)
    to += 128
  }
}

export function subtree(chunks: u32): void {
  fr32(chunks)
  for (let count = 2 * chunks; count > 0; count >>= 1) layer(count)
}

/** One bit, zeros, and the length in bits, so that the input ends with a full block. Gives its new end. */
function pad(end: usize, count: u32): usize {
  clear(end)
  store<u8>(end, 0x80)
  const size = ((end - INPUT + 8) & ~(BLOCK - 1)) + BLOCK
  store<u64>(INPUT + size - 8, bswap((<u64>count) << 3))
  return INPUT + size
}

/** The 254 bits that start `shift` bits into a byte, with two zero bits above them. */
function element(from: usize, to: usize, shift: u64): void {
  for (let i: usize = 0; i < 32; i += 8) {
    const low = load<u64>(from + i) >> shift
    const high = shift ? (<u64>load<u8>(from + i + 8)) << (64 - shift) : 0
    store<u64>(to + i, low | high)
  }
  store<u8>(to + 31, load<u8>(to + 31) & 0x3f)
}

/** Two blocks of zeros; written out, since a call for it would take longer. */
function clear(at: usize): void {
  const zero = i64x2.splat(0)
  v128.store(at, zero)
  v128.store(at, zero, 16)
  v128.store(at, zero, 32)
  v128.store(at, zero, 48)
  v128.store(at, zero, 64)
  v128.store(at, zero, 80)
  v128.store(at, zero, 96)
  v128.store(at, zero, 112)
}
