/** What the EVM returns: a CBOR byte string around the bytes that Ethereum clients want. */
import { hexData } from '../engine/chain/eth-json.ts'
import { DecodeError } from '../primitives/cbor.ts'
import { byteString, decode } from '../primitives/codec.ts'

/** The bytes in hexadecimal; `0x` for nothing, or for what is no byte string. */
export function decodeBytes(returned: Uint8Array | undefined): string {
  if (!returned || returned.length === 0) return '0x'
  try {
    return hexData(decode(byteString, returned))
  } catch (error) {
    if (error instanceof DecodeError) return '0x'
    throw error
  }
}
