/** What a provider knows beside the chain: its sectors, what it was asked to do, what went wrong. Values, replaced as a whole. */
import type { SectorNumber } from '../../actors/miner/wire.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import type { SealedSectors } from '../../proofs-mock/faults.ts'
import type { Signer } from '../../engine/agent.ts'
import type { Piece } from '../../proofs-mock/piece.ts'
import type { Sealed } from '../../proofs-mock/replica.ts'
import type { Setup } from '../../proofs-mock/setup.ts'
import type { PieceActivationManifest } from '../../actors/miner/sector-params.ts'
import { type Refusal, type Request, send } from './outbox.ts'
import type { View } from './view.ts'

/** Data for a sector, with whose datacap it takes and who is told. */
export interface PieceOrder extends Partial<
  Pick<PieceActivationManifest, 'verifiedAllocationKey' | 'notify'>
> {
  readonly piece: Piece
}

/** Something to be done, until the chain says it is. */
export interface Order {
  readonly kind: 'seal' | 'update'
  readonly sector: SectorNumber
  readonly pieces: readonly PieceOrder[]
  /** Not before this epoch. */
  readonly notBefore: ChainEpoch
  /** What it will be, once the chain has taken the update. */
  readonly updated?: Sealed
}

export interface Problem extends Refusal {
  readonly epoch: ChainEpoch
  readonly what: string
}

export interface Books {
  readonly sectors: SealedSectors
  readonly orders: readonly Order[]
  readonly nextNumber: SectorNumber
  /** Sectors to be mended, and when. */
  readonly repairs: readonly { readonly epoch: ChainEpoch; readonly sectors: SectorNumber[] }[]
  /** When to look for faults to declare or take back; undefined where there is no reason to. */
  readonly lookAt: ChainEpoch | undefined
  readonly sent: readonly Cid[]
  readonly problems: readonly Problem[]
}

/** How a provider behaves. */
export interface Habits {
  /** Whether it says of damaged sectors that they are faulty; else they are skipped when their proof is due. */
  readonly declaresFaults: boolean
  /** Epochs after which damaged sectors are sealed again from their data; undefined for never. */
  readonly repairsAfter: ChainEpoch | undefined
  /** Sectors that expire within so many epochs are extended as far as they can be. */
  readonly extendsBefore: ChainEpoch
  /** attoFIL the miner should be able to spend; below, its owner sends as much. */
  readonly reserve: TokenAmount
  /** Seals proven at the same time from so many on are proven in one aggregate. */
  readonly aggregatesFrom: number
}

/** A provider at work on one tipset. */
export interface Desk {
  readonly view: View
  readonly worker: Signer
  readonly owner: Signer
  readonly setup: Setup
  readonly habits: Habits
  books: Books
}

/** Epochs after which something that failed is tried again. */
export const RETRY_AFTER: ChainEpoch = 60

/** Sends a message by the worker. What cannot be sent is written down. @returns whether it was sent. */
export function order(desk: Desk, what: string, request: Request, by = desk.worker): boolean {
  const { devnet, epoch } = desk.view
  const result = send(devnet, by, epoch, request)
  const { books } = desk
  if ('cid' in result) desk.books = { ...books, sent: [...books.sent, result.cid] }
  else {
    const problem = { epoch, what, ...result.refusal }
    desk.books = { ...books, problems: [...books.problems.slice(-MAX_PROBLEMS), problem] }
  }
  return 'cid' in result
}

const MAX_PROBLEMS = 1000
