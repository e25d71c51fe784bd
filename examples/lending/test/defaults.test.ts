// timeout: 300
// Goal: lenders are paid, or bear a loss, as the chain has it when a provider fails. Method: a provider with real sectors borrows from
// each kind of pool, seals with the loan, and loses its sectors; faults and terminations drain its miner until anybody may
// liquidate, a buyer takes the miner over, and lenders take what is theirs.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { MinerState } from '../../../actors/miner/state.ts'
import { type ActorId, actorId } from '../../../primitives/units.ts'
import { addressParam, CHANGE_OWNER, sendNative } from './native.ts'
import { type Contract, fil, masked, openStage, type Stage, WEEK } from './stage.ts'

const [LENDER, OTHER_LENDER, PROVIDER, BUYER, STRANGER] = [0, 1, 2, 3, 4] as const
const RATE = (2n * 10n ** 17n) / 1_051_200n
const DAY = 2880
const SECTORS = 1000
const NEW_SECTORS = 8

/** A provider with sectors of some age, its miner in a vault of the pool, two days on. */
class Borrower {
  readonly stage: Stage
  readonly pool: Contract
  readonly vault: Contract
  readonly miner: ActorId

  constructor(stage: Stage, pool: Contract, vault: Contract, miner: ActorId) {
    this.stage = stage
    this.pool = pool
    this.vault = vault
    this.miner = miner
  }

  static async join(stage: Stage, pool: Contract): Promise<Borrower> {
    const owner = stage.devnet.accounts[PROVIDER]!.native
    const { Address } = await stage.ask<{ Address: string }>('pithead_createMiner', {
      ...{ owner, sectors: SECTORS, age: 60 * DAY, balance: `0x${fil('100').toString(16)}` },
    })
    const { events } = await pool.as(PROVIDER).write('openVault')
    const vault = stage.at(PROVIDER, 'MinerVault', events[0]!.args['vault'] as `0x${string}`)
    const params = addressParam(`f0${await vault.read('id')}`)
    assert.is(await sendNative(stage, owner, { to: Address, method: CHANGE_OWNER, params }), 0)
    const miner = actorId(Number(Address.slice(2)))
    await vault.write('takeMiner', BigInt(miner))
    await stage.pass(2 * DAY)
    return new Borrower(stage, pool, vault, miner)
  }

  get state(): MinerState {
    return this.stage.devnet.node.state.get(this.miner)!.state.get() as MinerState
  }

  get id(): bigint {
    return BigInt(this.miner)
  }

  /** Puts FIL of the vault into the miner, and has new sectors sealed and proven with it. */
  async seal(amount: bigint): Promise<void> {
    await this.vault.write('pledge', this.id, amount)
    const { initialPledge } = this.state
    const software = this.stage.softwareOf(this.miner)
    const ordered = Array.from({ length: NEW_SECTORS }, () => software.seal())
    await this.stage.pass(2 * DAY)
    assert.equal(software.problems, [])
    for (const sector of ordered) assert.ok(this.state.sectors.get(sector), `sector ${sector}`)
    assert.ok(this.state.initialPledge > initialPledge, 'new sectors are pledged for')
  }

  /** Takes what is free and pays the interest of a week. */
  async payWeek(): Promise<void> {
    await this.stage.pass(WEEK)
    await this.vault.write('collect', this.id)
    await this.vault.write('pay', (await this.pool.read('interestOf', this.vault.address)) + 1n)
    assert.is(await this.pool.read('inDefault', this.vault.address), false)
  }

  /** Loses all sectors it began with, and nobody mends it. A part of them is terminated at last. */
  async fail(): Promise<void> {
    this.stage.softwareOf(this.miner).isOffline = true
    const sectors = Array.from({ length: SECTORS }, (_, i) => `0x${i.toString(16)}`)
    await this.stage.ask('pithead_setFaulty', `f0${this.miner}`, sectors)
    // Power is looked back for, so that it still wins blocks for some hours.
    await this.stage.pass(2 * DAY)
    const before = await this.vault.read('assets')
    await this.stage.pass(DAY)
    const faulty = await this.vault.read('assets')
    assert.ok(faulty < before, 'faults cost fees')
    await this.stage.ask('pithead_terminate', `f0${this.miner}`, sectors.slice(0, 300))
    await this.stage.pass(DAY)
    assert.ok((await this.vault.read('assets')) < faulty, 'terminations cost fees')
    for (let day = 0; day < 40; day++) {
      if (await this.pool.read('inDefault', this.vault.address)) return
      if (day % 7 === 0) await this.payFromPocket()
      await this.stage.pass(DAY)
    }
    assert.unreachable('it never defaults')
  }

  /** Its owner keeps up the interest, so that it is not silence that it is seized for. */
  async payFromPocket(): Promise<void> {
    const interest = (await this.pool.read('interestOf', this.vault.address)) + fil('0.01')
    await this.stage.give(PROVIDER, `f0${await this.vault.read('id')}`, interest)
    await this.vault.write('pay', interest)
  }

  /** Somebody pays the price of the day for the miner, and is its owner once it has said so itself. */
  async sell(): Promise<bigint> {
    const { devnet } = this.stage
    const { native } = devnet.accounts[BUYER]!
    const buyer = await this.stage.idOf(native)
    const { events } = await this.pool
      .as(BUYER)
      .pay(fil('2000'), 'buy', this.vault.address, this.id, buyer)
    const sold = events.find(({ eventName }) => eventName === 'MinerSold')!
    const confirmation = { method: CHANGE_OWNER, params: addressParam(`f0${buyer}`) }
    assert.is(await sendNative(this.stage, native, { to: `f0${this.miner}`, ...confirmation }), 0)
    const info = await this.stage.ask<{ Owner: string; Beneficiary: string }>(
      'Filecoin.StateMinerInfo',
      `f0${this.miner}`,
      null,
    )
    assert.equal([info.Owner, info.Beneficiary], [`f0${buyer}`, `f0${buyer}`])
    assert.equal(await this.vault.read('miners'), [])
    return sold.args['price'] as bigint
  }
}

test('over-collateralised: the miner covers the debt at a debt-to-equity of 100 %', async () => {
  const stage = await openStage('reserve default')
  const pool = await stage.deploy(LENDER, 'ReservePool', RATE)
  await pool.pay(fil('1000'), 'deposit')
  const borrower = await Borrower.join(stage, pool)
  const { vault } = borrower
  const equity = await pool.read('equityOf', vault.address)
  const loan = (equity * 75n) / 100n
  await vault.write('borrow', loan)
  await borrower.seal(loan)
  await borrower.payWeek()
  const refused = await pool.as(STRANGER).error('seize', vault.address)
  assert.equal(refused, ['InGoodStanding', vault.address])
  await vault.write('withdraw', stage.account(PROVIDER), await profitOf(borrower))
  await borrower.fail()
  const [debt, left] = [
    await pool.read('debtOf', vault.address),
    await pool.read('equityOf', vault.address),
  ]
  assert.ok(debt >= left && debt < 2n * left, `debt ${debt} to equity ${left}`)
  await pool.as(STRANGER).write('seize', vault.address)
  await pool.as(STRANGER).write('drain', vault.address, borrower.id)
  if (await pool.read('debtOf', vault.address)) {
    await stage.pass(DAY)
    await borrower.sell()
  }
  assert.is(await pool.read('debtOf', vault.address), 0n)
  const [before, shares] = [
    await stage.balance(pool.address),
    await pool.read('balanceOf', stage.account(LENDER)),
  ]
  assert.ok(before > fil('1000'), 'lenders lost nothing')
  await pool.write('redeem', shares)
  assert.ok((await stage.balance(pool.address)) < 10n)
})

test('under-collateralised: lenders bear what the miner does not cover', async () => {
  const stage = await openStage('credit default')
  const desk = await stage.deploy(LENDER, 'CreditDesk')
  const terms = {
    name: 'Bold FIL',
    symbol: 'bFIL',
    ratePerEpoch: RATE,
    maxDebtToEquity: 300n,
    graceWeeks: 1n,
  }
  await desk.write('openPool', terms)
  const pool = stage.at(LENDER, 'CreditPool', await desk.read('pools', 0n))
  await pool.pay(fil('600'), 'deposit')
  await pool.as(OTHER_LENDER).pay(fil('200'), 'deposit')
  const borrower = await Borrower.join(stage, pool)
  const { vault } = borrower
  const equity = await pool.read('equityOf', vault.address)
  const loan = equity * 2n
  await pool.write('grantCredit', vault.address, loan * 2n)
  await vault.write('borrow', loan)
  await borrower.seal(equity)
  await borrower.payWeek()
  await vault.write('withdraw', stage.account(PROVIDER), await profitOf(borrower))
  await vault.write('pledge', borrower.id, await stage.balance(vault.address))
  await borrower.fail()
  assert.is(await pool.read('equityOf', vault.address), 0n)
  const stranger = pool.as(STRANGER)
  await stranger.write('seize', vault.address)
  await stranger.write('drain', vault.address, borrower.id)
  assert.equal(await stranger.error('writeOff', vault.address), ['StillHolds', vault.address, 1n])
  await stage.pass(DAY)
  const price = await borrower.sell()
  assert.ok(price > 0n)
  const owed = await pool.read('debtOf', vault.address)
  assert.ok(owed > 0n, 'the price does not cover the debt')
  const before = await tokens(stage, pool)
  const { events } = await stranger.write('writeOff', vault.address)
  assert.ok((events.at(-1)!.args['loss'] as bigint) >= owed)
  const after = await tokens(stage, pool)
  for (const [i, balance] of after.entries()) assert.ok(balance < before[i]!, 'balances shrink')
  assert.is(await pool.read('totalDebt'), 0n)
  for (const lender of [LENDER, OTHER_LENDER]) await pool.as(lender).write('withdrawAll')
  assert.ok((await stage.balance(pool.address)) < 10n)
  assert.ok((await stage.balance(masked(borrower.id))) > 0n)
})

/** What may be taken out and leaves the debt just within its limit, less 1 %. */
async function profitOf({ vault, stage }: Borrower): Promise<bigint> {
  let [low, high] = [0n, await stage.balance(vault.address)]
  while (high - low > fil('0.1')) {
    const middle = (low + high) / 2n
    const error = await vault
      .error('withdraw', stage.account(PROVIDER), middle)
      .catch(() => undefined)
    if (error === undefined) low = middle
    else high = middle
  }
  return (low * 99n) / 100n
}

const tokens = (stage: Stage, pool: Contract): Promise<bigint[]> =>
  Promise.all([LENDER, OTHER_LENDER].map((lender) => pool.read('balanceOf', stage.account(lender))))

test.run()
