/** Window PoSts that are disputed, and consensus faults that are reported. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExitCode } from '../../../actors/exit-codes.ts'
import { BURNT_FUNDS_ACTOR } from '../../../actors/singletons.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import { fil } from '../../../primitives/units.ts'
import { exitsWith } from '../../support/fake-runtime.ts'
import {
  advanceTo,
  endDeadline,
  MINER,
  MinerRuntime,
  niCommitOf,
  postOf,
  STRANGER,
} from '../../support/miner.ts'

const { IllegalArgument, Forbidden } = ExitCode

/** A miner whose proof of two sectors was taken on trust in a window that is over. */
function proven(): MinerRuntime {
  const rt = new MinerRuntime()
  rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [1n, 2n, 3n], 20))
  advanceTo(rt, 20n)
  const partitions = [0n, 1n].map((index) => ({ index, skipped: Bitfield.empty }))
  rt.invoke('SubmitWindowedPoSt', postOf(rt, partitions))
  endDeadline(rt)
  return rt
}
const dispute = (rt: MinerRuntime, postIndex = 0n, deadline = 20n) =>
  rt.invokeAs(STRANGER, 'DisputeWindowedPoSt', { deadline, postIndex })
const paidTo = (rt: MinerRuntime, who: number) =>
  rt.transfers.reduce((sum, [to, , value]) => (to === who ? sum + value : sum), 0n)

test('a proof that does not hold costs its power and 24 FIL, 4 of them for the disputer', () => {
  const rt = proven()
  rt.syscalls.verifyPost = () => false
  const before = rt.balance()
  dispute(rt)
  assert.equal(rt.claimed, { raw: 0n, qa: 0n })
  assert.is(paidTo(rt, STRANGER), fil('4'))
  assert.ok(before - rt.balance() >= fil('24'))
  assert.equal(rt.broken(), [])
  assert.throws(() => dispute(rt), exitsWith(IllegalArgument), 'it is gone')
})

test('a disputer that cannot be paid leaves all to be burnt', () => {
  const rt = proven()
  const paying = new MinerRuntime({
    epoch: rt.epoch,
    balance: rt.balance(),
    state: rt.state(),
    syscalls: { verifyPost: () => false },
    answer: ({ to }) => (to === STRANGER ? { exitCode: 16 } : undefined)!,
  })
  dispute(paying)
  assert.ok(paidTo(paying, BURNT_FUNDS_ACTOR) >= fil('24'))
})

test('a proof that holds cannot be disputed, nor one that is not there', () => {
  const rt = proven()
  let challenged = 0
  rt.syscalls.verifyPost = ({ challengedSectors, prover }) => {
    challenged = challengedSectors.length
    return prover === MINER
  }
  assert.throws(() => dispute(rt), exitsWith(IllegalArgument))
  assert.is(challenged, 3)
  assert.throws(() => dispute(rt, 1n), exitsWith(IllegalArgument))
  assert.throws(() => dispute(rt, 0n, 48n), exitsWith(IllegalArgument))
  assert.throws(() => dispute(rt, 0n, 21n), exitsWith(Forbidden), 'its window is open')
})

test('disputes end 1800 epochs after the window', () => {
  const rt = proven()
  rt.syscalls.verifyPost = () => false
  const close = rt.epoch
  rt.epoch = close + 1800
  assert.throws(() => dispute(rt), exitsWith(Forbidden))
  rt.epoch = close + 1799
  dispute(rt)
})

const headers = {
  header1: Uint8Array.of(1),
  header2: Uint8Array.of(2),
  headerExtra: new Uint8Array(),
}
const report = (rt: MinerRuntime, epoch: number, target: number = MINER) => {
  rt.syscalls.verifyConsensusFault = () => ({ target: target as never, epoch, type: 'double-fork' })
  return rt.invokeAs(STRANGER, 'ReportConsensusFault', headers)
}

test('a consensus fault costs a reward, and keeps the miner out for 900 epochs', () => {
  const rt = new MinerRuntime({ epoch: 1000 })
  report(rt, 990)
  assert.is(paidTo(rt, STRANGER), fil('36') / 20n)
  assert.is(paidTo(rt, BURNT_FUNDS_ACTOR), fil('36') - fil('36') / 20n)
  assert.is(rt.state().info.get().consensusFaultElapsed, 1900)
  rt.epoch = 1500
  assert.throws(() => report(rt, 1400), exitsWith(Forbidden), 'one fault a time')
  rt.epoch = 2000
  report(rt, 1950)
})

test('a poor miner pays what it has and owes the rest', () => {
  const rt = new MinerRuntime({ epoch: 1000, balance: fil('1') })
  report(rt, 990)
  assert.is(paidTo(rt, STRANGER), fil('1'), 'all there is')
  assert.is(rt.state().feeDebt, fil('35'))
})

test('faults of others, of the future, or none', () => {
  const rt = new MinerRuntime({ epoch: 1000 })
  assert.throws(() => report(rt, 990, 1001), exitsWith(IllegalArgument))
  assert.throws(() => report(rt, 1000), exitsWith(IllegalArgument))
  rt.syscalls.verifyConsensusFault = () => null
  assert.throws(() => rt.invoke('ReportConsensusFault', headers), exitsWith(IllegalArgument))
})

test.run()
