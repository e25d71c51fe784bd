// BLAKE2b (RFC 7693) in AssemblyScript. The rounds, written out, are in `blake2b-rounds`, which `npm run build:wasm` generates.
import { compress, parents } from './blake2b-rounds.ts'

// Memory: chaining value at 0, bytes hashed so far at COUNT, lengths of a batch at LENGTHS, its digests at DIGESTS, input at
// INPUT. Behind the input lies room for the zeros that pad the last block.
const COUNT: usize = 64
const LENGTHS: usize = 128
const DIGESTS: usize = 8192
const INPUT: usize = 65536
const BLOCK: usize = 128

const IV0: u64 = 0x6a09e667f3bcc908
const IV1: u64 = 0xbb67ae8584caa73b
const IV2: u64 = 0x3c6ef372fe94f82b
const IV3: u64 = 0xa54ff53a5f1d36f1
const IV4: u64 = 0x510e527fade682d1
const IV5: u64 = 0x9b05688c2b3e6c1f
const IV6: u64 = 0x1f83d9abfb41bd6b
const IV7: u64 = 0x5be0cd19137e2179

export function reset(parameter: u32): void {
  store<u64>(0, IV0 ^ parameter)
  store<u64>(8, IV1)
  store<u64>(16, IV2)
  store<u64>(24, IV3)
  store<u64>(32, IV4)
  store<u64>(40, IV5)
  store<u64>(48, IV6)
  store<u64>(56, IV7)
  store<u64>(COUNT, 0)
}

export function absorb(length: u32, last: bool): void {
  absorbAt(INPUT, length, last)
}

export function hash(parameter: u32, length: u32): void {
  reset(parameter)
  absorbAt(INPUT, length, true)
}

export function hashMany(parameter: u32, count: u32, end: u32): void {
  // From the last to the first: the zeros behind an input may overwrite what was hashed already.
  let at: usize = INPUT + end
  for (let i: usize = count; i > 0; i--) {
    const length = load<u32>(LENGTHS + 4 * (i - 1))
    at -= length
    reset(parameter)
    absorbAt(at, length, true)
    v128.store(DIGESTS + 32 * (i - 1), v128.load(0))
    v128.store(DIGESTS + 32 * (i - 1), v128.load(16), 16)
  }
}

export function layer(count: u32, lastByte: u32): void {
  const end: usize = INPUT + 32 * count
  let from: usize = INPUT
  // What the last three have too many lies behind, where nothing is read any more.
  for (let to: usize = INPUT; to < end; to += 96) {
    parents(from, to)
    for (let i: usize = 31; i < 96; i += 32) store<u8>(to + i, load<u8>(to + i) & lastByte)
    from += 192
  }
}

function absorbAt(start: usize, length: u32, last: bool): void {
  const end = start + length
  let at = start
  let count = load<u64>(COUNT)
  // In the last call one block, full or not, is kept back for the final flag; before, everything is compressed.
  const kept: usize = last ? BLOCK : BLOCK - 1
  while (end - at > kept) {
    count += BLOCK
    compress(at, count, 0)
    at += BLOCK
  }
  if (last) {
    clear(end)
    compress(at, count + (end - at), u64.MAX_VALUE)
  } else store<u64>(COUNT, count)
}

/** A block of zeros; written out, since a call for it would take longer. */
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
