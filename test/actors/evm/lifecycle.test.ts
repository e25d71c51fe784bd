// How contracts come to be, end, and come back: CREATE, CREATE2, messages to the address manager, SELFDESTRUCT.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { CreateReturn, EamMethod } from '../../../actors/eam/params.ts'
import { ExitCode } from '../../../actors/exit-codes.ts'
import { Payload } from '../../../actors/payload.ts'
import { stateCodec } from '../../../engine/vm/state-tree.ts'
import {
  type Address,
  delegatedAddress,
  idAddress,
  secp256k1Address,
} from '../../../primitives/address.ts'
import { concatBytes, toHex } from '../../../primitives/bytes.ts'
import { byteString } from '../../../primitives/codec.ts'
import { keccak256 } from '../../../primitives/crypto/hash.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import {
  create2Address,
  createAddress,
  type EthAddress,
  maskedIdAddress,
  nativeCreatorAddress,
} from '../../../primitives/eth-address.ts'
import { Link } from '../../../primitives/link.ts'
import { actorId } from '../../../primitives/units.ts'
import { assemble, deploying, word, wordValue } from '../../support/evm-assembler.ts'
import { EvmWorld } from '../../support/evm-world.ts'

const RETURN_TOP = '0x0 MSTORE 32 0x0 RETURN'
/** Deploys its calldata with the value it got, and returns the address and what the constructor reverted with. */
const FACTORY = `CALLDATASIZE 0x0 0x0 CALLDATACOPY
  CALLDATASIZE 0x0 CALLVALUE CREATE
  0x0 MSTORE RETURNDATASIZE 0x0 32 RETURNDATACOPY RETURNDATASIZE 32 ADD 0x0 RETURN`
/** The same with CREATE2; the first word is the salt. */
const FACTORY2 = `32 CALLDATASIZE SUB 32 0x0 CALLDATACOPY
  0x0 CALLDATALOAD 32 CALLDATASIZE SUB 0x0 CALLVALUE CREATE2
  0x0 MSTORE RETURNDATASIZE 0x0 32 RETURNDATACOPY RETURNDATASIZE 32 ADD 0x0 RETURN`
const HELLO = deploying(assemble(`0x4242 ${RETURN_TOP}`))

const addressIn = (data: Uint8Array): EthAddress => data.slice(12, 32)
const isZero = (data: Uint8Array): boolean => wordValue(data.subarray(0, 32)) === 0n

function resolved(world: EvmWorld, address: EthAddress) {
  const id = world.tree.resolve(delegatedAddress(10, address))
  return id === undefined ? undefined : world.tree.get(id)
}

test('a contract is deployed where CREATE puts it, and has one nonce more each time', () => {
  const world = new EvmWorld()
  const factory = world.install(FACTORY)
  for (let nonce = 1n; nonce < 4n; nonce++) {
    assert.is(world.stateOf(factory.id).nonce, nonce)
    const made = addressIn(world.call(factory.address, HELLO, 5n).data)
    assert.is(toHex(made), toHex(createAddress(factory.address, nonce)))
    assert.is(wordValue(world.call(made).data), 0x4242n)
    assert.is(resolved(world, made)!.balance, 5n)
  }
})

test('CREATE2 puts a contract where salt and code say', () => {
  const world = new EvmWorld()
  const factory = world.install(FACTORY2)
  const made = addressIn(world.call(factory.address, concatBytes(word(7), HELLO)).data)
  assert.is(toHex(made), toHex(create2Address(factory.address, word(7), HELLO)))
  assert.is(wordValue(world.call(made).data), 0x4242n)
  // There is one now: the nonce rises, and nothing else happens.
  const again = world.call(factory.address, concatBytes(word(7), HELLO))
  assert.ok(isZero(again.data))
  assert.is(world.stateOf(factory.id).nonce, 3n)
})

test('a constructor that fails leaves a nonce, and a reason if it reverts', () => {
  const world = new EvmWorld()
  const factory = world.install(FACTORY)
  const reverted = world.call(factory.address, assemble('0xabcd 0x0 MSTORE 2 30 REVERT'))
  assert.ok(isZero(reverted.data))
  assert.is(toHex(reverted.data.subarray(32)), 'abcd')
  const broken = world.call(factory.address, assemble('INVALID'))
  assert.is(toHex(broken.data), toHex(word(0)))
  assert.is(world.stateOf(factory.id).nonce, 3n)
})

test('an endowment that is not there costs no nonce', () => {
  const world = new EvmWorld()
  const factory = world.install(
    `CALLDATASIZE 0x0 0x0 CALLDATACOPY CALLDATASIZE 0x0 9 CREATE ${RETURN_TOP}`,
  )
  assert.ok(isZero(world.call(factory.address, HELLO).data))
  assert.is(world.stateOf(factory.id).nonce, 1n)
})

test('code is at most 24,576 bytes long and does not begin with ef', () => {
  const world = new EvmWorld()
  const deployed = (code: Uint8Array): boolean => {
    try {
      world.deploy(deploying(code))
      return true
    } catch {
      return false
    }
  }
  assert.ok(deployed(new Uint8Array(24_576)))
  assert.not.ok(deployed(new Uint8Array(24_577)))
  assert.not.ok(deployed(Uint8Array.of(0xef, 0)))
  assert.ok(deployed(Uint8Array.of(0, 0xef)))
  const factory = world.install(FACTORY)
  const refused = world.call(factory.address, deploying(Uint8Array.of(0xef)))
  assert.is(toHex(refused.data), toHex(word(0)))
})

test('a contract without initcode is empty, and takes calls', () => {
  const world = new EvmWorld()
  const { id, address } = world.deploy(new Uint8Array())
  assert.is(world.stateOf(id).bytecode.code.length, 0)
  assert.is(toHex(world.stateOf(id).bytecodeHash), toHex(keccak256(new Uint8Array())))
  assert.is(world.call(address, word(1)).data.length, 0)
})

test('a constructor may store, call and create', () => {
  const world = new EvmWorld()
  const other = world.install('1 SLOAD 1 ADD 1 SSTORE STOP')
  const code = assemble('STOP')
  const { id } = world.deploy(
    concatBytes(
      assemble(`7 1 SSTORE 0x0 0x0 0x0 0x0 0x0 0x${toHex(other.address)} GAS CALL POP
        0x0 0x0 0x0 CREATE POP 1 SLOAD 2 SSTORE`),
      assemble(`${code.length} 0x0 RETURN`),
    ),
  )
  const { contractState, nonce } = world.stateOf(id)
  assert.equal(
    [...contractState.entries()],
    [
      [1n, 7n],
      [2n, 7n],
    ],
  )
  assert.is(nonce, 2n)
  assert.equal([...world.stateOf(other.id).contractState.entries()], [[1n, 1n]])
})

test('a placeholder becomes the contract and keeps what it holds', () => {
  const world = new EvmWorld()
  const factory = world.install(FACTORY)
  const future = createAddress(factory.address, 1n)
  const payer = world.install(`0x0 0x0 0x0 0x0 CALLVALUE 0x${toHex(future)} GAS CALL STOP`)
  world.call(payer.address, undefined, 12n)
  assert.is(resolved(world, future)!.type, 'placeholder')
  assert.is(toHex(addressIn(world.call(factory.address, HELLO, 3n).data)), toHex(future))
  assert.is(resolved(world, future)!.type, 'evm')
  assert.is(resolved(world, future)!.balance, 15n)
})

const MORTAL = `CALLDATASIZE @die JUMPI 1 SLOAD 1 ADD DUP1 1 SSTORE ${RETURN_TOP} die: 0x0 CALLDATALOAD SELFDESTRUCT`

test('a contract that destroys itself pays out, and is empty from the next message on', () => {
  const world = new EvmWorld()
  const { id, address } = world.install(MORTAL)
  const heir = world.install('STOP')
  world.call(address, undefined, 9n)
  assert.is(world.call(address, concatBytes(new Uint8Array(12), heir.address)).exitCode, 0)
  assert.is(world.tree.get(heir.id)!.balance, 9n)
  assert.equal(world.stateOf(id).tombstone, { origin: 100, nonce: 3n })
  const after = world.call(address)
  assert.is(after.exitCode, 0)
  assert.is(after.data.length, 0)
  const looked = world.run(
    `0x${toHex(address)} EXTCODESIZE 0x0 MSTORE 0x${toHex(address)} EXTCODEHASH 32 MSTORE 64 0x0 RETURN`,
  )
  assert.is(toHex(looked.data), toHex(word(0)) + toHex(keccak256(new Uint8Array())))
})

test('until the message ends it works', () => {
  const world = new EvmWorld()
  const mortal = world.install(MORTAL)
  const at = `0x${toHex(mortal.address)}`
  const { data } = world.run(`0x0 0x0 32 0x0 0x0 ${at} GAS CALL POP
    32 0x0 0x0 0x0 0x0 ${at} GAS CALL POP 32 0x0 RETURN`)
  assert.is(wordValue(data), 1n)
})

test('what cannot be paid out ends with exit 40', () => {
  const world = new EvmWorld()
  const { address } = world.install(MORTAL)
  const nobody = concatBytes(new Uint8Array(12), maskedIdAddress(7777))
  assert.is(world.call(address, nobody).exitCode, 40)
})

test('a contract comes back at its address with the next message, not before', () => {
  const world = new EvmWorld()
  const factory = world.install(FACTORY2)
  const initcode = deploying(assemble(MORTAL))
  const make = () => world.call(factory.address, concatBytes(word(1), initcode), 2n)
  const address = addressIn(make().data)
  const id = world.tree.resolve(delegatedAddress(10, address))!
  world.call(address)
  world.call(address)
  assert.is(wordValue(world.call(address).data), 3n)
  // Kill and make again in one message.
  const killer = world.install(`
    CALLDATASIZE 0x0 0x0 CALLDATACOPY
    0x0 0x0 32 0x0 0x0 0x${toHex(address)} GAS CALL POP
    32 0x0 CALLDATASIZE 0x0 0x0 0x${toHex(factory.address)} GAS CALL POP 32 0x0 RETURN`)
  const both = world.call(killer.address, concatBytes(word(1), initcode))
  assert.ok(isZero(both.data))
  const again = addressIn(make().data)
  assert.is(toHex(again), toHex(address))
  assert.is(world.tree.resolve(delegatedAddress(10, address)), id)
  assert.is(wordValue(world.call(address).data), 1n)
  const { nonce, tombstone } = world.stateOf(id)
  assert.equal([nonce, tombstone], [1n, null])
})

test('the address manager tells who deployed by f410 or number, and takes the nonce of the message', () => {
  const world = new EvmWorld()
  const creator = `CALLER ${RETURN_TOP}`
  const key = secp256k1Address(new Uint8Array(65).fill(4))
  const native = actorId(300)
  const none = { sequence: 6n, balance: 10n ** 20n, delegated: null }
  const state = Link.to(stateCodec('account'), { address: key })
  world.tree.set(native, { ...none, type: 'account', state })
  const deploy = (from: Address) => {
    const params = Payload.of(byteString, assemble(creator))
    return world.send(idAddress(10), EamMethod.CreateExternal, params, 0n, from)
  }
  const made = deploy(idAddress(native)).ret!.as(CreateReturn)
  assert.is(toHex(made.ethAddress), toHex(createAddress(nativeCreatorAddress(key), 6n)))
  assert.is(made.robustAddress!.protocol, 2)
  // The code is what the constructor returned: the caller it saw.
  const { code } = world.stateOf(made.actorId).bytecode
  assert.is(toHex(code), toHex(concatBytes(new Uint8Array(12), maskedIdAddress(native))))
  const own = deploy(delegatedAddress(10, world.sender)).ret!.as(CreateReturn)
  assert.is(toHex(own.ethAddress), toHex(createAddress(world.sender, 0n)))
})

test('only contracts create as contracts, and only accounts from outside', () => {
  const world = new EvmWorld()
  const send = (method: number, params: Uint8Array) =>
    world.send(idAddress(10), method, params.length ? Payload.raw(params) : null).exitCode
  assert.is(send(EamMethod.Create, assemble('#824000')), ExitCode.Forbidden)
  const salted = concatBytes(assemble('#82405820'), new Uint8Array(32))
  assert.is(send(EamMethod.Create2, salted), ExitCode.Forbidden)
  assert.is(send(EamMethod.Create2, assemble('#8240414a')), ExitCode.Serialization)
  assert.is(send(EamMethod.CreateExternal, assemble('#80')), ExitCode.Serialization)
  assert.is(send(EamMethod.CreateExternal, new Uint8Array()), ExitCode.IllegalArgument)
  assert.is(send(5, new Uint8Array()), ExitCode.UnhandledMessage)
  assert.is(send(EamMethod.Constructor, new Uint8Array()), ExitCode.Forbidden)
})

await initCrypto()
test.run()
