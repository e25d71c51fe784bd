/** What holds for every state of the cron actor (builtin-actors `actors/cron/src/testing.rs`). */
import { PROTOCOL } from '../../primitives/address.ts'
import { Findings } from '../findings.ts'
import type { CronState } from './state.ts'

/** Everything that is wrong with a state, each in a sentence; nothing when all is well. */
export function brokenCronInvariants({ entries }: CronState): string[] {
  const found = new Findings()
  for (const [i, { receiver, method }] of entries.entries()) {
    found.expect(
      receiver.protocol === PROTOCOL.id,
      () => `entry ${i} is for ${receiver}, no ID address`,
    )
    found.expect(method > 0, () => `entry ${i} has method ${method}`)
  }
  return found.broken
}
