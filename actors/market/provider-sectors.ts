/** Which deals are in which sector, so that they can be found when it ends. */
import type { ActorId } from '../../primitives/units.ts'
import type { Draft } from '../runtime.ts'
import type { SectorNumber } from '../miner/wire.ts'
import { type DealId, type MarketState, PROVIDER_SECTORS } from './state.ts'

type MarketDraft = Draft<MarketState>

/** Adds deals to a sector's; a sector that gets none gets an empty entry. */
export function addDealsToSector(
  state: MarketDraft,
  provider: ActorId,
  sector: SectorNumber,
  deals: readonly DealId[],
): void {
  const before = state.providerSectors.get(provider)?.get(sector) ?? []
  const all = [...new Set([...before, ...deals])].sort((a, b) => a - b)
  state.providerSectors = PROVIDER_SECTORS.set(state.providerSectors, provider, sector, all)
}

/** Takes sectors out, and gives the deals that were in them. */
export function takeDealsOfSectors(
  state: MarketDraft,
  provider: ActorId,
  sectors: Iterable<SectorNumber>,
): DealId[] {
  const all: DealId[] = []
  for (const sector of sectors) {
    const deals = state.providerSectors.get(provider)?.get(sector)
    if (!deals) continue
    all.push(...deals)
    state.providerSectors = PROVIDER_SECTORS.delete(state.providerSectors, provider, sector)
  }
  return all
}

/** Takes a deal out of its sector's, if it is there. */
export function removeDealFromSector(
  state: MarketDraft,
  provider: ActorId,
  sector: SectorNumber,
  deal: DealId,
): void {
  const { providerSectors } = state
  const before = providerSectors.get(provider)?.get(sector)
  if (!before) return
  const after = before.filter((id) => id !== deal)
  state.providerSectors =
    after.length === 0
      ? PROVIDER_SECTORS.delete(providerSectors, provider, sector)
      : PROVIDER_SECTORS.set(providerSectors, provider, sector, after)
}
