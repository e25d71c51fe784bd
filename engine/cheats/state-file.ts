/** A whole state as a file, and going on from one. The file is a CAR whose root is the state root, as `pithead inspect` reads it. */
import { totalBalance } from '../../actors/invariants.ts'
import type { RewardState } from '../../actors/reward/state.ts'
import { REWARD_ACTOR } from '../../actors/singletons.ts'
import { Blockstore } from '../../primitives/blockstore.ts'
import { CarError, openCar, writeCar } from '../../primitives/car.ts'
import { DecodeError } from '../../primitives/cbor.ts'
import type { Cid } from '../../primitives/cid.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { applyBlocks, passNullRounds } from '../chain/apply-tipset.ts'
import { execution } from '../chain/execution.ts'
import { makeTipset, type Tipset } from '../chain/tipset.ts'
import { powerStateOf, workerKey } from '../consensus/lookback.ts'
import { electWinners, makeBlock } from '../consensus/producer.ts'
import type { Node } from '../node.ts'
import { type Actors, rootOf, StateTree } from '../vm/state-tree.ts'
import { openState } from '../vm/stored-state.ts'

/** The state after the head. */
export function dumpState({ manifest, store, head }: Node): Uint8Array {
  const blocks: { cid: Cid; block: Uint8Array }[] = []
  const sink = { put: (cid: Cid, block: Uint8Array) => blocks.push({ cid, block }) }
  const root = rootOf(manifest, store.execution(head).state, sink)
  return writeCar([root], blocks)
}

/**
 * Goes on from a state: it becomes that after the next tipset, which is at the epoch that the state was of. Where the
 * chain is beyond that already, cron runs for the epochs between.
 * @throws InvalidInput for what is no state of such a network, or one in which nobody here could make a block.
 */
export function loadState(node: Node, file: Uint8Array): Tipset {
  const actors = readState(node, file)
  const { epoch: next } = actors.get(REWARD_ACTOR)!.state.get() as RewardState
  const passed = next - 1
  const first = Math.max(passed, node.head.height + 1)
  for (let epoch = first; epoch < first + MAX_TRIES; epoch++) {
    const winners = electWinners(node.election, node.head, epoch)
    if (winners.length > 0) return makeTipsetOn(node, actors, passed, epoch, winners)
  }
  throw new InvalidInput('state', 'nobody wins a block on top of it')
}

const MAX_TRIES = 1000
const NO_MESSAGES = { bls: [], secp: [] }

function makeTipsetOn(
  node: Node,
  actors: Actors,
  passed: ChainEpoch,
  epoch: ChainEpoch,
  winners: ReturnType<typeof electWinners>,
): Tipset {
  const parent = node.parentOf(node.head)
  const tipset = makeTipset(
    winners.map((winner) => makeBlock(node.election, parent, epoch, winner, NO_MESSAGES)),
  )
  const tree = new StateTree(node.manifest, actors)
  if (epoch > passed) {
    const at = node.surroundings(tipset, actors)
    passNullRounds(tree, passed, epoch, at, () => [])
    applyBlocks(tree, [], at(epoch))
  }
  const done = execution(tipset, [], tree, parent.execution, node.roots, undefined)
  const supply = totalBalance(new Map(node.origin.done.state.entries()))
  const minted = totalBalance(new Map(done.state.entries())) - supply
  const adopted = node.adopt(
    done,
    winners.map(() => NO_MESSAGES),
    tree,
  )
  node.overrides = { ...node.overrides, minted }
  return adopted
}

function readState(node: Node, file: Uint8Array): Actors {
  try {
    const { roots, blocks } = openCar(file)
    const [root] = roots
    if (!root || roots.length > 1) throw new InvalidInput('state', `${roots.length} roots, not one`)
    const store = new Blockstore()
    for (const { cid, block } of blocks) store.put(cid, block)
    const { actors, manifest } = openState(root, store)
    if (manifest.bundle !== node.manifest.bundle)
      throw new InvalidInput('state', `of the ${manifest.bundle} bundle: another network's`)
    checkWhole(node, actors)
    return actors
  } catch (error) {
    if (!(error instanceof CarError) && !(error instanceof DecodeError)) throw error
    throw new InvalidInput('state', error.message)
  }
}

/** Everything is there, and somebody whose key is here has power. */
function checkWhole(node: Node, actors: Actors): void {
  rootOf(node.manifest, actors, { put: () => undefined })
  for (const [id, { qualityAdjPower }] of powerStateOf(actors).claims.entries()) {
    const worker = qualityAdjPower > 0n ? workerKey(actors, id) : undefined
    if (worker && node.election.keys.secretOf(worker)) return
  }
  throw new InvalidInput('state', 'no provider in it has power and its key here')
}
