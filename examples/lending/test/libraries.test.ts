// Goal: the contracts' CBOR and calls are right. Method: a contract that lends out the libraries' functions is asked on a network
// of a few accounts, and compared with the codecs of the actors; what must fail is named.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeErrorResult, decodeFunctionResult, encodeFunctionData } from 'viem'
import { idAddress } from '../../../primitives/address.ts'
import { fromHex, toHex } from '../../../primitives/bytes.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { address, type Codec, encode, tokenAmount } from '../../../primitives/codec.ts'
import { INIT_ACTOR } from '../../../actors/singletons.ts'
import { actorId } from '../../../primitives/units.ts'
import { EvmWorld } from '../../../test/support/evm-world.ts'
import { artifact } from '../compile.ts'

const seed = Number(process.env['SEED'] ?? 1)
await initCrypto()
const world = new EvmWorld()
const { abi, bytecode } = artifact('LibraryProbe')
const probe = world.deploy(fromHex(bytecode.slice(2)))
const hex = (bytes: Uint8Array): `0x${string}` => `0x${toHex(bytes)}`
const cbor = <T>(codec: Codec<T>, value: T) => hex(encode(codec, value))

/** What a function of the probe returns, or its error: name and arguments. */
function ask(functionName: string, args: readonly unknown[], value = 0n): unknown {
  const data = fromHex(encodeFunctionData({ abi, functionName, args }).slice(2))
  const { exitCode, data: answer } = world.call(probe.address, data, value)
  if (exitCode === 0) return decodeFunctionResult({ abi, functionName, data: hex(answer) })
  assert.is(exitCode, 33)
  const error = decodeErrorResult({ abi, data: hex(answer) })
  return [error.errorName, ...(error.args ?? [])]
}

test('amounts are written and read as actors do', () => {
  const amounts = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n })
  fc.assert(
    fc.property(fc.oneof(amounts, fc.nat().map(BigInt)), (amount) => {
      assert.is(ask('amountBytes', [amount]), cbor(tokenAmount, amount))
      assert.is(ask('readAmount', [cbor(tokenAmount, amount)]), amount)
      assert.is(ask('readAmount', [cbor(tokenAmount, -amount)]), 0n)
      const [half, signed] = [amount >> 1n, cbor(tokenAmount, -(amount >> 1n))]
      assert.is(ask('readSignedAmount', [signed]), -half)
      assert.is(ask('readSignedAmount', [cbor(tokenAmount, half)]), half)
    }),
    { seed, numRuns: 40, examples: [[0n], [1n], [255n], [256n], [(1n << 256n) - 1n]] },
  )
  assert.is(ask('readAmount', ['0x420000']), 0n)
})

test('ids are written and read as actors do', () => {
  const ids = fc.bigInt({ min: 0n, max: (1n << 53n) - 1n })
  fc.assert(
    fc.property(ids, (id) => {
      const wanted = cbor(address, idAddress(actorId(Number(id))))
      assert.is(ask('idBytes', [id]), wanted)
      assert.is(ask('readId', [wanted]), id)
    }),
    { seed, numRuns: 40, examples: [[0n], [127n], [128n], [16384n]] },
  )
})

test('unsigned numbers are read in every length, null as nothing', () => {
  const data = '0x8617181818ff19ffff1affffffff1bfffffffffffffffff6'
  const sum = 23n + 24n + 255n + 65535n + (1n << 32n) - 1n + (1n << 64n) - 1n
  assert.is(ask('readUints', [data.replace('0x86', '0x87')]), sum)
})

test('what is no such CBOR is refused, and the place is named', () => {
  assert.equal(ask('readAmount', ['0x']), ['BadCbor', 0n])
  assert.equal(ask('readAmount', ['0x01']), ['BadCbor', 0n])
  assert.equal(ask('readAmount', ['0x430001']), ['BadCbor', 3n])
  assert.equal(ask('readAmount', [`0x582300${'ff'.repeat(34)}`]), ['BadCbor', 2n])
  const tooLarge = cbor(tokenAmount, 1n << 255n)
  assert.equal(ask('readSignedAmount', [tooLarge]), ['BadCbor', 35n])
  assert.equal(ask('readId', ['0x420105']), ['BadCbor', 2n])
  assert.equal(ask('readUints', ['0x9f01ff']), ['BadCbor', 0n])
})

test('addresses become ids', () => {
  assert.is(ask('idOf', [hex(probe.address)]), BigInt(probe.id))
  assert.is(ask('idOf', [hex(world.sender)]), BigInt(world.senderId))
  assert.is(ask('idOf', [ask('masked', [77n])]), 77n)
  assert.is(ask('resolve', ['0x0063']), 99n)
  const nobody = `0x040a${'11'.repeat(20)}`
  assert.equal(ask('resolve', [nobody]), ['NoSuchActor', nobody])
  assert.equal(ask('resolve', ['0x']), ['PrecompileFailed', PRECOMPILE.resolve])
})

test('actors are called, and what they answer is passed on', () => {
  const FRC46_NAME = 48890204n
  const PUBKEY_ADDRESS = 2n
  assert.equal(ask('call', [99n, PUBKEY_ADDRESS, '0x']), ['PrecompileFailed', PRECOMPILE.callById])
  const init = BigInt(INIT_ACTOR)
  assert.equal(ask('read', [init, FRC46_NAME]), ['ActorFailed', init, FRC46_NAME, 22n])
  assert.equal(ask('read', [404n, FRC46_NAME]), ['ActorFailed', 404n, FRC46_NAME, -6n])
})

test('FIL is sent to an actor, if it is there', () => {
  const before = world.tree.get(actorId(99))!.balance
  assert.is(ask('send', [99n, 5n], 5n), undefined)
  assert.is(world.tree.get(actorId(99))!.balance - before, 5n)
  assert.equal(ask('send', [99n, 6n], 0n), ['ActorFailed', 99n, 0n, -5n])
})

const PRECOMPILE = {
  resolve: '0xFE00000000000000000000000000000000000001',
  callById: '0xfe00000000000000000000000000000000000005',
}

test.run()
