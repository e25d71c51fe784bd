/**
 * Executes a tipset on a state: cron for every epoch since the parent, null rounds included, each block's messages and
 * then its reward, cron at the end (Lotus `chain/consensus/compute_state.go`, ApplyBlocks).
 */
import { Payload } from '../../actors/payload.ts'
import { AwardBlockRewardParams } from '../../actors/reward/params.ts'
import { CRON_ACTOR, REWARD_ACTOR } from '../../actors/singletons.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { assert } from '../../primitives/assert.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ActorId, ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import type { MachineContext } from '../vm/context.ts'
import { applyImplicit, applyMessage, type ApplyResult, systemMessage } from '../vm/executor.ts'
import type { StateTree } from '../vm/state-tree.ts'
import { chainLength, signedMessageCid, type SignedMessage } from './message.ts'
import { isUnsigned } from './unsigned.ts'

/** A block as far as execution goes. */
export interface ExecutableBlock {
  readonly miner: Address
  readonly winCount: number
  /** BLS messages first, then the others, each in the block's order. */
  readonly messages: readonly SignedMessage[]
}

export interface MessageOutcome {
  readonly message: SignedMessage
  readonly cid: Cid
  readonly result: ApplyResult
}

const CRON_EPOCH_TICK = 2
const AWARD_BLOCK_REWARD = 2

/**
 * Passes the null rounds between a tipset and its child: rewards, if any, and cron in each.
 * @param at - the machine's surroundings at an epoch.
 * @param passedWins - wins that are paid in a null round, by miner: see consensus/passed-epochs.ts.
 */
export function passNullRounds(
  tree: StateTree,
  parentHeight: ChainEpoch,
  height: ChainEpoch,
  at: (epoch: ChainEpoch) => MachineContext,
  passedWins: (epoch: ChainEpoch) => Iterable<readonly [ActorId, number]>,
): void {
  for (let epoch = parentHeight + 1; epoch < height; epoch++) {
    const context = at(epoch)
    for (const [miner, winCount] of passedWins(epoch))
      awardBlock(tree, context, { miner: idAddress(miner), winCount }, 0n, 0n)
    runCron(tree, context)
  }
}

/** Looks at the state before and after each message. */
export interface MessageWatcher {
  before(cid: Cid, tree: StateTree): void
  after(cid: Cid, tree: StateTree): void
}

/** Brings `tree` to the state after a tipset. A message that stands in several blocks runs once. */
export function applyBlocks(
  tree: StateTree,
  blocks: readonly ExecutableBlock[],
  context: MachineContext,
  watcher?: MessageWatcher,
): MessageOutcome[] {
  const outcomes: MessageOutcome[] = []
  const applied = new Set<string>()
  for (const block of blocks) {
    let penalty = 0n
    let gasReward = 0n
    for (const message of block.messages) {
      const cid = signedMessageCid(message)
      if (applied.has(cid.key)) continue
      applied.add(cid.key)
      const length = chainLength(message)
      watcher?.before(cid, tree)
      const result = applyMessage(tree, context, message.message, length, isUnsigned(message))
      watcher?.after(cid, tree)
      gasReward += result.outputs.minerTip
      penalty += result.outputs.minerPenalty
      outcomes.push({ message, cid, result })
    }
    awardBlock(tree, context, block, penalty, gasReward)
  }
  runCron(tree, context)
  return outcomes
}

/** Runs cron at one epoch. */
export function runCron(tree: StateTree, context: MachineContext): void {
  const { exitCode } = applyImplicit(tree, context, systemMessage(CRON_ACTOR, CRON_EPOCH_TICK))
  assert(exitCode === 0, `cron exited ${exitCode} at epoch ${context.epoch}`)
}

/** The producer's share of the epoch's reward; tips already stand in the reward actor's balance. */
function awardBlock(
  tree: StateTree,
  context: MachineContext,
  { miner, winCount }: Pick<ExecutableBlock, 'miner' | 'winCount'>,
  penalty: TokenAmount,
  gasReward: TokenAmount,
): void {
  const award = { miner, penalty, gasReward, winCount: BigInt(winCount) }
  const params = Payload.of(AwardBlockRewardParams, award)
  const message = systemMessage(REWARD_ACTOR, AWARD_BLOCK_REWARD, params)
  const { exitCode } = applyImplicit(tree, context, message)
  assert(exitCode === 0, `block reward exited ${exitCode} at epoch ${context.epoch}`)
}
