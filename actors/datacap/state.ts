/** State of the datacap token (FRC-0046). Amounts are attoDatacap: 10¹⁸ for each byte. */
import type { Address } from '../../primitives/address.ts'
import { address, type Infer, tokenAmount, tuple, uint } from '../../primitives/codec.ts'
import { hamt, Hamt } from '../../primitives/hamt.ts'
import { actorNumberKey } from '../actor-number-key.ts'

/** The token library's own, which the state also says. */
const HAMT_BIT_WIDTH = 3

const allowancesOfOwner = hamt(actorNumberKey, tokenAmount, HAMT_BIT_WIDTH)

export const TokenState = tuple(
  {
    supply: tokenAmount,
    balances: hamt(actorNumberKey, tokenAmount, HAMT_BIT_WIDTH),
    /** By owner, then by operator. */
    allowances: hamt(actorNumberKey, allowancesOfOwner, HAMT_BIT_WIDTH),
    hamtBitWidth: uint,
  },
  'TokenState',
)
export type TokenState = Infer<typeof TokenState>

export const DatacapState = tuple(
  {
    /** Mints and destroys: the verified registry. */
    governor: address,
    token: TokenState,
  },
  'DatacapState',
)
export type DatacapState = Infer<typeof DatacapState>

/** What an owner allows before it allows anybody anything. */
export const NO_ALLOWANCES = Hamt.empty(actorNumberKey, tokenAmount, HAMT_BIT_WIDTH)

/** State before any datacap is minted. */
export function initialDatacapState(governor: Address): DatacapState {
  return {
    governor,
    token: {
      supply: 0n,
      balances: Hamt.empty(actorNumberKey, tokenAmount, HAMT_BIT_WIDTH),
      allowances: Hamt.empty(actorNumberKey, allowancesOfOwner, HAMT_BIT_WIDTH),
      hamtBitWidth: HAMT_BIT_WIDTH,
    },
  }
}
