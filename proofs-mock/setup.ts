/**
 * The mock's trusted setup: for each circuit a BLS key, whose signature of the public inputs stands where a SNARK would, in the
 * domain of @chainsafe/bls, so that it is no signature of Filecoin's and anyone can check it with that package. Who has
 * the secret can prove anything, as with the waste of a real setup; the provers of this room use it only for what they have
 * opened. Verifiers know the public key.
 */
import { concatBytes, equalBytes, utf8 } from '../primitives/bytes.ts'
import { bls, DST_POP, type SignedItem } from '../primitives/crypto/bls.ts'
import { blake2b512, blake2b256 } from '../primitives/crypto/hash.ts'
import { blsSecretFromSeed } from '../primitives/crypto/keys.ts'
import { uint64le } from './challenges.ts'

export type CircuitKind = 'seal' | 'aggregate' | 'window-post' | 'winning-post' | 'update'

/** What a proof proves; each kind has one circuit for every proof type. */
export interface Circuit {
  readonly kind: CircuitKind
  /** Wire number; an aggregate has that of the seals in it. */
  readonly proofType: number
}

/** A network's keys. A proof for one network is none for another. */
export interface Setup {
  readonly network: string
  key(circuit: Circuit): SetupKey
}

export interface SetupKey {
  /** 32 bytes. For provers. */
  readonly secret: Uint8Array
  /** 48 bytes. */
  readonly publicKey: Uint8Array
}

export function mockSetup(network: string): Setup {
  const keys = new Map<string, SetupKey>()
  return {
    network,
    key({ kind, proofType }) {
      const id = `${kind} ${proofType}`
      const known = keys.get(id)
      if (known) return known
      const secret = blsSecretFromSeed(utf8(`proof setup of ${network}: ${id}`))
      const made = { secret, publicKey: bls().publicKey(secret) }
      keys.set(id, made)
      return made
    },
  }
}

/** Bytes of the proof of one partition, and of the least a proof has. */
export const PARTITION_PROOF_SIZE = 192

/** Something a circuit is about, 32 bytes: the hash of its public inputs, each with its length. */
export function statement({ kind, proofType }: Circuit, inputs: readonly Uint8Array[]): Uint8Array {
  const parts = [utf8(`pithead ${kind}`), uint64le(BigInt(proofType)), ...inputs]
  return blake2b256(...parts.flatMap((part) => [uint64le(BigInt(part.length)), part]))
}

/**
 * A proof of `length` bytes, at least 192: the circuit's key (48), the signature of the statement (96), and bytes that follow
 * from the statement to the end.
 */
export function signProof(
  setup: Setup,
  circuit: Circuit,
  stated: Uint8Array,
  length: number,
): Uint8Array {
  const { secret, publicKey } = setup.key(circuit)
  const signature = bls().sign(secret, stated, DST_POP)
  return concatBytes(publicKey, signature, filling(stated, length - HEAD))
}

/**
 * What is left to check of a proof: one signature.
 * @returns undefined when the proof is none already by its form.
 */
export function proofJob(
  setup: Setup,
  circuit: Circuit,
  stated: Uint8Array,
  proof: Uint8Array,
  length: number,
): SignedItem | undefined {
  const { publicKey } = setup.key(circuit)
  if (proof.length !== length || length < PARTITION_PROOF_SIZE) return undefined
  if (!equalBytes(proof.subarray(0, 48), publicKey)) return undefined
  if (!equalBytes(proof.subarray(HEAD), filling(stated, length - HEAD))) return undefined
  return { publicKey, message: stated, signature: proof.subarray(48, HEAD), dst: DST_POP }
}

const HEAD = 48 + 96

function filling(stated: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  for (let at = 0; at < length; at += 64)
    out.set(blake2b512(stated, uint64le(BigInt(at))).subarray(0, length - at), at)
  return out
}
