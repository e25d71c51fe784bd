/**
 * The first state of a network: singletons, funded accounts, and storage providers that already hold power and
 * pledge, so that blocks can be won from epoch 1 on (Lotus `chain/gen/genesis`).
 */
import { idAddress } from '../primitives/address.ts'
import type { Address } from '../primitives/address.ts'
import { assert, defined } from '../primitives/assert.ts'
import { Link } from '../primitives/link.ts'
import { filterEstimate } from '../primitives/smoothing.ts'
import {
  actorId,
  type ActorId,
  fil,
  type StoragePower,
  type TokenAmount,
} from '../primitives/units.ts'
import { type ActorType, manifestOf } from '../actors/manifest.ts'
import { initialCronState } from '../actors/cron/state.ts'
import { initialDatacapState } from '../actors/datacap/state.ts'
import { initialInitState, type InitState } from '../actors/init/state.ts'
import { initialMarketState } from '../actors/market/state.ts'
import { initialPledgeForPower, type PledgeInputs } from '../actors/miner/monies.ts'
import type { MinerState } from '../actors/miner/state.ts'
import { Payload } from '../actors/payload.ts'
import { addToClaim } from '../actors/power/claims.ts'
import { CreateMinerParams, CreateMinerReturn } from '../actors/power/params.ts'
import { initialPowerState, type PowerState } from '../actors/power/state.ts'
import { initialRewardState, REWARD_ACTOR_BALANCE } from '../actors/reward/logic.ts'
import type { RewardState } from '../actors/reward/state.ts'
import type { Draft } from '../actors/runtime.ts'
import {
  BURNT_FUNDS_ACTOR,
  CRON_ACTOR,
  DATACAP_ACTOR,
  EAM_ACTOR,
  INIT_ACTOR,
  MARKET_ACTOR,
  POWER_ACTOR,
  RESERVE_ACTOR,
  REWARD_ACTOR,
  SYSTEM_ACTOR,
  VERIFREG_ACTOR,
} from '../actors/singletons.ts'
import { initialSystemState } from '../actors/system/state.ts'
import { initialVerifregState } from '../actors/verifreg/state.ts'
import type { NetworkParams } from './network-params.ts'
import type { MachineContext } from './vm/context.ts'
import { applyImplicit, systemMessage } from './vm/executor.ts'
import { EMPTY_STATE, stateCodec, StateTree } from './vm/state-tree.ts'

export interface GenesisAccount {
  readonly address: Address
  readonly balance: TokenAmount
}

export interface GenesisProvider {
  readonly owner: Address
  /** A BLS key. */
  readonly worker: Address
  readonly rawBytePower: StoragePower
  /** Free to withdraw, beside the pledge. */
  readonly balance: TokenAmount
}

export interface GenesisSpec {
  readonly params: NetworkParams
  /** Signs for the verified registry's root. */
  readonly verifregRoot: Address
  readonly accounts: readonly GenesisAccount[]
  readonly providers: readonly GenesisProvider[]
}

/** First id of a miner, as on Lotus' networks. */
const FIRST_PROVIDER = 1000
const WINDOW_POST_PROOF_TYPE = { mainnet: 13, '2k': 10 } as const
const VERIFREG_ROOT = actorId(80)

/**
 * Builds the genesis state.
 * @param at - the machine's surroundings at epoch 0, for a circulating supply.
 * @returns the tree, and the providers' ids in the order given.
 */
export function buildGenesis(
  spec: GenesisSpec,
  at: (circulatingSupply: TokenAmount) => MachineContext,
): { tree: StateTree; providers: ActorId[] } {
  const tree = new StateTree(manifestOf(spec.params.bundle))
  putSingletons(tree, spec)
  const supply = spec.accounts.reduce((sum, { balance }) => sum + balance, 0n)
  for (const { address, balance } of spec.accounts) fund(tree, at(supply), address, balance)
  const keys = spec.providers.flatMap(({ owner, worker }) => [owner, worker])
  for (const key of keys) fund(tree, at(supply), key, 0n)
  const init = tree.get(INIT_ACTOR)!.state.get() as InitState
  const nextId = actorId(Math.max(FIRST_PROVIDER, init.nextId))
  setState(tree, INIT_ACTOR, 'init', { ...init, nextId })
  const providers = spec.providers.map((provider) =>
    createProvider(tree, at(supply), spec, provider),
  )
  givePower(tree, at(supply), spec, providers)
  return { tree, providers }
}

function putSingletons(tree: StateTree, { params, verifregRoot }: GenesisSpec): void {
  const put = (id: number, type: ActorType, state: unknown, balance = 0n): void => {
    const link = state === null ? EMPTY_STATE : Link.to(stateCodec(type), state)
    tree.set(actorId(id), { type, state: link, sequence: 0n, balance, delegated: null })
  }
  put(SYSTEM_ACTOR, 'system', initialSystemState(tree.manifest))
  put(INIT_ACTOR, 'init', initialInitState(params.name))
  put(REWARD_ACTOR, 'reward', initialRewardState(0n), REWARD_ACTOR_BALANCE)
  put(CRON_ACTOR, 'cron', initialCronState())
  put(POWER_ACTOR, 'storagepower', initialPowerState())
  put(MARKET_ACTOR, 'storagemarket', initialMarketState())
  put(VERIFREG_ACTOR, 'verifiedregistry', initialVerifregState(VERIFREG_ROOT))
  put(DATACAP_ACTOR, 'datacap', initialDatacapState(idAddress(VERIFREG_ACTOR)))
  put(EAM_ACTOR, 'eam', null)
  put(VERIFREG_ROOT, 'account', { address: verifregRoot })
  put(RESERVE_ACTOR, 'account', { address: idAddress(RESERVE_ACTOR) }, params.initialFilReserved)
  put(BURNT_FUNDS_ACTOR, 'account', { address: idAddress(BURNT_FUNDS_ACTOR) })
  const init = tree.get(INIT_ACTOR)!.state.get() as InitState
  const addressMap = init.addressMap.set(verifregRoot, VERIFREG_ROOT)
  setState(tree, INIT_ACTOR, 'init', { ...init, addressMap })
}

function setState<S>(tree: StateTree, id: ActorId, type: ActorType, state: S): void {
  tree.update(id, { state: Link.to(stateCodec(type), state) })
}

/** Makes the account of a key, with a balance out of nowhere: genesis mints what is not mined. */
function fund(tree: StateTree, context: MachineContext, to: Address, value: TokenAmount): void {
  tree.deposit(SYSTEM_ACTOR, value)
  const message = { from: idAddress(SYSTEM_ACTOR), to, method: 0, params: null, value }
  const { exitCode } = applyImplicit(tree, context, message)
  assert(exitCode === 0, `genesis account ${to} exited ${exitCode}`)
}

/** Creates a miner through the power actor, exactly as a message would, deposit included. */
export function createProvider(
  tree: StateTree,
  context: MachineContext,
  { params }: Pick<GenesisSpec, 'params'>,
  { owner, worker, balance }: Omit<GenesisProvider, 'rawBytePower'>,
): ActorId {
  const request = Payload.of(CreateMinerParams, {
    owner,
    worker,
    windowPoStProofType: WINDOW_POST_PROOF_TYPE[params.preset],
    peer: new Uint8Array(),
    multiaddrs: [],
  })
  tree.deposit(defined(tree.resolve(owner), `owner ${owner}`), balance)
  // From its owner, since the miner's f2 address is derived from whoever asks.
  const message = { ...systemMessage(POWER_ACTOR, CREATE_MINER, request, balance), from: owner }
  const { exitCode, ret } = applyImplicit(tree, context, message)
  assert(exitCode === 0 && ret !== null, `provider of ${owner} exited ${exitCode}`)
  return defined(ret.as(CreateMinerReturn).idAddress.id, 'id of a provider')
}

const CREATE_MINER = 2

/**
 * Gives providers their power and the pledge that goes with it. Total pledge also counts what their deposits
 * have locked, which the power actor is never told of but which is subtracted from the total as it vests.
 */
function givePower(
  tree: StateTree,
  context: MachineContext,
  { params, providers }: GenesisSpec,
  ids: readonly ActorId[],
): void {
  const power: Draft<PowerState> = { ...(tree.get(POWER_ACTOR)!.state.get() as PowerState) }
  for (const [i, id] of ids.entries()) {
    const { rawBytePower } = providers[i]!
    addToClaim(power, context.policy, id, rawBytePower, rawBytePower)
  }
  power.thisEpochRawBytePower = power.totalRawBytePower
  power.thisEpochQualityAdjPower = power.totalQualityAdjPower
  if (params.preset === 'mainnet' && power.totalQualityAdjPower > 0n)
    power.thisEpochQaPowerSmoothed = filterEstimate(power.totalQualityAdjPower, 0n)
  setState(tree, REWARD_ACTOR, 'reward', initialRewardState(power.totalRawBytePower))
  const inputs = pledgeInputs(tree, power, context)
  for (const [i, id] of ids.entries()) {
    const initialPledge = initialPledgeForPower(providers[i]!.rawBytePower, inputs)
    const miner = tree.get(id)!
    const state = miner.state.get() as MinerState
    power.totalPledgeCollateral += initialPledge + state.lockedFunds
    tree.deposit(id, initialPledge)
    setState(tree, id, 'storageminer', { ...state, initialPledge })
  }
  power.thisEpochPledgeCollateral = power.totalPledgeCollateral
  setState(tree, POWER_ACTOR, 'storagepower', power)
}

/** What a pledge is computed from, in a state. */
export function pledgeInputs(
  tree: Pick<StateTree, 'get'>,
  power: PowerState,
  context: Pick<MachineContext, 'epoch' | 'circulatingSupply'>,
): PledgeInputs {
  const reward = tree.get(REWARD_ACTOR)!.state.get() as RewardState
  return {
    reward: reward.thisEpochRewardSmoothed,
    qaPower: power.thisEpochQaPowerSmoothed,
    baselinePower: reward.thisEpochBaselinePower,
    circulatingSupply: context.circulatingSupply,
    epochsSinceRampStart: context.epoch - power.rampStartEpoch,
    rampDurationEpochs: power.rampDurationEpochs,
  }
}

/** attoFIL that genesis providers may spend unless a spec says otherwise. */
export const DEFAULT_PROVIDER_BALANCE: TokenAmount = fil('100000')
