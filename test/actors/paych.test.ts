import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { AccountMethod, AuthenticateMessageParams } from '../../actors/account/params.ts'
import { paychActor } from '../../actors/paych/index.ts'
import { PaychMethod as M, type SignedVoucher } from '../../actors/paych/params.ts'
import { LANE_STATES_AMT_BITWIDTH, LaneState, type PaychState } from '../../actors/paych/state.ts'
import { CHANNEL_SETTLED } from '../../actors/paych/voucher.ts'
import { ErrorNumber, ExitCode, Payload } from '../../actors/runtime.ts'
import { INIT_ACTOR } from '../../actors/singletons.ts'
import { actorAddress, idAddress } from '../../primitives/address.ts'
import { Amt } from '../../primitives/amt.ts'
import { fromHex, utf8 } from '../../primitives/bytes.ts'
import { bool } from '../../primitives/codec.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { actorId, fil } from '../../primitives/units.ts'
import {
  exitsWith,
  type FakeOptions,
  type FakeReply,
  FakeRuntime,
} from '../support/fake-runtime.ts'

await initCrypto()

const [PAYER, PAYEE, CHANNEL] = [actorId(101), actorId(102), actorId(1000)]
const ROBUST = actorAddress(utf8('channel'))
const NOTHING: Uint8Array = new Uint8Array()
const VALID: FakeReply = { ret: Payload.of(bool, true) }

const lanes = (...entries: [bigint, bigint, bigint][]) =>
  Amt.from(
    LaneState,
    LANE_STATES_AMT_BITWIDTH,
    entries.map(([lane, redeemed, nonce]) => [lane, { redeemed, nonce }] as const),
  )

const base: PaychState = {
  from: PAYER,
  to: PAYEE,
  toSend: 0n,
  settlingAt: 0n,
  minSettleHeight: 0n,
  laneStates: lanes(),
}

const plain: SignedVoucher = {
  channelAddr: idAddress(CHANNEL),
  timeLockMin: 0n,
  timeLockMax: 0n,
  secretHash: NOTHING,
  extra: null,
  lane: 0n,
  nonce: 1n,
  amount: 10n,
  minSettleHeight: 0n,
  merges: [],
  signature: Uint8Array.of(2, 7, 7, 7),
}

const runtime = (state: Partial<PaychState> = {}, options: FakeOptions = {}) =>
  new FakeRuntime<PaychState>(
    { ...base, ...state },
    {
      caller: PAYEE,
      receiver: CHANNEL,
      balance: 100n,
      epoch: 50,
      actors: new Map([
        [CHANNEL, { type: 'paymentchannel' as const, addresses: [ROBUST] }],
        [PAYER, {}],
        [PAYEE, {}],
      ]),
      replies: [VALID],
      ...options,
    },
  )

const redeem = (
  rt: FakeRuntime<PaychState>,
  voucher: Partial<SignedVoucher> = {},
  secret = NOTHING,
) => rt.call(paychActor, M.UpdateChannelState, { voucher: { ...plain, ...voucher }, secret })

/** Redeems a voucher in a fresh channel and expects an exit code, and nothing changed unless it is Ok. */
function expectRedeem(
  exit: ExitCode,
  voucher: Partial<SignedVoucher>,
  state: Partial<PaychState> = {},
  options: FakeOptions & { secret?: Uint8Array } = {},
): FakeRuntime<PaychState> {
  const rt = runtime(state, options)
  if (exit === ExitCode.Ok) redeem(rt, voucher, options.secret)
  else {
    assert.throws(() => redeem(rt, voucher, options.secret), exitsWith(exit))
    assert.equal(rt.state(), { ...base, ...state })
  }
  return rt
}

test('the init actor makes a channel between two that exist or can be made', () => {
  const actors = new Map([
    [INIT_ACTOR, { type: 'init' as const }],
    [PAYER, {}],
    [PAYEE, {}],
  ])
  const make = (caller = INIT_ACTOR, from = PAYER, to = PAYEE) => {
    const rt = new FakeRuntime<PaychState>(undefined, { caller, actors })
    rt.call(paychActor, M.Constructor, { from: idAddress(from), to: idAddress(to) })
    return rt.state()
  }
  const { laneStates, ...rest } = make()
  const { laneStates: none, ...expected } = base
  assert.equal(rest, expected)
  assert.ok(laneStates.cid().equals(none.cid()))
  assert.throws(() => make(PAYER), exitsWith(ExitCode.Forbidden))
  assert.throws(() => make(INIT_ACTOR, actorId(999)), exitsWith(ExitCode.NotFound))
  assert.throws(() => make(INIT_ACTOR, PAYER, actorId(999)), exitsWith(ExitCode.NotFound))
})

test('a voucher is checked by the account of the other party, read-only, over its bytes without signature', () => {
  for (const [caller, signer] of [
    [PAYEE, PAYER],
    [PAYER, PAYEE],
  ] as const) {
    const rt = runtime({}, { caller })
    redeem(rt)
    const [sent] = rt.sent
    assert.equal(rt.transfers, [[signer, AccountMethod.AuthenticateMessage, 0n]])
    assert.is(sent!.options.readOnly, true)
    const { signature, message } = sent!.params!.as(AuthenticateMessageParams)
    assert.equal(signature, Uint8Array.of(7, 7, 7))
    assert.equal(
      message,
      fromHex('8b' + '4300e807' + '0000' + '40' + 'f6' + '0001' + '42000a' + '0080f6'),
    )
    assert.is(rt.state().toSend, 10n)
    assert.equal(rt.state().laneStates.get(0n), { redeemed: 10n, nonce: 1n })
  }
})

test('a voucher that counts not is refused', () => {
  const refuse = ExitCode.IllegalArgument
  expectRedeem(ExitCode.Forbidden, {}, {}, { caller: actorId(103), callerType: 'account' })
  assert.equal(expectRedeem(refuse, { signature: null }).sent, [])
  expectRedeem(refuse, { channelAddr: idAddress(1001) })
  expectRedeem(refuse, { channelAddr: actorAddress(utf8('another')) })
  expectRedeem(ExitCode.Ok, { channelAddr: ROBUST })
  expectRedeem(refuse, { timeLockMin: 51n })
  expectRedeem(ExitCode.Ok, { timeLockMin: 50n })
  expectRedeem(refuse, { timeLockMax: 49n })
  expectRedeem(refuse, { timeLockMax: -1n })
  expectRedeem(ExitCode.Ok, { timeLockMax: 50n })
  expectRedeem(refuse, { amount: -1n })
  expectRedeem(refuse, { amount: 101n })
  expectRedeem(ExitCode.Ok, { amount: 100n })
  expectRedeem(refuse, { lane: 1n << 63n })
  expectRedeem(ExitCode.Ok, { lane: (1n << 63n) - 1n })
  expectRedeem(ExitCode.Ok, { amount: 0n, nonce: 0n })
})

test('what the signer says decides, and how it fails is passed on', () => {
  const cases: [FakeReply, ExitCode][] = [
    [{ ret: Payload.of(bool, false) }, ExitCode.IllegalArgument],
    [{ ret: null }, ExitCode.AssertionFailed],
    [{ ret: Payload.raw(fromHex('01')) }, ExitCode.Serialization],
    [{ ret: Payload.raw(fromHex('f5'), 0x55) }, ExitCode.Serialization],
    [{ exitCode: 40 }, 40],
    [{ exitCode: ExitCode.SysOutOfGas }, ExitCode.AssertionFailed],
    [{ error: ErrorNumber.NotFound }, ExitCode.Unspecified],
  ]
  for (const [reply, exit] of cases) expectRedeem(exit, {}, {}, { replies: [reply] })
})

test('a signature is of a known kind and any length', () => {
  const withSignature = (hex: string) =>
    Payload.raw(fromHex(`828b4300e807000040f600014200${'0a'}0080${hex}40`))
  const decode = (hex: string) =>
    runtime().call(paychActor, M.UpdateChannelState, withSignature(hex))
  decode('4101')
  decode('4102')
  decode(`5901f402${'00'.repeat(499)}`)
  for (const wrong of ['40', '4100', '4103', '00'])
    assert.throws(() => decode(wrong), exitsWith(ExitCode.Serialization), wrong)
  assert.throws(() => decode('f6'), exitsWith(ExitCode.IllegalArgument))
})

test('a secret is at most 256 bytes, and the one whose hash the voucher has', () => {
  const secret = utf8('sesame')
  const secretHash = blake2b256(secret)
  expectRedeem(ExitCode.Ok, { secretHash }, {}, { secret })
  expectRedeem(ExitCode.IllegalArgument, { secretHash }, {}, { secret: utf8('simsim') })
  expectRedeem(ExitCode.IllegalArgument, { secretHash: secretHash.subarray(1) }, {}, { secret })
  expectRedeem(ExitCode.Ok, {}, {}, { secret: new Uint8Array(256) })
  const long = expectRedeem(ExitCode.IllegalArgument, {}, {}, { secret: new Uint8Array(257) })
  assert.equal(long.sent, [], 'before the signature is checked')
})

test('a voucher may ask for a call that must succeed', () => {
  const extra = { actor: idAddress(777), method: 9n, data: NOTHING }
  const rt = expectRedeem(ExitCode.Ok, { extra }, {}, { replies: [VALID, {}] })
  assert.equal(rt.transfers[1], [777, 9n, 0n])
  assert.equal(rt.sent[1]!.params?.bytes, NOTHING, 'no bytes, yet not nothing')
  expectRedeem(55, { extra }, {}, { replies: [VALID, { exitCode: 55 }] })
})

test('a lane pays what it promises more than before, and nonces only rise', () => {
  const state = { toSend: 30n, laneStates: lanes([4n, 30n, 6n]) }
  for (const nonce of [5n, 6n])
    expectRedeem(ExitCode.IllegalArgument, { lane: 4n, nonce, amount: 40n }, state)
  const more = expectRedeem(ExitCode.Ok, { lane: 4n, nonce: 7n, amount: 100n }, state)
  assert.is(more.state().toSend, 100n)
  assert.equal(more.state().laneStates.get(4n), { redeemed: 100n, nonce: 7n })
  const less = expectRedeem(ExitCode.Ok, { lane: 4n, nonce: 9n, amount: 0n }, state)
  assert.is(less.state().toSend, 0n)
  const broken = { toSend: 29n, laneStates: state.laneStates }
  expectRedeem(ExitCode.IllegalArgument, { lane: 4n, nonce: 9n, amount: 0n }, broken)
})

test('lanes are merged: what they redeemed counts for the voucher, and their vouchers become old', () => {
  const state = { toSend: 60n, laneStates: lanes([0n, 10n, 1n], [1n, 20n, 2n], [2n, 30n, 3n]) }
  const merges = [
    { lane: 1n, nonce: 3n },
    { lane: 2n, nonce: 9n },
  ]
  const rt = expectRedeem(ExitCode.Ok, { nonce: 2n, amount: 75n, merges }, state)
  assert.is(rt.state().toSend, 75n)
  assert.equal(rt.state().laneStates.get(0n), { redeemed: 75n, nonce: 2n })
  assert.equal(rt.state().laneStates.get(1n), { redeemed: 20n, nonce: 3n })
  assert.equal(rt.state().laneStates.get(2n), { redeemed: 30n, nonce: 9n })

  const wrong = [
    [{ lane: 0n, nonce: 9n }],
    [{ lane: 7n, nonce: 9n }],
    [{ lane: 1n << 63n, nonce: 9n }],
    [{ lane: 1n, nonce: 2n }],
    [...merges, { lane: 1n, nonce: 3n }],
  ]
  for (const bad of wrong)
    expectRedeem(ExitCode.IllegalArgument, { nonce: 2n, amount: 75n, merges: bad }, state)
  const twice = [...merges, { lane: 1n, nonce: 4n }]
  const again = expectRedeem(ExitCode.Ok, { nonce: 2n, amount: 80n, merges: twice }, state)
  assert.is(again.state().toSend, 60n + 80n - 10n - 20n - 30n - 20n, 'as the reference counts it')
})

test('a voucher may put off when the channel settles, never the other way', () => {
  const later = expectRedeem(ExitCode.Ok, { minSettleHeight: 70n }, { settlingAt: 60n })
  assert.equal([later.state().settlingAt, later.state().minSettleHeight], [70n, 70n])
  const early = { settlingAt: 60n, minSettleHeight: 55n }
  const sooner = expectRedeem(ExitCode.Ok, { minSettleHeight: 54n }, early)
  assert.equal([sooner.state().settlingAt, sooner.state().minSettleHeight], [60n, 55n])
  const open = expectRedeem(ExitCode.Ok, { minSettleHeight: 70n })
  assert.equal([open.state().settlingAt, open.state().minSettleHeight], [0n, 70n])
})

test('no voucher counts once the channel is settled', () => {
  expectRedeem(CHANNEL_SETTLED, {}, { settlingAt: 50n })
  expectRedeem(CHANNEL_SETTLED, {}, { settlingAt: 49n })
  expectRedeem(ExitCode.Ok, {}, { settlingAt: 51n })
  expectRedeem(ExitCode.IllegalArgument, { signature: null }, { settlingAt: 50n })
})

test('either party settles, once, twelve hours ahead or when a voucher said', () => {
  const settle = (rt: FakeRuntime<PaychState>) => rt.call(paychActor, M.Settle)
  for (const [caller, minSettleHeight, settlingAt] of [
    [PAYER, 0n, 1490n],
    [PAYEE, 1490n, 1490n],
    [PAYEE, 1491n, 1491n],
  ] as const) {
    const rt = runtime({ minSettleHeight }, { caller })
    settle(rt)
    assert.is(rt.state().settlingAt, settlingAt)
    assert.throws(() => settle(rt), exitsWith(ExitCode.IllegalState))
  }
  const stranger = runtime({}, { caller: actorId(103), callerType: 'account' })
  assert.throws(() => settle(stranger), exitsWith(ExitCode.Forbidden))
})

test('a settled channel pays both parties and is gone', () => {
  const collect = (rt: FakeRuntime<PaychState>) => rt.call(paychActor, M.Collect)
  const state = { toSend: fil('2'), settlingAt: 50n }
  const rt = runtime(state, { balance: fil('5'), replies: [] })
  collect(rt)
  assert.equal(rt.transfers, [
    [PAYEE, 0, fil('2')],
    [PAYER, 0, fil('3')],
  ])
  assert.is(rt.deleted, true)

  const refused: [Partial<PaychState>, FakeOptions, ExitCode][] = [
    [{ settlingAt: 0n }, {}, ExitCode.Forbidden],
    [{ settlingAt: 51n }, {}, ExitCode.Forbidden],
    [state, { caller: actorId(103), callerType: 'account' }, ExitCode.Forbidden],
    [state, { replies: [{ exitCode: 77 }] }, 77],
    [state, { replies: [{}, { exitCode: 78 }] }, 78],
  ]
  for (const [changed, options, exit] of refused) {
    const other = runtime(changed, { balance: fil('5'), ...options })
    assert.throws(() => collect(other), exitsWith(exit))
    assert.is(other.deleted, false)
  }
})

test('a channel has no methods but these', () => {
  for (const method of [0x7fff_ffff, 5])
    assert.throws(() => runtime().call(paychActor, method), exitsWith(ExitCode.UnhandledMessage))
})

test.run()
