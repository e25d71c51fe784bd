/**
 * What actors ask of the world outside the state: signatures, proofs, consensus faults. The engine hands in an
 * implementation; a replay hands in what was recorded.
 */
import type { Address } from '../primitives/address.ts'
import type { SignatureType } from '../primitives/signature.ts'
import type { ActorId, ChainEpoch } from '../primitives/units.ts'

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
}
