/** What becomes of deals, as the market tells the outside (FIP-0083). */
import { actorIdUint, uint } from '../../primitives/codec.ts'
import { eventType, indexed } from '../event-entries.ts'
import type { Runtime } from '../runtime.ts'
import { clientOf, type DealProposal, providerOf } from './deal.ts'
import type { DealId } from './state.ts'

export function emitDeal(
  rt: Runtime,
  what: 'deal-published' | 'deal-activated' | 'deal-terminated' | 'deal-completed',
  id: DealId,
  deal: DealProposal,
): void {
  rt.emit([
    eventType(what),
    indexed('id', uint, id),
    indexed('client', actorIdUint, clientOf(deal)),
    indexed('provider', actorIdUint, providerOf(deal)),
  ])
}
