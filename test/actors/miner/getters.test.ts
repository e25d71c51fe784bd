/** What anybody may ask a miner about its sectors, and sectors that a network is born with. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExitCode } from '../../../actors/exit-codes.ts'
import {
  pledgePenaltyForContinuedFault,
  pledgePenaltyForTermination,
} from '../../../actors/miner/monies.ts'
import {
  type GenerateSectorLocationReturn,
  SectorLocation,
  SectorStatus,
} from '../../../actors/miner/params.ts'
import { BatchActivateDealsResult, ClaimAllocationsReturn } from '../../../actors/miner/ext.ts'
import { Payload } from '../../../actors/payload.ts'
import { MARKET_ACTOR, SYSTEM_ACTOR, VERIFREG_ACTOR } from '../../../actors/singletons.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import { decode, encode } from '../../../primitives/codec.ts'
import { commitmentCid } from '../../../primitives/data-commitment.ts'
import { actorId } from '../../../primitives/units.ts'
import { exitsWith, type Sent } from '../../support/fake-runtime.ts'
import {
  commitSectors,
  MinerRuntime,
  NETWORK,
  niCommitOf,
  placeOf,
  preCommitOf,
  STRANGER,
} from '../../support/miner.ts'

const { IllegalArgument, NotFound, IllegalState } = ExitCode
const { Dead, Active, Faulty } = SectorStatus

const locate = (rt: MinerRuntime, sectorNumber: bigint) => {
  const found = rt.invokeAs<GenerateSectorLocationReturn>(
    STRANGER,
    'GenerateSectorLocationExported',
    { sectorNumber },
  )
  return { status: found.status, at: decode(SectorLocation, found.auxData), aux: found.auxData }
}
const validate = (rt: MinerRuntime, sectorNumber: bigint, status: number, auxData: Uint8Array) =>
  rt.invokeAs<boolean>(STRANGER, 'ValidateSectorStatusExported', { sectorNumber, status, auxData })
const location = (deadline: bigint, partition: bigint) =>
  encode(SectorLocation, { deadline, partition })

test('a sector is found where it is, with what became of it', () => {
  const rt = new MinerRuntime()
  rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [1n, 2n, 3n], 20))
  assert.equal(locate(rt, 3n).at, { deadline: 20n, partition: 1n })
  assert.is(locate(rt, 3n).status, Active, 'also before its first proof')
  const declared = (n: bigint) => ({ ...placeOf(rt, n), sectors: Bitfield.of([n]) })
  rt.invoke('DeclareFaults', { faults: [declared(1n)] })
  rt.invoke('TerminateSectors', { terminations: [declared(2n)] })
  for (const [sector, status] of [
    [1n, Faulty],
    [2n, Dead],
    [3n, Active],
  ] as const) {
    const { aux } = locate(rt, sector)
    for (const other of [Dead, Active, Faulty])
      assert.is(validate(rt, sector, other, aux), other === status, `${sector} ${other}`)
  }
})

test('a sector that never was is dead, and nowhere', () => {
  const rt = new MinerRuntime()
  commitSectors(rt, [1n])
  const { status, at, aux } = locate(rt, 9n)
  assert.equal([status, at], [Dead, { deadline: -1n, partition: -1n }])
  assert.ok(validate(rt, 9n, Dead, aux))
  assert.not(validate(rt, 9n, Active, aux))
  assert.throws(() => validate(rt, 1n, Active, aux), exitsWith(NotFound), 'it is somewhere')
})

test('locations that cannot be', () => {
  const rt = new MinerRuntime()
  rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [1n], 20))
  const refuse = (aux: Uint8Array, code: number) =>
    assert.throws(() => validate(rt, 1n, Active, aux), exitsWith(code))
  refuse(location(-1n, 0n), IllegalArgument)
  refuse(location(0n, -1n), IllegalArgument)
  refuse(location(48n, 0n), IllegalArgument)
  refuse(location(-2n, 0n), IllegalArgument)
  refuse(location(20n, 1n), NotFound)
  refuse(location(20n, -2n), NotFound)
  refuse(location(21n, 0n), NotFound)
  refuse(Uint8Array.of(0x81), IllegalArgument)
  assert.ok(validate(rt, 1n, Active, location(20n + 2n ** 32n, 0n)), 'counted in 32 bits')
})

test('numbers that no sector has', () => {
  const rt = new MinerRuntime()
  commitSectors(rt, [1n])
  const { expiration } = rt.state().sectors.get(1n)!
  const nominal = (n: bigint) => rt.invokeAs(STRANGER, 'GetNominalSectorExpirationExported', n)
  assert.is(nominal(1n), expiration)
  assert.throws(() => nominal(2n), exitsWith(NotFound))
  assert.throws(() => nominal(2n ** 64n - 1n), exitsWith(IllegalState))
  rt.invokeAs(STRANGER, 'CheckSectorProven', { sectorNumber: 1n })
})

test('money is told as it is', () => {
  const rt = new MinerRuntime()
  commitSectors(rt, [1n, 2n])
  const { initialPledge } = rt.state()
  assert.is(rt.invokeAs(STRANGER, 'InitialPledgeExported'), initialPledge)
  assert.is(rt.invokeAs(STRANGER, 'GetAvailableBalanceExported'), rt.balance() - initialPledge)
  assert.is(rt.invokeAs(STRANGER, 'GetSectorSizeExported'), 2048n)
  const [power, pledge] = [1n << 40n, 10n ** 18n]
  const faultFee = pledgePenaltyForContinuedFault(
    { reward: NETWORK.reward, qaPower: NETWORK.qaPower },
    power,
  )
  assert.is(
    rt.invokeAs(STRANGER, 'MaxTerminationFeeExported', { power, initialPledge: pledge }),
    pledgePenaltyForTermination(pledge, 140 * 2880, faultFee),
  )
})

const COMM_P = commitmentCid(new Uint8Array(32).fill(5))
const CLIENT = actorId(200)

test('a genesis activates pre-committed sectors, with their deals', () => {
  const deal = (allocationId: bigint) => ({
    client: CLIENT,
    allocationId,
    data: COMM_P,
    size: 512n,
  })
  const answer = ({ to, method }: Sent) => {
    if (to === VERIFREG_ACTOR)
      return {
        ret: Payload.of(ClaimAllocationsReturn, {
          sectorResults: { successCount: 2, failCodes: [] },
          sectorClaims: [512n, 0n],
        }),
      }
    if (to !== MARKET_ACTOR || method !== 6) return undefined as never
    const none = { activated: [], unsealedCid: null }
    return {
      ret: Payload.of(BatchActivateDealsResult, {
        activationResults: { successCount: 2, failCodes: [{ idx: 1, code: 16 }] },
        activations: [{ activated: [deal(7n), deal(0n)], unsealedCid: null }, none],
      }),
    }
  }
  const rt = new MinerRuntime({ answer })
  const sectors = [1n, 2n, 3n].map((n) => preCommitOf(rt, n))
  rt.invoke('PreCommitSectorBatch2', { sectors })
  const preCommits = rt.state().preCommittedSectors
  const withDeals = [...preCommits.entries()].map(
    ([n, p]) => [n, { ...p, info: { ...p.info, dealIds: [n] } }] as const,
  )
  let next = preCommits
  for (const [n, p] of withDeals) next = next.set(n, p)
  const born = new MinerRuntime({ answer, state: { ...rt.state(), preCommittedSectors: next } })
  born.invokeAs(SYSTEM_ACTOR, 'InternalSectorSetupForPreseal', {
    sectors: [1n, 2n, 3n, 99n],
    rewardSmoothed: NETWORK.reward,
    rewardBaselinePower: NETWORK.baselinePower,
    qualityAdjPowerSmoothed: NETWORK.qaPower,
  })
  const first = born.state().sectors.get(1n)!
  const duration = BigInt(first.expiration - born.epoch)
  assert.equal([first.dealWeight, first.verifiedDealWeight], [512n * duration, 512n * duration])
  assert.is(born.state().sectors.get(2n), undefined, 'its deals failed')
  assert.is(born.state().sectors.get(3n)?.dealWeight, 0n)
  assert.equal(born.broken(), [])
})

test('a genesis without sectors to activate is refused', () => {
  const rt = new MinerRuntime()
  const params = {
    sectors: [1n],
    rewardSmoothed: NETWORK.reward,
    rewardBaselinePower: NETWORK.baselinePower,
    qualityAdjPowerSmoothed: NETWORK.qaPower,
  }
  assert.throws(
    () => rt.invokeAs(SYSTEM_ACTOR, 'InternalSectorSetupForPreseal', params),
    exitsWith(IllegalArgument),
  )
})

test.run()
