/** The state a fuzzed network starts from. */
import type { PowerState } from '../../actors/power/state.ts'
import { initialRewardState } from '../../actors/reward/logic.ts'
import { POWER_ACTOR, REWARD_ACTOR } from '../../actors/singletons.ts'
import { buildGenesis } from '../../engine/genesis.ts'
import type { NetworkParams } from '../../engine/network-params.ts'
import type { MachineContext } from '../../engine/vm/context.ts'
import { stateCodec, type StateTree } from '../../engine/vm/state-tree.ts'
import { blsAddress, secp256k1Address } from '../../primitives/address.ts'
import { Link } from '../../primitives/link.ts'
import type { Prng } from '../../primitives/prng.ts'
import { filterEstimate } from '../../primitives/smoothing.ts'
import { type ActorId, fil, TiB, type TokenAmount } from '../../primitives/units.ts'

const BLS_USERS = 8
const SECP_USERS = 4

/** Users with money, and a network that is large enough for fees and pledge to be what they are on a real one. */
export function fuzzGenesis(
  prng: Prng,
  params: NetworkParams,
  at: (circulatingSupply: TokenAmount) => MachineContext,
): { tree: StateTree; users: ActorId[] } {
  const keys = [
    ...Array.from({ length: BLS_USERS }, () => blsAddress(prng.bytes(48))),
    ...Array.from({ length: SECP_USERS }, () => secp256k1Address(prng.bytes(65))),
  ]
  const balance = fil('1000000')
  const accounts = keys.map((address) => ({ address, balance }))
  const verifregRoot = blsAddress(prng.bytes(48))
  const { tree } = buildGenesis({ params, verifregRoot, accounts, providers: [] }, at)
  tree.update(POWER_ACTOR, {
    state: Link.to(
      stateCodec('storagepower'),
      endowed(tree.get(POWER_ACTOR)!.state.get() as PowerState, params),
    ),
  })
  const raw = params.preset === 'mainnet' ? RAW_POWER : 0n
  tree.update(REWARD_ACTOR, { state: Link.to(stateCodec('reward'), initialRewardState(raw)) })
  return { tree, users: keys.map((key) => tree.resolve(key)!) }
}

const RAW_POWER = TiB(3 << 20)
const QA_POWER = TiB(18 << 20)

/**
 * Total pledge from the start, without which the deposits of new miners bring it below zero as they vest; and on mainnet's
 * rules the power of all the others, without whom one sector would cost thousands of FIL.
 */
function endowed(power: PowerState, { preset }: NetworkParams): PowerState {
  const totalPledgeCollateral = preset === 'mainnet' ? fil('90000000') : fil('100000')
  const pledged = { totalPledgeCollateral, thisEpochPledgeCollateral: totalPledgeCollateral }
  if (preset !== 'mainnet') return { ...power, ...pledged }
  return {
    ...power,
    ...pledged,
    totalRawBytePower: RAW_POWER,
    totalBytesCommitted: RAW_POWER,
    totalQualityAdjPower: QA_POWER,
    totalQaBytesCommitted: QA_POWER,
    thisEpochRawBytePower: RAW_POWER,
    thisEpochQualityAdjPower: QA_POWER,
    thisEpochQaPowerSmoothed: filterEstimate(QA_POWER, 0n),
    minerCount: 2000,
    minerAboveMinPowerCount: 2000,
  }
}
