/** Which of several proposals can be published together: what each leaves of funds and datacap for the next. */
import { idAddress } from '../../primitives/address.ts'
import { type ActorId, min, type TokenAmount } from '../../primitives/units.ts'
import { TOKEN_PRECISION } from '../frc46.ts'
import { ActorError, ExitCode, type Runtime } from '../runtime.ts'
import type { AllocationRequest } from '../verifreg/params.ts'
import { isCovered } from './balances.ts'
import {
  clientBalanceRequirement,
  providerOf,
  dealCid,
  dealDuration,
  type DealProposal,
} from './deal.ts'
import { requestAllocations, requestDatacapBalance } from './requests.ts'
import type { MarketState } from './state.ts'

/** A proposal with ID addresses that can be published, and its place in the message. */
export interface ValidDeal {
  readonly index: number
  readonly deal: DealProposal
}

/** Proposals to one provider, on the state as it is when the batch is made. */
export class ProposalBatch {
  readonly valid: ValidDeal[] = []
  /** Verified ones, by client. */
  readonly verified = new Map<ActorId, DealProposal[]>()
  readonly #rt: Runtime<MarketState>
  readonly #state: MarketState
  readonly #provider: ActorId
  readonly #cids = new Set<string>()
  readonly #clientLockup = new Map<ActorId, TokenAmount>()
  readonly #datacapLeft = new Map<ActorId, TokenAmount>()
  #providerLockup = 0n

  constructor(rt: Runtime<MarketState>, provider: ActorId) {
    this.#rt = rt
    this.#state = rt.state()
    this.#provider = provider
  }

  /** Takes a proposal in, unless a side cannot pay for it, it is there already, or its client lacks datacap. */
  consider(index: number, proposal: DealProposal): void {
    const client = this.#rt.resolve(proposal.client)
    if (client === undefined) return
    const clientLockup = (this.#clientLockup.get(client) ?? 0n) + clientBalanceRequirement(proposal)
    if (!isCovered(this.#state, client, clientLockup)) return
    const providerLockup = this.#providerLockup + proposal.providerCollateral
    if (!isCovered(this.#state, this.#provider, providerLockup)) return

    const addresses = { client: idAddress(client), provider: idAddress(this.#provider) }
    const deal = { ...proposal, ...addresses }
    const cid = dealCid(deal)
    if (this.#state.pendingProposals.has(cid) || this.#cids.has(cid.key)) return
    if (deal.verifiedDeal && !this.#spendDatacap(client, deal)) return

    this.#providerLockup = providerLockup
    this.#clientLockup.set(client, clientLockup)
    this.#cids.add(cid.key)
    this.valid.push({ index, deal })
  }

  #spendDatacap(client: ActorId, deal: DealProposal): boolean {
    const left = this.#datacapLeft.get(client) ?? requestDatacapBalance(this.#rt, client)
    // The reference reads the size as signed.
    const needed = BigInt.asIntN(64, deal.pieceSize) * TOKEN_PRECISION
    const enough = left >= needed
    this.#datacapLeft.set(client, enough ? left - needed : left)
    if (enough) this.verified.set(client, [...(this.verified.get(client) ?? []), deal])
    return enough
  }
}

/**
 * Spends the datacap of a batch, client by client, and gives the allocations by the keys of the proposals' CIDs.
 * @throws ActorError `IllegalState` when a client's cannot be spent.
 */
export function allocateDatacap(rt: Runtime, batch: ProposalBatch): ReadonlyMap<string, bigint> {
  const all = new Map<string, bigint>()
  const clients = [...batch.verified].sort(([a], [b]) => a - b)
  for (const [client, deals] of clients) {
    const ids = requestAllocations(
      rt,
      client,
      deals.map((deal) => allocationRequest(rt, deal)),
    )
    if (ids.length !== deals.length)
      throw new ActorError(ExitCode.IllegalState, `${ids.length} ids, ${deals.length} requests`)
    for (const [i, deal] of deals.entries()) all.set(dealCid(deal).key, ids[i]!)
  }
  return all
}

function allocationRequest({ policy, epoch }: Runtime, deal: DealProposal): AllocationRequest {
  const { pieceCid: data, pieceSize: size, startEpoch } = deal
  const termMin = Number(dealDuration(deal))
  const longest = termMin + policy.marketDefaultAllocationTermBuffer
  const latest = BigInt(epoch + policy.maximumVerifiedAllocationExpiration)
  return {
    provider: BigInt(providerOf(deal)),
    data,
    size,
    termMin,
    termMax: Math.min(longest, policy.maximumVerifiedAllocationTerm),
    expiration: Number(min(startEpoch, latest)),
  }
}
