/** Sectors that are committed for longer. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExitCode } from '../../../actors/exit-codes.ts'
import { extendedSector } from '../../../actors/miner/extended-sector.ts'
import { GetClaimsReturn } from '../../../actors/miner/ext.ts'
import { dailyProofFee } from '../../../actors/miner/monies.ts'
import type { SectorOnChainInfo } from '../../../actors/miner/sectors.ts'
import { Payload } from '../../../actors/payload.ts'
import { VERIFREG_ACTOR } from '../../../actors/singletons.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import { commitmentCid } from '../../../primitives/data-commitment.ts'
import { actorId } from '../../../primitives/units.ts'
import { exitsWith, type Sent } from '../../support/fake-runtime.ts'
import {
  advanceTo,
  endDeadline,
  MINER,
  MinerRuntime,
  niCommitOf,
  placeOf,
  postOf,
} from '../../support/miner.ts'

const { IllegalArgument, Forbidden, IllegalState, NotFound } = ExitCode
const DAY = 2880

/** A miner with three proven sectors in one deadline, two partitions. */
function withSectors(options: object = {}): MinerRuntime {
  const rt = new MinerRuntime(options)
  rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [1n, 2n, 3n], 20))
  advanceTo(rt, 20n)
  const partitions = [0n, 1n].map((index) => ({ index, skipped: Bitfield.empty }))
  rt.invoke('SubmitWindowedPoSt', postOf(rt, partitions))
  endDeadline(rt)
  return rt
}
const extend = (rt: MinerRuntime, sectors: bigint[], newExpiration: number, change: object = {}) =>
  rt.invoke('ExtendSectorExpiration2', {
    extensions: [
      {
        ...placeOf(rt, sectors[0]!),
        sectors: Bitfield.of(sectors),
        sectorsWithClaims: [],
        newExpiration,
        ...change,
      },
    ],
  })

test('an empty sector keeps its power, pledge and fee', () => {
  const rt = withSectors()
  const before = rt.state().sectors.get(1n)!
  const { pledge, claimed } = rt
  extend(rt, [1n, 2n], before.expiration + 100 * DAY)
  const after = rt.state().sectors.get(1n)!
  assert.equal(after, {
    ...before,
    expiration: before.expiration + 100 * DAY,
    powerBaseEpoch: rt.epoch,
  })
  assert.equal([rt.pledge, rt.claimed], [pledge, claimed])
  assert.is(rt.state().sectors.get(3n)!.expiration, before.expiration)
  assert.equal(rt.broken(), [])
})

test('ends that are not allowed', () => {
  const rt = withSectors()
  const { expiration } = rt.state().sectors.get(1n)!
  const later = expiration + DAY
  const refuse = (code: number, ...args: [bigint[], number, object?]) =>
    assert.throws(() => extend(rt, ...args), exitsWith(code))
  refuse(IllegalArgument, [1n], expiration - 1)
  refuse(IllegalArgument, [1n], rt.epoch + 1278 * DAY + 1)
  refuse(IllegalArgument, [1n], 2 ** 60)
  refuse(IllegalArgument, [1n], later, { deadline: 48n })
  refuse(NotFound, [1n], later, { partition: 7n })
  refuse(NotFound, [1n, 9n], later)
  refuse(IllegalState, [1n, 3n], later) // 3 is in another partition
  rt.invoke('DeclareFaults', { faults: [{ ...placeOf(rt, 1n), sectors: Bitfield.of([1n]) }] })
  refuse(IllegalState, [1n], later)
  extend(rt, [3n], rt.epoch + 1278 * DAY)
  assert.equal(rt.broken(), [])
})

test('a sector that was extended still ends, and no sooner', () => {
  const rt = withSectors()
  const old = rt.state().sectors.get(1n)!.expiration
  extend(rt, [1n], old + 10 * DAY)
  const due = () => rt.state().deadlines.get().due[20]!.get()
  while (rt.epoch < old + 2 * DAY) {
    advanceTo(rt, 20n)
    const live = due().partitions.numberEntries()
    for (const [i, { sectors, terminated }] of live)
      if (!sectors.subtract(terminated).isEmpty)
        rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index: BigInt(i), skipped: Bitfield.empty }]))
    endDeadline(rt)
  }
  assert.is(due().liveSectors, 1)
  assert.equal(rt.broken(), [])
})

const SIZE = 2048n
const sectorOf = (
  rt: MinerRuntime,
  change: Partial<SectorOnChainInfo> = {},
): SectorOnChainInfo => ({
  ...rt.state().sectors.get(1n)!,
  ...change,
})

test('weights are spread again over what is left', () => {
  const rt = withSectors()
  const plain = sectorOf(rt)
  const duration = BigInt(plain.expiration - plain.powerBaseEpoch)
  const sector = sectorOf(rt, {
    dealWeight: 1024n * duration,
    verifiedDealWeight: 512n * duration,
    expectedDayReward: 5n,
    replacedDayReward: 6n,
    expectedStoragePledge: 7n,
  })
  rt.epoch += 100 * DAY
  const to = plain.expiration + 50 * DAY
  const space = { all: 512n, maintained: 512n }
  const after = extendedSector(rt, sector, SIZE, to, space)
  assert.is(after.dealWeight, 1024n * BigInt(sector.expiration - rt.epoch))
  assert.is(after.verifiedDealWeight, 512n * BigInt(to - rt.epoch))
  assert.is(after.expectedDayReward, null)
  assert.is(after.initialPledge, sector.initialPledge)
  assert.is(after.dailyFee, sector.dailyFee, 'the power is the same')

  assert.throws(() => extendedSector(rt, sector, SIZE, to, undefined), exitsWith(IllegalArgument))
  assert.throws(
    () => extendedSector(rt, sector, SIZE, to, { all: 511n, maintained: 511n }),
    exitsWith(IllegalArgument),
  )
  const dropping = { all: 512n, maintained: 0n }
  assert.throws(() => extendedSector(rt, sector, SIZE, to, dropping), exitsWith(Forbidden))
  rt.epoch = sector.expiration - 30 * DAY
  const dropped = extendedSector(rt, sector, SIZE, to, dropping)
  assert.is(dropped.verifiedDealWeight, 0n)
  const oldPower = 1536n + 5120n
  assert.is(dropped.dailyFee, (sector.dailyFee * SIZE) / oldPower)
  rt.epoch = sector.expiration + 1
  assert.throws(() => extendedSector(rt, sector, SIZE, to, space), exitsWith(Forbidden), 'over')
})

test('old sectors lose the weight that is spent, and get a fee', () => {
  const rt = withSectors()
  const plain = sectorOf(rt)
  const duration = BigInt(plain.expiration - plain.powerBaseEpoch)
  const sector = sectorOf(rt, {
    flags: 0,
    dailyFee: 0n,
    dealWeight: 100n * duration + 7n,
    verifiedDealWeight: 200n * duration,
  })
  rt.epoch += 100 * DAY
  const after = extendedSector(rt, sector, SIZE, plain.expiration + DAY, undefined)
  const left = BigInt(sector.expiration - rt.epoch)
  assert.is(after.dealWeight, ((100n * duration + 7n) * left) / duration)
  assert.is(after.verifiedDealWeight, 200n * left)
  const fee = dailyProofFee(rt.policy, rt.circulatingSupply, SIZE + 9n * 199n)
  assert.ok(after.dailyFee >= fee)
})

test('claims must be of the miner and the sector, and last long enough', () => {
  const claim = {
    provider: MINER,
    client: actorId(200),
    data: commitmentCid(new Uint8Array(32)),
    size: 512n,
    termMin: 0,
    termMax: 400 * DAY,
    termStart: 0,
    sector: 1n,
  }
  let claims = [claim]
  let successCount = 1
  const answer = ({ to }: Sent) =>
    to === VERIFREG_ACTOR
      ? { ret: Payload.of(GetClaimsReturn, { batchInfo: { successCount, failCodes: [] }, claims }) }
      : (undefined as never)
  const rt = withSectors({ answer })
  const { expiration } = rt.state().sectors.get(1n)!
  const withClaim =
    (newExpiration: number, drop = false) =>
    () =>
      extend(rt, [1n], newExpiration, {
        sectors: Bitfield.empty,
        sectorsWithClaims: [
          { sectorNumber: 1n, maintainClaims: drop ? [] : [5n], dropClaims: drop ? [5n] : [] },
        ],
      })
  assert.throws(withClaim(400 * DAY + 1), exitsWith(Forbidden))
  claims = [{ ...claim, provider: actorId(7) }]
  assert.throws(withClaim(expiration), exitsWith(IllegalArgument))
  claims = [{ ...claim, sector: 2n }]
  assert.throws(withClaim(expiration), exitsWith(IllegalArgument))
  ;[claims, successCount] = [[], 0]
  assert.throws(withClaim(expiration), exitsWith(IllegalArgument))
  ;[claims, successCount] = [[claim], 1]
  withClaim(expiration + DAY)()
  withClaim(expiration + 500 * DAY, true)()
  assert.is(rt.state().sectors.get(1n)!.expiration, expiration + 500 * DAY)
  assert.equal(rt.broken(), [])
})

test.run()
