/** What goes in and out of a contract. */
import { DecodeError } from '../../primitives/cbor.ts'
import {
  byteString,
  type Codec,
  type Infer,
  nullable,
  tokenAmount,
  tuple,
} from '../../primitives/codec.ts'
import { u256 } from '../../primitives/u256.ts'
import { bytecode } from './bytecode.ts'

export const EvmMethod = {
  Constructor: 1,
  Resurrect: 2,
  GetBytecode: 3,
  GetBytecodeHash: 4,
  GetStorageAt: 5,
  InvokeContractDelegate: 6,
  /** `InvokeEVM` by FRC-42. */
  InvokeContract: 3844450837,
} as const

/** Bytes of one length. */
function fixedBytes(length: number, name: string): Codec<Uint8Array> {
  return {
    name,
    encode: (value, out) => out.bytes(value),
    decode(input) {
      const bytes = byteString.decode(input)
      if (bytes.length !== length) throw new DecodeError(`${name} of ${bytes.length} bytes`)
      return bytes
    },
  }
}

export const ethAddress = fixedBytes(20, 'Ethereum address')
export const word32 = fixedBytes(32, '32 bytes')

export const ConstructorParams = tuple(
  {
    /** Who deploys it. */
    creator: ethAddress,
    initcode: byteString,
  },
  'ConstructorParams',
)
export type ConstructorParams = Infer<typeof ConstructorParams>

/** Null once the contract is destroyed. */
export const BytecodeReturn = nullable(bytecode)
export const BytecodeHash = word32

export const DelegateCallParams = tuple(
  {
    code: bytecode,
    input: byteString,
    /** Whom the code shall take for its caller. */
    caller: ethAddress,
    /** attoFIL that came with the call the code runs for. */
    value: tokenAmount,
  },
  'DelegateCallParams',
)
export type DelegateCallParams = Infer<typeof DelegateCallParams>

export const GetStorageAtParams = tuple({ storageKey: u256 }, 'GetStorageAtParams')
export type GetStorageAtParams = Infer<typeof GetStorageAtParams>
