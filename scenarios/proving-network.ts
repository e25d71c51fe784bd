/**
 * A network that only proves: providers whose sectors are all there submit every window PoSt, win blocks by their power, and
 * are called by cron. Messages and cron run epoch by epoch on the state tree; there are no blocks, no message pool and no
 * gas, wins are drawn and proofs are taken on trust, so that years pass in minutes.
 */
import { currentDeadlineInfo } from '../actors/miner/deadlines.ts'
import { POST_PROOF_SIZE } from '../actors/miner/policy.ts'
import { SubmitWindowedPoStParams } from '../actors/miner/sector-params.ts'
import type { PoStPartition } from '../actors/miner/deadline-posts.ts'
import type { MinerState } from '../actors/miner/state.ts'
import { chainCommitRandomness } from '../actors/miner/window-post.ts'
import { Payload } from '../actors/payload.ts'
import type { PowerState } from '../actors/power/state.ts'
import type { PoStProof } from '../actors/proof-info.ts'
import { AwardBlockRewardParams } from '../actors/reward/params.ts'
import { CRON_ACTOR, POWER_ACTOR, REWARD_ACTOR } from '../actors/singletons.ts'
import type { MachineContext } from '../engine/vm/context.ts'
import {
  applyImplicit,
  applyMessage,
  type ApplyResult,
  type ImplicitMessage,
  systemMessage,
} from '../engine/vm/executor.ts'
import type { StateTree } from '../engine/vm/state-tree.ts'
import { type Address, idAddress } from '../primitives/address.ts'
import { defined, InvariantError } from '../primitives/assert.ts'
import { Bitfield } from '../primitives/bitfield.ts'
import type { Prng } from '../primitives/prng.ts'
import type { ActorId, ChainEpoch } from '../primitives/units.ts'
import { drawWins, type Shares, sharesOf } from '../engine/consensus/win-draw.ts'

export interface ProvingOptions {
  /** State before the first epoch that is run. */
  readonly tree: StateTree
  readonly miners: readonly ActorId[]
  /** The machine's surroundings at the first epoch. */
  readonly start: MachineContext
  /** Seconds from one epoch to the next. */
  readonly blockDelay: number
  readonly prng: Prng
}

/** What was done so far. */
export interface ProvingCounts {
  epochs: number
  posts: number
  /** Blocks that were paid. */
  awards: number
}

export class ProvingNetwork {
  readonly tree: StateTree
  readonly counts: ProvingCounts = { epochs: 0, posts: 0, awards: 0 }
  readonly #options: ProvingOptions
  readonly #context: { -readonly [K in keyof MachineContext]: MachineContext[K] }
  /** Miners by the epoch at which they look at their open deadline. */
  readonly #agenda = new Map<ChainEpoch, ActorId[]>()
  #claims: PowerState['claims'] | undefined
  #shares: Shares = sharesOf([])

  constructor(options: ProvingOptions) {
    this.tree = options.tree
    this.#options = options
    this.#context = { ...options.start }
    for (const miner of options.miners) {
      const { open } = this.#openDeadline(miner)
      this.#plan(miner, Math.max(open + POST_DELAY, this.epoch))
    }
  }

  /** The epoch that runs next. */
  get epoch(): ChainEpoch {
    return this.#context.epoch
  }

  /** Runs epochs: proofs that are due, rewards of the blocks that were won, cron. */
  run(epochs: number): void {
    for (let i = 0; i < epochs; i++) {
      for (const miner of this.#agenda.get(this.epoch) ?? NOBODY) this.#prove(miner)
      this.#agenda.delete(this.epoch)
      for (const [miner, wins] of drawWins(this.#options.prng, this.#currentShares()))
        this.#award(miner, wins)
      this.#implicit(CRON_TICK)
      this.counts.epochs++
      this.#context.epoch++
      this.#context.timestamp += this.#options.blockDelay
    }
  }

  /** Proves the open deadline, three partitions a message, and comes back for the next one. */
  #prove(miner: ActorId): void {
    const { index, open } = this.#openDeadline(miner)
    const state = this.#stateOf<MinerState>(miner)
    const { partitions, liveSectors } = state.deadlines.get().due[index]!.get()
    const count = liveSectors > 0 ? partitions.count : 0
    for (let first = 0; first < count; first += PARTITIONS_PER_POST)
      this.#submit(miner, state, index, first, Math.min(count, first + PARTITIONS_PER_POST))
    this.#plan(miner, open + POST_DELAY + this.#context.policy.wpostChallengeWindow)
  }

  #submit(miner: ActorId, state: MinerState, deadline: number, from: number, to: number): void {
    const { worker, windowPoStProofType } = state.info.get()
    const commitEpoch = this.epoch - 1
    const digest = this.#context.randomness.ticketDigest(commitEpoch)
    const partitions: PoStPartition[] = []
    for (let i = from; i < to; i++) partitions.push({ index: BigInt(i), skipped: Bitfield.empty })
    const params = Payload.of(SubmitWindowedPoStParams, {
      deadline: BigInt(deadline),
      partitions,
      proofs: proofsOf(windowPoStProofType, to - from),
      chainCommitEpoch: commitEpoch,
      chainCommitRand: chainCommitRandomness(digest, commitEpoch),
    })
    this.#message(worker, miner, SUBMIT_WINDOWED_POST, params)
    this.counts.posts++
  }

  #award(miner: ActorId, wins: number): void {
    const award = { miner: idAddress(miner), penalty: 0n, gasReward: 0n, winCount: BigInt(wins) }
    const params = Payload.of(AwardBlockRewardParams, award)
    this.#implicit(systemMessage(REWARD_ACTOR, AWARD_BLOCK_REWARD, params))
    this.counts.awards++
  }

  #message(from: Address, to: ActorId, method: bigint, params: Payload): void {
    const sender = defined(this.tree.resolve(from), 'a worker')
    const nonce = defined(this.tree.get(sender), 'a worker').sequence
    const message = { from, to: idAddress(to), nonce, method, params, ...NO_GAS }
    this.#expectOk(message, applyMessage(this.tree, this.#context, message, 0))
  }

  #implicit(message: ImplicitMessage): void {
    this.#expectOk(message, applyImplicit(this.tree, this.#context, message))
  }

  #expectOk(
    { to, method }: Pick<ImplicitMessage, 'to' | 'method'>,
    { exitCode }: ApplyResult,
  ): void {
    if (exitCode !== 0)
      throw new InvariantError(`method ${method} of ${to} exits ${exitCode} at ${this.epoch}`)
  }

  #plan(miner: ActorId, epoch: ChainEpoch): void {
    const planned = this.#agenda.get(epoch)
    if (planned) planned.push(miner)
    else this.#agenda.set(epoch, [miner])
  }

  #openDeadline(miner: ActorId) {
    return currentDeadlineInfo(this.#context.policy, this.#stateOf<MinerState>(miner), this.epoch)
  }

  #currentShares(): Shares {
    const { claims } = this.#stateOf<PowerState>(POWER_ACTOR)
    if (claims === this.#claims) return this.#shares
    this.#claims = claims
    const { miners } = this.#options
    const power = miners.map((id) => [id, claims.get(id)?.qualityAdjPower ?? 0n] as const)
    return (this.#shares = sharesOf(power))
  }

  #stateOf<S>(id: ActorId): S {
    return defined(this.tree.get(id), 'an actor').state.get() as S
  }
}

const CRON_TICK = systemMessage(CRON_ACTOR, 2)
const AWARD_BLOCK_REWARD = 2
const SUBMIT_WINDOWED_POST = 5n
const NO_GAS = { version: 0n, value: 0n, gasLimit: 0n, gasFeeCap: 0n, gasPremium: 0n }
const NOBODY: readonly ActorId[] = []
/** Epochs after the opening of a deadline at which its proofs are submitted. */
const POST_DELAY = 5
const PARTITIONS_PER_POST = 3

const proofs = new Map<number, readonly PoStProof[]>()

/** The proof of so many partitions: one object for all, since the states keep it for a day. */
function proofsOf(postProof: number, partitions: number): readonly PoStProof[] {
  const key = postProof * (PARTITIONS_PER_POST + 1) + partitions
  let made = proofs.get(key)
  if (!made) {
    made = [{ postProof, proofBytes: new Uint8Array(partitions * POST_PROOF_SIZE) }]
    proofs.set(key, made)
  }
  return made
}
