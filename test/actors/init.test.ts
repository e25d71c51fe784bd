import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { initActor } from '../../actors/init/index.ts'
import { InitMethod } from '../../actors/init/params.ts'
import { initialInitState, type InitState } from '../../actors/init/state.ts'
import { type ActorType, manifestOf } from '../../actors/manifest.ts'
import { ErrorNumber, ExitCode } from '../../actors/runtime.ts'
import { EAM_ACTOR, INIT_ACTOR, METHOD_CONSTRUCTOR, POWER_ACTOR } from '../../actors/singletons.ts'
import { delegatedAddress, idAddress } from '../../primitives/address.ts'
import { cidOf } from '../../primitives/cid.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { actorId, fil } from '../../primitives/units.ts'
import { exitsWith, type FakeOptions, FakeRuntime } from '../support/fake-runtime.ts'

await initCrypto()

const USER = actorId(200)
const SUBADDRESS = new Uint8Array(20).fill(7)
const F4 = delegatedAddress(10, SUBADDRESS)
const code = (type: ActorType) => manifestOf('mainnet').codeOf(type)
const genesis = initialInitState('testnet')
const constructorParams = Uint8Array.of(0x80)

const runtime = (options: FakeOptions = {}, state: InitState | undefined = genesis) =>
  new FakeRuntime<InitState>(state, {
    caller: USER,
    callerType: 'account',
    receiver: INIT_ACTOR,
    ...options,
  })

const exec = (rt: FakeRuntime<InitState>, type: ActorType, params = constructorParams) =>
  rt.call(initActor, InitMethod.Exec, { codeCid: code(type), constructorParams: params })

const exec4 = (rt: FakeRuntime<InitState>, subaddress = SUBADDRESS) =>
  rt.call(initActor, InitMethod.Exec4, { codeCid: code('evm'), constructorParams, subaddress })

test('an actor is mapped, made and constructed with the value that came along', () => {
  const rt = runtime({ value: fil('3') })
  const robustAddress = rt.newActorAddress()
  assert.equal(exec(rt, 'multisig'), { idAddress: idAddress(100), robustAddress })
  assert.equal(rt.created, [{ type: 'multisig', id: actorId(100), delegated: null }])
  assert.equal(rt.transfers, [[100, METHOD_CONSTRUCTOR, fil('3')]])
  assert.equal(rt.sent[0]!.params!.bytes, constructorParams)
  assert.is(rt.state().addressMap.get(robustAddress), 100)
  assert.is(rt.state().nextId, 101)
})

test('no bytes of parameters are no parameters', () => {
  const rt = runtime()
  exec(rt, 'paymentchannel', new Uint8Array())
  assert.is(rt.sent[0]!.params, null)
})

test('users make multisigs and channels, the power actor makes miners, and nobody anything else', () => {
  const cases = [
    ['multisig', 'account', true],
    ['paymentchannel', 'evm', true],
    ['storageminer', 'storagepower', true],
    ['storageminer', 'account', false],
    ['account', 'account', false],
    ['evm', 'eam', false],
    ['placeholder', 'storagepower', false],
  ] as const
  for (const [type, callerType, allowed] of cases) {
    const caller = callerType === 'storagepower' ? POWER_ACTOR : USER
    const rt = runtime({ caller, callerType })
    if (callerType === 'evm') {
      assert.throws(() => exec(rt, type), exitsWith(ExitCode.Forbidden))
      continue
    }
    if (allowed) exec(rt, type)
    else assert.throws(() => exec(rt, type), exitsWith(ExitCode.Forbidden))
    assert.is(rt.created.length, allowed ? 1 : 0)
    assert.is(rt.state() === genesis, !allowed)
  }
})

test('code that no bundle has cannot be run', () => {
  const rt = runtime()
  const params = { codeCid: cidOf(Uint8Array.of(1)), constructorParams }
  assert.throws(() => rt.call(initActor, InitMethod.Exec, params), exitsWith(ExitCode.Forbidden))
})

test('a constructor that fails fails the whole call with its exit code', () => {
  const rt = runtime({ replies: [{ exitCode: 16 }] })
  assert.throws(() => exec(rt, 'multisig'), exitsWith(16))
  const broken = runtime({ replies: [{ error: ErrorNumber.LimitExceeded }] })
  assert.throws(() => exec(broken, 'multisig'), exitsWith(ExitCode.AssertionFailed))
})

test('a robust address is given once', () => {
  const rt = runtime()
  const taken = { ...genesis, addressMap: genesis.addressMap.set(rt.newActorAddress(), USER) }
  const refused = runtime({}, taken)
  assert.throws(() => exec(refused, 'multisig'), exitsWith(ExitCode.Forbidden))
  assert.is(refused.state(), taken)
})

test('the address manager deploys at an f4 address, over nothing or over a placeholder', () => {
  const rt = runtime({ caller: EAM_ACTOR, callerType: 'eam' })
  exec4(rt)
  assert.equal(rt.created, [{ type: 'evm', id: actorId(100), delegated: F4 }])
  assert.is(rt.state().addressMap.get(F4), 100)
  assert.is(rt.state().nextId, 101)

  const known = { ...genesis, addressMap: genesis.addressMap.set(F4, actorId(300)) }
  const over = runtime(
    {
      caller: EAM_ACTOR,
      actors: new Map([[300, { type: 'placeholder' as const, delegated: F4 }]]),
    },
    known,
  )
  const robustAddress = over.newActorAddress()
  assert.equal(exec4(over), { idAddress: idAddress(300), robustAddress })
  assert.is(over.state().addressMap.get(robustAddress), 300)
  assert.is(over.state().nextId, 100)
})

test('an f4 address of a live or deleted actor is not deployed to again', () => {
  const state = { ...genesis, addressMap: genesis.addressMap.set(F4, actorId(300)) }
  for (const type of ['evm', 'ethaccount', undefined] as const) {
    const actors = new Map(type ? [[300, { type }]] : [])
    const rt = runtime({ caller: EAM_ACTOR, actors }, state)
    assert.throws(() => exec4(rt), exitsWith(ExitCode.Forbidden))
    assert.equal(rt.created, [])
  }
})

test('only the address manager may choose a subaddress, and it must be one', () => {
  assert.throws(() => exec4(runtime()), exitsWith(ExitCode.Forbidden))
  const rt = runtime({ caller: EAM_ACTOR })
  assert.throws(() => exec4(rt, new Uint8Array(55)), exitsWith(ExitCode.IllegalArgument))
  assert.is(rt.state(), genesis)
})

test.run()
