// Goal: a short share of the fuzzing in every test run, and proof that it would notice. Method: the runs of
// `npm run fuzz` from a fixed seed, and one where a test meddles with the state.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { POWER_ACTOR } from '../actors/singletons.ts'
import type { PowerState } from '../actors/power/state.ts'
import { stateCodec } from '../engine/vm/state-tree.ts'
import { initCrypto } from '../primitives/crypto/init.ts'
import { Link } from '../primitives/link.ts'
import { fuzz, FuzzFailure, type FuzzOptions, requireSameRoots } from './fuzz/run.ts'
import type { World } from './fuzz/world.ts'

const seed = process.env['SEED'] ?? 'share'

test.before(() => initCrypto())

for (const [network, epochs] of [
  ['2k-short', 430],
  ['mainnet-short', 430],
  ['2k', 130],
  ['mainnet', 130],
] as const)
  test(`${network}: nothing breaks in ${epochs} epochs, and a second run has the same roots`, () => {
    const options = { seed, network, epochs }
    const { roots, outcomes } = run(options)
    requireSameRoots(options, roots, fuzz(options, { reload: true }).roots)
    assert.is(new Set(roots).size, roots.length, 'a state was the same twice')
    if (!network.endsWith('short')) return // too early for most of these
    for (const what of ['SubmitWindowedPoSt', 'ProveCommitSectors3', 'Propose', 'AwardBlockReward'])
      assert.ok((outcomes.get(what)?.get(0) ?? 0) > 0, `${what} never succeeded`)
  })

test('another seed gives another run', () => {
  const [a, b] = ['a', 'b'].map((seed) => run({ seed, network: '2k-short', epochs: 60 }).roots)
  assert.is.not(a![0], b![0])
})

test('a state that was meddled with is noticed at once, and the failure says how to see it again', () => {
  const options = { seed: 'x', network: '2k-short', epochs: 50 }
  const meddle = (change: (power: PowerState) => PowerState) => (world: World) => {
    if (world.epoch !== 20) return
    const state = Link.to(stateCodec('storagepower'), change(world.power))
    world.tree.update(POWER_ACTOR, { state })
  }
  const failure = failureOf(() =>
    fuzz(options, {
      meddle: meddle((power) => ({
        ...power,
        totalPledgeCollateral: power.totalPledgeCollateral + 1n,
      })),
    }),
  )
  assert.match(failure.message, /seed x, 2k-short, epoch 20: total pledge is off by 1/)
  assert.is(failure.command, 'npm run fuzz -- --seed x --network 2k-short --epochs 21')
  const money = failureOf(() =>
    fuzz(options, {
      meddle: (world) => world.epoch === 7 && world.tree.deposit(world.users[0]!, 1n),
    }),
  )
  assert.match(money.message, /epoch 7: there are \d+ attoFIL, 1 more than the supply/)
})

test('runs that come apart are noticed by the epoch', () => {
  const options = { seed: 'x', network: '2k', epochs: 150 }
  const failure = failureOf(() => requireSameRoots(options, ['a', 'b', 'c'], ['a', 'x', 'c']))
  assert.match(failure.message, /epoch 119/)
})

/** A failing run shows its seed and the command in the test's output. */
function run(options: FuzzOptions) {
  try {
    return fuzz(options)
  } catch (error) {
    if (error instanceof FuzzFailure) console.error(error.command)
    throw error
  }
}

function failureOf(body: () => void): FuzzFailure {
  try {
    body()
  } catch (error) {
    assert.instance(error, FuzzFailure)
    return error as FuzzFailure
  }
  throw new Error('nothing was noticed')
}

test.run()
