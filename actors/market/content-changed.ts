/** Deals that a provider names in the manifest of a piece: each is activated on its own, or its piece is not accepted. */
import { DecodeError } from '../../primitives/cbor.ts'
import { decode, uint64 } from '../../primitives/codec.ts'
import type { Runtime } from '../runtime.ts'
import { Activations } from './activation.ts'
import { emitDeal } from './events.ts'
import type { PieceChange, SectorChanges } from './params.ts'
import type { DealId, MarketState } from './state.ts'

/**
 * Activates the deals of pieces that the calling miner has put into its sectors; says for each piece whether it did.
 * @see builtin-actors `actors/market/src/lib.rs`, `sector_content_changed`
 */
export function sectorContentChanged(
  rt: Runtime<MarketState>,
  sectors: readonly SectorChanges[],
): boolean[][] {
  rt.acceptCallerType('storageminer')
  return rt.transaction((state) => {
    const batch = new Activations(rt, state)
    const accepted = sectors.map((sector) => {
      const deals = sector.added.map((piece) => activatePiece(batch, sector, piece))
      batch.add(
        sector.sector,
        deals.filter((id) => id !== undefined),
      )
      return deals.map((id) => id !== undefined)
    })
    batch.save()
    return accepted
  })
}

/** The deal of a piece, now active; undefined when the piece is not accepted. */
function activatePiece(
  batch: Activations,
  { sector, minimumCommitmentEpoch }: SectorChanges,
  { data, size, payload }: PieceChange,
): DealId | undefined {
  const dealId = dealIdIn(payload)
  if (dealId === undefined || batch.has(dealId)) return undefined
  const deal = batch.check(dealId, minimumCommitmentEpoch)
  if (typeof deal === 'number') return undefined
  if (!data.equals(deal.pieceCid) || size !== deal.pieceSize) return undefined
  const id = Number(dealId)
  emitDeal(batch.rt, 'deal-activated', id, deal)
  batch.activate(id, sector)
  return id
}

function dealIdIn(payload: Uint8Array): bigint | undefined {
  try {
    return decode(uint64, payload)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
