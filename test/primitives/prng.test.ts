// The generator gives the stream it always gave, its forks do not depend on each other, and its draws are uniform.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { InvariantError } from '../../primitives/assert.ts'
import { toHex, utf8 } from '../../primitives/bytes.ts'
import { Prng } from '../../primitives/prng.ts'
import { seed } from '../support/seed.ts'

const draw = (prng: Prng, n = 8) => Array.from({ length: n }, () => prng.uint32())
const isInvariantError = (error: unknown) => error instanceof InvariantError

test('xoshiro128** is the published one', () => {
  // From state 1, 2, 3, 4, by the C source of Blackman and Vigna.
  const words = [1, 2, 3, 4] as const
  const prng = new Prng({ seed: new Uint8Array(32), words })
  assert.equal(draw(prng, 6), [11520, 0, 5927040, 70819200, 2031721883, 1637235492])
})

test('a seed gives the stream it always gave', () => {
  assert.equal(draw(new Prng('pithead'), 4), KNOWN.stream)
  assert.equal(draw(new Prng('pithead').fork('gossip'), 4), KNOWN.fork)
  assert.is(toHex(new Prng('pithead').bytes(7)), KNOWN.bytes)
})

test('the same seed is the same stream, as string or bytes, and another is another', () => {
  assert.equal(draw(new Prng('a')), draw(new Prng(utf8('a'))))
  assert.not.equal(draw(new Prng('a')), draw(new Prng('b')))
  assert.not.equal(draw(new Prng('')), draw(new Prng('\0')))
})

test('a fork does not depend on what was drawn, and drawing from it changes nothing', () => {
  const used = new Prng('run')
  draw(used, 1000)
  assert.equal(draw(used.fork('x')), draw(new Prng('run').fork('x')))
  const [one, other] = [new Prng('run'), new Prng('run')]
  draw(one.fork('x'), 100)
  one.fork('y')
  assert.equal(draw(one), draw(other))
})

test('forks by other labels, of other parents and of forks are all different', () => {
  const root = new Prng('run')
  const all = [
    root,
    new Prng('run2').fork('x'),
    ...['x', 'y', '', 'xy'].map((label) => root.fork(label)),
    root.fork('x').fork('y'),
    root.fork('y').fork('x'),
    root.fork('x').fork(''),
  ]
  assert.is(new Set(all.map((prng) => draw(prng, 2).join())).size, all.length)
})

test('neighbouring streams agree in half of their bits', () => {
  const [a, b] = [new Prng('run').fork('1'), new Prng('run').fork('2')]
  let equal = 0
  for (let i = 0; i < 2000; i++) equal += 32 - ones(a.uint32() ^ b.uint32())
  // 64,000 bits: mean 32,000, standard deviation 126.
  assert.ok(Math.abs(equal - 32_000) < 5 * 126, `${equal} equal bits`)
})

test('a generator goes on from its saved state', () => {
  const prng = new Prng('run')
  draw(prng, 5)
  const state = prng.state()
  const expected = draw(prng)
  const restored = new Prng(state)
  assert.equal(draw(restored.fork('x')), draw(prng.fork('x')))
  assert.equal(draw(restored), expected)
  assert.equal(draw(new Prng(state)), expected, 'a state can be used twice')
})

for (const [what, cells, next] of [
  ['below(10)', 10, (p: Prng) => p.below(10)],
  ['below(3) of a multiple', 3, (p: Prng) => p.below(3 * 2 ** 50) % 3],
  ['the thirds of below(3 · 2^30)', 3, (p: Prng) => Math.floor(p.below(3 * 2 ** 30) / 2 ** 30)],
  ['the thirds of below(3 · 2^51)', 3, (p: Prng) => Math.floor(p.below(3 * 2 ** 51) / 2 ** 51)],
  ['bigBelow(7)', 7, (p: Prng) => Number(p.bigBelow(7n))],
  [
    'the fifths of bigBelow(5 · 10^30)',
    5,
    (p: Prng) => Number(p.bigBelow(5n * 10n ** 30n) / 10n ** 30n),
  ],
  ['bytes', 256, (p: Prng) => p.bytes(1)[0]!],
  ['pick', 4, (p: Prng) => p.pick([0, 1, 2, 3])],
  ['the orders of shuffle', 6, (p: Prng) => ORDERS.indexOf(p.shuffle([0, 1, 2]).join(''))],
  ['chance(1, 4)', 4, (p: Prng) => (p.chance(1, 4) ? 0 : 1 + p.below(3))],
] as const)
  test(`${what} is uniform`, () => {
    const prng = new Prng(`chi ${what}`)
    const counts = new Array<number>(cells).fill(0)
    const n = 200 * cells
    for (let i = 0; i < n; i++) counts[next(prng)]!++
    const chi = counts.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0)
    // Mean `cells - 1`, variance twice that. The seed is fixed, so this never fails by chance.
    assert.ok(chi < cells - 1 + 4 * Math.sqrt(2 * (cells - 1)), `chi-square ${chi}`)
  })

test('draws stay in their range, whatever it is', () => {
  const prng = new Prng('range')
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (n) => {
      const drawn = prng.below(n)
      assert.ok(Number.isSafeInteger(drawn) && drawn >= 0 && drawn < n)
    }),
    { seed, numRuns: 300 },
  )
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 1n << 300n }), (n) => {
      const drawn = prng.bigBelow(n)
      assert.ok(drawn >= 0n && drawn < n)
    }),
    { seed, numRuns: 300 },
  )
  assert.is(prng.below(1), 0)
  assert.is(prng.bigBelow(1n), 0n)
})

test('the largest numbers are drawn with all their bits', () => {
  const prng = new Prng('bits')
  let [small, big] = [0n, 0n]
  for (let i = 0; i < 200; i++) {
    small |= BigInt(prng.below(Number.MAX_SAFE_INTEGER))
    big |= prng.bigBelow(1n << 300n)
  }
  assert.is(small, (1n << 53n) - 1n)
  assert.is(big, (1n << 300n) - 1n)
})

test('bigBelow takes the highest bits of each word, enough of them for the largest result', () => {
  const powers = Array.from({ length: 70 }, (_, i) => 1n << BigInt(i))
  for (const n of powers.flatMap((power) => [power, power + 1n, 2n * power - 1n])) {
    const [prng, words] = [new Prng(`bits ${n}`), new Prng(`bits ${n}`)]
    const bits = (n - 1n).toString(2).length
    for (let k = 0; k < 5; k++) assert.is(prng.bigBelow(n), drawnBelow(words, n, bits))
  }
})

function drawnBelow(words: Prng, n: bigint, bits: number): bigint {
  let drawn = ''
  for (let left = bits; left > 0; left -= 32)
    drawn += words.uint32().toString(2).padStart(32, '0').slice(0, left)
  const value = BigInt(`0b${drawn}`)
  return value < n ? value : drawnBelow(words, n, bits)
}

test('chance is certain at its ends', () => {
  const prng = new Prng('ends')
  for (let i = 0; i < 100; i++) {
    assert.is(prng.chance(0, 7), false)
    assert.is(prng.chance(7, 7), true)
  }
})

test('shuffle keeps the items and leaves the list alone', () => {
  const items = Array.from({ length: 50 }, (_, i) => i)
  const shuffled = new Prng('cards').shuffle(items)
  assert.not.equal(shuffled, items)
  assert.equal(
    [...shuffled].sort((a, b) => a - b),
    items,
  )
  assert.equal(new Prng('cards').shuffle([]), [])
})

test('bytes are as many as asked for', () => {
  const prng = new Prng('bytes')
  for (const n of [0, 1, 3, 4, 5, 33]) assert.is(prng.bytes(n).length, n)
})

test('impossible draws are refused', () => {
  const prng = new Prng('bad')
  for (const use of [
    ...[0, -1, 1.5, NaN, 2 ** 53].map((n) => () => prng.below(n)),
    ...[0n, -1n].map((n) => () => prng.bigBelow(n)),
    () => prng.chance(2, 1),
    () => prng.chance(-1, 2),
    () => prng.chance(0.5, 1),
    () => prng.chance(0, 0),
    () => prng.pick([]),
  ])
    assert.throws(use, isInvariantError)
})

const ORDERS = ['012', '021', '102', '120', '201', '210']
// Computed apart from this code, with another BLAKE2b.
const KNOWN = {
  stream: [1674288070, 2864004756, 67261119, 3127014511],
  fork: [3428622800, 1563459132, 1118587772, 2770581360],
  bytes: 'c69bcb63943eb5',
}

function ones(word: number): number {
  let count = 0
  for (; word !== 0; word &= word - 1) count++
  return count
}

test.run()
