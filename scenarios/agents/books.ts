/** What a provider knows beside the chain: its sectors, what it was asked to do, what went wrong. Values, replaced as a whole. */
import type { SectorNumber } from '../../actors/miner/wire.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import type { SealedSectors } from '../../proofs-mock/faults.ts'
import type { Signer } from '../../engine/agent.ts'
import type { Piece } from '../../proofs-mock/piece.ts'
import type { Sealed } from '../../proofs-mock/replica.ts'
import type { Setup } from '../../proofs-mock/setup.ts'
import { EPOCHS_IN_DAY } from '../../actors/policy.ts'
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
  /** Whether the chain challenges the seal after a pre-commitment. Without, the sector is empty and is there at once. */
  readonly isInteractive: boolean
  /** Not before this epoch. */
  readonly notBefore: ChainEpoch
  /** How often it could not be done. */
  readonly failures: number
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
  /** No proof of a deadline is tried before this epoch: none can be made, or none could be sent. */
  readonly proveFrom: ChainEpoch
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
  /** attoFIL the miner should be able to spend once its debt is paid; its owner sends what is missing. */
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

export const newOrder = (
  kind: Order['kind'],
  sector: SectorNumber,
  pieces: readonly PieceOrder[],
  isInteractive = true,
): Order => ({ kind, sector, pieces, isInteractive, notBefore: 0, failures: 0 })

/** Puts orders off: twice as long every time, up to a day, so that what is hopeless costs little. */
export function postpone(desk: Desk, orders: readonly Order[]): void {
  const { epoch } = desk.view
  for (const one of orders) {
    const wait = Math.min(RETRY_AFTER * 2 ** one.failures, EPOCHS_IN_DAY)
    replace(desk, one, { ...one, notBefore: epoch + wait, failures: one.failures + 1 })
  }
}

export function replace(desk: Desk, from: Order, to: Order): void {
  const orders = desk.books.orders.map((one) =>
    one.sector === from.sector && one.kind === from.kind ? to : one,
  )
  desk.books = { ...desk.books, orders }
}

/** Writes down that an order cannot be carried out now, and puts it off. */
export function giveUpForNow(desk: Desk, one: Order, { message }: Error): void {
  note(desk, `prove sector ${one.sector}`, { exitCode: undefined, why: message })
  postpone(desk, [one])
}

/** Sends a message by the worker. What cannot be sent is written down. @returns whether it was sent. */
export function order(desk: Desk, what: string, request: Request, by = desk.worker): boolean {
  const result = send(desk.view.devnet, by, desk.view.epoch, request)
  if ('refusal' in result) note(desk, what, result.refusal)
  else desk.books = { ...desk.books, sent: [...desk.books.sent, result.cid] }
  return 'cid' in result
}

function note(desk: Desk, what: string, refusal: Refusal): void {
  const problem = { epoch: desk.view.epoch, what, ...refusal }
  const problems = [...desk.books.problems.slice(1 - MAX_PROBLEMS), problem]
  desk.books = { ...desk.books, problems }
}

const MAX_PROBLEMS = 1000
