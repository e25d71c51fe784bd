/** Storage providers: who controls them, what power and what money they have. */
import { availableBalance } from '../../actors/miner/balances.ts'
import type { MinerInfo } from '../../actors/miner/info.ts'
import { loadVestingFunds } from '../../actors/miner/vesting-table.ts'
import { currentTotalPower } from '../../actors/power/claims.ts'
import { meetsConsensusMinimum } from '../../actors/power/policy.ts'
import type { PowerState } from '../../actors/power/state.ts'
import { POWER_ACTOR } from '../../actors/singletons.ts'
import { integerToJson, listToJson } from '../../engine/chain/lotus-json.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { defined } from '../../primitives/assert.ts'
import { encodeBase64 } from '../../primitives/base64.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { StoragePower } from '../../primitives/units.ts'
import { decodeUvarint } from '../../primitives/varint.ts'
import { minerOf, NO_ADDRESS, resolveIn, shownAddress, stateAfter } from '../actors.ts'
import { encodeBase58 } from '../base58.ts'
import type { RpcContext } from '../context.ts'
import { address, tipsetKey } from '../decoders.ts'
import { method } from '../method.ts'
import { tipsetOf } from '../tipsets.ts'

export const minerMethods = [
  method<[readonly Cid[]]>('Filecoin.StateListMiners', [tipsetKey], (context, key) => {
    const { claims } = powerAfter(context, key)
    return [...claims.keys()].map((id) => shownAddress(context, idAddress(id)))
  }),
  method<[Address, readonly Cid[]]>(
    'Filecoin.StateMinerInfo',
    [address, tipsetKey],
    (context, miner, key) => {
      const { state } = minerOf(context, tipsetOf(context, key), miner)
      return infoToJson(state.info.get(), (who) => shownAddress(context, who))
    },
  ),
  method<[Address, readonly Cid[]]>(
    'Filecoin.StateMinerPower',
    [address, tipsetKey],
    (context, miner, key) => {
      const power = powerAfter(context, key)
      const id = resolveIn(stateAfter(context, tipsetOf(context, key)), miner)
      const claim = id === undefined ? undefined : power.claims.get(id)
      const total = currentTotalPower(power)
      const minimum = context.node.params.policy.minimumConsensusPower
      return {
        MinerPower: powerToJson(claim?.rawBytePower ?? 0n, claim?.qualityAdjPower ?? 0n),
        TotalPower: powerToJson(total.raw, total.qa),
        HasMinPower:
          claim !== undefined &&
          meetsConsensusMinimum(claim.rawBytePower, minimum, power.minerAboveMinPowerCount),
      }
    },
  ),
  method<[Address, readonly Cid[]]>(
    'Filecoin.StateMinerAvailableBalance',
    [address, tipsetKey],
    (context, miner, key) => {
      const tipset = tipsetOf(context, key)
      const { actor, state } = minerOf(context, tipset, miner)
      const vested = loadVestingFunds(state.vestingFunds)
        .filter(({ epoch }) => epoch < tipset.height)
        .reduce((sum, { amount }) => sum + amount, 0n)
      return (availableBalance(state, actor.balance) + vested).toString()
    },
  ),
]

function powerAfter(context: RpcContext, key: readonly Cid[]): PowerState {
  const state = stateAfter(context, tipsetOf(context, key))
  return defined(state.get(POWER_ACTOR), 'power actor').state.get() as PowerState
}

const powerToJson = (raw: StoragePower, qa: StoragePower) => ({
  RawBytePower: raw.toString(),
  QualityAdjPower: qa.toString(),
})

function infoToJson(info: MinerInfo, shown: (address: Address) => string) {
  const { beneficiaryTerm: term, pendingBeneficiaryTerm: pending, pendingWorkerKey } = info
  return {
    Owner: shown(info.owner),
    Worker: shown(info.worker),
    NewWorker: pendingWorkerKey ? shown(pendingWorkerKey.newWorker) : NO_ADDRESS,
    ControlAddresses: listToJson(info.controlAddresses, shown),
    WorkerChangeEpoch: pendingWorkerKey?.effectiveAt ?? -1,
    PeerId: peerIdToJson(info.peerId),
    Multiaddrs: listToJson(info.multiaddrs, encodeBase64),
    WindowPoStProofType: info.windowPoStProofType,
    SectorSize: integerToJson(info.sectorSize),
    WindowPoStPartitionSectors: info.windowPoStPartitionSectors,
    ConsensusFaultElapsed: info.consensusFaultElapsed,
    PendingOwnerAddress: info.pendingOwnerAddress && shown(info.pendingOwnerAddress),
    Beneficiary: shown(info.beneficiary),
    BeneficiaryTerm: {
      Quota: term.quota.toString(),
      UsedQuota: term.usedQuota.toString(),
      Expiration: integerToJson(term.expiration),
    },
    PendingBeneficiaryTerm: pending && {
      NewBeneficiary: shown(pending.newBeneficiary),
      NewQuota: pending.newQuota.toString(),
      NewExpiration: integerToJson(pending.newExpiration),
      ApprovedByBeneficiary: pending.approvedByBeneficiary,
      ApprovedByNominee: pending.approvedByNominee,
    },
  }
}

/** A peer id in base58; null for bytes that are no multihash. */
function peerIdToJson(bytes: Uint8Array): string | null {
  try {
    const [, afterCode] = decodeUvarint(bytes, 0)
    const [length, start] = decodeUvarint(bytes, afterCode)
    return length === BigInt(bytes.length - start) ? encodeBase58(bytes) : null
  } catch {
    return null // a miner may announce any bytes
  }
}
