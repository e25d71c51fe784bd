/** Paying providers for the deals they have kept so far, which anybody may ask for. */
import type { Bitfield } from '../../primitives/bitfield.ts'
import type { TokenAmount } from '../../primitives/units.ts'
import { batchReturn } from '../batch-return.ts'
import { EPOCH_UNDEFINED } from '../policy.ts'
import { ActorError, type Draft, ExitCode, require, type Runtime } from '../runtime.ts'
import { type DealProposal, type DealState, providerOf } from './deal.ts'
import { findProposal, loadDeal, processDealUpdate, removeCompletedDeal } from './deals.ts'
import { emitDeal } from './events.ts'
import {
  type DealSettlementSummary,
  MarketExitCode,
  type SettleDealPaymentsReturn,
} from './params.ts'
import { removeDealFromSector } from './provider-sectors.ts'
import { burnFunds } from './requests.ts'
import type { DealId, MarketState } from './state.ts'

/** More deals than the gas of any message pays for. */
const SETTLED_AT_ONCE_MAX = 1 << 20

/**
 * Settles deals up to now, each on its own. Those that ended are taken out; those that were not activated in time too, and
 * their providers' collateral is burnt.
 *
 * @throws ActorError `IllegalArgument` for a deal that still waits to be slashed.
 * @see builtin-actors `actors/market/src/lib.rs`, `settle_deal_payments`
 */
export function settleDealPayments(
  rt: Runtime<MarketState>,
  deals: Bitfield,
): SettleDealPaymentsReturn {
  rt.acceptAnyCaller()
  const ids = payable(rt, deals)
  const codes: ExitCode[] = []
  const settlements: DealSettlementSummary[] = []
  const slashed = rt.transaction((state) => {
    let sum = 0n
    for (const id of ids) {
      const { code, penalty, settlement } = settle(rt, state, id)
      codes.push(code)
      sum += penalty ?? 0n
      if (settlement) settlements.push(settlement)
    }
    return sum
  })
  burnFunds(rt, slashed)
  return { results: batchReturn(codes), settlements }
}

interface Settled {
  readonly code: ExitCode
  readonly penalty?: TokenAmount
  readonly settlement?: DealSettlementSummary
}

function settle(rt: Runtime, state: Draft<MarketState>, id: bigint): Settled {
  const deal = findProposal(state, id)
  if (!deal) return { code: MarketExitCode.DealExpired }
  const dealId = Number(id)
  const loaded = orCode(() => loadDeal(state, rt.epoch, dealId, deal))
  if (typeof loaded === 'number') return { code: loaded }
  if (loaded.is === 'early')
    return { code: ExitCode.Ok, settlement: { payment: 0n, completed: false } }
  if (loaded.is === 'timed-out')
    return { code: MarketExitCode.DealExpired, penalty: loaded.penalty }
  return settleActive(rt, state, dealId, deal, loaded.state)
}

function settleActive(
  rt: Runtime,
  state: Draft<MarketState>,
  id: DealId,
  deal: DealProposal,
  active: DealState,
): Settled {
  const waits = active.slashEpoch !== EPOCH_UNDEFINED
  require(!waits, ExitCode.IllegalArgument, `deal ${id} is marked for termination`)
  const update = orCode(() => processDealUpdate(state, active, deal, rt.epoch))
  if (typeof update === 'number') return { code: update }
  const { payment, completed, remove } = update
  if (remove) {
    removeCompletedDeal(state, id)
    removeDealFromSector(state, providerOf(deal), active.sectorNumber, id)
  } else state.states = state.states.set(id, { ...active, lastUpdatedEpoch: rt.epoch })
  if (completed) emitDeal(rt, 'deal-completed', id, deal)
  return { code: ExitCode.Ok, settlement: { payment, completed: remove } }
}

function payable(rt: Runtime, deals: Bitfield): Iterable<bigint> {
  const ids = deals.boundedValues(SETTLED_AT_ONCE_MAX)
  if (ids) return ids
  rt.chargeGas('deals to settle', Number.MAX_SAFE_INTEGER)
  throw new ActorError(ExitCode.AssertionFailed, `${deals.count()} deals to settle`)
}

/** Fails one deal, not the message. */
function orCode<T extends object>(body: () => T): T | ExitCode {
  try {
    return body()
  } catch (error) {
    if (error instanceof ActorError) return error.exitCode
    throw error
  }
}
