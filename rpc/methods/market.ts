/** Deals of the storage market, who has money in it, and what a deal must be backed with. Reference: Lotus `node/impl/full/state.go`. */
import { balanceIn } from '../../actors/market/balances.ts'
import type { DealProposal, DealState } from '../../actors/market/deal.ts'
import { dealProviderCollateralBounds } from '../../actors/market/policy.ts'
import type { MarketState } from '../../actors/market/state.ts'
import { EPOCH_UNDEFINED } from '../../actors/policy.ts'
import type { PowerState } from '../../actors/power/state.ts'
import type { RewardState } from '../../actors/reward/state.ts'
import { MARKET_ACTOR, POWER_ACTOR, REWARD_ACTOR } from '../../actors/singletons.ts'
import { integerToJson } from '../../engine/chain/lotus-json.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import type { Cid } from '../../primitives/cid.ts'
import { floorDiv, type TokenAmount } from '../../primitives/units.ts'
import { idIn, shownAddress, singletonState } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { address, bool, cid, tipsetKey, uint } from '../decoders.ts'
import { refused } from '../errors.ts'
import { method } from '../method.ts'
import { supplyAfter } from '../supply.ts'

/** Lotus proposes a tenth more than the market demands, which may have risen when the deal is published. */
const COLLATERAL_MARGIN = [110n, 100n] as const

export const marketMethods = [
  method<[Address, readonly Cid[]]>(
    'Filecoin.StateMarketBalance',
    [address, tipsetKey],
    (context, who, key) => balanceToJson(marketAfter(context, key), idIn(context, who, key)),
  ),
  method<[readonly Cid[]]>('Filecoin.StateMarketParticipants', [tipsetKey], (context, key) => {
    const state = marketAfter(context, key)
    return Object.fromEntries(
      Array.from(state.escrowTable.keys(), (id) => [
        shownAddress(context, idAddress(id)),
        balanceToJson(state, id),
      ]),
    )
  }),
  method<[readonly Cid[]]>('Filecoin.StateMarketDeals', [tipsetKey], (context, key) => {
    const state = marketAfter(context, key)
    return Object.fromEntries(
      Array.from(state.proposals.numberEntries(), ([id, deal]) => [
        String(id),
        dealToJson(context, deal, state.states.get(id)),
      ]),
    )
  }),
  method<[number, readonly Cid[]]>(
    'Filecoin.StateMarketStorageDeal',
    [uint, tipsetKey],
    (context, id, key) =>
      dealToJson(context, dealOf(context, id, key), marketAfter(context, key).states.get(id)),
  ),
  method<[Cid, readonly Cid[]]>(
    'Filecoin.StateMarketProposalPending',
    [cid, tipsetKey],
    (context, proposal, key) => marketAfter(context, key).pendingProposals.has(proposal),
  ),
  method<[number, boolean, readonly Cid[]]>(
    'Filecoin.StateDealProviderCollateralBounds',
    [uint, bool, tipsetKey],
    (context, size, _verified, key) => {
      const { min, max } = dealProviderCollateralBounds(
        context.node.params.policy,
        BigInt(size),
        singletonState<PowerState>(context, key, POWER_ACTOR).totalRawBytePower,
        singletonState<RewardState>(context, key, REWARD_ACTOR).thisEpochBaselinePower,
        supplyAfter(context, key).filCirculating,
      )
      const [more, than] = COLLATERAL_MARGIN
      return { Min: floorDiv(min * more, than).toString(), Max: max.toString() }
    },
  ),
]

/** A published deal. @throws RpcError */
export function dealOf(context: RpcContext, id: number, key: readonly Cid[]): DealProposal {
  const found = marketAfter(context, key).proposals.get(id)
  if (found) return found
  throw refused(
    `deal ${id} not found - deal may not have completed sealing before deal proposal start epoch, or deal may have been slashed`,
  )
}

const marketAfter = (context: RpcContext, key: readonly Cid[]): MarketState =>
  singletonState(context, key, MARKET_ACTOR)

function balanceToJson(
  { escrowTable, lockedTable }: MarketState,
  id: Parameters<typeof balanceIn>[1],
): { Escrow: string; Locked: string } {
  const inText = (amount: TokenAmount): string => amount.toString()
  return {
    Escrow: inText(balanceIn(escrowTable, id)),
    Locked: inText(balanceIn(lockedTable, id)),
  }
}

/** @param state - undefined while the deal is in no sector. */
function dealToJson(context: RpcContext, deal: DealProposal, state: DealState | undefined) {
  return {
    Proposal: {
      PieceCID: deal.pieceCid.toJSON(),
      PieceSize: integerToJson(deal.pieceSize),
      VerifiedDeal: deal.verifiedDeal,
      Client: shownAddress(context, deal.client),
      Provider: shownAddress(context, deal.provider),
      // A label of bytes is an empty string in go-state-types' JSON.
      Label: typeof deal.label === 'string' ? deal.label : '',
      StartEpoch: integerToJson(deal.startEpoch),
      EndEpoch: integerToJson(deal.endEpoch),
      StoragePricePerEpoch: deal.storagePricePerEpoch.toString(),
      ProviderCollateral: deal.providerCollateral.toString(),
      ClientCollateral: deal.clientCollateral.toString(),
    },
    State: {
      SectorNumber: integerToJson(state?.sectorNumber ?? 0n),
      SectorStartEpoch: state?.sectorStartEpoch ?? EPOCH_UNDEFINED,
      LastUpdatedEpoch: state?.lastUpdatedEpoch ?? EPOCH_UNDEFINED,
      SlashEpoch: state?.slashEpoch ?? EPOCH_UNDEFINED,
    },
  }
}
