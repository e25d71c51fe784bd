/** Orders of a provider, and new sectors from sealing over pre-commitment to their proof. */
import { MinerMethod } from '../../actors/miner/params.ts'
import {
  maxProveCommitDuration,
  sealProofFromSectorSize,
  sealProofInfo,
  SNARK_PACK_V2,
} from '../../actors/miner/policy.ts'
import {
  PreCommitSectorBatchParams2,
  ProveCommitSectors3Params,
} from '../../actors/miner/sector-params.ts'
import { defined } from '../../primitives/assert.ts'
import { encode } from '../../primitives/codec.ts'
import { bls } from '../../primitives/crypto/bls.ts'
import { zeroDataCid } from '../../primitives/data-commitment.ts'
import { DomainSeparationTag } from '../../primitives/randomness.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { Unprovable } from '../../proofs-mock/openings.ts'
import { seal, type Sealed, sealedCidOf } from '../../proofs-mock/replica.ts'
import { aggregateSeals, proveSeal, sealStatement } from '../../proofs-mock/seals.ts'
import { type Desk, giveUpForNow, order, type Order, postpone } from './books.ts'
import { proveWithoutInteraction } from './sealing-alone.ts'
import { manifestOf, update } from './updating.ts'
import { beaconDraw, sealTicket, type View } from './view.ts'

/** When an order can go on. */
export function orderDue(view: View, { kind, sector, notBefore }: Order): ChainEpoch {
  const preCommit = kind === 'seal' ? view.state.preCommittedSectors.get(sector) : undefined
  const provable = preCommit
    ? preCommit.preCommitEpoch + view.policy.preCommitChallengeDelay + 1
    : 0
  return Math.max(view.epoch, notBefore, provable)
}

/** Takes out the orders that the chain has carried out. */
export function settleOrders(desk: Desk): void {
  const { view, books } = desk
  const { sectors } = view.state
  const open = books.orders.filter(({ kind, sector, updated }) => {
    const onChain = sectors.get(sector)
    if (kind === 'seal') return onChain === undefined
    return !updated || !onChain?.sealedCid.equals(sealedCidOf(updated.replica))
  })
  if (open.length === books.orders.length) return
  const held = new Map(books.sectors)
  for (const { updated, sector } of books.orders.filter((one) => !open.includes(one)))
    if (updated) held.set(sector, updated)
  desk.books = { ...books, orders: open, sectors: held }
}

/** Sends what is next for every order that is due: pre-commitments together, proofs together. */
export function workOnOrders(desk: Desk): void {
  const { view } = desk
  const due = desk.books.orders.filter((one) => orderDue(view, one) <= view.epoch)
  const { preCommittedSectors } = view.state
  const isPromised = ({ sector }: Order): boolean => preCommittedSectors.has(sector)
  const seals = due.filter(({ kind, isInteractive }) => kind === 'seal' && isInteractive)
  const alone = due.filter(({ isInteractive }) => !isInteractive)
  proveWithoutInteraction(desk, alone.slice(0, view.policy.maxAggregatedSectorsNi))
  preCommit(desk, seals.filter((one) => !isPromised(one)).slice(0, MAX_BATCH))
  proveCommit(desk, seals.filter(isPromised).slice(0, MAX_BATCH))
  for (const one of due) if (one.kind === 'update') update(desk, one)
}

/** Sectors in one message. */
const MAX_BATCH = 64

function preCommit(desk: Desk, orders: readonly Order[]): void {
  if (orders.length === 0) return
  const { view } = desk
  const { policy, miner, state } = view
  const sealProof = sealProofFromSectorSize(state.info.get().sectorSize)
  const sealRandEpoch = Math.max(view.height - policy.chainFinality, 0)
  const ticket = sealTicket(view, sealRandEpoch)
  const sealed = orders.map(({ sector, pieces }) =>
    seal(
      { miner, number: sector, sealProof, ticket },
      pieces.map(({ piece }) => piece),
    ),
  )
  const held = new Map(desk.books.sectors)
  for (const one of sealed) held.set(one.replica.number, one)
  desk.books = { ...desk.books, sectors: held }
  const sectors = sealed.map((one) => ({
    sealProof,
    sectorNumber: one.replica.number,
    sealedCid: sealedCidOf(one.replica),
    sealRandEpoch,
    dealIds: [],
    expiration: firstExpiration(view, sealProof),
    unsealedCid: compactCommD(one),
  }))
  const params = encode(PreCommitSectorBatchParams2, { sectors })
  const request = { to: miner, method: MinerMethod.PreCommitSectorBatch2, params }
  const isSent = order(desk, `pre-commit ${numbersOf(orders)}`, request)
  if (!isSent) postpone(desk, orders)
}

/** As far as it may be, with a day for the message to get there. */
function firstExpiration({ policy, epoch }: View, sealProof: number): ChainEpoch {
  const last = epoch + policy.maxSectorExpirationExtension
  const proven = defined(maxProveCommitDuration(policy, sealProof), 'a duration')
  return Math.max(last, epoch + proven + policy.minSectorExpiration)
}

/** CommD, null for the one of zeros. */
function compactCommD({ replica, data }: Sealed) {
  const { sectorSize } = defined(sealProofInfo(replica.sealProof), 'a seal proof')
  return data.commD.equals(zeroDataCid(sectorSize)) ? null : data.commD
}

function proveCommit(desk: Desk, orders: readonly Order[]): void {
  const proven = orders.flatMap((one) => {
    const proof = proofOf(desk, one)
    return proof ? [{ ...proof, order: one }] : []
  })
  if (proven.length === 0) return
  const { view, setup, habits } = desk
  const isAggregate =
    proven.length >= Math.max(habits.aggregatesFrom, view.policy.minAggregatedSectors)
  const proofs = proven.map(({ proof }) => proof)
  const params = encode(ProveCommitSectors3Params, {
    sectorActivations: proven.map(({ order: { sector, pieces } }) => ({
      sectorNumber: sector,
      pieces: pieces.map(manifestOf),
    })),
    sectorProofs: isAggregate ? [] : proofs,
    aggregateProof: isAggregate
      ? aggregateSeals(
          setup,
          proven.map(({ stated }) => stated),
          proofs,
          (job) => bls().multiVerify([job]),
        )
      : new Uint8Array(),
    aggregateProofType: isAggregate ? SNARK_PACK_V2 : null,
    requireActivationSuccess: true,
    requireNotificationSuccess: true,
  })
  const request = { to: view.miner, method: MinerMethod.ProveCommitSectors3, params }
  const isSent = order(desk, `prove ${numbersOf(orders)}`, request)
  if (!isSent) postpone(desk, orders)
}

/** Undefined where the sector cannot be proven, which is then a problem of the order. */
function proofOf(desk: Desk, one: Order) {
  const { view, setup, books } = desk
  const { preCommitEpoch } = defined(view.state.preCommittedSectors.get(one.sector), 'a promise')
  const tag = DomainSeparationTag.InteractiveSealChallengeSeed
  const challenge = preCommitEpoch + view.policy.preCommitChallengeDelay
  const randomness = beaconDraw(view, tag, challenge)
  try {
    const sealed = defined(books.sectors.get(one.sector), `sector ${one.sector}`)
    return {
      proof: proveSeal(setup, sealed, randomness),
      stated: sealStatement(sealed, randomness),
    }
  } catch (error) {
    if (!(error instanceof Unprovable)) throw error
    giveUpForNow(desk, one, error)
    return undefined
  }
}

const numbersOf = (orders: readonly Order[]): string =>
  `sectors ${orders.map(({ sector }) => sector).join(', ')}`
