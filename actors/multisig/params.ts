/** What goes in and out of a multisig. */
import {
  actorIdAddress,
  address,
  bool,
  byteString,
  type Infer,
  int,
  int64,
  list,
  nullable,
  tokenAmount,
  tuple,
  uint,
  uint64,
} from '../../primitives/codec.ts'
import { RECEIVE_METHOD } from '../frc46.ts'

export const MultisigMethod = {
  Constructor: 1,
  Propose: 2,
  Approve: 3,
  Cancel: 4,
  AddSigner: 5,
  RemoveSigner: 6,
  SwapSigner: 7,
  ChangeNumApprovalsThreshold: 8,
  LockBalance: 9,
  Receive: RECEIVE_METHOD,
} as const

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

export const ProposeParams = tuple(
  {
    to: address,
    value: tokenAmount,
    method: uint64,
    /** CBOR; no bytes for no parameters. */
    params: byteString,
  },
  'ProposeParams',
)
export type ProposeParams = Infer<typeof ProposeParams>

const outcome = {
  /** Whether there were approvals enough, so that it was carried out. */
  applied: bool,
  /** Exit code of what was carried out; 0 if nothing was. */
  code: uint,
  /** What it returned. */
  ret: byteString,
}

export const ProposeReturn = tuple({ txnId: int, ...outcome }, 'ProposeReturn')
export type ProposeReturn = Infer<typeof ProposeReturn>

export const ApproveReturn = tuple(outcome, 'ApproveReturn')
export type ApproveReturn = Infer<typeof ApproveReturn>

export const TxnIdParams = tuple(
  {
    id: int64,
    /** Of the proposal meant, or no bytes for whichever has the id. */
    proposalHash: byteString,
  },
  'TxnIDParams',
)
export type TxnIdParams = Infer<typeof TxnIdParams>

/** What is hashed to say which proposal is meant, since ids change when the chain is reorganised. */
export const ProposalHashData = tuple(
  {
    /** Whoever proposed it. */
    requester: nullable(actorIdAddress),
    to: address,
    value: tokenAmount,
    method: uint64,
    params: byteString,
  },
  'ProposalHashData',
)

export const AddSignerParams = tuple(
  {
    signer: address,
    /** Whether one approval more is needed from now on. */
    increase: bool,
  },
  'AddSignerParams',
)
export type AddSignerParams = Infer<typeof AddSignerParams>

export const RemoveSignerParams = tuple(
  {
    signer: address,
    /** Whether one approval less is needed from now on. */
    decrease: bool,
  },
  'RemoveSignerParams',
)
export type RemoveSignerParams = Infer<typeof RemoveSignerParams>

export const SwapSignerParams = tuple({ from: address, to: address }, 'SwapSignerParams')
export type SwapSignerParams = Infer<typeof SwapSignerParams>

export const ChangeNumApprovalsThresholdParams = tuple(
  { newThreshold: uint64 },
  'ChangeNumApprovalsThresholdParams',
)
export type ChangeNumApprovalsThresholdParams = Infer<typeof ChangeNumApprovalsThresholdParams>

export const LockBalanceParams = tuple(
  { startEpoch: int64, unlockDuration: int64, amount: tokenAmount },
  'LockBalanceParams',
)
export type LockBalanceParams = Infer<typeof LockBalanceParams>
