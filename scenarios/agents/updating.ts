/** Data put into sectors that were sealed empty (SnapDeals). */
import { deadlineIsMutable } from '../../actors/miner/deadline-info.ts'
import { currentPeriodStart } from '../../actors/miner/deadlines.ts'
import { MinerMethod } from '../../actors/miner/params.ts'
import { sealProofInfo } from '../../actors/miner/policy.ts'
import {
  type PieceActivationManifest,
  ProveReplicaUpdates3Params,
} from '../../actors/miner/sector-params.ts'
import { defined } from '../../primitives/assert.ts'
import { encode } from '../../primitives/codec.ts'
import { Unprovable } from '../../proofs-mock/openings.ts'
import { sealedCidOf } from '../../proofs-mock/replica.ts'
import { proveReplicaUpdate, updateReplica } from '../../proofs-mock/update.ts'
import {
  type Desk,
  giveUpForNow,
  order,
  type Order,
  type PieceOrder,
  postpone,
  replace,
  RETRY_AFTER,
} from './books.ts'
import { locationOf } from './view.ts'

/** Proves that the data of an order is in its sector now; waits while the sector cannot be changed. */
export function update(desk: Desk, one: Order): void {
  const { view, setup, books } = desk
  const { sector, pieces } = one
  const where = locationOf(view, sector)
  const old = books.sectors.get(sector)
  const { policy, state, epoch } = view
  const isOpenToIt =
    where &&
    old &&
    deadlineIsMutable(policy, currentPeriodStart(policy, state, epoch), where.deadline, epoch) &&
    !where.in.unproven.has(sector)
  if (!isOpenToIt) return replace(desk, one, { ...one, notBefore: epoch + RETRY_AFTER })
  try {
    const updated = updateReplica(
      old.replica,
      pieces.map(({ piece }) => piece),
    )
    const proof = proveReplicaUpdate(setup, old.replica, updated)
    const { updateProof } = defined(sealProofInfo(old.replica.sealProof), 'a seal proof')
    const params = encode(ProveReplicaUpdates3Params, {
      sectorUpdates: [
        {
          sector,
          deadline: BigInt(where.deadline),
          partition: BigInt(where.partition),
          newSealedCid: sealedCidOf(updated.replica),
          pieces: pieces.map(manifestOf),
        },
      ],
      sectorProofs: [proof],
      aggregateProof: new Uint8Array(),
      updateProofsType: updateProof,
      aggregateProofType: null,
      requireActivationSuccess: true,
      requireNotificationSuccess: true,
    })
    const request = { to: view.miner, method: MinerMethod.ProveReplicaUpdates3, params }
    if (order(desk, `update sector ${sector}`, request)) replace(desk, one, { ...one, updated })
    else postpone(desk, [one])
  } catch (error) {
    if (!(error instanceof Unprovable)) throw error
    giveUpForNow(desk, one, error)
  }
}

/** How a piece is told to the chain. */
export const manifestOf = ({
  piece,
  verifiedAllocationKey,
  notify,
}: PieceOrder): PieceActivationManifest => ({
  cid: piece.cid,
  size: piece.size,
  verifiedAllocationKey: verifiedAllocationKey ?? null,
  notify: notify ?? [],
})
