// Goal: a whole life of the under-collateralised pools, over a real miner. Method: an underwriter opens two pools of different
// risk; a provider with little of its own borrows more than it has, pays by the week, falls silent and is liquidated.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  addressParam,
  CHANGE_OWNER,
  sendNative,
  WITHDRAW_BALANCE,
  withdrawParam,
} from './native.ts'
import { type Contract, fil, openStage, type Stage, WEEK } from './stage.ts'

const [UNDERWRITER, ALICE, BOB, PROVIDER, STRANGER] = [0, 1, 2, 3, 4] as const
const EPOCHS_IN_YEAR = 1_051_200n
const perEpoch = (percentAYear: bigint): bigint => (percentAYear * 10n ** 16n) / EPOCHS_IN_YEAR
const CAREFUL = {
  name: 'Careful FIL',
  symbol: 'cFIL',
  ratePerEpoch: perEpoch(10n),
  maxDebtToEquity: 100n,
  graceWeeks: 2n,
}
const BOLD = {
  name: 'Bold FIL',
  symbol: 'bFIL',
  ratePerEpoch: perEpoch(30n),
  maxDebtToEquity: 300n,
  graceWeeks: 1n,
}

const stage: Stage = await openStage('credit pools')
const [, provider] = stage.devnet.providers
const miner = BigInt(provider!.id)
const LOAN = fil('40000')
let careful: Contract
let bold: Contract
let vault: Contract

test('the underwriter opens pools of different risk, lenders choose', async () => {
  const desk = await stage.deploy(UNDERWRITER, 'CreditDesk')
  const byAnother = await desk.as(STRANGER).error('openPool', CAREFUL)
  assert.equal(byAnother, ['NotTheUnderwriter', stage.account(STRANGER)])
  for (const terms of [CAREFUL, BOLD]) await desk.write('openPool', terms)
  assert.is(await desk.read('poolCount'), 2n)
  careful = stage.at(ALICE, 'CreditPool', await desk.read('pools', 0n))
  bold = stage.at(ALICE, 'CreditPool', await desk.read('pools', 1n))
  assert.equal([await careful.read('symbol'), await bold.read('symbol')], ['cFIL', 'bFIL'])
  await careful.pay(fil('20000'), 'deposit')
  await bold.pay(fil('30000'), 'deposit')
  await bold.as(BOB).pay(fil('20000'), 'deposit')
  assert.is(await bold.read('totalSupply'), fil('50000'))
})

test('a provider with little of its own hands its miner over', async () => {
  const params = withdrawParam(fil('80000'))
  assert.is(await send(WITHDRAW_BALANCE, params), 0)
  const { events } = await bold.as(PROVIDER).write('openVault')
  vault = stage.at(PROVIDER, 'MinerVault', events[0]!.args['vault'] as `0x${string}`)
  assert.is(await send(CHANGE_OWNER, addressParam(`f0${await vault.read('id')}`)), 0)
  await vault.write('takeMiner', miner)
})

test('it borrows what the underwriter grants, more than it has', async () => {
  assert.is((await vault.error('borrow', 1n))[0], 'OverLimit')
  const notAVault = stage.account(STRANGER)
  const underwriter = bold.as(UNDERWRITER)
  assert.equal(await underwriter.error('grantCredit', notAVault, 1n), ['NotAVault', notAVault])
  await underwriter.write('grantCredit', vault.address, LOAN)
  assert.equal(await vault.error('borrow', LOAN + 1n), ['OverLimit', LOAN + 1n, LOAN])
  const equity = await vault.read('assets')
  assert.ok(equity < LOAN, `${equity} is less than the loan`)
  await vault.write('borrow', LOAN)
  await vault.write('pledge', miner, LOAN)
})

test('it pays by the week, and balances of lenders grow by themselves', async () => {
  for (let week = 0; week < 3; week++) {
    const before = await balances()
    await stage.pass(WEEK)
    const [alice, bob] = await balances()
    assert.ok(alice! > before[0]! && bob! > before[1]!)
    await vault.write('collect', miner)
    await vault.write('pay', (await bold.read('interestOf', vault.address)) + fil('10'))
    const total = await bold.read('totalSupply')
    assert.is(total, await bold.read('totalAssets'))
    const [a, b] = await balances()
    assert.ok(total - a! - b! <= 2n, 'balances add up to what there is')
  }
  const week = (LOAN * BOLD.ratePerEpoch * BigInt(WEEK)) / 10n ** 18n
  const earned = (await bold.read('totalSupply')) - fil('50000')
  assert.ok(earned > (3n * week * 99n) / 100n && earned < (3n * week * 101n) / 100n, `${earned}`)
})

test('tokens move by what they are worth', async () => {
  const [alice, bob] = await balances()
  await bold.write('transfer', stage.account(BOB), fil('1000'))
  const [aliceAfter, bobAfter] = await balances()
  near(aliceAfter!, alice! - fil('1000'))
  near(bobAfter!, bob! + fil('1000'))
  await bold.write('approve', stage.account(BOB), fil('5'))
  await bold.as(BOB).write('transferFrom', stage.account(ALICE), stage.account(BOB), fil('5'))
  const again = await bold
    .as(BOB)
    .error('transferFrom', stage.account(ALICE), stage.account(BOB), 1n)
  assert.is(again[0], 'TooLowAllowance')
})

const balances = (): Promise<bigint[]> =>
  Promise.all([ALICE, BOB].map((lender) => bold.read('balanceOf', stage.account(lender))))

/** Equal but for the interest of the epochs that transactions take. */
function near(got: bigint, wanted: bigint): void {
  const off = got > wanted ? got - wanted : wanted - got
  assert.ok(off < fil('1'), `${got} is not near ${wanted}`)
}

const send = (method: number, params: Uint8Array): Promise<number> =>
  sendNative(stage, provider!.owner, { to: `f0${miner}`, method, params })

test.run()
