/**
 * The straight-line part of the SHA-256 kernel as AssemblyScript source: its rounds written out over local variables, once for
 * one block, and once for four nodes of a tree side by side in vectors.
 */
import { func, range } from './source-text.mjs'

/** `compress(block)` over the state at 0, and `parents(from, to)` of four pairs of nodes. */
export function sha256Rounds() {
  return `${sha256Compress()}\n${sha256Parents()}`
}

// Fractional parts of the square roots of the first 8 primes and of the cube roots of the first 64.
// prettier-ignore
const H = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]
// prettier-ignore
const K = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]
/** The block that follows a message of exactly 64 bytes. */
const PADDING_OF_64 = [0x80000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 512]

function sha256Compress() {
  const sigma = (x, a, b, shift) =>
    `(rotr<u32>(${x}, ${a}) ^ rotr<u32>(${x}, ${b}) ^ (${x} >> ${shift}))`
  const sum = (x, a, b, c) =>
    `(rotr<u32>(${x}, ${a}) ^ rotr<u32>(${x}, ${b}) ^ rotr<u32>(${x}, ${c}))`
  const schedule = (t) => {
    if (t < 16) return ''
    const [w, w2, w7, w15] = [t, t - 2, t - 7, t - 15].map((i) => `w${i % 16}`)
    return `${w} += ${sigma(w15, 7, 18, 3)} + ${w7} + ${sigma(w2, 17, 19, 10)}`
  }
  return func('compress(block: usize)', [
    range(16).map((i) => `let w${i} = bswap(load<u32>(block + ${4 * i}))`),
    range(8).map((i) => `let v${i} = load<u32>(${4 * i})`),
    'let x: u32',
    range(64).map((t) => {
      const [a, b, c, d, e, f, g, h] = variables(t)
      return [
        schedule(t),
        `x = ${h} + ${sum(e, 6, 11, 25)} + (${g} ^ (${e} & (${f} ^ ${g}))) + ${K[t]} + w${t % 16}`,
        `${d} += x`,
        `${h} = x + ${sum(a, 2, 13, 22)} + (${b} ^ ((${a} ^ ${b}) & (${b} ^ ${c})))`,
      ]
    }),
    range(8).map((i) => `store<u32>(${4 * i}, load<u32>(${4 * i}) + v${i})`),
  ])
}

/** Four messages of 64 bytes, one in each lane. Clears the top two bits of each parent. */
function sha256Parents() {
  const add = (...terms) => terms.reduce((sum, term) => `i32x4.add(${sum}, ${term})`)
  const xor = (...terms) => terms.reduce((sum, term) => `v128.xor(${sum}, ${term})`)
  const rotated = (x, n) => `v128.or(i32x4.shr_u(${x}, ${n}), i32x4.shl(${x}, ${32 - n}))`
  const sigma = (x, a, b, shift) => xor(rotated(x, a), rotated(x, b), `i32x4.shr_u(${x}, ${shift})`)
  const sum = (x, a, b, c) => xor(rotated(x, a), rotated(x, b), rotated(x, c))
  const splat = (n) => `i32x4.splat(${n | 0})`
  const schedule = (t) => {
    if (t < 16) return ''
    const [w, w2, w7, w15] = [t, t - 2, t - 7, t - 15].map((i) => `w${i % 16}`)
    return `${w} = ${add(w, sigma(w15, 7, 18, 3), w7, sigma(w2, 17, 19, 10))}`
  }
  const round = (t, keyed) => {
    const [a, b, c, d, e, f, g, h] = variables(t)
    return [
      `x = ${add(h, sum(e, 6, 11, 25), `v128.bitselect(${f}, ${g}, ${e})`, keyed)}`,
      `${d} = ${add(d, 'x')}`,
      `${h} = ${add('x', sum(a, 2, 13, 22), `v128.bitselect(${c}, ${a}, ${xor(a, b)})`)}`,
    ]
  }
  const padding = constantSchedule(PADDING_OF_64)
  return func('parents(from: usize, to: usize)', [
    'let x: v128',
    range(4).map((i) => transposedLoad(i)),
    range(8).map((i) => `let v${i} = ${splat(H[i])}`),
    range(64).map((t) => [schedule(t), round(t, add(splat(K[t]), `w${t % 16}`))]),
    range(8).map((i) => `const s${i} = ${add(`v${i}`, splat(H[i]))}`),
    range(8).map((i) => `v${i} = s${i}`),
    range(64).map((t) => round(t, splat((K[t] + padding[t]) | 0))),
    range(8).map((i) => `const o${i} = ${swapped(add(`v${i}`, `s${i}`))}`),
    // The last byte of a digest is the highest of its last word.
    `const z = v128.and(o7, ${splat(0x3fffffff)})`,
    transposedStore(['o0', 'o1', 'o2', 'o3'], 0),
    transposedStore(['o4', 'o5', 'o6', 'z'], 16),
  ])
}

/** Instead of moving the variables down by one a round, their names move. */
const variables = (t) => range(8).map((i) => `v${(i + 64 - t) % 8}`)

/** Each word's bytes reversed. */
const swapped = (x) =>
  `i8x16.shuffle(${x}, ${x}, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)`

/** Words 4i to 4i + 3 of four messages, a vector for each word. */
function transposedLoad(i) {
  const loads = range(4).map(
    (lane) => `const l${i}${lane} = ${swapped(`v128.load(from + ${64 * lane + 16 * i})`)}`,
  )
  const names = range(4).map((lane) => `l${i}${lane}`)
  return [
    loads,
    transpose(
      names,
      range(4).map((k) => `let w${4 * i + k}`),
      `t${i}`,
    ),
  ]
}

/** Four words of four digests, back into the four digests. */
function transposedStore(words, offset) {
  const names = range(4).map((lane) => `d${offset}${lane}`)
  return [
    transpose(
      words,
      names.map((name) => `const ${name}`),
      `u${offset}`,
    ),
    names.map((name, lane) => `v128.store(to + ${32 * lane + offset}, ${name})`),
  ]
}

/** Rows become columns. */
function transpose([a, b, c, d], [p, q, r, s], name) {
  return [
    `const ${name}a = i32x4.shuffle(${a}, ${b}, 0, 4, 1, 5)`,
    `const ${name}b = i32x4.shuffle(${a}, ${b}, 2, 6, 3, 7)`,
    `const ${name}c = i32x4.shuffle(${c}, ${d}, 0, 4, 1, 5)`,
    `const ${name}d = i32x4.shuffle(${c}, ${d}, 2, 6, 3, 7)`,
    `${p} = i64x2.shuffle(${name}a, ${name}c, 0, 2)`,
    `${q} = i64x2.shuffle(${name}a, ${name}c, 1, 3)`,
    `${r} = i64x2.shuffle(${name}b, ${name}d, 0, 2)`,
    `${s} = i64x2.shuffle(${name}b, ${name}d, 1, 3)`,
  ]
}

/** The schedule of a block that is known, so that nothing is left to compute. */
function constantSchedule(words) {
  const w = [...words]
  const rotate = (x, n) => (x >>> n) | (x << (32 - n))
  for (let t = 16; t < 64; t++) {
    const [w2, w15] = [w[t - 2], w[t - 15]]
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10)
    w.push((w[t - 16] + s0 + w[t - 7] + s1) | 0)
  }
  return w
}
