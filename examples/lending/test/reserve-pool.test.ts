// Goal: a whole life of the over-collateralised pool, over a real miner. Method: two lenders, one provider and a stranger play it
// on a devnet with viem, the provider's own keys through Filecoin's methods; every amount is compared with the chain's own.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { MinerState } from '../../../actors/miner/state.ts'
import { addressParam, CHANGE_OWNER, sendNative } from './native.ts'
import { type Contract, fil, masked, openStage, type Stage, WEEK } from './stage.ts'

const [ALICE, BOB, PROVIDER, STRANGER] = [0, 1, 2, 3] as const
/** 20 % a year, by the epoch. */
const RATE = (2n * 10n ** 17n) / 1_051_200n

const stage: Stage = await openStage('reserve pool')
const [, provider] = stage.devnet.providers
const miner = BigInt(provider!.id)
const minerAccount = masked(miner)
let pool: Contract
let vault: Contract

test('lenders deposit, and get shares', async () => {
  pool = await stage.deploy(ALICE, 'ReservePool', RATE)
  await pool.pay(fil('60000'), 'deposit')
  await pool.as(BOB).pay(fil('30000'), 'deposit')
  assert.is(await pool.read('balanceOf', stage.account(BOB)), fil('30000'))
  assert.is(await pool.read('totalAssets'), fil('90000'))
  await pool.as(BOB).write('transfer', stage.account(ALICE), fil('1'))
  await pool.as(ALICE).write('transfer', stage.account(BOB), fil('1'))
  const tooMuch = await pool.error('redeem', fil('60001'))
  assert.equal(tooMuch, ['TooFewShares', stage.account(ALICE), fil('60000'), fil('60001')])
})

test('the provider hands its miner over: its owner proposes, the vault confirms', async () => {
  const { events } = await pool.as(PROVIDER).write('openVault')
  vault = stage.at(PROVIDER, 'MinerVault', events[0]!.args['vault'] as `0x${string}`)
  const id = await vault.read('id')
  assert.equal(await vault.error('takeMiner', miner), ['NotProposed', miner, 0n])
  assert.is(await propose(id), 0)
  assert.is((await info()).PendingOwnerAddress, `f0${id}`)
  const byAnother = await vault.as(STRANGER).error('takeMiner', miner)
  assert.equal(byAnother, ['NotAllowed', stage.account(STRANGER)])
  await vault.write('takeMiner', miner)
  const { Owner, Beneficiary, PendingOwnerAddress } = await info()
  assert.equal([Owner, Beneficiary, PendingOwnerAddress], [`f0${id}`, `f0${id}`, null])
  assert.equal(await vault.read('miners'), [miner])
  assert.is(await vault.read('assets'), await stage.balance(minerAccount))
})

test('the provider borrows up to the limit, and pledges the loan', async () => {
  const loan = fil('50000')
  await vault.write('borrow', loan)
  assert.is(await pool.read('debtOf', vault.address), loan)
  assert.is(await stage.balance(vault.address), loan)
  const { events } = await vault.write('pledge', miner, loan)
  assert.equal(events[0], { eventName: 'Pledged', args: { miner, amount: loan } })
  assert.is(await stage.balance(vault.address), 0n)
  assert.ok((await stage.balance(minerAccount)) > loan)
  assert.is((await vault.error('borrow', fil('50000')))[0], 'NotEnoughLiquidity')
  const taken = await vault.error('withdraw', stage.account(PROVIDER), 1n)
  assert.is(taken[0], 'PaymentFailed', 'what is pledged is not in the vault')
  assert.equal(await pool.as(STRANGER).error('seize', vault.address), standing())
})

test('weeks pass: the miner earns and vests, the vault pays its interest', async () => {
  let worth = await pool.read('valueOf', fil('1'))
  for (let week = 0; week < 3; week++) {
    const vesting = await vault.read('vesting')
    await stage.pass(WEEK)
    assert.ok((await vault.read('vesting')) > vesting, 'rewards vest')
    assert.is(await vault.read('vesting'), lockedRewards())
    const free = await stage.ask<string>('Filecoin.StateMinerAvailableBalance', `f0${miner}`, null)
    await vault.write('collect', miner)
    assert.ok((await stage.balance(vault.address)) >= BigInt(free))
    const [principal] = await pool.read<bigint[]>('loans', vault.address)
    const interest = await pool.read('interestOf', vault.address)
    const week = (principal! * RATE * BigInt(WEEK)) / 10n ** 18n
    assert.ok(interest >= week && interest < (week * 101n) / 100n, `${interest} of ${week}`)
    await vault.write('pay', interest + fil('100'))
    const grown = await pool.read('valueOf', fil('1'))
    assert.ok(grown > worth, 'a share is worth more')
    worth = grown
  }
})

test('the provider takes its profit, and leaves what covers the loan', async () => {
  const before = await stage.balance(stage.account(STRANGER))
  await vault.write('withdraw', stage.account(STRANGER), fil('1000'))
  assert.is((await stage.balance(stage.account(STRANGER))) - before, fil('1000'))
  const byAnother = await vault.as(STRANGER).error('withdraw', stage.account(STRANGER), 1n)
  assert.equal(byAnother, ['NotAllowed', stage.account(STRANGER)])
  // So much that what is left would not cover what is owed.
  assert.is((await vault.error('withdraw', stage.account(PROVIDER), fil('90000')))[0], 'OverLimit')
  await vault.write('pledge', miner, fil('100000'))
})

test('after two weeks of silence anybody seizes the vault, and its operator is locked out', async () => {
  await stage.pass(2 * WEEK + 10)
  assert.is(await pool.read('inDefault', vault.address), true)
  const debt = await pool.read('debtOf', vault.address)
  const { events } = await pool.as(STRANGER).write('seize', vault.address)
  assert.is(events[0]!.eventName, 'Seized')
  assert.ok((events[0]!.args['debt'] as bigint) >= debt)
  assert.is((await vault.error('collect', 5n))[0], 'NotHere')
  assert.equal(await vault.error('pay', 0n), ['NotAllowed', stage.account(PROVIDER)])
  assert.equal(await vault.error('withdraw', stage.account(PROVIDER), 0n), [
    'NotAllowed',
    stage.account(PROVIDER),
  ])
})

test("what its miner has free pays the debt, and the vault is its operator's again", async () => {
  const { events } = await pool.as(STRANGER).write('drain', vault.address, miner)
  assert.equal(
    events.map(({ eventName }) => eventName),
    ['Repaid', 'Released'],
  )
  assert.equal(await loanOf(vault.address), { principal: 0n, seizedAt: 0n })
  const left = await stage.balance(vault.address)
  await vault.write('withdraw', stage.account(PROVIDER), left)
  await vault.write('returnMiner', miner, await stage.idOf(provider!.owner))
})

test('lenders redeem what they gave and the interest', async () => {
  const worth = await pool.read('totalAssets')
  assert.is(worth, await stage.balance(pool.address))
  for (const lender of [ALICE, BOB]) {
    const shares = await pool.read('balanceOf', stage.account(lender))
    const { events } = await pool.as(lender).write('redeem', shares)
    const { amount } = events.find(({ eventName }) => eventName === 'Redeemed')!.args
    assert.ok((amount as bigint) > shares, 'more than was deposited')
  }
  assert.is(await pool.read('totalShares'), 0n)
  assert.ok((await stage.balance(pool.address)) < 10n, 'only dust is left')
})

/** The owner's own software proposes another owner. */
async function propose(owner: bigint): Promise<number> {
  const params = addressParam(`f0${owner}`)
  return sendNative(stage, provider!.owner, { to: `f0${miner}`, method: CHANGE_OWNER, params })
}

const standing = () => ['InGoodStanding', vault.address]

async function loanOf(of: string) {
  const [principal, , seizedAt] = await pool.read<bigint[]>('loans', of)
  return { principal, seizedAt }
}

interface Info {
  readonly Owner: string
  readonly Beneficiary: string
  readonly PendingOwnerAddress: string | null
}

const info = (): Promise<Info> => stage.ask('Filecoin.StateMinerInfo', `f0${miner}`, null)

/** Rewards that are still to vest, as the miner's state has them. */
function lockedRewards(): bigint {
  const { state } = stage.devnet.node.state.get(provider!.id)!
  return (state.get() as MinerState).lockedFunds
}

test.run()
