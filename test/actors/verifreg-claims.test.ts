import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BurnParams, DatacapMethod, TransferParams } from '../../actors/datacap/params.ts'
import { FRC46_TOKEN_TYPE, FRC46TokenReceived } from '../../actors/frc46.ts'
import { EPOCHS_IN_DAY, MAINNET_POLICY } from '../../actors/policy.ts'
import { ActorError, ExitCode, Payload } from '../../actors/runtime.ts'
import { DATACAP_ACTOR, VERIFREG_ACTOR } from '../../actors/singletons.ts'
import { verifregActor } from '../../actors/verifreg/index.ts'
import { brokenVerifregInvariants } from '../../actors/verifreg/invariants.ts'
import {
  AllocationRequests,
  type AllocationsResponse,
  type ClaimAllocationsReturn,
  VerifregMethod as M,
} from '../../actors/verifreg/params.ts'
import {
  type Allocation,
  ALLOCATIONS,
  type Claim,
  CLAIMS,
  initialVerifregState,
  type VerifregState,
} from '../../actors/verifreg/state.ts'
import { idAddress } from '../../primitives/address.ts'
import { toHex, utf8 } from '../../primitives/bytes.ts'
import { decode, text } from '../../primitives/codec.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { sha256 } from '../../primitives/crypto/hash.ts'
import { commitmentCid } from '../../primitives/data-commitment.ts'
import { type ActorId, actorId } from '../../primitives/units.ts'
import { exitsWith, type FakeOptions, FakeRuntime } from '../support/fake-runtime.ts'
import { seed } from '../support/seed.ts'

await initCrypto()

const [ROOT, CLIENT, OTHER_CLIENT] = [actorId(101), actorId(110), actorId(111)]
const [MINER, OTHER_MINER] = [actorId(1000), actorId(1001)]
const NOW = 1000
const DAY = EPOCHS_IN_DAY
const MIB = 1n << 20n
const TOKEN = 10n ** 18n
const YEARS_5 = MAINNET_POLICY.maximumVerifiedAllocationTerm
const piece = (n: number) => commitmentCid(sha256(utf8(`${n}`)))

const miners = new Map([MINER, OTHER_MINER].map((id) => [id, { type: 'storageminer' as const }]))
const runtime = (state: VerifregState, options: FakeOptions = {}) =>
  new FakeRuntime<VerifregState>(state, {
    receiver: VERIFREG_ACTOR,
    caller: MINER,
    actors: miners,
    epoch: NOW,
    ...options,
  })

const allocation = (change: Partial<Allocation> = {}): Allocation => ({
  client: CLIENT,
  provider: MINER,
  data: piece(1),
  size: MIB,
  termMin: 180 * DAY,
  termMax: 400 * DAY,
  expiration: NOW + 10,
  ...change,
})
const claim = (change: Partial<Claim> = {}): Claim => ({
  provider: MINER,
  client: CLIENT,
  data: piece(1),
  size: MIB,
  termMin: 180 * DAY,
  termMax: 400 * DAY,
  termStart: NOW - 10,
  sector: 7n,
  ...change,
})

/** Allocations 1, 2 … and claims 11, 12 … */
function given(allocations: readonly Allocation[], claims: readonly Claim[] = []): VerifregState {
  const state = { ...initialVerifregState(ROOT), nextAllocationId: 100n }
  for (const [i, a] of allocations.entries())
    state.allocations = ALLOCATIONS.set(state.allocations, a.client, BigInt(i + 1), a)
  for (const [i, c] of claims.entries())
    state.claims = CLAIMS.set(state.claims, c.provider, BigInt(i + 11), c)
  return state
}

/** Types of the events, with their ids. */
const events = (rt: FakeRuntime<VerifregState>) =>
  rt.events.map(([type, id]) => `${decode(text, type!.value)} ${toHex(id!.value)}`)
const burnt = (rt: FakeRuntime<VerifregState>) =>
  rt.sent
    .filter(({ method }) => method === DatacapMethod.BurnExported)
    .map(({ params }) => params!.as(BurnParams).amount / TOKEN)

const wanted = (change: object = {}) => ({
  client: BigInt(CLIENT),
  allocationId: 1n,
  data: piece(1),
  size: MIB,
  ...change,
})
const sector = (claims: readonly object[], expiry = NOW + 200 * DAY) => ({
  sector: 7n,
  expiry,
  claims,
})

test('a provider claims what was allocated to it, and the datacap is burnt', () => {
  const rt = runtime(given([allocation(), allocation({ size: 2n * MIB, data: piece(2) })]))
  const both = [wanted(), wanted({ allocationId: 2n, size: 2n * MIB, data: piece(2) })]
  const params = { sectors: [sector(both), sector([])], allOrNothing: true }
  const result = rt.call<ClaimAllocationsReturn>(verifregActor, M.ClaimAllocations, params)
  assert.equal(result.sectorResults, { successCount: 2, failCodes: [] })
  assert.equal(result.sectorClaims, [3n * MIB, 0n])
  assert.equal(rt.state().claims.get(MINER)!.get(1n), claim({ termStart: NOW }))
  assert.ok(rt.state().allocations.isEmpty)
  assert.equal(events(rt), ['claim 01', 'claim 02'])
  assert.equal(burnt(rt), [3n * MIB])
})

test('a sector gets all of its claims or none, and others are not harmed', () => {
  const cases: [what: string, claim: object, options: object, code: ExitCode][] = [
    ['another piece', { data: piece(2) }, {}, ExitCode.Forbidden],
    ['another size', { size: MIB + 1n }, {}, ExitCode.Forbidden],
    ['another client', { client: BigInt(OTHER_CLIENT) }, {}, ExitCode.NotFound],
    ['a client that cannot be', { client: 1n << 60n }, {}, ExitCode.NotFound],
    ['another id', { allocationId: 9n }, {}, ExitCode.NotFound],
    ['too late', {}, { epoch: NOW + 11 }, ExitCode.Forbidden],
    ['another provider', {}, { caller: OTHER_MINER }, ExitCode.Forbidden],
  ]
  for (const [what, change, options, code] of cases) {
    const rt = runtime(given([allocation({ expiration: NOW + 10 })]), options)
    const params = { sectors: [sector([wanted(change)]), sector([])], allOrNothing: false }
    const result = rt.call<ClaimAllocationsReturn>(verifregActor, M.ClaimAllocations, params)
    const { sectorResults, sectorClaims } = result
    assert.equal(sectorResults, { successCount: 1, failCodes: [{ idx: 0, code }] }, what)
    assert.equal(sectorClaims, [0n])
    assert.equal(rt.sent, [], what)
    assert.ok(rt.state().claims.isEmpty)
    const all = runtime(given([allocation()]), options)
    assert.throws(
      () => all.call(verifregActor, M.ClaimAllocations, { ...params, allOrNothing: true }),
      exitsWith(ExitCode.IllegalArgument),
    )
  }
})

test('a sector must last as long as the allocation says, and no longer', () => {
  for (const [lifetime, accepted] of [
    [180 * DAY - 1, false],
    [180 * DAY, true],
    [400 * DAY, true],
    [400 * DAY + 1, false],
  ] as const) {
    const rt = runtime(given([allocation()]))
    const sectors = [sector([wanted()], NOW + lifetime)]
    rt.call(verifregActor, M.ClaimAllocations, { sectors, allOrNothing: false })
    assert.is(rt.state().claims.isEmpty, !accepted)
  }
})

test('an allocation is claimed once', () => {
  const twice = runtime(given([allocation()]))
  const inOne = { sectors: [sector([wanted(), wanted()])], allOrNothing: false }
  assert.throws(
    () => twice.call(verifregActor, M.ClaimAllocations, inOne),
    exitsWith(ExitCode.IllegalArgument),
  )
  const rt = runtime(given([allocation()]))
  const inTwo = { sectors: [sector([wanted()]), sector([wanted()])], allOrNothing: false }
  const { sectorResults } = rt.call<ClaimAllocationsReturn>(
    verifregActor,
    M.ClaimAllocations,
    inTwo,
  )
  assert.equal(sectorResults.failCodes, [{ idx: 1, code: ExitCode.NotFound }])
  for (const [params, options, exitCode] of [
    [inTwo, { callerType: 'account' as const, actors: new Map() }, ExitCode.Forbidden],
    [{ sectors: [], allOrNothing: false }, {}, ExitCode.IllegalArgument],
  ] as const) {
    const state = given([allocation()])
    const refused = runtime(state, options)
    assert.throws(
      () => refused.call(verifregActor, M.ClaimAllocations, params),
      exitsWith(exitCode),
    )
    assert.is(refused.state(), state)
  }
})

test('claims are told to whoever asks, with those that are missing', () => {
  const rt = runtime(given([], [claim(), claim({ sector: 8n })]), { caller: CLIENT })
  for (const method of [M.GetClaims, M.GetClaimsExported]) {
    const params = { provider: MINER, claimIds: [12n, 99n, 11n] }
    assert.equal(rt.call(verifregActor, method, params), {
      batchInfo: { successCount: 2, failCodes: [{ idx: 1, code: ExitCode.NotFound }] },
      claims: [claim({ sector: 8n }), claim()],
    })
  }
})

test('a client raises the terms of its claims, each on its own', () => {
  const rt = runtime(given([], [claim(), claim({ client: OTHER_CLIENT }), claim()]), {
    caller: CLIENT,
    epoch: NOW + 5000 * DAY,
  })
  const provider = BigInt(MINER)
  const terms = [
    { provider, claimId: 11n, termMax: YEARS_5 },
    { provider, claimId: 12n, termMax: YEARS_5 },
    { provider, claimId: 13n, termMax: YEARS_5 + 1 },
    { provider, claimId: 13n, termMax: 400 * DAY - 1 },
    { provider, claimId: 13n, termMax: 400 * DAY },
    { provider, claimId: 99n, termMax: 1 },
    { provider: 1n << 62n, claimId: 11n, termMax: 1 },
  ]
  assert.equal(rt.call(verifregActor, M.ExtendClaimTerms, { terms }), {
    successCount: 2,
    failCodes: [
      { idx: 1, code: ExitCode.Forbidden },
      { idx: 2, code: ExitCode.IllegalArgument },
      { idx: 3, code: ExitCode.IllegalArgument },
      { idx: 5, code: ExitCode.NotFound },
      { idx: 6, code: ExitCode.NotFound },
    ],
  })
  assert.is(rt.state().claims.get(MINER)!.get(11n)!.termMax, YEARS_5)
  assert.is(rt.state().claims.get(MINER)!.get(13n)!.termMax, 400 * DAY)
  assert.equal(events(rt), ['claim-updated 0b', 'claim-updated 0d'])
})

test('expired allocations go, and their datacap returns to the client', () => {
  const late = allocation({ expiration: NOW })
  const state = given([late, allocation(), { ...late, size: 2n * MIB }, { ...late, client: ROOT }])
  const remove = (client: ActorId, allocationIds: readonly bigint[]) => {
    const rt = runtime(state, { caller: OTHER_CLIENT })
    const params = { client: BigInt(client), allocationIds }
    const result = rt.call(verifregActor, M.RemoveExpiredAllocations, params)
    return { rt, result: result as { considered: bigint[]; datacapRecovered: bigint } }
  }
  const all = remove(CLIENT, [])
  assert.equal([...all.result.considered].sort(), [1n, 3n])
  assert.is(all.result.datacapRecovered, 3n * MIB)
  assert.equal([...all.rt.state().allocations.get(CLIENT)!.keys()], [2n])
  assert.equal(all.rt.transfers, [[DATACAP_ACTOR, DatacapMethod.TransferExported, 0n]])
  const { to, amount, operatorData } = all.rt.sent[0]!.params!.as(TransferParams)
  assert.equal([to, amount], [idAddress(CLIENT), 3n * MIB * TOKEN])
  assert.is(operatorData.bytes.length, 0)

  const some = remove(CLIENT, [2n, 3n, 9n, 4n])
  assert.equal(some.result, {
    considered: [2n, 3n, 9n, 4n],
    results: {
      successCount: 1,
      failCodes: [
        { idx: 0, code: ExitCode.Forbidden },
        { idx: 2, code: ExitCode.NotFound },
        { idx: 3, code: ExitCode.NotFound },
      ],
    },
    datacapRecovered: 2n * MIB,
  })
  assert.equal(events(some.rt), ['allocation-removed 03'])
  assert.is(remove(OTHER_CLIENT, []).result.datacapRecovered, 0n)
  assert.not(remove(ROOT, []).rt.state().allocations.has(ROOT))
  assert.throws(() => remove(CLIENT, [1n, 1n]), exitsWith(ExitCode.AssertionFailed))
})

test('claims go when their longest term is over', () => {
  const old = claim({ termStart: NOW - 400 * DAY })
  const state = given([], [old, { ...old, termStart: NOW - 400 * DAY + 1 }])
  for (const claimIds of [[], [11n, 12n]]) {
    const rt = runtime(state, { caller: CLIENT })
    rt.call(verifregActor, M.RemoveExpiredClaimsExported, { provider: BigInt(MINER), claimIds })
    assert.equal([...rt.state().claims.get(MINER)!.keys()], [12n])
    assert.equal(events(rt), ['claim-removed 0b'])
    assert.equal(rt.sent, [])
  }
})

const request = (change: object = {}) => ({
  provider: BigInt(MINER),
  data: piece(1),
  size: MIB,
  termMin: 180 * DAY,
  termMax: YEARS_5,
  expiration: NOW,
  ...change,
})
const extension = (change: object = {}) => ({
  provider: BigInt(MINER),
  claim: 11n,
  termMax: 500 * DAY,
  ...change,
})
function received(
  allocations: readonly ReturnType<typeof request>[],
  extensions: readonly ReturnType<typeof extension>[],
  mib: number,
  change: object = {},
) {
  const operatorData = Payload.of(AllocationRequests, { allocations, extensions })
  const payload = Payload.of(FRC46TokenReceived, {
    from: CLIENT,
    to: VERIFREG_ACTOR,
    operator: CLIENT,
    amount: BigInt(mib) * MIB * TOKEN,
    operatorData,
    tokenData: Payload.raw(new Uint8Array()),
    ...change,
  })
  return { type: FRC46_TOKEN_TYPE, payload }
}

test('datacap that arrives becomes allocations and longer terms, exactly', () => {
  const rt = runtime(given([], [claim({ size: 4n * MIB, client: OTHER_CLIENT })]), {
    caller: DATACAP_ACTOR,
  })
  const params = received([request(), request({ size: 2n * MIB })], [extension()], 7)
  assert.equal(rt.call<AllocationsResponse>(verifregActor, M.Receive, params), {
    allocationResults: { successCount: 2, failCodes: [] },
    extensionResults: { successCount: 1, failCodes: [] },
    newAllocations: [100n, 101n],
  })
  const state = rt.state()
  assert.is(state.nextAllocationId, 102n)
  assert.equal(
    state.allocations.get(CLIENT)!.get(100n),
    allocation({ termMax: YEARS_5, expiration: NOW }),
  )
  const extended = state.claims.get(MINER)!.get(11n)!
  assert.equal([extended.termMax, extended.client], [500 * DAY, OTHER_CLIENT])
  assert.equal(burnt(rt), [4n * MIB])
  assert.equal(events(rt), ['allocation 1864', 'allocation 1865', 'claim-updated 0b'])
})

type Case = [what: string, params: unknown, options: FakeOptions, exitCode: ExitCode]

test('datacap is refused with terms that are not allowed, or when its size is another', () => {
  const one = (change: object) => received([request(change)], [], 1)
  const more = (change: object) => received([], [extension(change)], 1)
  const expired = { epoch: NOW - 10 + 400 * DAY + 1 }
  const latest = NOW + MAINNET_POLICY.maximumVerifiedAllocationExpiration
  const limit = NOW + YEARS_5 - (NOW - 10)
  const { IllegalArgument } = ExitCode
  const cases: Case[] = [
    ['from others', one({}), { caller: CLIENT }, ExitCode.Forbidden],
    ['of another kind', { ...one({}), type: 1 }, {}, IllegalArgument],
    ['for another', received([], [], 0, { to: CLIENT }), {}, IllegalArgument],
    ['too small', received([request({ size: MIB - 1n })], [], 1), {}, IllegalArgument],
    ['too short', one({ termMin: 180 * DAY - 1 }), {}, IllegalArgument],
    ['too long', one({ termMax: YEARS_5 + 1 }), {}, IllegalArgument],
    ['no range', one({ termMin: 200 * DAY, termMax: 199 * DAY }), {}, IllegalArgument],
    ['expired', one({ expiration: NOW - 1 }), {}, IllegalArgument],
    ['waiting too long', one({ expiration: latest + 1 }), {}, IllegalArgument],
    ['for no miner', one({ provider: BigInt(CLIENT) }), {}, IllegalArgument],
    ['for nobody', one({ provider: 1n << 63n }), {}, IllegalArgument],
    ['too much', received([request()], [], 2), {}, IllegalArgument],
    ['too little', received([request()], [extension()], 1), {}, IllegalArgument],
    ['no such claim', more({ claim: 12n }), {}, ExitCode.NotFound],
    ['no extension', more({ termMax: 400 * DAY }), {}, IllegalArgument],
    ['beyond the limit', more({ termMax: limit + 1 }), {}, IllegalArgument],
    ['an expired claim', more({}), expired, ExitCode.Forbidden],
    [
      'nothing readable',
      received([], [], 0, { operatorData: Payload.raw(Uint8Array.of(0x80)) }),
      {},
      ExitCode.Serialization,
    ],
  ]
  for (const [what, params, options, exitCode] of cases) {
    const state = given([], [claim()])
    const rt = runtime(state, { caller: DATACAP_ACTOR, ...options })
    assert.throws(() => rt.call(verifregActor, M.Receive, params), exitsWith(exitCode), what)
    assert.is(rt.state(), state, what)
    assert.equal(rt.sent, [], what)
  }
  const rt = runtime(given([], [claim()]), { caller: DATACAP_ACTOR })
  rt.call(verifregActor, M.Receive, received([request({ expiration: latest })], [], 1))
  rt.call(verifregActor, M.Receive, more({ termMax: limit }))
})

// Every byte of datacap that came is allocated still, was claimed or used for terms, or went back.
test('no datacap is lost or made, whatever is claimed, extended and cleared away', () => {
  const step = fc.record({
    what: fc.constantFrom('receive', 'claim', 'extend', 'expire', 'wait'),
    id: fc.bigInt({ min: 100n, max: 110n }),
    mib: fc.integer({ min: 1, max: 3 }),
    wait: fc.integer({ min: 1, max: 50 * DAY }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let [state, epoch, came, gone] = [given([]), NOW, 0n, 0n]
      const attempt = (method: number, params: unknown, caller: ActorId, arriving = 0n) => {
        const rt = runtime(state, { epoch, caller })
        try {
          rt.call(verifregActor, method, params)
        } catch (error) {
          if (!(error instanceof ActorError)) throw error
          return
        }
        state = rt.state()
        came += arriving
        for (const sent of rt.sent)
          gone +=
            sent.method === DatacapMethod.BurnExported
              ? sent.params!.as(BurnParams).amount
              : sent.params!.as(TransferParams).amount
      }
      for (const { what, id, mib, wait } of steps) {
        const size = BigInt(mib) * MIB
        const known = state.claims.get(MINER)?.get(id)
        if (what === 'wait') epoch += wait
        else if (what === 'receive') {
          const params = received([request({ size, expiration: epoch + 9 * DAY })], [], mib)
          attempt(M.Receive, params, DATACAP_ACTOR, size * TOKEN)
        } else if (what === 'extend' && known) {
          const termMax = known.termMax + wait
          const arriving = Number(known.size / MIB)
          const params = received([], [extension({ claim: id, termMax })], arriving)
          attempt(M.Receive, params, DATACAP_ACTOR, known.size * TOKEN)
        } else if (what === 'claim') {
          const claims = [wanted({ allocationId: id, size })]
          const sectors = [sector(claims, epoch + 200 * DAY)]
          attempt(M.ClaimAllocations, { sectors, allOrNothing: false }, MINER)
        } else {
          const params = { client: BigInt(CLIENT), allocationIds: [] }
          attempt(M.RemoveExpiredAllocations, params, CLIENT)
        }
        assert.equal(brokenVerifregInvariants(state, MAINNET_POLICY, epoch), [])
      }
      const waiting = Array.from(state.allocations.get(CLIENT)?.values() ?? [])
      const held = waiting.reduce((sum, { size }) => sum + size * TOKEN, 0n)
      assert.is(came, held + gone)
    }),
    { seed, numRuns: 100 },
  )
})

test('a state that is wrong in any way is found out', () => {
  const good = given([allocation()], [claim()])
  const broken = (state: VerifregState) => brokenVerifregInvariants(state, MAINNET_POLICY, NOW)
  assert.equal(broken(good), [])
  const { allocations, claims } = good
  const oneAllocation = (change: Partial<Allocation>) => ({
    allocations: ALLOCATIONS.set(allocations, CLIENT, 1n, allocation(change)),
  })
  const oneClaim = (change: Partial<Claim>) => ({
    claims: CLAIMS.set(claims, MINER, 11n, claim(change)),
  })
  const wrong: Partial<VerifregState>[] = [
    { verifiers: good.verifiers.set(CLIENT, -1n) },
    { nextAllocationId: 11n },
    oneAllocation({ client: OTHER_CLIENT }),
    oneAllocation({ size: MIB - 1n }),
    oneAllocation({ termMin: 1 }),
    oneAllocation({ termMax: YEARS_5 + 1 }),
    oneAllocation({ termMax: 180 * DAY - 1 }),
    oneAllocation({ expiration: NOW + 60 * DAY + 1 }),
    oneClaim({ provider: OTHER_MINER }),
    oneClaim({ size: 1n }),
    oneClaim({ termStart: NOW + 1 }),
    { allocations: allocations.set(OTHER_CLIENT, allocations.get(CLIENT)!.delete(1n)) },
    { claims: claims.set(OTHER_MINER, claims.get(MINER)!.delete(11n)) },
  ]
  for (const [i, change] of wrong.entries())
    assert.is(broken({ ...good, ...change }).length, 1, `${i}`)
})

test.run()
