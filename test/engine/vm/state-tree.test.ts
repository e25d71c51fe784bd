/**
 * Goal: call frames undo exactly what happened in them, and the root depends on the contents alone.
 * Method: random writes, nested frames and failures against a plain Map that is copied at every frame.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { manifestOf } from '../../../actors/manifest.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { Prng } from '../../../primitives/prng.ts'
import { actorId } from '../../../primitives/units.ts'
import { type Actor, EMPTY_STATE, StateTree } from '../../../engine/vm/state-tree.ts'
import { forEachSeed } from '../../support/simulate.ts'

test.before(() => initCrypto())

const manifest = manifestOf('mainnet')

const actor = (balance: bigint): Actor => ({
  type: 'placeholder',
  state: EMPTY_STATE,
  sequence: 0n,
  balance,
  delegated: null,
})

type Model = Map<number, bigint>

function frame(tree: StateTree, model: Model, prng: Prng, depth: number): Model {
  const mark = tree.begin()
  let mine = new Map(model)
  for (let i = prng.below(6); i > 0; i--) {
    const id = prng.below(40)
    if (prng.chance(1, 4)) {
      tree.set(actorId(id), undefined)
      mine.delete(id)
    } else {
      const balance = BigInt(prng.below(1000))
      tree.set(actorId(id), actor(balance))
      mine.set(id, balance)
    }
    if (depth < 4 && prng.chance(1, 2)) mine = frame(tree, mine, prng, depth + 1)
  }
  const keep = prng.chance(1, 2)
  tree.end(mark, keep)
  return keep ? mine : model
}

const contents = (tree: StateTree): Model =>
  new Map([...tree.entries()].map(([id, { balance }]) => [id as number, balance]))

test('frames keep or undo all that happened in them', () => {
  forEachSeed(20, (prng) => {
    const tree = new StateTree(manifest)
    let model: Model = new Map()
    for (let i = 0; i < 30; i++) {
      model = frame(tree, model, prng, 0)
      for (let id = 0; id < 40; id++)
        assert.is(tree.get(actorId(id))?.balance, model.get(id), `actor ${id}`)
    }
    assert.equal(new Map([...contents(tree)].sort()), new Map([...model].sort()))
    const fresh = new StateTree(manifest)
    for (const [id, balance] of [...model].reverse()) fresh.set(actorId(id), actor(balance))
    assert.is(tree.root().hex, fresh.root().hex)
  })
})

test('a snapshot does not see what its tree does later', () => {
  const tree = new StateTree(manifest)
  tree.set(actorId(1), actor(1n))
  const snapshot = tree.snapshot()
  const before = new StateTree(manifest, snapshot).root().hex
  tree.set(actorId(1), actor(2n))
  assert.is(new StateTree(manifest, snapshot).get(actorId(1))!.balance, 1n)
  assert.is(new StateTree(manifest, snapshot).root().hex, before)
  assert.is.not(tree.root().hex, before)
})

test.run()
