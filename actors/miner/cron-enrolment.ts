/** Starting and keeping up the deadline cron. */
import type { ChainEpoch } from '../../primitives/units.ts'
import type { Runtime } from '../runtime.ts'
import { lastEpoch } from './deadline-info.ts'
import { currentDeadlineInfo } from './deadlines.ts'
import { CronEventType } from './params.ts'
import { enrollCronEvent } from './requests.ts'
import type { MinerState } from './state.ts'

/** Has the deadline that is open at an epoch ended by cron. */
export function enrollDeadlineCron(
  rt: Runtime<MinerState>,
  state: MinerState,
  epoch: ChainEpoch,
): void {
  const deadline = currentDeadlineInfo(rt.policy, state, epoch)
  enrollCronEvent(rt, lastEpoch(deadline), CronEventType.ProvingDeadline)
}

/** Ends the idleness of a miner that had nothing at stake. */
export function startDeadlineCron(rt: Runtime<MinerState>): void {
  enrollDeadlineCron(rt, rt.state(), rt.epoch)
}
