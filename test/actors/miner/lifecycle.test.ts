/** Sectors from pre-commitment to compaction, with everything that must hold checked on the way. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExitCode } from '../../../actors/exit-codes.ts'
import { currentDeadlineInfo } from '../../../actors/miner/deadlines.ts'
import { pledgePenaltyForContinuedFault } from '../../../actors/miner/monies.ts'
import type { TerminateSectorsReturn } from '../../../actors/miner/sector-params.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import { exitsWith } from '../../support/fake-runtime.ts'
import {
  advanceTo,
  commitSectors,
  endDeadline,
  MinerRuntime,
  NETWORK,
  niCommitOf,
  placeOf,
  postOf,
  preCommitOf,
  proveCommitOf,
} from '../../support/miner.ts'

const SECTOR = 2048n
const none = Bitfield.empty
const at = (rt: MinerRuntime, sector: bigint, ...more: bigint[]) => ({
  ...placeOf(rt, sector),
  sectors: Bitfield.of([sector, ...more]),
})
/** A miner with four proven sectors, in two partitions of one deadline. */
const withSectors = () => {
  const rt = new MinerRuntime({ epoch: 10 })
  rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [1n, 2n, 3n, 4n], 20))
  advanceTo(rt, placeOf(rt, 1n).deadline)
  rt.invoke('SubmitWindowedPoSt', postOf(rt, bothPartitions))
  endDeadline(rt)
  return rt
}
const bothPartitions = [
  { index: 0n, skipped: none },
  { index: 1n, skipped: none },
]

test('a pre-commitment locks a deposit and starts the cron', () => {
  const rt = new MinerRuntime({ epoch: 10 })
  rt.invoke('PreCommitSectorBatch2', { sectors: [preCommitOf(rt, 7n), preCommitOf(rt, 8n)] })
  const state = rt.state()
  assert.ok(state.preCommitDeposits > 0n)
  assert.equal(rt.enrolled, [59])
  assert.ok(state.deadlineCronActive)
  assert.is(String(state.allocatedSectors.get()), '{7-8}')
  assert.is(rt.events.length, 2)
  assert.equal(rt.broken(), [])
  assert.throws(
    () => rt.invoke('PreCommitSectorBatch2', { sectors: [preCommitOf(rt, 7n)] }),
    exitsWith(ExitCode.IllegalArgument),
    'the number is taken',
  )
})

test('sectors have power from their first proof on', () => {
  const rt = new MinerRuntime({ epoch: 10 })
  commitSectors(rt, [1n, 2n, 3n])
  assert.is(rt.state().preCommitDeposits, 0n)
  assert.is(rt.pledge, rt.state().initialPledge)
  assert.ok(rt.pledge > 0n)
  assert.equal(rt.claimed, { raw: 0n, qa: 0n })
  assert.equal(rt.broken(), [])
  assert.not(placeOf(rt, 1n).deadline === placeOf(rt, 3n).deadline, 'a partition holds two')
  advanceTo(rt, placeOf(rt, 1n).deadline)
  rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index: 0n, skipped: none }]))
  assert.equal(rt.claimed, { raw: 2n * SECTOR, qa: 2n * SECTOR })
  assert.equal(rt.broken(), [])
})

test('non-interactive commitments go where they are asked to', () => {
  const rt = withSectors()
  assert.equal(placeOf(rt, 1n), { deadline: 20n, partition: 0n })
  assert.equal(placeOf(rt, 4n), { deadline: 20n, partition: 1n })
  assert.equal(rt.claimed, { raw: 4n * SECTOR, qa: 4n * SECTOR })
  assert.equal(rt.broken(), [])
})

test('a proof that is not sent costs the power, and no fee that day', () => {
  const rt = withSectors()
  advanceTo(rt, placeOf(rt, 1n).deadline)
  const balance = rt.balance()
  rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index: 1n, skipped: none }]))
  endDeadline(rt)
  assert.equal(rt.claimed, { raw: 2n * SECTOR, qa: 2n * SECTOR })
  assert.equal(rt.broken(), [])
  const { dailyFee } = rt.state().deadlines.get().due[20]!.get()
  assert.is(balance - rt.balance(), dailyFee)
  advanceTo(rt, placeOf(rt, 1n).deadline)
  rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index: 1n, skipped: none }]))
  endDeadline(rt)
  const power = { qaPower: NETWORK.qaPower, reward: NETWORK.reward }
  const faultFee = pledgePenaltyForContinuedFault(power, 2n * SECTOR)
  assert.is(balance - rt.balance(), 2n * dailyFee + faultFee, 'the next day the fault fee is due')
  assert.equal(rt.broken(), [])
})

test('faults are declared, promised to recover, and recovered by a proof that is verified', () => {
  const rt = withSectors()
  const sector2 = { ...at(rt, 2n) }
  rt.invoke('DeclareFaults', { faults: [sector2] })
  assert.equal(rt.claimed, { raw: 3n * SECTOR, qa: 3n * SECTOR })
  rt.invoke('DeclareFaultsRecovered', { recoveries: [sector2] })
  assert.equal(rt.claimed, { raw: 3n * SECTOR, qa: 3n * SECTOR }, 'a promise is no power')
  assert.equal(rt.broken(), [])
  advanceTo(rt, sector2.deadline)
  let verified: number | undefined
  rt.syscalls.verifyPost = ({ challengedSectors }) => {
    verified = challengedSectors.length
    return true
  }
  rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index: 1n, skipped: none }]))
  assert.is(verified, undefined, 'nothing to recover in this partition')
  rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index: 0n, skipped: none }]))
  assert.is(verified, 2)
  assert.equal(rt.claimed, { raw: 4n * SECTOR, qa: 4n * SECTOR })
  assert.equal(rt.broken(), [])
})

test('a recovery whose proof does not hold is refused', () => {
  const rt = withSectors()
  const sector2 = at(rt, 2n)
  rt.invoke('DeclareFaults', { faults: [sector2] })
  rt.invoke('DeclareFaultsRecovered', { recoveries: [sector2] })
  advanceTo(rt, sector2.deadline)
  rt.syscalls.verifyPost = () => false
  assert.throws(
    () => rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index: 0n, skipped: none }])),
    exitsWith(ExitCode.IllegalArgument),
  )
})

test('skipped sectors become faulty, and stand-ins are proven for them', () => {
  const rt = withSectors()
  const { deadline, partition } = placeOf(rt, 1n)
  advanceTo(rt, deadline)
  const skipped = Bitfield.of([1n])
  rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index: partition, skipped }]))
  assert.equal(rt.claimed, { raw: 3n * SECTOR, qa: 3n * SECTOR })
  assert.equal(rt.broken(), [])
  const outside = Bitfield.of([99n])
  assert.throws(
    () => rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index: 1n, skipped: outside }])),
    exitsWith(ExitCode.IllegalArgument),
  )
})

test('sectors that are faulty for 42 days end, and cost a fee', () => {
  const rt = withSectors()
  const pledge = rt.pledge
  rt.invoke('DeclareFaults', { faults: [at(rt, 1n)] })
  const { deadline } = placeOf(rt, 1n)
  for (let day = 0; day < 43; day++) {
    advanceTo(rt, deadline)
    for (const index of [0n, 1n])
      rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index, skipped: none }]))
    endDeadline(rt)
  }
  const due = rt.state().deadlines.get().due[Number(deadline)]!.get()
  assert.is(due.liveSectors, 3)
  assert.is(due.totalSectors, 4)
  assert.ok(rt.pledge < pledge)
  assert.ok(rt.state().earlyTerminations.isEmpty, 'cron settled it')
  assert.equal(rt.broken(), [])
})

test('sectors are terminated at will, but not around their deadline', () => {
  const rt = withSectors()
  const terminate = () =>
    rt.invoke<TerminateSectorsReturn>('TerminateSectors', { terminations: [at(rt, 1n, 2n)] })
  advanceTo(rt, placeOf(rt, 1n).deadline)
  rt.invoke('SubmitWindowedPoSt', postOf(rt, bothPartitions))
  assert.throws(terminate, exitsWith(ExitCode.IllegalArgument), 'its window is open')
  endDeadline(rt)
  const before = rt.balance()
  assert.equal(terminate(), { done: true })
  assert.equal(rt.claimed, { raw: 2n * SECTOR, qa: 2n * SECTOR })
  assert.is(rt.pledge, rt.state().initialPledge)
  assert.ok(rt.balance() < before)
  assert.equal(rt.broken(), [])
  assert.throws(terminate, exitsWith(ExitCode.IllegalArgument), 'they are not live any more')
})

test('compaction forgets dead sectors and moves live ones together', () => {
  const rt = withSectors()
  rt.invoke('TerminateSectors', { terminations: [at(rt, 1n), at(rt, 3n)] })
  const { deadline } = placeOf(rt, 2n)
  const compact = () =>
    rt.invoke('CompactPartitions', { deadline, partitions: Bitfield.of([0, 1]) })
  assert.throws(compact, exitsWith(ExitCode.Forbidden), 'its proofs can be disputed')
  for (let i = 0; i < 31; i++) endDeadline(rt)
  compact()
  assert.equal(placeOf(rt, 2n), placeOf(rt, 4n))
  assert.is(rt.state().sectors.get(1n), undefined)
  const due = rt.state().deadlines.get().due[Number(deadline)]!.get()
  assert.equal([due.liveSectors, due.totalSectors, due.partitions.count], [2, 2, 1])
  assert.equal(rt.broken(), [])
})

test('sectors end at the end of their lives, and their pledge is free', () => {
  const rt = withSectors()
  const { deadline } = placeOf(rt, 1n)
  const end = rt.state().sectors.get(1n)!.expiration
  // Nothing happens between: jump to the last day, as a chain of null rounds would.
  while (rt.epoch < end - 2880 * 2) {
    advanceTo(rt, deadline)
    rt.invoke('SubmitWindowedPoSt', postOf(rt, bothPartitions))
    endDeadline(rt)
  }
  for (let i = 0; i < 3 * 48; i++) {
    if (rt.state().initialPledge > 0n && isOpen(rt, deadline)) {
      rt.epoch += 2
      rt.invoke('SubmitWindowedPoSt', postOf(rt, bothPartitions))
    }
    endDeadline(rt)
  }
  assert.equal(rt.claimed, { raw: 0n, qa: 0n })
  assert.is(rt.state().initialPledge, 0n)
  assert.is(rt.pledge, 0n)
  assert.not(rt.state().deadlineCronActive, 'nothing is left to do')
  assert.equal(rt.broken(), [])
})

test('pre-commitments that are not proven are given up, and their deposits burnt', () => {
  const rt = new MinerRuntime({ epoch: 10 })
  rt.invoke('PreCommitSectorBatch2', { sectors: [preCommitOf(rt, 7n)] })
  const balance = rt.balance()
  const deposit = rt.state().preCommitDeposits
  rt.epoch += rt.policy.preCommitChallengeDelay + 30 * 2880 + 1
  assert.throws(
    () => rt.invoke('ProveCommitSectors3', proveCommitOf([7n])),
    exitsWith(ExitCode.IllegalArgument),
    'too late',
  )
  rt.epoch += 1100
  endDeadline(rt)
  assert.is(rt.state().preCommitDeposits, 0n)
  assert.is(rt.balance(), balance - deposit)
  assert.ok(rt.state().allocatedSectors.get().has(7n), 'the number stays taken')
  assert.not(rt.state().deadlineCronActive)
  assert.equal(rt.broken(), [])
})

const isOpen = (rt: MinerRuntime, deadline: bigint) =>
  currentDeadlineInfo(rt.policy, rt.state(), rt.epoch).index === Number(deadline)

test.run()
