/**
 * What sectors and new miners must put up. Lotus names a tenth more than the actors would take now, since the message that
 * pays it is executed later. Reference: Lotus `node/impl/full/state.go`.
 */
import { type DealProposal, dealDuration, providerOf } from '../../actors/market/deal.ts'
import {
  createMinerDeposit,
  initialPledgeForPower,
  type PledgeInputs,
  preCommitDepositForPower,
} from '../../actors/miner/monies.ts'
import { qaPowerForWeight, qaPowerMax, sealProofInfo } from '../../actors/miner/policy.ts'
import type { PowerState } from '../../actors/power/state.ts'
import { POWER_ACTOR } from '../../actors/singletons.ts'
import { pledgeInputs } from '../../engine/genesis.ts'
import { readInteger, readList, readObject, readUint } from '../../engine/chain/lotus-json.ts'
import type { Address } from '../../primitives/address.ts'
import type { Cid } from '../../primitives/cid.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import {
  type ActorId,
  type ChainEpoch,
  floorDiv,
  type StoragePower,
  type TokenAmount,
} from '../../primitives/units.ts'
import { idIn, singletonState, stateAfter } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { address, integer, tipsetKey, uint } from '../decoders.ts'
import { refused } from '../errors.ts'
import { type Decoder, method, type Method } from '../method.ts'
import { supplyAfter } from '../supply.ts'
import { tipsetOf } from '../tipsets.ts'
import { dealOf } from './market.ts'

/** What of a pre-commitment prices depend on. */
interface PreCommit {
  readonly sectorSize: bigint
  readonly dealIds: readonly number[]
  readonly expiration: ChainEpoch
}

/** A `SectorPreCommitInfo`; fields that prices do not depend on may be missing. */
const preCommit: Decoder<PreCommit> = (value) => {
  const fields = readObject(value, 'SectorPreCommitInfo')
  const sealProof = readUint(fields, 'SealProof')
  const info = sealProofInfo(sealProof)
  if (!info) throw new InvalidInput('SealProof', `unknown seal proof type ${sealProof}`)
  return {
    sectorSize: info.sectorSize,
    dealIds: readList(fields, 'DealIDs', (id, name) => readUint({ [name]: id }, name)),
    expiration: Number(readInteger(fields, 'Expiration', -MAX_EPOCH, MAX_EPOCH)),
  }
}

const MAX_EPOCH = BigInt(Number.MAX_SAFE_INTEGER)

/** A method about the price of a sector that a miner pre-commits. */
const aboutPreCommit = (
  name: string,
  price: (context: RpcContext, miner: Address, info: PreCommit, key: readonly Cid[]) => TokenAmount,
): Method =>
  method<[Address, PreCommit, readonly Cid[]]>(
    `Filecoin.${name}`,
    [address, preCommit, tipsetKey],
    (context, miner, info, key) => withMargin(price(context, miner, info, key)).toString(),
  )

export const pledgeMethods = [
  aboutPreCommit('StateMinerPreCommitDepositForPower', (context, _miner, { sectorSize }, key) =>
    preCommitDepositForPower(inputsAfter(context, key), qaPowerMax(sectorSize)),
  ),
  aboutPreCommit('StateMinerInitialPledgeCollateral', (context, miner, info, key) =>
    initialPledgeForPower(
      qaPowerOf(context, idIn(context, miner, key), info, key),
      inputsAfter(context, key),
    ),
  ),
  method<[ChainEpoch, number, number, readonly Cid[]]>(
    'Filecoin.StateMinerInitialPledgeForSector',
    [integer, uint, uint, tipsetKey],
    (context, duration, size, verified, key) => {
      if (duration <= 0) throw refused('sector duration must greater than 0')
      if (size === 0) throw refused('sector size must be non-zero')
      if (verified > size) throw refused('verified size must be less than or equal to sector size')
      const weight = BigInt(verified) * BigInt(duration)
      const power = qaPowerForWeight(BigInt(size), duration, weight)
      return withMargin(initialPledgeForPower(power, inputsAfter(context, key))).toString()
    },
  ),
  method<[readonly Cid[]]>('Filecoin.StateMinerCreationDeposit', [tipsetKey], (context, key) =>
    createMinerDeposit(context.node.params.policy, inputsAfter(context, key)).toString(),
  ),
]

const withMargin = (amount: TokenAmount): TokenAmount => floorDiv(amount * 110n, 100n)

function inputsAfter(context: RpcContext, key: readonly Cid[]): PledgeInputs {
  const tipset = tipsetOf(context, key)
  return pledgeInputs(
    stateAfter(context, tipset),
    singletonState<PowerState>(context, key, POWER_ACTOR),
    { epoch: tipset.height, circulatingSupply: supplyAfter(context, key).filCirculating },
  )
}

/** Power of a sector with its deals. @throws RpcError for a deal that cannot be activated in it. */
function qaPowerOf(
  context: RpcContext,
  miner: ActorId,
  { sectorSize, dealIds, expiration }: PreCommit,
  key: readonly Cid[],
): StoragePower {
  const { height } = tipsetOf(context, key)
  if (expiration <= height) throw refused(`sector expiration ${expiration} is not after ${height}`)
  let verifiedWeight = 0n
  for (const [i, id] of dealIds.entries()) {
    if (dealIds.indexOf(id) < i) throw refused(`deal ID ${id} present multiple times`)
    const deal = dealOf(context, id, key)
    const why = activationRefusal(deal, miner, height, expiration)
    if (why !== undefined) throw refused(`cannot activate deal ${id}: ${why}`)
    if (deal.verifiedDeal) verifiedWeight += deal.pieceSize * dealDuration(deal)
  }
  return qaPowerForWeight(sectorSize, expiration - height, verifiedWeight)
}

/** Why a deal cannot be put into a sector from now until it expires; undefined where it can. */
function activationRefusal(
  deal: DealProposal,
  miner: ActorId,
  now: ChainEpoch,
  expiration: ChainEpoch,
): string | undefined {
  if (providerOf(deal) !== miner)
    return `proposal has provider f0${providerOf(deal)}, must be f0${miner}`
  if (BigInt(now) > deal.startEpoch)
    return `proposal start epoch ${deal.startEpoch} has already elapsed at ${now}`
  if (deal.endEpoch > BigInt(expiration))
    return `proposal expiration ${deal.endEpoch} exceeds sector expiration ${expiration}`
  return undefined
}
