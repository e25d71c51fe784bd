import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { AccountMethod, AuthenticateMessageParams } from '../../actors/account/params.ts'
import { DatacapMethod, DestroyParams, MintParams } from '../../actors/datacap/params.ts'
import { MAINNET_POLICY } from '../../actors/policy.ts'
import { ExitCode, Payload } from '../../actors/runtime.ts'
import {
  DATACAP_ACTOR,
  MARKET_ACTOR,
  METHOD_SEND,
  SYSTEM_ACTOR,
  VERIFREG_ACTOR,
} from '../../actors/singletons.ts'
import { verifregActor } from '../../actors/verifreg/index.ts'
import { brokenVerifregInvariants } from '../../actors/verifreg/invariants.ts'
import { VerifregMethod as M } from '../../actors/verifreg/params.ts'
import { initialVerifregState, type VerifregState } from '../../actors/verifreg/state.ts'
import { actorAddress, blsAddress, idAddress } from '../../primitives/address.ts'
import { toHex, utf8 } from '../../primitives/bytes.ts'
import { bool, tokenAmount } from '../../primitives/codec.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import type { Signature } from '../../primitives/signature.ts'
import { actorId } from '../../primitives/units.ts'
import {
  exitsWith,
  type FakeOptions,
  type FakeReply,
  FakeRuntime,
} from '../support/fake-runtime.ts'
import { seed } from '../support/seed.ts'

await initCrypto()

const [ROOT, VERIFIER, OTHER_VERIFIER] = [actorId(101), actorId(102), actorId(103)]
const [CLIENT, STRANGER] = [actorId(104), actorId(105)]
const NEW_KEY = blsAddress(new Uint8Array(48).fill(5))
const LEAST = MAINNET_POLICY.minimumVerifiedAllocationSize
const CAP = LEAST * 100n

function given(): VerifregState {
  const state = initialVerifregState(ROOT)
  const verifiers = state.verifiers.set(VERIFIER, CAP).set(OTHER_VERIFIER, 0n)
  return { ...state, verifiers }
}

const people = new Map([ROOT, VERIFIER, OTHER_VERIFIER, CLIENT, STRANGER].map((id) => [id, {}]))
const runtime = (state: VerifregState | undefined = given(), options: FakeOptions = {}) =>
  new FakeRuntime<VerifregState>(state, {
    receiver: VERIFREG_ACTOR,
    caller: ROOT,
    actors: people,
    ...options,
  })
const holds = (bytes: bigint): FakeReply => ({ ret: Payload.of(tokenAmount, bytes * 10n ** 18n) })

type Refusal = readonly [what: string, params: unknown, options: FakeOptions, exitCode: ExitCode]

/** Calls that fail with an exit code and change nothing. */
function refuses(method: number, cases: readonly Refusal[]): void {
  for (const [what, params, options, exitCode] of cases) {
    const state = given()
    const rt = runtime(state, options)
    assert.throws(() => rt.call(verifregActor, method, params), exitsWith(exitCode), what)
    assert.is(rt.state(), state, what)
    assert.equal(rt.events, [], what)
  }
}

/** Entries of events, with values in hexadecimal. */
const events = (rt: FakeRuntime<VerifregState>) =>
  rt.events.map((entries) => entries.map(({ flags, key, value }) => [flags, key, toHex(value)]))

test('a registry starts with a root and nothing else', () => {
  const rt = new FakeRuntime<VerifregState>(undefined, { caller: SYSTEM_ACTOR })
  rt.call(verifregActor, M.Constructor, idAddress(ROOT))
  assert.is(rt.state().rootKey, ROOT)
  assert.is(rt.state().nextAllocationId, 1n)
  for (const [caller, root, exitCode] of [
    [ROOT, idAddress(ROOT), ExitCode.Forbidden],
    [SYSTEM_ACTOR, NEW_KEY, ExitCode.IllegalArgument],
  ] as const) {
    const refused = new FakeRuntime<VerifregState>(undefined, { caller })
    assert.throws(() => refused.call(verifregActor, M.Constructor, root), exitsWith(exitCode))
  }
})

test('the root makes verifiers, or changes what they may hand out', () => {
  for (const [who, allowance] of [
    [STRANGER, LEAST],
    [VERIFIER, CAP * 2n],
  ] as const) {
    const rt = runtime(given(), { replies: [holds(0n)] })
    rt.call(verifregActor, M.AddVerifier, { address: idAddress(who), allowance })
    assert.is(rt.state().verifiers.get(who), allowance)
    assert.equal(rt.transfers, [[DATACAP_ACTOR, DatacapMethod.BalanceExported, 0n]])
    assert.equal(rt.sent[0]!.options, { readOnly: true })
  }
})

test('an account that does not exist yet can be made a verifier', () => {
  const rt = runtime(given(), {
    replies: [{ effect: () => rt.actors.set(300, { addresses: [NEW_KEY] }) }, holds(0n)],
  })
  rt.call(verifregActor, M.AddVerifier, { address: NEW_KEY, allowance: LEAST })
  assert.is(rt.state().verifiers.get(actorId(300)), LEAST)
  assert.equal(rt.transfers[0], [NEW_KEY.toString(), METHOD_SEND, 0n])
})

test('a verifier tells what it may hand out', () => {
  const rt = runtime(given(), { replies: [holds(0n)] })
  rt.call(verifregActor, M.AddVerifier, { address: idAddress(STRANGER), allowance: LEAST })
  rt.call(verifregActor, M.RemoveVerifier, idAddress(STRANGER))
  assert.equal(events(rt), [
    [
      [3, '$type', '7076657269666965722d62616c616e6365'],
      [3, 'verifier', '1869'],
      [1, 'balance', '4400100000'],
    ],
    [
      [3, '$type', '7076657269666965722d62616c616e6365'],
      [3, 'verifier', '1869'],
      [1, 'balance', '40'],
    ],
  ])
  assert.not(rt.state().verifiers.has(STRANGER))
})

test('verifiers are not made of the root, of clients, for too little, or by others', () => {
  const add = (change: object) => ({ address: idAddress(STRANGER), allowance: LEAST, ...change })
  const nobody = { address: actorAddress(Uint8Array.of(1)) }
  refuses(M.AddVerifier, [
    ['too little', add({ allowance: LEAST - 1n }), {}, ExitCode.IllegalArgument],
    ['too little, by others', add({ allowance: 0n }), { caller: CLIENT }, ExitCode.IllegalArgument],
    ['by others', add({}), { caller: CLIENT }, ExitCode.Forbidden],
    ['the root', add({ address: idAddress(ROOT) }), {}, ExitCode.IllegalArgument],
    ['a client', add({}), { replies: [holds(1n)] }, ExitCode.IllegalArgument],
    ['nobody', add(nobody), {}, ExitCode.IllegalArgument],
    ['no actor', add({ address: idAddress(9999) }), {}, ExitCode.NotFound],
    ['without a balance', add({}), { replies: [{}] }, ExitCode.AssertionFailed],
  ])
  refuses(M.RemoveVerifier, [
    ['no verifier', idAddress(STRANGER), {}, ExitCode.IllegalArgument],
    ['by others', idAddress(VERIFIER), { caller: VERIFIER }, ExitCode.Forbidden],
  ])
})

test('a verifier gives clients datacap that the market may move', () => {
  for (const method of [M.AddVerifiedClient, M.AddVerifiedClientExported]) {
    const rt = runtime(given(), { caller: VERIFIER })
    rt.call(verifregActor, method, { address: idAddress(CLIENT), allowance: LEAST })
    assert.is(rt.state().verifiers.get(VERIFIER), CAP - LEAST)
    assert.equal(rt.transfers, [[DATACAP_ACTOR, DatacapMethod.MintExported, 0n]])
    assert.equal(rt.sent[0]!.params!.as(MintParams), {
      to: idAddress(CLIENT),
      amount: LEAST * 10n ** 18n,
      operators: [idAddress(MARKET_ACTOR)],
    })
    assert.equal(events(rt)[0]!.at(-1), [3, 'client', '1868'])
  }
})

test('datacap is handed out by verifiers, within their means, and not to each other', () => {
  const add = (change: object) => ({ address: idAddress(CLIENT), allowance: LEAST, ...change })
  const by = { caller: VERIFIER }
  refuses(M.AddVerifiedClient, [
    ['too little', add({ allowance: LEAST - 1n }), by, ExitCode.IllegalArgument],
    ['too much', add({ allowance: CAP + 1n }), by, ExitCode.IllegalArgument],
    ['by a stranger', add({}), { caller: STRANGER }, ExitCode.NotFound],
    ['by one with nothing left', add({}), { caller: OTHER_VERIFIER }, ExitCode.IllegalArgument],
    ['to the root', add({ address: idAddress(ROOT) }), by, ExitCode.IllegalArgument],
    ['to a verifier', add({ address: idAddress(OTHER_VERIFIER) }), by, ExitCode.IllegalArgument],
    ['to no actor', add({ address: idAddress(9999) }), by, ExitCode.NotFound],
  ])
  const rt = runtime(given(), { ...by, replies: [{ exitCode: 33 }] })
  assert.throws(() => rt.call(verifregActor, M.AddVerifiedClient, add({})), exitsWith(33))
})

const signature: Signature = { type: 'bls', data: new Uint8Array(96).fill(1) }
const removal = (change: object = {}) => ({
  verifiedClientToRemove: idAddress(CLIENT),
  dataCapAmountToRemove: LEAST,
  verifierRequest1: { verifier: idAddress(VERIFIER), signature },
  verifierRequest2: { verifier: idAddress(OTHER_VERIFIER), signature },
  ...change,
})
const yes: FakeReply = { ret: Payload.of(bool, true) }

test('the root removes datacap that two verifiers have signed away', () => {
  const rt = runtime(given(), { replies: [yes, yes, holds(LEAST * 3n)] })
  const removed = rt.call(verifregActor, M.RemoveVerifiedClientDataCap, removal())
  assert.equal(removed, { verifiedClient: idAddress(CLIENT), dataCapRemoved: LEAST })
  assert.equal(rt.transfers, [
    [VERIFIER, AccountMethod.AuthenticateMessage, 0n],
    [OTHER_VERIFIER, AccountMethod.AuthenticateMessage, 0n],
    [DATACAP_ACTOR, DatacapMethod.BalanceExported, 0n],
    [DATACAP_ACTOR, DatacapMethod.DestroyExported, 0n],
  ])
  const asked = rt.sent[0]!.params!.as(AuthenticateMessageParams)
  assert.equal(asked.signature, signature.data)
  // "fil_removedatacap:", then [f0104, 1 MiB, [0]]
  const message = `${toHex(utf8('fil_removedatacap:'))}8342006844001000008100`
  assert.is(toHex(asked.message), message)
  const owner = idAddress(CLIENT)
  assert.equal(rt.sent[3]!.params!.as(DestroyParams), { owner, amount: LEAST * 10n ** 18n })
})

test('a signature to remove datacap is good once, and no more is removed than there is', () => {
  const rt = runtime(given(), { replies: [yes, yes, holds(5n), {}, yes, yes, holds(0n)] })
  const remove = () =>
    rt.call<{ dataCapRemoved: bigint }>(verifregActor, M.RemoveVerifiedClientDataCap, removal())
  assert.is(remove().dataCapRemoved, 5n)
  assert.is(remove().dataCapRemoved, 0n)
  const messages = [0, 4].map((i) => rt.sent[i]!.params!.as(AuthenticateMessageParams).message)
  assert.equal(
    messages.map((message) => message.at(-1)),
    [0, 1],
  )
  assert.is(rt.sent.length, 7)
  const ids = Array.from(rt.state().removeDataCapProposalIds.entries(), ([key, { id }]) => [
    toHex(key),
    id,
  ])
  assert.equal(ids.sort(), [
    ['00660068', 2n],
    ['00670068', 2n],
  ])
})

test('datacap is not removed by others, by one verifier, from the registry, or unsigned', () => {
  const one = { verifierRequest2: { verifier: idAddress(VERIFIER), signature } }
  const stranger = { verifierRequest2: { verifier: idAddress(STRANGER), signature } }
  const itself = { verifiedClientToRemove: idAddress(VERIFREG_ACTOR) }
  const negative = { dataCapAmountToRemove: -1n }
  refuses(M.RemoveVerifiedClientDataCap, [
    ['by a verifier', removal(), { caller: VERIFIER }, ExitCode.Forbidden],
    ['by one verifier', removal(one), {}, ExitCode.IllegalArgument],
    ['by a stranger', removal(stranger), {}, ExitCode.NotFound],
    ['from the registry', removal(itself), {}, ExitCode.IllegalArgument],
  ])
  for (const [replies, exitCode] of [
    [[{ ret: Payload.of(bool, false) }], ExitCode.IllegalArgument],
    [[yes, { exitCode: ExitCode.IllegalArgument }], ExitCode.IllegalArgument],
    [[yes, {}], ExitCode.AssertionFailed],
  ] as const) {
    const rt = runtime(given(), { replies })
    assert.throws(
      () => rt.call(verifregActor, M.RemoveVerifiedClientDataCap, removal()),
      exitsWith(exitCode),
    )
  }
  const rt = runtime(given(), {
    replies: [yes, yes, holds(1n), { exitCode: ExitCode.IllegalArgument }],
  })
  assert.throws(
    () => rt.call(verifregActor, M.RemoveVerifiedClientDataCap, removal(negative)),
    exitsWith(ExitCode.IllegalArgument),
  )
})

test('signatures of other kinds than keys do not decode', () => {
  const params = Payload.of(
    verifregActor.methods[M.RemoveVerifiedClientDataCap]!.params!,
    removal({ verifierRequest1: { verifier: idAddress(VERIFIER), signature } }),
  ).bytes
  const at = toHex(params).indexOf('586102') / 2 + 2
  for (const [kind, exitCode] of [
    [0, ExitCode.Serialization],
    [1, ExitCode.Forbidden],
    [3, ExitCode.Serialization],
  ] as const) {
    const bytes = params.slice()
    bytes[at] = kind
    const rt = runtime(given(), { caller: VERIFIER })
    assert.throws(
      () => rt.call(verifregActor, M.RemoveVerifiedClientDataCap, Payload.raw(bytes)),
      exitsWith(exitCode),
    )
  }
})

test('a contract reaches exported methods only', () => {
  const rt = runtime(given(), { caller: VERIFIER, callerType: 'evm' })
  const params = { address: idAddress(CLIENT), allowance: LEAST }
  assert.throws(
    () => rt.call(verifregActor, M.AddVerifiedClient, params),
    exitsWith(ExitCode.Forbidden),
  )
  rt.call(verifregActor, M.AddVerifiedClientExported, params)
})

test('verifiers hand out what they were given, and nothing is lost on the way', () => {
  const step = fc.record({
    by: fc.constantFrom(ROOT, VERIFIER, OTHER_VERIFIER),
    to: fc.constantFrom(VERIFIER, OTHER_VERIFIER, CLIENT, STRANGER),
    units: fc.integer({ min: 0, max: 150 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let state = given()
      let [granted, minted] = [CAP, 0n]
      for (const { by, to, units } of steps) {
        const rt = runtime(state, { caller: by, ...(by === ROOT ? { replies: [holds(0n)] } : {}) })
        const params = { address: idAddress(to), allowance: LEAST * BigInt(units) }
        const before = state.verifiers.get(to) ?? 0n
        try {
          rt.call(verifregActor, by === ROOT ? M.AddVerifier : M.AddVerifiedClient, params)
        } catch {
          continue
        }
        state = rt.state()
        if (by === ROOT) granted += params.allowance - before
        else minted += rt.sent.at(-1)!.params!.as(MintParams).amount / 10n ** 18n
      }
      const left = [...state.verifiers.values()].reduce((sum, cap) => sum + cap, 0n)
      assert.is(left + minted, granted)
      assert.equal(brokenVerifregInvariants(state, MAINNET_POLICY, 0), [])
    }),
    { seed, numRuns: 50 },
  )
})

test.run()
