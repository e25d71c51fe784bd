/** What holds for every state of the datacap token (builtin-actors `actors/datacap/src/testing.rs`, FRC-0046). */
import { DATACAP_GRANULARITY } from './checks.ts'
import type { DatacapState } from './state.ts'

/**
 * Everything that is wrong with a state, each in a sentence; nothing when all is well. Visits everything. Owners that allow
 * themselves something are none of it: the reference calls that wrong and lets it happen.
 */
export function brokenDatacapInvariants({ governor, token }: DatacapState): string[] {
  const broken: string[] = []
  if (governor.protocol !== 0) broken.push(`governor ${governor} is not an ID address`)
  if (token.supply < 0n) broken.push(`supply ${token.supply} is negative`)
  let sum = 0n
  for (const [owner, balance] of token.balances.entries()) {
    sum += balance
    if (balance <= 0n) broken.push(`f0${owner} has ${balance}`)
    if (balance % DATACAP_GRANULARITY !== 0n)
      broken.push(`f0${owner} has parts of a byte: ${balance}`)
  }
  if (sum !== token.supply) broken.push(`supply is ${token.supply}, balances are ${sum}`)
  for (const [owner, allowances] of token.allowances.entries()) {
    if (allowances.isEmpty) broken.push(`f0${owner} allows nothing to nobody`)
    for (const [operator, allowance] of allowances.entries())
      if (allowance <= 0n) broken.push(`f0${owner} allows f0${operator} ${allowance}`)
  }
  return broken
}
