// Goal: win counts are the protocol's to the last bit, and distributed as it promises. The published values are in the vector
// files; here are the properties around them.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  cannotWin,
  electionInput,
  expNegQ256,
  lambda,
  MAX_WIN_COUNT,
  poissonIcdf,
  winCount,
  winCountOfDigest,
} from '../../../engine/consensus/election.ts'
import { modelledVrf } from '../../../engine/consensus/vrf.ts'
import { concatBytes, fromHex, int64be, toHex, uint64be, utf8 } from '../../../primitives/bytes.ts'
import { blake2b256 } from '../../../primitives/crypto/hash.ts'
import { InvariantError } from '../../../primitives/assert.ts'
import { seed } from '../../support/seed.ts'

const ONE = 1n << 256n
const PiB = 1n << 50n
const proof = (n: number) => blake2b256(uint64be(n))
const digestOf = (n: bigint) => fromHex(n.toString(16).padStart(64, '0'))
const toFloat = (q256: bigint) => Number(q256 >> 192n) / 2 ** 64

test('e^-x is near the exponential function, and falls', () => {
  let previous = ONE + 1n
  for (let i = 0; i <= 500; i++) {
    const y = expNegQ256((BigInt(i) * ONE) / 100n)
    assert.ok(Math.abs(toFloat(y) - Math.exp(-i / 100)) < 1e-14, `x = ${i / 100}`)
    assert.ok(y < previous)
    previous = y
  }
  assert.is(expNegQ256(0n), ONE)
})

test('the chances of more than k wins fall, and sum to the mean', () => {
  for (const share of [1n, 3n, 50n, 100n]) {
    const mean = lambda(share, 100n)
    const icdf = poissonIcdf(mean, 40)
    for (let k = 1; k < 15; k++) assert.ok(icdf[k]! < icdf[k - 1]!)
    const sum = icdf.reduce((a, b) => a + toFloat(b), 0)
    assert.ok(Math.abs(sum - toFloat(mean)) < 1e-9, `${sum}`)
  }
})

test('the short cut for losers never changes a win count', () => {
  const powers = fc.bigInt({ min: 0n, max: 1n << 70n })
  const near = fc
    .tuple(fc.nat(255), fc.bigInt({ min: -256n, max: 256n }))
    .map(([bits, n]) => (n << BigInt(bits)) >> 8n)
  const shares = fc.nat(60).map((bits) => 1n << BigInt(bits))
  fc.assert(
    fc.property(powers, shares, near, (power, share, offset) => {
      const total = (power + 1n) * share
      // Around the border between no win and one, where the first bits do not tell.
      const border = ONE - expNegQ256(lambda(power, total))
      const digest = digestOf(clamp(border + offset))
      const exact = winCountOfDigest(digest, power, total)
      assert.is(exact > 0, clamp(border + offset) < border)
      assert.ok(exact === 0 || !cannotWin(digest, power, total))
    }),
    { seed, numRuns: 500 },
  )
})

test('the short cut agrees on every proof of an epoch, for small and large miners', () => {
  for (const power of [0n, 1n, PiB, 1000n * PiB, 60_000n * PiB]) {
    const total = 60_000n * PiB
    for (let i = 0; i < 300; i++)
      assert.is(
        winCount(proof(i), power, total),
        winCountOfDigest(blake2b256(proof(i)), power, total),
      )
  }
})

test('a digest just below a border wins once more than one on it', () => {
  for (const [power, total] of [
    [1n, 3n],
    [1n, 2n],
    [1n, 1n],
  ] as const)
    poissonIcdf(lambda(power, total)).forEach((border, k) => {
      assert.is(winCountOfDigest(digestOf(border), power, total), k)
      const wins = Math.min(k + 1, MAX_WIN_COUNT)
      assert.is(winCountOfDigest(digestOf(border - 1n), power, total), wins)
    })
})

test('the smallest miner wins once below its one border', () => {
  const [power, total] = [1n, 10n ** 19n]
  const border = poissonIcdf(lambda(power, total), 0)[0]!
  assert.is(winCountOfDigest(digestOf(border), power, total), 0)
  assert.is(winCountOfDigest(digestOf(border - 1n), power, total), 1)
})

test('no power never wins, and nobody wins more than fifteen', () => {
  assert.is(winCountOfDigest(digestOf(0n), 0n, 1n), 0)
  assert.is(winCountOfDigest(digestOf(0n), 1n, 1n), MAX_WIN_COUNT)
  assert.is(winCountOfDigest(digestOf(ONE - 1n), 1n, 1n), 0)
  for (let i = 0; i < 500; i++) assert.ok(winCount(proof(i), 1n, 1n) <= MAX_WIN_COUNT)
})

test('power that cannot be is a bug', () => {
  for (const [power, total] of [
    [-1n, 1n],
    [1n, 0n],
    [0n, -1n],
  ] as const)
    assert.throws(
      () => winCountOfDigest(digestOf(0n), power, total),
      (error: unknown) => error instanceof InvariantError,
    )
})

test('the same power in another total is another chance', () => {
  // Chances are remembered by both.
  for (const total of [2n, 3n, 2n, 5n, 7n, 11n, 13n, 2n]) {
    const icdf = poissonIcdf(lambda(1n, total))
    const expected = icdf.filter((border) => ONE / 3n < border).length
    assert.is(winCountOfDigest(digestOf(ONE / 3n), 1n, total), expected)
  }
})

test('five blocks are won in an epoch on average, by share of power', () => {
  const powers = [1n, 4n, 15n, 30n, 50n]
  const keys = powers.map((_, i) => modelledVrf.publicKey(Uint8Array.of(i)))
  const epochs = 2000
  const wins = powers.map((power, i) => {
    let sum = 0
    for (let e = 0; e < epochs; e++)
      sum += winCount(
        modelledVrf.prove(Uint8Array.of(i), concatBytes(keys[i]!, int64be(e))),
        power,
        100n,
      )
    return sum
  })
  wins.forEach((sum, i) => {
    const mean = (epochs * 5 * Number(powers[i])) / 100
    assert.ok(Math.abs(sum - mean) < 4 * Math.sqrt(mean), `${sum} wins, ${mean} expected`)
  })
})

test('win counts have the Poisson distribution of a share', () => {
  const total = 110n
  const epochs = 4000
  for (const power of [1n, 15n, 50n]) {
    const counts = new Array<number>(MAX_WIN_COUNT + 1).fill(0)
    const key = fromHex('11'.repeat(32))
    for (let e = 0; e < epochs; e++)
      counts[
        winCount(modelledVrf.prove(key, concatBytes(utf8('wins'), int64be(e))), power, total)
      ]!++
    const atLeast = poissonIcdf(lambda(power, total))
    const chances = atLeast.map((p, k) => toFloat((k === 0 ? ONE : atLeast[k - 1]!) - p))
    const { chi, cells } = chiSquare(counts, chances, epochs)
    assert.ok(
      chi < cells - 1 + 4 * Math.sqrt(2 * (cells - 1)),
      `power ${power}: ${chi} in ${cells}`,
    )
  }
})

test('the input of an election binds beacon, epoch and miner', () => {
  const miner = fromHex('00e807')
  const input = electionInput(utf8('beacon-entry-1'), 100, miner)
  // randomness_draw: base "beacon-entry-1", tag 2, epoch 100, entropy 4300e807.
  assert.is(toHex(input), '3d9c21a430c9d1b27397191bd21a22bc0ed170f57224e65045a2b9d47a9400cf')
  for (const other of [
    electionInput(utf8('beacon-entry-2'), 100, miner),
    electionInput(utf8('beacon-entry-1'), 101, miner),
    electionInput(utf8('beacon-entry-1'), 100, fromHex('00e907')),
  ])
    assert.not.equal(other, input)
})

const clamp = (n: bigint) => (n < 0n ? 0n : n >= ONE ? ONE - 1n : n)

/** Cells with fewer than 5 expected are taken together. */
function chiSquare(counts: number[], chances: number[], n: number): { chi: number; cells: number } {
  let [chi, cells, restCount, restChance] = [0, 0, 0, 0]
  counts.forEach((count, k) => {
    const chance = chances[k] ?? 0
    if (chance * n < 5) {
      restCount += count
      restChance += chance
      return
    }
    chi += (count - chance * n) ** 2 / (chance * n)
    cells++
  })
  if (restChance * n >= 1) {
    chi += (restCount - restChance * n) ** 2 / (restChance * n)
    cells++
  }
  return { chi, cells: Math.max(cells, 2) }
}

test.run()
