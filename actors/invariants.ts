/**
 * What holds for every state of every network: each actor by itself, and actors against each other (builtin-actors
 * `state/src/check.rs`). A state that breaks any of it is the work of a bug, not of a message.
 */
import { type Address } from '../primitives/address.ts'
import type { ActorId, ChainEpoch, TokenAmount } from '../primitives/units.ts'
import { brokenAccountInvariants } from './account/invariants.ts'
import type { AccountState } from './account/state.ts'
import { brokenCronInvariants } from './cron/invariants.ts'
import type { CronState } from './cron/state.ts'
import { brokenDatacapInvariants } from './datacap/invariants.ts'
import type { DatacapState } from './datacap/state.ts'
import * as deals from './deals-against-sectors.ts'
import { type Endowment, endowmentOf, NO_ENDOWMENT, withoutEndowment } from './endowment.ts'
import { Findings } from './findings.ts'
import { brokenInitInvariants } from './init/invariants.ts'
import type { InitState } from './init/state.ts'
import type { ActorType, Manifest } from './manifest.ts'
import { brokenMarketInvariants } from './market/invariants.ts'
import type { MarketState } from './market/state.ts'
import { checkMiner } from './miner/invariants.ts'
import type { MinerState } from './miner/state.ts'
import { brokenMultisigInvariants } from './multisig/invariants.ts'
import type { MultisigState } from './multisig/state.ts'
import { brokenPaychInvariants } from './paych/invariants.ts'
import type { PaychState } from './paych/state.ts'
import type { Policy } from './policy.ts'
import {
  brokenClaims,
  brokenCronEvents,
  type CheckedMiner,
  type CheckedMiners,
  uncountedPledge,
} from './power-against-miners.ts'
import { brokenPowerInvariants } from './power/invariants.ts'
import type { PowerState } from './power/state.ts'
import { brokenRewardInvariants } from './reward/invariants.ts'
import type { RewardState } from './reward/state.ts'
import * as singletons from './singletons.ts'
import { brokenSystemInvariants } from './system/invariants.ts'
import type { SystemState } from './system/state.ts'
import { brokenVerifregInvariants } from './verifreg/invariants.ts'
import type { VerifregState } from './verifreg/state.ts'

/** An actor as it stands in a state tree. */
export interface CheckedActor {
  readonly type: ActorType
  readonly state: { get(): unknown }
  readonly balance: TokenAmount
  readonly delegated: Address | null
}
export type CheckedActors = ReadonlyMap<ActorId, CheckedActor>

/** What a network is checked against. What is not known is not checked. */
export interface NetworkFacts {
  readonly policy: Policy
  readonly manifest: Manifest
  /** The last epoch whose cron has run; if that is not known, it is taken from the reward actor. */
  readonly priorEpoch?: ChainEpoch
  /** The latest epoch of which there were messages, if it is not the one above. */
  readonly epoch?: ChainEpoch
  /** attoFIL of all actors together. */
  readonly supply?: TokenAmount
  /** attoFIL of the total pledge that no miner accounts for: see `uncountedPledge`. */
  readonly uncountedPledge?: TokenAmount
  /** What the network began with; nothing, if it is not given. */
  readonly endowment?: Endowment
}

/** Everything that is wrong with a network, each in a sentence; nothing when all is well. Visits everything. */
export function brokenInvariants(actors: CheckedActors, facts: NetworkFacts): string[] {
  const found = new Findings()
  let network: Network
  try {
    network = readNetwork(actors, facts, found)
  } catch (error) {
    return [...found.broken, `cannot be checked: ${messageOf(error)}`]
  }
  for (const [id, actor] of actors)
    guarded(found, `f0${id} ${actor.type}`, () => brokenActor(id, actor, network))
  found.broken.push(...brokenMoney(actors, facts.supply))
  guarded(found, 'addresses', () => brokenAddresses(actors, network))
  guarded(found, 'power', () => brokenPower(network))
  guarded(found, 'deals', () => brokenDeals(network))
  return found.broken
}

/** attoFIL of all actors together. */
export function totalBalance(actors: CheckedActors): TokenAmount {
  let total = 0n
  for (const { balance } of actors.values()) total += balance
  return total
}

/** What is wrong with balances: less than nothing, or more or less than the supply in all. Cheap. */
export function brokenMoney(actors: CheckedActors, supply: TokenAmount | undefined): string[] {
  const found = new Findings()
  for (const [id, { balance }] of actors)
    found.expect(balance >= 0n, () => `f0${id} has ${balance}`)
  const total = totalBalance(actors)
  found.expect(
    supply === undefined || total === supply,
    () => `there are ${total} attoFIL, ${total - supply!} more than the supply`,
  )
  return found.broken
}

/** What of a genesis must be known to check what comes of it: `NetworkFacts` of its own. */
export function factsOfGenesis(
  actors: CheckedActors,
  facts: NetworkFacts,
): Required<Pick<NetworkFacts, 'supply' | 'uncountedPledge' | 'endowment'>> {
  const { miners, power } = readNetwork(actors, facts, new Findings())
  return {
    supply: totalBalance(actors),
    uncountedPledge: uncountedPledge(
      power,
      Array.from(miners.values(), (miner) => miner.state),
    ),
    endowment: endowmentOf(power, miners, facts.policy),
  }
}

interface Network {
  readonly facts: NetworkFacts
  readonly priorEpoch: ChainEpoch
  readonly epoch: ChainEpoch
  readonly endowment: Endowment
  readonly actors: CheckedActors
  readonly miners: CheckedMiners
  readonly power: PowerState
}

function readNetwork(actors: CheckedActors, facts: NetworkFacts, found: Findings): Network {
  for (const [id, type] of SINGLETON_TYPES)
    found.expect(
      actors.get(id)?.type === type,
      () => `f0${id} is ${actors.get(id)?.type}, no ${type}`,
    )
  const miners = new Map<ActorId, CheckedMiner>()
  for (const [id, { type, state, balance }] of actors)
    if (type === 'storageminer')
      guarded(found, `f0${id} ${type}`, () => {
        const miner = state.get() as MinerState
        const summary = checkMiner(miner, balance, facts.policy)
        miners.set(id, { state: miner, summary })
        return []
      })
  const reward = stateOf<RewardState>(actors, singletons.REWARD_ACTOR)
  const priorEpoch = facts.priorEpoch ?? reward.epoch - 1
  return {
    facts,
    priorEpoch,
    epoch: Math.max(priorEpoch, facts.epoch ?? priorEpoch),
    endowment: facts.endowment ?? NO_ENDOWMENT,
    actors,
    miners,
    power: stateOf<PowerState>(actors, singletons.POWER_ACTOR),
  }
}

function brokenActor(id: ActorId, actor: CheckedActor, network: Network): string[] {
  const { type, balance } = actor
  const { facts, priorEpoch, epoch } = network
  // Found out before, or said to be unreadable.
  if (type === 'storageminer') return network.miners.get(id)?.summary.broken ?? []
  const state: unknown = actor.state.get()
  switch (type) {
    case 'system':
      return brokenSystemInvariants(state as SystemState, facts.manifest)
    case 'init':
      return brokenInitInvariants(state as InitState)
    case 'cron':
      return brokenCronInvariants(state as CronState)
    case 'account':
      return brokenAccountInvariants(state as AccountState, id)
    case 'storagepower':
      return brokenPowerInvariants(
        withoutEndowment(state as PowerState, network.endowment),
        facts.policy,
      )
    case 'storagemarket':
      // Its cron of an epoch is over before the deals of the next are looked at.
      return brokenMarketInvariants(state as MarketState, balance, Math.max(priorEpoch + 1, epoch))
    case 'paymentchannel':
      return brokenPaychInvariants(state as PaychState, balance)
    case 'multisig':
      return brokenMultisigInvariants(state as MultisigState)
    case 'reward':
      return brokenRewardInvariants(state as RewardState, balance, priorEpoch)
    case 'verifiedregistry':
      return brokenVerifregInvariants(state as VerifregState, facts.policy, epoch)
    case 'datacap':
      return brokenDatacapInvariants(state as DatacapState)
    default:
      return []
  }
}

/** Addresses lead to the actors that have them, and cron calls actors that exist. */
function brokenAddresses(actors: CheckedActors, { actors: all }: Network): string[] {
  const found = new Findings()
  const { addressMap, nextId } = stateOf<InitState>(all, singletons.INIT_ACTOR)
  const leadsTo = (address: Address, id: ActorId) => {
    const to = addressMap.get(address)
    found.expect(to === id, () => `f0${id} is ${address}, which leads to f0${to}`)
  }
  for (const [id, { type, state, delegated }] of actors) {
    found.expect(id < nextId, () => `f0${id} exists, the next id is ${nextId}`)
    if (delegated) leadsTo(delegated, id)
    if (type !== 'account') continue
    const { address } = state.get() as AccountState
    if (address.id === undefined) leadsTo(address, id)
  }
  for (const { receiver } of stateOf<CronState>(all, singletons.CRON_ACTOR).entries)
    found.expect(
      receiver.id !== undefined && actors.has(receiver.id),
      () => `cron calls ${receiver}, which does not exist`,
    )
  return found.broken
}

function brokenPower({ power, miners, endowment, facts, epoch }: Network): string[] {
  const found = new Findings()
  found.broken.push(
    ...brokenClaims(power, miners, endowment.miners),
    ...brokenCronEvents(power, miners, endowment.miners, { policy: facts.policy, epoch }),
  )
  const expected = facts.uncountedPledge
  if (expected === undefined) return found.broken
  const states = Array.from(miners.values(), (miner) => miner.state)
  const uncounted = uncountedPledge(power, states)
  found.expect(
    uncounted === expected,
    () => `total pledge is ${uncounted - expected} more than what miners pledge and lock`,
  )
  return found.broken
}

function brokenDeals({ actors, miners, epoch }: Network): string[] {
  const market = stateOf<MarketState>(actors, singletons.MARKET_ACTOR)
  const verifreg = stateOf<VerifregState>(actors, singletons.VERIFREG_ACTOR)
  const datacap = stateOf<DatacapState>(actors, singletons.DATACAP_ACTOR)
  return [
    ...deals.brokenDealSectors(market, miners, epoch),
    ...deals.brokenDealAllocations(market, verifreg),
    ...deals.brokenDatacap(verifreg, datacap),
    ...deals.brokenClaimedSectors(verifreg, miners, epoch),
  ]
}

/** Adds what a check finds, or that a part of the state cannot even be read. */
function guarded(found: Findings, where: string, check: () => readonly string[]): void {
  try {
    found.add(where, check())
  } catch (error) {
    found.add(where, [`cannot be checked: ${messageOf(error)}`])
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

const SINGLETON_TYPES: ReadonlyMap<ActorId, ActorType> = new Map([
  [singletons.SYSTEM_ACTOR, 'system'],
  [singletons.INIT_ACTOR, 'init'],
  [singletons.REWARD_ACTOR, 'reward'],
  [singletons.CRON_ACTOR, 'cron'],
  [singletons.POWER_ACTOR, 'storagepower'],
  [singletons.MARKET_ACTOR, 'storagemarket'],
  [singletons.VERIFREG_ACTOR, 'verifiedregistry'],
  [singletons.DATACAP_ACTOR, 'datacap'],
  [singletons.EAM_ACTOR, 'eam'],
  [singletons.BURNT_FUNDS_ACTOR, 'account'],
])

/** State of a singleton. @throws Error when it is not there. */
function stateOf<S>(actors: CheckedActors, id: ActorId): S {
  const actor = actors.get(id)
  if (actor?.type !== SINGLETON_TYPES.get(id)) throw new Error(`f0${id} is not what it should be`)
  return actor!.state.get() as S
}
