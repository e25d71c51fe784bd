/** Filecoin's own precompiles: addresses, calls to actors that are no contracts, and randomness (`precompiles/fvm.rs`). */
import { type Address, addressFromBytes, idAddress, PROTOCOL } from '../../../primitives/address.ts'
import { CODEC } from '../../../primitives/cid.ts'
import { actorId } from '../../../primitives/units.ts'
import { decodeUvarint } from '../../../primitives/varint.ts'
import { ActorError } from '../../errors.ts'
import { Payload } from '../../payload.ts'
import type { CallOutcome, OutgoingCall } from '../../pending-call.ts'
import { SyscallError } from '../../runtime.ts'
import { METHOD_SEND } from '../../singletons.ts'
import { encodeNativeAbi } from '../native-abi.ts'
import { bytesOfInteger, InputReader, PrecompileFailed } from './input.ts'
import type { Precompile } from './precompile.ts'

const WORD = 32
const NOTHING = new Uint8Array()
/** Method numbers of contracts themselves. */
const MAX_RESERVED_METHOD = 1023n
const READ_ONLY = 1n
const SIGN_BIT = 1n << 63n

/** Bytes of a Filecoin address to the number of its actor, as a word; nothing where there is none. */
export const resolveAddress: Precompile = ({ system }, { input }) => {
  const address = readAddress(input)
  if (address.protocol === PROTOCOL.id)
    return bytesOfInteger(decodeUvarint(address.bytes, 1)[0], WORD)
  const id = system.rt.resolve(address)
  return id === undefined ? NOTHING : bytesOfInteger(BigInt(id), WORD)
}

/** Number of an actor, as a word, to the bytes of its f4 address; nothing where it has none. */
export const lookupDelegatedAddress: Precompile = ({ system }, { input }) => {
  const id = new InputReader(input).uint(64)
  if (id > BigInt(Number.MAX_SAFE_INTEGER)) return NOTHING
  return system.rt.delegatedAddressOf(actorId(Number(id)))?.bytes.slice() ?? NOTHING
}

/** Digest of the beacon at an epoch. */
export const getRandomness: Precompile = ({ system }, { input }) => {
  const word = new InputReader(input).uint(64)
  const epoch = BigInt.asIntN(64, word)
  if (BigInt(system.rt.epoch) - epoch >= SIGN_BIT) throw new PrecompileFailed('too long ago')
  try {
    return system.rt.beaconDigest(Number(epoch)).slice()
  } catch (error) {
    if (error instanceof ActorError) throw new PrecompileFailed(error.message)
    throw error
  }
}

/** Calls any actor, by its address or its number, as the contract whose code this is or borrows: by DELEGATECALL only. */
export function callActor(by: 'address' | 'id'): Precompile {
  return (m, { kind, gas, input }) => {
    if (kind !== 'delegate')
      throw new PrecompileFailed('call_actor by another way than delegatecall')
    const call = readCall(input, by, m.gasLimit(gas))
    return { call: m.system.outgoing(call), resume: answerOf }
  }
}

function readCall(input: Uint8Array, by: 'address' | 'id', gasLimit: bigint): OutgoingCall {
  const reader = new InputReader(input)
  const method = reader.uint(64)
  const value = reader.word()
  const flags = reader.uint(64)
  if ((flags & ~READ_ONLY) !== 0n) throw new PrecompileFailed(`flags ${flags}`)
  const codec = reader.uint(64)
  const paramsOffset = reader.uint32()
  const addressOrId = reader.uint(64)
  reader.seek(paramsOffset)
  const bytes = reader.padded(reader.uint32())
  const to = by === 'id' ? idAddress(addressOrId) : readAddressAt(reader, addressOrId)
  if (method <= MAX_RESERVED_METHOD && method !== BigInt(METHOD_SEND))
    throw new PrecompileFailed(`method ${method} is reserved`)
  const params = paramsOf(codec, bytes)
  const options = { gasLimit, readOnly: flags === READ_ONLY }
  return { to, method: numberOf(method), params, value, options }
}

/** Methods are numbers as far as these are exact. */
const numberOf = (method: bigint): number | bigint =>
  method <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(method) : method

function paramsOf(codec: bigint, bytes: Uint8Array): Payload | null {
  if (codec === BigInt(CODEC.cbor)) return Payload.raw(bytes)
  if (codec === 0n && bytes.length === 0) return null
  throw new PrecompileFailed(`codec ${codec} with ${bytes.length} bytes`)
}

function readAddressAt(reader: InputReader, offset: bigint): Address {
  if (offset > 0xffffffffn) throw new PrecompileFailed('offset of the address')
  reader.seek(Number(offset))
  return readAddress(reader.padded(reader.uint32()))
}

/** The exit code, or minus the number of the error that kept the call from being made; then what was returned. */
function answerOf(outcome: CallOutcome): Uint8Array {
  if (outcome instanceof SyscallError)
    return encodeNativeAbi({ first: BigInt(-outcome.errorNumber), codec: 0n, data: NOTHING })
  const { exitCode, ret } = outcome
  const codec = BigInt(ret?.ipldCodec ?? 0)
  return encodeNativeAbi({ first: BigInt(exitCode), codec, data: ret?.bytes ?? NOTHING })
}

/** An address as the reference reads it: a varint of ten bytes may say more than 64 bits, which are dropped. */
function readAddress(bytes: Uint8Array): Address {
  try {
    return addressFromBytes(withoutExcessBits(bytes))
  } catch (error) {
    if (error instanceof TypeError) throw new PrecompileFailed(error.message)
    throw error
  }
}

const VARINT_LENGTH = 10

function withoutExcessBits(bytes: Uint8Array): Uint8Array {
  const protocol = bytes[0]
  if (protocol !== PROTOCOL.id && protocol !== PROTOCOL.delegated) return bytes
  const last = bytes[VARINT_LENGTH]
  if (last === undefined || last < 2 || last >= 0x80) return bytes
  for (let i = 1; i < VARINT_LENGTH; i++) if (bytes[i]! < 0x80) return bytes
  // The tenth byte holds the highest bit and what is dropped.
  const [low, high] = [bytes.slice(1, VARINT_LENGTH), last & 1]
  const rest = bytes.slice(VARINT_LENGTH + 1)
  const value = low.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), BigInt(high))
  return Uint8Array.from([protocol, ...idAddress(value).bytes.subarray(1), ...rest])
}
