/** What holds for every state of the storage market (builtin-actors `actors/market/src/testing.rs`). */
import { type Address, PROTOCOL } from '../../primitives/address.ts'
import type { ActorId, ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { Findings } from '../findings.ts'
import { EPOCH_UNDEFINED } from '../policy.ts'
import { balanceIn } from './balances.ts'
import { dealCid, type DealProposal, type DealState } from './deal.ts'
import type { DealId, MarketState } from './state.ts'

/**
 * Everything that is wrong with a state, each in a sentence; nothing when all is well. Visits every deal and balance.
 * @param balance - attoFIL of the market.
 * @param epoch - the one that messages are in.
 */
export function brokenMarketInvariants(
  state: MarketState,
  balance: TokenAmount,
  epoch: ChainEpoch,
): string[] {
  const found = new Findings()
  checkProposals(found, state)
  checkDealStates(found, state, epoch)
  checkProviderSectors(found, state)
  checkActiveDealsAreFound(found, state, epoch)
  checkBalances(found, state, balance)
  checkSchedule(found, state, epoch)
  return found.broken
}

function checkProposals(found: Findings, state: MarketState): void {
  const cids = new Set<string>()
  for (const [id, deal] of state.proposals.numberEntries()) {
    cids.add(dealCid(deal).key)
    found.expect(id < state.nextId, () => `deal ${id} is not below the next id ${state.nextId}`)
    const isId = ({ protocol }: Address) => protocol === PROTOCOL.id
    found.expect(isId(deal.client), () => `deal ${id} has client ${deal.client}`)
    found.expect(isId(deal.provider), () => `deal ${id} has provider ${deal.provider}`)
  }
  for (const cid of state.pendingProposals.keys())
    found.expect(cids.has(cid.key), () => `${cid} is pending and not proposed`)
  for (const id of state.pendingDealAllocationIds.keys())
    found.expect(state.proposals.has(id), () => `deal ${id} has an allocation and no proposal`)
}

function checkDealStates(found: Findings, state: MarketState, epoch: ChainEpoch): void {
  for (const [id, active] of state.states.numberEntries()) {
    const { sectorStartEpoch, lastUpdatedEpoch, slashEpoch } = active
    found.expect(state.proposals.has(id), () => `deal ${id} is active and not proposed`)
    found.expect(sectorStartEpoch >= 0, () => `deal ${id} started at ${sectorStartEpoch}`)
    for (const [what, at] of [
      ['updated', lastUpdatedEpoch],
      ['slashed', slashEpoch],
    ] as const)
      found.expect(
        at === EPOCH_UNDEFINED || (at >= sectorStartEpoch && at <= epoch),
        () => `deal ${id} was ${what} at ${at}, from ${sectorStartEpoch} to ${epoch}`,
      )
    found.expect(
      !state.pendingDealAllocationIds.has(id),
      () => `deal ${id} is active and waits with an allocation`,
    )
  }
}

/** Deals of sectors are active ones; those that ended may still be there. */
function checkProviderSectors(found: Findings, state: MarketState): void {
  for (const [provider, sectors] of state.providerSectors.entries()) {
    found.expect(!sectors.isEmpty, () => `f0${provider} has an empty map of sectors`)
    for (const [sector, ids] of sectors.entries())
      for (const id of ids) checkDealOfSector(found, state, provider, sector, id)
  }
}

function checkDealOfSector(
  found: Findings,
  state: MarketState,
  provider: ActorId,
  sector: bigint,
  id: DealId,
): void {
  const where = `sector ${sector} of f0${provider} has deal ${id}`
  const [deal, active] = [state.proposals.get(id), state.states.get(id)]
  if (!deal || !active) return found.expect(false, () => `${where}, which is not active`)
  found.expect(deal.provider.id === provider, () => `${where} of ${deal.provider}`)
  found.expect(active.sectorNumber === sector, () => `${where} of sector ${active.sectorNumber}`)
  found.expect(active.slashEpoch === EPOCH_UNDEFINED, () => `${where}, which was slashed`)
}

/** The other way: an active deal that has not ended can be found when its sector is terminated. */
function checkActiveDealsAreFound(found: Findings, state: MarketState, epoch: ChainEpoch): void {
  const isListed = ({ provider }: DealProposal, { sectorNumber }: DealState, id: DealId) =>
    provider.id !== undefined &&
    state.providerSectors.get(provider.id)?.get(sectorNumber)?.includes(id) === true
  for (const [id, active] of state.states.numberEntries()) {
    const deal = state.proposals.get(id)
    if (!deal || active.slashEpoch !== EPOCH_UNDEFINED || deal.endEpoch <= epoch) continue
    found.expect(
      isListed(deal, active, id),
      () => `deal ${id} is not among those of sector ${active.sectorNumber} of ${deal.provider}`,
    )
  }
}

/** Locked is within escrow, escrow within the balance, and the totals are what is locked. */
function checkBalances(found: Findings, state: MarketState, balance: TokenAmount): void {
  const totals = {
    'client collateral': state.totalClientLockedCollateral,
    'provider collateral': state.totalProviderLockedCollateral,
    'storage fee': state.totalClientStorageFee,
  }
  for (const [what, total] of Object.entries(totals))
    found.expect(total >= 0n, () => `total locked ${what} is ${total}`)
  for (const [owner, amount] of state.lockedTable.entries()) {
    const escrow = balanceIn(state.escrowTable, owner)
    found.expect(escrow >= amount, () => `f0${owner} has ${escrow}, of which ${amount} is locked`)
  }
  const counted = Object.values(totals).reduce((sum, total) => sum + total, 0n)
  const locked = sum(state.lockedTable.values())
  found.expect(locked === counted, () => `${locked} is locked, totals are ${counted}`)
  const escrow = sum(state.escrowTable.values())
  found.expect(escrow <= balance, () => `escrow is ${escrow}, the market has ${balance}`)
  let collateral = 0n
  for (const deal of state.proposals.values())
    collateral += deal.clientCollateral + deal.providerCollateral
  found.expect(escrow >= collateral, () => `escrow is ${escrow}, deals put up ${collateral}`)
}

/** Cron will come to every deal that has not started. */
function checkSchedule(found: Findings, state: MarketState, epoch: ChainEpoch): void {
  const due = new Set<DealId>()
  for (const deals of state.dealOpsByEpoch.values()) for (const id of deals.keys()) due.add(id)
  for (const at of state.dealOpsByEpoch.keys())
    found.expect(at > state.lastCron, () => `deals are due at ${at}, cron was at ${state.lastCron}`)
  for (const [id, deal] of state.proposals.numberEntries())
    if (deal.startEpoch >= epoch)
      found.expect(due.has(id), () => `deal ${id} has not started and is not due at any time`)
}

const sum = (amounts: Iterable<TokenAmount>): TokenAmount => {
  let total = 0n
  for (const amount of amounts) total += amount
  return total
}
