// Goal: deals, allocations, claims, and what a sector must put up are told as Lotus tells them. Method: a provider that really
// publishes, claims and pledges; what is told before is compared with what the actors did, and shapes with Lotus' OpenRPC document.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dealCid } from '../../actors/market/deal.ts'
import type { MarketState } from '../../actors/market/state.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { CreateMinerParams, PowerMethod } from '../../actors/power/params.ts'
import { MARKET_ACTOR, POWER_ACTOR } from '../../actors/singletons.ts'
import { idAddress, secp256k1Address } from '../../primitives/address.ts'
import { encode } from '../../primitives/codec.ts'
import { Prng } from '../../primitives/prng.ts'
import { actorId } from '../../primitives/units.ts'
import { fillerPiece, pieceOf } from '../../proofs-mock/piece.ts'
import { startProviders } from '../../scenarios/agents/provider.ts'
import {
  accountSigner,
  allocate,
  giveDatacap,
  idOf,
  publishDeal,
  sendOk,
} from '../support/onboarding.ts'
import { big, int, type Json, rpcDevnet } from '../support/rpc.ts'

const SECTOR = 2048n

/** A provider of small sectors, and a client with datacap. */
async function marketDevnet() {
  const rpc = await rpcDevnet({ preset: '2k', sectors: 1, power: [SECTOR], accounts: 4 })
  const { devnet } = rpc
  const provider = startProviders(devnet)[0]!
  const [client, verifier] = [accountSigner(devnet, 0), accountSigner(devnet, 1)]
  giveDatacap(devnet, verifier, client, 4n * SECTOR)
  const prng = new Prng('market')
  const minerState = (id: number = provider.miner) =>
    devnet.node.state.get(actorId(id))!.state.get() as MinerState
  return { ...rpc, provider, client, prng, minerState, miner: `t0${provider.miner}` }
}

const fields = (json: Json): string[] => Object.keys(json)

test('deals are told with their state, and money with who has it', async () => {
  const { ask, refusal, devnet, client, prng, miner } = await marketDevnet()
  const piece = pieceOf(prng.bytes(900))
  const { dealId } = publishDeal(devnet, client, devnet.providers[0]!, piece)
  const state = devnet.node.state.get(MARKET_ACTOR)!.state.get() as MarketState
  const published = state.proposals.get(Number(dealId))!
  const deal = await ask('Filecoin.StateMarketStorageDeal', int(String(dealId)), null)
  assert.equal(deal['Proposal'], {
    PieceCID: piece.cid.toJSON(),
    PieceSize: 1024,
    VerifiedDeal: false,
    Client: `t0${idOf(devnet, client)}`,
    Provider: miner,
    Label: 'a deal',
    StartEpoch: Number(published.startEpoch),
    EndEpoch: Number(published.endEpoch),
    StoragePricePerEpoch: '1000',
    ProviderCollateral: (10n ** 19n).toString(),
    ClientCollateral: (10n ** 18n).toString(),
  })
  const none = { SectorNumber: 0, SectorStartEpoch: -1, LastUpdatedEpoch: -1, SlashEpoch: -1 }
  assert.equal(deal['State'], none)
  assert.equal(await ask('Filecoin.StateMarketDeals', null), { [String(dealId)]: deal })
  const pending = 'Filecoin.StateMarketProposalPending'
  assert.is(await ask(pending, dealCid(published).toJSON(), null), true)
  assert.is(await ask(pending, piece.cid.toJSON(), null), false)
  const everybody = await ask('Filecoin.StateMarketParticipants', null)
  assert.equal(fields(everybody).sort(), [miner, `t0${idOf(devnet, client)}`].sort())
  for (const [who, balance] of Object.entries(everybody))
    assert.equal(await ask('Filecoin.StateMarketBalance', who, null), balance)
  assert.equal(everybody[miner], { Escrow: `${50n * 10n ** 18n}`, Locked: `${10n ** 19n}` })
  assert.match(
    (await refusal('Filecoin.StateMarketStorageDeal', 77, null)).message,
    /^deal 77 not found/,
  )
})

test('allocations become claims', async () => {
  const { ask, refusal, devnet, client, prng, miner, provider } = await marketDevnet()
  const from = `t0${idOf(devnet, client)}`
  assert.equal(await ask('Filecoin.StateGetAllocations', from, null), {})
  const order = allocate(devnet, client, provider.miner, fillerPiece(prng, SECTOR / 2n))
  const id = Number(order.verifiedAllocationKey!.id)
  const allocation = await ask('Filecoin.StateGetAllocation', from, id, null)
  const policy = devnet.params.policy
  const terms = {
    ...{ TermMin: policy.minimumVerifiedAllocationTerm },
    ...{ TermMax: policy.maximumVerifiedAllocationTerm },
  }
  const names = ['Client', 'Provider', 'Data', 'Size', 'TermMin', 'TermMax', 'Expiration']
  assert.equal(fields(allocation), names)
  assert.equal(
    { ...allocation, Expiration: 0 },
    {
      ...{ Client: idOf(devnet, client), Provider: provider.miner },
      ...{ Data: order.piece.cid.toJSON(), Size: 1024, ...terms, Expiration: 0 },
    },
  )
  for (const all of [
    await ask('Filecoin.StateGetAllocations', String(client.address), null),
    await ask('Filecoin.StateGetAllAllocations', null),
  ])
    assert.equal(all, { [id]: allocation })
  assert.is(await ask('Filecoin.StateGetAllocation', from, id + 1, null), null)
  assert.is(await ask('Filecoin.StateGetClaim', miner, id, null), null)
  const nobody = String(secp256k1Address(new Uint8Array(65)))
  assert.is((await refusal('Filecoin.StateGetClaims', nobody, null)).code, 11)
  const sector = provider.seal([order])
  devnet.passTo(devnet.node.head.height + 3000)
  const claim = await ask('Filecoin.StateGetClaim', miner, id, null)
  const { activation } = await minerSector(sector)
  assert.equal(claim, {
    ...{ Provider: provider.miner, Client: idOf(devnet, client) },
    ...{ Data: order.piece.cid.toJSON(), Size: 1024, ...terms },
    ...{ TermStart: activation, Sector: Number(sector) },
  })
  assert.equal(await ask('Filecoin.StateGetClaims', miner, null), { [id]: claim })
  assert.equal(await ask('Filecoin.StateGetAllClaims', null), { [id]: claim })
  assert.equal(await ask('Filecoin.StateGetAllAllocations', null), {})
  assert.is(await ask('Filecoin.StateMinerSectorAllocated', miner, Number(sector), null), true)
  assert.is(await ask('Filecoin.StateMinerSectorAllocated', miner, 4000, null), false)

  async function minerSector(number: bigint) {
    const info = await ask('Filecoin.StateSectorGetInfo', miner, Number(number), null)
    return { activation: int(info['Activation']) }
  }
})

test('a verified deal that waits has an allocation', async () => {
  const { ask, devnet, client, prng } = await marketDevnet()
  const piece = fillerPiece(prng, SECTOR / 2n)
  const deal = Number(publishDeal(devnet, client, devnet.providers[0]!, piece, true).dealId)
  const id = await ask('Filecoin.StateGetAllocationIdForPendingDeal', deal, null)
  const from = `t0${idOf(devnet, client)}`
  const allocation = await ask('Filecoin.StateGetAllocation', from, id, null)
  assert.equal(allocation['Data'], piece.cid.toJSON())
  assert.equal(await ask('Filecoin.StateGetAllocationForPendingDeal', deal, null), allocation)
  assert.is(await ask('Filecoin.StateGetAllocationIdForPendingDeal', 99, null), 0)
  assert.is(await ask('Filecoin.StateGetAllocationForPendingDeal', 99, null), null)
  const root = String(await ask('Filecoin.StateVerifiedRegistryRootKey', null))
  assert.is(root, 't080')
})

/** Amounts that differ by less than a thousandth: circulating supply grows from epoch to epoch. */
const near = (a: bigint, b: bigint): boolean => (a > b ? a - b : b - a) * 1000n < a

test('deposit and pledge are a tenth more than the miner is charged', async () => {
  const { ask, devnet, provider, miner, minerState } = await marketDevnet()
  const sector = provider.seal()
  const info = { SealProof: 5, SectorNumber: 1, DealIDs: null, Expiration: 1_000_000 }
  let told: bigint
  do {
    told = big(await ask('Filecoin.StateMinerPreCommitDepositForPower', miner, info, null))
    devnet.mine()
  } while (minerState().preCommitDeposits === 0n)
  assert.is(told, (minerState().preCommitDeposits * 110n) / 100n)
  while (!minerState().sectors.get(sector)) devnet.mine()
  const { initialPledge, expiration, powerBaseEpoch } = minerState().sectors.get(sector)!
  const key = devnet.node.store.parent(devnet.node.head)!.cids.map((cid) => cid.toJSON())
  const lifetime = expiration - powerBaseEpoch
  const forSector = await ask(
    'Filecoin.StateMinerInitialPledgeForSector',
    ...[lifetime, Number(SECTOR), 0, key],
  )
  assert.ok(near((initialPledge * 110n) / 100n, big(forSector)), `${initialPledge} ${forSector}`)
  const asked = { ...info, Expiration: expiration }
  const collateral = await ask('Filecoin.StateMinerInitialPledgeCollateral', miner, asked, key)
  assert.ok(near(big(collateral), big(forSector)))
  // Verified data counts ten times.
  const full = await ask(
    'Filecoin.StateMinerInitialPledgeForSector',
    ...[lifetime, Number(SECTOR), Number(SECTOR), key],
  )
  assert.is(big(full) / big(forSector), 10n)
})

test('the pledge of a sector knows its deals', async () => {
  const { ask, refusal, devnet, client, prng, miner } = await marketDevnet()
  const piece = fillerPiece(prng, SECTOR)
  const deal = Number(publishDeal(devnet, client, devnet.providers[0]!, piece, true).dealId)
  const { Proposal } = await ask('Filecoin.StateMarketStorageDeal', deal, null)
  const end = int(Proposal!['EndEpoch'])
  const asked = { SealProof: 5, DealIDs: [deal], Expiration: end }
  const method = 'Filecoin.StateMinerInitialPledgeCollateral'
  const without = big(await ask(method, miner, { ...asked, DealIDs: [] }, null))
  const ratio = Number(big(await ask(method, miner, asked, null))) / Number(without)
  assert.ok(ratio > 9.8 && ratio <= 10, `${ratio}`)
  const says = async (info: object) => (await refusal(method, miner, info, null)).message
  assert.match(await says({ ...asked, Expiration: end - 1 }), /exceeds sector expiration/)
  assert.match(await says({ ...asked, DealIDs: [deal, deal] }), /present multiple times/)
  assert.match(await says({ ...asked, DealIDs: [55] }), /deal 55 not found/)
  assert.match(
    await says({ ...asked, SealProof: 99 }),
    /param 1: SealProof: unknown seal proof type 99/,
  )
  assert.match(await says({ ...asked, Expiration: 0 }), /sector expiration 0 is not after/)
})

test('what is asked of a new miner is what it locks', async () => {
  const { ask, devnet, client, minerState } = await marketDevnet()
  const deposit = big(await ask('Filecoin.StateMinerCreationDeposit', null))
  const owner = idAddress(idOf(devnet, client))
  const params = encode(CreateMinerParams, {
    ...{ owner, worker: devnet.providers[0]!.worker, windowPoStProofType: 10 },
    ...{ peer: new Uint8Array(), multiaddrs: [] },
  })
  const value = (deposit * 11n) / 10n
  sendOk(devnet, client, { to: POWER_ACTOR, method: PowerMethod.CreateMiner, params, value })
  const miners = await ask<string[]>('Filecoin.StateListMiners', null)
  const made = Math.max(...miners.map((miner) => Number(miner.slice(2))))
  assert.ok(near(minerState(made).lockedFunds, deposit))
})

test('collateral of a deal is bounded by what the market takes', async () => {
  const { ask, refusal, devnet } = await marketDevnet()
  const bounds = await ask('Filecoin.StateDealProviderCollateralBounds', 1024, true, null)
  assert.is(big(bounds['Max']), 2_000_000_000n * 10n ** 18n)
  const state = devnet.node.store.execution(devnet.node.head).state
  const supply = devnet.node.supply(state, devnet.node.head.height).filCirculating
  // 1 % of what circulates, by the piece's share in the baseline, and a tenth more.
  const baseline = big(
    (await ask('Filecoin.StateReadState', 't02', null))['State']!['ThisEpochBaselinePower'],
  )
  const least = (((1024n * supply) / (baseline * 100n)) * 110n) / 100n
  assert.is(big(bounds['Min']), least)
  assert.match(
    (await refusal('Filecoin.StateMinerInitialPledgeForSector', 0, 1, 0, null)).message,
    /duration/,
  )
  assert.match(
    (await refusal('Filecoin.StateMinerInitialPledgeForSector', 1, 0, 0, null)).message,
    /size must be non-zero/,
  )
  assert.match(
    (await refusal('Filecoin.StateMinerInitialPledgeForSector', 1, 1, 2, null)).message,
    /less than or equal/,
  )
})

test('money is brought to the market and back', async () => {
  const { ask, refusal, devnet, miner } = await marketDevnet()
  const [client] = devnet.accounts
  const from = String(client!.native)
  const held = async (who: string) =>
    (await ask('Filecoin.StateMarketBalance', who, null))['Escrow']
  const cid = await ask('Filecoin.MarketAddBalance', from, from, '700')
  assert.is((await ask('Filecoin.StateWaitMsg', cid))['Receipt']!['ExitCode'], 0)
  await ask('Filecoin.MarketAddBalance', from, miner, '50')
  assert.equal([await held(from), await held(miner)], ['700', '50'])
  await ask('Filecoin.MarketWithdraw', from, from, '300')
  assert.is(await held(from), '400')
  const says = async (...params: unknown[]) =>
    (await refusal('Filecoin.MarketWithdraw', ...params)).message
  assert.match(await says(from, miner, '1'), /message execution failed|exit/)
  assert.match(await says(from, from, 7), /param 2: amount: expected a decimal string/)
  assert.match(await says(from, from, '-7'), /param 2: expected an amount/)
  assert.match(await says(miner, from, '1'), /not an account/)
})

test.run()
