/** A market to test, with clients and a provider that have funds, in a world that answers as a quiet network would. */
import { AccountMethod } from '../../actors/account/params.ts'
import {
  DatacapMethod,
  TransferFromParams,
  TransferFromReturn,
} from '../../actors/datacap/params.ts'
import { deposit } from '../../actors/market/balances.ts'
import type { ClientDealProposal, DealProposal } from '../../actors/market/deal.ts'
import { marketActor } from '../../actors/market/index.ts'
import { brokenMarketInvariants } from '../../actors/market/invariants.ts'
import { MarketMethod, type PublishStorageDealsReturn } from '../../actors/market/params.ts'
import { initialMarketState, type MarketState } from '../../actors/market/state.ts'
import { GetControlAddressesReturn, MinerMethod } from '../../actors/miner/params.ts'
import { EPOCHS_IN_DAY } from '../../actors/policy.ts'
import { CurrentTotalPowerReturn, PowerMethod } from '../../actors/power/params.ts'
import { RewardMethod, ThisEpochRewardReturn } from '../../actors/reward/params.ts'
import { Payload } from '../../actors/runtime.ts'
import { DATACAP_ACTOR, MARKET_ACTOR, POWER_ACTOR, REWARD_ACTOR } from '../../actors/singletons.ts'
import { AllocationRequests, AllocationsResponse } from '../../actors/verifreg/params.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { bool, decode, text, tokenAmount } from '../../primitives/codec.ts'
import { sha256 } from '../../primitives/crypto/hash.ts'
import { commitmentCid } from '../../primitives/data-commitment.ts'
import { type ActorId, actorId, fil, type TokenAmount } from '../../primitives/units.ts'
import { type FakeOptions, type FakeReply, FakeRuntime, type Sent } from './fake-runtime.ts'

export const CLIENT = actorId(100)
export const OTHER_CLIENT = actorId(101)
export const OWNER = actorId(102)
export const WORKER = actorId(103)
export const STRANGER = actorId(104)
export const PROVIDER = actorId(1000)
export const OTHER_PROVIDER = actorId(1001)

export const NOW = 10_000
export const DAY = EPOCHS_IN_DAY
/** Bytes of every piece. */
export const MIB = 1n << 20n
export const START = NOW + 2 * DAY
export const END = START + 200 * DAY
export const PRICE = 1000n

/** CommP of a piece that is known by a number. */
export const piece = (n: number) => {
  const digest = sha256(utf8(`piece ${n}`))
  digest[31] = digest[31]! & 0x3f
  return commitmentCid(digest)
}

/** A proposal that can be published; `n` makes it another. */
export function proposal(n: number, change: Partial<DealProposal> = {}): DealProposal {
  return {
    pieceCid: piece(n),
    pieceSize: MIB,
    verifiedDeal: false,
    client: idAddress(CLIENT),
    provider: idAddress(PROVIDER),
    label: `deal ${n}`,
    startEpoch: BigInt(START),
    endEpoch: BigInt(END),
    storagePricePerEpoch: PRICE,
    providerCollateral: fil('2'),
    clientCollateral: fil('1'),
    ...change,
  }
}

export const signed = (deal: DealProposal): ClientDealProposal => ({
  proposal: deal,
  clientSignature: { type: 'bls', data: new Uint8Array(96).fill(7) },
})

/** What both clients and both providers hold at first. */
export const FUNDS = fil('100')

/** A market that holds funds of everybody. */
export function fundedState(): MarketState {
  const state = { ...initialMarketState(), lastCron: NOW - 1 }
  for (const owner of [CLIENT, OTHER_CLIENT, PROVIDER, OTHER_PROVIDER]) deposit(state, owner, FUNDS)
  return state
}

export interface MarketOptions extends FakeOptions {
  /** Answers sends before the quiet network does. */
  first?: (sent: Sent) => FakeReply | undefined
}

export class MarketRuntime extends FakeRuntime<MarketState> {
  constructor(state: MarketState = fundedState(), { first, ...options }: MarketOptions = {}) {
    super(state, {
      receiver: MARKET_ACTOR,
      caller: WORKER,
      epoch: NOW,
      balance: FUNDS * 4n,
      circulatingSupply: fil('600000000'),
      actors: new Map<number, object>([
        ...[CLIENT, OTHER_CLIENT, OWNER, WORKER, STRANGER].map((id) => [id, {}] as const),
        ...[PROVIDER, OTHER_PROVIDER].map((id) => [id, { type: 'storageminer' }] as const),
        [MARKET_ACTOR, { type: 'storagemarket' }],
      ]),
      answer: (sent) => first?.(sent) ?? quietNetwork(sent),
      ...options,
    })
  }

  /** Publishes proposals that all are valid, and gives their ids. */
  publish(...deals: readonly DealProposal[]): readonly number[] {
    const before = this.caller
    this.caller = WORKER
    const params = { deals: deals.map(signed) }
    const { ids } = this.call<PublishStorageDealsReturn>(
      marketActor,
      MarketMethod.PublishStorageDeals,
      params,
    )
    this.caller = before
    if (ids.length !== deals.length) throw new Error(`${ids.length} of ${deals.length} published`)
    this.forget()
    return ids
  }

  /** Activates deals in a sector of the provider. */
  activate(sector: bigint, ids: readonly number[], by: ActorId = PROVIDER): void {
    const before = this.caller
    this.caller = by
    const sectors = [
      { sectorNumber: sector, sectorType: 8, sectorExpiry: END + DAY, dealIds: ids.map(BigInt) },
    ]
    const params = { sectors, computeCid: false }
    this.call(marketActor, MarketMethod.BatchActivateDeals, params)
    this.caller = before
    this.forget()
  }

  /** Forgets what was sent and emitted so far. */
  forget(): void {
    this.sent.length = 0
    this.events.length = 0
  }

  /** Escrow and what is locked of it. */
  funds(owner: ActorId): readonly [escrow: TokenAmount, locked: TokenAmount] {
    const { escrowTable, lockedTable } = this.state()
    return [escrowTable.get(owner) ?? 0n, lockedTable.get(owner) ?? 0n]
  }

  /** Types of the events, with the ids of their deals. */
  get happened(): string[] {
    return this.events.map(([type, id]) => `${decode(text, type!.value)} ${id!.value.at(-1)}`)
  }

  broken(): string[] {
    return brokenMarketInvariants(this.state(), this.balance(), this.epoch)
  }
}

/** attoDatacap that every client has, as far as the market is told. */
const DATACAP = 10n * MIB * 10n ** 18n

/** Signatures are good, callers control providers, and there is datacap for ten pieces. */
function quietNetwork({ to, method, params }: Sent): FakeReply {
  if (method === AccountMethod.AuthenticateMessage) return { ret: Payload.of(bool, true) }
  if (method === MinerMethod.IsControllingAddressExported) return { ret: Payload.of(bool, true) }
  if (method === MinerMethod.ControlAddresses) return { ret: controlAddresses() }
  if (to === REWARD_ACTOR && method === RewardMethod.ThisEpochReward)
    return { ret: Payload.of(ThisEpochRewardReturn, epochReward) }
  if (to === POWER_ACTOR && method === PowerMethod.CurrentTotalPower)
    return { ret: Payload.of(CurrentTotalPowerReturn, totalPower) }
  if (to === DATACAP_ACTOR && method === DatacapMethod.BalanceExported)
    return { ret: Payload.of(tokenAmount, DATACAP) }
  if (to === DATACAP_ACTOR && method === DatacapMethod.TransferFromExported)
    return { ret: allocated(params!.as(TransferFromParams)) }
  return {}
}

const controlAddresses = (): Payload =>
  Payload.of(GetControlAddressesReturn, {
    owner: idAddress(OWNER),
    worker: idAddress(WORKER),
    controlAddresses: [] as Address[],
  })

const none = { position: 0n, velocity: 0n }
const epochReward = { thisEpochRewardSmoothed: none, thisEpochBaselinePower: 1n << 60n }
const totalPower = {
  rawBytePower: 1n << 59n,
  qualityAdjPower: 1n << 60n,
  pledgeCollateral: 0n,
  qualityAdjPowerSmoothed: none,
  rampStartEpoch: 0,
  rampDurationEpochs: 0,
}

/** Allocations from number 50 on. */
function allocated({ operatorData }: TransferFromParams): Payload {
  const { allocations } = operatorData.as(AllocationRequests)
  const count = allocations.length
  const recipientData = Payload.of(AllocationsResponse, {
    allocationResults: { successCount: count, failCodes: [] },
    extensionResults: { successCount: 0, failCodes: [] },
    newAllocations: allocations.map((_, i) => BigInt(50 + i)),
  })
  const balances = { fromBalance: 0n, toBalance: 0n, allowance: 0n }
  return Payload.of(TransferFromReturn, { ...balances, recipientData })
}
