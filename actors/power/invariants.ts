/** What holds for every state of the power actor (builtin-actors `actors/power/src/testing.rs`). */
import type { Policy } from '../policy.ts'
import { minPower } from './claims.ts'
import type { PowerState } from './state.ts'

/** Everything that is wrong with a state, each in a sentence; nothing when all is well. Visits every claim. */
export function brokenPowerInvariants(state: PowerState, policy: Policy): string[] {
  const broken: string[] = []
  const expect = (what: string, expected: bigint | number, got: bigint | number) => {
    if (expected !== got) broken.push(`${what} is ${got}, claims say ${expected}`)
  }
  const committed = { raw: 0n, qa: 0n }
  const above = { raw: 0n, qa: 0n, miners: 0 }
  let miners = 0
  for (const [miner, claim] of state.claims.entries()) {
    const { rawBytePower: raw, qualityAdjPower: qa, windowPoStProofType } = claim
    if (raw < 0n || raw > qa) broken.push(`f0${miner} claims ${raw} raw and ${qa} adjusted bytes`)
    miners++
    committed.raw += raw
    committed.qa += qa
    if (raw < minPower(policy, windowPoStProofType)) continue
    above.raw += raw
    above.qa += qa
    above.miners++
  }
  expect('total bytes committed', committed.raw, state.totalBytesCommitted)
  expect('total adjusted bytes committed', committed.qa, state.totalQaBytesCommitted)
  expect('total raw power', above.raw, state.totalRawBytePower)
  expect('total adjusted power', above.qa, state.totalQualityAdjPower)
  expect('number of miners above the minimum', above.miners, state.minerAboveMinPowerCount)
  if (state.minerCount > miners) broken.push(`${state.minerCount} miners, ${miners} claims`)
  if (state.totalPledgeCollateral < 0n) broken.push(`total pledge ${state.totalPledgeCollateral}`)
  for (const epoch of state.cronEventQueue.keys())
    if (epoch < state.firstCronEpoch)
      broken.push(`event at ${epoch}, before ${state.firstCronEpoch}, will never come`)
  if (state.proofValidationBatch !== null) broken.push('a proof validation batch is left over')
  return broken
}
