/** A miner's money: rewards, fee debt, withdrawals. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExitCode } from '../../../actors/exit-codes.ts'
import { MinerExitCode } from '../../../actors/miner/params.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import { fil } from '../../../primitives/units.ts'
import { BURNT_FUNDS_ACTOR, REWARD_ACTOR } from '../../../actors/singletons.ts'
import { exitsWith } from '../../support/fake-runtime.ts'
import { CONTROL, MinerRuntime, OWNER, STRANGER, WORKER } from '../../support/miner.ts'

const reward = (rt: MinerRuntime, amount: bigint, penalty = 0n) =>
  rt.invokeAs(REWARD_ACTOR, 'ApplyRewards', { reward: amount, penalty })
const withdraw = (rt: MinerRuntime, amountRequested: bigint, who: number = OWNER) =>
  rt.invokeAs<bigint>(who, 'WithdrawBalance', { amountRequested })

test('three quarters of a reward are locked for 180 days', () => {
  const rt = new MinerRuntime()
  reward(rt, fil('4'))
  assert.is(rt.state().lockedFunds, fil('3'))
  assert.is(rt.pledge, fil('3'), 'the network knows')
  assert.equal(rt.broken(), [])
  rt.epoch += 90 * 2880
  assert.is(withdraw(rt, 0n), 0n)
  const half = rt.state().lockedFunds
  assert.ok(half > fil('1.48') && half < fil('1.52'), `${half} are left at half time`)
  assert.is(rt.pledge, half)
  rt.epoch += 91 * 2880
  withdraw(rt, 0n)
  assert.is(rt.state().lockedFunds, 0n)
  assert.is(rt.state().vestingFunds, null)
  assert.equal(rt.broken(), [])
})

test('a penalty is paid from the reward first, locked or not', () => {
  const rt = new MinerRuntime({ balance: fil('4') })
  reward(rt, fil('4'), fil('1'))
  assert.is(rt.state().lockedFunds, fil('2'))
  assert.is(rt.state().feeDebt, 0n)
  assert.equal(rt.transfers.at(-1), [BURNT_FUNDS_ACTOR, 0, fil('1')])
  assert.is(rt.pledge, fil('2'))
})

test('a penalty beyond all money becomes debt', () => {
  const rt = new MinerRuntime({ balance: fil('4') })
  reward(rt, fil('4'), fil('10'))
  assert.is(rt.state().lockedFunds, 0n)
  assert.is(rt.state().feeDebt, fil('6'))
  assert.is(rt.balance(), 0n)
  assert.is(rt.invoke('GetAvailableBalanceExported'), -fil('6'))
  assert.throws(() => withdraw(rt, 0n), exitsWith(ExitCode.InsufficientFunds))
})

test('only the reward actor applies rewards, and none below zero', () => {
  const rt = new MinerRuntime()
  const apply = (who: number, params: object) => () => rt.invokeAs(who, 'ApplyRewards', params)
  assert.throws(apply(OWNER, { reward: 1n, penalty: 0n }), exitsWith(ExitCode.Forbidden))
  for (const params of [
    { reward: -1n, penalty: 0n },
    { reward: 0n, penalty: -1n },
  ])
    assert.throws(apply(REWARD_ACTOR, params), exitsWith(ExitCode.IllegalArgument))
  const poor = new MinerRuntime({ balance: 2n })
  assert.throws(() => reward(poor, 4n), exitsWith(ExitCode.InsufficientFunds))
})

test('fee debt is paid before a withdrawal', () => {
  const rt = new MinerRuntime({ balance: 100n, state: { feeDebt: 30n } })
  assert.is(withdraw(rt, 1000n), 70n)
  assert.equal(
    rt.transfers.map(([to, , value]) => [to, value]),
    [
      [OWNER, 70n],
      [BURNT_FUNDS_ACTOR, 30n],
    ],
  )
  assert.is(rt.state().feeDebt, 0n)
})

test('a withdrawal is for owner and beneficiary, of an amount, and not while terminations wait', () => {
  const rt = new MinerRuntime({ balance: 100n })
  for (const who of [WORKER, CONTROL, STRANGER])
    assert.throws(() => withdraw(rt, 1n, who), exitsWith(ExitCode.Forbidden))
  assert.throws(() => withdraw(rt, -1n), exitsWith(ExitCode.IllegalArgument))
  assert.is(withdraw(rt, 0n), 0n)
  assert.equal(rt.transfers, [], 'nothing is sent for nothing')
  const waiting = new MinerRuntime({ state: { earlyTerminations: Bitfield.of([3]) } })
  assert.throws(() => withdraw(waiting, 1n), exitsWith(ExitCode.Forbidden))
})

test('debt is repaid from what vests last, too', () => {
  const rt = new MinerRuntime({ balance: fil('4') })
  reward(rt, fil('4'))
  const debt = fil('2.5')
  const owing = new MinerRuntime({
    balance: fil('4'),
    state: { ...rt.state(), feeDebt: debt },
  })
  owing.invokeAs(CONTROL, 'RepayDebt')
  assert.is(owing.state().lockedFunds, fil('0.5'), 'locked funds go first, though more is free')
  assert.is(owing.state().feeDebt, 0n)
  assert.is(owing.pledge, -debt)
  assert.is(owing.balance(), fil('1.5'))
  assert.throws(() => owing.invokeAs(STRANGER, 'RepayDebt'), exitsWith(ExitCode.Forbidden))
})

test('what is locked must be there', () => {
  const rt = new MinerRuntime({ balance: 10n, state: { initialPledge: 11n } })
  assert.throws(() => withdraw(rt, 0n), exitsWith(ExitCode.IllegalState))
  // A burn that takes more than the method's own books say.
  const robbed = new MinerRuntime({
    balance: 100n,
    state: { initialPledge: 60n, feeDebt: 10n },
    answer: ({ to }) => (to === BURNT_FUNDS_ACTOR ? {} : undefined)!,
  })
  const balance = robbed.balance.bind(robbed)
  let asked = 0
  robbed.balance = () => balance() - (asked++ > 0 ? 50n : 0n)
  assert.throws(
    () => robbed.invokeAs(OWNER, 'RepayDebt'),
    exitsWith(MinerExitCode.BalanceInvariantsBroken),
  )
})

test('vesting funds are listed without a head that was used up', () => {
  const rt = new MinerRuntime({ balance: fil('4') })
  reward(rt, fil('4'))
  const all = rt.invoke<{ vestingFunds: { epoch: number; amount: bigint }[] }>(
    'GetVestingFundsExported',
  ).vestingFunds
  assert.is(all.length, 180)
  const drained = new MinerRuntime({
    balance: fil('4'),
    state: { ...rt.state(), feeDebt: all[0]!.amount },
  })
  drained.invoke('RepayDebt')
  const left = drained.invoke<{ vestingFunds: object[] }>('GetVestingFundsExported').vestingFunds
  assert.equal(left, all.slice(1))
})

test.run()
