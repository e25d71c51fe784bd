// Goal: a network that only proves keeps all its power, loses no FIL, and is the same network however sectors are kept.
// Method: a few days of small ones, run twice; draws against the distribution they stand for.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { MinerState } from '../../actors/miner/state.ts'
import type { PowerState } from '../../actors/power/state.ts'
import { POWER_ACTOR } from '../../actors/singletons.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { Prng } from '../../primitives/prng.ts'
import { type ActorId, actorId } from '../../primitives/units.ts'
import { chiSquare } from '../../scenarios/chi-square.ts'
import { totalFil } from '../../scenarios/checkers.ts'
import { makeProvingNetwork } from '../../scenarios/proving-genesis.ts'
import { drawWins, sharesOf } from '../../engine/consensus/win-draw.ts'

test.before(() => initCrypto())

const SIZE = 32n << 30n
const options = { seed: 'test', providers: 3, sectors: 400, sectorStore: 'runs' } as const

test('all sectors get power in a day, keep it, and win blocks; no FIL comes or goes', () => {
  const network = makeProvingNetwork(options)
  const { tree } = network
  const supply = totalFil(tree)
  const power = () => tree.get(POWER_ACTOR)!.state.get() as PowerState
  network.run(2880)
  for (let day = 0; day < 2; day++) {
    const before = { ...network.counts }
    network.run(2880)
    assert.is(power().totalRawBytePower, 3n * 400n * SIZE)
    assert.is(network.counts.posts - before.posts, 3 * 46, 'each deadline but the two first')
    assert.ok(Math.abs(network.counts.awards - before.awards) > 2880)
    assert.is(totalFil(tree), supply)
  }
  const pledged = [...power().claims.keys()].reduce((sum, id) => {
    const { initialPledge, lockedFunds } = tree.get(id)!.state.get() as MinerState
    return sum + initialPledge + lockedFunds
  }, 0n)
  assert.is(power().totalPledgeCollateral, pledged)
})

test('the state does not depend on how sectors are kept, and repeats', () => {
  const roots = (['amt', 'runs', 'runs'] as const).map((sectorStore) => {
    const network = makeProvingNetwork({ ...options, sectorStore })
    network.run(1000)
    return network.tree.root().hex
  })
  assert.is(new Set(roots).size, 1)
  const other = makeProvingNetwork({ ...options, seed: 'other' })
  other.run(1000)
  assert.is.not(other.tree.root().hex, roots[0])
})

test('wins are Poisson of mean 5, and fall to providers by their power', () => {
  const prng = new Prng('wins')
  const power = [1n, 2n, 0n, 5n, 12n].map((bytes, i) => [actorId(i), bytes << 60n] as const)
  const shares = sharesOf(power)
  assert.equal([...drawWins(prng, sharesOf([])).entries()], [])
  const epochs = 20_000
  const byCount = new Array<number>(12).fill(0)
  const byProvider = new Array<number>(5).fill(0)
  for (let i = 0; i < epochs; i++) {
    let total = 0
    for (const [provider, wins] of drawWins(prng, shares)) {
      byProvider[provider]! += wins
      total += wins
    }
    byCount[Math.min(total, 11)]!++
  }
  const weights = byCount.map((_, k) => {
    const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
    const pmf = (n: number) => (Math.exp(-5) * 5 ** n) / factorial(n)
    return k < 11
      ? pmf(k)
      : 1 - Array.from({ length: 11 }, (_, n) => pmf(n)).reduce((a, b) => a + b)
  })
  assert.ok(chiSquare(byCount, weights) < 31.26, `${byCount}`) // 11 degrees of freedom, 0.1 %
  assert.is(byProvider[2], 0)
  const powered = byProvider.filter((_, i) => i !== 2)
  assert.ok(chiSquare(powered, [1, 2, 5, 12]) < 16.27, `${byProvider}`) // 3 degrees, 0.1 %
})

test('wins that are added to earlier ones are as many as those drawn by themselves', () => {
  const shares = sharesOf([1n, 2n, 3n].map((bytes, i) => [actorId(i), bytes << 70n] as const))
  const [apart, together] = [new Prng('wins'), new Prng('wins')]
  const sums = new Map<ActorId, number>()
  const added = new Map<ActorId, number>()
  for (let epoch = 0; epoch < 100; epoch++) {
    for (const [provider, wins] of drawWins(apart, shares))
      sums.set(provider, (sums.get(provider) ?? 0) + wins)
    assert.is(drawWins(together, shares, added), added)
  }
  assert.equal([...added], [...sums])
  assert.is(added.size, 3)
})

test.run()
