/** What a miner tells the outside about its sectors. */
import type { Cid } from '../../primitives/cid.ts'
import { cidLink, type Codec, encode, nullable, text, uint64 } from '../../primitives/codec.ts'
import type { EventEntry, Runtime } from '../runtime.ts'
import type { SectorNumber } from './wire.ts'

/** A piece as events name it: CommP and padded bytes. */
export interface PieceOfEvent {
  readonly cid: Cid
  readonly size: bigint
}

export function emitSectorPrecommitted(rt: Runtime, sector: SectorNumber): void {
  rt.emit([type('sector-precommitted'), indexed('sector', uint64, sector)])
}

/** @param unsealedCid - null for a sector of zeros. */
export function emitSectorActivated(
  rt: Runtime,
  sector: SectorNumber,
  unsealedCid: Cid | null,
  pieces: readonly PieceOfEvent[],
): void {
  rt.emit([type('sector-activated'), ...content(sector, unsealedCid, pieces)])
}

export function emitSectorUpdated(
  rt: Runtime,
  sector: SectorNumber,
  unsealedCid: Cid | null,
  pieces: readonly PieceOfEvent[],
): void {
  rt.emit([type('sector-updated'), ...content(sector, unsealedCid, pieces)])
}

export function emitSectorTerminated(rt: Runtime, sector: SectorNumber): void {
  rt.emit([type('sector-terminated'), indexed('sector', uint64, sector)])
}

const CBOR = 0x51
const INDEXED_KEY = 1
const INDEXED_ALL = 3

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
      { flags: INDEXED_KEY, key: 'piece-size', codec: CBOR, value: encode(uint64, size) },
    ]),
  ]
}

const type = (name: string): EventEntry => indexed('$type', text, name)

function indexed<T>(key: string, codec: Codec<T>, value: T): EventEntry {
  return { flags: INDEXED_ALL, key, codec: CBOR, value: encode(codec, value) }
}
