import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { accountActor } from '../../actors/account/index.ts'
import { AccountMethod } from '../../actors/account/params.ts'
import type { AccountState } from '../../actors/account/state.ts'
import { ethAccountActor } from '../../actors/ethaccount/index.ts'
import { placeholderActor } from '../../actors/placeholder/index.ts'
import { ExitCode, Payload } from '../../actors/runtime.ts'
import { FIRST_EXPORTED_METHOD } from '../../actors/singletons.ts'
import {
  type Address,
  blsAddress,
  delegatedAddress,
  idAddress,
  secp256k1Address,
} from '../../primitives/address.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { actorId } from '../../primitives/units.ts'
import { exitsWith, FakeRuntime } from '../support/fake-runtime.ts'

await initCrypto()

const F1 = secp256k1Address(new Uint8Array(65))
const F3 = blsAddress(new Uint8Array(48))
const USER = actorId(200)

test('an account is made for a key, by the system actor', () => {
  for (const key of [F1, F3]) {
    const rt = new FakeRuntime<AccountState>()
    rt.call(accountActor, AccountMethod.Constructor, key)
    assert.equal(rt.state(), { address: key })
    assert.is(rt.call<Address>(accountActor, AccountMethod.PubkeyAddress), key)
  }
  for (const [key, options, exitCode] of [
    [idAddress(7), {}, ExitCode.IllegalArgument],
    [delegatedAddress(10, new Uint8Array(20)), {}, ExitCode.IllegalArgument],
    [idAddress(7), { caller: USER }, ExitCode.Forbidden],
  ] as const) {
    const rt = new FakeRuntime<AccountState>(undefined, options)
    assert.throws(() => rt.call(accountActor, AccountMethod.Constructor, key), exitsWith(exitCode))
  }
})

test('an account says whether a signature is its own', () => {
  const params = { signature: Uint8Array.of(1, 2), message: Uint8Array.of(3) }
  for (const [key, type] of [
    [F1, 'secp256k1'],
    [F3, 'bls'],
  ] as const)
    for (const valid of [true, false]) {
      const asked: unknown[] = []
      const verifySignature = (...given: unknown[]) => asked.push(given) > 0 && valid
      const rt = new FakeRuntime<AccountState>(
        { address: key },
        { caller: USER, syscalls: { verifySignature } },
      )
      const authenticate = () => rt.call(accountActor, AccountMethod.AuthenticateMessage, params)
      if (valid) assert.is(authenticate(), true)
      else assert.throws(authenticate, exitsWith(ExitCode.IllegalArgument))
      assert.equal(asked, [[type, params.signature, key, params.message]])
    }
  const keyless = new FakeRuntime<AccountState>({ address: idAddress(99) }, { caller: USER })
  assert.throws(
    () => keyless.call(accountActor, AccountMethod.AuthenticateMessage, params),
    exitsWith(ExitCode.IllegalState),
  )
})

test('accounts take any exported method, and no other that they do not have', () => {
  const anything = Payload.raw(Uint8Array.of(0xff))
  for (const method of [FIRST_EXPORTED_METHOD, 3726118371, (1n << 64n) - 1n])
    for (const params of [undefined, anything]) {
      const rt = new FakeRuntime<AccountState>({ address: F1 }, { caller: USER })
      assert.is(rt.call(accountActor, method, params), null)
      const eth = new FakeRuntime<unknown>(undefined, { caller: USER })
      assert.is(eth.call(ethAccountActor, method, params), null)
    }
  for (const method of [3, 100, FIRST_EXPORTED_METHOD - 1]) {
    const rt = new FakeRuntime<AccountState>({ address: F1 }, { caller: USER })
    assert.throws(() => rt.call(accountActor, method), exitsWith(ExitCode.UnhandledMessage))
    const eth = new FakeRuntime<unknown>(undefined, { caller: USER })
    assert.throws(() => eth.call(ethAccountActor, method), exitsWith(ExitCode.UnhandledMessage))
  }
})

test('an Ethereum account needs an address of the address manager', () => {
  const id = actorId(300)
  const at = (delegated?: Address) =>
    new FakeRuntime<unknown>(undefined, {
      receiver: id,
      actors: new Map([[id, delegated ? { delegated } : {}]]),
    })
  at(delegatedAddress(10, new Uint8Array(20))).call(ethAccountActor, 1)
  for (const delegated of [undefined, delegatedAddress(11, new Uint8Array(20))])
    assert.throws(() => at(delegated).call(ethAccountActor, 1), exitsWith(ExitCode.IllegalArgument))
})

test('a placeholder answers everything with nothing', () => {
  for (const method of [1, 2, FIRST_EXPORTED_METHOD]) {
    const rt = new FakeRuntime<unknown>(undefined, { caller: USER, callerType: 'evm' })
    assert.is(rt.call(placeholderActor, method, Payload.raw(Uint8Array.of(0x80))), null)
  }
})

test.run()
