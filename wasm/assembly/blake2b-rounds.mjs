/**
 * The straight-line part of the BLAKE2b kernel as AssemblyScript source: its rounds written out over local variables, once for
 * any block, and once for three blocks that hold 64 bytes, two nodes of a tree, and zeros.
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

/** `compress(block, t, f)` over the chaining value at 0, and `parents(from, to)` of three pairs of nodes. */
export function blake2bRounds() {
  return `${blake2bCompress()}\n${blake2bParents()}`
}

function blake2bCompress() {
  const number = numbers('v', (word) => `load<u64>(block + ${8 * word})`)
  return func('compress(block: usize, t: u64, f: u64)', [
    range(8).map((i) => `let v${i} = load<u64>(${8 * i})`),
    range(8).map((i) => `let v${8 + i}: u64 = ${BLAKE2B_IV[i]}`),
    'v12 ^= t',
    'v14 ^= f',
    halfRounds().map((steps) => steps.map(number)),
    range(8).map((i) => `store<u64>(${8 * i}, load<u64>(${8 * i}) ^ v${i} ^ v${8 + i})`),
  ])
}

/**
 * One pair is hashed in numbers and two side by side in vectors, half a round of each in turn: each of the two waits for its own
 * results most of the time, and they share no registers, so that together they take little longer than either.
 */
function blake2bParents() {
  const start = [`(${BLAKE2B_IV[0]} ^ 0x01010020)`, ...BLAKE2B_IV.slice(1), ...BLAKE2B_IV]
  start[12] = `(${start[12]} ^ 64)`
  start[14] = `~(<u64>${start[14]})`
  const number = numbers('v', (word) => word < 8 && `load<u64>(from + ${8 * word})`)
  const vector = vectors('x', (word) => word < 8 && `m${word}`)
  return func('parents(from: usize, to: usize)', [
    range(4).map((i) => transposedLoad(i)),
    start.map((value, i) => [`let v${i}: u64 = ${value}`, `let x${i} = i64x2.splat(${value})`]),
    halfRounds().map((steps) => [steps.map(number), steps.map(vector)]),
    range(4).map((i) => `store<u64>(to + ${8 * i}, ${start[i]} ^ v${i} ^ v${8 + i})`),
    range(4).map((i) => `x${i} = v128.xor(i64x2.splat(${start[i]}), v128.xor(x${i}, x${8 + i}))`),
    [0, 2].map((i) => transposedStore(i)),
  ])
}

/** The 24 halves of rounds, each four steps that do not wait for each other. */
function halfRounds() {
  return range(24).map((half) => {
    const words = SIGMA[(half >> 1) % 10].slice(8 * (half % 2))
    const places = COLUMNS_AND_DIAGONALS.slice(4 * (half % 2))
    return range(4).map((i) => ({ places: places[i], words: words.slice(2 * i, 2 * i + 2) }))
  })
}

/**
 * The mixing function G over variables that are 64-bit numbers.
 * @param source - a message word, or nothing where it is always zero.
 */
function numbers(name, source) {
  return ({ places, words }) => {
    const [a, b, c, d] = places.map((place) => `${name}${place}`)
    const half = (word, first, second) => [
      `${a} = ${[a, source(word), b].filter(Boolean).join(' + ')}`,
      `${d} = rotr<u64>(${d} ^ ${a}, ${first})`,
      `${c} = ${c} + ${d}`,
      `${b} = rotr<u64>(${b} ^ ${c}, ${second})`,
    ]
    return [half(words[0], 32, 24), half(words[1], 16, 63)]
  }
}

/** The same over variables that are vectors of two numbers. */
function vectors(name, source) {
  const sum = (...terms) => terms.filter(Boolean).reduce((x, term) => `i64x2.add(${x}, ${term})`)
  return ({ places, words }) => {
    const [a, b, c, d] = places.map((place) => `${name}${place}`)
    const half = (word, first, second) => [
      `${a} = ${sum(a, source(word), b)}`,
      `${d} = v128.xor(${d}, ${a})`,
      `${d} = ${rotated(d, first)}`,
      `${c} = ${sum(c, d)}`,
      `${b} = v128.xor(${b}, ${c})`,
      `${b} = ${rotated(b, second)}`,
    ]
    return [half(words[0], 32, 24), half(words[1], 16, 63)]
  }
}

/** Vectors have no rotation: bytes change places, and a rotation by 63 is one to the left. */
function rotated(x, bits) {
  if (bits === 63) return `v128.or(i64x2.shr_u(${x}, 63), i64x2.add(${x}, ${x}))`
  const places = range(16).map((i) => (i & 8) | ((i + bits / 8) & 7))
  return bits === 32
    ? `i32x4.shuffle(${x}, ${x}, 1, 0, 3, 2)`
    : `i8x16.swizzle(${x}, i8x16(${places}))`
}

/** Words 2i and 2i + 1 of the second and the third pair. */
function transposedLoad(i) {
  const [second, third] = [64, 128].map((at) => `v128.load(from + ${at + 16 * i})`)
  return [
    `const a${i} = ${second}`,
    `const b${i} = ${third}`,
    `const m${2 * i} = i64x2.shuffle(a${i}, b${i}, 0, 2)`,
    `const m${2 * i + 1} = i64x2.shuffle(a${i}, b${i}, 1, 3)`,
  ]
}

/** Words i and i + 1 of two digests, back into the two. */
function transposedStore(i) {
  return [32, 64].map(
    (at, k) => `v128.store(to + ${at + 8 * i}, i64x2.shuffle(x${i}, x${i + 1}, ${k}, ${k + 2}))`,
  )
}
