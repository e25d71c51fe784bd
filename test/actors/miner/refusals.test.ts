/** What a miner refuses about its sectors, and with which exit code. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExitCode } from '../../../actors/exit-codes.ts'
import { commitmentCid } from '../../../primitives/data-commitment.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import { fil } from '../../../primitives/units.ts'
import { exitsWith } from '../../support/fake-runtime.ts'
import {
  advanceTo,
  commitSectors,
  endDeadline,
  MINER_INFO,
  MinerRuntime,
  niCommitOf,
  OWNER,
  placeOf,
  postOf,
  preCommitOf,
  proveCommitOf,
  STRANGER,
} from '../../support/miner.ts'
import { Link } from '../../../primitives/link.ts'
import { MinerInfo } from '../../../actors/miner/info.ts'

const { IllegalArgument, Forbidden, InsufficientFunds, NotFound, IllegalState, AssertionFailed } =
  ExitCode
const none = Bitfield.empty

test('pre-commitments of sectors that could not be proven', () => {
  const rt = new MinerRuntime({ epoch: 5000 })
  const refuse = (change: object, code: number = IllegalArgument) =>
    assert.throws(
      () => rt.invoke('PreCommitSectorBatch2', { sectors: [preCommitOf(rt, 1n, change)] }),
      exitsWith(code),
      Object.keys(change).join(),
    )
  const wrongKind = commitmentCid(new Uint8Array(32))
  const day = 2880
  for (const change of [
    { sealProof: 0 },
    { sealProof: 8 },
    { sealProof: 15 },
    { sealProof: 6 }, // 8 MiB sectors: another window PoSt type
    { sealedCid: wrongKind },
    { unsealedCid: preCommitOf(rt, 1n).sealedCid },
    { sealRandEpoch: 5000 },
    { sealRandEpoch: 5000 - 3781 },
    { sectorNumber: 2n ** 63n },
    { expiration: 5000 + 30 * day + 10 },
    { expiration: 5000 + 30 * day + 10 + 180 * day - 1 },
    { expiration: 5000 + 1278 * day + 1 },
    { expiration: -1 },
    { expiration: 2 ** 62 },
  ])
    refuse(change)
  refuse({ sectorNumber: 2n ** 64n - 1n }, AssertionFailed)
  assert.throws(
    () => rt.invoke('PreCommitSectorBatch2', { sectors: [] }),
    exitsWith(IllegalArgument),
  )
  const twice = [preCommitOf(rt, 1n), preCommitOf(rt, 1n)]
  assert.throws(
    () => rt.invoke('PreCommitSectorBatch2', { sectors: twice }),
    exitsWith(IllegalArgument),
  )
  for (const change of [
    { sealRandEpoch: 5000 - 3780 },
    { sectorNumber: 2n ** 63n - 1n },
    { sectorNumber: 2n, expiration: 5000 + 30 * day + 10 + 180 * day },
    { sectorNumber: 3n, expiration: 5000 + 1278 * day },
    { sectorNumber: 4n, sealProof: 10 },
  ])
    rt.invoke('PreCommitSectorBatch2', { sectors: [preCommitOf(rt, 1n, change)] })
  assert.equal(rt.broken(), [])
})

test('pre-commitments by the wrong caller, without money, in debt, or after a fault', () => {
  const sectors = (rt: MinerRuntime) => ({ sectors: [preCommitOf(rt, 1n)] })
  const rt = new MinerRuntime()
  assert.throws(
    () => rt.invokeAs(STRANGER, 'PreCommitSectorBatch2', sectors(rt)),
    exitsWith(Forbidden),
  )
  const poor = new MinerRuntime({ balance: 1n })
  assert.throws(
    () => poor.invoke('PreCommitSectorBatch2', sectors(poor)),
    exitsWith(InsufficientFunds),
  )
  const owing = new MinerRuntime({ balance: fil('1'), state: { feeDebt: fil('2') } })
  assert.throws(
    () => owing.invokeAs(STRANGER, 'PreCommitSectorBatch2', sectors(owing)),
    exitsWith(InsufficientFunds),
    'debt is looked at before the caller',
  )
  const info = Link.to(MinerInfo, { ...MINER_INFO, consensusFaultElapsed: 10 })
  const faulty = new MinerRuntime({ state: { info } })
  assert.throws(() => faulty.invoke('PreCommitSectorBatch2', sectors(faulty)), exitsWith(Forbidden))
  faulty.epoch = 11
  faulty.invoke('PreCommitSectorBatch2', sectors(faulty))
})

test('proofs of sectors that are not pre-committed, too early, or of the wrong form', () => {
  const rt = new MinerRuntime()
  const prove =
    (change: object = {}, numbers = [1n]) =>
    () =>
      rt.invoke('ProveCommitSectors3', proveCommitOf(numbers, change))
  assert.throws(prove(), exitsWith(NotFound))
  assert.throws(prove({}, [2n ** 63n]), exitsWith(IllegalArgument))
  assert.throws(prove({}, []), exitsWith(IllegalArgument))
  rt.invoke('PreCommitSectorBatch2', { sectors: [preCommitOf(rt, 1n)] })
  rt.epoch += 10
  assert.throws(prove(), exitsWith(Forbidden), 'its challenge is not there yet')
  rt.epoch += 1
  const proof = new Uint8Array(192)
  const aggregate = new Uint8Array(10)
  for (const change of [
    { sectorProofs: [] },
    { aggregateProof: aggregate },
    { aggregateProofType: 1 },
    { sectorProofs: [proof, proof] },
    { sectorProofs: [new Uint8Array(193)] },
    { sectorProofs: [], aggregateProof: aggregate, aggregateProofType: 1 }, // below 4 sectors
    { sectorProofs: [], aggregateProof: aggregate, aggregateProofType: 0 },
  ])
    assert.throws(prove(change), exitsWith(IllegalArgument), JSON.stringify(Object.keys(change)))
  assert.throws(
    () => rt.invokeAs(STRANGER, 'ProveCommitSectors3', proveCommitOf([1n])),
    exitsWith(Forbidden),
  )
  prove()()
  assert.throws(prove(), exitsWith(NotFound), 'proven already')
})

test('pledge that is not there', () => {
  const rt = new MinerRuntime({ balance: fil('1') })
  rt.invoke('PreCommitSectorBatch2', { sectors: [preCommitOf(rt, 1n)] })
  rt.epoch += 11
  rt.invokeAs(OWNER, 'WithdrawBalance', { amountRequested: fil('1') })
  const deposit = rt.state().preCommitDeposits
  assert.is(rt.balance(), deposit)
  rt.syscalls.batchVerifySeals = () => [true]
  const pledged = () => rt.invoke('ProveCommitSectors3', proveCommitOf([1n]))
  // The deposit is for ten times the power, and so covers the pledge here; not when most of it is burnt.
  const burnt = deposit - 1n
  const balance = rt.balance.bind(rt)
  rt.balance = () => balance() - burnt
  assert.throws(pledged, exitsWith(InsufficientFunds))
})

test('non-interactive commitments to the wrong deadline, of the wrong kind, or by others', () => {
  const rt = new MinerRuntime()
  const commit =
    (change: object = {}, deadline = 20) =>
    () =>
      rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [1n, 2n], deadline, change))
  assert.throws(commit({}, 0), exitsWith(Forbidden), 'open')
  assert.throws(commit({}, 1), exitsWith(Forbidden), 'next')
  assert.throws(commit({}, 48), exitsWith(IllegalArgument))
  assert.throws(commit({ sealProofType: 5 }), exitsWith(IllegalArgument))
  assert.throws(commit({ aggregateProofType: 0 }), exitsWith(IllegalArgument))
  assert.throws(commit({ aggregateProof: new Uint8Array(81_961) }), exitsWith(IllegalArgument))
  assert.throws(commit({ sectors: [] }), exitsWith(IllegalArgument))
  const [first] = niCommitOf(rt, [1n], 20).sectors
  assert.throws(commit({ sectors: [first, first] }), exitsWith(IllegalArgument))
  for (const change of [
    { sealerId: 7n },
    { sealingNumber: 2n },
    { sealedCid: commitmentCid(new Uint8Array(32)) },
    { expiration: 100 },
    { sealRandEpoch: rt.epoch },
  ])
    assert.throws(commit({ sectors: [{ ...first, ...change }] }), exitsWith(IllegalArgument))
  assert.throws(
    () => rt.invokeAs(STRANGER, 'ProveCommitSectorsNI', niCommitOf(rt, [1n], 20)),
    exitsWith(Forbidden),
  )
  rt.syscalls.verifyAggregateSeals = () => false
  assert.throws(commit(), exitsWith(IllegalArgument))
})

test('some non-interactive commitments may fail by themselves', () => {
  const rt = new MinerRuntime()
  const { sectors } = niCommitOf(rt, [1n, 2n, 3n], 20)
  const params = {
    sectors: [sectors[0], { ...sectors[1], sealerId: 7n }, sectors[2]],
    requireActivationSuccess: false,
  }
  let inputs = 0
  rt.syscalls.verifyAggregateSeals = ({ infos }) => (inputs = infos.length) > 0
  assert.equal(rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [], 20, params)), {
    successCount: 2,
    failCodes: [{ idx: 1, code: IllegalArgument }],
  })
  assert.is(inputs, 3, 'the aggregate is over all of them')
  assert.is(rt.state().sectors.get(2n), undefined)
  assert.ok(rt.state().allocatedSectors.get().has(2n), 'its number is taken')
  assert.equal(rt.broken(), [])
})

test('some proofs may fail by themselves', () => {
  const rt = new MinerRuntime()
  const numbers = [1n, 2n, 3n]
  rt.invoke('PreCommitSectorBatch2', { sectors: numbers.map((n) => preCommitOf(rt, n)) })
  rt.epoch += 11
  rt.syscalls.batchVerifySeals = () => [true, false, true]
  assert.throws(
    () => rt.invoke('ProveCommitSectors3', proveCommitOf(numbers)),
    exitsWith(IllegalArgument),
  )
  const lenient = proveCommitOf(numbers, { requireActivationSuccess: false })
  assert.equal(rt.invoke('ProveCommitSectors3', lenient), {
    successCount: 2,
    failCodes: [{ idx: 1, code: IllegalArgument }],
  })
  assert.ok(rt.state().preCommittedSectors.has(2n), 'it may be tried again')
  assert.equal(rt.broken(), [])
})

test('window PoSts at the wrong time, of the wrong form, or with nothing to prove', () => {
  const rt = new MinerRuntime()
  rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [1n, 2n], 20))
  advanceTo(rt, 20n)
  const post =
    (change: object, partitions = [{ index: 0n, skipped: none }]) =>
    () =>
      rt.invoke('SubmitWindowedPoSt', postOf(rt, partitions, change))
  const [proof] = postOf(rt, [{ index: 0n, skipped: none }]).proofs
  const { chainCommitRand } = postOf(rt, [])
  for (const change of [
    { proofs: [] },
    { proofs: [proof, proof] },
    { proofs: [{ ...proof, postProof: 11 }] },
    { proofs: [{ ...proof, proofBytes: new Uint8Array(193) }] },
    { deadline: 48n },
    { deadline: 21n },
    { chainCommitRand: new Uint8Array(33) },
    { chainCommitRand: chainCommitRand.slice(1) },
    { chainCommitEpoch: rt.epoch },
    { chainCommitEpoch: rt.epoch - 100 },
    { chainCommitEpoch: rt.epoch - 2 },
  ])
    assert.throws(post(change), exitsWith(IllegalArgument), JSON.stringify(Object.keys(change)))
  const partition = (index: bigint, skipped = none) => ({ index, skipped })
  const posts: [{ index: bigint; skipped: Bitfield }[], number][] = [
    [[partition(0n), partition(0n)], IllegalArgument],
    [[0n, 1n, 2n, 3n].map((i) => partition(i)), IllegalArgument],
    [[partition(1n)], NotFound],
    [[partition(0n, Bitfield.of([1n, 2n]))], IllegalArgument],
    [[], IllegalArgument],
    [[partition(2n ** 64n - 1n)], IllegalArgument],
  ]
  for (const [partitions, code] of posts) assert.throws(post({}, partitions), exitsWith(code))
  post({})()
  assert.throws(post({}), exitsWith(IllegalArgument), 'proven already')
})

test('declarations in the wrong place or too late', () => {
  const rt = new MinerRuntime()
  rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [1n, 2n], 20))
  const at = { deadline: 20n, partition: 0n, sectors: Bitfield.of([1n]) }
  const declare = (change: object) => () =>
    rt.invoke('DeclareFaults', { faults: [{ ...at, ...change }] })
  assert.throws(declare({ deadline: 48n }), exitsWith(IllegalArgument))
  assert.throws(declare({ partition: 1n }), exitsWith(NotFound))
  assert.throws(declare({ partition: 2n ** 64n - 1n }), exitsWith(IllegalState))
  assert.throws(declare({ sectors: Bitfield.of([3n]) }), exitsWith(IllegalArgument))
  const many = Bitfield.fromRanges([[0, 25_001]])
  assert.throws(declare({ sectors: many }), exitsWith(IllegalArgument))
  const faults = Array.from({ length: 3001 }, (_, i) => ({ ...at, partition: BigInt(i) }))
  assert.throws(() => rt.invoke('DeclareFaults', { faults }), exitsWith(IllegalArgument))
  rt.epoch = 20 * 60 - 70
  assert.throws(declare({}), exitsWith(IllegalArgument), 'the cutoff has passed')
  rt.epoch--
  declare({})()
})

test('recoveries after a consensus fault, or while debt cannot be paid', () => {
  const rt = new MinerRuntime()
  rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [1n, 2n], 20))
  const sector = { ...placeOf(rt, 1n), sectors: Bitfield.of([1n]) }
  rt.invoke('DeclareFaults', { faults: [sector] })
  const info = Link.to(MinerInfo, { ...MINER_INFO, consensusFaultElapsed: 2000 })
  for (const [state, code] of [
    [{ info }, Forbidden],
    [{ feeDebt: fil('2000') }, InsufficientFunds],
  ] as const) {
    const other = new MinerRuntime({ epoch: rt.epoch, state: { ...rt.state(), ...state } })
    assert.throws(
      () => other.invoke('DeclareFaultsRecovered', { recoveries: [sector] }),
      exitsWith(code),
    )
  }
  rt.invoke('DeclareFaultsRecovered', { recoveries: [sector] })
  rt.invoke('DeclareFaultsRecovered', { recoveries: [sector] })
  assert.equal(rt.broken(), [])
})

test('compaction of what is not settled', () => {
  const rt = new MinerRuntime()
  rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [1n, 2n], 20))
  const compact =
    (...partitions: number[]) =>
    () =>
      rt.invoke('CompactPartitions', { deadline: 20n, partitions: Bitfield.of(partitions) })
  for (let i = 0; i < 4; i++) endDeadline(rt)
  assert.throws(compact(0), exitsWith(IllegalArgument), 'unproven sectors')
  assert.throws(compact(1), exitsWith(IllegalArgument), 'not there')
  assert.throws(
    () => rt.invoke('CompactPartitions', { deadline: 48n, partitions: none }),
    exitsWith(IllegalArgument),
  )
  compact()()
  assert.equal(rt.broken(), [])
})

test('sector numbers are masked for good', () => {
  const rt = new MinerRuntime()
  const mask =
    (...numbers: bigint[]) =>
    () =>
      rt.invoke('CompactSectorNumbers', { maskSectorNumbers: Bitfield.of(numbers) })
  assert.throws(mask(), exitsWith(IllegalArgument))
  assert.throws(mask(2n ** 63n), exitsWith(IllegalArgument))
  mask(1n, 2n ** 63n - 1n)()
  mask(1n, 5n)()
  assert.throws(() => commitSectors(rt, [5n]), exitsWith(IllegalArgument))
})

test('what goes to numbers nobody knows, and who else may not call', () => {
  const rt = new MinerRuntime()
  for (const name of ['OnDeferredCronEvent', 'InternalSectorSetupForPreseal'] as const) {
    const estimate = { position: 0n, velocity: 0n }
    const params = {
      eventPayload: new Uint8Array(),
      rewardSmoothed: estimate,
      qualityAdjPowerSmoothed: estimate,
      sectors: [],
      rewardBaselinePower: 0n,
    }
    assert.throws(() => rt.invoke(name, params), exitsWith(Forbidden))
  }
  assert.throws(() => rt.invoke('CheckSectorProven', { sectorNumber: 1n }), exitsWith(NotFound))
  assert.throws(
    () => rt.invoke('CheckSectorProven', { sectorNumber: 2n ** 63n }),
    exitsWith(IllegalArgument),
  )
})

test.run()
