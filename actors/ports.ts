/**
 * What actors ask of the world outside the state: signatures, proofs, consensus faults. The engine hands in an
 * implementation; a replay hands in what was recorded.
 */
import type { Address } from '../primitives/address.ts'
import type { Cid } from '../primitives/cid.ts'
import type { SignatureType } from '../primitives/signature.ts'
import type { ActorId, ChainEpoch } from '../primitives/units.ts'
import type {
  AggregateSealVerifyProofAndInfos,
  PieceInfo,
  ReplicaUpdateInfo,
  SealVerifyInfo,
  WindowPoStVerifyInfo,
} from './proof-info.ts'

export type { SignatureType }

/** A consensus fault that was proven by two block headers (FIP-0010, ref-fvm `consensus`). */
export interface ConsensusFault {
  readonly target: ActorId
  readonly epoch: ChainEpoch
  readonly type: 'double-fork' | 'time-offset' | 'parent-grinding'
}

export interface Syscalls {
  /** Whether `signature` is `signer`'s over `plaintext`; the signer is an f1 or f3 address. */
  verifySignature(
    type: SignatureType,
    signature: Uint8Array,
    signer: Address,
    plaintext: Uint8Array,
  ): boolean

  /** The key, 65 bytes, under which a 65-byte secp256k1 signature signs a hash; null where there is none. */
  recoverSecpPublicKey(hash: Uint8Array, signature: Uint8Array): Uint8Array | null

  /** Whether a window PoSt holds. */
  verifyPost(info: WindowPoStVerifyInfo): boolean
  /** Whether each of these sectors was sealed as it says. */
  batchVerifySeals(seals: readonly SealVerifyInfo[]): readonly boolean[]
  /** Whether all of these sectors were. */
  verifyAggregateSeals(aggregate: AggregateSealVerifyProofAndInfos): boolean
  /** Whether data was put into a sealed sector as it says. */
  verifyReplicaUpdate(update: ReplicaUpdateInfo): boolean
  /** The fault that two or three block headers prove; null when they prove none. */
  verifyConsensusFault(
    header1: Uint8Array,
    header2: Uint8Array,
    extra: Uint8Array,
  ): ConsensusFault | null
  /** CommD of a sector of a seal proof type that holds these pieces; null when they do not fit, or are none. */
  computeUnsealedSectorCid(sealProof: number, pieces: readonly PieceInfo[]): Cid | null
}
