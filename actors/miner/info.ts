/** What is known of a miner apart from its money and sectors: who controls it, who is paid, what it proves with. */
import {
  address,
  bool,
  byteString,
  epoch,
  type Infer,
  int64,
  list,
  nullable,
  tokenAmount,
  tuple,
  uint,
  uint64,
} from '../../primitives/codec.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { ProofType } from './wire.ts'

export const WorkerKeyChange = tuple(
  {
    /** An ID address. */
    newWorker: address,
    effectiveAt: epoch,
  },
  'WorkerKeyChange',
)
export type WorkerKeyChange = Infer<typeof WorkerKeyChange>

/** How much a beneficiary other than the owner may withdraw, and until when. */
export const BeneficiaryTerm = tuple(
  {
    quota: tokenAmount,
    usedQuota: tokenAmount,
    /** Any 64-bit number: an owner may propose what it likes. */
    expiration: int64,
  },
  'BeneficiaryTerm',
)
export type BeneficiaryTerm = Infer<typeof BeneficiaryTerm>

export const ActiveBeneficiary = tuple(
  { beneficiary: address, term: BeneficiaryTerm },
  'ActiveBeneficiary',
)
export type ActiveBeneficiary = Infer<typeof ActiveBeneficiary>

export const PendingBeneficiaryChange = tuple(
  {
    newBeneficiary: address,
    newQuota: tokenAmount,
    newExpiration: int64,
    approvedByBeneficiary: bool,
    approvedByNominee: bool,
  },
  'PendingBeneficiaryChange',
)
export type PendingBeneficiaryChange = Infer<typeof PendingBeneficiaryChange>

/** All addresses are ID addresses. They are kept as such because a caller may name ids that no actor can have. */
export const MinerInfo = tuple(
  {
    owner: address,
    worker: address,
    controlAddresses: list(address),
    pendingWorkerKey: nullable(WorkerKeyChange),
    peerId: byteString,
    multiaddrs: list(byteString),
    windowPoStProofType: ProofType,
    /** Bytes. */
    sectorSize: uint64,
    windowPoStPartitionSectors: uint,
    /** Last epoch of the ineligibility after a consensus fault; -1 without one. */
    consensusFaultElapsed: epoch,
    /** Becomes the owner by sending the same proposal itself. */
    pendingOwnerAddress: nullable(address),
    beneficiary: address,
    beneficiaryTerm: BeneficiaryTerm,
    pendingBeneficiaryTerm: nullable(PendingBeneficiaryChange),
  },
  'MinerInfo',
)
export type MinerInfo = Infer<typeof MinerInfo>

/** attoFIL the beneficiary may still withdraw; 0 once its term has expired. */
export function availableQuota(term: BeneficiaryTerm, now: ChainEpoch): TokenAmount {
  if (term.expiration <= now || term.quota < term.usedQuota) return 0n
  return term.quota - term.usedQuota
}

/** True until `consensusFaultElapsed` has passed. */
export function consensusFaultActive(info: MinerInfo, now: ChainEpoch): boolean {
  return now <= info.consensusFaultElapsed
}
