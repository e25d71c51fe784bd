/**
 * What the market, the verified registry and the datacap token say of the same data, and of the sectors that hold it
 * (builtin-actors `state/src/check.rs`).
 */
import type { ChainEpoch } from '../primitives/units.ts'
import type { DatacapState } from './datacap/state.ts'
import { Findings } from './findings.ts'
import type { MarketState } from './market/state.ts'
import { SIMPLE_QA_POWER } from './miner/sectors.ts'
import type { CheckedMiners } from './power-against-miners.ts'
import { VERIFREG_ACTOR } from './singletons.ts'
import type { Claim, VerifregState } from './verifreg/state.ts'

/** attoDatacap in a byte. */
const DATACAP_OF_BYTE = 10n ** 18n

/** Active deals are in sectors that outlast them. Sectors may end before their time, but then word is on its way. */
export function brokenDealSectors(
  { proposals, states, providerSectors }: MarketState,
  miners: CheckedMiners,
  epoch: ChainEpoch,
): string[] {
  const found = new Findings()
  for (const [id] of states.entries()) {
    const provider = proposals.get(id)?.provider.id
    found.expect(
      provider !== undefined && miners.has(provider),
      () => `active deal ${id} is with f0${provider}, who is no miner`,
    )
  }
  for (const [provider, sectors] of providerSectors.entries()) {
    const miner = miners.get(provider)
    if (!miner) {
      found.expect(false, () => `sectors of f0${provider} hold deals, who is no miner`)
      continue
    }
    const { summary } = miner
    for (const [number, deals] of sectors.entries())
      for (const id of deals) {
        const end = proposals.get(id)?.endEpoch
        if (end === undefined || end <= epoch) continue
        const held = summary.live.has(number) || summary.earlyTerminated.has(number)
        found.expect(held, () => `deal ${id} is in sector ${number} of f0${provider}, which ended`)
        const expiration = summary.sectors.get(number)?.expiration ?? epoch
        found.expect(
          !held || end <= expiration,
          () => `deal ${id} ends at ${end}, its sector ${number} of f0${provider} at ${expiration}`,
        )
      }
  }
  return found.broken
}

/** Deals that wait for their allocation agree with it, as long as nobody else took it. */
export function brokenDealAllocations(market: MarketState, verifreg: VerifregState): string[] {
  const found = new Findings()
  for (const [deal, id] of market.pendingDealAllocationIds.entries()) {
    const proposal = market.proposals.get(deal)
    const client = proposal?.client.id
    const allocation = client === undefined ? undefined : verifreg.allocations.get(client)?.get(id)
    if (!proposal || !allocation) continue
    found.expect(
      proposal.provider.id === allocation.provider,
      () => `deal ${deal} is with ${proposal.provider}, allocation ${id} f0${allocation.provider}`,
    )
    found.expect(
      proposal.pieceCid.equals(allocation.data) && proposal.pieceSize === allocation.size,
      () => `deal ${deal} is for ${proposal.pieceCid}, allocation ${id} for ${allocation.data}`,
    )
  }
  return found.broken
}

/** The registry holds the datacap of all open allocations, and those who hand datacap out have none. */
export function brokenDatacap(verifreg: VerifregState, { token }: DatacapState): string[] {
  const found = new Findings()
  for (const [id] of verifreg.verifiers.entries())
    found.expect(!token.balances.has(id), () => `verifier f0${id} has datacap itself`)
  let allocated = 0n
  for (const allocations of verifreg.allocations.values())
    for (const { size } of allocations.values()) allocated += size
  const held = token.balances.get(VERIFREG_ACTOR) ?? 0n
  found.expect(
    held === allocated * DATACAP_OF_BYTE,
    () => `registry holds ${held} datacap for ${allocated} bytes of allocations`,
  )
  return found.broken
}

/**
 * Claims are in sectors of their providers, and account for the verified weight of live ones. An owner may drop claims
 * when it extends a sector; they stay in the registry, so that claims may add up to more.
 */
export function brokenClaimedSectors(
  { claims }: VerifregState,
  miners: CheckedMiners,
  epoch: ChainEpoch,
): string[] {
  const found = new Findings()
  for (const provider of claims.keys())
    found.expect(miners.has(provider), () => `f0${provider} has claims, but is no miner`)
  for (const [provider, { summary }] of miners) {
    const bySector = groupBySector(claims.get(provider)?.entries() ?? [])
    for (const number of summary.live.values()) {
      const info = summary.sectors.get(number)
      if (!info || info.expiration <= epoch || (info.flags & SIMPLE_QA_POWER) === 0) continue
      const sector = `sector ${number} of f0${provider}`
      const mine = bySector.get(number) ?? []
      const space = mine.reduce((sum, [, { size }]) => sum + size, 0n)
      const weight = space * BigInt(info.expiration - info.powerBaseEpoch)
      found.expect(
        info.verifiedDealWeight <= weight,
        () => `${sector} has verified weight ${info.verifiedDealWeight}, its claims ${weight}`,
      )
      const dropped = info.verifiedDealWeight < weight
      for (const [id, { termStart, termMin, termMax }] of mine) {
        const lasts = info.activation <= termStart && info.expiration >= termStart + termMin
        found.expect(lasts, () => `${sector} does not last through the term of claim ${id}`)
        found.expect(
          dropped || info.expiration <= termStart + termMax,
          () => `${sector} outlasts claim ${id}`,
        )
      }
    }
  }
  return found.broken
}

type ClaimEntry = readonly [id: bigint, claim: Claim]

function groupBySector(claims: Iterable<ClaimEntry>): ReadonlyMap<bigint, ClaimEntry[]> {
  const bySector = new Map<bigint, ClaimEntry[]>()
  for (const entry of claims) {
    const { sector } = entry[1]
    const group = bySector.get(sector)
    if (group) group.push(entry)
    else bySector.set(sector, [entry])
  }
  return bySector
}
