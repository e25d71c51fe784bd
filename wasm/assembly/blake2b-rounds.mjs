/**
 * The straight-line part of the BLAKE2b kernel as AssemblyScript source: its rounds written out over local variables, once for
 * any block, and once for the 64 bytes of two nodes of a tree, whose other half is zeros. Two pairs side by side in vectors
 * take longer: vectors have no 64-bit rotation.
 */
import { func, range } from './source-text.mjs'

const COLUMNS_AND_DIAGONALS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
]
/** Which message words a round takes, a hexadecimal digit each. */
const SIGMA = [
  '0123456789abcdef',
  'ea489fd61c02b753',
  'b8c052fdae367194',
  '7931dcbe265a40f8',
  '905724afe1bc683d',
  '2c6a0b834d75fe19',
  'c51fed4a0763928b',
  'db7ec13950f4862a',
  '6fe9b308c2d714a5',
  'a2847615fb9e3cd0',
].map((row) => [...row].map((digit) => parseInt(digit, 16)))
const BLAKE2B_IV = [
  '0x6a09e667f3bcc908',
  '0xbb67ae8584caa73b',
  '0x3c6ef372fe94f82b',
  '0xa54ff53a5f1d36f1',
  '0x510e527fade682d1',
  '0x9b05688c2b3e6c1f',
  '0x1f83d9abfb41bd6b',
  '0x5be0cd19137e2179',
]

/** `compress(block, t, f)` over the chaining value at 0, and `parent(from, to)` of a pair of nodes. */
export function blake2bRounds() {
  return `${blake2bCompress()}\n${blake2bParent()}`
}

function blake2bCompress() {
  const rounds = mixes((a, b, c, d, word) => [
    half(a, b, c, d, word[0], 32, 24),
    half(a, b, c, d, word[1], 16, 63),
  ])
  function half(a, b, c, d, word, first, second) {
    return [
      `v${a} = v${a} + load<u64>(block + ${8 * word}) + v${b}`,
      `v${d} = rotr<u64>(v${d} ^ v${a}, ${first})`,
      `v${c} = v${c} + v${d}`,
      `v${b} = rotr<u64>(v${b} ^ v${c}, ${second})`,
    ]
  }
  return func('compress(block: usize, t: u64, f: u64)', [
    range(8).map((i) => `let v${i} = load<u64>(${8 * i})`),
    range(8).map((i) => `let v${8 + i}: u64 = ${BLAKE2B_IV[i]}`),
    'v12 ^= t',
    'v14 ^= f',
    rounds,
    range(8).map((i) => `store<u64>(${8 * i}, load<u64>(${8 * i}) ^ v${i} ^ v${8 + i})`),
  ])
}

function blake2bParent() {
  const start = [`(${BLAKE2B_IV[0]} ^ 0x01010020)`, ...BLAKE2B_IV.slice(1), ...BLAKE2B_IV]
  start[12] = `(${start[12]} ^ 64)`
  start[14] = `~(<u64>${start[14]})`
  const half = (a, b, c, d, word, first, second) => [
    word < 8 ? `v${a} = v${a} + load<u64>(from + ${8 * word}) + v${b}` : `v${a} = v${a} + v${b}`,
    `v${d} = rotr<u64>(v${d} ^ v${a}, ${first})`,
    `v${c} = v${c} + v${d}`,
    `v${b} = rotr<u64>(v${b} ^ v${c}, ${second})`,
  ]
  return func('parent(from: usize, to: usize)', [
    start.map((value, i) => `let v${i}: u64 = ${value}`),
    mixes((a, b, c, d, word) => [
      half(a, b, c, d, word[0], 32, 24),
      half(a, b, c, d, word[1], 16, 63),
    ]),
    range(4).map((i) => `store<u64>(to + ${8 * i}, ${start[i]} ^ v${i} ^ v${8 + i})`),
  ])
}

function mixes(mix) {
  return range(12).map((round) => {
    const sigma = SIGMA[round % 10]
    return COLUMNS_AND_DIAGONALS.map(([a, b, c, d], i) => mix(a, b, c, d, sigma.slice(2 * i)))
  })
}
