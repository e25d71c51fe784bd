/** Ethereum addresses of actors, and Filecoin addresses of Ethereum's, as contracts see them. */
import { type Address, delegatedParts, idAddress } from '../../primitives/address.ts'
import {
  EAM_NAMESPACE,
  ETH_ADDRESS_LENGTH,
  type EthAddress,
  filecoinAddressOf,
  maskedIdAddress,
} from '../../primitives/eth-address.ts'
import type { ActorId } from '../../primitives/units.ts'
import type { Runtime } from '../runtime.ts'
import { panic } from './exit-codes.ts'

/**
 * The f410 address of an actor where it has one, else its masked number.
 * @throws ActorError `AssertionFailed` for an f410 of another length than 20 bytes, where the released actor panics.
 */
export function ethAddressOfActor(rt: Runtime, id: ActorId): EthAddress {
  const delegated = rt.delegatedAddressOf(id)
  const parts = delegated && delegatedParts(delegated)
  if (parts?.namespace !== BigInt(EAM_NAMESPACE)) return maskedIdAddress(id)
  if (parts.subaddress.length !== ETH_ADDRESS_LENGTH)
    throw panic(`invalid ethereum address length: ${delegated}`)
  return parts.subaddress
}

/** f0 of a masked address, else f410. */
export const filecoinAddress = (address: EthAddress): Address => filecoinAddressOf(address)

export { idAddress }
