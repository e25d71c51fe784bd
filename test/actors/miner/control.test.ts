/** Who controls a miner, and how that changes hands. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExitCode } from '../../../actors/exit-codes.ts'
import { Payload } from '../../../actors/payload.ts'
import { address } from '../../../primitives/codec.ts'
import { idAddress, secp256k1Address } from '../../../primitives/address.ts'
import { exitsWith } from '../../support/fake-runtime.ts'
import {
  calls,
  CONTROL,
  MinerRuntime,
  OWNER,
  STRANGER,
  WORKER,
  WORKER_KEY,
} from '../../support/miner.ts'

const BLS = { ret: Payload.of(address, WORKER_KEY) }
const NEW_WORKER = 107
const info = (rt: MinerRuntime) => rt.state().info.get()
const withWorker = () =>
  new MinerRuntime({
    actors: new Map([[NEW_WORKER, { type: 'account' as const }]]),
    answer: ({ to }) => (to === NEW_WORKER ? BLS : undefined)!,
  })

test('control addresses change at once, the worker after 900 epochs', () => {
  const rt = withWorker()
  const params = { newWorker: idAddress(NEW_WORKER), newControlAddresses: [idAddress(STRANGER)] }
  rt.invokeAs(OWNER, 'ChangeWorkerAddress', params)
  assert.equal(calls(rt), [`${NEW_WORKER}.2`])
  assert.equal(info(rt).controlAddresses.map(String), [`f0${STRANGER}`])
  assert.is(info(rt).pendingWorkerKey?.effectiveAt, 10 + 900)
  rt.epoch = 909
  rt.invokeAs(OWNER, 'ConfirmChangeWorkerAddress')
  assert.is(info(rt).worker.id, WORKER, 'too early')
  rt.epoch = 910
  rt.invokeAs(OWNER, 'ConfirmChangeWorkerAddress')
  assert.is(info(rt).worker.id, NEW_WORKER)
  assert.is(info(rt).pendingWorkerKey, null)
})

test('a second worker change is ignored while one is pending, its control addresses are not', () => {
  const rt = withWorker()
  rt.actors.set(108, { type: 'account', addresses: [] })
  rt.invokeAs(OWNER, 'ChangeWorkerAddress', {
    newWorker: idAddress(NEW_WORKER),
    newControlAddresses: [],
  })
  const second = { newWorker: WORKER_KEY, newControlAddresses: [idAddress(7)] }
  rt.epoch = 20
  rt.invokeAs(OWNER, 'ChangeWorkerAddress', second)
  assert.is(info(rt).pendingWorkerKey?.newWorker.id, NEW_WORKER)
  assert.is(info(rt).pendingWorkerKey?.effectiveAt, 910)
  assert.equal(info(rt).controlAddresses.map(String), ['f07'])
})

test('a worker must be an account with a BLS key', () => {
  const secp = secp256k1Address(new Uint8Array(65))
  const rt = new MinerRuntime({
    actors: new Map([
      [107, { type: 'account' as const }],
      [108, { type: 'multisig' as const }],
    ]),
    answer: ({ to }) => (to === 107 ? { ret: Payload.of(address, secp) } : undefined)!,
  })
  const change = (newWorker: ReturnType<typeof idAddress>) => () =>
    rt.invokeAs(OWNER, 'ChangeWorkerAddress', { newWorker, newControlAddresses: [] })
  for (const worker of [idAddress(107), idAddress(108), idAddress(5000), secp])
    assert.throws(change(worker), exitsWith(ExitCode.IllegalArgument))
  const many = Array.from({ length: 11 }, () => idAddress(1))
  assert.throws(
    () =>
      rt.invokeAs(OWNER, 'ChangeWorkerAddress', {
        newWorker: WORKER_KEY,
        newControlAddresses: many,
      }),
    exitsWith(ExitCode.IllegalArgument),
  )
})

test('only the owner changes the worker; owner, worker and control addresses the rest', () => {
  const rt = withWorker()
  const params = { newWorker: WORKER_KEY, newControlAddresses: [] }
  for (const caller of [WORKER, CONTROL, STRANGER])
    assert.throws(
      () => rt.invokeAs(caller, 'ChangeWorkerAddress', params),
      exitsWith(ExitCode.Forbidden),
    )
  for (const caller of [OWNER, WORKER, CONTROL])
    rt.invokeAs(caller, 'ChangePeerID', { newId: Uint8Array.of(caller) })
  assert.equal(info(rt).peerId, Uint8Array.of(CONTROL))
  assert.throws(
    () => rt.invokeAs(STRANGER, 'ChangePeerID', { newId: new Uint8Array() }),
    exitsWith(ExitCode.Forbidden),
  )
})

test('peer ID and multiaddresses have limits', () => {
  const rt = new MinerRuntime()
  const illegal = exitsWith(ExitCode.IllegalArgument)
  rt.invoke('ChangePeerID', { newId: new Uint8Array(128) })
  assert.throws(() => rt.invoke('ChangePeerID', { newId: new Uint8Array(129) }), illegal)
  const half = new Uint8Array(512)
  rt.invoke('ChangeMultiaddrs', { newMultiaddrs: [half, half] })
  const one = Uint8Array.of(1)
  assert.throws(() => rt.invoke('ChangeMultiaddrs', { newMultiaddrs: [half, half, one] }), illegal)
  assert.throws(() => rt.invoke('ChangeMultiaddrs', { newMultiaddrs: [new Uint8Array()] }), illegal)
  assert.is(info(rt).multiaddrs.length, 2)
})

test('an owner changes in two steps, and the beneficiary with it', () => {
  const rt = new MinerRuntime()
  const next = idAddress(STRANGER)
  assert.throws(
    () => rt.invokeAs(STRANGER, 'ChangeOwnerAddress', next),
    exitsWith(ExitCode.Forbidden),
    'nothing is proposed',
  )
  rt.invokeAs(OWNER, 'ChangeOwnerAddress', next)
  assert.is(info(rt).owner.id, OWNER)
  assert.throws(
    () => rt.invokeAs(STRANGER, 'ChangeOwnerAddress', idAddress(OWNER)),
    exitsWith(ExitCode.IllegalArgument),
    'not what was proposed',
  )
  assert.throws(
    () => rt.invokeAs(WORKER, 'ChangeOwnerAddress', next),
    exitsWith(ExitCode.Forbidden),
  )
  rt.invokeAs(STRANGER, 'ChangeOwnerAddress', next)
  assert.is(info(rt).owner.id, STRANGER)
  assert.is(info(rt).beneficiary.id, STRANGER)
  assert.is(info(rt).pendingOwnerAddress, null)
})

test('an owner takes a proposal back by proposing itself', () => {
  const rt = new MinerRuntime()
  rt.invokeAs(OWNER, 'ChangeOwnerAddress', idAddress(STRANGER))
  rt.invokeAs(OWNER, 'ChangeOwnerAddress', idAddress(OWNER))
  assert.is(info(rt).pendingOwnerAddress, null)
  assert.throws(
    () => rt.invokeAs(OWNER, 'ChangeOwnerAddress', WORKER_KEY),
    exitsWith(ExitCode.IllegalArgument),
    'not an ID address',
  )
})

test('ids that no actor can have are kept as they were given', () => {
  const rt = new MinerRuntime()
  const far = idAddress(2n ** 60n + 1n)
  rt.invokeAs(OWNER, 'ChangeOwnerAddress', far)
  assert.ok(info(rt).pendingOwnerAddress?.equals(far))
  rt.invokeAs(OWNER, 'ChangeWorkerAddress', { newWorker: WORKER_KEY, newControlAddresses: [far] })
  assert.ok(info(rt).controlAddresses[0]?.equals(far))
  rt.invokeAs(OWNER, 'ChangePeerID', { newId: new Uint8Array() })
})

test('anybody may ask who controls a miner', () => {
  const rt = new MinerRuntime()
  assert.equal(rt.invokeAs(STRANGER, 'GetOwnerExported'), {
    owner: idAddress(OWNER),
    proposed: null,
  })
  for (const [who, expected] of [
    [idAddress(OWNER), true],
    [WORKER_KEY, true],
    [idAddress(CONTROL), true],
    [idAddress(STRANGER), false],
    [secp256k1Address(new Uint8Array(65)), false],
  ] as const)
    assert.is(rt.invokeAs(STRANGER, 'IsControllingAddressExported', who), expected)
})

test.run()
