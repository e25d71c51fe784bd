/** Where contracts send what they print with Hardhat's `console.sol`: a call of an address at which there is nothing. */
import { delegatedAddress } from '../../primitives/address.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { EAM_NAMESPACE } from '../../primitives/eth-address.ts'

/** `console.log` in ASCII. */
export const CONSOLE = delegatedAddress(
  EAM_NAMESPACE,
  fromHex('000000000000000000636f6e736f6c652e6c6f67'),
)
