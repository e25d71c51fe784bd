// Constructors of the actors that stand in every genesis, and the cron ticks that do nothing but bookkeeping.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cronActor } from '../../actors/cron/index.ts'
import { CronMethod } from '../../actors/cron/params.ts'
import { type CronState, initialCronState } from '../../actors/cron/state.ts'
import { emptySet } from '../../actors/hamt-set.ts'
import { type ActorType, manifestOf } from '../../actors/manifest.ts'
import { marketActor } from '../../actors/market/index.ts'
import { MarketMethod } from '../../actors/market/params.ts'
import { initialMarketState, type MarketState } from '../../actors/market/state.ts'
import { actorDefinition } from '../../actors/registry.ts'
import { ErrorNumber, ExitCode } from '../../actors/runtime.ts'
import {
  CRON_ACTOR,
  EAM_ACTOR,
  INIT_ACTOR,
  MARKET_ACTOR,
  METHOD_CONSTRUCTOR,
  POWER_ACTOR,
  SYSTEM_ACTOR,
} from '../../actors/singletons.ts'
import { initialSystemState, SystemState } from '../../actors/system/state.ts'
import { idAddress, secp256k1Address } from '../../primitives/address.ts'
import { cidOf } from '../../primitives/cid.ts'
import { encode } from '../../primitives/codec.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { uvarintNumberKey } from '../../primitives/hamt-keys.ts'
import { actorId, fil } from '../../primitives/units.ts'
import { exitsWith, type FakeOptions, FakeRuntime } from '../support/fake-runtime.ts'

await initCrypto()

const USER = actorId(200)
const { entries } = initialCronState()
const signers = {
  signers: [idAddress(100)],
  numApprovalsThreshold: 1n,
  unlockDuration: 0n,
  startEpoch: 0n,
}

function construct(type: ActorType, params: unknown, options: FakeOptions = {}) {
  const rt = new FakeRuntime<unknown>(undefined, {
    actors: new Map([[100, { type: 'account' as const }]]),
    ...options,
  })
  rt.call(actorDefinition(type), METHOD_CONSTRUCTOR, params)
  return rt
}

const multisig = (params: object = {}, options: FakeOptions = {}) =>
  construct('multisig', { ...signers, ...params }, { caller: INIT_ACTOR, ...options })

// Digests of the heads that the released actors (builtin-actors v18.0.0) construct from the same parameters.
const heads = [
  ['reward', 0n, '24b0b24661985479edd3a55808b4821a0a5313f7f282b485a44ef573371e8ae9'],
  ['cron', { entries }, '65d1dad76492ccd5d010197dc26bd5fb07c0cf85ccdcaff21084c0d47bfd1759'],
  ['storagepower', undefined, '24b4395c08452bd3a8e7c514d81c5227fa5879f6bbf2d34ef7ab09ba7b9c40ae'],
  ['storagemarket', undefined, '768534c331cec0a745b9faea894567d441222daf6642e940f3947a83d8aede16'],
  [
    'verifiedregistry',
    idAddress(101),
    'ef2a2d0d7cf252441190f5710280dc30dfda8d0ef4e4f7eb057453649def66b4',
  ],
  ['datacap', idAddress(6), 'ea14769ff2dc83f57dd28e0f6290fcf3aec7fe5cce9715e7d304e13076087b0e'],
  ['multisig', signers, '8ad8d8e5c9c5561738646e97304cd369db95665cb8e865d9a65d5fb6f3e55e49'],
] as const

for (const [type, params, head] of heads)
  test(`a new ${type} actor has the state of the released one`, () => {
    const rt = construct(type, params, { caller: type === 'multisig' ? INIT_ACTOR : SYSTEM_ACTOR })
    const state = encode(actorDefinition(type).state!, rt.state())
    assert.is(Buffer.from(cidOf(state).digest).toString('hex'), head)
  })

test('the system actor says which bundle the network runs', () => {
  for (const [bundle, head] of [
    ['mainnet', 'a1a8f4b67a0bb24e97c25c1cd40d15baa3a4a1c4d2424f2f10652ee1d4c28296'],
    ['devnet', '30448ae61952e9fe5cfa5959ddf2d88869b687b00ffcfba36348359a0e2fdde8'],
  ] as const) {
    const state = encode(SystemState, initialSystemState(manifestOf(bundle)))
    assert.is(Buffer.from(cidOf(state).digest).toString('hex'), head)
  }
})

test('singletons are constructed by the system actor, and nobody else', () => {
  const params = { reward: 0n, cron: { entries }, init: { networkName: 'x' } } as const
  const others = ['storagepower', 'storagemarket', 'system'] as const
  for (const [type, given] of [...Object.entries(params), ...others.map((t) => [t, undefined])])
    assert.throws(
      () => construct(type as ActorType, given, { caller: USER }),
      exitsWith(ExitCode.Forbidden),
    )
  for (const type of ['verifiedregistry', 'datacap'] as const)
    assert.throws(
      () => construct(type, idAddress(6), { caller: USER }),
      exitsWith(ExitCode.Forbidden),
    )
  assert.throws(() => multisig({}, { caller: SYSTEM_ACTOR }), exitsWith(ExitCode.Forbidden))
})

test('the registry and the datacap token need somebody in charge who exists', () => {
  const unknown = secp256k1Address(new Uint8Array(65))
  for (const type of ['verifiedregistry', 'datacap'] as const)
    assert.throws(() => construct(type, unknown), exitsWith(ExitCode.IllegalArgument))
  const key = secp256k1Address(new Uint8Array(65).fill(1))
  const actors = new Map([[100, { addresses: [key] }]])
  const rt = construct('verifiedregistry', key, { actors })
  assert.is((rt.state() as { rootKey: number }).rootKey, 100)
})

test('the address manager stands at its own number only', () => {
  construct('eam', undefined, { receiver: EAM_ACTOR })
  assert.throws(
    () => construct('eam', undefined, { receiver: actorId(11) }),
    exitsWith(ExitCode.Forbidden),
  )
})

test('a multisig locks what it was made with, when asked to', () => {
  const lock = { unlockDuration: 10n, startEpoch: -(1n << 63n) }
  const locked = multisig(lock, { value: fil('5') }).state() as Record<string, bigint>
  assert.equal(
    [locked['initialBalance'], locked['startEpoch'], locked['unlockDuration']],
    [fil('5'), -(1n << 63n), 10n],
  )
  const free = multisig({ startEpoch: 7n }, { value: fil('5') }).state() as Record<string, bigint>
  assert.equal([free['initialBalance'], free['startEpoch']], [0n, 0n])
})

test('a multisig that cannot work is not made', () => {
  const many = Array.from({ length: 257 }, (_, i) => idAddress(1000 + i))
  const actors = new Map([...many.keys()].map((i) => [1000 + i, { type: 'account' as const }]))
  const all = { signers: many.slice(1), numApprovalsThreshold: 256n }
  assert.is((multisig(all, { actors }).state() as { signers: [] }).signers.length, 256)
  const cases = [
    [{ signers: [] }, ExitCode.IllegalArgument],
    [{ signers: many }, ExitCode.IllegalArgument],
    [{ signers: [many[0]!, many[0]!] }, ExitCode.IllegalArgument],
    [{ signers: [many[0]!], numApprovalsThreshold: 2n }, ExitCode.IllegalArgument],
    [{ signers: [many[0]!], numApprovalsThreshold: 0n }, ExitCode.IllegalArgument],
    [{ signers: [many[0]!], unlockDuration: -1n }, ExitCode.IllegalArgument],
    [{ signers: [idAddress(5000)] }, ExitCode.NotFound],
  ] as const
  for (const [change, exitCode] of cases)
    assert.throws(() => multisig(change, { actors }), exitsWith(exitCode))
})

test('a signer who has no actor yet is given one by sending nothing', () => {
  const key = secp256k1Address(new Uint8Array(65).fill(2))
  const actors = new Map()
  const rt = new FakeRuntime<unknown>(undefined, {
    caller: INIT_ACTOR,
    replies: [{ effect: () => rt.actors.set(300, { addresses: [key] }) }],
    actors,
  })
  rt.call(actorDefinition('multisig'), METHOD_CONSTRUCTOR, { ...signers, signers: [key] })
  assert.equal((rt.state() as { signers: number[] }).signers, [300])
  assert.equal(rt.transfers, [[key.toString(), 0, 0n]])
  assert.throws(() => multisig({ signers: [key] }), exitsWith(ExitCode.IllegalArgument))
})

test('cron calls every entry in order, whatever happens to the ones before', () => {
  for (const reply of [{}, { exitCode: ExitCode.IllegalState }, { error: ErrorNumber.NotFound }]) {
    const rt = new FakeRuntime<CronState>({ entries }, { replies: [reply] })
    rt.call(cronActor, CronMethod.EpochTick)
    assert.equal(rt.transfers, [
      [POWER_ACTOR, 5, 0n],
      [MARKET_ACTOR, 9, 0n],
    ])
  }
  const rt = new FakeRuntime<CronState>({ entries }, { caller: USER })
  assert.throws(() => rt.call(cronActor, CronMethod.EpochTick), exitsWith(ExitCode.Forbidden))
  assert.equal(rt.sent, [])
})

test('the market takes passed epochs off its schedule', () => {
  const deals = emptySet(uvarintNumberKey).set(3, null)
  let { dealOpsByEpoch } = initialMarketState()
  for (const epoch of [10, 12, 13]) dealOpsByEpoch = dealOpsByEpoch.set(epoch, deals)
  const given: MarketState = { ...initialMarketState(), dealOpsByEpoch, lastCron: 9 }
  const rt = new FakeRuntime(given, { caller: CRON_ACTOR, epoch: 12 })
  rt.call(marketActor, MarketMethod.CronTick)
  assert.equal([...rt.state().dealOpsByEpoch.keys()], [13])
  assert.is(rt.state().lastCron, 12)
  assert.equal(rt.sent, [])

  const refused = new FakeRuntime(given, { caller: USER, epoch: 12 })
  assert.throws(
    () => refused.call(marketActor, MarketMethod.CronTick),
    exitsWith(ExitCode.Forbidden),
  )
  assert.is(refused.state(), given)
})

test.run()
