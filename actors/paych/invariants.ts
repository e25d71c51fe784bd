/** What holds for every payment channel (builtin-actors `actors/paych/src/testing.rs`). */
import type { TokenAmount } from '../../primitives/units.ts'
import { Findings } from '../findings.ts'
import type { PaychState } from './state.ts'

/** Everything that is wrong with a state, each in a sentence; nothing when all is well. Visits every lane. */
export function brokenPaychInvariants(state: PaychState, balance: TokenAmount): string[] {
  const found = new Findings()
  const { toSend, settlingAt, minSettleHeight } = state
  found.expect(toSend >= 0n, () => `owes ${toSend}`)
  found.expect(balance >= toSend, () => `owes ${toSend}, has ${balance}`)
  found.expect(
    settlingAt === 0n || settlingAt >= minSettleHeight,
    () => `settles at ${settlingAt}, before ${minSettleHeight}`,
  )
  for (const [lane, { redeemed }] of state.laneStates.entries())
    found.expect(redeemed >= 0n, () => `lane ${lane} redeemed ${redeemed}`)
  return found.broken
}
