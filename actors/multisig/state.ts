/** State of a multisig: who signs, what is locked, and what waits for approvals. */
import {
  actorIdAddress,
  address,
  byteString,
  type Infer,
  int,
  int64,
  list,
  tokenAmount,
  tuple,
  uint,
  uint64,
} from '../../primitives/codec.ts'
import { varintKey } from '../../primitives/hamt-keys.ts'
import { hamt, Hamt } from '../../primitives/hamt.ts'

export const Transaction = tuple(
  {
    to: address,
    value: tokenAmount,
    method: uint64,
    params: byteString,
    /** In the order they approved; the first one proposed it. */
    approved: list(actorIdAddress),
  },
  'Transaction',
)
export type Transaction = Infer<typeof Transaction>

export const MultisigState = tuple(
  {
    signers: list(actorIdAddress),
    numApprovalsThreshold: uint,
    nextTxId: int,
    /** Locked at `startEpoch`; all of it is free `unlockDuration` epochs later. */
    initialBalance: tokenAmount,
    startEpoch: int64,
    unlockDuration: int64,
    pendingTxs: hamt(varintKey, Transaction),
  },
  'MultisigState',
)
export type MultisigState = Infer<typeof MultisigState>

export const NO_PENDING_TXS = Hamt.empty(varintKey, Transaction)
