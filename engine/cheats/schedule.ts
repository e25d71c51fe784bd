/** When things happen to a miner next: its deadlines and its vesting. */
import { type DeadlineInfo, newDeadlineInfo } from '../../actors/miner/deadline-info.ts'
import { currentDeadlineInfo, loadDeadline } from '../../actors/miner/deadlines.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { loadVestingFunds } from '../../actors/miner/vesting-table.ts'
import type { VestingFund } from '../../actors/miner/vesting.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import type { ActorId } from '../../primitives/units.ts'
import type { Node } from '../node.ts'
import { stateOf } from './state.ts'

/**
 * The next window of a deadline that opens after the head; of whichever is next where `index` is undefined.
 * @throws InvalidInput for a deadline that is none.
 */
export function nextDeadline(node: Node, miner: ActorId, index?: number): DeadlineInfo {
  const { policy } = node.params
  const count = policy.wpostPeriodDeadlines
  if (index !== undefined && index >= count)
    throw new InvalidInput('deadline', `expected 0 to ${count - 1}, got ${index}`)
  const epoch = node.head.height
  const open = currentDeadlineInfo(policy, stateOf<MinerState>(node.state, miner), epoch)
  const windows = Array.from({ length: 2 * count }, (_, i) => {
    const start = open.periodStart + (i < count ? 0 : policy.wpostProvingPeriod)
    return newDeadlineInfo(policy, start, i % count, epoch)
  })
  // The first that is not open yet is within two periods of any epoch.
  return windows.find((at) => at.open > epoch && (index ?? at.index) === at.index)!
}

/** Whether a deadline has sectors to be proven. */
export const hasSectors = (node: Node, miner: ActorId, index: number): boolean =>
  loadDeadline(stateOf<MinerState>(node.state, miner), index).liveSectors > 0

/** The next of a miner's vesting entries that has not vested at the head. @throws InvalidInput where nothing vests. */
export function nextVesting(node: Node, miner: ActorId): VestingFund {
  const { vestingFunds } = stateOf<MinerState>(node.state, miner)
  const next = loadVestingFunds(vestingFunds).find(({ epoch }) => epoch >= node.head.height)
  if (!next) throw new InvalidInput('miner', `nothing of f0${miner} vests`)
  return next
}
