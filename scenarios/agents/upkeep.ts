/** What keeps a provider in good standing: faults that are declared and taken back, sectors that are extended, funds. */
import {
  newDeadlineInfo,
  nextNotElapsed,
  faultCutoffPassed,
} from '../../actors/miner/deadline-info.ts'
import { currentPeriodStart } from '../../actors/miner/deadlines.ts'
import { availableBalance } from '../../actors/miner/balances.ts'
import { MinerMethod } from '../../actors/miner/params.ts'
import { liveSectors, activeSectors, type Partition } from '../../actors/miner/partition-state.ts'
import { sealProofSectorMaximumLifetime } from '../../actors/miner/policy.ts'
import {
  DeclareFaultsParams,
  DeclareFaultsRecoveredParams,
  ExtendSectorExpiration2Params,
  type ExpirationExtension2,
  type SectorDeclaration,
} from '../../actors/miner/sector-params.ts'
import type { SectorOnChainInfo } from '../../actors/miner/sectors.ts'
import type { SectorNumber } from '../../actors/miner/wire.ts'
import { METHOD_SEND, VERIFREG_ACTOR } from '../../actors/singletons.ts'
import type { VerifregState } from '../../actors/verifreg/state.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import { defined } from '../../primitives/assert.ts'
import { encode } from '../../primitives/codec.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { openNode } from '../../proofs-mock/openings.ts'
import { nodeCount, seal, type Replica } from '../../proofs-mock/replica.ts'
import { updateReplica } from '../../proofs-mock/update.ts'
import { type Desk, order, RETRY_AFTER } from './books.ts'
import { deadlineAt, type View } from './view.ts'

/** Declares what cannot be read any more, and takes back what can be again. Looks once more later where it was too late. */
export function declareFaults(desk: Desk): void {
  const { view, habits, books } = desk
  const found = [...declarations(desk)]
  const inTime = found.filter(({ isLate }) => !isLate)
  const faults = habits.declaresFaults ? inTime.filter(({ kind }) => kind === 'fault') : []
  const recoveries = inTime.filter(({ kind }) => kind === 'recovery')
  desk.books = {
    ...books,
    lookAt: found.length > inTime.length ? view.epoch + RETRY_AFTER : undefined,
  }
  let isSent = true
  if (faults.length > 0) {
    const params = encode(DeclareFaultsParams, { faults })
    const request = { to: view.miner, method: MinerMethod.DeclareFaults, params }
    isSent = order(desk, 'declare faults', request)
  }
  if (recoveries.length > 0) {
    const params = encode(DeclareFaultsRecoveredParams, { recoveries })
    const request = { to: view.miner, method: MinerMethod.DeclareFaultsRecovered, params }
    isSent = order(desk, 'declare recoveries', request) && isSent
  }
  if (!isSent) desk.books = { ...desk.books, lookAt: view.epoch + RETRY_AFTER }
}

interface Found extends SectorDeclaration {
  readonly kind: 'fault' | 'recovery'
  /** Whether it can no longer be said before the next window. */
  readonly isLate: boolean
}

/** Sectors whose state on the chain is not that of their replicas, by partition. */
function* declarations({ view, books }: Desk): Generator<Found> {
  const { policy, state, epoch } = view
  const periodStart = currentPeriodStart(policy, state, epoch)
  const isWhole = (number: SectorNumber): boolean => isReadable(books.sectors.get(number)?.replica)
  for (let index = 0; index < policy.wpostPeriodDeadlines; index++) {
    const { liveSectors: live, partitions } = deadlineAt(view, index)
    if (live === 0) continue
    const info = nextNotElapsed(policy, newDeadlineInfo(policy, periodStart, index, epoch))
    const at = { deadline: BigInt(index), isLate: faultCutoffPassed(info) }
    for (const [partition, found] of partitions.entries()) {
      const good = liveSectors(found).subtract(found.faults)
      const lost = Bitfield.of([...good.values()].filter((number) => !isWhole(number)))
      if (!lost.isEmpty) yield { ...at, kind: 'fault', partition, sectors: lost }
      const faulty = found.faults.subtract(found.recoveries)
      const mended = Bitfield.of([...faulty.values()].filter(isWhole))
      if (!mended.isEmpty) yield { ...at, kind: 'recovery', partition, sectors: mended }
    }
  }
}

const wholes = new WeakMap<Replica, boolean>()

/** Whether every node of it can be opened. */
function isReadable(replica: Replica | undefined): boolean {
  if (!replica) return false
  const known = wholes.get(replica)
  if (known !== undefined) return known
  const nodes = Array.from({ length: nodeCount(replica) }, (_, i) => i)
  const isWhole = nodes.every((index) => openNode(replica, index) !== undefined)
  wholes.set(replica, isWhole)
  return isWhole
}

/** Seals sectors again from their data, where that is due. */
export function repair(desk: Desk): void {
  const { books, view } = desk
  const due = books.repairs.filter(({ epoch }) => epoch <= view.epoch)
  if (due.length === 0) return
  const sectors = new Map(books.sectors)
  for (const number of due.flatMap((one) => one.sectors)) {
    const sealed = sectors.get(number)
    const onChain = view.state.sectors.get(number)
    if (!sealed || isReadable(sealed.replica)) continue
    const pieces = sealed.data.pieces
    const fresh = onChain?.sectorKeyCid
      ? updateReplica(seal(sealed.replica).replica, pieces)
      : seal(sealed.replica, pieces)
    sectors.set(number, fresh)
  }
  const repairs = books.repairs.filter((one) => !due.includes(one))
  desk.books = { ...books, sectors, repairs, lookAt: view.epoch }
}

/** Extends the sectors of a deadline that would expire soon. */
export function extend(desk: Desk, index: number): void {
  const { view, habits } = desk
  const { partitions } = deadlineAt(view, index)
  const extensions: ExpirationExtension2[] = []
  for (const [partition, found] of partitions.entries())
    for (const sector of soonToExpire(view, found, habits.extendsBefore)) {
      const extension = extensionOf(view, sector)
      if (extension) extensions.push({ deadline: BigInt(index), partition, ...extension })
    }
  if (extensions.length === 0) return
  const params = encode(ExtendSectorExpiration2Params, { extensions })
  const request = { to: view.miner, method: MinerMethod.ExtendSectorExpiration2, params }
  order(desk, `extend sectors of deadline ${index}`, request)
}

const soonToExpire = ({ state, epoch }: View, found: Partition, within: ChainEpoch) =>
  state.sectors
    .load(activeSectors(found))
    .filter(({ expiration }) => expiration > epoch && expiration - epoch < within)

/** As far as the sector may live and its claims go; undefined where that is no further than now. */
function extensionOf(view: View, sector: SectorOnChainInfo) {
  const { sectorNumber, activation, expiration, sealProof } = sector
  const lifetime = defined(sealProofSectorMaximumLifetime(sealProof), 'a lifetime')
  const claims = claimsOf(view, sectorNumber)
  const newExpiration = Math.min(
    view.epoch + view.policy.maxSectorExpirationExtension,
    activation + lifetime,
    ...claims.map(([, claim]) => claim.termStart + claim.termMax),
  )
  if (newExpiration <= expiration) return undefined
  const maintainClaims = claims.map(([id]) => id)
  const hasClaims = claims.length > 0
  return {
    sectors: hasClaims ? Bitfield.empty : Bitfield.of([sectorNumber]),
    sectorsWithClaims: hasClaims ? [{ sectorNumber, maintainClaims, dropClaims: [] }] : [],
    newExpiration,
  }
}

function claimsOf({ devnet, miner }: View, number: SectorNumber) {
  const verifreg = defined(devnet.node.state.get(VERIFREG_ACTOR), 'verified registry')
  const claims = (verifreg.state.get() as VerifregState).claims.get(miner)
  return claims ? [...claims.entries()].filter(([, { sector }]) => sector === number) : []
}

/** Has the owner send what the miner should be able to spend and cannot; not for a miner that has another owner now. */
export function topUp(desk: Desk): void {
  const { view, habits, owner } = desk
  const missing = habits.reserve - availableBalance(view.state, view.balance)
  const isOwners = view.devnet.node.state.resolve(owner.address) === view.state.info.get().owner.id
  if (missing <= 0n || !isOwners) return
  order(desk, 'top up', { to: view.miner, method: METHOD_SEND, value: missing }, owner)
}
