import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { multisigActor } from '../../actors/multisig/index.ts'
import { amountLocked } from '../../actors/multisig/balance.ts'
import {
  type ApproveReturn,
  MultisigMethod as M,
  type ProposeReturn,
} from '../../actors/multisig/params.ts'
import {
  type MultisigState,
  NO_PENDING_TXS,
  type Transaction,
} from '../../actors/multisig/state.ts'
import { proposalHash } from '../../actors/multisig/transactions.ts'
import { ErrorNumber, ExitCode, Payload } from '../../actors/runtime.ts'
import { INIT_ACTOR } from '../../actors/singletons.ts'
import { blsAddress, idAddress } from '../../primitives/address.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { actorId, type ActorId, fil } from '../../primitives/units.ts'
import { exitsWith, type FakeOptions, FakeRuntime } from '../support/fake-runtime.ts'

await initCrypto()

const SELF = actorId(1000)
const [ANNE, BOB, CHUCK, STRANGER] = [101, 102, 103, 104].map(actorId) as [
  ActorId,
  ActorId,
  ActorId,
  ActorId,
]
const NOTHING: Uint8Array = new Uint8Array()
const TARGET = idAddress(500)
const people = new Map([ANNE, BOB, CHUCK, STRANGER].map((id) => [id, {}]))

const base: MultisigState = {
  signers: [ANNE, BOB],
  numApprovalsThreshold: 2,
  nextTxId: 0,
  initialBalance: 0n,
  startEpoch: 0n,
  unlockDuration: 0n,
  pendingTxs: NO_PENDING_TXS,
}

const transaction = (approved: ActorId[], more: Partial<Transaction> = {}): Transaction => ({
  to: TARGET,
  value: 0n,
  method: 0n,
  params: NOTHING,
  approved,
  ...more,
})

const pending = (...transactions: Transaction[]): Partial<MultisigState> => ({
  nextTxId: transactions.length,
  pendingTxs: transactions.reduce((map, t, i) => map.set(i, t), NO_PENDING_TXS),
})

const runtime = (state: Partial<MultisigState> = {}, options: FakeOptions = {}) =>
  new FakeRuntime<MultisigState>(
    { ...base, ...state },
    { caller: ANNE, receiver: SELF, balance: fil('10'), actors: people, ...options },
  )

const bySelf = (state: Partial<MultisigState> = {}, options: FakeOptions = {}) =>
  runtime(state, { caller: SELF, callerType: 'multisig', ...options })

function propose(rt: FakeRuntime<MultisigState>, more: Partial<Transaction> = {}): ProposeReturn {
  const { to, value, method, params } = transaction([], more)
  return rt.call(multisigActor, M.Propose, { to, value, method, params })
}

const approve = (rt: FakeRuntime<MultisigState>, id = 0n, hash = NOTHING): ApproveReturn =>
  rt.call(multisigActor, M.Approve, { id, proposalHash: hash })

const cancel = (rt: FakeRuntime<MultisigState>, id = 0n, hash = NOTHING): void =>
  rt.call(multisigActor, M.Cancel, { id, proposalHash: hash })

const waiting = (rt: FakeRuntime<MultisigState>) => [...rt.state().pendingTxs.keys()].sort()

test('a constructor takes distinct signers, a threshold they can reach and a duration that is not negative', () => {
  const many = Array.from({ length: 257 }, (_, i) => idAddress(200 + i))
  const actors = new Map([...people, ...many.map((a) => [a.id!, {}] as const)])
  const anne = idAddress(ANNE)
  const cases = [
    [[], 1n, 0n, ExitCode.IllegalArgument],
    [many, 1n, 0n, ExitCode.IllegalArgument],
    [many.slice(0, 256), 256n, 0n, ExitCode.Ok],
    [[anne, anne], 1n, 0n, ExitCode.IllegalArgument],
    [[anne], 0n, 0n, ExitCode.IllegalArgument],
    [[anne], 2n, 0n, ExitCode.IllegalArgument],
    [[anne], 1n, -1n, ExitCode.IllegalArgument],
    [[idAddress(999_999)], 1n, 0n, ExitCode.NotFound],
    [[anne], 1n, 5n, ExitCode.Ok],
  ] as const
  for (const [signers, numApprovalsThreshold, unlockDuration, exit] of cases) {
    const rt = new FakeRuntime<MultisigState>(undefined, { caller: INIT_ACTOR, actors, value: 7n })
    const make = () =>
      rt.call(multisigActor, M.Constructor, {
        signers,
        numApprovalsThreshold,
        unlockDuration,
        startEpoch: 3n,
      })
    if (exit !== ExitCode.Ok) assert.throws(make, exitsWith(exit))
    else make()
  }
})

test('the value that comes with a constructor is locked only when there is a duration', () => {
  for (const [unlockDuration, initialBalance, startEpoch] of [
    [0n, 0n, 0n],
    [9n, 7n, 3n],
  ] as const) {
    const rt = new FakeRuntime<MultisigState>(undefined, {
      caller: INIT_ACTOR,
      actors: people,
      value: 7n,
    })
    const given = { signers: [idAddress(BOB)], numApprovalsThreshold: 1n, startEpoch: 3n }
    rt.call(multisigActor, M.Constructor, { ...given, unlockDuration })
    assert.equal(rt.state().signers, [BOB])
    assert.is(rt.state().initialBalance, initialBalance)
    assert.is(rt.state().startEpoch, startEpoch)
    assert.is(rt.state().unlockDuration, unlockDuration)
  }
})

test('a signer without an account is made one, and only the init actor constructs', () => {
  const key = blsAddress(new Uint8Array(48).fill(3))
  const rt = new FakeRuntime<MultisigState>(undefined, {
    caller: INIT_ACTOR,
    replies: [{ effect: () => rt.actors.set(300, { addresses: [key] }) }],
  })
  const params = { signers: [key], numApprovalsThreshold: 1n, unlockDuration: 0n, startEpoch: 0n }
  rt.call(multisigActor, M.Constructor, params)
  assert.equal(rt.state().signers, [300])
  assert.equal(rt.transfers, [[key.toString(), 0, 0n]])
  const stranger = new FakeRuntime<MultisigState>(undefined, { caller: STRANGER })
  const refused = () => stranger.call(multisigActor, M.Constructor, params)
  assert.throws(refused, exitsWith(ExitCode.Forbidden))
})

test('a proposal waits for the threshold, and the last approval carries it out', () => {
  const rt = runtime()
  const params = fromHex('8101')
  assert.equal(propose(rt, { value: 5n, method: 77n, params }), {
    txnId: 0,
    applied: false,
    code: 0,
    ret: NOTHING,
  })
  assert.equal(rt.sent, [])
  assert.equal(rt.state().pendingTxs.get(0)?.approved, [ANNE])
  rt.caller = BOB
  rt.replies = [{ ret: Payload.raw(fromHex('820102')) }]
  assert.equal(approve(rt), { applied: true, code: 0, ret: fromHex('820102') })
  assert.equal(rt.transfers, [[500, 77n, 5n]])
  assert.equal(rt.sent[0]!.params!.bytes, params)
  assert.equal(waiting(rt), [])
  assert.is(rt.balance(), fil('10') - 5n)
})

test('no bytes of parameters are sent as none', () => {
  const rt = runtime({ numApprovalsThreshold: 1 })
  assert.is(propose(rt).applied, true)
  assert.is(rt.sent[0]!.params, null)
})

test('a transaction that fails is done with: its exit code is told and nothing is undone', () => {
  const data = Payload.raw(fromHex('4101'))
  const cases = [
    [{ exitCode: 33, ret: data }, 33, data.bytes],
    [{ exitCode: ExitCode.SysOutOfGas }, ExitCode.AssertionFailed, NOTHING],
    [{ exitCode: ExitCode.SysIllegalInstruction }, ExitCode.Unspecified, NOTHING],
    [{ error: ErrorNumber.NotFound }, ExitCode.Unspecified, NOTHING],
    [{ error: ErrorNumber.InsufficientFunds }, ExitCode.InsufficientFunds, NOTHING],
    [{ error: ErrorNumber.LimitExceeded }, ExitCode.AssertionFailed, NOTHING],
    [{ error: ErrorNumber.ReadOnly }, ExitCode.ReadOnly, NOTHING],
  ] as const
  for (const [reply, code, ret] of cases) {
    const rt = runtime({ numApprovalsThreshold: 1 }, { replies: [reply] })
    assert.equal(propose(rt), { txnId: 0, applied: true, code, ret })
    assert.equal(waiting(rt), [])
    assert.is(rt.state().nextTxId, 1)
  }
})

test('only signers propose, approve and cancel, and nobody proposes a negative value', () => {
  const stranger = () => runtime(pending(transaction([ANNE])), { caller: STRANGER })
  assert.throws(() => propose(stranger()), exitsWith(ExitCode.Forbidden))
  assert.throws(() => approve(stranger()), exitsWith(ExitCode.Forbidden))
  assert.throws(() => cancel(stranger()), exitsWith(ExitCode.Forbidden))
  const negative = () => propose(stranger(), { value: -1n })
  assert.throws(negative, exitsWith(ExitCode.IllegalArgument), 'checked before the signer')
})

test('nobody approves twice, and an unknown id is not found', () => {
  const state = pending(transaction([ANNE]))
  assert.throws(() => approve(runtime(state)), exitsWith(ExitCode.Forbidden))
  for (const id of [1n, -1n, 1n << 53n, (1n << 63n) - 1n, -(1n << 63n)]) {
    assert.throws(() => approve(runtime(state), id), exitsWith(ExitCode.NotFound))
    assert.throws(() => cancel(runtime(state), id), exitsWith(ExitCode.NotFound))
  }
})

test('approvals that became enough carry a transaction out without another, by whichever signer asks', () => {
  const rt = runtime({ ...pending(transaction([ANNE])), numApprovalsThreshold: 1 })
  assert.is(approve(rt).applied, true)
  assert.equal(rt.transfers, [[500, 0n, 0n]])
})

test('a hash says which proposal is meant: of requester, receiver, value, method and parameters', () => {
  const meant = transaction([BOB, ANNE], { value: 256n, method: 5n, params: fromHex('8100') })
  // [f0102, f0500, 256, 5, h'8100'] in CBOR.
  const hash = blake2b256(fromHex('85420066' + '4300f403' + '43000100' + '05' + '428100'))
  assert.equal(proposalHash(meant), hash)
  assert.equal(
    proposalHash(transaction([])),
    blake2b256(fromHex('85f6' + '4300f403' + '40' + '00' + '40')),
  )
  const state = { ...pending({ ...meant, approved: [BOB] }), numApprovalsThreshold: 3 }
  assert.is(approve(runtime(state), 0n, hash).applied, false)
  const wrong = Uint8Array.from(hash, (b) => b ^ 1)
  assert.throws(() => approve(runtime(state), 0n, wrong), exitsWith(ExitCode.IllegalArgument))
  const own = () => runtime(state, { caller: BOB })
  assert.throws(() => cancel(own(), 0n, wrong), exitsWith(ExitCode.IllegalState))
  const rt = own()
  cancel(rt, 0n, hash)
  assert.equal(waiting(rt), [])
})

test('only the first approver cancels, whatever the hash', () => {
  const state = pending(transaction([BOB, ANNE]))
  assert.throws(() => cancel(runtime(state), 0n, Uint8Array.of(1)), exitsWith(ExitCode.Forbidden))
})

test('what is locked falls from all to nothing, rounded up', () => {
  const state = { ...base, initialBalance: 100n, unlockDuration: 7n }
  const cases = [-5n, 0n, 1n, 2n, 6n, 7n, 8n].map((elapsed) => amountLocked(state, elapsed))
  assert.equal(cases, [100n, 100n, 86n, 72n, 15n, 0n, 0n])
  assert.is(amountLocked({ ...state, unlockDuration: 0n }, -1n), 100n)
  assert.is(amountLocked({ ...state, unlockDuration: 0n }, 0n), 0n)
})

test('a multisig spends what is not locked, and nothing at any time', () => {
  const lock = { initialBalance: 100n, startEpoch: 10n, unlockDuration: 100n }
  // Balance, epoch, amount: 100 locked at 10, 50 at 60, none at 110.
  const cases = [
    [100n, 10, 1n, ExitCode.InsufficientFunds],
    [100n, 60, 50n, ExitCode.Ok],
    [100n, 60, 51n, ExitCode.InsufficientFunds],
    [100n, 110, 100n, ExitCode.Ok],
    [100n, 110, 101n, ExitCode.InsufficientFunds],
    [3n, 10, 0n, ExitCode.Ok],
  ] as const
  for (const [balance, epoch, value, exit] of cases) {
    const rt = runtime({ ...lock, numApprovalsThreshold: 1 }, { balance, epoch })
    if (exit === ExitCode.Ok) assert.is(propose(rt, { value }).code, exit)
    else assert.throws(() => propose(rt, { value }), exitsWith(exit))
  }
  const longAgo = { ...lock, startEpoch: -(1n << 63n), numApprovalsThreshold: 1 }
  assert.is(propose(runtime(longAgo)).applied, true)
  const overflow = () => propose(runtime(longAgo), { value: 1n })
  assert.throws(overflow, exitsWith(ExitCode.AssertionFailed))
})

test('an approval of what cannot be paid fails and is not counted', () => {
  const rt = runtime(pending(transaction([BOB], { value: fil('11') })))
  assert.throws(() => approve(rt), exitsWith(ExitCode.InsufficientFunds))
  assert.equal(rt.sent, [])
})

test('a multisig alone changes itself', () => {
  const calls = [
    [M.AddSigner, { signer: TARGET, increase: false }],
    [M.RemoveSigner, { signer: TARGET, decrease: false }],
    [M.SwapSigner, { from: TARGET, to: TARGET }],
    [M.ChangeNumApprovalsThreshold, { newThreshold: 1n }],
    [M.LockBalance, { startEpoch: 0n, unlockDuration: 1n, amount: 1n }],
  ] as const
  for (const [method, params] of calls) {
    const byOwner = () => runtime().call(multisigActor, method, params)
    assert.throws(byOwner, exitsWith(ExitCode.Forbidden))
  }
})

test('signers are added at the end, once each, up to 256', () => {
  const add = (rt: FakeRuntime<MultisigState>, signer: ActorId, increase = false) =>
    rt.call(multisigActor, M.AddSigner, { signer: idAddress(signer), increase })
  const rt = bySelf()
  add(rt, CHUCK)
  add(rt, STRANGER, true)
  assert.equal(rt.state().signers, [ANNE, BOB, CHUCK, STRANGER])
  assert.is(rt.state().numApprovalsThreshold, 3)
  assert.throws(() => add(rt, CHUCK), exitsWith(ExitCode.Forbidden))
  assert.throws(() => add(rt, actorId(999_999)), exitsWith(ExitCode.NotFound))
  const full = bySelf({ signers: Array.from({ length: 256 }, (_, i) => actorId(2000 + i)) })
  assert.throws(() => add(full, CHUCK), exitsWith(ExitCode.Forbidden))
})

test('a signer that goes takes its approvals along, and proposals nobody else approved', () => {
  const three = {
    signers: [ANNE, BOB, CHUCK],
    ...pending(transaction([BOB]), transaction([ANNE, BOB, CHUCK]), transaction([CHUCK])),
  }
  const remove = (rt: FakeRuntime<MultisigState>, signer: ActorId, decrease: boolean) =>
    rt.call(multisigActor, M.RemoveSigner, { signer: idAddress(signer), decrease })
  const rt = bySelf(three)
  remove(rt, BOB, false)
  assert.equal(rt.state().signers, [ANNE, CHUCK])
  assert.equal(waiting(rt), [1, 2])
  assert.equal(rt.state().pendingTxs.get(1)?.approved, [ANNE, CHUCK])
  assert.is(rt.state().nextTxId, 3)

  const cases = [
    [{}, STRANGER, false, ExitCode.Forbidden],
    [{ signers: [ANNE], numApprovalsThreshold: 1 }, ANNE, true, ExitCode.Forbidden],
    [{}, BOB, false, ExitCode.IllegalArgument],
    [{ numApprovalsThreshold: 1 }, BOB, true, ExitCode.IllegalArgument],
  ] as const
  for (const [state, signer, decrease, exit] of cases)
    assert.throws(() => remove(bySelf(state), signer, decrease), exitsWith(exit))
  const lower = bySelf()
  remove(lower, ANNE, true)
  assert.is(lower.state().numApprovalsThreshold, 1)
  // One that is gone can be removed: it need not exist.
  const gone = bySelf({ signers: [ANNE, BOB, actorId(999_999)] })
  remove(gone, actorId(999_999), false)
  assert.equal(gone.state().signers, [ANNE, BOB])
})

test('a signer that is swapped goes to the end and leaves its approvals behind', () => {
  const swap = (rt: FakeRuntime<MultisigState>, from: ActorId, to: ActorId) =>
    rt.call(multisigActor, M.SwapSigner, { from: idAddress(from), to: idAddress(to) })
  const rt = bySelf(pending(transaction([ANNE, BOB]), transaction([ANNE])))
  swap(rt, ANNE, CHUCK)
  assert.equal(rt.state().signers, [BOB, CHUCK])
  assert.equal(waiting(rt), [0])
  assert.equal(rt.state().pendingTxs.get(0)?.approved, [BOB])
  assert.throws(() => swap(rt, ANNE, STRANGER), exitsWith(ExitCode.Forbidden))
  assert.throws(() => swap(rt, BOB, CHUCK), exitsWith(ExitCode.IllegalArgument))
  assert.throws(() => swap(rt, BOB, BOB), exitsWith(ExitCode.IllegalArgument))
  assert.throws(() => swap(rt, BOB, actorId(999_999)), exitsWith(ExitCode.NotFound))
})

test('the threshold is from one to the number of signers', () => {
  for (const [newThreshold, allowed] of [
    [0n, false],
    [1n, true],
    [2n, true],
    [3n, false],
    [(1n << 64n) - 1n, false],
  ] as const) {
    const rt = bySelf()
    const change = () => rt.call(multisigActor, M.ChangeNumApprovalsThreshold, { newThreshold })
    if (allowed) change()
    else assert.throws(change, exitsWith(ExitCode.IllegalArgument))
    assert.is(rt.state().numApprovalsThreshold, allowed ? Number(newThreshold) : 2)
  }
})

test('a balance is locked once, from any epoch on, whether it is there or not', () => {
  const lock = (rt: FakeRuntime<MultisigState>, unlockDuration: bigint, amount: bigint) =>
    rt.call(multisigActor, M.LockBalance, { startEpoch: -4n, unlockDuration, amount })
  const rt = bySelf()
  assert.throws(() => lock(rt, 0n, 1n), exitsWith(ExitCode.IllegalArgument))
  assert.throws(() => lock(rt, -1n, 1n), exitsWith(ExitCode.IllegalArgument))
  assert.throws(() => lock(rt, 1n, -1n), exitsWith(ExitCode.IllegalArgument))
  lock(rt, 8n, fil('99'))
  const { startEpoch, unlockDuration, initialBalance } = rt.state()
  assert.equal([startEpoch, unlockDuration, initialBalance], [-4n, 8n, fil('99')])
  assert.throws(() => lock(rt, 9n, 0n), exitsWith(ExitCode.Forbidden))
})

test('tokens and every other exported method are taken from anyone; unknown low numbers are not', () => {
  const rt = runtime({}, { caller: STRANGER, callerType: 'evm' })
  rt.call(multisigActor, M.Receive, { type: 0xffff_ffff, payload: NOTHING })
  const tooWide = Payload.raw(fromHex('821b000000010000000040'))
  assert.throws(() => rt.call(multisigActor, M.Receive, tooWide), exitsWith(ExitCode.Serialization))
  rt.call(multisigActor, 1 << 24, Payload.raw(fromHex('ff')))
  rt.call(multisigActor, (1n << 64n) - 1n)
  const low = () => rt.call(multisigActor, M.Propose, Payload.raw(fromHex('ff')))
  assert.throws(low, exitsWith(ExitCode.Forbidden), 'contracts stay out of the internal methods')
  rt.actors.set(STRANGER, { type: 'account' })
  const unknown = () => rt.call(multisigActor, 10)
  assert.throws(unknown, exitsWith(ExitCode.UnhandledMessage))
})

test('a read-only call cannot approve, though nothing would change', () => {
  const enough = { ...pending(transaction([ANNE])), numApprovalsThreshold: 1 }
  const rt = runtime(enough, { readOnly: true })
  assert.throws(() => approve(rt), exitsWith(ExitCode.ReadOnly))
  assert.equal(rt.sent, [])
})

test.run()
