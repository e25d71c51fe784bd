/** What goes into a multisig. */
import { address, type Infer, int64, list, tuple, uint64 } from '../../primitives/codec.ts'

/** Signers a multisig may have. */
export const SIGNERS_MAX = 256

export const MultisigConstructorParams = tuple(
  {
    signers: list(address),
    numApprovalsThreshold: uint64,
    unlockDuration: int64,
    startEpoch: int64,
  },
  'MultisigConstructorParams',
)
export type MultisigConstructorParams = Infer<typeof MultisigConstructorParams>
