import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { marketActor } from '../../../actors/market/index.ts'
import { type GetBalanceReturn, MarketMethod as M } from '../../../actors/market/params.ts'
import { MinerMethod } from '../../../actors/miner/params.ts'
import { ErrorNumber, ExitCode } from '../../../actors/runtime.ts'
import { actorAddress, idAddress } from '../../../primitives/address.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { fil } from '../../../primitives/units.ts'
import { exitsWith } from '../../support/fake-runtime.ts'
import {
  CLIENT,
  FUNDS,
  fundedState,
  type MarketOptions,
  MarketRuntime,
  OTHER_CLIENT,
  OWNER,
  proposal,
  PROVIDER,
  STRANGER,
  WORKER,
} from '../../support/market.ts'

await initCrypto()

const NOBODY = actorAddress(Uint8Array.of(1))
type Refusal = readonly [what: string, params: unknown, options: MarketOptions, code: ExitCode]

function refuses(method: number, cases: readonly Refusal[]): void {
  for (const [what, params, options, exitCode] of cases) {
    const state = fundedState()
    const rt = new MarketRuntime(state, options)
    assert.throws(() => rt.call(marketActor, method, params), exitsWith(exitCode), what)
    assert.is(rt.state(), state, what)
  }
}

test('anybody adds to what is held for a client or a miner', () => {
  for (const method of [M.AddBalance, M.AddBalanceExported])
    for (const owner of [CLIENT, PROVIDER, STRANGER]) {
      const rt = new MarketRuntime(fundedState(), { caller: STRANGER, value: 5n })
      const before = rt.funds(owner)[0]
      rt.call(marketActor, method, idAddress(owner))
      assert.is(rt.funds(owner)[0], before + 5n)
      const asked = owner === PROVIDER ? [[PROVIDER, MinerMethod.ControlAddresses, 0n]] : []
      assert.equal(rt.transfers, asked)
    }
  const value = { value: 5n }
  refuses(M.AddBalance, [
    ['nothing', idAddress(CLIENT), { value: 0n }, ExitCode.IllegalArgument],
    ['for nobody', NOBODY, value, ExitCode.IllegalArgument],
    ['for no actor', idAddress(9999), value, ExitCode.IllegalArgument],
  ])
})

test('a client takes its money out, but not what is locked', () => {
  const rt = new MarketRuntime(fundedState(), { caller: CLIENT })
  const withdraw = (amount: bigint) =>
    rt.call(marketActor, M.WithdrawBalance, { providerOrClient: idAddress(CLIENT), amount })
  assert.is(withdraw(fil('10')), fil('10'))
  assert.equal(rt.transfers, [[CLIENT, 0, fil('10')]])
  rt.publish(proposal(1))
  const [escrow, locked] = rt.funds(CLIENT)
  assert.ok(locked > 0n)
  assert.is(withdraw(fil('1000')), escrow - locked)
  assert.equal(rt.funds(CLIENT), [locked, locked])
  assert.is(withdraw(1n), 0n)
  assert.equal(rt.transfers.at(-1), [CLIENT, 0, 0n])
  assert.equal(rt.broken(), [])
})

test('a balance that is taken out to the last leaves no entry behind', () => {
  const rt = new MarketRuntime(fundedState(), { caller: CLIENT })
  const params = { providerOrClient: idAddress(CLIENT), amount: FUNDS }
  rt.call(marketActor, M.WithdrawBalanceExported, params)
  assert.not(rt.state().escrowTable.has(CLIENT))
})

test('the money of a miner goes to its owner, whom its worker may ask for', () => {
  for (const caller of [OWNER, WORKER]) {
    const rt = new MarketRuntime(fundedState(), { caller })
    const params = { providerOrClient: idAddress(PROVIDER), amount: 7n }
    assert.is(rt.call(marketActor, M.WithdrawBalance, params), 7n)
    assert.equal(rt.transfers, [
      [PROVIDER, MinerMethod.ControlAddresses, 0n],
      [OWNER, 0, 7n],
    ])
    assert.is(rt.funds(PROVIDER)[0], FUNDS - 7n)
  }
})

test('money is not taken out by others, for nobody, or below nothing', () => {
  const take = (owner: number, amount = 1n) => ({ providerOrClient: idAddress(owner), amount })
  const broken = { first: () => ({ error: ErrorNumber.NotFound }) }
  refuses(M.WithdrawBalance, [
    ['of a client', take(CLIENT), { caller: OTHER_CLIENT }, ExitCode.Forbidden],
    ['of a miner', take(PROVIDER), { caller: CLIENT }, ExitCode.Forbidden],
    ['by the miner', take(PROVIDER), { caller: PROVIDER }, ExitCode.Forbidden],
    ['negative', take(CLIENT, -1n), { caller: CLIENT }, ExitCode.IllegalArgument],
    ['of no actor', take(9999), { caller: CLIENT }, ExitCode.IllegalArgument],
    ['of a broken miner', take(PROVIDER), broken, ExitCode.Unspecified],
  ])
})

test('balances are told to whoever asks', () => {
  const rt = new MarketRuntime(fundedState(), { caller: STRANGER })
  rt.publish(proposal(1, { clientCollateral: 3n, storagePricePerEpoch: 0n }))
  const ask = (owner: number) =>
    rt.call<GetBalanceReturn>(marketActor, M.GetBalanceExported, idAddress(owner))
  assert.equal(ask(CLIENT), { balance: FUNDS, locked: 3n })
  assert.equal(ask(PROVIDER), { balance: FUNDS, locked: fil('2') })
  assert.equal(ask(9999), { balance: 0n, locked: 0n })
  refuses(M.GetBalanceExported, [['of nobody', NOBODY, {}, ExitCode.IllegalArgument]])
})

test.run()
