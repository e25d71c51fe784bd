/**
 * A storage provider at work: seals what it is asked to, pre-commits and proves it, submits window PoSts, declares what is damaged,
 * takes it back when it is mended, extends what would expire and tops up its miner. It acts before every tipset in which
 * something is due, and costs nothing in between.
 */
import type { MinerState } from '../../actors/miner/state.ts'
import type { SectorNumber } from '../../actors/miner/wire.ts'
import { EPOCHS_IN_DAY } from '../../actors/policy.ts'
import type { ProviderAgent, Signer } from '../../engine/agent.ts'
import type { Devnet, DevnetProvider } from '../../engine/devnet.ts'
import type { ActorId, ChainEpoch } from '../../primitives/units.ts'
import { type Damage, damagedSectors, type SealedSectors } from '../../proofs-mock/faults.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { mockSetup, type Setup } from '../../proofs-mock/setup.ts'
import {
  type Books,
  type Desk,
  type Habits,
  newOrder,
  type Order,
  type PieceOrder,
  type Problem,
} from './books.ts'
import { nextProof, proveDeadline } from './proving.ts'
import { orderDue, settleOrders, workOnOrders } from './sealing.ts'
import { declareFaults, extend, repair, topUp } from './upkeep.ts'
import { openDeadline, type View, viewOf } from './view.ts'

export type { Habits, PieceOrder, Problem }

export interface ProviderOptions {
  readonly miner: ActorId
  /** Sends the miner's messages. */
  readonly worker: Signer
  /** Pays when the miner runs out. */
  readonly owner: Signer
  /** What it holds already. */
  readonly sectors?: SealedSectors
  readonly habits?: Partial<Habits>
}

export const USUAL_HABITS: Habits = {
  declaresFaults: true,
  repairsAfter: undefined,
  extendsBefore: 60 * EPOCHS_IN_DAY,
  reserve: 0n,
  aggregatesFrom: 8,
}

export class Provider implements ProviderAgent {
  readonly miner: ActorId
  /** While true it does nothing, and misses its proofs. */
  isOffline = false
  readonly #devnet: Devnet
  readonly #worker: Signer
  readonly #owner: Signer
  readonly #habits: Habits
  readonly #setup: Setup
  #books: Books
  #plan: Plan | undefined

  /** Begins to work: joins the devnet's agents and those who hold sectors. */
  constructor(devnet: Devnet, options: ProviderOptions) {
    const { miner, worker, owner, sectors = new Map(), habits = {} } = options
    this.miner = miner
    this.#devnet = devnet
    this.#worker = worker
    this.#owner = owner
    this.#habits = { ...USUAL_HABITS, ...habits }
    this.#setup = mockSetup(devnet.params.name)
    const nextNumber = firstFree(sectors.keys())
    this.#books = {
      ...{ sectors, orders: [], nextNumber, repairs: [], lookAt: undefined },
      ...{ proveFrom: 0, sent: [], problems: [] },
    }
    devnet.agents.push(this)
    devnet.storage.set(miner, (number) => this.#books.sectors.get(number)?.replica)
  }

  /** What it holds. */
  get sectors(): SealedSectors {
    return this.#books.sectors
  }

  /** Orders that the chain has not carried out yet. */
  get orders(): readonly Order[] {
    return this.#books.orders
  }

  /** What could not be done, and why. */
  get problems(): readonly Problem[] {
    return this.#books.problems
  }

  /** Orders a new sector with these pieces in it. @returns its number. */
  seal(pieces: readonly PieceOrder[] = []): SectorNumber {
    return this.#newSector(pieces, true)
  }

  /** Orders an empty sector that is proven without pre-commitment. @returns its number. */
  sealAtOnce(): SectorNumber {
    return this.#newSector([], false)
  }

  #newSector(pieces: readonly PieceOrder[], isInteractive: boolean): SectorNumber {
    const sector = this.#books.nextNumber
    this.#order(newOrder('seal', sector, pieces, isInteractive))
    this.#books = { ...this.#books, nextNumber: sector + 1n }
    return sector
  }

  /** Takes over sectors that are sealed and on the chain already. */
  adopt(more: SealedSectors): void {
    const sectors = new Map([...this.#books.sectors, ...more])
    const nextNumber = firstFree(sectors.keys(), this.#books.nextNumber)
    this.#books = { ...this.#books, sectors, nextNumber }
  }

  /** Orders data to be put into a sector that was sealed empty. @throws InvalidInput without such a sector. */
  update(sector: SectorNumber, pieces: readonly PieceOrder[]): void {
    if (!this.sectors.has(sector)) throw new InvalidInput('sector', `there is no sector ${sector}`)
    this.#order(newOrder('update', sector, pieces))
  }

  #order(one: Order): void {
    this.#books = { ...this.#books, orders: [...this.#books.orders, one] }
  }

  /** Something happens to a disk of sectors. @throws InvalidInput naming a sector that is not there. */
  damage(disk: readonly SectorNumber[], damage: Damage): void {
    const sectors = damagedSectors(this.#books.sectors, disk, damage)
    const now = this.#devnet.node.head.height
    const { repairsAfter } = this.#habits
    this.#books = { ...this.#books, sectors, lookAt: now }
    if (repairsAfter !== undefined) this.repair(disk, repairsAfter)
  }

  /** Orders sectors to be sealed again from their data, in so many epochs. */
  repair(sectors: readonly SectorNumber[], after: ChainEpoch = 0): void {
    const epoch = this.#devnet.node.head.height + after
    const repairs = [...this.#books.repairs, { epoch, sectors: [...sectors] }]
    this.#books = { ...this.#books, repairs }
  }

  nextEpoch(from: ChainEpoch): ChainEpoch | undefined {
    if (this.isOffline) return undefined
    const { state } = viewOf(this.#devnet, this.miner, from)
    const known = this.#plan
    if (known && isCurrent(known, state, this.#books) && (known.due ?? Infinity) > from)
      return known.due
    const due = this.#dueFrom(from)
    const { deadlines, preCommittedSectors } = state
    this.#plan = { deadlines, preCommittedSectors, books: this.#books, due }
    return due
  }

  act(devnet: Devnet, epoch: ChainEpoch): void {
    const due = this.nextEpoch(epoch)
    if (due === undefined || due > epoch) return
    if (this.#books.sent.some((cid) => devnet.node.pool.find(cid))) return
    const { sectors, ...rest } = this.#books
    const desk = this.#desk(epoch, { sectors, ...rest, sent: [] })
    settleOrders(desk)
    repair(desk)
    const proves = proveDeadline(desk)
    if (proves) extend(desk, openDeadline(desk.view).index)
    workOnOrders(desk)
    const { lookAt } = desk.books
    const looks = lookAt !== undefined && lookAt <= epoch
    if (proves || looks) topUp(desk)
    if (looks) declareFaults(desk)
    this.#books = desk.books
  }

  save(): () => void {
    const [books, isOffline] = [this.#books, this.isOffline]
    return () => {
      this.#books = books
      this.isOffline = isOffline
    }
  }

  #desk(epoch: ChainEpoch, books: Books): Desk {
    return {
      view: viewOf(this.#devnet, this.miner, epoch),
      ...{ worker: this.#worker, owner: this.#owner, setup: this.#setup, habits: this.#habits },
      books,
    }
  }

  #dueFrom(from: ChainEpoch): ChainEpoch | undefined {
    const view: View = viewOf(this.#devnet, this.miner, from)
    const { orders, repairs, lookAt, proveFrom } = this.#books
    const proof = nextProof(view)
    const dates = [
      proof === undefined ? undefined : Math.max(proof, proveFrom),
      lookAt,
      ...orders.map((one) => orderDue(view, one)),
      ...repairs.map(({ epoch }) => epoch),
    ].filter((date) => date !== undefined)
    return dates.length === 0 ? undefined : Math.max(from, Math.min(...dates))
  }
}

/** A provider for each of a devnet's own, with the sectors they were born with, and for those that come later. */
export function startProviders(devnet: Devnet, habits: Partial<Habits> = {}): Provider[] {
  devnet.employ = (employment) => new Provider(devnet, { ...employment, habits })
  return devnet.providers.map((one) => new Provider(devnet, { ...optionsOf(one), habits }))
}

export const optionsOf = (one: DevnetProvider): ProviderOptions => ({
  miner: one.id,
  worker: { address: one.worker, secret: one.workerSecret },
  owner: { address: one.owner, secret: one.ownerSecret },
  sectors: one.sectors,
})

/** Above all numbers that are taken. */
const firstFree = (taken: Iterable<SectorNumber>, least: SectorNumber = 0n): SectorNumber =>
  [...taken].reduce((most, n) => (n >= most ? n + 1n : most), least)

/** When something is due, as long as the chain and the books say this. */
interface Plan extends Pick<MinerState, 'deadlines' | 'preCommittedSectors'> {
  readonly books: Books
  readonly due: ChainEpoch | undefined
}

const isCurrent = (plan: Plan, state: MinerState, books: Books): boolean =>
  plan.deadlines === state.deadlines &&
  plan.preCommittedSectors === state.preCommittedSectors &&
  plan.books === books
