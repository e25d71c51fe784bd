// Calls from contract to contract and to what is no contract: value, gas, return data, static calls, borrowed code, re-entry.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { CODEC } from '../../../primitives/cid.ts'
import { concatBytes, fromHex, toHex } from '../../../primitives/bytes.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { type EthAddress, maskedIdAddress } from '../../../primitives/eth-address.ts'
import type { CallTrace } from '../../../engine/vm/trace.ts'
import { word, wordValue } from '../../support/evm-assembler.ts'
import { EvmWorld } from '../../support/evm-world.ts'

/** Calls the address in the first word of calldata with the rest of it, and returns the flag and what came back. */
const caller = (call: string): string => `
  32 CALLDATASIZE SUB 32 0x0 CALLDATACOPY
  0x0 0x0 32 CALLDATASIZE SUB 0x0 ${call}
  0x0 MSTORE RETURNDATASIZE 0x0 32 RETURNDATACOPY RETURNDATASIZE 32 ADD 0x0 RETURN`
const CALL = caller('0x0 0x0 CALLDATALOAD GAS CALL')
const CALL_WITH_VALUE = caller('CALLVALUE 0x0 CALLDATALOAD GAS CALL')
const STATIC = caller('0x0 CALLDATALOAD GAS STATICCALL')
const DELEGATE = caller('0x0 CALLDATALOAD GAS DELEGATECALL')

const RETURN_TOP = '0x0 MSTORE 32 0x0 RETURN'
/** Returns its calldata behind a word of its own choice. */
const ECHO = `0x77 0x0 MSTORE CALLDATASIZE 0x0 32 CALLDATACOPY CALLDATASIZE 32 ADD 0x0 RETURN`
const STORE = '0x0 CALLDATALOAD 1 SSTORE STOP'
const LOAD = `1 SLOAD ${RETURN_TOP}`

const targeted = (target: EthAddress, data: Uint8Array = new Uint8Array()): Uint8Array =>
  concatBytes(new Uint8Array(12), target, data)

interface Answer {
  readonly ok: boolean
  readonly data: string
  readonly calls: readonly CallTrace[]
}

/** What a calling contract saw of a call. */
function ask(
  world: EvmWorld,
  from: { address: EthAddress },
  target: EthAddress,
  data?: Uint8Array,
  value = 0n,
): Answer {
  const { exitCode, data: output, result } = world.call(from.address, targeted(target, data), value)
  assert.is(exitCode, 0)
  return {
    ok: wordValue(output.subarray(0, 32)) === 1n,
    data: toHex(output.subarray(32)),
    calls: result.call?.calls ?? [],
  }
}

const fresh = (call: string) => {
  const world = new EvmWorld({ traced: true })
  return { world, from: world.install(call) }
}
const masked = (id: number): EthAddress => maskedIdAddress(id)
const NOBODY = fromHex('00112233445566778899aabbccddeeff00112233')

test('a call hands over calldata, and brings back what was returned', () => {
  for (const call of [CALL, STATIC, DELEGATE]) {
    const { world, from } = fresh(call)
    const echo = world.install(ECHO)
    const expected = { ok: true, data: toHex(concatBytes(word(0x77), word(5))) }
    for (const target of [echo.address, masked(echo.id)]) {
      const { ok, data } = ask(world, from, target, word(5))
      assert.equal({ ok, data }, expected)
    }
  }
})

test('a call is a message with raw parameters, and none where there is no calldata', () => {
  const { world, from } = fresh(CALL)
  const echo = world.install(ECHO)
  const [withData] = ask(world, from, echo.address, word(5)).calls
  assert.is(Number(withData!.method), 3844450837)
  assert.is(withData!.params!.ipldCodec, CODEC.raw)
  assert.is(toHex(withData!.params!.bytes), toHex(word(5)))
  assert.is(withData!.gasLimit, 9_843_750_000n)
  assert.is(ask(world, from, echo.address).calls[0]!.params, null)
})

test('borrowed code is asked for, and then run by the contract itself', () => {
  const { world, from } = fresh(DELEGATE)
  const store = world.install(STORE)
  const { ok, calls } = ask(world, from, store.address, word(9))
  assert.ok(ok)
  assert.equal(
    calls.map(({ to, method, readOnly }) => [to.toString(), Number(method), readOnly]),
    [
      [`f0${store.id}`, 3, true],
      [`f0${from.id}`, 6, false],
    ],
  )
  assert.is(calls[0]!.ret!.ipldCodec, CODEC.dagCbor)
  assert.equal([...world.stateOf(from.id).contractState.entries()], [[1n, 9n]])
  assert.ok(world.stateOf(store.id).contractState.isEmpty)
})

test('borrowed code sees the caller and the value of the contract that runs it', () => {
  const world = new EvmWorld()
  const who = world.install(`CALLER 0x0 MSTORE CALLVALUE 32 MSTORE ADDRESS 64 MSTORE 96 0x0 RETURN`)
  const seen = (call: string) => {
    const from = world.install(call)
    const { data } = ask(world, from, who.address, undefined, 55n)
    const words = [0, 1, 2].map((i) => wordValue(fromHex(data.slice(64 * i, 64 * i + 64))))
    return { words, from: wordValue(from.address) }
  }
  const [sender, address] = [wordValue(world.sender), wordValue(who.address)]
  const delegate = seen(DELEGATE)
  assert.equal(delegate.words, [sender, 55n, delegate.from])
  const plain = seen(CALL)
  assert.equal(plain.words, [plain.from, 0n, address])
  const paid = seen(CALL_WITH_VALUE)
  assert.equal(paid.words, [paid.from, 55n, address])
})

test('a call that reverts gives its reason; one that fails otherwise gives nothing', () => {
  const { world, from } = fresh(CALL)
  const reverting = world.install('0xabcd 0x0 MSTORE 2 30 REVERT')
  assert.equal(
    { ...ask(world, from, reverting.address), calls: 0 },
    { ok: false, data: 'abcd', calls: 0 },
  )
  for (const program of ['INVALID', 'POP', '#0c', '0x0 JUMP', '0x7fffffff MLOAD']) {
    const failing = world.install(program)
    assert.equal(
      { ...ask(world, from, failing.address), calls: 0 },
      { ok: false, data: '', calls: 0 },
    )
  }
})

test('accounts and addresses that nobody has take calls and give nothing', () => {
  for (const call of [CALL, STATIC, DELEGATE]) {
    const { world, from } = fresh(call)
    for (const target of [world.sender, masked(100), masked(5000), masked(2 ** 60)])
      assert.equal({ ...ask(world, from, target), calls: 0 }, { ok: true, data: '', calls: 0 })
    assert.equal({ ...ask(world, from, NOBODY), calls: 0 }, { ok: true, data: '', calls: 0 })
  }
})

test('natives refuse to be called, and their code is not to be borrowed', () => {
  for (const call of [CALL, STATIC, DELEGATE]) {
    const { world, from } = fresh(call)
    for (const id of [1, 10]) assert.is(ask(world, from, masked(id)).ok, false)
  }
})

test('value goes along; too much of it fails the call; nobody gets none', () => {
  const { world, from } = fresh(CALL_WITH_VALUE)
  const echo = world.install('STOP')
  const balance = (id: number) => world.tree.get(id as never)?.balance
  assert.ok(ask(world, from, echo.address, undefined, 10n).ok)
  assert.is(balance(echo.id), 10n)
  // A placeholder is made where an f410 address gets its first value.
  const made = ask(world, from, NOBODY, undefined, 10n)
  assert.is(made.calls[0]!.autoCreated, 'placeholder')
  // No actor has the number: the call succeeds and the value stays.
  assert.ok(ask(world, from, masked(5000), undefined, 10n).ok)
  assert.is(balance(from.id), 10n)
  const spender = world.install(caller('1000 0x0 CALLDATALOAD GAS CALL'))
  assert.is(ask(world, spender, echo.address).ok, false)
  const beyond = world.install(caller('0x0 NOT 0x0 CALLDATALOAD GAS CALL'))
  const refused = ask(world, beyond, echo.address)
  assert.is(refused.ok, false)
  assert.is(refused.calls.length, 0)
})

test('transfers get gas enough to run code', () => {
  const world = new EvmWorld({ traced: true })
  const limitOf = (gas: string, value: string): bigint => {
    const from = world.install(caller(`${value} 0x0 CALLDATALOAD ${gas} CALL`))
    return ask(world, from, world.sender, undefined, 5n).calls[0]!.gasLimit!
  }
  assert.is(limitOf('0x0', '5'), 10_000_000n)
  assert.is(limitOf('2300', '0x0'), 10_000_000n)
  assert.is(limitOf('2300', '5'), 2300n)
  assert.is(limitOf('0x0', '0x0'), 0n)
  assert.is(limitOf('80000', '0x0'), 80_000n)
  assert.is(limitOf('0x0 NOT', '0x0'), 9_843_750_000n)
})

test('a limit below what a call costs is out of gas before anything happened', () => {
  const { world, from } = fresh(caller('CALLVALUE 0x0 CALLDATALOAD 74999 CALL'))
  const store = world.install(STORE)
  const answer = ask(world, from, store.address, word(1), 3n)
  assert.is(answer.ok, false)
  assert.is(answer.calls[0]!.exitCode, 7)
  assert.is(world.tree.get(store.id)!.balance, 0n)
})

test('nothing changes in a static call', () => {
  const { world, from } = fresh(STATIC)
  const refused = [
    STORE,
    '0x0 CALLDATALOAD 1 TSTORE STOP',
    '0x0 0x0 LOG0',
    '0x0 0x0 0x0 CREATE',
    '0x0 0x0 0x0 0x0 CREATE2',
    'CALLER SELFDESTRUCT',
    '0x0 0x0 0x0 0x0 1 CALLER GAS CALL',
  ]
  for (const program of refused) {
    const { address } = world.install(program)
    const { ok, calls } = ask(world, from, address, word(0))
    assert.is(ok, false, program)
    assert.is(calls[0]!.exitCode, 25, program)
  }
  assert.is(ask(world, from, world.install(LOAD).address).ok, true)
  // A call that would have to make somebody succeeds and makes nobody.
  const nested = world.install(CALL)
  const answer = ask(world, from, nested.address, targeted(NOBODY))
  assert.is(answer.ok, true)
  assert.is(wordValue(fromHex(answer.data)), 1n)
  assert.is(world.tree.get(from.id)!.type, 'evm')
})

test('static is for all below', () => {
  const { world, from } = fresh(STATIC)
  const store = world.install(STORE)
  for (const call of [CALL, STATIC, DELEGATE]) {
    const inner = world.install(call)
    const data = targeted(store.address, word(3))
    const { ok, data: output } = ask(world, from, inner.address, data)
    assert.ok(ok)
    assert.is(wordValue(fromHex(output)), 0n, 'the inner call fails')
  }
})

/** Adds one to its storage, calls itself once with calldata, and adds what it finds then to memory. */
const REENTRANT = `
  CALLDATASIZE @inner JUMPI
  5 1 SSTORE
  0x0 0x0 1 0x0 0x0 ADDRESS GAS CALL POP
  1 SLOAD ${RETURN_TOP}
  inner: 1 SLOAD 1 ADD 1 SSTORE STOP`

test('who is called back sees the storage as it is, and the caller what was done to it', () => {
  const world = new EvmWorld()
  const { id, address } = world.install(REENTRANT)
  assert.is(wordValue(world.call(address).data), 6n)
  assert.equal([...world.stateOf(id).contractState.entries()], [[1n, 6n]])
})

test('what a failing call did is undone, and what was written before it stays', () => {
  const world = new EvmWorld()
  const { address } = world.install(REENTRANT.replace('1 SSTORE STOP', '1 SSTORE INVALID'))
  assert.is(wordValue(world.call(address).data), 5n)
})

test('words for one message are gone with it, and seen by all frames of the contract until then', () => {
  const world = new EvmWorld()
  const { id, address } = world.install(`
    CALLDATASIZE @inner JUMPI
    1 TLOAD 0x0 MSTORE 9 1 TSTORE
    0x0 0x0 1 0x0 0x0 ADDRESS GAS CALL POP
    1 TLOAD 32 MSTORE 64 0x0 RETURN
    inner: 1 TLOAD 1 ADD 1 TSTORE STOP`)
  for (let round = 0; round < 2; round++) {
    const { data } = world.call(address)
    assert.is(wordValue(data.subarray(0, 32)), 0n)
    assert.is(wordValue(data.subarray(32)), 10n)
  }
  // What was written last stays in the state until something else is written.
  const { transientData } = world.stateOf(id)
  assert.is(transientData!.lifespan.nonce, 2n)
  assert.equal([...transientData!.transientDataState.entries()], [[1n, 10n]])
})

test('words for one message leave the state with the next write', () => {
  const world = new EvmWorld()
  const { id, address } = world.install(
    'CALLDATASIZE @other JUMPI 9 1 TSTORE STOP other: 1 1 SSTORE STOP',
  )
  world.call(address)
  assert.is.not(world.stateOf(id).transientData, null)
  world.call(address, word(1))
  assert.is(world.stateOf(id).transientData, null)
})

test('only so much of the return data is copied as there is room for', () => {
  const world = new EvmWorld()
  const echo = world.install(ECHO)
  const address = `0x${toHex(echo.address)}`
  const into = (offset: number, size: number) =>
    world.run(`0x0 NOT 0x0 MSTORE ${size} ${offset} 0x0 0x0 0x0 ${address} GAS CALL POP
      RETURNDATASIZE 32 MSTORE 64 0x0 RETURN`).data
  assert.is(toHex(into(0, 32)), `${toHex(word(0x77))}${toHex(word(32))}`)
  assert.is(toHex(into(0, 31)), `${'00'.repeat(31)}ff${toHex(word(32))}`)
  assert.is(toHex(into(0, 0)), `${'ff'.repeat(32)}${toHex(word(32))}`)
  // There is no more than 32 bytes, and the rest is left as it was.
  assert.is(toHex(into(1, 64)).slice(0, 4), 'ff00')
})

test('code of others can be looked at', () => {
  const world = new EvmWorld()
  const { address } = world.install('#6001600200')
  const look = (target: EthAddress) => {
    const at = `0x${toHex(target)}`
    const { data } = world.run(`${at} EXTCODESIZE 0x0 MSTORE ${at} EXTCODEHASH 32 MSTORE
      32 0x0 64 ${at} EXTCODECOPY 96 0x0 RETURN`)
    const [size, hash, code] = [0, 32, 64].map((from) => toHex(data.subarray(from, from + 32)))
    return {
      size: Number(wordValue(fromHex(size!))),
      hash: hash!,
      code: code!.replace(/(00)+$/, ''),
    }
  }
  const empty = 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'
  const native = 'bcc90f2d6dada5b18e155c17a1c0a55920aae94f39857d39d0d8ed07ae8f228b'
  const nobody = '00'.repeat(32)
  assert.equal({ ...look(address), hash: 0 }, { size: 5, hash: 0, code: '60016002' })
  assert.equal(look(world.sender), { size: 0, hash: empty, code: '' })
  assert.equal(look(masked(1)), { size: 1, hash: native, code: 'fe' })
  assert.equal(look(masked(77777)), { size: 0, hash: nobody, code: '' })
  assert.equal(look(NOBODY), { size: 0, hash: nobody, code: '' })
  const precompile = (first: number, last: number) =>
    look(Uint8Array.from({ length: 20 }, (_, i) => (i === 0 ? first : i === 19 ? last : 0)))
  for (const [first, last] of [
    [0, 1],
    [0, 0x11],
    [0xfe, 1],
    [0xfe, 3],
    [0xfe, 5],
    [0xfe, 6],
  ] as const)
    assert.is(precompile(first, last).hash, empty, `${first} ${last}`)
  for (const [first, last] of [
    [0, 0x0a],
    [0, 0x12],
    [0xfe, 4],
    [0xfe, 7],
    [0, 0],
  ] as const)
    assert.is(precompile(first, last).hash, nobody, `${first} ${last}`)
})

await initCrypto()
test.run()
