/** Sectors that a network is born with: pre-committed like others, and activated by the system actor without a proof. */
import { type BatchReturn, allOk, successes } from '../batch-return.ts'
import { MarketMethod } from '../market/params.ts'
import { returned } from '../returned.ts'
import { ExitCode, Payload, require, type Runtime } from '../runtime.ts'
import { MARKET_ACTOR, SYSTEM_ACTOR } from '../singletons.ts'
import { type ActivatedData, claimAllocations } from './data-activation.ts'
import { emitSectorActivated } from './events.ts'
import { type ActivatedDeal, BatchActivateDealsParams, BatchActivateDealsResult } from './ext.ts'
import type { SectorPreCommitOnChainInfo } from './precommit-info.ts'
import { activateNewSectors } from './sector-activation.ts'
import type { InternalSectorSetupForPresealParams } from './sector-params.ts'
import type { MinerState } from './state.ts'

/**
 * Activates pre-committed sectors of a genesis, with their deals. Numbers that are not pre-committed are passed over.
 * @throws ActorError `IllegalArgument` when no sector's deals can be activated.
 * @see builtin-actors `actors/miner/src/lib.rs`, `internal_sector_setup_preseal`
 */
export function internalSectorSetupForPreseal(
  rt: Runtime<MinerState>,
  params: InternalSectorSetupForPresealParams,
): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  const { preCommittedSectors } = rt.state()
  const preCommits = params.sectors.flatMap((number) => preCommittedSectors.get(number) ?? [])
  const { activationResults, activations } = activateDeals(rt, preCommits)
  require(activationResults.successCount >
    0, ExitCode.IllegalArgument, 'all deals failed to activate')
  const activated = successes(activationResults, preCommits)
  const deals = activations.map(({ activated }) => activated)
  const claims = claimAllocations(
    rt,
    activated.map((p, i) => claimsOf(p, deals[i]!)),
    true,
  )
  const data = claims.sectorClaims.map((verifiedSpace, i) => ({
    verifiedSpace,
    unverifiedSpace: sumUnverified(deals[i]!),
  }))
  activateNewSectors(rt, activated, data satisfies ActivatedData[], {
    reward: params.rewardSmoothed,
    qaPower: params.qualityAdjPowerSmoothed,
    baselinePower: params.rewardBaselinePower,
    circulatingSupply: rt.circulatingSupply,
    epochsSinceRampStart: 0,
    rampDurationEpochs: 0,
  })
  for (const [i, { info }] of activated.entries()) {
    const pieces = deals[i]!.map(({ data: cid, size }) => ({ cid, size }))
    emitSectorActivated(rt, info.sectorNumber, info.unsealedCid, pieces)
  }
}

/** Has the market activate the sectors' deals; without any it is not asked. */
function activateDeals(
  rt: Runtime,
  preCommits: readonly SectorPreCommitOnChainInfo[],
): BatchActivateDealsResult {
  if (preCommits.every(({ info }) => info.dealIds.length === 0)) {
    const activationResults: BatchReturn = allOk(preCommits.length)
    return { activationResults, activations: preCommits.map(() => NO_DEALS) }
  }
  const params = Payload.of(BatchActivateDealsParams, {
    sectors: preCommits.map(({ info }) => ({
      sectorNumber: info.sectorNumber,
      sectorType: info.sealProof,
      sectorExpiry: info.expiration,
      dealIds: info.dealIds,
    })),
    computeCid: false,
  })
  const result = rt.send(MARKET_ACTOR, MarketMethod.BatchActivateDeals, params, 0n)
  return returned(result, BatchActivateDealsResult)
}

const NO_DEALS = { activated: [], unsealedCid: null }
const NO_ALLOCATION_ID = 0n

function claimsOf({ info }: SectorPreCommitOnChainInfo, deals: readonly ActivatedDeal[]) {
  const verified = deals.filter(({ allocationId }) => allocationId !== NO_ALLOCATION_ID)
  return {
    sector: info.sectorNumber,
    expiry: info.expiration,
    claims: verified.map(({ client, allocationId, data, size }) => ({
      client: BigInt(client),
      allocationId,
      data,
      size,
    })),
  }
}

function sumUnverified(deals: readonly ActivatedDeal[]): bigint {
  let sum = 0n
  for (const { allocationId, size } of deals) if (allocationId === NO_ALLOCATION_ID) sum += size
  return sum
}
