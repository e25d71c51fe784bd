/** What a miner tells the outside about its sectors. */
import type { Cid } from '../../primitives/cid.ts'
import { cidLink, nullable, uint64 } from '../../primitives/codec.ts'
import { eventType, field, indexed } from '../event-entries.ts'
import type { EventEntry, Runtime } from '../runtime.ts'
import type { SectorNumber } from './wire.ts'

/** A piece as events name it: CommP and padded bytes. */
export interface PieceOfEvent {
  readonly cid: Cid
  readonly size: bigint
}

export function emitSectorPrecommitted(rt: Runtime, sector: SectorNumber): void {
  rt.emit([eventType('sector-precommitted'), indexed('sector', uint64, sector)])
}

/** @param unsealedCid - null for a sector of zeros. */
export function emitSectorActivated(
  rt: Runtime,
  sector: SectorNumber,
  unsealedCid: Cid | null,
  pieces: readonly PieceOfEvent[],
): void {
  rt.emit([eventType('sector-activated'), ...content(sector, unsealedCid, pieces)])
}

export function emitSectorUpdated(
  rt: Runtime,
  sector: SectorNumber,
  unsealedCid: Cid | null,
  pieces: readonly PieceOfEvent[],
): void {
  rt.emit([eventType('sector-updated'), ...content(sector, unsealedCid, pieces)])
}

export function emitSectorTerminated(rt: Runtime, sector: SectorNumber): void {
  rt.emit([eventType('sector-terminated'), indexed('sector', uint64, sector)])
}

function content(
  sector: SectorNumber,
  unsealedCid: Cid | null,
  pieces: readonly PieceOfEvent[],
): EventEntry[] {
  return [
    indexed('sector', uint64, sector),
    indexed('unsealed-cid', nullable(cidLink), unsealedCid),
    ...pieces.flatMap(({ cid, size }) => [
      indexed('piece-cid', cidLink, cid),
      field('piece-size', uint64, size),
    ]),
  ]
}
