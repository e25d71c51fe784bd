/** Data: deals that are published and settled, datacap and what it is spent on, and the pieces that go into sectors. */
import { bitfield, Bitfield } from '../../primitives/bitfield.ts'
import { type ClientDealProposal, type DealProposal } from '../../actors/market/deal.ts'
import {
  MarketMethod,
  PublishStorageDealsParams,
  PublishStorageDealsReturn,
  WithdrawBalanceParams,
} from '../../actors/market/params.ts'
import type { MarketState } from '../../actors/market/state.ts'
import type { PieceActivationManifest } from '../../actors/miner/sector-params.ts'
import { DatacapMethod, TransferParams } from '../../actors/datacap/params.ts'
import { Payload } from '../../actors/payload.ts'
import { DATACAP_ACTOR, MARKET_ACTOR, VERIFREG_ACTOR } from '../../actors/singletons.ts'
import {
  AllocationRequests,
  ExtendClaimTermsParams,
  RemoveExpiredAllocationsParams,
  RemoveExpiredClaimsParams,
  VerifierParams,
  VerifregMethod,
} from '../../actors/verifreg/params.ts'
import type { VerifregState } from '../../actors/verifreg/state.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import type { Cid } from '../../primitives/cid.ts'
import { address, encode, uint64 } from '../../primitives/codec.ts'
import { commitmentCid } from '../../primitives/data-commitment.ts'
import { actorId, type ActorId, fil } from '../../primitives/units.ts'
import type { Action } from './action.ts'
import { amountUpTo, between, mostly, proofBytes, some } from './chance.ts'
import { controllerOf, someMiner } from './miners.ts'
import type { World } from './world.ts'

export const dealActions: readonly Action[] = [
  { name: 'market-add', weight: 2, run: addBalance },
  { name: 'market-withdraw', weight: 1, run: withdrawBalance },
  { name: 'publish', weight: 4, run: publish },
  { name: 'settle', weight: 2, run: settle },
  { name: 'verifier', weight: 1, run: addVerifier },
  { name: 'verified-client', weight: 2, run: addVerifiedClient },
  { name: 'allocate', weight: 3, run: allocate },
  { name: 'extend-claims', weight: 1, run: extendClaims },
  { name: 'remove-expired', weight: 1, run: removeExpired },
]

/** A piece that nobody has. */
function pieceCid(world: World): Cid {
  const bytes = world.prng.bytes(32)
  bytes[31]! &= 0x3f
  return commitmentCid(bytes)
}

/** Padded bytes: a part of a sector that is a power of two. */
const pieceSize = (world: World, sectorSize: bigint): bigint =>
  sectorSize >> BigInt(between(world.prng, 0, 3))

/** What goes into a sector of a miner: nothing, data of its own, or what deals and allocations wait for. */
export function takePieces(
  world: World,
  miner: ActorId,
  sectorSize: bigint,
): PieceActivationManifest[] {
  const { prng } = world
  if (prng.chance(1, 3)) return []
  const taken = takenPieces(world)
  const all = [...dealPieces(world, miner), ...allocationPieces(world, miner)]
  const waiting = mostly(
    world,
    all.filter(({ cid }) => !taken.has(cid.key)),
    all,
  )
  const own = { cid: pieceCid(world), size: pieceSize(world, sectorSize) }
  const candidates = [...waiting, { ...own, verifiedAllocationKey: null, notify: [] }]
  const chosen = some(prng, candidates, 3).sort((a, b) => (a.size < b.size ? 1 : -1))
  let filled = 0n
  return chosen.filter(({ size, cid }) => {
    if (filled + size > sectorSize) return false
    filled += size
    taken.add(cid.key)
    return true
  })
}

/** Pieces that are meant for a sector already. */
function takenPieces({ plans }: World): Set<string> {
  const taken = plans.get('taken') as Set<string> | undefined
  if (taken) return taken
  const none = new Set<string>()
  plans.set('taken', none)
  return none
}

function dealPieces(world: World, miner: ActorId): PieceActivationManifest[] {
  const { proposals, states, pendingDealAllocationIds } = world.state<MarketState>(MARKET_ACTOR)
  const pieces: PieceActivationManifest[] = []
  for (const [id, deal] of proposals.numberEntries()) {
    if (deal.provider.id !== miner || states.has(id)) continue
    const allocation = pendingDealAllocationIds.get(id)
    const client = BigInt(deal.client.id!)
    pieces.push({
      cid: deal.pieceCid,
      size: deal.pieceSize,
      verifiedAllocationKey: allocation === undefined ? null : { client, id: allocation },
      notify: [{ address: idAddress(MARKET_ACTOR), payload: encode(uint64, BigInt(id)) }],
    })
  }
  return pieces
}

function allocationPieces(world: World, miner: ActorId): PieceActivationManifest[] {
  const { allocations } = world.state<VerifregState>(VERIFREG_ACTOR)
  const pieces: PieceActivationManifest[] = []
  for (const [client, mine] of allocations.entries())
    for (const [id, { provider, data, size }] of mine.entries())
      if (provider === miner)
        pieces.push({
          cid: data,
          size,
          verifiedAllocationKey: { client: BigInt(client), id },
          notify: [],
        })
  return pieces
}

function addBalance(world: World): void {
  const { prng, users } = world
  const miner = someMiner(world)
  const who = miner === undefined ? prng.pick(users) : prng.pick([miner, prng.pick(users)])
  const value = mostly(world, fil('50'), 0n)
  const method = prng.pick([MarketMethod.AddBalance, MarketMethod.AddBalanceExported])
  const from = prng.pick(users)
  world.send('market.AddBalance', from, MARKET_ACTOR, method, [address, idAddress(who)], value)
}

function withdrawBalance(world: World): void {
  const { prng, users } = world
  const miner = someMiner(world)
  const user = prng.pick(users)
  const [from, who] =
    miner !== undefined && prng.chance(1, 2)
      ? [controllerOf(world, miner), miner]
      : [mostly(world, user, prng.pick(users)), user]
  const held = world.state<MarketState>(MARKET_ACTOR).escrowTable.get(who) ?? 0n
  const params = { providerOrClient: idAddress(who), amount: amountUpTo(world, held) }
  const method = MarketMethod.WithdrawBalance
  world.send('market.WithdrawBalance', from, MARKET_ACTOR, method, [WithdrawBalanceParams, params])
}

function publish(world: World): void {
  const { prng } = world
  const miner = someMiner(world)
  if (miner === undefined) return
  const deals = Array.from({ length: between(prng, 1, 3) }, () => proposal(world, miner))
  for (const { provider, client } of deals.map((deal) => deal.proposal))
    for (const who of [provider, client]) fundEscrow(world, who)
  const from = controllerOf(world, miner)
  const method = MarketMethod.PublishStorageDeals
  const codec = PublishStorageDealsParams
  const { exitCode, ret } = world.send('PublishStorageDeals', from, MARKET_ACTOR, method, [
    codec,
    { deals },
  ])
  if (exitCode === 0) ret!.as(PublishStorageDealsReturn)
}

/** Mostly sees to it that somebody can pay for a deal. */
function fundEscrow(world: World, who: Address): void {
  const held = world.state<MarketState>(MARKET_ACTOR).escrowTable.get(who.id!) ?? 0n
  if (held > fil('20') || world.prng.chance(1, 6)) return
  const from = world.prng.pick(world.users)
  const method = MarketMethod.AddBalance
  world.send('market.AddBalance', from, MARKET_ACTOR, method, [address, who], fil('30'))
}

function proposal(world: World, miner: ActorId): ClientDealProposal {
  const { prng, users, epoch } = world
  const { sectorSize } = world.miner(miner).info.get()
  const client = prng.pick(users)
  const start = epoch + mostly(world, between(prng, 100, 2000), -1)
  const end = start + mostly(world, 180 * 2880 + prng.below(1000), 180 * 2880 - 1)
  const deal: DealProposal = {
    pieceCid: pieceCid(world),
    pieceSize: mostly(world, pieceSize(world, sectorSize), 2n * sectorSize, 100n),
    verifiedDeal: prng.chance(1, 3),
    client: idAddress(client),
    provider: idAddress(mostly(world, miner, world.miners()[0]!, client)),
    label: mostly<string | Uint8Array>(world, 'a deal', prng.bytes(3), 'x'.repeat(257)),
    startEpoch: BigInt(start),
    endEpoch: BigInt(end),
    storagePricePerEpoch: mostly(world, BigInt(prng.below(1_000_000)), fil('1'), -1n),
    providerCollateral: mostly(world, fil('1'), 0n),
    clientCollateral: mostly(world, 0n, 5n, fil('1')),
  }
  const type = 'bls' as const
  return { proposal: deal, clientSignature: { type, data: proofBytes(world, 96) } }
}

function settle(world: World): void {
  const { prng, users } = world
  const { nextId } = world.state<MarketState>(MARKET_ACTOR)
  const ids = Array.from({ length: between(prng, 1, 5) }, () => prng.below(nextId + 1))
  const method = MarketMethod.SettleDealPaymentsExported
  const params = [bitfield, Bitfield.of(ids)] as const
  world.send('SettleDealPayments', prng.pick(users), MARKET_ACTOR, method, params)
}

/** The account that the verified registry answers to. */
const rootOf = (world: World): ActorId => world.state<VerifregState>(VERIFREG_ACTOR).rootKey

/** The last two users hand out datacap, the others may get some. */
const verifiersOf = ({ users }: World): readonly ActorId[] => users.slice(-2)

function addVerifier(world: World): void {
  const { prng, users } = world
  const root = mostly(world, rootOf(world), prng.pick(users))
  const verifier = mostly(world, prng.pick(verifiersOf(world)), prng.pick(users))
  if (prng.chance(1, 8)) {
    const method = VerifregMethod.RemoveVerifier
    world.send('RemoveVerifier', root, VERIFREG_ACTOR, method, [address, idAddress(verifier)])
    return
  }
  const params = { address: idAddress(verifier), allowance: mostly(world, 1n << 50n, 5n, -1n) }
  world.send('AddVerifier', root, VERIFREG_ACTOR, VerifregMethod.AddVerifier, [
    VerifierParams,
    params,
  ])
}

function addVerifiedClient(world: World): void {
  const { prng, users } = world
  const client = mostly(world, prng.pick(users.slice(0, -2)), prng.pick(verifiersOf(world)))
  const from = mostly(world, prng.pick(verifiersOf(world)), client)
  const params = { address: idAddress(client), allowance: mostly(world, 1n << 40n, 1n << 60n, 1n) }
  const method = VerifregMethod.AddVerifiedClient
  world.send('AddVerifiedClient', from, VERIFREG_ACTOR, method, [VerifierParams, params])
}

function allocate(world: World): void {
  const { prng, policy, epoch } = world
  const miner = someMiner(world)
  if (miner === undefined) return
  const { sectorSize } = world.miner(miner).info.get()
  const { minimumVerifiedAllocationTerm: least } = policy
  const allocations = Array.from({ length: between(prng, 1, 3) }, () => ({
    provider: BigInt(mostly(world, miner, prng.pick(world.users))),
    data: pieceCid(world),
    size: mostly(world, pieceSize(world, sectorSize), 1n),
    termMin: mostly(world, least, least - 1),
    termMax: mostly(world, 5 * 1_000_000, least - 1),
    expiration: epoch + mostly(world, between(prng, 300, 600), 10_000_000, -1),
  }))
  const { claims } = world.state<VerifregState>(VERIFREG_ACTOR)
  const [claim] = some(prng, [...(claims.get(miner)?.entries() ?? [])], 1)
  const extensions =
    claim && prng.chance(1, 3)
      ? [{ provider: BigInt(miner), claim: claim[0], termMax: claim[1].termMax + 10 }]
      : []
  const bytes = [
    ...allocations.map(({ size }) => size),
    ...(extensions.length ? [claim![1].size] : []),
  ]
  const size = bytes.reduce((sum, b) => sum + b, 0n)
  const client = prng.pick(world.users)
  const params: TransferParams = {
    to: idAddress(mostly(world, VERIFREG_ACTOR, miner)),
    amount: mostly(world, size, size + 1n) * 10n ** 18n,
    operatorData: Payload.of(AllocationRequests, { allocations, extensions }),
  }
  const method = DatacapMethod.TransferExported
  world.send('datacap.Transfer', client, DATACAP_ACTOR, method, [TransferParams, params])
}

function extendClaims(world: World): void {
  const { prng } = world
  const { claims } = world.state<VerifregState>(VERIFREG_ACTOR)
  const all = [...claims.entries()].flatMap(([provider, mine]) =>
    Array.from(mine.entries(), ([id, claim]) => ({ provider, id, claim })),
  )
  const chosen = some(prng, all, 3)
  if (chosen.length === 0) return
  const terms = chosen.map(({ provider, id, claim }) => ({
    provider: BigInt(provider),
    claimId: id,
    termMax: claim.termMax + mostly(world, 100, -100, 10_000_000),
  }))
  const { client } = chosen[0]!.claim
  const from = mostly(world, actorId(client), prng.pick(world.users))
  const method = VerifregMethod.ExtendClaimTerms
  world.send('ExtendClaimTerms', from, VERIFREG_ACTOR, method, [ExtendClaimTermsParams, { terms }])
}

function removeExpired(world: World): void {
  const { prng, users } = world
  const from = prng.pick(users)
  const client = BigInt(prng.pick(users))
  const allocations = { client, allocationIds: mostly<bigint[]>(world, [], [1n, 2n], [1n, 1n]) }
  world.send(
    'RemoveExpiredAllocations',
    from,
    VERIFREG_ACTOR,
    VerifregMethod.RemoveExpiredAllocations,
    [RemoveExpiredAllocationsParams, allocations],
  )
  const miner = someMiner(world)
  if (miner === undefined) return
  const claims = { provider: BigInt(miner), claimIds: mostly<bigint[]>(world, [], [1n, 2n]) }
  const method = VerifregMethod.RemoveExpiredClaims
  world.send('RemoveExpiredClaims', from, VERIFREG_ACTOR, method, [
    RemoveExpiredClaimsParams,
    claims,
  ])
}
