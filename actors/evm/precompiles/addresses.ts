/** Which addresses are kept for precompiles: `00…01` to `00…ff`, `fe00…01` to `fe00…ff`, and `00…0100`. */
import type { EthAddress } from '../../../primitives/eth-address.ts'

/** First byte of Filecoin's own. */
export const NATIVE_PREFIX = 0xfe
const ETHEREUM_PREFIX = 0x00
/** Present in Ethereum's range, and 0x0a (KZG) is not. */
const ETHEREUM_COUNT = 0x11
const ETHEREUM_MISSING = 0x0a
/** Present in Filecoin's range, and 04 (`get_actor_type`) is not. */
const NATIVE_COUNT = 0x06
const NATIVE_MISSING = 0x04
/** Byte of `00…0100` that is 1: P256VERIFY. */
const P256_BYTE = 18

/** Number of P256VERIFY, which has no room in a byte. */
export const P256VERIFY = 0x100

/** Whether a call to the address is never one to an actor, though nothing may be there. */
export const isReservedAddress = (address: EthAddress): boolean => indexOf(address) !== undefined

/** Whether there is a precompile at the address. */
export function isPrecompile(address: EthAddress): boolean {
  const index = indexOf(address)
  if (index === undefined || index === P256VERIFY) return index !== undefined
  return address[0] === NATIVE_PREFIX
    ? index <= NATIVE_COUNT && index !== NATIVE_MISSING
    : index <= ETHEREUM_COUNT && index !== ETHEREUM_MISSING
}

/** Number of a reserved address in its range. */
export function indexOf(address: EthAddress): number | undefined {
  const [first, last] = [address[0], address[19]!]
  if (first !== ETHEREUM_PREFIX && first !== NATIVE_PREFIX) return undefined
  for (let i = 1; i < P256_BYTE; i++) if (address[i] !== 0) return undefined
  const above = address[P256_BYTE]!
  if (above === 0) return last > 0 ? last : undefined
  return above === 1 && last === 0 && first === ETHEREUM_PREFIX ? P256VERIFY : undefined
}
