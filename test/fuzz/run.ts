/** One run: random messages, cron at every epoch, checks in between. The same options give the same roots. */
import { openState } from '../../engine/vm/stored-state.ts'
import { StateTree } from '../../engine/vm/state-tree.ts'
import { Blockstore } from '../../primitives/blockstore.ts'
import { currentDeadlineInfo } from '../../actors/miner/deadlines.ts'
import type { ActorId } from '../../primitives/units.ts'
import type { Action } from './action.ts'
import { brokenEverything, brokenSums } from './check.ts'
import { contractActions } from './contracts.ts'
import { controlActions, drain } from './control.ts'
import { dealActions } from './deals.ts'
import { junkActions } from './junk.ts'
import { createMiner, isPoor, minerActions } from './miners.ts'
import { fuzzParams } from './policies.ts'
import { provingActions, submitPost } from './proving.ts'
import { proveCommit, sectorActions } from './sectors.ts'
import { walletActions } from './wallets.ts'
import { type Outcomes, World } from './world.ts'

export interface FuzzOptions {
  readonly seed: string
  /** One of `NETWORKS`. */
  readonly network: string
  readonly epochs: number
}

export interface FuzzResult {
  /** State roots, one at every full check and one at the end. */
  readonly roots: readonly string[]
  readonly outcomes: Outcomes
  readonly world: World
}

const ACTIONS: readonly Action[] = [
  ...minerActions,
  ...sectorActions,
  ...provingActions,
  ...controlActions,
  ...dealActions,
  ...walletActions,
  ...contractActions,
  ...junkActions,
]
const TOTAL_WEIGHT = ACTIONS.reduce((sum, { weight }) => sum + weight, 0)
const FULL_CHECK_EVERY = 60
const FIRST_MINERS = 3

export interface FuzzHooks {
  /** Writes the state out and reads it back at every full check: what is live and what is stored must be the same. */
  readonly reload?: boolean
  /** Called before the checks of every epoch. */
  readonly meddle?: (world: World) => void
}

/** @throws FuzzFailure */
export function fuzz(options: FuzzOptions, { reload = false, meddle }: FuzzHooks = {}): FuzzResult {
  const world = new World(options.seed, fuzzParams(options.network))
  const roots: string[] = []
  try {
    for (let i = 0; i < FIRST_MINERS; i++) createMiner(world)
    for (; world.epoch < options.epochs; world.epoch++) {
      runEpoch(world)
      meddle?.(world)
      expectNothing(brokenSums(world))
      if ((world.epoch + 1) % FULL_CHECK_EVERY !== 0) continue
      expectNothing(brokenEverything(world))
      roots.push(reload ? reloaded(world) : world.tree.root().hex)
    }
    roots.push(world.tree.root().hex)
  } catch (error) {
    throw new FuzzFailure(options, world.epoch, error)
  }
  return { roots, outcomes: world.outcomes, world }
}

/** @throws FuzzFailure naming the epoch by which two runs of the same options had come apart. */
export function requireSameRoots(
  options: FuzzOptions,
  first: readonly string[],
  second: readonly string[],
): void {
  const at = first.findIndex((root, i) => root !== second[i])
  if (at < 0) return
  const epoch = Math.min(options.epochs, (at + 1) * FULL_CHECK_EVERY)
  const what = `a second run has root ${second[at]}, the first ${first[at]}`
  throw new FuzzFailure(options, epoch - 1, new Error(what))
}

function runEpoch(world: World): void {
  const { prng } = world
  for (const miner of world.miners()) doDuties(world, miner)
  for (let left = prng.below(4); left > 0; left--) {
    world.careless = prng.chance(1, 3)
    pickAction(world).run(world)
  }
  world.careless = false
  const { exitCode } = world.cron()
  if (exitCode !== 0) throw new Error(`cron exited ${exitCode}`)
}

/** What a miner that wants to keep its power does; now and then it forgets. */
function doDuties(world: World, miner: ActorId): void {
  const { prng, policy, epoch } = world
  const state = world.miner(miner)
  if (!state.deadlineCronActive) return
  const window = policy.wpostChallengeWindow
  const info = currentDeadlineInfo(policy, state, epoch)
  const deadline = state.deadlines.get().due[info.index]!.get()
  world.careless = prng.chance(1, 6)
  if (deadline.liveSectors > 0 && prng.chance(4, window)) submitPost(world, miner)
  if (!state.preCommittedSectors.isEmpty && prng.chance(1, 20)) proveCommit(world, miner)
  if (isPoor(miner) && prng.chance(1, 100)) drain(world, miner)
}

function pickAction({ prng }: World): Action {
  let drawn = prng.below(TOTAL_WEIGHT)
  return ACTIONS.find(({ weight }) => (drawn -= weight) < 0)!
}

/** Goes on with a tree that is read from the blocks of the last one. */
function reloaded(world: World): string {
  const store = new Blockstore()
  const root = world.tree.root(store)
  const { actors, manifest } = openState(root, store)
  world.tree = new StateTree(manifest, actors)
  return root.hex
}

function expectNothing(broken: readonly string[]): void {
  if (broken.length > 0) throw new Error(broken.join('\n'))
}

/** A run that found something. */
export class FuzzFailure extends Error {
  override name = 'FuzzFailure'
  /** Runs the same again. */
  readonly command: string

  constructor({ seed, network, epochs }: FuzzOptions, at: number, cause: unknown) {
    const what = cause instanceof Error ? cause.message : String(cause)
    super(`seed ${seed}, ${network}, epoch ${at}: ${what}`, { cause })
    this.command = `npm run fuzz -- --seed ${seed} --network ${network} --epochs ${Math.min(epochs, at + 1)}`
  }
}
