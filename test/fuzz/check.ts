/** What is checked of a fuzzed network: cheap sums at every epoch, everything now and then. */
import { brokenInvariants, brokenMoney } from '../../actors/invariants.ts'
import { withoutEndowment } from '../../actors/endowment.ts'
import { brokenMinerMoney } from '../../actors/miner/invariants.ts'
import { uncountedPledge } from '../../actors/power-against-miners.ts'
import { brokenPowerInvariants } from '../../actors/power/invariants.ts'
import { within } from '../../actors/findings.ts'
import type { World } from './world.ts'

/** Money, claims and pledge: everything that can be said without opening deadlines. */
export function brokenSums(world: World): string[] {
  const { power, facts } = world
  const miners = world.miners()
  const broken = brokenMoney(world.actors(), facts.supply)
  broken.push(...brokenPowerInvariants(withoutEndowment(power, facts.endowment!), facts.policy))
  for (const id of miners) {
    broken.push(...within(`f0${id}`, brokenMinerMoney(world.miner(id), world.balance(id))))
    if (!power.claims.has(id)) broken.push(`f0${id} lost its claim: its cron failed`)
  }
  const uncounted = uncountedPledge(
    power,
    miners.map((id) => world.miner(id)),
  )
  if (uncounted !== facts.uncountedPledge)
    broken.push(`total pledge is off by ${uncounted - facts.uncountedPledge!}`)
  return broken
}

/** Everything there is to check. The cron of the world's epoch has run. */
export function brokenEverything(world: World): string[] {
  return brokenInvariants(world.actors(), { ...world.facts, priorEpoch: world.epoch })
}
