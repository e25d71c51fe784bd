/**
 * Deals whose data is put into a sector: checked before it is sealed, and active from when it is proven.
 * @see builtin-actors `actors/market/src/lib.rs`
 */
import type { Cid } from '../../primitives/cid.ts'
import type { ActorId, ChainEpoch } from '../../primitives/units.ts'
import { batchReturn } from '../batch-return.ts'
import { sealProofInfo } from '../miner/policy.ts'
import { EPOCH_UNDEFINED } from '../policy.ts'
import { ActorError, type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { clientOf, dealCid, type DealProposal, providerOf } from './deal.ts'
import { findDealState, findProposal, getProposal, missingDealCode } from './deals.ts'
import { emitDeal } from './events.ts'
import {
  type ActivatedDeal,
  type BatchActivateDealsParams,
  type BatchActivateDealsResult,
  MarketExitCode,
  type SectorDeals,
  type VerifyDealsForActivationParams,
  type VerifyDealsForActivationReturn,
} from './params.ts'
import { addDealsToSector } from './provider-sectors.ts'
import type { DealId, MarketState } from './state.ts'

type MarketDraft = Draft<MarketState>

/** Allocation of a deal that is not verified. */
const NO_ALLOCATION_ID = 0n

/**
 * CommD of what deals put into each sector of the calling miner.
 * @throws ActorError when a deal of any of them could not be activated by then.
 */
export function verifyDealsForActivation(
  rt: Runtime<MarketState>,
  { sectors }: VerifyDealsForActivationParams,
): VerifyDealsForActivationReturn {
  rt.acceptCallerType('storageminer')
  const state = rt.state()
  return { unsealedCids: sectors.map((sector) => verifySector(rt, state, sector)) }
}

/** Activates the deals of each sector of the calling miner: all of a sector's or none. */
export function batchActivateDeals(
  rt: Runtime<MarketState>,
  { sectors, computeCid }: BatchActivateDealsParams,
): BatchActivateDealsResult {
  rt.acceptCallerType('storageminer')
  const codes: ExitCode[] = []
  const activations: BatchActivateDealsResult['activations'][number][] = []
  rt.transaction((state) => {
    const batch = new Activations(rt, state)
    for (const sector of sectors) {
      const deals = activatable(batch, sector)
      if (typeof deals === 'number') {
        codes.push(deals)
        continue
      }
      const ids = sector.dealIds.map(Number)
      const activated = ids.map((id, i) => activatedDeal(batch, id, deals[i]!, sector))
      const withCid = computeCid && deals.length > 0
      const unsealedCid = withCid ? dataCommitment(rt, deals, sector.sectorType) : null
      batch.add(sector.sectorNumber, ids)
      activations.push({ activated, unsealedCid })
      for (const [i, id] of ids.entries()) emitDeal(rt, 'deal-activated', id, deals[i]!)
      codes.push(ExitCode.Ok)
    }
    batch.save()
  })
  return { activationResults: batchReturn(codes), activations }
}

/** Deals that one message activates. They are put into the state at its end: until then all are judged by what was. */
export class Activations {
  readonly rt: Runtime
  readonly #state: MarketDraft
  readonly #states = new Map<DealId, bigint>()
  readonly #sectors: [sector: bigint, deals: readonly DealId[]][] = []

  constructor(rt: Runtime, state: MarketDraft) {
    this.rt = rt
    this.#state = state
  }

  has(id: bigint): boolean {
    return this.#states.has(Number(id))
  }

  /**
   * The proposal of a deal that can be activated in a sector that lasts until `commitment`, or why it cannot.
   * @throws ActorError `IllegalState` for the one number that cannot be looked up.
   */
  check(id: bigint, commitment: ChainEpoch): DealProposal | ExitCode {
    const deal = findProposal(this.#state, id)
    if (!deal) return missingDealCode(this.#state, id)
    const { caller, epoch } = this.rt
    const refusal = activationRefusal(deal, caller, commitment, epoch)
    if (refusal !== ExitCode.Ok) return refusal
    if (findDealState(this.#state, id)) return ExitCode.IllegalArgument
    return this.#state.pendingProposals.has(dealCid(deal)) ? deal : ExitCode.IllegalState
  }

  /** Notes an active deal, and gives the allocation it was waiting with. */
  activate(id: DealId, sector: bigint): bigint | undefined {
    this.#states.set(id, sector)
    const pending = this.#state.pendingDealAllocationIds
    this.#state.pendingDealAllocationIds = pending.delete(id)
    return pending.get(id)
  }

  /** Notes the deals of a sector. */
  add(sector: bigint, deals: readonly DealId[]): void {
    this.#sectors.push([sector, deals])
  }

  save(): void {
    const undefinedEpochs = { lastUpdatedEpoch: EPOCH_UNDEFINED, slashEpoch: EPOCH_UNDEFINED }
    const sectorStartEpoch = this.rt.epoch
    this.#state.states = this.#state.states.setAll(
      Array.from(this.#states, ([id, sectorNumber]) => [
        id,
        { sectorNumber, sectorStartEpoch, ...undefinedEpochs },
      ]),
    )
    for (const [sector, deals] of this.#sectors)
      addDealsToSector(this.#state, this.rt.caller, sector, deals)
  }
}

function verifySector(rt: Runtime, state: MarketState, sector: SectorDeals): Cid | null {
  const seen = new Set<bigint>()
  const deals = sector.dealIds.map((id) => {
    require(!seen.has(id), ExitCode.IllegalArgument, `duplicate deal ID ${id} in sector`)
    seen.add(id)
    return getProposal(state, id)
  })
  const sectorSize = sealProofInfo(sector.sectorType)?.sectorSize
  require(sectorSize !== undefined, ExitCode.IllegalArgument, 'sector size unknown')
  for (const deal of deals) {
    const refusal = activationRefusal(deal, rt.caller, sector.sectorExpiry, rt.epoch)
    if (refusal !== ExitCode.Ok) throw new ActorError(refusal, 'cannot activate deal')
  }
  const space = deals.reduce((sum, { pieceSize }) => sum + pieceSize, 0n)
  require(space <= sectorSize, ExitCode.IllegalArgument, `${space} bytes of deals do not fit`)
  return deals.length === 0 ? null : dataCommitment(rt, deals, sector.sectorType)
}

/** Why a deal cannot be activated by a provider in a sector that expires then; `Ok` if it can. */
function activationRefusal(
  deal: DealProposal,
  provider: ActorId,
  sectorExpiration: ChainEpoch,
  now: ChainEpoch,
): ExitCode {
  if (providerOf(deal) !== provider) return ExitCode.Forbidden
  if (now > deal.startEpoch) return MarketExitCode.DealExpired
  return deal.endEpoch > sectorExpiration ? ExitCode.IllegalArgument : ExitCode.Ok
}

/** The proposals of a sector's deals, or why not all can be activated. */
function activatable(batch: Activations, sector: SectorDeals): DealProposal[] | ExitCode {
  if (new Set(sector.dealIds).size < sector.dealIds.length) return ExitCode.IllegalArgument
  const deals: DealProposal[] = []
  for (const id of sector.dealIds) {
    if (batch.has(id)) return ExitCode.IllegalArgument
    const deal = batch.check(id, sector.sectorExpiry)
    if (typeof deal === 'number') return deal
    deals.push(deal)
  }
  return deals
}

function activatedDeal(
  batch: Activations,
  id: DealId,
  deal: DealProposal,
  { sectorNumber }: SectorDeals,
): ActivatedDeal {
  const allocationId = batch.activate(id, sectorNumber) ?? NO_ALLOCATION_ID
  return { client: clientOf(deal), allocationId, data: deal.pieceCid, size: deal.pieceSize }
}

function dataCommitment(rt: Runtime, deals: readonly DealProposal[], sealProof: number): Cid {
  const pieces = deals.map(({ pieceSize: size, pieceCid: cid }) => ({ size, cid }))
  const commD = rt.syscalls.computeUnsealedSectorCid(sealProof, pieces)
  if (commD) return commD
  throw new ActorError(ExitCode.IllegalArgument, 'failed to compute unsealed sector CID')
}
