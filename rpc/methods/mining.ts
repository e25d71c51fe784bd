/** What the software of a provider needs for its own elections. Reference: Lotus `chain/stmgr/actors.go` (`MinerGetBaseInfo`). */
import type { MinerState } from '../../actors/miner/state.ts'
import { currentTotalPower } from '../../actors/power/claims.ts'
import type { SectorInfo } from '../../actors/proof-info.ts'
import { beaconEntryToJson } from '../../engine/chain/block-json.ts'
import { integerToJson } from '../../engine/chain/lotus-json.ts'
import { beaconRound } from '../../engine/consensus/beacon-entries.ts'
import {
  isEligible,
  lookbackFor,
  powerStateOf,
  workerKey,
} from '../../engine/consensus/lookback.ts'
import { beaconEntries } from '../../engine/consensus/producer.ts'
import { winningPostRandomness } from '../../engine/consensus/winning-post.ts'
import { challengedSector } from '../../engine/consensus/winning-sector.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { defined } from '../../primitives/assert.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { idIn, minerOf, shownAddress } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { address, epoch, tipsetKey } from '../decoders.ts'
import { refused } from '../errors.ts'
import { method } from '../method.ts'
import { tipsetOf } from '../tipsets.ts'

export const miningMethods = [
  method<[Address, ChainEpoch, readonly Cid[]]>(
    'Filecoin.MinerGetBaseInfo',
    [address, epoch, tipsetKey],
    baseInfo,
  ),
  method<[ChainEpoch]>('Filecoin.StateGetBeaconEntry', [epoch], ({ node }, at) =>
    beaconEntryToJson(node.crypto.beaconEntry(beaconRound(at))),
  ),
]

/**
 * What an election of `round` on a tipset is held with. Power that was given without sectors is proven by nobody, so
 * there may be no sector to prove.
 */
function baseInfo(context: RpcContext, who: Address, round: ChainEpoch, key: readonly Cid[]) {
  const { node } = context
  const { params, crypto, store } = node
  const base = tipsetOf(context, key)
  if (round <= base.height) throw refused(`round ${round} is not after the tipset's ${base.height}`)
  const { state } = minerOf(context, base, who)
  const miner = idIn(context, who, key)
  const lookback = lookbackFor(store, base, round, params.policy.chainFinality)
  if (!lookback.state.get(miner)) return null
  const power = powerStateOf(lookback.state)
  const entries = beaconEntries(crypto, base.height, round)
  const previous = defined(base.blocks[0]!.beaconEntries.at(-1), 'a beacon entry')
  const { data } = entries.at(-1) ?? previous
  const randomness = winningPostRandomness(data, round, idAddress(miner).bytes)
  const sector = challengedSector(lookback.state, miner, randomness)
  const minimum = params.policy.minimumConsensusPower
  return {
    MinerPower: (power.claims.get(miner)?.qualityAdjPower ?? 0n).toString(),
    NetworkPower: currentTotalPower(power).qa.toString(),
    Sectors: sector
      ? [sectorToJson(lookback.state.get(miner)!.state.get() as MinerState, sector)]
      : [],
    WorkerKey: shownAddress(context, defined(workerKey(lookback.state, miner), 'worker')),
    SectorSize: integerToJson(state.info.get().sectorSize),
    PrevBeaconEntry: beaconEntryToJson(previous),
    BeaconEntries: entries.length === 0 ? null : entries.map(beaconEntryToJson),
    EligibleForMining: isEligible(store, base, lookback, miner, minimum),
  }
}

const sectorToJson = ({ sectors }: MinerState, { proof, sectorNumber, sealedCid }: SectorInfo) => ({
  SealProof: proof,
  SectorNumber: integerToJson(sectorNumber),
  SectorKey: sectors.get(sectorNumber)?.sectorKeyCid?.toJSON() ?? null,
  SealedCID: sealedCid.toJSON(),
})
