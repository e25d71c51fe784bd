/** Empty sectors that are proven without a challenge by the chain (FIP-0092): one message, and they are there. */
import { deadlineIsMutable } from '../../actors/miner/deadline-info.ts'
import { currentPeriodStart } from '../../actors/miner/deadlines.ts'
import { MinerMethod } from '../../actors/miner/params.ts'
import { SEAL_PROOFS, SNARK_PACK_V2 } from '../../actors/miner/policy.ts'
import { ProveCommitSectorsNIParams } from '../../actors/miner/sector-params.ts'
import { defined } from '../../primitives/assert.ts'
import { encode } from '../../primitives/codec.ts'
import { bls } from '../../primitives/crypto/bls.ts'
import { seal, type Sealed, sealedCidOf } from '../../proofs-mock/replica.ts'
import { aggregateSeals, proveSeal, sealStatement } from '../../proofs-mock/seals.ts'
import { type Desk, order, type Order, postpone } from './books.ts'
import { deadlineAt, sealTicket, type View } from './view.ts'

export function proveWithoutInteraction(desk: Desk, orders: readonly Order[]): void {
  if (orders.length === 0) return
  const { view, setup, books } = desk
  const { policy, miner, height, epoch } = view
  const sealRandEpoch = Math.max(height - policy.chainFinality, 0)
  const ticket = sealTicket(view, sealRandEpoch)
  const sealProof = nonInteractiveType(view)
  const sealed = orders.map(({ sector }) => seal({ miner, number: sector, sealProof, ticket }))
  const held = new Map([...books.sectors, ...sealed.map(numbered)])
  desk.books = { ...books, sectors: held }
  const proofs = sealed.map((one) => proveSeal(setup, one))
  const statements = sealed.map((one) => sealStatement(one))
  const params = encode(ProveCommitSectorsNIParams, {
    sectors: sealed.map(({ replica }) => ({
      ...{ sealingNumber: replica.number, sectorNumber: replica.number, sealerId: BigInt(miner) },
      ...{ sealedCid: sealedCidOf(replica), sealRandEpoch },
      expiration: epoch + policy.maxSectorExpirationExtension,
    })),
    aggregateProof: aggregateSeals(setup, statements, proofs, (job) => bls().multiVerify([job])),
    sealProofType: sealProof,
    aggregateProofType: SNARK_PACK_V2,
    provingDeadline: BigInt(emptiestDeadline(view)),
    requireActivationSuccess: true,
  })
  const request = { to: miner, method: MinerMethod.ProveCommitSectorsNI, params }
  const what = `prove sectors ${orders.map(({ sector }) => sector).join(', ')} at once`
  if (!order(desk, what, request)) postpone(desk, orders)
}

const numbered = (one: Sealed) => [one.replica.number, one] as const

/** The seal without interaction of the miner's sector size. */
function nonInteractiveType({ state }: View): number {
  const { sectorSize } = state.info.get()
  const found = SEAL_PROOFS.findIndex(
    (one) => one.kind === 'non-interactive' && one.sectorSize === sectorSize,
  )
  return defined(found < 0 ? undefined : found, `seal proof of ${sectorSize} byte sectors`)
}

/** Of those that take sectors now, the one with the fewest. */
function emptiestDeadline(view: View): number {
  const { policy, state, epoch } = view
  const periodStart = currentPeriodStart(policy, state, epoch)
  const open = Array.from({ length: policy.wpostPeriodDeadlines }, (_, i) => i).filter((index) =>
    deadlineIsMutable(policy, periodStart, index, epoch),
  )
  const live = (index: number): number => deadlineAt(view, index).liveSectors
  return open.reduce((least, index) => (live(index) < live(least) ? index : least))
}
