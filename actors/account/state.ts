/** State of an account: whose key it answers to. */
import { address, type Infer, tuple } from '../../primitives/codec.ts'

export const AccountState = tuple(
  {
    /** f1 or f3; an ID address only for accounts a genesis made without a key. */
    address,
  },
  'AccountState',
)
export type AccountState = Infer<typeof AccountState>
