// Goal: every invariant notices when it is broken. Method: a state that a fuzzed network came to, with miners, deals,
// wallets and faults in it; then one thing is changed at a time, and the findings must name it.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { CronState } from '../../actors/cron/state.ts'
import type { DatacapState } from '../../actors/datacap/state.ts'
import type { InitState } from '../../actors/init/state.ts'
import {
  brokenInvariants,
  type CheckedActors,
  factsOfGenesis,
  type NetworkFacts,
} from '../../actors/invariants.ts'
import type { MarketState } from '../../actors/market/state.ts'
import { EMPTY_EXPIRATION_SET } from '../../actors/miner/expiration-set.ts'
import { liveSectors } from '../../actors/miner/partition-state.ts'
import { sectorsInAmt } from '../../actors/miner/sectors.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { addLockedFunds } from '../../actors/miner/balances.ts'
import type { MultisigState } from '../../actors/multisig/state.ts'
import type { PaychState } from '../../actors/paych/state.ts'
import { type CronEvent, NO_CRON_EVENTS, type PowerState } from '../../actors/power/state.ts'
import type { RewardState } from '../../actors/reward/state.ts'
import * as singletons from '../../actors/singletons.ts'
import type { SystemState } from '../../actors/system/state.ts'
import type { VerifregState } from '../../actors/verifreg/state.ts'
import { actorAddress, blsAddress, idAddress } from '../../primitives/address.ts'
import { Bitfield, bitfield } from '../../primitives/bitfield.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { cidOf } from '../../primitives/cid.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { Link } from '../../primitives/link.ts'
import { type ActorId, actorId, fil } from '../../primitives/units.ts'
import { fuzz } from '../fuzz/run.ts'
import type { World } from '../fuzz/world.ts'
import {
  findActor,
  findOne,
  findPartition,
  NothingFound,
  stateOf,
  withActor,
  withDeadline,
  withInfo,
  withPartition,
  withSector,
  withState,
} from '../support/mutated.ts'

await initCrypto()

const { INIT_ACTOR, POWER_ACTOR, REWARD_ACTOR, MARKET_ACTOR, VERIFREG_ACTOR, CRON_ACTOR } =
  singletons
const EPOCHS = 500
const { world, ...found } = firstRich(['h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q'])
const actors: CheckedActors = world.actors()
const facts: NetworkFacts = { ...world.facts, priorEpoch: EPOCHS - 1 }

type Case = readonly [what: string, mutate: () => CheckedActors, finding: RegExp]

/** A test for each case: it is found, and nothing is in the state as it was. */
function cases(list: readonly Case[]): void {
  for (const [what, mutate, finding] of list)
    test(what, () => {
      const broken = brokenInvariants(mutate(), facts)
      assert.ok(
        broken.some((found) => finding.test(found)),
        `expected ${finding}, found: ${broken.slice(0, 5).join(' | ') || 'nothing'}`,
      )
    })
}

/** The first of some networks that has everything in it that the cases below change. */
function firstRich(seeds: readonly string[]) {
  for (const seed of seeds) {
    const { world } = fuzz({ seed, network: '2k-short', epochs: EPOCHS })
    try {
      return {
        world,
        ...minersIn(world),
        ...partitionsIn(world),
        ...dataIn(world),
        ...walletsIn(world),
      }
    } catch (error) {
      if (!(error instanceof NothingFound)) throw error
    }
  }
  throw new Error('none of these networks has everything: other seeds are needed')
}

function minersIn(world: World) {
  const { power } = world
  const actors = world.actors()
  const activeMiner = findActor<MinerState>(actors, 'storageminer', (state, id) => {
    const claim = power.claims.get(id)
    return state.deadlineCronActive && claim !== undefined && claim.rawBytePower > 0n
  })
  const [eventEpoch, events] = findOne(power.cronEventQueue.entries(), ([, queue]) =>
    [...queue.values()].some(({ minerAddr }) => minerAddr === activeMiner),
  )
  const preCommitter = findActor<MinerState>(
    actors,
    'storageminer',
    (state) => !state.preCommittedSectors.isEmpty,
  )
  return { activeMiner, eventEpoch, events, preCommitter }
}

function partitionsIn(world: World) {
  const actors = world.actors()
  return {
    live: findPartition(actors, (p) => liveSectors(p).count() > 1n && p.faults.isEmpty),
    faulty: findPartition(actors, (p) => !p.faults.isEmpty && p.recoveries.isEmpty),
    early: findPartition(actors, (p) =>
      [...p.expirationsEpochs.values()].some((set) => !set.earlySectors.isEmpty),
    ),
    unproven: findPartition(actors, (p) => !p.unproven.isEmpty),
    withSnapshot: findPartition(actors, (_, d) => !d.optimisticPoStSubmissionsSnapshot.isEmpty),
  }
}

function dataIn(world: World) {
  const market = world.state<MarketState>(MARKET_ACTOR)
  const { claims, allocations } = world.state<VerifregState>(VERIFREG_ACTOR)
  const [provider, bySector] = findOne(market.providerSectors.entries(), () => true)
  const [claimProvider, someClaims] = findOne(claims.entries(), ([id, mine]) =>
    [...mine.values()].some(
      ({ sector }) => (world.miner(id).sectors.get(sector)?.verifiedDealWeight ?? 0n) > 0n,
    ),
  )
  const [pendingDeal] = findOne(market.pendingDealAllocationIds.entries(), ([id, allocation]) =>
    Boolean(allocations.get(market.proposals.get(id)!.client.id!)?.has(allocation)),
  )
  return { provider, bySector, claimProvider, someClaims, pendingDeal }
}

function walletsIn(world: World) {
  const actors = world.actors()
  return {
    wallet: findActor<MultisigState>(
      actors,
      'multisig',
      (state) => !state.pendingTxs.isEmpty && state.unlockDuration === 0n,
    ),
    channel: findActor<PaychState>(actors, 'paymentchannel', (s) => !s.laneStates.isEmpty),
  }
}

test('the state of a network is whole', () => {
  assert.equal(brokenInvariants(actors, facts), [])
})

const system = (change: Partial<SystemState>) => () =>
  withState<SystemState>(actors, singletons.SYSTEM_ACTOR, () => change)
const init = (change: (state: InitState) => Partial<InitState>) => () =>
  withState(actors, INIT_ACTOR, change)
const cron = (entry: CronState['entries'][number]) => () =>
  withState<CronState>(actors, CRON_ACTOR, ({ entries }) => ({ entries: [...entries, entry] }))
const reward = (change: (state: RewardState) => Partial<RewardState>) => () =>
  withState(actors, REWARD_ACTOR, change)
const user = world.users[0]!
const stranger = blsAddress(new Uint8Array(48).fill(9))

cases([
  [
    'another manifest',
    system({ builtinActors: cidOf(utf8('x')) }),
    /f00 system: runs the actors of/,
  ],
  ['a network without a name', init(() => ({ networkName: '' })), /init: network has no name/],
  ['ids that start again', init(() => ({ nextId: actorId(99) })), /init: next id 99 is too low/],
  ['an id to come', init(() => ({ nextId: user })), /addresses: f0\d+ exists, the next id is/],
  [
    'an ID address in the address map',
    init(({ addressMap }) => ({ addressMap: addressMap.set(idAddress(user), user) })),
    /init: f0\d+ needs no entry/,
  ],
  [
    'two keys of one account',
    init(({ addressMap }) => ({ addressMap: addressMap.set(stranger, user) })),
    new RegExp(`init: f0${user} is both`),
  ],
  [
    'an address of a singleton',
    init(({ addressMap }) => ({ addressMap: addressMap.set(stranger, POWER_ACTOR) })),
    /is the singleton f04/,
  ],
  [
    'a key that leads elsewhere',
    () => withState(actors, user, () => ({ address: stranger })),
    new RegExp(`f0${user} is f3.*, which leads to f0undefined`),
  ],
  [
    'an account without a key',
    () => withState(actors, user, () => ({ address: idAddress(user) })),
    /account: address f0\d+ is no key/,
  ],
  ['cron without a method', cron({ receiver: idAddress(user), method: 0 }), /entry 2 has method 0/],
  [
    'cron to an address that is no id',
    cron({ receiver: actorAddress(utf8('x')), method: 2 }),
    /entry 2 is for f2.*no ID address/,
  ],
  ['cron to nobody', cron({ receiver: idAddress(9999), method: 2 }), /cron calls f09999/],
  ['rewards not paid', reward(() => ({ totalStoragePowerReward: 0n })), /reward: paid 0 and has/],
  ['a reward for another epoch', reward(() => ({ epoch: 499 })), /reward is for epoch 499/],
  ['a negative reward', reward(() => ({ thisEpochReward: -1n })), /reward is -1/],
  [
    'network time ahead of the clock',
    reward(() => ({ effectiveNetworkTime: 502 })),
    /effective network time 502 is after/,
  ],
  [
    'more realized than the baseline',
    reward(({ cumsumBaseline }) => ({ cumsumRealized: cumsumBaseline + 1n })),
    /realized \d+ of a baseline of/,
  ],
  [
    'money out of nowhere',
    () => withActor(actors, user, { balance: fil('1000001') }),
    /there are \d+ attoFIL, -?\d+ more than the supply/,
  ],
  ['less money than none', () => withActor(actors, user, { balance: -1n }), /f0\d+ has -1/],
  [
    'another actor in place of a singleton',
    () => withActor(actors, singletons.EAM_ACTOR, { type: 'account' }),
    /f010 is account, no eam/,
  ],
])

const { activeMiner, eventEpoch, events, preCommitter } = found
const power = (change: (state: PowerState) => Partial<PowerState>) => () =>
  withState(actors, POWER_ACTOR, change)
const withEvents = (epoch: number, change: (events: CronEvent[]) => CronEvent[]) =>
  power(({ cronEventQueue }) => {
    const before = [...(cronEventQueue.get(epoch) ?? NO_CRON_EVENTS).values()]
    const queue = NO_CRON_EVENTS.setAll(change(before).map((event, i) => [i, event]))
    return { cronEventQueue: cronEventQueue.set(epoch, queue) }
  })
const theirs = ({ minerAddr }: CronEvent): boolean => minerAddr === activeMiner
const event = [...events.values()].find(theirs)!
const aMiner = new RegExp(`miner f0${activeMiner}`)

cases([
  [
    'a claim for more',
    power(({ claims }) => {
      const claim = claims.get(activeMiner)!
      const more = { ...claim, qualityAdjPower: claim.qualityAdjPower + 1n }
      return { claims: claims.set(activeMiner, more) }
    }),
    new RegExp(`power: miner f0${activeMiner} claims .*, its sectors prove`),
  ],
  [
    'a claim of another proof type',
    power(({ claims }) => ({
      claims: claims.set(activeMiner, { ...claims.get(activeMiner)!, windowPoStProofType: 11 }),
    })),
    /proves with type 10, claims 11/,
  ],
  [
    'no claim',
    power(({ claims }) => ({ claims: claims.delete(activeMiner) })),
    new RegExp(`miner f0${activeMiner} has no claim`),
  ],
  [
    'a claim of a user',
    power(({ claims }) => ({ claims: claims.set(user, claims.get(activeMiner)!) })),
    /f0\d+ has a claim, but is no miner/,
  ],
  ...(['totalRawBytePower', 'totalBytesCommitted', 'totalQualityAdjPower'] as const).map(
    (field): Case => [
      `another ${field}`,
      power((state) => ({ [field]: state[field] + 1n })),
      /storagepower: total .* claims say/,
    ],
  ),
  [
    'pledge that nobody pledged',
    power((state) => ({ totalPledgeCollateral: state.totalPledgeCollateral + 7n })),
    /power: total pledge is 7 more/,
  ],
  [
    'a call that will never come',
    power(() => ({ firstCronEpoch: eventEpoch + 1 })),
    /storagepower: event at \d+, before/,
  ],
  [
    'a call that is missing',
    withEvents(eventEpoch, (all) => all.filter((e) => !theirs(e))),
    aMiner,
  ],
  ['a call twice', withEvents(eventEpoch, (all) => [...all, event]), /has 2 deadline crons, not 1/],
  [
    'a call inside a deadline',
    () => {
      const without = withEvents(eventEpoch, (all) => all.filter((e) => !theirs(e)))()
      return withState<PowerState>(without, POWER_ACTOR, ({ cronEventQueue }) => ({
        cronEventQueue: cronEventQueue.set(eventEpoch - 1, NO_CRON_EVENTS.set(0, event)),
      }))
    },
    /is called at \d+, inside a deadline/,
  ],
  [
    'a call much later',
    withEvents(eventEpoch + 480, () => [event]),
    /is called at \d+, later than \d+/,
  ],
  [
    'a call for something unknown',
    withEvents(eventEpoch, (all) => [
      ...all,
      { ...event, callbackPayload: Uint8Array.of(0x81, 9) },
    ]),
    /is called at \d+ for 9/,
  ],
  [
    'a call that says nothing',
    withEvents(eventEpoch, (all) => [...all, { ...event, callbackPayload: utf8('?') }]),
    /is called at \d+ for nothing known/,
  ],
  [
    'a call of a user',
    withEvents(eventEpoch, (all) => [...all, { ...event, minerAddr: user }]),
    /f0\d+ is called at \d+, but is no miner/,
  ],
])

const miner =
  (change: (state: MinerState) => Partial<MinerState>, id: ActorId = activeMiner) =>
  () =>
    withState(actors, id, change)
const info = (change: Parameters<typeof withInfo>[2]) => () => withInfo(actors, activeMiner, change)
const f2 = actorAddress(utf8('x'))

cases([
  ['a worker that is no id', info(() => ({ worker: f2 })), /info: worker f2.* is no ID address/],
  ['an owner that is no id', info(() => ({ owner: f2 })), /info: owner f2/],
  ['a beneficiary that is no id', info(() => ({ beneficiary: f2 })), /info: beneficiary f2/],
  [
    'a control address that is no id',
    info(() => ({ controlAddresses: [f2] })),
    /control address f2/,
  ],
  [
    'too many control addresses',
    info(({ owner }) => ({ controlAddresses: new Array(11).fill(owner) as never })),
    /11 control addresses/,
  ],
  [
    'a worker that follows itself',
    info(({ worker }) => ({ pendingWorkerKey: { newWorker: worker, effectiveAt: 9 } })),
    /info: f0\d+ is to follow itself/,
  ],
  [
    'an owner that follows itself',
    info((i) => ({ pendingOwnerAddress: i.owner })),
    /follow itself/,
  ],
  [
    'a size that is not that of the proof',
    info(() => ({ sectorSize: 4096n })),
    /sectors of 4096 bytes/,
  ],
  ['an unknown proof', info(() => ({ windowPoStProofType: 7 })), /unknown PoSt type 7/],
  [
    'a negative quota',
    info((i) => ({ beneficiaryTerm: { ...i.beneficiaryTerm, usedQuota: -1n } })),
    /-1 of quota \d+ is used/,
  ],
  ['negative debt', miner(() => ({ feeDebt: -1n })), /money: feeDebt is -1/],
  [
    'more locked than vests',
    miner((s) => ({ lockedFunds: s.lockedFunds + 1n })),
    /vesting: \d+ vests/,
  ],
  [
    'a vesting epoch off the grid',
    miner((state) => {
      const draft = { ...state, provingPeriodStart: state.provingPeriodStart + 1 }
      addLockedFunds(draft, 500, fil('1'), {
        initialDelay: 0,
        vestPeriod: 10,
        stepDuration: 1,
        quantization: 1,
      })
      return { vestingFunds: draft.vestingFunds, lockedFunds: draft.lockedFunds }
    }),
    /vesting: \d+ is no end of a deadline/,
  ],
  [
    'pledge of no sector',
    miner((s) => ({ initialPledge: s.initialPledge + 1n })),
    /power: miner f0\d+ pledged/,
  ],
  [
    'a balance that is not there',
    () => withActor(actors, activeMiner, { balance: 0n }),
    /money: balance 0 is less than the \d+ bound/,
  ],
  ['a cron that sleeps', miner(() => ({ deadlineCronActive: false })), /deadline cron is off/],
  [
    'deposits of no pre-commitment',
    miner((s) => ({ preCommitDeposits: s.preCommitDeposits + 1n })),
    /pre-commits: deposits are/,
  ],
  [
    'pre-commitments that are never given up',
    miner(
      (s) => ({
        preCommittedSectorsCleanup: s.preCommittedSectorsCleanup.deleteAll(
          [...s.preCommittedSectorsCleanup.entries()].map(([e]) => e),
        ),
      }),
      preCommitter,
    ),
    /pre-commits: \d+ will never be given up/,
  ],
  [
    'a clean-up inside a deadline',
    miner((s) => ({
      preCommittedSectorsCleanup: s.preCommittedSectorsCleanup.set(
        s.provingPeriodStart + 485,
        Bitfield.of([1]),
      ),
    })),
    /clean-up at \d+, inside a deadline/,
  ],
  [
    'numbers that were never allocated',
    miner(() => ({ allocatedSectors: Link.to(bitfield, Bitfield.empty) }), preCommitter),
    /was never allocated|were never allocated/,
  ],
  ['a deadline that is not there', miner(() => ({ currentDeadline: 48 })), /deadline 48 is open/],
  [
    'deadlines that are missing',
    miner(({ deadlines }) => ({
      deadlines: Link.to(deadlines.codec, { due: deadlines.get().due.slice(0, 47) }),
    })),
    /has 47 deadlines/,
  ],
  [
    'early terminations of a deadline without any',
    miner(() => ({ earlyTerminations: Bitfield.of([3]) })),
    /deadlines \{3\} have early terminations|has terminations that nothing settles/,
  ],
])

const { live, faulty, early, unproven, withSnapshot } = found
const one = { raw: 1n, qa: 1n }

cases([
  [
    'a sector that is not there',
    () =>
      withState<MinerState>(actors, live.miner, ({ sectors, deadlines }) => {
        const { sectors: numbers } = deadlines
          .get()
          .due[live.deadline]!.get()
          .partitions.get(live.partition)!
        return { sectors: sectors.delete(Bitfield.of([numbers.first()!])) }
      }),
    /has sectors .*, deadlines have/,
  ],
  [
    'a sector kept under another number',
    miner(({ sectors }) => {
      const all = sectors.toAmt()
      return { sectors: sectorsInAmt(all.set(99_999, [...all.values()][0]!)) }
    }),
    /sectors: \d+ is kept as 99999/,
  ],
  [
    'a sector that ends before it begins',
    () => withSector(actors, live, (s) => ({ expiration: s.activation })),
    /lives from/,
  ],
  [
    'a sector that ends at another time',
    () => withSector(actors, live, (s) => ({ expiration: s.expiration + 5000 })),
    /expirations at \d+: sector \d+ ends at/,
  ],
  [
    'a sector with another pledge',
    () => withSector(actors, live, (s) => ({ initialPledge: s.initialPledge + 1n })),
    /expirations at \d+: pledge is/,
  ],
  [
    'a sector with another fee',
    () => withSector(actors, live, (s) => ({ dailyFee: s.dailyFee + 1n })),
    /expirations at \d+: fee deduction is/,
  ],
  [
    'a sector with more verified data',
    () =>
      withSector(actors, live, (s) => ({ verifiedDealWeight: s.verifiedDealWeight + (1n << 30n) })),
    /live power is/,
  ],
  [
    'a sector with negative data',
    () => withSector(actors, live, () => ({ dealWeight: -1n })),
    /has a dealWeight of -1/,
  ],
  [
    'a live sector too many',
    () => withDeadline(actors, live, (d) => ({ liveSectors: d.liveSectors + 1 })),
    /has \d+ live sectors/,
  ],
  [
    'a sector too many',
    () => withDeadline(actors, live, (d) => ({ totalSectors: d.totalSectors + 1 })),
    /has \d+ total sectors/,
  ],
  [
    'live power of a deadline',
    () => withDeadline(actors, live, () => ({ livePower: one })),
    /deadline \d+: live power is 1\/1, partitions/,
  ],
  [
    'faulty power of a deadline',
    () => withDeadline(actors, live, () => ({ faultyPower: one })),
    /deadline \d+: faulty power is 1\/1, partitions/,
  ],
  [
    'the daily fee of a deadline',
    () => withDeadline(actors, live, (d) => ({ dailyFee: d.dailyFee + 1n })),
    /daily fee is \d+, sectors pay/,
  ],
  [
    'a proof of a partition that is not there',
    () => withDeadline(actors, live, () => ({ partitionsPosted: Bitfield.of([7]) })),
    /partition 7 was proven, there are/,
  ],
  [
    'a deadline that forgets an expiration',
    () =>
      withDeadline(actors, live, (d) => ({
        expirationsEpochs: d.expirationsEpochs.deleteAll(
          [...d.expirationsEpochs.entries()].map(([e]) => e),
        ),
      })),
    /no expiration of partition \d+ at/,
  ],
  [
    'early terminations of no partition',
    () => withDeadline(actors, live, () => ({ earlyTerminations: Bitfield.of([0]) })),
    /have early terminations, it should be/,
  ],
  [
    'a gap between partitions',
    () =>
      withDeadline(actors, live, ({ partitions }) => ({
        partitions: partitions.set(9, partitions.get(0)!).delete(0),
      })),
    /partition 9 where \d is next/,
  ],
  [
    'a sector in two partitions',
    () =>
      withDeadline(actors, live, ({ partitions }) => ({
        partitions: partitions.set(partitions.count, partitions.get(live.partition)!),
      })),
    /a sector is in two partitions/,
  ],
  [
    'a proof for no snapshot',
    () =>
      withDeadline(actors, withSnapshot, (d) => ({
        partitionsSnapshot: d.partitionsSnapshot.deleteAll(
          [...d.partitionsSnapshot.entries()].map(([i]) => i),
        ),
      })),
    /which is not in the snapshot/,
  ],
  [
    'a snapshot that is not settled',
    () =>
      withDeadline(actors, withSnapshot, (d) => {
        const [[i, partition]] = [...d.partitionsSnapshot.numberEntries()] as [
          [number, ReturnType<typeof d.partitionsSnapshot.get> & object],
        ]
        return {
          partitionsSnapshot: d.partitionsSnapshot.set(i, {
            ...partition,
            unproven: Bitfield.of([1]),
          }),
        }
      }),
    /snapshot of partition \d+ has unproven/,
  ],
  [
    'faults that are not live',
    () => withPartition(actors, live, () => ({ faults: Bitfield.of([99_999]) })),
    /faults .*99999.* are not live/,
  ],
  [
    'a fault in no sum',
    () => withPartition(actors, live, (p) => ({ faults: Bitfield.of([liveSectors(p).first()!]) })),
    /faulty power is 0\/0, sectors have/,
  ],
  [
    'a recovery of what is not faulty',
    () => withPartition(actors, live, (p) => ({ recoveries: Bitfield.of([p.sectors.first()!]) })),
    /recoveries .* are not faulty/,
  ],
  [
    'a recovery in no sum',
    () => withPartition(actors, faulty, (p) => ({ recoveries: p.faults })),
    /recovering power is 0\/0/,
  ],
  [
    'an unproven fault',
    () => withPartition(actors, unproven, (p) => ({ faults: p.unproven })),
    /are faulty and unproven/,
  ],
  [
    'an unproven sector in no sum',
    () => withPartition(actors, unproven, () => ({ unproven: Bitfield.empty })),
    /unproven power is/,
  ],
  [
    'a terminated sector of nowhere',
    () => withPartition(actors, live, () => ({ terminated: Bitfield.of([99_999]) })),
    /terminated sectors .* are not in the partition/,
  ],
  [
    'live power of a partition',
    () => withPartition(actors, live, () => ({ livePower: one })),
    /partition \d+: live power is 1\/1, sectors/,
  ],
  [
    'an expiration that is forgotten',
    () =>
      withPartition(actors, live, (p) => ({
        expirationsEpochs: p.expirationsEpochs.delete(p.expirationsEpochs.firstIndex()!),
      })),
    /expire, .* are live/,
  ],
  [
    'an expiration between windows',
    () =>
      withPartition(actors, live, (p) => {
        const [[epoch, set]] = [...p.expirationsEpochs.entries()] as [
          [bigint, typeof EMPTY_EXPIRATION_SET],
        ]
        return { expirationsEpochs: p.expirationsEpochs.delete(epoch).set(epoch + 1n, set) }
      }),
    /expirations at \d+: is no end of a window/,
  ],
  [
    'an empty expiration',
    () =>
      withPartition(actors, live, (p) => ({
        expirationsEpochs: p.expirationsEpochs.set(10_000_009, EMPTY_EXPIRATION_SET),
      })),
    /expirations at 10000009: is empty/,
  ],
  [
    'an early expiration of a sound sector',
    () =>
      withPartition(actors, early, (p) => ({ faults: Bitfield.empty, recoveries: p.recoveries })),
    /expire early and are not faulty/,
  ],
  [
    'active power that expires',
    () =>
      withPartition(actors, live, (p) => {
        const [[epoch, set]] = [...p.expirationsEpochs.entries()] as [
          [bigint, typeof EMPTY_EXPIRATION_SET],
        ]
        return { expirationsEpochs: p.expirationsEpochs.set(epoch, { ...set, activePower: one }) }
      }),
    /expirations at \d+: active power is 1\/1/,
  ],
  [
    'a termination of a live sector that waits',
    () =>
      withPartition(actors, live, (p) => ({
        earlyTerminated: p.earlyTerminated.set(
          5,
          Bitfield.of([p.sectors.subtract(p.terminated).first()!]),
        ),
      })),
    /wait for settlement, but live/,
  ],
])

const { wallet, channel } = found
const msig = (change: (state: MultisigState) => Partial<MultisigState>) => () =>
  withState(actors, wallet, change)
const paych = (change: Partial<PaychState>) => () =>
  withState<PaychState>(actors, channel, () => change)
const pendingTx = (approved: (signers: readonly ActorId[]) => ActorId[]) =>
  msig(({ pendingTxs, signers }) => {
    const [[id, transaction]] = [...pendingTxs.entries()] as [
      [number, NonNullable<ReturnType<typeof pendingTxs.get>>],
    ]
    return { pendingTxs: pendingTxs.set(id, { ...transaction, approved: approved(signers) }) }
  })

cases([
  ['nobody who signs', msig(() => ({ signers: [] })), /multisig: 0 signers/],
  [
    'a signer twice',
    msig(({ signers }) => ({ signers: [...signers, signers[0]!] })),
    /repeats a signer/,
  ],
  ['no approval needed', msig(() => ({ numApprovalsThreshold: 0 })), /needs 0 approvals/],
  [
    'more approvals than signers',
    msig(() => ({ numApprovalsThreshold: 99 })),
    /needs 99 approvals/,
  ],
  ['a lock without duration', msig(() => ({ startEpoch: 5n })), /locks nothing from epoch 5 on/],
  ['locked funds without duration', msig(() => ({ initialBalance: 5n })), /locks 5 for no time/],
  ['a negative lock', msig(() => ({ unlockDuration: -5n })), /unlock duration is -5/],
  [
    'a transaction from the future',
    msig(() => ({ nextTxId: 0 })),
    /transaction \d+, the next is 0/,
  ],
  ['a transaction nobody approves', pendingTx(() => []), /nobody approves of it/],
  ['a transaction approved twice', pendingTx(([a]) => [a!, a!]), /approved twice by the same/],
  [
    'a transaction approved by a stranger',
    pendingTx(() => [actorId(7777)]),
    /f07777, who is no signer/,
  ],
  [
    'a channel that owes too much',
    paych({ toSend: fil('1000000') }),
    /paymentchannel: owes \d+, has/,
  ],
  ['a channel that is owed', paych({ toSend: -1n }), /owes -1/],
  [
    'a channel that settles too soon',
    paych({ settlingAt: 1n, minSettleHeight: 2n }),
    /settles at 1, before 2/,
  ],
  [
    'a lane that was paid back',
    () =>
      withState<PaychState>(actors, channel, ({ laneStates }) => ({
        laneStates: laneStates.set(0, { redeemed: -1n, nonce: 1n }),
      })),
    /lane 0 redeemed -1/,
  ],
])

const { provider, bySector, claimProvider, someClaims, pendingDeal } = found
const market = stateOf<MarketState>(actors, MARKET_ACTOR)
const [dealSector] = [...bySector.keys()]
const claims = [...someClaims.entries()]
const deal = market.proposals.get(pendingDeal)!
const changedDeal = (change: Partial<typeof deal>) => () =>
  withState<MarketState>(actors, MARKET_ACTOR, ({ proposals }) => ({
    proposals: proposals.set(pendingDeal, { ...deal, ...change }),
  }))

cases([
  [
    'a deal in a sector that is gone',
    () =>
      withState<MinerState>(actors, provider, ({ sectors, deadlines }) => ({
        sectors: sectors.delete(Bitfield.of([dealSector!])),
        deadlines,
      })),
    /deals: deal \d+ .*sector \d+|has sectors/,
  ],
  [
    'a deal that outlasts its sector',
    () =>
      withState<MarketState>(actors, MARKET_ACTOR, ({ proposals }) => {
        const [id] = bySector.get(dealSector!)!
        return { proposals: proposals.set(id!, { ...proposals.get(id!)!, endEpoch: 9_000_000n }) }
      }),
    /deal \d+ ends at 9000000, its sector/,
  ],
  [
    'deals in sectors of a user',
    () =>
      withState<MarketState>(actors, MARKET_ACTOR, ({ providerSectors }) => ({
        providerSectors: providerSectors.set(user, bySector),
      })),
    /sectors of f0\d+ hold deals, who is no miner/,
  ],
  [
    'an allocation for another piece',
    changedDeal({ pieceCid: cidOf(utf8('x')) }),
    /is for .*, allocation \d+ for/,
  ],
  [
    'an allocation for another provider',
    changedDeal({
      provider: idAddress(activeMiner === deal.provider.id ? claimProvider + 9999 : activeMiner),
    }),
    /is with f0\d+, allocation \d+ f0/,
  ],
  [
    'ids of deals that were given',
    () => withState<MarketState>(actors, MARKET_ACTOR, () => ({ nextId: 0 })),
    /storagemarket: deal \d+ is not below/,
  ],
  [
    'verified data without a claim',
    () =>
      withState<VerifregState>(actors, VERIFREG_ACTOR, (s) => ({
        claims: s.claims.delete(claimProvider),
      })),
    /has verified weight \d+, its claims 0/,
  ],
  [
    'a claim of a user',
    () =>
      withState<VerifregState>(actors, VERIFREG_ACTOR, (s) => ({
        claims: s.claims.set(user, someClaims),
      })),
    /f0\d+ has claims, but is no miner/,
  ],
  [
    'a claim whose sector ends before its term',
    () =>
      withState<VerifregState>(actors, VERIFREG_ACTOR, (s) => {
        const longer = claims.reduce(
          (map, [id, claim]) => map.set(id, { ...claim, termMin: 4_000_000, termMax: 5_000_000 }),
          someClaims,
        )
        return { claims: s.claims.set(claimProvider, longer) }
      }),
    /does not last through the term of claim/,
  ],
  [
    'a claim that its sector outlasts',
    () =>
      withState<VerifregState>(actors, VERIFREG_ACTOR, (s) => {
        const shorter = claims.reduce(
          (map, [id, claim]) => map.set(id, { ...claim, termMax: claim.termMin }),
          someClaims,
        )
        return { claims: s.claims.set(claimProvider, shorter) }
      }),
    /outlasts claim/,
  ],
  [
    'allocations without datacap',
    () =>
      withState<VerifregState>(actors, VERIFREG_ACTOR, (s) => ({
        allocations: s.allocations.delete([...s.allocations.keys()][0]!),
      })),
    /registry holds \d+ datacap for \d+ bytes/,
  ],
  [
    'a verifier with datacap',
    () => {
      const { token } = stateOf<DatacapState>(actors, singletons.DATACAP_ACTOR)
      const holder = [...token.balances.keys()].find((id) => id !== VERIFREG_ACTOR)!
      return withState<VerifregState>(actors, VERIFREG_ACTOR, (s) => ({
        verifiers: s.verifiers.set(holder, 1n),
      }))
    },
    /verifier f0\d+ has datacap itself/,
  ],
  [
    'datacap out of nowhere',
    () =>
      withState<DatacapState>(actors, singletons.DATACAP_ACTOR, ({ token }) => ({
        token: { ...token, supply: token.supply + 1n },
      })),
    /datacap: supply is/,
  ],
])

test('a state that cannot be read is a finding, not a crash', () => {
  const unreadable = (id: ActorId) =>
    withActor(actors, id, {
      state: {
        get() {
          throw new Error('no block bafy')
        },
      },
    })
  for (const id of [user, activeMiner, MARKET_ACTOR, POWER_ACTOR, INIT_ACTOR]) {
    const broken = brokenInvariants(unreadable(id), facts)
    assert.ok(
      broken.some((what) => /cannot be checked: no block bafy/.test(what)),
      `f0${id}`,
    )
  }
  const gone = new Map(actors)
  gone.delete(REWARD_ACTOR)
  assert.match(brokenInvariants(gone, facts).join(), /f02 is undefined, no reward/)
})

test('what a genesis gave without sectors is known from the genesis, and only that', () => {
  const given = withState<PowerState>(actors, POWER_ACTOR, (state) => {
    const claim = state.claims.get(activeMiner)!
    const more = {
      ...claim,
      rawBytePower: claim.rawBytePower + 2048n,
      qualityAdjPower: claim.qualityAdjPower + 2048n,
    }
    return {
      claims: state.claims.set(activeMiner, more),
      totalRawBytePower: state.totalRawBytePower + 2048n,
      totalBytesCommitted: state.totalBytesCommitted + 2048n,
      totalQualityAdjPower: state.totalQualityAdjPower + 2048n,
      totalQaBytesCommitted: state.totalQaBytesCommitted + 2048n,
    }
  })
  assert.match(brokenInvariants(given, facts).join(), /its sectors prove/)
  const known = { ...facts, ...factsOfGenesis(given, facts) }
  assert.equal(brokenInvariants(given, known), [])
  assert.match(brokenInvariants(actors, known).join(), /its sectors prove/)
})

test.run()
