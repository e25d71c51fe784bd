import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { datacapActor } from '../../actors/datacap/index.ts'
import { brokenDatacapInvariants } from '../../actors/datacap/invariants.ts'
import {
  type BurnFromReturn,
  DatacapMethod as M,
  type MintReturn,
  type TransferFromReturn,
  type TransferReturn,
} from '../../actors/datacap/params.ts'
import {
  type DatacapState,
  initialDatacapState,
  NO_ALLOWANCES,
} from '../../actors/datacap/state.ts'
import { allowanceOf, balanceOf, withAllowance, withMinted } from '../../actors/datacap/token.ts'
import { INFINITE_ALLOWANCE } from '../../actors/datacap/transfers.ts'
import { ActorError, ErrorNumber } from '../../actors/runtime.ts'
import {
  FRC46_TOKEN_TYPE,
  FRC46TokenReceived,
  RECEIVE_METHOD,
  UniversalReceiverParams,
} from '../../actors/frc46.ts'
import { ExitCode, Payload } from '../../actors/runtime.ts'
import { DATACAP_ACTOR, MARKET_ACTOR, VERIFREG_ACTOR } from '../../actors/singletons.ts'
import { actorAddress, idAddress } from '../../primitives/address.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { frc42MethodNumber } from '../../primitives/frc42.ts'
import { actorId } from '../../primitives/units.ts'
import { exitsWith, type FakeOptions, FakeRuntime } from '../support/fake-runtime.ts'
import { seed } from '../support/seed.ts'

await initCrypto()

const GOVERNOR = VERIFREG_ACTOR
const [OWNER, OPERATOR, STRANGER] = [actorId(200), actorId(201), actorId(202)]
const NOBODY = actorAddress(Uint8Array.of(9))
const byte = (n: number): bigint => BigInt(n) * 10n ** 18n
const nothing = Payload.raw(new Uint8Array())

/** A token that an owner has ten bytes of, of which an operator may take four. */
function given(): DatacapState {
  const { governor, token } = initialDatacapState(idAddress(GOVERNOR))
  const minted = withMinted(withMinted(token, OWNER, byte(10)), GOVERNOR, byte(5))
  return { governor, token: withAllowance(minted, OWNER, OPERATOR, byte(4)) }
}

const runtime = (state: DatacapState, options: FakeOptions = {}) =>
  new FakeRuntime<DatacapState>(state, { receiver: DATACAP_ACTOR, caller: OWNER, ...options })

type Refusal = readonly [what: string, params: unknown, options: FakeOptions, exitCode: ExitCode]

/** Calls that fail with an exit code and change nothing. */
function refuses(method: number, cases: readonly Refusal[]): void {
  for (const [what, params, options, exitCode] of cases) {
    const state = given()
    const rt = runtime(state, options)
    assert.throws(() => rt.call(datacapActor, method, params), exitsWith(exitCode), what)
    assert.is(rt.state(), state, what)
    assert.equal(rt.sent, [], what)
  }
}

test('the token says what it is', () => {
  const rt = runtime(given())
  assert.is(rt.call(datacapActor, M.NameExported), 'DataCap')
  assert.is(rt.call(datacapActor, M.SymbolExported), 'DCAP')
  assert.is(rt.call(datacapActor, M.GranularityExported), 10n ** 18n)
  assert.is(rt.call(datacapActor, M.TotalSupplyExported), byte(15))
  assert.is(rt.call(datacapActor, M.BalanceExported, idAddress(OWNER)), byte(10))
  assert.is(rt.call(datacapActor, M.BalanceExported, NOBODY), 0n)
  const allowance = (owner: unknown, operator: unknown) =>
    rt.call(datacapActor, M.AllowanceExported, { owner, operator })
  assert.is(allowance(idAddress(OWNER), idAddress(OPERATOR)), byte(4))
  assert.is(allowance(idAddress(OPERATOR), idAddress(OWNER)), 0n)
  assert.is(allowance(NOBODY, idAddress(OPERATOR)), 0n)
  assert.is(allowance(idAddress(OWNER), NOBODY), 0n)
})

test('hooks are called by the numbers of their names', () => {
  assert.is(frc42MethodNumber('Receive'), RECEIVE_METHOD)
  assert.is(frc42MethodNumber('FRC46'), FRC46_TOKEN_TYPE)
})

test('datacap is made for a receiver that hears of it, and lasting allowances over it', () => {
  const robust = actorAddress(Uint8Array.of(1))
  const recipientData = Payload.raw(Uint8Array.of(0x01))
  const rt = runtime(given(), {
    caller: GOVERNOR,
    actors: new Map([[STRANGER, { addresses: [robust] }]]),
    replies: [{ ret: recipientData }],
  })
  const operators = [idAddress(MARKET_ACTOR), idAddress(OPERATOR)]
  const params = { to: robust, amount: byte(3), operators }
  const made = rt.call<MintReturn>(datacapActor, M.MintExported, params)
  assert.is(made.balance, byte(3))
  assert.is(made.supply, byte(18))
  assert.equal(made.recipientData.bytes, Uint8Array.of(0x01))
  const { token } = rt.state()
  for (const operator of [MARKET_ACTOR, OPERATOR])
    assert.is(allowanceOf(token, STRANGER, operator), INFINITE_ALLOWANCE)
  assert.equal(rt.transfers, [[robust.toString(), RECEIVE_METHOD, 0n]])
  const hook = rt.sent[0]!.params!.as(UniversalReceiverParams)
  assert.is(hook.type, FRC46_TOKEN_TYPE)
  const received = hook.payload.as(FRC46TokenReceived)
  assert.is(received.from, DATACAP_ACTOR)
  assert.is(received.to, STRANGER)
  assert.is(received.operator, GOVERNOR)
  assert.is(received.amount, byte(3))
  assert.equal(brokenDatacapInvariants(rt.state()), [])
})

test('datacap is not made by others, for nobody, in parts, or for operators that are nobody', () => {
  const to = idAddress(STRANGER)
  const by = { caller: GOVERNOR }
  const mint = (change: object) => ({ to, amount: byte(1), operators: [], ...change })
  refuses(M.MintExported, [
    ['by the owner', mint({}), { caller: OWNER }, ExitCode.Forbidden],
    ['negative', mint({ amount: -byte(1) }), by, ExitCode.IllegalArgument],
    ['half a byte', mint({ amount: byte(1) / 2n }), by, ExitCode.IllegalArgument],
    ['for nobody', mint({ to: NOBODY }), by, ExitCode.NotFound],
    ['for nobody to move', mint({ operators: [NOBODY] }), by, ExitCode.AssertionFailed],
    [
      'negative, for nobody to move',
      mint({ amount: -1n, operators: [NOBODY] }),
      by,
      ExitCode.NotFound,
    ],
    ['read-only', mint({}), { ...by, readOnly: true }, ExitCode.AssertionFailed],
  ])
})

test('a receiver that fails makes it fail with its exit code and without its words', () => {
  const cases = [
    [{ exitCode: 33, ret: nothing }, 33],
    [{ error: ErrorNumber.NotFound }, ExitCode.Unspecified],
    [{ exitCode: ExitCode.SysMissingReturn }, ExitCode.Unspecified],
  ] as const
  for (const [reply, exitCode] of cases) {
    const rt = runtime(given(), { caller: GOVERNOR, replies: [reply] })
    const params = { to: idAddress(STRANGER), amount: byte(1), operators: [] }
    let thrown: unknown
    try {
      rt.call(datacapActor, M.MintExported, params)
    } catch (error) {
      thrown = error
    }
    assert.ok(exitsWith(exitCode)(thrown))
    if (thrown instanceof ActorError) assert.is(thrown.data, null)
  }
})

test('datacap goes to the governor and from it, and the answer is from before the hook', () => {
  const operatorData = Payload.raw(Uint8Array.of(1, 2))
  const rt = runtime(given(), { replies: [{ effect: () => burnSome() }] })
  const burnSome = () =>
    rt.transaction((state) => {
      state.token = { ...state.token, supply: 0n, balances: state.token.balances.delete(GOVERNOR) }
    })
  const params = { to: idAddress(GOVERNOR), amount: byte(3), operatorData }
  const sent = rt.call<TransferReturn>(datacapActor, M.TransferExported, params)
  assert.is(sent.fromBalance, byte(7))
  assert.is(sent.toBalance, byte(8))
  assert.equal(sent.recipientData.bytes, new Uint8Array())
  const hook = rt.sent[0]!.params!.as(UniversalReceiverParams).payload.as(FRC46TokenReceived)
  assert.is(hook.operatorData, operatorData)
  assert.equal([hook.from, hook.to, hook.operator], [OWNER, GOVERNOR, OWNER])

  const back = runtime(given(), { caller: GOVERNOR })
  back.call(datacapActor, M.TransferExported, { ...params, to: idAddress(STRANGER) })
  assert.is(balanceOf(back.state().token, STRANGER), byte(3))
  assert.is(balanceOf(back.state().token, GOVERNOR), byte(2))
})

test('all of a balance leaves no entry behind, and a transfer to oneself changes nothing', () => {
  const all = runtime(given())
  const params = { to: idAddress(GOVERNOR), amount: byte(10), operatorData: nothing }
  all.call(datacapActor, M.TransferExported, params)
  assert.not(all.state().token.balances.has(OWNER))
  const own = runtime(given(), { caller: GOVERNOR })
  own.call(datacapActor, M.TransferExported, { ...params, amount: byte(5) })
  assert.ok(own.state().token.balances.cid().equals(given().token.balances.cid()))
})

test('transfers that are not allowed', () => {
  const transfer = (change: object) => ({
    to: idAddress(GOVERNOR),
    amount: byte(1),
    operatorData: nothing,
    ...change,
  })
  refuses(M.TransferExported, [
    ['to a stranger', transfer({ to: idAddress(STRANGER) }), {}, ExitCode.Forbidden],
    ['to nobody', transfer({ to: NOBODY }), {}, ExitCode.IllegalArgument],
    ['negative', transfer({ amount: -byte(1) }), {}, ExitCode.IllegalArgument],
    ['a part', transfer({ amount: 1n }), {}, ExitCode.IllegalArgument],
    ['too much', transfer({ amount: byte(11) }), {}, ExitCode.InsufficientFunds],
    [
      'too much to oneself',
      transfer({ amount: byte(6) }),
      { caller: GOVERNOR },
      ExitCode.InsufficientFunds,
    ],
    ['read-only', transfer({}), { readOnly: true }, ExitCode.AssertionFailed],
  ])
})

test('an operator moves what it is allowed to, and no more', () => {
  const params = (amount: bigint) => ({
    from: idAddress(OWNER),
    to: idAddress(GOVERNOR),
    amount,
    operatorData: nothing,
  })
  const rt = runtime(given(), { caller: OPERATOR })
  const moved = rt.call<TransferFromReturn>(datacapActor, M.TransferFromExported, params(byte(3)))
  assert.equal([moved.fromBalance, moved.toBalance, moved.allowance], [byte(7), byte(8), byte(1)])
  const hook = rt.sent[0]!.params!.as(UniversalReceiverParams).payload.as(FRC46TokenReceived)
  assert.equal([hook.from, hook.to, hook.operator], [OWNER, GOVERNOR, OPERATOR])
  rt.call(datacapActor, M.TransferFromExported, params(byte(1)))
  assert.not(rt.state().token.allowances.has(OWNER))
  assert.throws(
    () => rt.call(datacapActor, M.TransferFromExported, params(0n)),
    exitsWith(ExitCode.InsufficientFunds),
  )
})

test('moving what belongs to others is refused without an allowance', () => {
  const take = (change: object) => ({
    from: idAddress(OWNER),
    to: idAddress(GOVERNOR),
    amount: byte(1),
    operatorData: nothing,
    ...change,
  })
  const by = { caller: OPERATOR }
  refuses(M.TransferFromExported, [
    ['more than allowed', take({ amount: byte(5) }), by, ExitCode.InsufficientFunds],
    ['by a stranger', take({}), { caller: STRANGER }, ExitCode.InsufficientFunds],
    ['by the owner', take({}), { caller: OWNER }, ExitCode.IllegalArgument],
    ['from nobody', take({ from: NOBODY }), by, ExitCode.InsufficientFunds],
    ['to a stranger', take({ to: idAddress(STRANGER) }), by, ExitCode.Forbidden],
    ['to nobody', take({ to: NOBODY }), by, ExitCode.IllegalArgument],
    ['a part', take({ amount: 1n }), by, ExitCode.IllegalArgument],
    ['by the governor', take({}), { caller: GOVERNOR }, ExitCode.InsufficientFunds],
  ])
})

test('allowances grow, shrink to nothing, and are revoked', () => {
  const rt = runtime(given())
  const change = (method: number, params: object) =>
    rt.call(datacapActor, method, { operator: idAddress(OPERATOR), ...params })
  assert.is(change(M.IncreaseAllowanceExported, { increase: 5n }), byte(4) + 5n)
  assert.is(change(M.DecreaseAllowanceExported, { decrease: 4n }), byte(4) + 1n)
  assert.is(change(M.DecreaseAllowanceExported, { decrease: byte(9) }), 0n)
  assert.not(rt.state().token.allowances.has(OWNER))
  assert.is(change(M.DecreaseAllowanceExported, { decrease: 1n }), 0n)
  assert.is(change(M.RevokeAllowanceExported, {}), 0n)
  assert.is(change(M.IncreaseAllowanceExported, { increase: 7n }), 7n)
  assert.is(change(M.RevokeAllowanceExported, {}), 7n)
  assert.not(rt.state().token.allowances.has(OWNER))
  const nobody = { operator: NOBODY }
  assert.is(rt.call(datacapActor, M.RevokeAllowanceExported, nobody), 0n)

  const one = { operator: idAddress(OPERATOR) }
  refuses(M.IncreaseAllowanceExported, [
    ['negative', { ...one, increase: -1n }, {}, ExitCode.IllegalArgument],
    ['for nobody', { ...nobody, increase: 1n }, {}, ExitCode.NotFound],
    ['read-only', { ...one, increase: 1n }, { readOnly: true }, ExitCode.ReadOnly],
  ])
  refuses(M.DecreaseAllowanceExported, [
    ['negative', { ...one, decrease: -1n }, {}, ExitCode.IllegalArgument],
    ['for nobody', { ...nobody, decrease: 1n }, {}, ExitCode.NotFound],
  ])
})

test('burning takes from the balance and from the supply', () => {
  const rt = runtime(given())
  assert.equal(rt.call(datacapActor, M.BurnExported, { amount: byte(2) }), { balance: byte(8) })
  rt.caller = OPERATOR
  const owner = idAddress(OWNER)
  const burnt = rt.call<BurnFromReturn>(datacapActor, M.BurnFromExported, {
    owner,
    amount: byte(1),
  })
  assert.equal(burnt, { balance: byte(7), allowance: byte(3) })
  rt.caller = GOVERNOR
  const rest = { owner, amount: byte(7) }
  assert.equal(rt.call(datacapActor, M.DestroyExported, rest), { balance: 0n })
  assert.is(rt.state().token.supply, byte(5))
  assert.equal(brokenDatacapInvariants(rt.state()), [])
  assert.equal(rt.sent, [])

  refuses(M.BurnExported, [
    ['too much', { amount: byte(11) }, {}, ExitCode.InsufficientFunds],
    ['negative', { amount: -byte(1) }, {}, ExitCode.IllegalArgument],
    ['a part', { amount: 1n }, {}, ExitCode.IllegalArgument],
  ])
  const by = { caller: OPERATOR }
  refuses(M.BurnFromExported, [
    ['more than allowed', { owner, amount: byte(5) }, by, ExitCode.InsufficientFunds],
    ['own', { owner, amount: byte(1) }, { caller: OWNER }, ExitCode.IllegalArgument],
    ['of nobody', { owner: NOBODY, amount: byte(1) }, by, ExitCode.InsufficientFunds],
  ])
  refuses(M.DestroyExported, [
    ['by the owner', { owner, amount: byte(1) }, { caller: OWNER }, ExitCode.Forbidden],
    ['of nobody', { owner: NOBODY, amount: byte(1) }, { caller: GOVERNOR }, ExitCode.NotFound],
    ['a part', { owner: NOBODY, amount: 1n }, { caller: GOVERNOR }, ExitCode.IllegalArgument],
  ])
})

/** A call of any method, sensible or not. */
const calls = fc.record({
  method: fc.constantFrom(
    M.MintExported,
    M.DestroyExported,
    M.TransferExported,
    M.TransferFromExported,
    M.IncreaseAllowanceExported,
    M.DecreaseAllowanceExported,
    M.RevokeAllowanceExported,
    M.BurnExported,
    M.BurnFromExported,
  ),
  caller: fc.constantFrom(OWNER, OPERATOR, STRANGER, GOVERNOR),
  owner: fc.constantFrom(OWNER, OPERATOR, STRANGER, GOVERNOR),
  operator: fc.constantFrom(OWNER, OPERATOR, GOVERNOR),
  bytes: fc.integer({ min: -1, max: 6 }),
})

test('whatever is called, the supply is the sum of the balances', () => {
  fc.assert(
    fc.property(fc.array(calls, { maxLength: 60 }), (all) => {
      let state = given()
      for (const { method, caller, bytes, ...parties } of all) {
        const rt = runtime(state, { caller })
        const [owner, operator] = [idAddress(parties.owner), idAddress(parties.operator)]
        const amount = byte(bytes)
        const to = { from: owner, to: owner, operators: [operator], operatorData: nothing }
        const toGovernor = method === M.TransferFromExported ? { to: idAddress(GOVERNOR) } : {}
        const changes = { amount, increase: amount, decrease: amount }
        try {
          rt.call(datacapActor, method, { owner, operator, ...to, ...toGovernor, ...changes })
          state = rt.state()
        } catch (error) {
          if (!(error instanceof ActorError)) throw error
        }
        assert.equal(brokenDatacapInvariants(state), [])
      }
    }),
    { seed, numRuns: 100 },
  )
})

test('a state that is wrong in any way is found out', () => {
  const good = given()
  assert.equal(brokenDatacapInvariants(good), [])
  const { token } = good
  const wrong: Partial<DatacapState>[] = [
    { governor: NOBODY },
    { token: { ...token, supply: token.supply + 1n } },
    { token: { ...token, balances: token.balances.set(STRANGER, 0n) } },
    { token: withMinted(token, STRANGER, 1n) },
    { token: { ...token, allowances: token.allowances.set(STRANGER, NO_ALLOWANCES) } },
    { token: withAllowance(token, OWNER, STRANGER, -1n) },
  ]
  for (const change of wrong) assert.is(brokenDatacapInvariants({ ...good, ...change }).length, 1)
  const negative = { ...token, supply: -byte(1), balances: token.balances.set(OWNER, -byte(6)) }
  assert.is(brokenDatacapInvariants({ ...good, token: negative }).length, 2)
})

test.run()
